"""`logitcheck.inspect` of a model in memory: what it takes, what its report is, and what it leaves alone."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest

import logitcheck
from logitcheck import Report
from logitcheck.reporter import json_report, text_report

ROOT = Path(__file__).parent.parent.parent
SCHEMA = json.loads((ROOT / "logitcheck" / "reporter" / "report.schema.json").read_text(encoding="utf-8"))


def model_of(keras: Any, **config: Any) -> Any:
    return keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, activation="softmax", name="head")], **config)


def test_a_model_has_a_report_with_its_name(keras: Any) -> None:
    model = model_of(keras, name="mine")
    model.compile("sgd", loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    report = logitcheck.inspect(model)
    assert report.path == "<model mine>"
    assert report.in_memory
    assert report.keras_version == keras.__version__
    assert report.backend == "tensorflow"
    assert report.model_class == "Sequential"
    assert [finding.code for finding in report.findings] == ["LC101"]
    jsonschema.validate(json_report.document(Report(models=(report,)), "0.1.0"), SCHEMA)


def test_nothing_is_said_of_a_file_where_there_is_none(keras: Any) -> None:
    x = keras.Input((6, 4))
    opaque = keras.layers.Lambda(lambda values: values)(x)
    inexact = keras.layers.Reshape((24,))(keras.layers.Dense(4, activation="softmax")(x))
    losses: tuple[Any, ...] = (None, "categorical_crossentropy", lambda *tensors: tensors[1])
    said = ""
    for head in (opaque, inexact):
        for loss in losses:
            model = keras.Model(x, head)
            if loss is not None:
                model.compile("sgd", loss=loss)
            lines = text_report.lines(Report(models=(logitcheck.inspect(model),)), 100)
            said += "\n".join("".join(text for text, _ in line) for line in lines)
    assert "in memory, Keras" in said
    assert " file" not in said
    assert "saved" not in said


def test_the_backend_is_that_which_the_model_runs_on() -> None:
    keras = pytest.importorskip("keras", reason="the extra [test] brings it")
    model = model_of(keras)
    model.compile("sgd", loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    (finding,) = logitcheck.inspect(model).findings
    assert "With TensorFlow, which the model runs on, Keras notices" in finding.message


@pytest.mark.parametrize("given", [None, 3, [], object(), b"model.keras"], ids=repr)
def test_what_is_neither_a_path_nor_a_model_is_an_error(given: Any) -> None:
    with pytest.raises(TypeError, match=f"Expected a path or a Keras model, found .*'{type(given).__name__}'"):
        logitcheck.inspect(given)


def test_nor_is_a_layer_or_a_class_of_models(keras: Any) -> None:
    for given in (keras.layers.Dense(3), keras.Model):
        with pytest.raises(TypeError, match="Expected a path or a Keras model"):
            logitcheck.inspect(given)


def test_a_class_that_is_only_called_like_one_of_keras_is_none() -> None:
    pytest.importorskip("keras", reason="the extra [test] brings it")
    forged = type("Model", (), {"__module__": "keras.src.models.model"})
    with pytest.raises(TypeError, match="Expected a path or a Keras model"):
        logitcheck.inspect(forged())


def test_a_model_that_no_model_can_be_is_unreadable(monkeypatch: pytest.MonkeyPatch, keras: Any) -> None:
    monkeypatch.setattr("logitcheck.loader.layers.MOST_LAYERS", 1)
    report = logitcheck.inspect(model_of(keras, name="mine"))
    assert report.path == "<model mine>"
    assert report.error is not None
    assert report.error.code.value == "too-large"


def test_the_private_keras_of_tensorflow_is_named() -> None:
    pytest.importorskip("tensorflow", reason="the extra [test] brings it")
    from tensorflow.python.keras import layers, models

    report = logitcheck.inspect(models.Sequential([layers.Dense(3)]))
    assert report.error is not None
    assert "tensorflow.python.keras" in report.error.message
    assert "tf_keras" in report.error.hint


def test_a_path_imports_nothing_of_models_in_memory() -> None:
    path = str(ROOT / "sample_models" / "softmax_good.keras")
    probe = f"import sys, logitcheck\nlogitcheck.inspect({path!r})\nsys.exit('logitcheck.loader.memory' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", probe], check=False).returncode == 0


def test_keras_says_nothing_of_saving(keras: Any, recwarn: pytest.WarningsRecorder, capfd: Any) -> None:
    class Own(keras.Model):  # type: ignore[misc]
        def __init__(self, function: Any) -> None:
            super().__init__()
            self.function = function

    model = Own(lambda values: values)
    model.compile("sgd", loss=lambda *tensors: tensors[1])
    recwarn.clear()
    capfd.readouterr()
    logitcheck.inspect(model)
    assert [str(warning.message) for warning in recwarn] == []
    assert capfd.readouterr() == ("", "")

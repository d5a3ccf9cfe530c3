from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import h5py
import pytest

from logitcheck import inspection
from logitcheck.analyzer.effects import Effect
from logitcheck.report import Finding
from tests.building import Config, dense, layer, loss, metric, sequential
from tests.rules.judging import BINARY, CATEGORICAL, SPARSE, effect, followed_by, head, judge, softmax

SPARSE_LOGITS = loss("SparseCategoricalCrossentropy", from_logits=True)
OTHER_AXIS = followed_by(softmax(1), shape=(None, 7, 4))
CHANNELS = sequential(dense("head", 5, "softmax"), shape=(None, 7, 4))


def finding_of(folder: Path, model: Config, compiled_loss: Any, backend: str, **settings: Any) -> Finding:
    """The worst finding about a `.h5` of Keras 3 that the backend saved."""
    path = folder / "model.h5"
    with h5py.File(path, "w") as file:
        file.attrs["model_config"] = json.dumps(model)
        file.attrs["training_config"] = json.dumps({"loss": compiled_loss, **settings})
        file.attrs["keras_version"], file.attrs["backend"] = "3.15.1", backend
    report = inspection.inspect(path)
    assert report.backend == backend
    return report.findings[0]


def message_of(folder: Path, model: Config, compiled_loss: Any, backend: str) -> str:
    """What is said of a loss in such a file, whose effect is told for all backends."""
    finding = finding_of(folder, model, compiled_loss, backend)
    assert finding.effect is not None
    assert None not in {finding.effect.tensorflow, finding.effect.jax, finding.effect.torch}
    return finding.message


@pytest.mark.parametrize(
    ("backend", "words"),
    [
        ("tensorflow", "With TensorFlow, which saved the file, Keras notices"),
        ("jax", "With JAX, which saved the file, the loss activates it a second time"),
        ("torch", "With PyTorch, which saved the file, the loss activates it a second time"),
        ("numpy", "On TensorFlow Keras notices"),
    ],
)
def test_a_file_that_names_its_backend_is_told_of_that_one(tmp_path: Path, backend: str, words: str) -> None:
    message = message_of(tmp_path, head("softmax"), SPARSE_LOGITS, backend)
    assert words in message
    assert sum(name in message for name in ("TensorFlow", "JAX", "PyTorch")) == (3 if backend == "numpy" else 1)


@pytest.mark.parametrize(
    ("model", "compiled_loss", "on_tensorflow", "elsewhere"),
    [
        pytest.param(
            head(),
            SPARSE,
            "Keras takes them for probabilities and cuts them into [1e-7, 1 - 1e-7], without a softmax",
            "Keras takes them for probabilities and divides them by their sum, negative ones included, and cuts",
            id="LC102",
        ),
        pytest.param(
            head("tanh"),
            SPARSE,
            "Keras cuts what lies outside",
            "Keras divides them by their sum, negative ones included, and cuts what lies outside",
            id="LC104",
        ),
        pytest.param(
            head("softmax", 1),
            *(BINARY, "The training loss can fall all the same", "training cannot change it."),
            id="LC105",
        ),
        pytest.param(
            OTHER_AXIS,
            CATEGORICAL,
            "Keras takes the values before the softmax as logits over axis -1, so",
            "Keras divides the output by its sums along axis -1, so",
            id="LC107",
        ),
        pytest.param(
            head("sigmoid", 3),
            CATEGORICAL,
            "Keras takes the values before the sigmoid as logits of a softmax, so",
            "Keras divides the scores by their sum, so",
            id="LC108",
        ),
        pytest.param(
            head("softmax", 2),
            BINARY,
            "Keras trains the values before the softmax as sigmoids",
            "It is the same as categorical cross-entropy",
            id="LC109",
        ),
        pytest.param(
            head("relu", 1),
            SPARSE,
            "the loss is 0 for every input, right or wrong. Train again",
            "right or wrong. Where the unit puts out 0, it is 0 / 0: NaN.",
            id="LC106",
        ),
        pytest.param(
            head("log_softmax"),
            SPARSE,
            "Keras cuts every one of them",
            "divides them by their negative sum",
            id="LC103",
        ),
    ],
)
def test_other_backends_than_that_of_the_file_are_left_out(
    tmp_path: Path, model: Config, compiled_loss: Any, on_tensorflow: str, elsewhere: str
) -> None:
    said = {backend: message_of(tmp_path, model, compiled_loss, backend) for backend in ("tensorflow", "jax")}
    assert on_tensorflow in said["tensorflow"]
    assert elsewhere in said["jax"]
    assert on_tensorflow not in said["jax"]


@pytest.mark.parametrize(
    ("backend", "words"),
    [
        ("tensorflow", ": on TensorFlow Keras notices and reports the right number. Training"),
        ("jax", ": the activation is applied twice. Training"),
        ("numpy", "reports the right number, on JAX and PyTorch the activation is applied twice. Training"),
    ],
)
def test_so_it_is_with_metrics(tmp_path: Path, backend: str, words: str) -> None:
    flagged = metric("CategoricalCrossentropy", from_logits=True)
    assert words in finding_of(tmp_path, head("softmax"), CATEGORICAL, backend, metrics=[flagged]).message


def test_a_keras_archive_does_not_name_its_backend_and_is_told_of_all(tmp_path: Path) -> None:
    message = judge(tmp_path, head("sigmoid", 3), CATEGORICAL).findings[0].message
    assert "logits of a softmax on TensorFlow, and elsewhere divides the scores by their sum" in message


@pytest.mark.parametrize(
    ("model", "compiled_loss", "words"),
    [
        pytest.param(head("softmax", 1), BINARY, "On TensorFlow the training loss can fall all the same", id="LC105"),
        pytest.param(head("relu", 1), SPARSE, "On JAX and PyTorch, where the unit puts out 0, it is 0 / 0", id="LC106"),
        pytest.param(OTHER_AXIS, CATEGORICAL, "as logits over axis -1 on TensorFlow, and elsewhere", id="LC107"),
        pytest.param(head("sigmoid", 3), CATEGORICAL, "logits of a softmax on TensorFlow, and elsewhere", id="LC108"),
        pytest.param(head("softmax", 2), BINARY, "On TensorFlow Keras trains the values before", id="LC109"),
        pytest.param(head("softmax", 2), BINARY, "On JAX and PyTorch it is the same as", id="LC109, of two"),
    ],
)
def test_a_backend_that_cannot_train_is_none_that_matters(
    tmp_path: Path, model: Config, compiled_loss: Any, words: str
) -> None:
    assert words in message_of(tmp_path, model, compiled_loss, "numpy")


@pytest.mark.parametrize(
    ("model", "compiled_loss", "words"),
    [
        (
            CHANNELS,
            loss("CategoricalCrossentropy", axis=1),
            "as logits over axis -2 in TensorFlow 2.4, and in 2.3 divides the output by its sums",
        ),
        (head("sigmoid", 3), CATEGORICAL, "logits of a softmax in TensorFlow 2.4, and in 2.3 divides the scores by"),
    ],
    ids=["LC107", "LC108"],
)
def test_two_versions_of_tensorflow_write_the_same_version_and_both_are_told_of(
    tmp_path: Path, model: Config, compiled_loss: Any, words: str
) -> None:
    assert words in judge(tmp_path, model, compiled_loss, "2.4.0").findings[0].message


def test_what_happens_everywhere_is_said_once(tmp_path: Path) -> None:
    reshaped = followed_by(layer("Reshape", "last", target_shape=[10]), activation="softmax")
    finding = judge(tmp_path, reshaped, SPARSE_LOGITS).findings[0]
    assert finding.effect == effect(Effect.APPLIED_TWICE, Effect.APPLIED_TWICE)
    assert finding.message.count("a second time") == 1
    assert "On every backend the loss activates it" in finding.message


@pytest.mark.parametrize("version", ["2.15.0", "2.3.1"])
def test_older_keras_names_no_backend(tmp_path: Path, version: str) -> None:
    for activation, compiled_loss in (("softmax", SPARSE_LOGITS), ("sigmoid", CATEGORICAL), ("log_softmax", SPARSE)):
        message = judge(tmp_path, head(activation), compiled_loss, version).findings[0].message
        assert not any(name in message for name in ("TensorFlow", "JAX", "PyTorch"))

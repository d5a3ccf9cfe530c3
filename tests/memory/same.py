"""What is said of a model in memory against what is said of its file, and that the model stays as it is.

Every model that the tests with real Keras save is compared: `every_saved_model_is_the_same` is a fixture for them.
"""

from __future__ import annotations

import warnings
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy
import pytest

import logitcheck
from logitcheck import inspection, loader
from logitcheck.model import ContainerFormat, SavedModel
from logitcheck.report import ModelReport

STATE = ("built", "compiled", "_is_compiled", "train_function", "test_function", "predict_function", "stop_training")


def compare(model: Any, path: Path) -> None:
    """Compare the report of a model with that of its `.keras` file."""
    before = state(model)
    report = logitcheck.inspect(model)
    assert state(model) == before
    assert report == of_file(path, report)


def of_file(path: Path, live: ModelReport) -> ModelReport:
    """Say of a file what is said of the model: the same, but that it knows its backend, and is no file."""
    loaded = loader.load(path)
    assert isinstance(loaded, SavedModel), loaded
    assert loaded.format is ContainerFormat.KERAS
    completed, _ = inspection.analyzed(path, loaded)
    return inspection.report_on(live.path, replace(completed, backend=live.backend, in_memory=True))


def state(model: Any) -> list[Any]:
    """Everything of a model that an inspection could change: weights, what it was compiled to, what is set on it."""
    layers = list(model._flatten_layers(include_self=True, recursive=True))
    parts = [*layers, *(each for layer in layers for each in getattr(layer, "operations", ()))]
    settings = getattr(getattr(model, "_compile_config", None), "config", {})
    return [
        [getattr(model, name, None) for name in STATE],
        [numpy.asarray(weight).tobytes() for layer in layers if layer.built for weight in layer.get_weights()],
        [(id(part), sorted((name, id(value)) for name, value in vars(part).items())) for part in parts],
        {name: id(value) for name, value in settings.items()},
    ]


@pytest.fixture
def every_saved_model_is_the_same(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Compare each model that Keras saves during a test with its file, or with a `.keras` file made beside it."""
    for name in ("keras", "tf_keras"):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            package = pytest.importorskip(name, reason="the extra [test] brings it")
        save = package.Model.save

        def saving(model: Any, path: Any, *args: Any, save: Any = save, **kwargs: Any) -> None:
            save(model, path, *args, **kwargs)
            if Path(path).suffix == ".keras":
                compare(model, Path(path))
            else:
                beside = tmp_path_factory.mktemp("beside") / "model.keras"
                save(model, beside)
                compare(model, beside)

        monkeypatch.setattr(package.Model, "save", saving)

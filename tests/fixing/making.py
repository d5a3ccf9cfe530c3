"""Models to be fixed, and what fixing makes of them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import logitcheck
from logitcheck.fixing.result import Change, FixResult
from tests.building import Config, compiled, dense, sequential, write
from tests.loader.older import write_hdf5

SPARSE, CATEGORICAL, BINARY = "sparse_categorical_crossentropy", "categorical_crossentropy", "binary_crossentropy"


def head(units: int = 3, activation: str = "linear") -> Config:
    """A model of one Dense layer, which is its output."""
    return sequential(dense("head", units, activation))


def keras(folder: Path, model: Config, loss: Any, version: str | None = "3.15.1", **settings: Any) -> Path:
    """A compiled model as a `.keras` archive."""
    return write(folder / "model.keras", compiled(model, loss, **settings), version)


def hdf5(folder: Path, model: Config, loss: Any, version: str = "3.15.1", **settings: Any) -> Path:
    """A compiled model as an HDF5 file."""
    return write_hdf5(folder / "model.h5", model, {"loss": loss, **settings}, version)


def planned(path: Path, *, assume_keras: bool = False) -> FixResult:
    """What would be done to a model."""
    return logitcheck.fix(path, assume_keras=assume_keras)


def only(result: FixResult) -> Change:
    """The one change, after which nothing is left."""
    assert result.status is logitcheck.FixStatus.FIXED
    (change,) = result.changes
    return change


def after(result: FixResult) -> dict[str, Any]:
    """The changes as places with what is there now."""
    return {change.where: change.after for change in result.changes}


def reasons(result: FixResult) -> dict[str, str]:
    """What is left, by code, and why."""
    return {refusal.code: refusal.reason for refusal in result.refusals}


def settings_of(path: Path) -> Mapping[str, Any]:
    """The compile settings in a `.keras` archive."""
    import zipfile

    with zipfile.ZipFile(path) as archive:
        settings: Mapping[str, Any] = json.loads(archive.read("config.json"))["compile_config"]
    return settings

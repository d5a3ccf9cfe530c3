"""What the tests of rules ask of a report."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from logitcheck.analyzer.effects import BackendEffects, Effect
from logitcheck.declarations import NO_DECLARATIONS, Declarations
from logitcheck.report import Finding, ModelReport
from tests.building import (
    KERAS,
    Config,
    called,
    compiled,
    dense,
    functional,
    layer,
    report_on,
    sequential,
    source,
    tensor,
)

Shape = Sequence[int | None]

SPARSE = "sparse_categorical_crossentropy"
CATEGORICAL = "categorical_crossentropy"
BINARY = "binary_crossentropy"


def head(activation: str = "linear", units: int = 10) -> Config:
    """A model that ends in a Dense layer called `head`."""
    return sequential(dense("head", units, activation))


def followed_by(*layers: Config, activation: str = "linear", units: int = 10, shape: Shape = (None, 4)) -> Config:
    """A model that ends in a Dense layer called `head` and some more layers."""
    return sequential(dense("head", units, activation), *layers, shape=shape)


def softmax(axis: int | list[int] = -1, name: str = "softmax") -> Config:
    """A layer Softmax."""
    return layer("Softmax", name, axis=axis)


def masked() -> Config:
    """A model that ends in a softmax with a mask, an input of its own."""
    layers = [
        source("x"),
        source("mask", (None, 3)),
        called(dense("head", 3), tensor("x", (None, 4))),
        called(softmax(), tensor("head", (None, 3)), mask=tensor("mask", (None, 3))),
    ]
    return functional(layers, [["softmax", 0, 0]])


def judge(
    folder: Path,
    model: Config,
    loss: Any,
    version: str = KERAS,
    declarations: Declarations = NO_DECLARATIONS,
    **settings: Any,
) -> ModelReport:
    """What logitcheck says of the model compiled with the loss."""
    report = report_on(folder, compiled(model, loss, **settings), version, declarations)
    assert report.error is None
    return report


def findings(report: ModelReport, code: str) -> list[Finding]:
    """The findings of one rule."""
    return [finding for finding in report.findings if finding.code == code]


def only(report: ModelReport, code: str) -> Finding:
    """The one finding of a rule."""
    (finding,) = findings(report, code)
    return finding


def effect(tensorflow: Effect | None, elsewhere: Effect | None) -> BackendEffects:
    """An effect that is the same on JAX and PyTorch."""
    return BackendEffects(tensorflow=tensorflow, jax=elsewhere, torch=elsewhere)

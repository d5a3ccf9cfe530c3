from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from logitcheck.analyzer.effects import Effect
from logitcheck.report import Severity, Verdict
from tests.building import Config, called, codes, dense, functional, loss, operation, source, tensor
from tests.rules.judging import BINARY, SPARSE, effect, findings, head, judge, only

CODE = "LC113"


def followed_by_operation(name: str, module: str = "keras.src.ops.numpy", **config: Any) -> Config:
    """A model that ends in a softmax and an operation called `last`."""
    layers = [
        source(),
        called(dense("head", 10, "softmax"), tensor("x", (None, 4))),
        called(operation(name, "last", module, **config), tensor("head", (None, 10))),
    ]
    return functional(layers, [["last", 0, 0]])


@pytest.mark.parametrize(
    "model",
    [
        pytest.param(followed_by_operation("Argmax", axis=-1, keepdims=True), id="argmax"),
        pytest.param(followed_by_operation("Round"), id="round"),
        pytest.param(followed_by_operation("Floor"), id="floor"),
        pytest.param(followed_by_operation("Sign"), id="sign"),
    ],
)
@pytest.mark.parametrize("compiled_loss", [SPARSE, BINARY, "kl_divergence"])
def test_whole_numbers_under_a_loss_are_an_error(tmp_path: Path, model: Config, compiled_loss: str) -> None:
    report = judge(tmp_path, model, compiled_loss)
    finding = only(report, CODE)
    assert finding.severity is Severity.ERROR
    assert finding.effect == effect(Effect.CONSTANT, Effect.CONSTANT)
    assert report.outputs[0].verdict is Verdict.MISMATCH


@pytest.mark.parametrize(
    ("model", "compiled_loss"),
    [
        pytest.param(head("softmax"), SPARSE, id="scores"),
        pytest.param(followed_by_operation("Argmax", axis=-1), None, id="not compiled"),
        pytest.param(followed_by_operation("Argmax", axis=-1), "mse", id="a regression"),
    ],
)
def test_everything_else_is_not(tmp_path: Path, model: Config, compiled_loss: Any) -> None:
    assert findings(judge(tmp_path, model, compiled_loss), CODE) == []


@pytest.mark.parametrize(
    "compiled_loss",
    [SPARSE, BINARY, "kl_divergence", loss("BinaryCrossentropy", from_logits=True)],
    ids=["sparse", "binary", "divergence", "LC101 would fire"],
)
def test_it_silences_the_other_rules_about_the_loss(tmp_path: Path, compiled_loss: Any) -> None:
    assert codes(judge(tmp_path, followed_by_operation("Round"), compiled_loss)) == [CODE]


def test_the_message_says_that_nothing_is_trained(tmp_path: Path) -> None:
    finding = only(judge(tmp_path, followed_by_operation("Round"), SPARSE), CODE)
    assert "is computed on whole numbers: layer 'last' (Round) puts out what was rounded" in finding.message
    assert "trains nothing" in finding.message
    assert "take argmax of what predict() returns" in finding.fixes[0]

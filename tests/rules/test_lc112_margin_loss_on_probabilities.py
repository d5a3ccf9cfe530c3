from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from logitcheck.analyzer.effects import Effect
from logitcheck.report import Severity, Verdict
from tests.building import Config, layer
from tests.rules.judging import BINARY, effect, findings, followed_by, head, judge, only

CODE = "LC112"


@pytest.mark.parametrize("compiled_loss", ["hinge", "squared_hinge", "categorical_hinge"])
@pytest.mark.parametrize("activation", ["sigmoid", "softmax"])
def test_probabilities_under_a_hinge_loss_are_a_warning(tmp_path: Path, activation: str, compiled_loss: str) -> None:
    report = judge(tmp_path, head(activation), compiled_loss)
    finding = only(report, CODE)
    assert finding.severity is Severity.WARNING
    assert finding.effect == effect(Effect.UNKNOWN, Effect.UNKNOWN)
    assert report.outputs[0].verdict is Verdict.MISMATCH


@pytest.mark.parametrize(
    ("model", "compiled_loss"),
    [
        pytest.param(head(units=1), "hinge", id="linear"),
        pytest.param(head("tanh", 1), "hinge", id="tanh"),
        pytest.param(head("sigmoid", 1), BINARY, id="another loss"),
        pytest.param(
            followed_by(layer("Rescaling", "signed", scale=2.0, offset=-1.0), activation="sigmoid"),
            "hinge",
            id="scores made signed",
        ),
        pytest.param(head("sigmoid", 1), None, id="not compiled"),
    ],
)
def test_everything_else_is_not(tmp_path: Path, model: Config, compiled_loss: Any) -> None:
    assert findings(judge(tmp_path, model, compiled_loss), CODE) == []


def test_the_message_names_loss_and_layer(tmp_path: Path) -> None:
    message = only(judge(tmp_path, head("sigmoid", 1), "hinge"), CODE).message
    assert "The loss Hinge wants scores on both sides of 0" in message
    assert "layer 'head' (Dense, 1 unit, sigmoid) puts out values in [0, 1]" in message


def test_both_ways_out_are_shown(tmp_path: Path) -> None:
    assert only(judge(tmp_path, head("sigmoid", 1), "hinge"), CODE).fixes == (
        "Keep the loss: Dense(1)",
        "Keep the activation: model.compile(..., loss='binary_crossentropy')",
    )

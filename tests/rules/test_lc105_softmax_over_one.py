from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from logitcheck.analyzer.effects import Effect
from logitcheck.report import Severity, Verdict
from tests.building import Config, codes, dense, layer, loss, sequential
from tests.rules.judging import BINARY, SPARSE, effect, findings, followed_by, head, judge, only, softmax

CODE = "LC105"


@pytest.mark.parametrize("compiled_loss", [BINARY, SPARSE, "mse", "kld", "hinge", None], ids=str)
def test_a_softmax_over_one_unit_is_an_error_whatever_the_loss(tmp_path: Path, compiled_loss: Any) -> None:
    report = judge(tmp_path, head("softmax", 1), compiled_loss)
    assert only(report, CODE).severity is Severity.ERROR
    assert report.outputs[0].verdict is Verdict.MISMATCH


@pytest.mark.parametrize(
    "model",
    [
        pytest.param(followed_by(softmax(), units=1), id="layer Softmax"),
        pytest.param(sequential(dense("head", 5), softmax(1), shape=(None, 1, 4)), id="along another axis of size 1"),
        pytest.param(
            sequential(
                layer("Conv2D", "head", filters=1, kernel_size=[1, 1], activation="softmax"), shape=(None, 8, 8, 3)
            ),
            id="one filter",
        ),
    ],
)
def test_it_is_the_size_of_the_axis_that_counts(tmp_path: Path, model: Config) -> None:
    assert len(findings(judge(tmp_path, model, None), CODE)) == 1


@pytest.mark.parametrize(
    ("model", "compiled_loss"),
    [
        pytest.param(head("sigmoid", 1), BINARY, id="sigmoid"),
        pytest.param(head("softmax", 2), SPARSE, id="two units"),
        pytest.param(sequential(dense("head", 1), softmax(1), shape=(None, 7, 4)), "mse", id="along time"),
        pytest.param(sequential(dense("head", 1), softmax(1), shape=(None, None, 4)), "mse", id="of unknown length"),
        pytest.param(head(units=1), None, id="linear"),
    ],
)
def test_everything_else_is_not(tmp_path: Path, model: Config, compiled_loss: Any) -> None:
    assert findings(judge(tmp_path, model, compiled_loss), CODE) == []


@pytest.mark.parametrize(
    "compiled_loss",
    [
        SPARSE,
        loss("BinaryCrossentropy", from_logits=True),
        "hinge",
        loss("SparseCategoricalCrossentropy", from_logits=True),
    ],
    ids=["LC106 would fire", "LC101 would fire", "LC112 would fire", "LC101 and LC106 would fire"],
)
def test_it_silences_the_other_rules_about_the_loss(tmp_path: Path, compiled_loss: Any) -> None:
    assert codes(judge(tmp_path, head("softmax", 1), compiled_loss)) == [CODE]


def test_stacked_activations_are_told_as_well(tmp_path: Path) -> None:
    report = judge(tmp_path, followed_by(softmax(), activation="sigmoid", units=1), BINARY)
    assert sorted(codes(report)) == [CODE, "LC110"]


def test_the_message_says_that_the_output_is_constant(tmp_path: Path) -> None:
    message = only(judge(tmp_path, head("softmax", 1), "mse"), CODE).message
    assert "layer 'head' (Dense, 1 unit, softmax) runs over an axis of size 1" in message
    assert "is 1 for every input" in message


def test_the_message_explains_a_falling_loss_on_tensorflow(tmp_path: Path) -> None:
    finding = only(judge(tmp_path, head("softmax", 1), BINARY), CODE)
    assert "On TensorFlow the training loss can fall all the same" in finding.message
    assert finding.effect == effect(Effect.OTHER_FUNCTION, Effect.CONSTANT)


@pytest.mark.parametrize("compiled_loss", ["mse", None], ids=["regression", "not compiled"])
def test_the_effect_is_a_constant_elsewhere(tmp_path: Path, compiled_loss: Any) -> None:
    finding = only(judge(tmp_path, head("softmax", 1), compiled_loss), CODE)
    assert finding.effect == effect(Effect.CONSTANT, Effect.CONSTANT)
    assert "fall all the same" not in finding.message


def test_both_ways_out_are_shown(tmp_path: Path) -> None:
    one, two = only(judge(tmp_path, head("softmax", 1), BINARY), CODE).fixes
    assert "Dense(1, activation='sigmoid') and model.compile(..., loss='binary_crossentropy')" in one
    assert "Dense(2, activation='softmax') and model.compile(..., loss='sparse_categorical_crossentropy')" in two

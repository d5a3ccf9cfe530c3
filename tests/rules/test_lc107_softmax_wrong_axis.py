from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from logitcheck.analyzer.effects import Effect
from logitcheck.report import Severity, Verdict
from tests.building import Config, dense, layer, loss, sequential
from tests.rules.judging import CATEGORICAL, SPARSE, effect, findings, followed_by, head, judge, only, softmax

CODE = "LC107"
CHANNELS_FIRST = sequential(
    layer("Conv2D", "head", filters=5, kernel_size=[1, 1], activation="softmax", data_format="channels_first"),
    shape=(None, 3, 8, 8),
)
ALONG_TIME = followed_by(softmax(1), shape=(None, 7, 4))


@pytest.mark.parametrize(
    ("model", "compiled_loss"),
    [
        pytest.param(ALONG_TIME, SPARSE, id="softmax along time"),
        pytest.param(ALONG_TIME, CATEGORICAL, id="categorical"),
        pytest.param(ALONG_TIME, "kl_divergence", id="a divergence"),
        pytest.param(CHANNELS_FIRST, loss("CategoricalCrossentropy", axis=1), id="channels first"),
        pytest.param(
            followed_by(layer("Permute", "turned", dims=[2, 1]), activation="softmax", shape=(None, 7, 4)),
            SPARSE,
            id="turned afterwards",
        ),
    ],
)
def test_a_distribution_along_another_axis_than_that_of_the_loss_is_an_error(
    tmp_path: Path, model: Config, compiled_loss: Any
) -> None:
    report = judge(tmp_path, model, compiled_loss)
    assert only(report, CODE).severity is Severity.ERROR
    assert report.outputs[0].verdict is Verdict.MISMATCH


def test_a_log_softmax_along_another_axis_is_one_where_logits_are_expected(tmp_path: Path) -> None:
    log_softmax = layer("Activation", "last", activation="log_softmax")
    model = followed_by(log_softmax, layer("Permute", "turned", dims=[2, 1]), shape=(None, 7, 4))
    report = judge(tmp_path, model, loss("CategoricalCrossentropy", from_logits=True))
    assert only(report, CODE).severity is Severity.ERROR


@pytest.mark.parametrize(
    ("model", "compiled_loss"),
    [
        pytest.param(head("softmax"), SPARSE, id="the same axis"),
        pytest.param(ALONG_TIME, loss("CategoricalCrossentropy", axis=1), id="the same other axis"),
        pytest.param(ALONG_TIME, loss("CategoricalCrossentropy", axis=-2), id="the same axis from the end"),
        pytest.param(ALONG_TIME, "mse", id="a loss without classes"),
        pytest.param(ALONG_TIME, "binary_crossentropy", id="a loss of each unit"),
        pytest.param(head(), SPARSE, id="logits"),
        pytest.param(ALONG_TIME, None, id="not compiled"),
    ],
)
def test_everything_else_is_not(tmp_path: Path, model: Config, compiled_loss: Any) -> None:
    assert findings(judge(tmp_path, model, compiled_loss), CODE) == []


def test_probabilities_under_a_loss_that_expects_logits_are_another_rules_business(tmp_path: Path) -> None:
    report = judge(tmp_path, ALONG_TIME, loss("CategoricalCrossentropy", from_logits=True))
    assert findings(report, CODE) == []
    assert findings(report, "LC101")


def test_the_message_names_both_axes(tmp_path: Path) -> None:
    message = only(judge(tmp_path, ALONG_TIME, SPARSE), CODE).message
    assert "reads classes along axis -1" in message
    assert "layer 'softmax' (Softmax) makes a distribution along axis -2" in message


def test_the_fixes_name_both_axes(tmp_path: Path) -> None:
    normalise, move = only(judge(tmp_path, ALONG_TIME, SPARSE), CODE).fixes
    assert "Softmax(axis=-1)" in normalise
    assert "classes of axis -2" in move


@pytest.mark.parametrize(
    ("model", "version", "expected"),
    [
        pytest.param(ALONG_TIME, "3.15.1", effect(Effect.OTHER_FUNCTION, Effect.OTHER_FUNCTION), id="Keras 3"),
        pytest.param(ALONG_TIME, "2.15.0", effect(Effect.OTHER_FUNCTION, None), id="Keras 2"),
    ],
)
def test_the_effect_is_another_function(tmp_path: Path, model: Config, version: str, expected: object) -> None:
    assert only(judge(tmp_path, model, SPARSE, version), CODE).effect == expected


def test_the_axis_of_an_unknown_rank_is_not_compared(tmp_path: Path) -> None:
    model = sequential(dense("head", 5, "softmax"), shape=(None, 4))
    assert findings(judge(tmp_path, model, loss("CategoricalCrossentropy", axis=3)), CODE) == []

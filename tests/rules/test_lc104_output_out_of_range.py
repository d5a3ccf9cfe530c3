from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from logitcheck.analyzer.effects import Effect
from logitcheck.report import Severity, Verdict
from tests.building import Config, custom, layer, loss, sequential
from tests.rules.judging import BINARY, SPARSE, effect, findings, followed_by, head, judge, only

CODE = "LC104"
SPARSE_LOGITS = loss("SparseCategoricalCrossentropy", from_logits=True)
BINARY_LOGITS = loss("BinaryCrossentropy", from_logits=True)
LSTM = layer("LSTM", "lstm", units=10, activation="tanh", recurrent_activation="sigmoid")


@pytest.mark.parametrize(
    ("model", "compiled_loss"),
    [
        pytest.param(head("relu"), SPARSE, id="relu"),
        pytest.param(head("tanh"), SPARSE, id="tanh"),
        pytest.param(head("softplus"), SPARSE, id="softplus"),
        pytest.param(head("elu"), SPARSE, id="elu"),
        pytest.param(head("gelu"), SPARSE, id="gelu"),
        pytest.param(head("tanh", 1), BINARY, id="tanh, binary"),
        pytest.param(head("softsign", 1), BINARY, id="softsign, binary"),
        pytest.param(sequential(LSTM, shape=(None, 7, 4)), SPARSE, id="a bare LSTM"),
        pytest.param(
            followed_by(layer("Rescaling", "scaled", scale=2.0, offset=0.0), activation="sigmoid"),
            BINARY,
            id="scores of up to 2",
        ),
    ],
)
def test_ranges_that_leave_the_unit_interval_are_an_error_where_probabilities_are_expected(
    tmp_path: Path, model: Config, compiled_loss: Any
) -> None:
    report = judge(tmp_path, model, compiled_loss)
    finding = only(report, CODE)
    assert finding.severity is Severity.ERROR
    assert finding.effect is not None
    assert finding.effect.tensorflow is Effect.CLIPPED
    assert report.outputs[0].verdict is Verdict.MISMATCH


@pytest.mark.parametrize(
    ("model", "compiled_loss"),
    [
        pytest.param(head("relu"), SPARSE_LOGITS, id="relu"),
        pytest.param(head("tanh"), SPARSE_LOGITS, id="tanh"),
        pytest.param(head("relu", 1), BINARY_LOGITS, id="relu, binary"),
        pytest.param(head("elu", 1), BINARY_LOGITS, id="elu, binary"),
        pytest.param(head("log_softmax", 3), BINARY_LOGITS, id="log-softmax, binary"),
        pytest.param(head("log_sigmoid", 1), BINARY_LOGITS, id="log-sigmoid, binary"),
        pytest.param(head("log_sigmoid", 3), SPARSE_LOGITS, id="log-sigmoid, categorical"),
    ],
)
def test_narrow_ranges_are_a_warning_where_logits_are_expected(
    tmp_path: Path, model: Config, compiled_loss: Any
) -> None:
    report = judge(tmp_path, model, compiled_loss)
    finding = only(report, CODE)
    assert finding.severity is Severity.WARNING
    assert finding.effect == effect(Effect.UNKNOWN, Effect.UNKNOWN)
    assert report.outputs[0].verdict is Verdict.MISMATCH


@pytest.mark.parametrize(
    ("model", "compiled_loss"),
    [
        pytest.param(head("relu", 1), "mse", id="a bounded regression"),
        pytest.param(head("softplus", 1), "poisson", id="a rate"),
        pytest.param(head("tanh", 1), "hinge", id="tanh under a margin"),
        pytest.param(head("tanh"), "mse", id="tanh under a regression"),
        pytest.param(head("elu"), SPARSE_LOGITS, id="elu as logits of a softmax"),
        pytest.param(head("gelu"), SPARSE_LOGITS, id="gelu as logits of a softmax"),
        pytest.param(head("log_softmax"), SPARSE_LOGITS, id="log-softmax as logits of a softmax"),
        pytest.param(head("softmax"), SPARSE, id="softmax"),
        pytest.param(head(), SPARSE_LOGITS, id="logits"),
        pytest.param(head("relu"), None, id="not compiled"),
        pytest.param(followed_by(custom("Mine", "mine"), activation="tanh"), SPARSE, id="unknown"),
    ],
)
def test_everything_else_is_not(tmp_path: Path, model: Config, compiled_loss: Any) -> None:
    assert findings(judge(tmp_path, model, compiled_loss), CODE) == []


def test_bounds_that_need_not_be_reached_accuse_nobody(tmp_path: Path) -> None:
    report = judge(tmp_path, sequential(custom("Mine", "mine"), layer("ReLU", "relu", max_value=5.0)), SPARSE)
    assert findings(report, CODE) == []
    assert report.outputs[0].verdict is Verdict.UNDETERMINED


def test_the_message_gives_the_range(tmp_path: Path) -> None:
    message = only(judge(tmp_path, head("tanh"), SPARSE), CODE).message
    assert "layer 'head' (Dense, 10 units, tanh) puts out values in [-1, 1]" in message


def test_the_message_names_what_reads_the_logits(tmp_path: Path) -> None:
    assert "The softmax of numbers in [0, inf)" in only(judge(tmp_path, head("relu"), SPARSE_LOGITS), CODE).message
    assert "The sigmoid of numbers" in only(judge(tmp_path, head("relu", 1), BINARY_LOGITS), CODE).message


def test_two_ways_out_are_shown_where_probabilities_are_expected(tmp_path: Path) -> None:
    activate, flag = only(judge(tmp_path, head("tanh"), SPARSE), CODE).fixes
    assert activate == "End the model in Dense(10, activation='softmax')"
    assert flag.startswith("End it in Dense(10) and use ")
    assert "SparseCategoricalCrossentropy(from_logits=True)" in flag


def test_keras_without_the_flag_has_one_way_out(tmp_path: Path) -> None:
    assert len(only(judge(tmp_path, head("tanh"), SPARSE, "2.2.4"), CODE).fixes) == 1


def test_logits_need_no_activation(tmp_path: Path) -> None:
    (fix,) = only(judge(tmp_path, head("tanh"), SPARSE_LOGITS), CODE).fixes
    assert fix == "End the model in Dense(10): logits need no activation"

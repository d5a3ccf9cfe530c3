from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from logitcheck.analyzer.effects import Effect
from logitcheck.report import Severity
from tests.building import Config, loss
from tests.rules.judging import BINARY, SPARSE, effect, findings, head, judge, only

CODE = "LC103"


@pytest.mark.parametrize(
    ("model", "compiled_loss", "tensorflow", "elsewhere"),
    [
        pytest.param(head("log_softmax"), SPARSE, Effect.CLIPPED, Effect.OTHER_FUNCTION, id="log-softmax"),
        pytest.param(
            head("log_softmax"),
            loss("CategoricalCrossentropy"),
            *(Effect.OTHER_FUNCTION, Effect.OTHER_FUNCTION),
            id="object",
        ),
        pytest.param(head("log_sigmoid", 1), BINARY, Effect.CLIPPED, Effect.CLIPPED, id="log-sigmoid"),
    ],
)
def test_log_probabilities_under_a_loss_without_the_flag_are_an_error(
    tmp_path: Path, model: Config, compiled_loss: Any, tensorflow: Effect, elsewhere: Effect
) -> None:
    finding = only(judge(tmp_path, model, compiled_loss), CODE)
    assert finding.severity is Severity.ERROR
    assert finding.effect == effect(tensorflow, elsewhere)


@pytest.mark.parametrize(
    ("model", "compiled_loss"),
    [
        pytest.param(head("log_softmax"), loss("SparseCategoricalCrossentropy", from_logits=True), id="the flag"),
        pytest.param(head("log_softmax"), "mse", id="another loss"),
        pytest.param(head("softmax"), SPARSE, id="softmax"),
        pytest.param(head(), SPARSE, id="logits"),
        pytest.param(head("log_softmax"), None, id="not compiled"),
    ],
)
def test_everything_else_is_not(tmp_path: Path, model: Config, compiled_loss: Any) -> None:
    assert findings(judge(tmp_path, model, compiled_loss), CODE) == []


def test_the_message_says_that_they_are_never_positive(tmp_path: Path) -> None:
    message = only(judge(tmp_path, head("log_softmax"), SPARSE), CODE).message
    assert "layer 'head' (Dense, 10 units, log_softmax) puts out logarithms of probabilities" in message
    assert "never positive" in message


def test_a_log_softmax_may_stay_with_the_flag(tmp_path: Path) -> None:
    plain, keep = only(judge(tmp_path, head("log_softmax"), SPARSE), CODE).fixes
    assert plain == "Use the plain activation: Dense(10, activation='softmax')"
    assert "SparseCategoricalCrossentropy(from_logits=True)" in keep


def test_a_log_sigmoid_must_go(tmp_path: Path) -> None:
    assert only(judge(tmp_path, head("log_sigmoid", 1), BINARY), CODE).fixes == (
        "Use the plain activation: Dense(1, activation='sigmoid')",
    )


def test_the_message_says_what_each_backend_makes_of_them(tmp_path: Path) -> None:
    message = only(judge(tmp_path, head("log_softmax"), SPARSE), CODE).message
    assert "On TensorFlow Keras cuts every one of them to 1e-7: the loss is the same whatever the model" in message
    assert "On JAX and PyTorch Keras divides them by their negative sum, which turns them round" in message

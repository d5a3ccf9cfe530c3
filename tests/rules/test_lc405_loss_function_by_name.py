from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from logitcheck.report import Severity
from tests.building import Config, custom, function, loss
from tests.rules.judging import SPARSE, findings, followed_by, head, judge, only

CODE = "LC405"


@pytest.mark.parametrize("model", [head(), head("softmax")], ids=["a mismatch", "a right pair"])
def test_a_built_in_name_may_hide_somebodys_own_function(tmp_path: Path, model: Config) -> None:
    finding = only(judge(tmp_path, model, function(SPARSE)), CODE)
    assert finding.severity is Severity.INFO
    assert "'sparse_categorical_crossentropy' only" in finding.message


@pytest.mark.parametrize(
    "compiled_loss",
    [SPARSE, loss("SparseCategoricalCrossentropy"), function("mse"), function("my_own"), None],
    ids=["a string in a .keras file", "an object", "a regression", "a function of one's own", "not compiled"],
)
def test_everything_else_is_not(tmp_path: Path, compiled_loss: Any) -> None:
    assert findings(judge(tmp_path, head(), compiled_loss), CODE) == []


@pytest.mark.parametrize(
    ("activation", "code"),
    [("linear", "SparseCategoricalCrossentropy(from_logits=True)"), ("softmax", "SparseCategoricalCrossentropy()")],
)
def test_the_class_that_is_shown_fits_the_output(tmp_path: Path, activation: str, code: str) -> None:
    (fix,) = only(judge(tmp_path, head(activation), function(SPARSE)), CODE).fixes
    assert fix.endswith(f"keras.losses.{code}")


def test_keras_1_has_functions_only(tmp_path: Path) -> None:
    assert only(judge(tmp_path, head(), function(SPARSE), "1.2.2"), CODE).fixes == ()


@pytest.mark.parametrize(
    ("model", "words"),
    [
        pytest.param(head(), "this output fits it", id="logits"),
        pytest.param(head("log_softmax"), "this output fits it", id="log-softmax"),
        pytest.param(head("softmax"), "this output is a mismatch (LC101)", id="probabilities"),
        pytest.param(head("tanh"), "this output limits what it can answer (LC104)", id="a range"),
        pytest.param(followed_by(custom("Mine", "mine")), "it takes logits, and the verdict is another", id="unknown"),
    ],
)
def test_the_message_says_how_a_wrapper_would_change_the_verdict(tmp_path: Path, model: Config, words: str) -> None:
    assert f"If yours sets from_logits=True, {words}" in only(judge(tmp_path, model, function(SPARSE)), CODE).message

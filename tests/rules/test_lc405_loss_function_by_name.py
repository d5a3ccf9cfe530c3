from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from logitcheck.report import Severity
from tests.building import Config, function, loss
from tests.rules.judging import SPARSE, findings, head, judge, only

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
    (fix,) = only(judge(tmp_path, head(), function(SPARSE), "1.2.2"), CODE).fixes
    assert fix.endswith("'sparse_categorical_crossentropy'")

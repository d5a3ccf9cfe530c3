from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from logitcheck.analyzer.effects import Effect
from logitcheck.report import Severity, Verdict
from tests.building import Config, layer, loss, sequential
from tests.rules.judging import BINARY, CATEGORICAL, SPARSE, effect, findings, followed_by, head, judge, only

CODE = "LC108"
MAXIMUM = followed_by(layer("GlobalMaxPooling1D", "pool"), activation="softmax", shape=(None, 7, 4))


@pytest.mark.parametrize("activation", ["sigmoid", "hard_sigmoid", "sparse_sigmoid"])
@pytest.mark.parametrize("compiled_loss", [SPARSE, CATEGORICAL, loss("CategoricalFocalCrossentropy")], ids=str)
def test_scores_of_several_units_under_a_categorical_loss_are_a_warning(
    tmp_path: Path, activation: str, compiled_loss: Any
) -> None:
    report = judge(tmp_path, head(activation, 3), compiled_loss)
    assert only(report, CODE).severity is Severity.WARNING
    assert report.outputs[0].verdict is Verdict.MISMATCH


@pytest.mark.parametrize(
    ("model", "compiled_loss"),
    [
        pytest.param(head("sigmoid", 3), BINARY, id="several labels"),
        pytest.param(head("softmax", 3), SPARSE, id="softmax"),
        pytest.param(head("sigmoid", 3), loss("SparseCategoricalCrossentropy", from_logits=True), id="the flag"),
        pytest.param(head("sigmoid", 1), SPARSE, id="one unit"),
        pytest.param(head("sigmoid", 3), "mse", id="a regression"),
        pytest.param(head("sigmoid", 3), None, id="not compiled"),
    ],
)
def test_everything_else_is_not(tmp_path: Path, model: Config, compiled_loss: Any) -> None:
    assert findings(judge(tmp_path, model, compiled_loss), CODE) == []


def test_other_values_in_the_unit_interval_are_undetermined(tmp_path: Path) -> None:
    report = judge(tmp_path, MAXIMUM, SPARSE)
    assert findings(report, CODE) == []
    assert report.outputs[0].verdict is Verdict.UNDETERMINED


@pytest.mark.parametrize(
    ("model", "version", "expected", "words"),
    [
        pytest.param(
            head("sigmoid", 3),
            "3.15.1",
            effect(Effect.OTHER_FUNCTION, Effect.OTHER_FUNCTION),
            "logits of a softmax on TensorFlow, and elsewhere divides the scores by their sum",
            id="Keras 3",
        ),
        pytest.param(
            head("sigmoid", 3),
            "2.15.0",
            effect(Effect.OTHER_FUNCTION, None),
            "Keras takes the values before the sigmoid as logits of a softmax, so that",
            id="Keras 2",
        ),
        pytest.param(
            head("hard_sigmoid", 3),
            "3.15.1",
            effect(Effect.OTHER_FUNCTION, Effect.OTHER_FUNCTION),
            "Keras divides the scores by their sum",
            id="hard sigmoid",
        ),
    ],
)
def test_what_is_trained_is_told(tmp_path: Path, model: Config, version: str, expected: object, words: str) -> None:
    finding = only(judge(tmp_path, model, SPARSE, version), CODE)
    assert finding.effect == expected
    assert words in finding.message


def test_the_message_names_the_layer(tmp_path: Path) -> None:
    assert "layer 'head' (Dense, 3 units, sigmoid)" in only(judge(tmp_path, head("sigmoid", 3), SPARSE), CODE).message


def test_the_fixes_ask_whether_labels_exclude_each_other(tmp_path: Path) -> None:
    assert only(judge(tmp_path, head("sigmoid", 3), SPARSE), CODE).fixes == (
        "Exactly one label is true: Dense(3, activation='softmax')",
        "Several labels can be true, given as 0 or 1 for each unit: model.compile(..., loss='binary_crossentropy')",
    )


def test_columns_of_sigmoids_side_by_side_are_scores_too(tmp_path: Path) -> None:
    model = sequential(
        layer("Dense", "head", units=3, activation="sigmoid"), layer("Reshape", "reshape", target_shape=[3])
    )
    assert len(findings(judge(tmp_path, model, SPARSE), CODE)) == 1

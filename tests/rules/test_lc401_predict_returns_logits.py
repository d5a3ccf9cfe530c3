from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from logitcheck.report import Severity, Verdict
from tests.building import Config, loss
from tests.rules.judging import SPARSE, findings, head, judge, only

CODE = "LC401"
SPARSE_LOGITS = loss("SparseCategoricalCrossentropy", from_logits=True)
BINARY_LOGITS = loss("BinaryCrossentropy", from_logits=True)


@pytest.mark.parametrize(
    ("model", "compiled_loss"),
    [(head(), SPARSE_LOGITS), (head(units=1), BINARY_LOGITS), (head(), "softmax_cross_entropy_with_logits_v2")],
    ids=["categorical", "binary", "raw TensorFlow"],
)
def test_a_right_pair_of_logits_is_information(tmp_path: Path, model: Config, compiled_loss: Any) -> None:
    report = judge(tmp_path, model, compiled_loss)
    finding = only(report, CODE)
    assert (finding.severity, finding.effect) == (Severity.INFO, None)
    assert report.outputs[0].verdict is Verdict.OK


@pytest.mark.parametrize(
    ("model", "compiled_loss"),
    [
        pytest.param(head("softmax"), SPARSE, id="probabilities"),
        pytest.param(head(), SPARSE, id="a mismatch"),
        pytest.param(head("log_softmax"), SPARSE_LOGITS, id="log-probabilities"),
        pytest.param(head("elu"), SPARSE_LOGITS, id="a range"),
        pytest.param(head(), "mse", id="a regression"),
        pytest.param(head(), None, id="not compiled"),
    ],
)
def test_everything_else_is_not(tmp_path: Path, model: Config, compiled_loss: Any) -> None:
    assert findings(judge(tmp_path, model, compiled_loss), CODE) == []


@pytest.mark.parametrize(
    ("model", "compiled_loss", "words", "last"),
    [
        pytest.param(head(), SPARSE_LOGITS, "The class is the largest logit.", "Softmax()", id="categorical"),
        pytest.param(
            head(units=1), BINARY_LOGITS, "The threshold is 0, not 0.5.", "Activation('sigmoid')", id="binary"
        ),
    ],
)
def test_it_says_how_to_read_them(tmp_path: Path, model: Config, compiled_loss: Any, words: str, last: str) -> None:
    finding = only(judge(tmp_path, model, compiled_loss), CODE)
    assert words in finding.message
    assert finding.fixes == (f"For probabilities: keras.Sequential([model, keras.layers.{last}])",)


def test_a_file_of_keras_2_is_served_with_tf_keras(tmp_path: Path) -> None:
    assert "tf.keras.Sequential" in only(judge(tmp_path, head(), SPARSE_LOGITS, "2.15.0"), CODE).fixes[0]

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from logitcheck.report import Severity, Verdict
from tests.building import KERAS, Config, called, dense, functional, loss, source, tensor
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


HEADS = [
    source(),
    called(dense("a", 3), tensor("x", (None, 4))),
    called(dense("b", 1), tensor("x", (None, 4))),
]
LIST = [["a", 0, 0], ["b", 0, 0]]
DICT = {"first": ["a", 0, 0], "second": ["b", 0, 0]}


@pytest.mark.parametrize(
    ("outputs", "version", "codes"),
    [
        pytest.param(LIST, KERAS, ("keras.ops.softmax({}[0])", "keras.ops.sigmoid({}[1])"), id="list"),
        pytest.param(DICT, KERAS, ("keras.ops.softmax({}['first'])", "keras.ops.sigmoid({}['second'])"), id="dict"),
        pytest.param({"p": LIST}, KERAS, ("keras.ops.softmax({}['p'][0])", "keras.ops.sigmoid({}['p'][1])"), id="deep"),
        pytest.param(LIST, "2.15.0", ("tf.nn.softmax({}[0])", "tf.nn.sigmoid({}[1])"), id="list of Keras 2"),
        pytest.param(DICT, "2.15.0", ("tf.nn.softmax({}['first'])", "tf.nn.sigmoid({}['second'])"), id="Keras 2, dict"),
    ],
)
def test_of_several_outputs_each_is_taken_out_of_what_predict_returns(
    tmp_path: Path, outputs: Any, version: str, codes: tuple[str, ...]
) -> None:
    model = functional(HEADS, outputs)
    report = judge(tmp_path, model, [SPARSE_LOGITS, BINARY_LOGITS], version)
    fixes = [finding.fixes[0] for finding in findings(report, CODE)]
    assert fixes == [f"For probabilities: {code.format('model.predict(...)')}" for code in codes]


@pytest.mark.parametrize(
    ("outputs", "version", "code"),
    [
        pytest.param([["a", 0, 0]], KERAS, "keras.ops.softmax(model.predict(...))", id="a list of one"),
        pytest.param({"y": ["a", 0, 0]}, KERAS, "keras.ops.softmax(model.predict(...)['y'])", id="a dict of one"),
        pytest.param(["a", 0, 0], KERAS, "keras.Sequential([model, keras.layers.Softmax()])", id="the output"),
        pytest.param(
            [["a", 0, 0]], "2.15.0", "tf.keras.Sequential([model, tf.keras.layers.Softmax()])", id="a list in Keras 2"
        ),
    ],
)
def test_a_sequential_is_suggested_where_it_takes_the_model(
    tmp_path: Path, outputs: Any, version: str, code: str
) -> None:
    model = functional(HEADS[:2], outputs)
    finding = only(judge(tmp_path, model, SPARSE_LOGITS, version), CODE)
    assert finding.fixes == (f"For probabilities: {code}",)


def test_a_file_of_keras_2_is_served_with_tf_keras(tmp_path: Path) -> None:
    assert "tf.keras.Sequential" in only(judge(tmp_path, head(), SPARSE_LOGITS, "2.15.0"), CODE).fixes[0]

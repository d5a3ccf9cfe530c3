from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from logitcheck.report import Severity, Verdict
from tests.building import Config, loss, metric
from tests.rules.judging import BINARY, findings, head, judge, only

CODE = "LC202"
BINARY_LOGITS = loss("BinaryCrossentropy", from_logits=True)
CATEGORICAL_LOGITS = loss("CategoricalCrossentropy", from_logits=True)
PLAIN, FLAGGED = metric("AUC", from_logits=False), metric("AUC", from_logits=True)
ONE = head(units=1)


@pytest.mark.parametrize(
    ("model", "compiled_loss", "metrics"),
    [
        pytest.param(ONE, BINARY_LOGITS, [PLAIN], id="logits"),
        pytest.param(ONE, BINARY_LOGITS, ["AUC"], id="string"),
        pytest.param(ONE, BINARY_LOGITS, ["auc"], id="snake case"),
        pytest.param(head(), CATEGORICAL_LOGITS, [PLAIN], id="logits of a softmax"),
        pytest.param(ONE, "hinge", [PLAIN], id="margins"),
        pytest.param(head("sigmoid", 1), BINARY, [FLAGGED], id="flag on a sigmoid"),
        pytest.param(head("softmax"), "categorical_crossentropy", [FLAGGED], id="flag on a softmax"),
        pytest.param(head("sigmoid", 1), "mse", [FLAGGED], id="flag on a sigmoid under another loss"),
        pytest.param(head("sigmoid", 1), None, [FLAGGED], id="flag on a sigmoid without a loss"),
    ],
)
def test_an_auc_that_takes_the_output_for_the_other_thing_is_a_warning(
    tmp_path: Path, model: Config, compiled_loss: Any, metrics: Any
) -> None:
    report = judge(tmp_path, model, compiled_loss, metrics=metrics)
    assert only(report, CODE).severity is Severity.WARNING
    assert report.outputs[0].verdict is not Verdict.MISMATCH


@pytest.mark.parametrize(
    ("model", "compiled_loss", "metrics"),
    [
        pytest.param(ONE, BINARY_LOGITS, [FLAGGED], id="flag on logits"),
        pytest.param(head("sigmoid", 1), BINARY, [PLAIN, "AUC"], id="sigmoid"),
        pytest.param(ONE, BINARY_LOGITS, [metric("AUC")], id="a file that does not say"),
        pytest.param(head("sigmoid", 1), BINARY, [metric("AUC")], id="a file that does not say, of probabilities"),
        pytest.param(ONE, "mse", [PLAIN], id="regression"),
        pytest.param(ONE, BINARY, [PLAIN], id="a loss that does not fit"),
        pytest.param(head("sigmoid", 1), BINARY_LOGITS, [FLAGGED], id="a loss of logits that does not fit"),
        pytest.param(ONE, None, [PLAIN], id="no loss"),
    ],
)
def test_everything_else_is_not(tmp_path: Path, model: Config, compiled_loss: Any, metrics: Any) -> None:
    assert findings(judge(tmp_path, model, compiled_loss, metrics=metrics), CODE) == []


def test_what_is_said_of_logits(tmp_path: Path) -> None:
    stored = metric("AUC", from_logits=False, curve="PR", multi_label=True, num_labels=1)
    finding = only(judge(tmp_path, ONE, BINARY_LOGITS, metrics=[stored, "mse"]), CODE)
    assert finding.message == (
        "Metric AUC cuts values to [0, 1] unless from_logits=True, but layer 'head' (Dense, 1 unit, linear) puts out"
        " any real number: all below 0 become one tie, and all above 1. Training and weights are not affected, only the"
        " number that is reported: evaluate again."
    )
    assert finding.fixes == (
        (
            "Set the flag: model.compile(...,"
            " metrics=[keras.metrics.AUC(from_logits=True, curve='PR', multi_label=True, num_labels=1), ...])"
        ),
        "Put the sigmoid into the model: Dense(1, activation='sigmoid')  # with loss=keras.losses.BinaryCrossentropy()",
    )


def test_what_is_said_of_probabilities(tmp_path: Path) -> None:
    finding = only(judge(tmp_path, head("sigmoid", 1), BINARY, "2.15.0", metrics=[FLAGGED]), CODE)
    assert "the sigmoid squeezes them into 0.5 to 0.731" in finding.message
    assert finding.fixes == ("Drop the flag: model.compile(..., metrics=[tf.keras.metrics.AUC()])",)


def test_thresholds_and_names_of_its_own_are_kept(tmp_path: Path) -> None:
    stored = metric("AUC", from_logits=False, num_thresholds=4, thresholds=[0.1, 0.5], name="pr_auc")
    first, *_ = only(judge(tmp_path, ONE, BINARY_LOGITS, metrics=[stored]), CODE).fixes
    assert first.endswith("[keras.metrics.AUC(from_logits=True, thresholds=[0.1, 0.5], name='pr_auc')])")


def test_on_logits_of_a_softmax_the_softmax_comes_first(tmp_path: Path) -> None:
    first, second = only(judge(tmp_path, head(), CATEGORICAL_LOGITS, metrics=[PLAIN]), CODE).fixes
    assert first.startswith("Put the softmax into the model")
    assert second.startswith("Set the flag, which applies a sigmoid to each logit, no softmax: ")


def test_of_logarithms_none_is_above_1(tmp_path: Path) -> None:
    message = only(judge(tmp_path, head("log_softmax"), CATEGORICAL_LOGITS, metrics=[PLAIN]), CODE).message
    assert ": all below 0 become one tie. Training" in message


def test_labels_that_are_class_ids_stop_it(tmp_path: Path) -> None:
    sparse = loss("SparseCategoricalCrossentropy", from_logits=True)
    assert findings(judge(tmp_path, head(), sparse, metrics=[PLAIN]), CODE) == []


def test_margins_need_labels_of_0_and_1(tmp_path: Path) -> None:
    (fix,) = only(judge(tmp_path, ONE, "hinge", metrics=[PLAIN]), CODE).fixes
    assert fix.startswith("With labels of 0 and 1, set the flag: ")

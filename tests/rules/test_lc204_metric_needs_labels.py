from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from logitcheck.report import Severity, Verdict
from tests.building import (
    Config,
    called,
    custom,
    dense,
    functional,
    layer,
    loss,
    metric,
    operation,
    sequential,
    source,
    tensor,
)
from tests.rules.judging import BINARY, CATEGORICAL, SPARSE, findings, head, judge, only

CODE = "LC204"
BINARY_LOGITS = loss("BinaryCrossentropy", from_logits=True)
SPARSE_LOGITS = loss("SparseCategoricalCrossentropy", from_logits=True)
ONE, SIGMOID = head(units=1), head("sigmoid", 1)
ACCURACY, F_SCORE = metric("Accuracy"), metric("F1Score", average=None, threshold=None)
UNION = metric("MeanIoU", num_classes=4, sparse_y_true=True, sparse_y_pred=True)
CLASS_IDS = functional(
    [
        source(),
        called(dense("head", 4, "softmax"), tensor("x", (None, 4))),
        called(operation("Argmax", "ids", axis=-1, keepdims=False), tensor("head", (None, 4))),
    ],
    [["ids", 0, 0]],
)

FIRING = {
    "accuracy of probabilities": (head("softmax"), SPARSE, [ACCURACY]),
    "accuracy of a sigmoid": (SIGMOID, BINARY, [ACCURACY]),
    "accuracy of logits": (head(), SPARSE_LOGITS, [ACCURACY]),
    "accuracy of log-probabilities": (head("log_softmax"), SPARSE_LOGITS, [ACCURACY]),
    "accuracy of logits under a loss that does not fit": (ONE, BINARY, [ACCURACY]),
    "accuracy of probabilities under a loss that does not fit": (head("softmax"), SPARSE_LOGITS, [ACCURACY]),
    "accuracy of probabilities without a loss": (head("softmax"), None, [ACCURACY]),
    "union of probabilities": (head("softmax"), SPARSE, [UNION]),
    "union of one class": (SIGMOID, BINARY, [metric("IoU", sparse_y_pred=True, num_classes=2)]),
    "one-hot union that reads class ids": (head("softmax"), SPARSE, [metric("OneHotIoU", sparse_y_pred=True)]),
    "F-score of one column": (SIGMOID, BINARY, [F_SCORE]),
    "F-score of one column of logits": (ONE, BINARY_LOGITS, [F_SCORE]),
    "general F-score of one column": (SIGMOID, BINARY, [metric("FBetaScore", beta=2.0, threshold=None)]),
}

SILENT = {
    "the string": (head("softmax"), SPARSE, ["accuracy", "Accuracy"]),
    "union of scores": (head("softmax"), SPARSE, [metric("MeanIoU", num_classes=4, sparse_y_pred=False)]),
    "union of an older file": (head("softmax"), SPARSE, [metric("MeanIoU", num_classes=4)]),
    "one-hot union": (head("softmax"), CATEGORICAL, [metric("OneHotMeanIoU", num_classes=4, sparse_y_pred=False)]),
    "F-score of several columns": (head("softmax"), CATEGORICAL, [F_SCORE]),
    "F-score with a threshold": (SIGMOID, BINARY, [metric("F1Score", threshold=0.5)]),
    "F-score of an older file": (SIGMOID, BINARY, [metric("F1Score")]),
    "class ids": (CLASS_IDS, None, [ACCURACY, metric("MeanIoU", num_classes=4, sparse_y_pred=True)]),
    "regression": (ONE, "mse", [ACCURACY, UNION, F_SCORE]),
    "known range": (head("relu", 1), "mse", [ACCURACY, UNION, F_SCORE]),
    "unknown output": (sequential(custom("Mine", "mine")), SPARSE, [ACCURACY, UNION, F_SCORE]),
    "class of one's own": (head("softmax"), SPARSE, [ACCURACY | {"module": "mine"}]),
}


@pytest.mark.parametrize(("model", "compiled_loss", "metrics"), FIRING.values(), ids=FIRING)
def test_scores_where_class_ids_are_needed_are_a_warning(
    tmp_path: Path, model: Config, compiled_loss: Any, metrics: Any
) -> None:
    finding = only(judge(tmp_path, model, compiled_loss, metrics=metrics), CODE)
    assert finding.severity is Severity.WARNING
    assert finding.effect is None


@pytest.mark.parametrize(("model", "compiled_loss", "metrics"), SILENT.values(), ids=SILENT)
def test_everything_else_is_not(tmp_path: Path, model: Config, compiled_loss: Any, metrics: Any) -> None:
    assert findings(judge(tmp_path, model, compiled_loss, metrics=metrics), CODE) == []


def test_the_verdict_stays_as_it_is(tmp_path: Path) -> None:
    assert judge(tmp_path, head("softmax"), SPARSE, metrics=[ACCURACY]).outputs[0].verdict is Verdict.OK


def test_each_way_of_misreading_is_told_by_itself(tmp_path: Path) -> None:
    report = judge(tmp_path, SIGMOID, BINARY, metrics=[ACCURACY, UNION, F_SCORE])
    equal, ids, column = [finding.message for finding in findings(report, CODE)]
    assert equal.startswith("Metric Accuracy counts predictions that equal the label exactly")
    assert ids.startswith("Metric MeanIoU takes each value for a class id and cuts off its fraction")
    assert column.startswith("Metric F1Score has no threshold and takes the largest score of each row")
    assert "with one column, every score except an exact 0 is a positive prediction" in column


def test_metrics_that_misread_alike_are_told_together(tmp_path: Path) -> None:
    metrics = [UNION, metric("IoU", num_classes=4, target_class_ids=[1], sparse_y_pred=True)]
    finding = only(judge(tmp_path, head("softmax"), SPARSE, metrics=metrics), CODE)
    assert finding.message.startswith(
        "Metrics MeanIoU and IoU take each value for a class id and cut off its fraction, but layer 'head'"
    )
    assert finding.message.endswith(
        "one class id for each label is wanted, and Keras stops with an error at several scores."
    )
    assert "only the number" not in finding.message
    assert finding.fixes == (
        (
            "Use a metric that reads scores: model.compile(..., metrics=[keras.metrics.MeanIoU(sparse_y_pred=False,"
            " num_classes=4), keras.metrics.IoU(sparse_y_pred=False, num_classes=4, target_class_ids=[1])])"
        ),
    )


USE = "Use a metric that reads scores: model.compile(..., metrics="
THEN = "Then use a metric that reads scores: model.compile(..., metrics="
SIGMOID_FIX = (
    "Put the sigmoid into the model: Dense(1, activation='sigmoid')  # with loss=keras.losses.BinaryCrossentropy()"
)


@pytest.mark.parametrize(
    ("version", "model", "compiled_loss", "stored", "fixes"),
    [
        pytest.param("3.15.1", head("softmax"), SPARSE, ACCURACY, [f"{USE}['accuracy'])"], id="classes"),
        pytest.param("3.15.1", head(), SPARSE_LOGITS, ACCURACY, [f"{USE}['accuracy'])"], id="logits of classes"),
        pytest.param("3.15.1", SIGMOID, BINARY, ACCURACY, [f"{USE}[keras.metrics.BinaryAccuracy()])"], id="sigmoid"),
        pytest.param(
            "2.15.0",
            head("sigmoid", 5),
            BINARY,
            ACCURACY,
            [f"{USE}[tf.keras.metrics.BinaryAccuracy()])"],
            id="several labels",
        ),
        pytest.param(
            "3.15.1",
            ONE,
            BINARY_LOGITS,
            ACCURACY,
            [f"{USE}[keras.metrics.BinaryAccuracy(threshold=0.0)])"],
            id="logit",
        ),
        pytest.param(
            "3.3.3",
            ONE,
            BINARY_LOGITS,
            ACCURACY,
            [SIGMOID_FIX, f"{THEN}[keras.metrics.BinaryAccuracy()])"],
            id="logit before Keras 3.5",
        ),
        pytest.param("3.15.1", SIGMOID, BINARY, UNION, [f"{USE}[keras.metrics.BinaryIoU()])"], id="union of one"),
        pytest.param(
            "3.15.1",
            ONE,
            BINARY_LOGITS,
            metric("IoU", num_classes=2, target_class_ids=[1], sparse_y_pred=True),
            [f"{USE}[keras.metrics.BinaryIoU(threshold=0.0, target_class_ids=[1])])"],
            id="union of one logit",
        ),
        pytest.param(
            "3.15.1",
            SIGMOID,
            BINARY,
            metric("FBetaScore", average="macro", beta=2.0, threshold=None),
            [f"{USE}[keras.metrics.FBetaScore(threshold=0.5, average='macro', beta=2.0)])"],
            id="F-score",
        ),
        pytest.param(
            "3.15.1",
            ONE,
            BINARY_LOGITS,
            F_SCORE,
            [SIGMOID_FIX, f"{THEN}[keras.metrics.F1Score(threshold=0.5)])"],
            id="F-score of a logit",
        ),
        pytest.param("3.15.1", ONE, "hinge", F_SCORE, [], id="F-score of a margin"),
    ],
)
def test_the_fix_reads_the_scores_as_they_are(
    tmp_path: Path, version: str, model: Config, compiled_loss: Any, stored: Config, fixes: list[str]
) -> None:
    report = judge(tmp_path, model, compiled_loss, version, metrics=[stored])
    assert only(report, CODE).fixes == tuple(fixes)


AXIS_1 = sequential(dense("head", 4), layer("Softmax", "last", axis=1), shape=(None, 4, 4))
ON_AXIS_1 = loss("CategoricalCrossentropy", axis=1)


@pytest.mark.parametrize(
    ("version", "model", "compiled_loss", "stored", "fix"),
    [
        pytest.param(
            "3.15.1", head("softmax"), CATEGORICAL, UNION, "[keras.metrics.OneHotMeanIoU(num_classes=4)])", id="one-hot"
        ),
        pytest.param(
            "3.15.1",
            head("softmax"),
            CATEGORICAL,
            metric("IoU", num_classes=4, target_class_ids=[1], sparse_y_pred=True, sparse_y_true=False, name="own"),
            "[keras.metrics.OneHotIoU(num_classes=4, target_class_ids=[1], name='own')])",
            id="one-hot of some classes",
        ),
        pytest.param("3.15.1", head("sigmoid", 5), BINARY, UNION, "[keras.metrics.BinaryIoU()])", id="labels"),
        pytest.param(
            "2.15.0",
            AXIS_1,
            ON_AXIS_1,
            UNION,
            "[tf.keras.metrics.OneHotMeanIoU(axis=-2, num_classes=4)])",
            id="another axis",
        ),
        pytest.param(
            "3.15.1",
            head("softmax"),
            None,
            UNION,
            "[keras.metrics.OneHotMeanIoU(num_classes=4)])  # with one-hot labels; with class ids, keep the metric and"
            " set sparse_y_pred=False",
            id="unknown labels",
        ),
    ],
)
def test_regions_of_scores_follow_the_labels(
    tmp_path: Path, version: str, model: Config, compiled_loss: Any, stored: Config, fix: str
) -> None:
    finding = only(judge(tmp_path, model, compiled_loss, version, metrics=[stored]), CODE)
    assert finding.fixes == (f"{USE}{fix}",)


def test_regions_of_keras_3_have_their_classes_last(tmp_path: Path) -> None:
    (fix,) = only(judge(tmp_path, AXIS_1, ON_AXIS_1, metrics=[UNION]), CODE).fixes
    assert fix.startswith("Put the class axis last")

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from logitcheck.report import Severity, Verdict
from tests.building import (
    Config,
    called,
    compiled,
    custom,
    dense,
    function,
    functional,
    layer,
    loss,
    metric,
    report_on,
    sequential,
    source,
    tensor,
)
from tests.rules.judging import BINARY, SPARSE, findings, head, judge, only

CODE = "LC201"
BINARY_LOGITS = loss("BinaryCrossentropy", from_logits=True)
FOCAL_LOGITS = loss("BinaryFocalCrossentropy", from_logits=True)
SPARSE_LOGITS = loss("SparseCategoricalCrossentropy", from_logits=True)
CATEGORICAL_LOGITS = loss("CategoricalCrossentropy", from_logits=True)
ONE = head(units=1)
SWEEP = metric("SensitivityAtSpecificity", specificity=0.8, num_thresholds=200)
COUNTS = ["Precision", "Recall", "TruePositives", "FalsePositives", "TrueNegatives", "FalseNegatives"]


def wrapped(name: str, **config: Any) -> Config:
    return {"class_name": "MeanMetricWrapper", "config": {"name": name, "dtype": "float32", "fn": name, **config}}


FIRING = {
    "accuracy of one unit": (ONE, BINARY_LOGITS, ["accuracy"]),
    "acc": (ONE, BINARY_LOGITS, ["acc"]),
    "in capitals": (ONE, BINARY_LOGITS, ["ACC"]),
    "function": (ONE, BINARY_LOGITS, [function("binary_accuracy")]),
    "wrapped function": (ONE, BINARY_LOGITS, [[wrapped("binary_accuracy")]]),
    "string": (ONE, BINARY_LOGITS, ["binary_accuracy"]),
    "class": (ONE, BINARY_LOGITS, [metric("BinaryAccuracy", threshold=0.5)]),
    "several units": (head(units=5), BINARY_LOGITS, [metric("BinaryAccuracy", threshold=0.5)]),
    "another threshold of probabilities": (ONE, BINARY_LOGITS, [metric("BinaryAccuracy", threshold=0.3)]),
    "one of several thresholds": (ONE, BINARY_LOGITS, [metric("Recall", thresholds=[0, 0.5])]),
    "region": (ONE, BINARY_LOGITS, [metric("BinaryIoU", threshold=0.5)]),
    "F-score": (ONE, BINARY_LOGITS, [metric("F1Score", threshold=0.5)]),
    "general F-score": (ONE, BINARY_LOGITS, [metric("FBetaScore", threshold=0.5, beta=2.0)]),
    "sweep of thresholds": (ONE, BINARY_LOGITS, [SWEEP]),
    "focal loss": (ONE, FOCAL_LOGITS, ["accuracy"]),
    "hinge": (ONE, "hinge", ["accuracy"]),
    "squared hinge of tanh": (head("tanh", 1), "squared_hinge", ["accuracy"]),
    "loss that is chosen by shape beside one that is not": (ONE, [BINARY_LOGITS, "mse"], ["accuracy"]),
    "weighted": (ONE, BINARY_LOGITS, None),
    "logits of a softmax": (head(), CATEGORICAL_LOGITS, [metric("Precision", thresholds=None)]),
    "logarithms of a softmax": (head("log_softmax"), CATEGORICAL_LOGITS, [metric("BinaryAccuracy", threshold=0.5)]),
    **{name: (ONE, BINARY_LOGITS, [metric(name, thresholds=None, top_k=None)]) for name in COUNTS},
}

SILENT = {
    "threshold of logits": (ONE, BINARY_LOGITS, [metric("BinaryAccuracy", threshold=0.0)]),
    "thresholds of logits": (ONE, BINARY_LOGITS, [metric("Precision", thresholds=0)]),
    "threshold beyond 1": (ONE, BINARY_LOGITS, [metric("BinaryAccuracy", threshold=2.0)]),
    "region at 0": (ONE, BINARY_LOGITS, [metric("BinaryIoU", threshold=0.0)]),
    "largest scores": (head(), CATEGORICAL_LOGITS, [metric("Precision", thresholds=None, top_k=1)]),
    "F-score of the largest score": (head(), CATEGORICAL_LOGITS, [metric("F1Score", threshold=None)]),
    "accuracy of several units": (head(), SPARSE_LOGITS, ["accuracy"]),
    "accuracy of several labels": (head(units=5), BINARY_LOGITS, ["accuracy"]),
    "accuracy of classes": (head(), SPARSE_LOGITS, [metric("SparseCategoricalAccuracy")]),
    "the wrong accuracy, as Keras 2 stores it before the first fit": (
        head(),
        SPARSE_LOGITS,
        [[wrapped("categorical_accuracy")]],
    ),
    "top k": (head(), SPARSE_LOGITS, [metric("SparseTopKCategoricalAccuracy", k=2)]),
    "probabilities": (head("sigmoid", 1), BINARY, ["accuracy", metric("Precision", thresholds=None)]),
    "regression": (ONE, "mse", ["accuracy", metric("BinaryAccuracy", threshold=0.5)]),
    "huber": (head(units=4), "huber", [[wrapped("categorical_accuracy")]]),
    "hinge over classes": (head(units=1), "categorical_hinge", ["accuracy"]),
    "loss of one's own": (ONE, function("my_loss"), ["accuracy"]),
    "no loss": (ONE, None, ["accuracy"]),
    "loss that does not fit": (ONE, BINARY, ["accuracy"]),
    "losses of which one does not fit": (ONE, [BINARY_LOGITS, BINARY], ["accuracy"]),
    "values that limit the loss": (head("relu", 1), BINARY_LOGITS, ["accuracy"]),
    "activated output under a loss of logits": (head("sigmoid", 1), BINARY_LOGITS, ["accuracy"]),
    "unknown output": (sequential(custom("Mine", "mine")), BINARY_LOGITS, ["accuracy"]),
    "metric of one's own": (ONE, BINARY_LOGITS, [function("f1")]),
    "class of one's own": (ONE, BINARY_LOGITS, [metric("F1", threshold=0.5) | {"module": "mine"}]),
    "threshold that the file does not say": (ONE, BINARY_LOGITS, [metric("BinaryAccuracy")]),
    "thresholds that the file does not say": (ONE, BINARY_LOGITS, [metric("Precision")]),
    "unknown number of units": (
        sequential(layer("BatchNormalization", "head"), shape=(None, None)),
        BINARY_LOGITS,
        ["accuracy"],
    ),
}


@pytest.mark.parametrize(("model", "compiled_loss", "metrics"), FIRING.values(), ids=FIRING)
def test_a_threshold_of_probabilities_on_logits_is_a_warning(
    tmp_path: Path, model: Config, compiled_loss: Any, metrics: Any
) -> None:
    weighted = ["accuracy"] if metrics is None else None
    report = judge(tmp_path, model, compiled_loss, metrics=metrics, weighted_metrics=weighted)
    finding = only(report, CODE)
    assert finding.severity is Severity.WARNING
    assert finding.effect is None
    assert finding.output == "head"
    assert report.outputs[0].verdict is not Verdict.MISMATCH


@pytest.mark.parametrize(("model", "compiled_loss", "metrics"), SILENT.values(), ids=SILENT)
def test_everything_else_is_not(tmp_path: Path, model: Config, compiled_loss: Any, metrics: Any) -> None:
    assert findings(judge(tmp_path, model, compiled_loss, metrics=metrics), CODE) == []


def test_one_finding_names_all_metrics(tmp_path: Path) -> None:
    metrics = ["accuracy", metric("Precision", thresholds=None), metric("Recall", thresholds=0.3), "mse"]
    finding = only(judge(tmp_path, ONE, BINARY_LOGITS, metrics=metrics), CODE)
    assert finding.message.startswith(
        "Metrics 'accuracy', Precision and Recall compare values with 0.3 and 0.5, as if probabilities, but layer"
        " 'head' (Dense, 1 unit, linear) puts out any real number, which the loss takes as logits: there these are"
        " probabilities of 57.4 % and 62.2 %."
    )
    assert finding.fixes == (
        (
            "Keep the logits, threshold at 0: model.compile(..., metrics=[keras.metrics.BinaryAccuracy(threshold=0.0,"
            " name='accuracy'), keras.metrics.Precision(thresholds=0), ...])  # Recall needs probabilities"
        ),
        "Put the sigmoid into the model: Dense(1, activation='sigmoid')  # with loss=keras.losses.BinaryCrossentropy()",
    )


def test_the_message_says_that_only_the_number_is_wrong(tmp_path: Path) -> None:
    message = only(judge(tmp_path, ONE, BINARY_LOGITS, metrics=["accuracy"]), CODE).message
    assert message.endswith("Training and weights are not affected, only the number that is reported: evaluate again.")


def test_a_sweep_is_said_to_try_probabilities_above_a_half_only(tmp_path: Path) -> None:
    finding = only(judge(tmp_path, ONE, BINARY_LOGITS, metrics=[SWEEP]), CODE)
    assert "tries thresholds from 0 to 1 only" in finding.message
    assert "those are probabilities from 50 to 73.1 %" in finding.message
    assert [fix.partition(":")[0] for fix in finding.fixes] == ["Put the sigmoid into the model"]


def test_of_logits_of_a_softmax_no_probability_is_claimed(tmp_path: Path) -> None:
    metrics = [metric("Precision", thresholds=None, class_id=2), metric("BinaryAccuracy", threshold=0.5)]
    finding = only(judge(tmp_path, head(units=4), CATEGORICAL_LOGITS, metrics=metrics), CODE)
    assert "no fixed value of a logit stands for a probability" in finding.message
    assert finding.fixes == (
        (
            "Let the largest score decide: model.compile(..., metrics=[keras.metrics.Precision(top_k=1, class_id=2),"
            " keras.metrics.CategoricalAccuracy()])"
        ),
        (
            "Put the softmax into the model: Dense(4, activation='softmax')"
            "  # with loss=keras.losses.CategoricalCrossentropy()"
        ),
    )


def test_a_hinge_loss_separates_at_0(tmp_path: Path) -> None:
    finding = only(judge(tmp_path, ONE, "hinge", metrics=["accuracy"]), CODE)
    assert "and its hinge loss separates the classes at 0." in finding.message
    assert finding.fixes == (
        (
            "With labels of 0 and 1, threshold at 0: model.compile(..., metrics=[keras.metrics.BinaryAccuracy("
            "threshold=0.0, name='accuracy')])"
        ),
    )


@pytest.mark.parametrize("version", ["3.0.0", "3.0.5", "3.3.3", "3.4.1"])
def test_keras_3_refused_a_threshold_of_0_at_first(tmp_path: Path, version: str) -> None:
    metrics = ["accuracy", metric("Precision", thresholds=None)]
    fixes = only(judge(tmp_path, ONE, BINARY_LOGITS, version, metrics=metrics), CODE).fixes
    assert fixes == (
        "Keep the logits, threshold at 0: model.compile(..., metrics=[keras.metrics.Precision(thresholds=0), ...])",
        (
            "Keep the logits, with this function among the metrics: def accuracy(labels, logits): return"
            " keras.metrics.binary_accuracy(labels, keras.ops.sigmoid(logits))"
        ),
        "Put the sigmoid into the model: Dense(1, activation='sigmoid')  # with loss=keras.losses.BinaryCrossentropy()",
    )


@pytest.mark.parametrize(("version", "package"), [("3.5.0", "keras"), ("2.15.0", "tf.keras"), ("2.8.0", "tf.keras")])
def test_later_versions_and_keras_2_take_it(tmp_path: Path, version: str, package: str) -> None:
    first, *_ = only(judge(tmp_path, ONE, BINARY_LOGITS, version, metrics=["accuracy"]), CODE).fixes
    assert first.endswith(f"metrics=[{package}.metrics.BinaryAccuracy(threshold=0.0, name='accuracy')])")


@pytest.mark.parametrize(
    ("version", "raises"), [("2.3.1", False), ("2.4.0", True), ("2.9.0", True), ("2.10.0", False), ("3.0.5", False)]
)
def test_some_versions_stop_with_an_error(tmp_path: Path, version: str, *, raises: bool) -> None:
    metrics = [metric("Precision", thresholds=None, top_k=None)]
    finding = only(judge(tmp_path, ONE, BINARY_LOGITS, version, metrics=metrics), CODE)
    assert (f"Keras {version} stops with an error at the first value outside [0, 1]." in finding.message) is raises
    assert any("thresholds=0" in fix for fix in finding.fixes) is not raises


@pytest.mark.parametrize(
    ("version", "fires"), [("2.1.6", True), ("2.3.1", True), ("2.2.4-tf", True), ("2.3.0-tf", False), ("2.4.0", False)]
)
def test_up_to_tensorflow_2_1_accuracy_asks_the_loss(tmp_path: Path, version: str, *, fires: bool) -> None:
    report = judge(tmp_path, head(units=5), BINARY_LOGITS, version, metrics=["accuracy"])
    assert bool(findings(report, CODE)) is fires


def test_without_a_version_the_loss_is_not_asked(tmp_path: Path) -> None:
    legacy = compiled(head(units=5), BINARY_LOGITS, metrics=["accuracy"]) | {"module": "keras.src.engine.sequential"}
    assert findings(report_on(tmp_path, legacy, None), CODE) == []


def test_several_outputs_are_told_apart(tmp_path: Path) -> None:
    layers = [source(), *(called(dense(name, 1), tensor("x", (None, 4))) for name in ("a", "b"))]
    model = functional(layers, [["a", 0, 0], ["b", 0, 0]])
    losses = {"a": BINARY_LOGITS, "b": "mse"}
    report = judge(tmp_path, model, losses, metrics={"a": ["acc"]}, weighted_metrics=[["acc"], ["acc"]])
    finding = only(report, CODE)
    assert finding.output == "a"
    assert finding.fixes[0] == (
        "Keep the logits, threshold at 0: model.compile(..., metrics={'a': [keras.metrics.BinaryAccuracy("
        "threshold=0.0, name='acc')], ...}, weighted_metrics={'a': [keras.metrics.BinaryAccuracy(threshold=0.0,"
        " name='acc')], ...})"
    )


def test_a_raw_loss_of_tensorflow_has_no_flag_to_drop(tmp_path: Path) -> None:
    raw = function("sigmoid_cross_entropy_with_logits_v2")
    finding = only(judge(tmp_path, ONE, raw, metrics=["accuracy"]), CODE)
    assert [fix.partition(":")[0] for fix in finding.fixes] == ["Keep the logits, threshold at 0"]


def test_a_string_loss_means_probabilities_so_that_its_own_finding_comes_first(tmp_path: Path) -> None:
    report = judge(tmp_path, head(), SPARSE, metrics=[metric("Precision", thresholds=None)])
    assert [finding.code for finding in report.findings if finding.severity is not Severity.INFO] == ["LC102"]


@pytest.mark.parametrize(
    ("stored", "code"),
    [
        (metric("BinaryAccuracy", threshold=0.9), "BinaryAccuracy(threshold=2.197)"),
        (metric("BinaryIoU", threshold=0.25), "BinaryIoU(threshold=-1.099)"),
        (metric("Recall", thresholds=[0.5, 0.7]), "Recall(thresholds=[0.0, 0.8473])"),
        (metric("Recall", thresholds=0.6), "Recall(thresholds=0.4055)"),
        (metric("Precision", thresholds=None, name="mine"), "Precision(thresholds=0, name='mine')"),
        (metric("Precision", thresholds=None, name="precision_12"), "Precision(thresholds=0)"),
    ],
)
def test_each_threshold_becomes_the_logit_of_it_and_names_stay(tmp_path: Path, stored: Config, code: str) -> None:
    first, *_ = only(judge(tmp_path, ONE, BINARY_LOGITS, metrics=[stored]), CODE).fixes
    assert first.endswith(f"model.compile(..., metrics=[keras.metrics.{code}])")


@pytest.mark.parametrize(
    "stored",
    [
        pytest.param(metric("Recall", thresholds=0.9), id="a logit above 1"),
        pytest.param(metric("Recall", thresholds=[0.2, 0.5]), id="a logit below 0"),
        pytest.param(metric("Recall", thresholds=[0, 0.5]), id="no logit"),
        pytest.param(metric("F1Score", threshold=0.5), id="no threshold of 0"),
        pytest.param(SWEEP, id="no threshold at all"),
    ],
)
def test_what_takes_no_such_threshold_is_named(tmp_path: Path, stored: Config) -> None:
    first, *_ = only(judge(tmp_path, ONE, BINARY_LOGITS, metrics=["accuracy", stored]), CODE).fixes
    assert first.endswith(f"name='accuracy'), ...])  # {stored['class_name']} needs probabilities")


def test_metrics_of_different_thresholds_stay_different(tmp_path: Path) -> None:
    stored = [metric("Precision", thresholds=0.5), metric("Precision", thresholds=0.6)]
    first, *_ = only(judge(tmp_path, ONE, BINARY_LOGITS, metrics=stored), CODE).fixes
    assert "[keras.metrics.Precision(thresholds=0), keras.metrics.Precision(thresholds=0.4055)]" in first
    finding = only(judge(tmp_path, head(), CATEGORICAL_LOGITS, metrics=stored), CODE)
    assert finding.fixes[0].endswith("[keras.metrics.Precision(top_k=1), ...])  # Precision needs probabilities")


def test_sweeps_have_a_sentence_of_their_own(tmp_path: Path) -> None:
    message = only(judge(tmp_path, ONE, BINARY_LOGITS, metrics=["accuracy", SWEEP]), CODE).message
    assert "Metric 'accuracy' compares each value with 0.5, as if a probability" in message
    assert "62.2 %. Metric SensitivityAtSpecificity tries thresholds from 0 to 1 only. Training" in message


@pytest.mark.parametrize("name", [*COUNTS, "F1Score", "BinaryIoU"])
def test_labels_of_another_shape_stop_a_metric_before_it_misreads(tmp_path: Path, name: str) -> None:
    stored = metric(name, thresholds=None, threshold=0.5)
    assert findings(judge(tmp_path, head(), SPARSE_LOGITS, metrics=[stored, SWEEP]), CODE) == []


def test_binary_accuracy_takes_such_labels(tmp_path: Path) -> None:
    metrics = [metric("BinaryAccuracy", threshold=0.5), SWEEP]
    finding = only(judge(tmp_path, head(), SPARSE_LOGITS, metrics=metrics), CODE)
    assert finding.message.startswith("Metric BinaryAccuracy compares")
    assert "keras.metrics.SparseCategoricalAccuracy()" in finding.fixes[0]

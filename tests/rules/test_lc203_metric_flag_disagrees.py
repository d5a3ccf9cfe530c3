from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from logitcheck.report import Severity, Verdict
from tests.building import Config, custom, function, layer, loss, metric, sequential
from tests.rules.judging import BINARY, SPARSE, findings, followed_by, head, judge, only

CODE = "LC203"
BINARY_LOGITS = loss("BinaryCrossentropy", from_logits=True)
SPARSE_LOGITS = loss("SparseCategoricalCrossentropy", from_logits=True)
CATEGORICAL = metric("CategoricalCrossentropy", from_logits=False)
FLAGGED = metric("CategoricalCrossentropy", from_logits=True)
ONE = head(units=1)
WRAPPER = {"class_name": "MeanMetricWrapper", "config": {"name": "bce", "fn": "binary_crossentropy"}}
FLAGGED_WRAPPER = {"class_name": "MeanMetricWrapper", "config": {"fn": "binary_crossentropy", "from_logits": True}}

FIRING = {
    "string": (ONE, BINARY_LOGITS, ["binary_crossentropy"]),
    "short string": (ONE, BINARY_LOGITS, ["bce"]),
    "function": (ONE, BINARY_LOGITS, [function("binary_crossentropy")]),
    "focal function": (ONE, BINARY_LOGITS, [function("binary_focal_crossentropy")]),
    "wrapper": (ONE, BINARY_LOGITS, [[WRAPPER]]),
    "object": (head(), SPARSE_LOGITS, [metric("SparseCategoricalCrossentropy", from_logits=False)]),
    "loss object": (ONE, BINARY_LOGITS, [loss("BinaryCrossentropy", from_logits=False)]),
    "logits without a loss": (head(), None, [CATEGORICAL]),
    "logits under a loss that takes anything": (head(), "mse", [CATEGORICAL]),
    "logits under a loss of one's own": (head(), function("mine"), [CATEGORICAL]),
    "log-probabilities": (head("log_softmax"), SPARSE_LOGITS, [CATEGORICAL]),
    "range that leaves [0, 1]": (head("tanh"), "mse", ["binary_crossentropy"]),
    "flag on a softmax": (head("softmax"), "categorical_crossentropy", [FLAGGED]),
    "flag on a sigmoid": (head("sigmoid", 1), BINARY, [[FLAGGED_WRAPPER]]),
    "flag on a softmax without a loss": (head("softmax"), None, [FLAGGED]),
}

SILENT = {
    "flag on logits": (ONE, BINARY_LOGITS, [metric("BinaryCrossentropy", from_logits=True)]),
    "flag of a wrapper on logits": (ONE, BINARY_LOGITS, [FLAGGED_WRAPPER]),
    "flag on log-probabilities": (head("log_softmax"), SPARSE_LOGITS, [FLAGGED]),
    "probabilities": (head("softmax"), SPARSE, [CATEGORICAL, "categorical_crossentropy"]),
    "loss that does not fit": (ONE, BINARY, ["binary_crossentropy"]),
    "loss of logits that does not fit": (head("softmax"), SPARSE_LOGITS, [FLAGGED]),
    "divergence that does not fit": (head(), "kl_divergence", [CATEGORICAL]),
    "values that limit the loss": (head("relu", 1), BINARY_LOGITS, ["binary_crossentropy"]),
    "file that does not say": (ONE, BINARY_LOGITS, [metric("BinaryCrossentropy")]),
    "regression metric": (ONE, BINARY_LOGITS, ["mse", "mae", "cosine_similarity"]),
    "unknown output": (sequential(custom("Mine", "mine")), SPARSE_LOGITS, [CATEGORICAL]),
    "string that fails in Keras 3": (ONE, BINARY_LOGITS, ["crossentropy"]),
    "function of one's own": (ONE, BINARY_LOGITS, [function("my_crossentropy")]),
    "rescaled probabilities": (
        followed_by(layer("Rescaling", "half", scale=0.5, offset=0.25), activation="sigmoid", units=1),
        "mse",
        ["binary_crossentropy"],
    ),
}


@pytest.mark.parametrize(("model", "compiled_loss", "metrics"), FIRING.values(), ids=FIRING)
def test_a_flag_that_does_not_fit_is_a_warning(tmp_path: Path, model: Config, compiled_loss: Any, metrics: Any) -> None:
    report = judge(tmp_path, model, compiled_loss, metrics=metrics)
    finding = only(report, CODE)
    assert finding.severity is Severity.WARNING
    assert finding.effect is None
    assert report.outputs[0].verdict is not Verdict.MISMATCH


@pytest.mark.parametrize(("model", "compiled_loss", "metrics"), SILENT.values(), ids=SILENT)
def test_everything_else_is_not(tmp_path: Path, model: Config, compiled_loss: Any, metrics: Any) -> None:
    assert findings(judge(tmp_path, model, compiled_loss, metrics=metrics), CODE) == []


def test_what_is_said_without_the_flag(tmp_path: Path) -> None:
    metrics = ["bce", metric("BinaryCrossentropy", from_logits=False, label_smoothing=0.1)]
    finding = only(judge(tmp_path, ONE, BINARY_LOGITS, metrics=metrics), CODE)
    assert finding.message.startswith(
        "Metrics 'bce' and BinaryCrossentropy have from_logits=False and expect probabilities, but layer 'head' (Dense,"
        " 1 unit, linear) puts out any real number: Keras cuts them into [1e-7, 1 - 1e-7], and the number says nothing."
    )
    assert finding.fixes == (
        (
            "Set the flag: model.compile(..., metrics=[keras.metrics.BinaryCrossentropy(from_logits=True,"
            " name='bce'), keras.metrics.BinaryCrossentropy(from_logits=True, label_smoothing=0.1)])"
        ),
    )


def test_a_focal_loss_has_no_metric_class(tmp_path: Path) -> None:
    finding = only(judge(tmp_path, ONE, BINARY_LOGITS, metrics=[function("binary_focal_crossentropy")]), CODE)
    assert finding.fixes == (
        "Set the flag: model.compile(..., metrics=[keras.losses.BinaryFocalCrossentropy(from_logits=True)])",
    )


@pytest.mark.parametrize(
    ("version", "says"),
    [
        pytest.param(
            "3.15.1",
            "on TensorFlow Keras notices and reports the right number, on JAX and PyTorch the activation is applied"
            " twice. Training and weights are not affected.",
            id="Keras 3",
        ),
        pytest.param(
            "2.15.0",
            "on TensorFlow Keras notices and reports the right number. Training and weights are not affected.",
            id="Keras 2",
        ),
        pytest.param("2.3.1", ": the activation is applied twice. Training and weights", id="an old Keras 2"),
        pytest.param(
            "2.4.0",
            "notices from TensorFlow 2.4 on, and before applies the activation twice. Training and weights",
            id="TF 2.3 or 2.4",
        ),
    ],
)
def test_what_is_said_of_a_flag_on_probabilities(tmp_path: Path, version: str, says: str) -> None:
    finding = only(judge(tmp_path, head("softmax"), SPARSE, version, metrics=[FLAGGED]), CODE)
    assert "has from_logits=True and expects logits, but layer 'head' (Dense, 10 units, softmax)" in finding.message
    assert says in finding.message
    package = "tf.keras" if version in {"2.15.0", "2.4.0"} else "keras"
    assert finding.fixes == (
        f"Drop the flag: model.compile(..., metrics=[{package}.metrics.CategoricalCrossentropy()])",
    )


@pytest.mark.parametrize(
    ("model", "compiled_loss", "class_name"),
    [
        pytest.param(ONE, BINARY_LOGITS, "BinaryCrossentropy", id="as the loss"),
        pytest.param(head(), SPARSE_LOGITS, "SparseCategoricalCrossentropy", id="as the loss of labels"),
        pytest.param(ONE, function("mine"), "BinaryCrossentropy", id="one unit"),
        pytest.param(head(), function("mine"), "CategoricalCrossentropy", id="several units"),
    ],
)
def test_the_crossentropy_by_shape_of_keras_2_is_spelled_out(
    tmp_path: Path, model: Config, compiled_loss: Any, class_name: str
) -> None:
    finding = only(judge(tmp_path, model, compiled_loss, "2.15.0", metrics=["ce"]), CODE)
    assert finding.fixes[0].endswith(f"metrics=[tf.keras.metrics.{class_name}(from_logits=True, name='ce')])")


def test_a_flag_behind_a_dropout_is_repaired_in_evaluation_only(tmp_path: Path) -> None:
    model = followed_by(layer("Dropout", "dropout", rate=0.5), activation="softmax")
    message = only(judge(tmp_path, model, SPARSE, metrics=[FLAGGED]), CODE).message
    assert "on TensorFlow Keras notices in evaluate() only, and in training applies the activation twice" in message


def test_metrics_of_which_keras_makes_different_things_are_told_apart(tmp_path: Path) -> None:
    metrics = [FLAGGED, metric("BinaryCrossentropy", from_logits=True)]
    own, other = findings(judge(tmp_path, head("softmax"), SPARSE, metrics=metrics), CODE)
    assert own.message.startswith("Metric CategoricalCrossentropy has")
    assert "on TensorFlow Keras notices and reports the right number" in own.message
    assert own.fixes == ("Drop the flag: model.compile(..., metrics=[keras.metrics.CategoricalCrossentropy(), ...])",)
    assert other.message.startswith("Metric BinaryCrossentropy has")
    assert "on TensorFlow Keras applies another activation than that of the output" in other.message


def test_metrics_of_which_keras_makes_the_same_are_told_together(tmp_path: Path) -> None:
    metrics = [FLAGGED, metric("BinaryCrossentropy", from_logits=True)]
    message = only(judge(tmp_path, head("softmax"), SPARSE, "2.3.1", metrics=metrics), CODE).message
    assert message.startswith("Metrics CategoricalCrossentropy and BinaryCrossentropy have from_logits=True")


def test_before_keras_2_3_metrics_have_no_classes(tmp_path: Path) -> None:
    finding = only(judge(tmp_path, ONE, "mse", "2.1.6", metrics=["binary_crossentropy"]), CODE)
    assert finding.fixes == ()


def test_a_categorical_one_divides_by_the_sum_first(tmp_path: Path) -> None:
    stored = metric("CategoricalCrossentropy", from_logits=False)
    message = only(judge(tmp_path, head(), "mse", metrics=[stored]), CODE).message
    assert "Keras divides them by their sum, negative ones included, and cuts the shares into" in message

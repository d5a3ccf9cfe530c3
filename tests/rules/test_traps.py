"""Models that are right and look wrong: none of them may be accused of anything."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.building import (
    Config,
    called,
    codes,
    compiled,
    custom,
    dense,
    function,
    functional,
    layer,
    loss,
    metric,
    operation,
    report_on,
    sequential,
    source,
    tensor,
)
from tests.rules.judging import BINARY, CATEGORICAL, SPARSE, followed_by, head, softmax

BINARY_LOGITS = loss("BinaryCrossentropy", from_logits=True)
SPARSE_LOGITS = loss("SparseCategoricalCrossentropy", from_logits=True)
SHAPE = (None, 4)
CUSTOM_LOSS = loss("WeightedCrossentropy", from_logits=True) | {"module": "mine", "registered_name": "mine>Weighted"}


def graph(*layers: Config, outputs: Sequence[str], shape: Sequence[int | None] = SHAPE) -> Config:
    """A model of wired layers behind one input, with the first call of some of them as outputs."""
    return functional([source(shape=shape), *layers], [[name, 0, 0] for name in outputs])


def on(config: Config, *names: str, shape: Sequence[int | None] = SHAPE) -> Config:
    """The layer called on one tensor, or on a list of several."""
    tensors = [tensor(name, shape) for name in names]
    return called(config, tensors if len(tensors) > 1 else tensors[0])


def convolution(activation: str, filters: int = 3) -> Config:
    return layer("Conv2D", "head", filters=filters, kernel_size=[3, 3], padding="same", activation=activation)


IMAGE = (None, 8, 8, 3)
SEQUENCE = (None, 7, 4)

ENSEMBLE = graph(
    on(dense("a", 4, "softmax"), "x"),
    on(dense("b", 4, "softmax"), "x"),
    on(layer("Average", "mean"), "a", "b"),
    outputs=["mean"],
)
WEIGHTED_ENSEMBLE = graph(
    on(dense("a", 4, "softmax"), "x"),
    on(dense("b", 4, "softmax"), "x"),
    called(operation("Multiply", "most"), tensor("a", SHAPE), 0.75),
    called(operation("Multiply", "rest"), tensor("b", SHAPE), 0.25),
    called(operation("Add", "sum"), tensor("most", SHAPE), tensor("rest", SHAPE)),
    outputs=["sum"],
)
HEADS_SIDE_BY_SIDE = graph(
    on(dense("class", 4, "softmax"), "x"),
    on(dense("box", 4), "x"),
    on(layer("Concatenate", "both", axis=-1), "class", "box"),
    outputs=["both"],
)
MASKED = graph(
    on(dense("head", 4, "softmax"), "x"),
    source("mask"),
    on(layer("Multiply", "masked"), "head", "mask"),
    outputs=["masked"],
)
SQUEEZED_AND_EXCITED = graph(
    on(dense("squeeze", 4, "sigmoid"), "x"),
    on(layer("Multiply", "excited"), "x", "squeeze"),
    on(dense("head", 4, "softmax"), "excited"),
    outputs=["head"],
)
GATED_LOGITS = graph(
    on(dense("gate", 4, "sigmoid"), "x"),
    on(dense("raw", 4), "x"),
    on(layer("Multiply", "gated"), "raw", "gate"),
    outputs=["gated"],
)
MIXTURE_OF_EXPERTS = graph(
    on(dense("gate", 4, "softmax"), "x"),
    on(dense("experts", 4), "x"),
    on(layer("Multiply", "mixed"), "gate", "experts"),
    on(dense("head", 4), "mixed"),
    outputs=["head"],
)
ATTENDED = graph(
    called(layer("Attention", "attention"), [tensor("x", SEQUENCE), tensor("x", SEQUENCE)]),
    called(layer("GlobalAveragePooling1D", "pool"), tensor("attention", SEQUENCE)),
    on(dense("head", 3, "softmax"), "pool"),
    outputs=["head"],
    shape=SEQUENCE,
)
ATTENTION_BY_HAND = graph(
    called(dense("score", 1), tensor("x", SEQUENCE)),
    called(softmax(1, "weights"), tensor("score", (None, 7, 1))),
    called(layer("Multiply", "weighted"), [tensor("x", SEQUENCE), tensor("weights", (None, 7, 1))]),
    called(operation("Sum", "context", axis=[1], keepdims=False), tensor("weighted", SEQUENCE)),
    on(dense("head", 3, "softmax"), "context"),
    outputs=["head"],
    shape=SEQUENCE,
)
BOTH_LOGITS_AND_PROBABILITIES = graph(
    on(dense("logits", 4), "x"), on(softmax(name="probabilities"), "logits"), outputs=["logits", "probabilities"]
)
CLASSIFIER_INSIDE = graph(
    on(sequential(dense("inner", 4, "softmax"), name="backbone"), "x"),
    on(dense("head", 3), "backbone"),
    outputs=["head"],
)
TEMPERATURE = layer("Rescaling", "temperature", scale=0.5, offset=0.0)
EMBEDDING = layer("UnitNormalization", "unit", axis=-1)

TRAPS = {
    "linear under MSE": (head(units=1), "mse"),
    "linear under MAE": (head(units=1), "mae"),
    "linear under Huber": (head(units=1), loss("Huber")),
    "linear under LogCosh": (head(units=1), loss("LogCosh")),
    "linear under a quantile loss of one's own": (head(units=1), function("pinball")),
    "softmax under MSE": (head("softmax"), "mse"),
    "sigmoid under MSE": (head("sigmoid"), "mse"),
    "softmax under a divergence": (head("softmax"), "kl_divergence"),
    "log-softmax under a loss that expects logits": (head("log_softmax"), SPARSE_LOGITS),
    "several labels": (head("sigmoid", 5), BINARY),
    "detection with a focal loss": (head("sigmoid", 5), loss("BinaryFocalCrossentropy")),
    "decoder with a sigmoid": (sequential(convolution("sigmoid"), shape=IMAGE), BINARY),
    "decoder with logits": (sequential(convolution("linear"), shape=IMAGE), BINARY_LOGITS),
    "images in the unit interval under MSE": (sequential(convolution("sigmoid"), shape=IMAGE), "mse"),
    "Wasserstein critic": (head(units=1), function("wasserstein_loss")),
    "least-squares critic": (head(units=1), "mse"),
    "hinge critic": (head(units=1), "hinge"),
    "action values": (head(units=4), loss("Huber")),
    "embedding under cosine similarity": (followed_by(EMBEDDING), "cosine_similarity"),
    "embedding under a triplet loss": (followed_by(EMBEDDING), function("triplet_loss")),
    "embedding under Circle": (followed_by(EMBEDDING), loss("Circle")),
    "output that is the loss": (head(units=1), {"head": {"class_name": "__lambda__", "config": {"value": []}}}),
    "no loss": (head(), None),
    "no loss for some outputs": (BOTH_LOGITS_AND_PROBABILITIES, [SPARSE_LOGITS, None]),
    "function whose name says crossentropy": (head(), function("my_crossentropy_with_logits")),
    "class whose name says crossentropy": (head("softmax"), CUSTOM_LOSS),
    "softmax put on a model of logits": (sequential(sequential(dense("head", 3), name="model"), softmax()), None),
    "softmax put on a model of logits, compiled": (
        sequential(sequential(dense("head", 3), name="model"), softmax()),
        SPARSE,
    ),
    "classifier inside a larger model": (CLASSIFIER_INSIDE, SPARSE_LOGITS),
    "softmax in the middle": (sequential(dense("a", 4, "softmax"), dense("head", 3, "softmax")), SPARSE),
    "attention": (ATTENDED, SPARSE),
    "attention by hand, over one unit": (ATTENTION_BY_HAND, SPARSE),
    "mixture of experts": (MIXTURE_OF_EXPERTS, SPARSE_LOGITS),
    "squeeze and excitation": (SQUEEZED_AND_EXCITED, SPARSE),
    "logits behind a gate": (GATED_LOGITS, SPARSE_LOGITS),
    "LSTM with sigmoid gates before the head": (
        sequential(
            layer("LSTM", "lstm", units=8, activation="tanh", recurrent_activation="sigmoid"),
            dense("head", 3, "softmax"),
            shape=SEQUENCE,
        ),
        SPARSE,
    ),
    "recurrent head under MSE": (
        sequential(layer("GRU", "gru", units=3, activation="tanh", recurrent_activation="sigmoid"), shape=SEQUENCE),
        "mse",
    ),
    "mean of softmaxes": (ENSEMBLE, SPARSE),
    "weighted sum of softmaxes": (WEIGHTED_ENSEMBLE, SPARSE),
    "heads side by side": (HEADS_SIDE_BY_SIDE, SPARSE),
    "heads side by side under a loss of one's own": (HEADS_SIDE_BY_SIDE, function("detection_loss")),
    "temperature on logits": (followed_by(TEMPERATURE), SPARSE_LOGITS),
    "temperature in a Lambda": (followed_by(layer("Lambda", "temperature", function={})), SPARSE_LOGITS),
    "sigmoid scaled to a range, under MSE": (
        followed_by(layer("Rescaling", "scaled", scale=4.0, offset=1.0), activation="sigmoid"),
        "mse",
    ),
    "softmax with a mask": (MASKED, SPARSE),
    "outputs of which one has no loss": (BOTH_LOGITS_AND_PROBABILITIES, {"logits": SPARSE_LOGITS}),
    "bounded regression": (followed_by(layer("ReLU", "bounded", max_value=6.0), units=1), "mse"),
    "relu regression": (head("relu", 1), "mse"),
    "rate of a softplus": (head("softplus", 1), "poisson"),
    "rate of an exponential": (head("exponential", 1), "poisson"),
    "layer called logits that is a softmax": (sequential(dense("logits", 3, "softmax")), SPARSE),
    "layer called softmax that is linear": (sequential(dense("softmax", 3)), SPARSE_LOGITS),
    "layer called pre_softmax": (sequential(dense("pre_softmax", 3)), SPARSE_LOGITS),
    "softmax and categorical cross-entropy": (head("softmax"), CATEGORICAL),
    "sigmoid and binary cross-entropy": (head("sigmoid", 1), BINARY),
    "softmax of two units under binary cross-entropy": (head("softmax", 2), BINARY),
    "float32 cast behind a head in 16 bits": (
        sequential(
            dense("head", 3, dtype="mixed_float16"), layer("Activation", "cast", activation="softmax", dtype="float32")
        ),
        SPARSE,
    ),
    "custom head": (sequential(custom("ArcFace", "mine")), SPARSE_LOGITS),
    "second column of a softmax": (
        graph(
            on(dense("head", 2, "softmax"), "x"),
            called(
                operation("GetItem", "positive"),
                tensor("head", (None, 2)),
                [{"class_name": "__slice__", "config": {"start": None, "stop": None, "step": None}}, 1],
            ),
            outputs=["positive"],
        ),
        BINARY,
    ),
}


PRECISION, ACCURACY_AT_0 = metric("Precision", thresholds=None), metric("BinaryAccuracy", threshold=0.0)
AUC, AUC_OF_LOGITS = metric("AUC", from_logits=False), metric("AUC", from_logits=True)
RESOLVED = {"class_name": "MeanMetricWrapper", "config": {"name": "accuracy", "fn": "categorical_accuracy"}}

METRIC_TRAPS = {
    "regression with accuracy": (head(units=1), "mse", ["accuracy"], "3.15.1"),
    "regression with errors": (head(units=1), "mse", ["mae", "mse", metric("RootMeanSquaredError")], "3.15.1"),
    "action values with accuracy": (head(units=4), loss("Huber"), ["accuracy", AUC], "3.15.1"),
    "critic with accuracy": (head(units=1), function("wasserstein_loss"), ["accuracy", PRECISION], "3.15.1"),
    "classes with accuracy": (head(), SPARSE_LOGITS, ["accuracy"], "3.15.1"),
    "several labels with accuracy": (head(units=5), BINARY_LOGITS, ["accuracy"], "3.15.1"),
    "labels resolved before the first fit": (head(), SPARSE_LOGITS, [[RESOLVED]], "2.15.0"),
    "sigmoid with everything that reads probabilities": (
        head("sigmoid", 1),
        BINARY,
        ["accuracy", "binary_accuracy", "bce", PRECISION, AUC, metric("BinaryIoU", threshold=0.5)],
        "3.15.1",
    ),
    "logits with everything that reads logits": (
        head(units=1),
        BINARY_LOGITS,
        [ACCURACY_AT_0, AUC_OF_LOGITS, metric("BinaryCrossentropy", from_logits=True), "mse"],
        "3.15.1",
    ),
    "AUC of a version that does not store its flag": (head(units=1), BINARY_LOGITS, [metric("AUC")], "2.8.0"),
    "metrics of one's own": (head(units=1), BINARY_LOGITS, [function("f1"), function("accuracy")], "3.15.1"),
    "metrics of a loss of one's own": (head("sigmoid", 1), CUSTOM_LOSS, ["accuracy", AUC, PRECISION], "3.15.1"),
    "detection with a focal loss": (
        head("sigmoid", 5),
        loss("BinaryFocalCrossentropy"),
        ["accuracy", function("binary_focal_crossentropy")],
        "3.15.1",
    ),
    "divergence with crossentropy": (head("softmax"), "kl_divergence", ["categorical_crossentropy"], "3.15.1"),
    "decoder with accuracy": (sequential(convolution("sigmoid"), shape=IMAGE), BINARY, ["accuracy", "mse"], "3.15.1"),
    "outputs of which one has no loss": (
        BOTH_LOGITS_AND_PROBABILITIES,
        {"logits": SPARSE_LOGITS},
        {"logits": ["accuracy"], "probabilities": [AUC, PRECISION]},
        "3.15.1",
    ),
    "one metric for each output in Keras 3": (
        BOTH_LOGITS_AND_PROBABILITIES,
        [SPARSE_LOGITS, SPARSE],
        ["accuracy", PRECISION],
        "3.15.1",
    ),
    "structure that Keras refuses": (BOTH_LOGITS_AND_PROBABILITIES, [SPARSE_LOGITS, None], [PRECISION], "3.15.1"),
}


@pytest.mark.parametrize(("model", "compiled_loss", "metrics", "version"), METRIC_TRAPS.values(), ids=METRIC_TRAPS)
def test_right_metrics_are_not_accused(
    tmp_path: Path, model: Config, compiled_loss: Any, metrics: Any, version: str
) -> None:
    report = report_on(tmp_path, compiled(model, compiled_loss, metrics=metrics), version)
    assert report.error is None
    assert codes(report) == []


@pytest.mark.parametrize(("model", "compiled_loss"), TRAPS.values(), ids=TRAPS)
def test_a_right_model_is_not_accused(tmp_path: Path, model: Config, compiled_loss: Any) -> None:
    report = report_on(tmp_path, compiled(model, compiled_loss))
    assert report.error is None
    assert codes(report) == []


def test_a_model_without_compile_settings_is_not_accused(tmp_path: Path) -> None:
    assert codes(report_on(tmp_path, head())) == []


def test_a_subclassed_model_is_not_accused(tmp_path: Path) -> None:
    subclassed = {
        "module": "mine",
        "class_name": "MyModel",
        "config": {"units": 3},
        "registered_name": "MyModel",
        "name": "mine",
    }
    report = report_on(tmp_path, compiled(subclassed, SPARSE_LOGITS))
    assert report.error is None
    assert codes(report) == []


def test_the_same_findings_for_inline_and_separate_activations(tmp_path: Path) -> None:
    inline = report_on(tmp_path, compiled(head("softmax"), SPARSE_LOGITS))
    separate = report_on(
        tmp_path, compiled(followed_by(layer("Activation", "last", activation="softmax")), SPARSE_LOGITS)
    )
    assert codes(inline) == codes(separate) == ["LC101"]

"""Metrics in files that real Keras writes: they are read as they were given, and what the findings say of them is true.

Each model is built with Keras 3 and with tf-keras (Keras 2), there before and after the first evaluation, which matters
to HDF5 files.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy
import pytest

import logitcheck
from logitcheck.report import Outcome
from tests.building import codes

pytestmark = pytest.mark.usefixtures("every_saved_model_is_the_same")

Metrics = Callable[[Any], Any]
"""Makes the metrics of (a module like keras)."""

SAMPLES = 256


@pytest.fixture(scope="module", params=["keras", "tf_keras"])
def keras(request: pytest.FixtureRequest) -> Iterator[Any]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        module = pytest.importorskip(request.param, reason="the extra [test] brings it")
        yield module


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    """Keras warns of HDF5, of deprecated numpy uses and of the very mistakes that are made here on purpose."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def model_of(keras: Any, units: int, activation: str | None = None) -> Any:
    inputs = keras.Input((4,))
    return keras.Model(inputs, keras.layers.Dense(units, activation=activation, name="head")(inputs))


def data(units: int, *, sparse: bool = False) -> tuple[Any, Any]:
    random = numpy.random.default_rng(3)
    inputs = random.normal(size=(SAMPLES, 4)).astype("float32") * 2
    if sparse:
        return inputs, random.integers(0, units, SAMPLES)
    if units == 1:
        return inputs, (random.random((SAMPLES, 1)) < 1 / (1 + numpy.exp(-inputs[:, :1]))).astype("float32")
    return inputs, numpy.eye(units, dtype="float32")[random.integers(0, units, SAMPLES)]


def found(model: Any, folder: Path) -> list[list[str]]:
    """The codes in each format; in Keras 2, which resolves metrics then, before and after the first evaluation."""
    reports = []
    for moment in ("before", "after") if type(model).__module__.startswith("tf_keras") else ("before",):
        for suffix in (".keras", ".h5"):
            path = folder / f"{moment}{suffix}"
            model.save(path)
            reports.append(logitcheck.inspect(path))
        if moment == "before" and type(model).__module__.startswith("tf_keras"):
            sparse = "Sparse" in str(model.loss) or "sparse" in str(model.loss)
            inputs, labels = data(model.output_shape[-1], sparse=sparse)
            model.evaluate(inputs, labels, verbose=0)
    assert [report.outcome for report in reports] == [Outcome.OK] * len(reports)
    return [codes(report) for report in reports]


CASES: dict[str, tuple[int, str | None, Metrics, list[str]]] = {
    "accuracy of a logit": (1, None, lambda _: ["accuracy"], ["LC201"]),
    "accuracy of logits": (3, None, lambda _: ["accuracy"], []),
    "accuracy of a sigmoid": (1, "sigmoid", lambda _: ["acc"], []),
    "accuracy of a softmax": (3, "softmax", lambda _: ["accuracy"], []),
    "function": (1, None, lambda keras: [keras.metrics.binary_accuracy], ["LC201"]),
    "threshold of 0": (1, None, lambda keras: [keras.metrics.BinaryAccuracy(threshold=0.0)], []),
    "precision and recall": (1, None, lambda keras: [keras.metrics.Precision(), keras.metrics.Recall()], ["LC201"]),
    "precision at 0": (1, None, lambda keras: [keras.metrics.Precision(thresholds=0)], []),
    "precision of the largest score": (3, None, lambda keras: [keras.metrics.Precision(top_k=1)], []),
    "region": (1, None, lambda keras: [keras.metrics.BinaryIoU()], ["LC201"]),
    "sweep": (1, None, lambda keras: [keras.metrics.PrecisionAtRecall(recall=0.5)], ["LC201"]),
    "F-score of logits": (1, None, lambda keras: [keras.metrics.F1Score(threshold=0.5)], ["LC201"]),
    "AUC of logits": (1, None, lambda keras: [keras.metrics.AUC()], ["LC202"]),
    "AUC by name": (1, None, lambda _: ["AUC"], ["LC202"]),
    "AUC of logits that knows it": (1, None, lambda keras: [keras.metrics.AUC(from_logits=True)], []),
    "AUC of a sigmoid that takes it for logits": (
        1,
        "sigmoid",
        lambda keras: [keras.metrics.AUC(from_logits=True)],
        ["LC202"],
    ),
    "crossentropy by name": (1, None, lambda _: ["binary_crossentropy"], ["LC203"]),
    "crossentropy of logits": (3, None, lambda keras: [keras.metrics.CategoricalCrossentropy()], ["LC203"]),
    "crossentropy of logits that knows it": (
        3,
        None,
        lambda keras: [keras.metrics.CategoricalCrossentropy(from_logits=True)],
        [],
    ),
    "wrapped crossentropy that knows it": (
        1,
        None,
        lambda keras: [keras.metrics.MeanMetricWrapper(keras.losses.binary_crossentropy, from_logits=True)],
        [],
    ),
    "loss object": (1, None, lambda keras: [keras.losses.BinaryCrossentropy()], ["LC203"]),
    "crossentropy of a softmax that takes it for logits": (
        3,
        "softmax",
        lambda keras: [keras.metrics.CategoricalCrossentropy(from_logits=True)],
        ["LC203"],
    ),
    "accuracy of equality": (3, "softmax", lambda keras: [keras.metrics.Accuracy()], ["LC204"]),
    "union of class ids": (1, "sigmoid", lambda keras: [keras.metrics.MeanIoU(num_classes=2)], ["LC204"]),
    "union of classes": (3, "softmax", lambda keras: [keras.metrics.MeanIoU(num_classes=3)], ["LC204"]),
    "high threshold": (1, None, lambda keras: [keras.metrics.BinaryAccuracy(threshold=0.9, name="own")], ["LC201"]),
    "thresholds of AUC": (1, None, lambda keras: [keras.metrics.AUC(thresholds=[0.1, 0.5])], ["LC202"]),
    "union of scores": (3, "softmax", lambda keras: [keras.metrics.OneHotMeanIoU(num_classes=3)], []),
    "F-score of one column": (1, "sigmoid", lambda keras: [keras.metrics.F1Score()], ["LC204"]),
    "F-score of several columns": (3, "softmax", lambda keras: [keras.metrics.F1Score()], []),
    "weighted": (1, None, lambda _: None, ["LC201"]),
}


def compiled(keras: Any, units: int, activation: str | None, metrics: Any) -> Any:
    model = model_of(keras, units, activation)
    loss_class = keras.losses.BinaryCrossentropy if units == 1 else keras.losses.CategoricalCrossentropy
    weighted = ["accuracy"] if metrics is None else None
    loss = loss_class(from_logits=activation is None)
    model.compile(loss=loss, metrics=metrics, weighted_metrics=weighted, run_eagerly=True)
    return model


@pytest.mark.parametrize(("units", "activation", "metrics", "expected"), CASES.values(), ids=CASES)
def test_metrics_are_judged_alike_in_every_format(
    keras: Any, tmp_path: Path, units: int, activation: str | None, metrics: Metrics, expected: list[str]
) -> None:
    reported = found(compiled(keras, units, activation, metrics(keras)), tmp_path)
    assert reported == [expected] * len(reported)


def test_a_sparse_loss_and_the_accuracy_that_keras_2_chose_before_the_first_fit(keras: Any, tmp_path: Path) -> None:
    model = model_of(keras, 3)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(loss=loss, metrics=["accuracy"], run_eagerly=True)
    assert not any(found(model, tmp_path))


@pytest.mark.parametrize(
    "case",
    [
        *("accuracy of a logit", "precision and recall", "region", "AUC of logits", "crossentropy by name"),
        *("AUC of a sigmoid that takes it for logits", "crossentropy of a softmax that takes it for logits"),
        *("accuracy of equality", "union of class ids", "F-score of one column"),
        *("union of classes", "thresholds of AUC"),
    ],
)
def test_after_the_first_fix_nothing_is_found(keras: Any, tmp_path: Path, case: str) -> None:
    units, activation, metrics, _ = CASES[case]
    model = compiled(keras, units, activation, metrics(keras))
    model.save(tmp_path / "wrong.keras")
    (finding,) = [item for item in logitcheck.inspect(tmp_path / "wrong.keras").findings if item.code[2] == "2"]
    code = re.search(r"metrics=(\[.*\])\)$", finding.fixes[0])
    assert code is not None
    namespace = {"keras": keras, "tf_keras": keras, "tf": type("tf", (), {"keras": keras})}
    fixed = compiled(keras, units, activation, eval(code[1], namespace))
    assert not any(found(fixed, tmp_path))


# What the findings say


def evaluated(keras: Any, activation: str | None, metrics: Metrics) -> tuple[dict[str, float], Any, Any]:
    """The metrics of a model of one unit with wide weights, its output and the labels."""
    model = compiled(keras, 1, activation, metrics(keras))
    inputs, labels = data(1)
    model.set_weights([numpy.array([[1.0], [0.0], [0.0], [0.0]]), numpy.array([-0.4])])
    return model.evaluate(inputs, labels, verbose=0, return_dict=True), model.predict(inputs, verbose=0), labels


def test_accuracy_of_a_logit_counts_what_is_above_a_half(keras: Any) -> None:
    at_0 = "at_0"
    values, logits, labels = evaluated(
        keras, None, lambda keras: ["accuracy", keras.metrics.BinaryAccuracy(threshold=0.0, name=at_0)]
    )
    probabilities = 1 / (1 + numpy.exp(-logits))
    above_half, above_0 = numpy.mean((logits > 0.5) == labels), numpy.mean((logits > 0) == labels)
    assert values["accuracy"] == pytest.approx(above_half, abs=1e-6)
    assert values["accuracy"] == pytest.approx(numpy.mean((probabilities > 0.6225) == labels), abs=1e-6)
    assert values[at_0] == pytest.approx(above_0, abs=1e-6)
    assert above_half != above_0


def test_auc_of_logits_is_another_one_unless_it_knows(keras: Any) -> None:
    def both(keras: Any) -> list[Any]:
        return [keras.metrics.AUC(name="plain"), keras.metrics.AUC(name="flagged", from_logits=True)]

    of_logits, _, _ = evaluated(keras, None, both)
    of_sigmoid, _, _ = evaluated(keras, "sigmoid", both)
    assert of_logits["flagged"] == pytest.approx(of_sigmoid["plain"], abs=1e-4)
    assert of_logits["plain"] < of_sigmoid["plain"] - 0.02


def test_a_threshold_on_logits_is_the_logit_of_one_on_probabilities(keras: Any) -> None:
    def reported(activation: str | None, threshold: float) -> float:
        values, _, _ = evaluated(
            keras, activation, lambda keras: [keras.metrics.BinaryAccuracy(threshold=threshold, name="own")]
        )
        return values["own"]

    assert reported(None, 2.197) == pytest.approx(reported("sigmoid", 0.9), abs=1e-6)
    assert reported(None, 0.9) != reported("sigmoid", 0.9)


@pytest.mark.parametrize("shape", [(SAMPLES,), (SAMPLES, 1)])
def test_labels_that_are_class_ids_stop_metrics_of_several_scores(keras: Any, shape: tuple[int, ...]) -> None:
    labels = numpy.zeros(shape, dtype="int32")
    for metric in (keras.metrics.Precision(), keras.metrics.Recall(top_k=1), keras.metrics.AUC()):
        model = model_of(keras, 3)
        loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        model.compile(loss=loss, metrics=[metric], run_eagerly=True)
        with pytest.raises(Exception, match=r"(?i)shape|dimension|broadcast|segment_ids"):
            model.evaluate(numpy.zeros((SAMPLES, 4)), labels, verbose=0)


def test_a_crossentropy_metric_without_the_flag_is_far_from_the_loss(keras: Any) -> None:
    values, _, _ = evaluated(keras, None, lambda _: ["binary_crossentropy"])
    assert values["binary_crossentropy"] > 2 * values["loss"]


def test_on_tensorflow_a_flag_on_a_softmax_is_repaired(keras: Any) -> None:
    model = compiled(keras, 3, "softmax", [keras.metrics.CategoricalCrossentropy(from_logits=True)])
    loss, metric = model.evaluate(*data(3), verbose=0)
    assert metric == pytest.approx(loss, rel=1e-4)


def test_metrics_that_need_class_ids_say_nothing_of_scores(keras: Any) -> None:
    def metrics(keras: Any) -> list[Any]:
        return [
            keras.metrics.Accuracy(name="equality"),
            keras.metrics.MeanIoU(num_classes=2, name="union"),
            keras.metrics.F1Score(name="column"),
        ]

    values, probabilities, labels = evaluated(keras, "sigmoid", metrics)
    positive = labels.mean()
    assert numpy.mean((probabilities > 0.5) == labels) > 0.6
    assert values["equality"] == 0
    assert values["union"] == pytest.approx((1 - positive) / 2, abs=1e-6)
    assert numpy.mean(values["column"]) == pytest.approx(2 * positive / (1 + positive), abs=1e-5)


def test_a_head_in_16_bits_rounds_probabilities_to_1(keras: Any) -> None:
    logits = numpy.array([[0.0, 9.0]], dtype="float32")
    sixteen = keras.Sequential(
        [keras.layers.Softmax(dtype="float16"), keras.layers.Activation("linear", dtype="float32")]
    )
    assert numpy.asarray(sixteen(logits))[0, 1] == 1
    assert numpy.asarray(keras.layers.Softmax()(logits))[0, 1] < 0.9999


HEADS_IN_HALF: dict[str, Callable[[Any], list[Any]]] = {
    "behind a layer in 16 bits": lambda keras: [
        keras.layers.Dense(3, activation="softmax", dtype="float32"),
        keras.layers.Reshape((5, 3)),
    ],
    "every step": lambda keras: [
        keras.layers.TimeDistributed(keras.layers.Dense(3, activation="softmax", dtype="float32")),
    ],
    "every step in a wrapper of 32 bits": lambda keras: [
        keras.layers.TimeDistributed(keras.layers.Dense(3, activation="softmax"), dtype="float32"),
    ],
    "every step as the fix has it": lambda keras: [
        keras.layers.TimeDistributed(keras.layers.Dense(3, activation="softmax", dtype="float32"), dtype="float32"),
    ],
    "32 bits": lambda keras: [keras.layers.Dense(3), keras.layers.Softmax(dtype="float32")],
    "16 bits": lambda keras: [keras.layers.Dense(3), keras.layers.Softmax()],
}


@pytest.mark.parametrize("layers", HEADS_IN_HALF.values(), ids=HEADS_IN_HALF)
def test_a_head_is_found_in_16_bits_where_keras_puts_out_16_bits(
    keras: Any, tmp_path: Path, layers: Callable[[Any], list[Any]]
) -> None:
    before = keras.mixed_precision.global_policy() if hasattr(keras.mixed_precision, "global_policy") else "float32"
    keras.mixed_precision.set_global_policy("mixed_float16")
    try:
        model = keras.Sequential([keras.Input((5, 4)), *layers(keras)])
        model.save(tmp_path / "model.keras")
    finally:
        keras.mixed_precision.set_global_policy(before)
    is_half = model.predict(numpy.zeros((1, 5, 4)), verbose=0).dtype == numpy.float16
    found = codes(logitcheck.inspect(tmp_path / "model.keras"))
    assert ("LC301" in found) is is_half


def test_an_operation_on_16_bits_is_found(keras: Any, tmp_path: Path) -> None:
    tensorflow = pytest.importorskip("tensorflow", reason="the extra [test] brings it")
    inputs = keras.Input((4,))
    logits = keras.layers.Dense(3, dtype="mixed_float16")(inputs)
    outputs = tensorflow.nn.softmax(logits) if keras.__name__ == "tf_keras" else keras.ops.softmax(logits)
    model = keras.Model(inputs, outputs)
    model.save(tmp_path / "model.keras")
    assert model.predict(numpy.zeros((1, 4)), verbose=0).dtype == numpy.float16
    assert "LC301" in codes(logitcheck.inspect(tmp_path / "model.keras"))

"""What metrics make of an output, and on which scale output and losses agree (keras-facts: "Metrics")."""

from __future__ import annotations

from dataclasses import replace

import pytest

from logitcheck.analyzer import JudgedLoss, OutputAnalysis, losses, metrics
from logitcheck.analyzer.metrics import Reads, Scale
from logitcheck.analyzer.values import LogOf, Value, between, unbounded
from logitcheck.model import ACCURACY_BY_SHAPE, ContainerFormat, Loss, LossForm, Metric, SavedModel

LOGITS, SIGMOID, TANH = unbounded(), between(0.0, 1.0), between(-1.0, 1.0)
SIMPLEX = Value(low=0.0, high=1.0, sum_axis=-1)
LOG_SIMPLEX = Value(high=0.0, reaches_low=True, log_of=LogOf.SIMPLEX, log_axis=-1)
CLASS_IDS = Value(low=0.0, high=9.0, reaches_low=True, reaches_high=True, integer=True)
UNKNOWN = Value()

BINARY, BINARY_LOGITS = ("BinaryCrossentropy", False), ("BinaryCrossentropy", True)
SPARSE, SPARSE_LOGITS = ("SparseCategoricalCrossentropy", False), ("SparseCategoricalCrossentropy", True)
HINGE, MEAN_SQUARED, DIVERGENCE = ("Hinge", None), ("MeanSquaredError", None), ("KLDivergence", None)

Given = tuple[str, bool | None]


def output(value: Value, *given: Given, units: int | None = 1, compiled: tuple[Metric, ...] = ()) -> OutputAnalysis:
    """An output with losses by name and flag."""
    judged = []
    for name, flag in given:
        loss = Loss(name=name, form=LossForm.OBJECT, from_logits=flag, axis=-1 if "Categorical" in name else None)
        expected = losses.expectation(loss, units)
        judged.append(JudgedLoss(loss=loss, expectation=expected, axis=expected.axis, units=units))
    return OutputAnalysis(
        name="head",
        value=value,
        classes=units,
        units=units,
        rank=2,
        evidence=(),
        losses=tuple(judged),
        metrics=compiled,
        kind=value.kind,
    )


def saved(version: str | None = "3.15.1") -> SavedModel:
    return SavedModel(
        format=ContainerFormat.HDF5,
        keras_version=version,
        backend=None,
        model_class="Sequential",
        compiled=True,
        outputs=(),
        generation=int(version[0]) if version else 2,
    )


def compiled(name: str, thresholds: tuple[float, ...] | None = None) -> Metric:
    return Metric(name=name, form=LossForm.OBJECT, label=name, thresholds=thresholds)


@pytest.mark.parametrize(
    ("given", "scale"),
    [
        pytest.param(output(LOGITS, BINARY_LOGITS), Scale.LOGITS, id="the loss says logits"),
        pytest.param(output(LOGITS, BINARY_LOGITS, MEAN_SQUARED), Scale.LOGITS, id="one of the losses does"),
        pytest.param(output(LOG_SIMPLEX, SPARSE_LOGITS, units=3), Scale.LOGITS, id="log-probabilities"),
        pytest.param(output(between(-30.0, 30.0), BINARY_LOGITS), Scale.LOGITS, id="capped logits"),
        pytest.param(output(LOGITS, BINARY), None, id="the loss says probabilities"),
        pytest.param(output(LOGITS, BINARY_LOGITS, BINARY), None, id="the losses disagree"),
        pytest.param(output(TANH, BINARY_LOGITS), None, id="the output limits the loss"),
        pytest.param(output(LOGITS), None, id="no loss"),
        pytest.param(output(LOGITS, MEAN_SQUARED), None, id="regression"),
        pytest.param(output(LOGITS, ("my_own", None)), None, id="a loss of one's own"),
        pytest.param(output(LOGITS, HINGE), Scale.MARGINS, id="margins"),
        pytest.param(output(TANH, HINGE), Scale.MARGINS, id="bounded margins"),
        pytest.param(output(between(0.0, 5.0), HINGE), None, id="margins of one sign"),
        pytest.param(output(between(-1.0, 1.0, reached=False), HINGE), None, id="margins perhaps of one sign"),
        pytest.param(output(LOGITS, ("CategoricalHinge", None)), None, id="the largest margin wins"),
        pytest.param(output(SIGMOID, BINARY), Scale.PROBABILITIES, id="sigmoid"),
        pytest.param(output(SIMPLEX), Scale.PROBABILITIES, id="softmax without a loss"),
        pytest.param(output(SIGMOID, BINARY_LOGITS), None, id="sigmoid that its loss takes for logits"),
        pytest.param(output(CLASS_IDS, BINARY_LOGITS), None, id="class ids"),
        pytest.param(output(UNKNOWN, BINARY_LOGITS), None, id="unknown"),
    ],
)
def test_the_scale_is_what_output_and_losses_agree_on(given: OutputAnalysis, scale: Scale | None) -> None:
    assert metrics.scale(given) is scale


@pytest.mark.parametrize(
    ("given", "leaves"),
    [
        pytest.param(output(LOGITS, SPARSE_LOGITS), True, id="logits"),
        pytest.param(output(LOGITS), True, id="no loss"),
        pytest.param(output(LOGITS, MEAN_SQUARED), True, id="regression"),
        pytest.param(output(TANH, MEAN_SQUARED), True, id="range"),
        pytest.param(output(LOG_SIMPLEX, SPARSE_LOGITS, units=3), True, id="log-probabilities"),
        pytest.param(output(between(-1.0, 1.0, reached=False)), False, id="range that is perhaps smaller"),
        pytest.param(output(LOGITS, SPARSE), False, id="a loss that disputes it"),
        pytest.param(output(LOGITS, DIVERGENCE), False, id="a divergence that disputes it"),
        pytest.param(output(TANH, BINARY_LOGITS), False, id="a loss that it limits"),
        pytest.param(output(SIGMOID), False, id="sigmoid"),
        pytest.param(output(CLASS_IDS), False, id="class ids"),
        pytest.param(output(UNKNOWN), False, id="unknown"),
    ],
)
def test_what_a_crossentropy_metric_without_flag_cannot_take(given: OutputAnalysis, *, leaves: bool) -> None:
    assert metrics.leaves_probabilities(given) is leaves


@pytest.mark.parametrize(
    ("given", "scores"),
    [
        pytest.param(output(SIGMOID), True, id="sigmoid"),
        pytest.param(output(SIMPLEX, SPARSE_LOGITS), True, id="softmax"),
        pytest.param(output(LOG_SIMPLEX), True, id="log-probabilities"),
        pytest.param(output(LOGITS, BINARY), True, id="logits under a loss of classes"),
        pytest.param(output(LOGITS, HINGE), True, id="margins"),
        pytest.param(output(LOGITS, MEAN_SQUARED), False, id="regression"),
        pytest.param(output(LOGITS), False, id="no loss"),
        pytest.param(output(TANH, HINGE), False, id="range"),
        pytest.param(output(CLASS_IDS, SPARSE), False, id="class ids"),
        pytest.param(output(UNKNOWN, SPARSE), False, id="unknown"),
    ],
)
def test_which_numbers_are_certainly_scores(given: OutputAnalysis, *, scores: bool) -> None:
    assert metrics.are_scores(given) is scores


@pytest.mark.parametrize(
    ("version", "given", "name"),
    [
        pytest.param("3.15.1", output(LOGITS, SPARSE), "BinaryAccuracy", id="one unit"),
        pytest.param("3.15.1", output(LOGITS, BINARY, units=3), ACCURACY_BY_SHAPE, id="several units"),
        pytest.param("3.15.1", output(LOGITS, BINARY, units=None), ACCURACY_BY_SHAPE, id="unknown units"),
        pytest.param("2.4.0", output(LOGITS, BINARY, units=3), ACCURACY_BY_SHAPE, id="TF 2.3"),
        pytest.param("2.3.0-tf", output(LOGITS, BINARY, units=3), ACCURACY_BY_SHAPE, id="TF 2.2"),
        pytest.param("2.2.4-tf", output(LOGITS, BINARY, units=3), "BinaryAccuracy", id="TF 1.15"),
        pytest.param("2.2.4-tf", output(LOGITS, SPARSE, units=3), ACCURACY_BY_SHAPE, id="TF 1.15, another loss"),
        pytest.param("2.3.1", output(LOGITS, BINARY, units=None), "BinaryAccuracy", id="Keras 2.3.1"),
        pytest.param("1.2.2", output(LOGITS, BINARY, units=3), "BinaryAccuracy", id="Keras 1"),
        pytest.param(None, output(LOGITS, BINARY, units=3), ACCURACY_BY_SHAPE, id="unknown version"),
    ],
)
def test_what_accuracy_becomes(version: str | None, given: OutputAnalysis, name: str) -> None:
    accuracy = Metric(name=ACCURACY_BY_SHAPE, form=LossForm.STRING, label="accuracy")
    (reading,) = metrics.readings(saved(version), replace(given, metrics=(accuracy,)))
    assert reading.name == name
    assert reading.is_misplaced is (name == "BinaryAccuracy")


@pytest.mark.parametrize(
    ("name", "reads"),
    [
        ("BinaryAccuracy", Reads.THRESHOLD),
        ("TrueNegatives", Reads.THRESHOLD),
        ("RecallAtPrecision", Reads.SWEEP),
        ("AUC", Reads.CURVE),
        ("CategoricalFocalCrossentropy", Reads.CROSSENTROPY),
        ("Accuracy", Reads.EQUALITY),
        ("OneHotMeanIoU", Reads.IDS),
        ("CategoricalAccuracy", Reads.ANYTHING),
        ("MeanSquaredError", Reads.ANYTHING),
        ("R2Score", Reads.ANYTHING),
    ],
)
def test_how_a_metric_reads_an_output(name: str, reads: Reads) -> None:
    (reading,) = metrics.readings(saved(), output(LOGITS, compiled=(compiled(name),)))
    assert reading.reads is reads


def test_metrics_that_cannot_be_judged_are_left_out() -> None:
    custom = Metric(name="AUC", form=LossForm.CUSTOM, label="AUC", reason="it is the user's own")
    assert metrics.readings(saved(), output(LOGITS, compiled=(custom,))) == ()


@pytest.mark.parametrize(
    ("thresholds", "misplaced"),
    [((0.5,), True), ((0.0, 0.3), True), ((0.0,), False), ((1.0,), False), ((-2.0, 3.0), False), ((), False)],
)
def test_thresholds_strictly_between_0_and_1_are_probabilities(
    thresholds: tuple[float, ...], *, misplaced: bool
) -> None:
    (reading,) = metrics.readings(saved(), output(LOGITS, compiled=(compiled("Recall", thresholds),)))
    assert reading.is_misplaced is misplaced


@pytest.mark.parametrize(
    ("name", "thresholds", "units", "is_one"),
    [
        ("F1Score", (), 1, True),
        ("FBetaScore", (), 1, True),
        ("F1Score", (), 2, False),
        ("F1Score", (), None, False),
        ("F1Score", (0.5,), 1, False),
        ("F1Score", None, 1, False),
        ("Precision", (), 1, False),
    ],
)
def test_which_f_scores_have_one_column(
    name: str, thresholds: tuple[float, ...] | None, units: int | None, *, is_one: bool
) -> None:
    given = output(SIGMOID, units=units, compiled=(compiled(name, thresholds),))
    (reading,) = metrics.readings(saved(), given)
    assert metrics.is_one_column_of_scores(reading, given) is is_one

"""What each metric makes of an output, and on which scale output and losses agree (keras-facts: "Metrics").

A metric is judged by what is certain alone. That a linear output is a logit is said by its loss, not by the output:
the same layer under a mean squared error is a regression, of which a threshold says something else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from logitcheck.analyzer import JudgedLoss, OutputAnalysis, effects, losses
from logitcheck.analyzer.losses import Expects, Family
from logitcheck.analyzer.transfer.arithmetic import has_both_signs
from logitcheck.analyzer.values import Kind
from logitcheck.model import ACCURACY_BY_SHAPE, CROSSENTROPY_BY_SHAPE, Metric, SavedModel


class Reads(Enum):
    """How a metric reads the numbers of an output.

    THRESHOLD: compares each with one value. SWEEP: tries thresholds between 0 and 1. CURVE: AUC, which does the same
    behind a sigmoid of its own if from_logits. CROSSENTROPY: as the loss of that name. EQUALITY: counts those that
    equal the label. IDS: takes each for a class id. ANYTHING: the largest wins, or any number is welcome.
    """

    THRESHOLD = "threshold"
    SWEEP = "sweep"
    CURVE = "curve"
    CROSSENTROPY = "crossentropy"
    EQUALITY = "equality"
    IDS = "ids"
    ANYTHING = "anything"


_READS: Mapping[str, Reads] = {
    **dict.fromkeys(("BinaryAccuracy", "BinaryIoU", "F1Score", "FBetaScore", "MatthewsCorrelation"), Reads.THRESHOLD),
    **dict.fromkeys(("Precision", "Recall", "TruePositives", "FalsePositives"), Reads.THRESHOLD),
    **dict.fromkeys(("TrueNegatives", "FalseNegatives"), Reads.THRESHOLD),
    **dict.fromkeys(("SensitivityAtSpecificity", "SpecificityAtSensitivity"), Reads.SWEEP),
    **dict.fromkeys(("PrecisionAtRecall", "RecallAtPrecision"), Reads.SWEEP),
    "AUC": Reads.CURVE,
    **dict.fromkeys(("BinaryCrossentropy", "CategoricalCrossentropy"), Reads.CROSSENTROPY),
    **dict.fromkeys(("SparseCategoricalCrossentropy", CROSSENTROPY_BY_SHAPE), Reads.CROSSENTROPY),
    **dict.fromkeys(("BinaryFocalCrossentropy", "CategoricalFocalCrossentropy"), Reads.CROSSENTROPY),
    "Accuracy": Reads.EQUALITY,
    **dict.fromkeys(("IoU", "MeanIoU", "OneHotIoU", "OneHotMeanIoU"), Reads.IDS),
}
"""Metrics that are not in this table take anything, or are not judged."""

_OF_SCORES = frozenset({Reads.THRESHOLD, Reads.SWEEP, Reads.CURVE})
_F_SCORES = frozenset({"F1Score", "FBetaScore"})
_SIGNED_MARGINS = frozenset({"Hinge", "SquaredHinge"})
"""Losses whose classes lie on the two sides of 0; for CategoricalHinge the largest score wins."""


class Scale(Enum):
    """What the numbers of an output stand for, as output and losses agree."""

    PROBABILITIES = "probabilities"
    LOGITS = "logits"
    MARGINS = "margins"


class Labels(Enum):
    """What a loss takes as labels: a class id for each row of scores, or a number for each score."""

    IDS = "ids"
    LIKE_SCORES = "like scores"


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """A metric on an output: the class whose values it really has (`name`), and how that reads the output."""

    metric: Metric
    name: str
    reads: Reads
    thresholds: tuple[float, ...] | None

    @property
    def is_misplaced(self) -> bool:
        """Whether one of its thresholds can only be meant as a probability: 0 is the middle of logits."""
        return any(0 < threshold < 1 for threshold in self.thresholds or ())


def readings(model: SavedModel, output: OutputAnalysis) -> tuple[Reading, ...]:
    """Give how the metrics of an output read it; those of which nothing can be known are left out."""
    return tuple(_reading(metric, model, output) for metric in output.metrics if metric.reason is None)


def scale(output: OutputAnalysis) -> Scale | None:
    """Tell what the numbers of an output stand for; None where that is open, or a loss disputes it."""
    value = output.value
    if value.integer:
        return None
    if output.kind in {Kind.PROBABILITIES, Kind.UNIT_INTERVAL}:
        disputed = any(judged.expectation.expects is Expects.LOGITS for judged in output.losses)
        return None if disputed else Scale.PROBABILITIES
    stating = [judged for judged in output.losses if judged.expectation.is_crossentropy]
    if stating:
        agree = all(judged.expectation.expects is Expects.LOGITS and judged.fits(value) for judged in stating)
        return Scale.LOGITS if agree else None
    if has_both_signs(value) and any(judged.loss.name in _SIGNED_MARGINS for judged in output.losses):
        return Scale.MARGINS
    return None


def crossentropy_of(output: OutputAnalysis) -> JudgedLoss | None:
    """Give the cross-entropy that an output is trained with, if any."""
    return next((judged for judged in output.losses if judged.expectation.is_crossentropy), None)


def labels(output: OutputAnalysis) -> Labels | None:
    """Tell what the labels of an output must be for its losses; None where no loss of Keras says."""
    names = [judged.loss.name for judged in output.losses if judged.expectation.family is not Family.OTHER]
    if any(name.startswith("Sparse") for name in names):
        return Labels.IDS
    return Labels.LIKE_SCORES if names and CROSSENTROPY_BY_SHAPE not in names else None


def can_run(reading: Reading, output: OutputAnalysis) -> bool:
    """Whether Keras does not stop at the shapes: labels that are class ids cannot be held against several scores.

    BinaryAccuracy broadcasts them. Tried in Keras 3 and tf-keras with labels of shapes (n,) and (n, 1).
    """
    one_each = output.units == 1 or labels(output) is not Labels.IDS
    return one_each or reading.name == "BinaryAccuracy" or reading.reads not in _OF_SCORES


def leaves_probabilities(output: OutputAnalysis) -> bool:
    """Whether a cross-entropy metric without from_logits cannot take the output, and no loss disputes what it is."""
    value = output.value
    if value.integer:
        return False
    outside = output.kind in {Kind.LOGITS, Kind.LOG_PROBABILITIES} or (output.kind is Kind.RANGE and value.leaves_unit)
    silent = all(
        judged.expectation.expects in {Expects.ANY, Expects.UNKNOWN}
        or (judged.expectation.is_declared and judged.fits(value))
        for judged in output.losses
    )
    return outside and (silent or scale(output) is Scale.LOGITS)


def are_scores(output: OutputAnalysis) -> bool:
    """Whether the numbers of an output are certainly scores of classes, not class ids."""
    if output.value.integer:
        return False
    if output.kind in {Kind.PROBABILITIES, Kind.UNIT_INTERVAL, Kind.LOG_PROBABILITIES}:
        return True
    classifies = any(judged.expectation.family is not Family.OTHER for judged in output.losses)
    return output.kind is Kind.LOGITS and classifies


def is_one_column_of_scores(reading: Reading, output: OutputAnalysis) -> bool:
    """Whether an F-score looks for the largest score of a row that has only one."""
    return reading.name in _F_SCORES and reading.thresholds == () and output.units == 1


def effect_of_flag(model: SavedModel, output: OutputAnalysis, reading: Reading) -> effects.BackendEffects:
    """Tell what each backend makes of a cross-entropy metric with from_logits on probabilities: as with a loss."""
    loss = losses.of_metric(reading.name)
    expected = losses.expectation(loss, output.units)
    judged = JudgedLoss(loss=loss, expectation=expected, axis=expected.axis, units=output.units)
    return effects.of_double_activation(model, output.value, judged)


def _reading(metric: Metric, model: SavedModel, output: OutputAnalysis) -> Reading:
    name, thresholds = metric.name, metric.thresholds
    if name == ACCURACY_BY_SHAPE and _is_binary(model, output):
        name, thresholds = "BinaryAccuracy", (0.5,)
    return Reading(metric=metric, name=name, reads=_READS.get(name, Reads.ANYTHING), thresholds=thresholds)


def _is_binary(model: SavedModel, output: OutputAnalysis) -> bool:
    """Whether the string "accuracy" becomes binary accuracy: one unit, and up to TF 2.1 any under a binary loss.

    Source: compile_utils.py of Keras 3 and of TF 2.2 and later; Model.compile of Keras 1 to 2.3.1; training_utils.py
    of TF 1. Where it is not binary, the largest score wins, whatever the labels are.
    """
    if output.units == 1:
        return True
    by_loss = any(judged.loss.name == "BinaryCrossentropy" for judged in output.losses)
    return by_loss and _asks_the_loss(model)


def _asks_the_loss(model: SavedModel) -> bool:
    if model.keras_version is None or model.generation == 3:
        return model.generation == 1
    return effects.version(model) < (2, 4) and not model.keras_version.startswith("2.3.0-tf")

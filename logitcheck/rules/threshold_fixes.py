"""Fixes of metrics that threshold logits: thresholds as logits, the largest score, or the activation in the model."""

from __future__ import annotations

from collections.abc import Sequence
from math import log

from logitcheck.analyzer import metrics
from logitcheck.analyzer.losses import Family
from logitcheck.analyzer.metrics import Reading
from logitcheck.rules import metric_wording
from logitcheck.rules.base import Case

_MIDDLE = 0.5

WITH_ONE_THRESHOLD = frozenset({"BinaryAccuracy", "BinaryIoU"})
"""Metrics with a `threshold`; the others that can be given logits have `thresholds`, of probabilities only."""

_BY_RANK = {
    "BinaryAccuracy": "{labels}CategoricalAccuracy",
    "Precision": "Precision",
    "Recall": "Recall",
    "F1Score": "F1Score",
    "FBetaScore": "FBetaScore",
}
"""What says the same of the largest score of each row, which a softmax does not change."""


def fixes(case: Case, readings: Sequence[Reading]) -> tuple[str, ...]:
    """Write how to mend metrics that take logits or margins for probabilities."""
    judged = metrics.crossentropy_of(case.output)
    if judged is not None and judged.expectation.family is Family.CATEGORICAL:
        return (*_by_rank(case, readings), *metric_wording.activation_fix(case))
    shown = []
    moved = [(reading, code) for reading in readings if (code := _moved(case, reading)) is not None]
    by_function = [] if metric_wording.accuracy_takes_zero(case.model) else _binary_accuracies(readings)
    if moved and metric_wording.has_classes(case.model):
        mended, codes = zip(*moved, strict=True)
        left = [reading for reading in readings if reading not in [*mended, *by_function]]
        fix = metric_wording.compile_fix(case, mended, codes)
        shown.append(f"{_how(judged is None, mended)}: {fix}{_left(left)}")
    if by_function:
        body = "keras.metrics.binary_accuracy(labels, keras.ops.sigmoid(logits))"
        code = f"def accuracy(labels, logits): return {body}"
        shown.append(f"Keep the logits, with this function among the metrics: {code}")
    return (*shown, *metric_wording.activation_fix(case))


def _binary_accuracies(readings: Sequence[Reading]) -> list[Reading]:
    return [reading for reading in readings if reading.name == "BinaryAccuracy" and reading.thresholds == (_MIDDLE,)]


def _how(is_margin: bool, moved: Sequence[Reading]) -> str:
    at = "threshold at 0" if all(reading.thresholds == (_MIDDLE,) for reading in moved) else "thresholds as logits"
    return f"With labels of 0 and 1, {at}" if is_margin else f"Keep the logits, {at}"


def _left(left: Sequence[Reading]) -> str:
    """Name the metrics that such a threshold does not mend, so that nobody takes them for mended."""
    if not left:
        return ""
    needs = metric_wording.verb(left, "needs", "need")
    return f"  # {metric_wording.metric_names(left)} {needs} probabilities"


def _moved(case: Case, reading: Reading) -> str | None:
    """Write the metric with its thresholds as logits; None where it, or its version, does not take them."""
    cuts = as_logits(case, reading)
    if cuts is None:
        return None
    if reading.name in WITH_ONE_THRESHOLD:
        parameter = f"threshold={cuts[0]!r}"
    else:
        parameter = f"thresholds={cuts!r}" if len(cuts) > 1 else f"thresholds={cuts[0]:.4g}"
    return metric_wording.metric_code(case.model, reading, reading.name, parameter)


def as_logits(case: Case, reading: Reading) -> list[float] | None:
    """Give the thresholds of a metric as logits; None where it, or its version, does not take them."""
    if not metric_wording.takes_zero(case.model, reading) or not all(0 < cut < 1 for cut in reading.thresholds or ()):
        return None
    cuts = [_logit(cut) for cut in reading.thresholds or ()]
    if metrics.crossentropy_of(case.output) is None and any(cuts):
        return None
    return cuts if reading.name in WITH_ONE_THRESHOLD or all(0 <= cut <= 1 for cut in cuts) else None


def _logit(probability: float) -> float:
    """Give the logit of a probability, with as many digits as a person would write."""
    return float(f"{log(probability / (1 - probability)):.4g}")


def _by_rank(case: Case, readings: Sequence[Reading]) -> tuple[str, ...]:
    """Write metrics that ask for the largest score in the place of those that have such a sibling."""
    ranked = [reading for reading in readings if reading.name in _BY_RANK and reading.thresholds == (_MIDDLE,)]
    if not ranked or not metric_wording.has_classes(case.model) or metric_wording.refuses_values(case.model):
        return ()
    judged = metrics.crossentropy_of(case.output)
    labels = "Sparse" if judged is not None and judged.loss.name.startswith("Sparse") else ""
    codes = []
    for reading in ranked:
        parameters = ["top_k=1"] if reading.name in {"Precision", "Recall"} else []
        name = _BY_RANK[reading.name].format(labels=labels)
        codes.append(metric_wording.metric_code(case.model, reading, name, *parameters))
    left = [reading for reading in readings if reading not in ranked]
    return (f"Let the largest score decide: {metric_wording.compile_fix(case, ranked, codes)}{_left(left)}",)

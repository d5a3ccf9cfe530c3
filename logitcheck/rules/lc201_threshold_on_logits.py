"""LC201: a metric compares logits with a threshold that is meant for probabilities."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import exp

from logitcheck.analyzer import metrics
from logitcheck.analyzer.losses import Family
from logitcheck.analyzer.metrics import Reading, Reads, Scale
from logitcheck.report import Finding, Severity
from logitcheck.rules import metric_wording, wording
from logitcheck.rules.base import Case, Rule

_MOST_SHOWN = 3

_BY_RANK = {
    "BinaryAccuracy": "{labels}CategoricalAccuracy",
    "Precision": "Precision",
    "Recall": "Recall",
    "F1Score": "F1Score",
    "FBetaScore": "FBetaScore",
}
"""What says the same of the largest score of each row, which a softmax does not change."""


class ThresholdOnLogits(Rule):
    """A metric compares logits with a threshold that is meant for probabilities.

    ## What it finds

    The loss takes the output as logits, and a metric thresholds it at a value between 0 and 1: the string
    `"accuracy"` where it becomes binary accuracy (one unit; up to TensorFlow 2.1 also any output under a
    binary cross-entropy), `BinaryAccuracy`, `Precision`, `Recall`, `TruePositives` and its kin, `BinaryIoU`, `F1Score`
    and `FBetaScore` with a threshold. `SensitivityAtSpecificity` and its kin try thresholds from 0 to 1 only.

    A hinge loss counts as well: its classes lie on the two sides of 0. A linear output under any other loss does not,
    and where the loss itself does not fit, its own finding comes first.

    ## Why it matters

    0.5 on a logit is a probability of 62.2 %: everything between 50 and 62.2 % is counted as negative. Thresholds
    from 0 to 1 are probabilities from 50 to 73.1 %. Keras says nothing (TensorFlow 2.3 to 2.9 raise in `Precision` and
    its kin). Training and weights are not affected, so that the verdict on the model stays what it is: only the number
    reported is wrong, and whatever was chosen by it, such as the best checkpoint.

    On logits the threshold is 0. Keras 3.0 to 3.4 refuse that in `BinaryAccuracy`, and `F1Score` does in any version:
    put the sigmoid into the model there.

    ## Wrong

    ```python
    model = keras.Sequential([keras.Input((8,)), keras.layers.Dense(1)])
    model.compile(loss=keras.losses.BinaryCrossentropy(from_logits=True), metrics=["accuracy"])
    ```

    ## Right

    ```python
    model = keras.Sequential([keras.Input((8,)), keras.layers.Dense(1)])
    metric = keras.metrics.BinaryAccuracy(threshold=0.0)
    model.compile(loss=keras.losses.BinaryCrossentropy(from_logits=True), metrics=[metric])
    ```

    ## When to ignore it

    When the threshold was chosen on the scale of logits and only happens to lie between 0 and 1.

    ## References

    - keras/src/metrics/confusion_metrics.py: with from_logits=True, "`thresholds` should be set to 0"
    - keras/src/trainers/compile_utils.py: what the string "accuracy" becomes
    """

    code = "LC201"
    name = "threshold-on-logits"
    severity = Severity.WARNING

    def check(self, case: Case) -> Iterable[Finding]:
        """Fire once for all metrics that compare logits or margins with a value between 0 and 1."""
        scale = metrics.scale(case.output)
        if scale not in {Scale.LOGITS, Scale.MARGINS}:
            return
        found = [reading for reading in metrics.readings(case.model, case.output) if _is_misread(reading)]
        if not found:
            return
        message = (
            f"{metric_wording.metric_words(found)} {_does(found)}, but {wording.given(case)}{_meaning(case, found)}"
            f"{metric_wording.stops(case.model, found)} {metric_wording.ONLY_THE_NUMBER}"
        )
        yield self.finding(case, message, fixes=_fixes(case, found))


def _is_misread(reading: Reading) -> bool:
    return reading.reads is Reads.SWEEP or (reading.reads is Reads.THRESHOLD and reading.is_misplaced)


def _cuts(readings: Sequence[Reading]) -> list[float]:
    """Give the thresholds that are compared with, each once."""
    cuts = [cut for reading in readings for cut in reading.thresholds or () if 0 < cut < 1]
    return sorted(set(cuts))[:_MOST_SHOWN]


def _does(readings: Sequence[Reading]) -> str:
    cuts = _cuts(readings)
    if not cuts:
        return f"{metric_wording.verb(readings, 'tries', 'try')} thresholds from 0 to 1 only"
    values = " and ".join(f"{cut:.4g}" for cut in cuts)
    return f"{metric_wording.verb(readings, 'compares', 'compare')} each value with {values}, as if a probability"


def _meaning(case: Case, readings: Sequence[Reading]) -> str:
    """Say what such a threshold means on the scale that the loss gives the output."""
    judged = metrics.crossentropy_of(case.output)
    if judged is None:
        return ", and its hinge loss separates the classes at 0."
    if judged.expectation.family is Family.CATEGORICAL:
        return ", which the loss takes as logits of a softmax: no fixed value of a logit stands for a probability."
    shares = " and ".join(
        f"{cut:.4g} on a logit is a probability of {100 * _sigmoid(cut):.1f} %" for cut in _cuts(readings)
    )
    return f", which the loss takes as logits: {shares or 'those are probabilities from 50 to 73.1 %'}."


def _sigmoid(logit: float) -> float:
    return 1 / (1 + exp(-logit))


def _fixes(case: Case, readings: Sequence[Reading]) -> tuple[str, ...]:
    judged = metrics.crossentropy_of(case.output)
    if judged is not None and judged.expectation.family is Family.CATEGORICAL:
        return (*_by_rank(case, readings), *metric_wording.activation_fix(case))
    at_zero = [reading for reading in readings if metric_wording.takes_zero(case.model, reading)]
    fixes = list(metric_wording.activation_fix(case))
    accuracies = [reading for reading in readings if reading.name == "BinaryAccuracy" and reading not in at_zero]
    if accuracies:
        body = "keras.metrics.binary_accuracy(labels, keras.ops.sigmoid(logits))"
        code = f"def accuracy(labels, logits): return {body}"
        fixes.insert(0, f"Keep the logits, with this function among the metrics: {code}")
    if at_zero and metric_wording.has_classes(case.model):
        codes = [_at_zero(case, reading) for reading in at_zero]
        fixes.insert(0, f"Keep the logits, threshold at 0: {metric_wording.compile_fix(case, at_zero, codes)}")
    return tuple(fixes)


def _at_zero(case: Case, reading: Reading) -> str:
    parameter = "threshold=0.0" if reading.name in {"BinaryAccuracy", "BinaryIoU"} else "thresholds=0"
    return metric_wording.metric_code(case.model, reading, reading.name, parameter)


def _by_rank(case: Case, readings: Sequence[Reading]) -> tuple[str, ...]:
    """Write metrics that ask for the largest score in the place of those that have such a sibling."""
    ranked = [reading for reading in readings if reading.name in _BY_RANK]
    if not ranked or not metric_wording.has_classes(case.model) or metric_wording.refuses_values(case.model):
        return ()
    judged = metrics.crossentropy_of(case.output)
    labels = "Sparse" if judged is not None and judged.loss.name.startswith("Sparse") else ""
    codes = []
    for reading in ranked:
        parameters = ["top_k=1"] if reading.name in {"Precision", "Recall"} else []
        name = _BY_RANK[reading.name].format(labels=labels)
        codes.append(metric_wording.metric_code(case.model, reading, name, *parameters))
    return (f"Let the largest score decide: {metric_wording.compile_fix(case, ranked, codes)}",)

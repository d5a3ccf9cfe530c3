"""LC201: a metric compares logits with a threshold that is meant for probabilities."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import exp

from logitcheck.analyzer import metrics
from logitcheck.analyzer.losses import Family
from logitcheck.analyzer.metrics import Reading, Reads, Scale
from logitcheck.report import Finding, Severity
from logitcheck.rules import metric_wording, threshold_fixes, wording
from logitcheck.rules.base import Case, Rule

_MOST_SHOWN = 3


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

    On logits the threshold is 0 in place of 0.5, and ln(t / (1 - t)) in place of any other t. Keras 3.0 to 3.4 refuse
    that in `BinaryAccuracy`, and `F1Score` does in any version; `Precision` and its kin take thresholds from 0 to 1
    only, so that those below 0.5 have none there: put the sigmoid into the model.

    Under a hinge loss with labels of -1 and 1, most of these metrics take neither as it is meant: give them 0 and 1.

    Metrics of several units under a sparse loss are not judged where the shapes of its labels stop them.

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

    When the threshold was chosen on the scale of logits and only happens to lie between 0 and 1. When the function
    among the metrics is your own and only shares its name with that of Keras: the file (`.h5`) stores no more of it.

    ## References

    - keras/src/metrics/confusion_metrics.py: with from_logits=True, "`thresholds` should be set to 0"
    - keras/src/trainers/compile_utils.py: what the string "accuracy" becomes
    """

    code = "LC201"
    name = "threshold-on-logits"
    severity = Severity.WARNING

    def check(self, case: Case) -> Iterable[Finding]:
        """Fire once for all metrics that compare logits or margins with a value between 0 and 1."""
        found = misreading(case)
        if not found:
            return
        compared = [reading for reading in found if reading.reads is Reads.THRESHOLD]
        sweeps = [reading for reading in found if reading.reads is Reads.SWEEP]
        sentences = [*_thresholds_sentence(case, compared), *_sweeps_sentence(case, sweeps, is_alone=not compared)]
        message = " ".join(sentences)
        message += f"{metric_wording.stops(case.model, found)} {metric_wording.ONLY_THE_NUMBER}"
        subject = metric_wording.subject(found)
        yield self.finding(case, message, fixes=threshold_fixes.fixes(case, found), subject=subject)


def misreading(case: Case) -> list[Reading]:
    """Give the metrics that compare logits or margins with thresholds of probabilities."""
    if metrics.scale(case.output) not in {Scale.LOGITS, Scale.MARGINS}:
        return []
    readings = metrics.readings(case.model, case.output)
    return [reading for reading in readings if _is_misread(reading) and metrics.can_run(reading, case.output)]


def _is_misread(reading: Reading) -> bool:
    return reading.reads is Reads.SWEEP or (reading.reads is Reads.THRESHOLD and reading.is_misplaced)


def _cuts(readings: Sequence[Reading]) -> list[float]:
    """Give the thresholds that are compared with, each once."""
    cuts = [cut for reading in readings for cut in reading.thresholds or () if 0 < cut < 1]
    return sorted(set(cuts))[:_MOST_SHOWN]


def _thresholds_sentence(case: Case, readings: Sequence[Reading]) -> Sequence[str]:
    """Say what a threshold for probabilities means on the scale that the loss gives the output."""
    if not readings:
        return ()
    cuts = _cuts(readings)
    values, one = metric_wording.listing([f"{cut:.4g}" for cut in cuts]), len(cuts) == 1
    does = metric_wording.clause(readings, "compares", "compare")
    what = f"each value with {values}, as if a probability" if one else f"values with {values}, as if probabilities"
    shares = metric_wording.listing([f"{100 * _sigmoid(cut):.1f} %" for cut in cuts])
    means = f"{values} on a logit is a probability of {shares}" if one else f"there these are probabilities of {shares}"
    return (f"{does} {what}, but {wording.given(case)}, {_as_the_loss_has_it(case, means)}",)


def _sweeps_sentence(case: Case, readings: Sequence[Reading], *, is_alone: bool) -> Sequence[str]:
    if not readings:
        return ()
    tries = f"{metric_wording.clause(readings, 'tries', 'try')} thresholds from 0 to 1 only"
    if not is_alone:
        return (f"{tries}.",)
    means = _as_the_loss_has_it(case, "those are probabilities from 50 to 73.1 %")
    return (f"{tries}, but {wording.given(case)}, {means}",)


def _as_the_loss_has_it(case: Case, of_a_sigmoid: str) -> str:
    """Say what the loss takes the output for; `of_a_sigmoid` is what thresholds mean where that is its logit."""
    judged = metrics.crossentropy_of(case.output)
    if judged is None:
        return "and its hinge loss separates the classes at 0."
    if judged.expectation.family is Family.CATEGORICAL:
        return "which the loss takes as logits of a softmax: no fixed value of a logit stands for a probability."
    return f"which the loss takes as logits: {of_a_sigmoid}."


def _sigmoid(logit: float) -> float:
    return 1 / (1 + exp(-logit))

"""LC202: AUC does not know whether it is given logits."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from logitcheck.analyzer import metrics
from logitcheck.analyzer.losses import Family
from logitcheck.analyzer.metrics import Reading, Reads, Scale
from logitcheck.report import Finding, Severity
from logitcheck.rules import metric_wording, wording
from logitcheck.rules.base import Case, Rule


class AucOnLogits(Rule):
    """AUC is given logits without from_logits, or probabilities with it.

    ## What it finds

    `AUC()` on an output that the loss takes as logits (or as margins: a hinge loss), and `AUC(from_logits=True)` on
    probabilities or other values in [0, 1]. A file that does not store the flag, as those before TensorFlow 2.10
    do not, is not judged; neither is a linear output under a loss that takes any number, such as mean squared error,
    nor AUC of several units under a sparse loss, whose labels have another shape: it cannot run there.

    ## Why it matters

    AUC compares the output with 200 thresholds between 0 and 1 and cuts values to that range first. All logits below
    0, which is half of all probabilities, become one tie, and so do those above 1 (73.1 %): the order within each
    of them, which is what AUC measures, is lost. With the flag on probabilities, a sigmoid squeezes them into 0.5 to
    0.731, where less than a quarter of the thresholds lies. TensorFlow 2.3 to 2.9 raise an error on logits.

    Behind the flag stands a sigmoid. On the logits of a softmax it makes each of them a score of its own; the
    probabilities themselves need the softmax in the model.

    Training and weights are not affected, so that the verdict on the model stays what it is.

    ## Wrong

    ```python
    model = keras.Sequential([keras.Input((8,)), keras.layers.Dense(1)])
    model.compile(loss=keras.losses.BinaryCrossentropy(from_logits=True), metrics=[keras.metrics.AUC()])
    ```

    ## Right

    ```python
    model = keras.Sequential([keras.Input((8,)), keras.layers.Dense(1)])
    metric = keras.metrics.AUC(from_logits=True)
    model.compile(loss=keras.losses.BinaryCrossentropy(from_logits=True), metrics=[metric])
    ```

    ## When to ignore it

    When the number is only compared with others of the same kind, and a coarse one will do.

    ## References

    - keras/src/metrics/confusion_metrics.py, `AUC`: "the `from_logits` constructor argument of the loss should match"
    """

    code = "LC202"
    name = "auc-on-logits"
    severity = Severity.WARNING

    def check(self, case: Case) -> Iterable[Finding]:
        """Fire on AUC whose flag, if the file stores it, says the opposite of what the output is."""
        found = contradicting(case)
        if found:
            yield self._finding(case, found, has_flag=bool(found[0].metric.from_logits))

    def _finding(self, case: Case, found: Sequence[Reading], *, has_flag: bool) -> Finding:
        given = wording.given(case)
        if has_flag:
            does = metric_wording.clause(found, "with from_logits=True applies", "with from_logits=True apply")
            so = "the sigmoid squeezes them into 0.5 to 0.731, where few of the thresholds of AUC lie."
            message = f"{does} a sigmoid, but {given}: {so}"
        else:
            does = metric_wording.clause(found, "cuts", "cut")
            so = f"{_ties(case)}.{metric_wording.stops(case.model, found)}"
            message = f"{does} values to [0, 1] unless from_logits=True, but {given}: {so}"
        return self.finding(
            case,
            f"{message} {metric_wording.ONLY_THE_NUMBER}",
            fixes=_fixes(case, found, has_flag=has_flag),
            subject=metric_wording.subject(found),
        )


def contradicting(case: Case) -> list[Reading]:
    """Give the AUC metrics whose flag says the opposite of what the output is: all the same."""
    scale = metrics.scale(case.output)
    if scale is None:
        return []
    wrong = scale is Scale.PROBABILITIES
    return [
        reading
        for reading in metrics.readings(case.model, case.output)
        if reading.reads is Reads.CURVE
        and reading.metric.from_logits is wrong
        and metrics.can_run(reading, case.output)
    ]


def _ties(case: Case) -> str:
    if case.output.value.high <= 1:
        return "all below 0 become one tie"
    return "all below 0 become one tie, and all above 1"


def _fixes(case: Case, found: Sequence[Reading], *, has_flag: bool) -> tuple[str, ...]:
    parameters = () if has_flag else ("from_logits=True",)
    codes = [metric_wording.metric_code(case.model, reading, "AUC", *parameters) for reading in found]
    fix = metric_wording.compile_fix(case, found, codes)
    if has_flag:
        return (f"Drop the flag: {fix}",)
    judged = metrics.crossentropy_of(case.output)
    if judged is None:
        return (f"With labels of 0 and 1, set the flag: {fix}",)
    if judged.expectation.family is not Family.CATEGORICAL:
        return (f"Set the flag: {fix}", *metric_wording.activation_fix(case))
    return (
        *metric_wording.activation_fix(case),
        f"Set the flag, which applies a sigmoid to each logit, no softmax: {fix}",
    )

"""LC204: a metric that needs class ids is given scores."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from logitcheck.analyzer import metrics
from logitcheck.analyzer.losses import Family
from logitcheck.analyzer.metrics import Reading, Reads, Scale
from logitcheck.report import Finding, Severity
from logitcheck.rules import metric_wording, wording
from logitcheck.rules.base import Case, Rule

_DOES = {
    Reads.EQUALITY: "counts predictions that equal the label exactly, which scores do by accident only",
    Reads.IDS: "takes each value for a class id and cuts off its fraction: scores below 1 are all class 0",
    Reads.THRESHOLD: (
        "has no threshold and takes the largest score of each row as the prediction: with one column, every score but"
        " an exact 0 is a positive prediction"
    ),
}


class MetricNeedsLabels(Rule):
    """A metric that needs class ids, or several columns, is given scores.

    ## What it finds

    On logits or probabilities: the class `Accuracy` (the string `"accuracy"` is another thing), `IoU` and `MeanIoU`
    with `sparse_y_pred=True`, which is their default, and `F1Score` or `FBetaScore` without a threshold on an output
    of one column.

    ## Why it matters

    The number says nothing about the model. `Accuracy()` compares for exact equality and stays at 0 however many
    are right. `MeanIoU` cuts 99 % down to class 0: a quarter for one sigmoid and balanced labels, however good the
    model. `F1Score()` on one column calls every sample positive: two thirds there, whatever the model says.

    Training and weights are not affected, so that the verdict on the model stays what it is.

    ## Wrong

    ```python
    model = keras.Sequential([keras.Input((8,)), keras.layers.Dense(3, activation="softmax")])
    model.compile(loss="sparse_categorical_crossentropy", metrics=[keras.metrics.Accuracy()])
    ```

    ## Right

    ```python
    model = keras.Sequential([keras.Input((8,)), keras.layers.Dense(3, activation="softmax")])
    model.compile(loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    ```

    ## When to ignore it

    When the metric is only there to be called by hand, on class ids that were made from the output.

    ## References

    - keras/src/metrics/accuracy_metrics.py, iou_metrics.py and f_score_metrics.py
    """

    code = "LC204"
    name = "metric-needs-labels"
    severity = Severity.WARNING

    def check(self, case: Case) -> Iterable[Finding]:
        """Fire once for each way in which metrics read scores for something else."""
        if not metrics.are_scores(case.output):
            return
        readings = metrics.readings(case.model, case.output)
        for reads, does in _DOES.items():
            found = [reading for reading in readings if reading.reads is reads and _misreads(case, reading)]
            if not found:
                continue
            names = metric_wording.metric_words(found)
            several = names.startswith("Metrics ")
            message = (
                f"{'Each of ' if several else ''}{names} {does}. But {wording.given(case)}."
                f" {metric_wording.ONLY_THE_NUMBER}"
            )
            yield self.finding(case, message, fixes=_fixes(case, found))


def _misreads(case: Case, reading: Reading) -> bool:
    match reading.reads:
        case Reads.EQUALITY:
            return True
        case Reads.IDS:
            return reading.metric.takes_ids is True
        case _:
            return metrics.is_one_column_of_scores(reading, case.output)


def _fixes(case: Case, found: Sequence[Reading]) -> tuple[str, ...]:
    """Write metrics that read scores; the activation comes into the model first where those need probabilities."""
    on_logits = metrics.scale(case.output) in {Scale.LOGITS, Scale.MARGINS}
    codes = [_code(case, reading, on_logits=on_logits) for reading in found]
    fix = f"Use a metric that reads scores: {metric_wording.compile_fix(case, found, codes)}"
    if on_logits and any(_needs_probabilities(case, reading) for reading in found):
        first = metric_wording.activation_fix(case)
        return (*first, fix.replace("Use", "Then use", 1)) if first else ()
    return (fix,)


def _needs_probabilities(case: Case, reading: Reading) -> bool:
    """Whether what takes the place of the metric can only threshold probabilities."""
    if reading.reads is Reads.THRESHOLD:
        return True
    return reading.reads is Reads.EQUALITY and _is_binary(case) and not metric_wording.accuracy_takes_zero(case.model)


def _is_binary(case: Case) -> bool:
    """Whether each score of the output stands for itself."""
    judged = metrics.crossentropy_of(case.output)
    return case.output.units == 1 or (judged is not None and judged.expectation.family is Family.BINARY)


def _code(case: Case, reading: Reading, *, on_logits: bool) -> str:
    """Write the metric to use instead."""
    metric, takes_zero = reading.metric, metric_wording.accuracy_takes_zero(case.model)
    match reading.reads:
        case Reads.EQUALITY if _is_binary(case):
            threshold = ["threshold=0.0"] if on_logits and takes_zero else []
            return metric_wording.metric_code(case.model, reading, "BinaryAccuracy", *threshold)
        case Reads.EQUALITY:
            return "'accuracy'"
        case Reads.IDS if case.output.units == 1:
            threshold = ["threshold=0.0"] if on_logits else []
            kept = [f"{key}={value!r}" for key, value in metric.settings if key == "target_class_ids"]
            return f"{wording.library(case.model)}.metrics.BinaryIoU({', '.join([*threshold, *kept])})"
        case Reads.IDS:
            return metric_wording.metric_code(case.model, reading, reading.name, "sparse_y_pred=False")
        case _:
            return metric_wording.metric_code(case.model, reading, reading.name, "threshold=0.5")

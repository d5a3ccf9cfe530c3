"""LC204: a metric that needs class ids is given scores."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from logitcheck.analyzer import metrics
from logitcheck.analyzer.losses import Family
from logitcheck.analyzer.metrics import Labels, Reading, Reads, Scale
from logitcheck.analyzer.values import Kind
from logitcheck.report import Finding, Severity
from logitcheck.rules import metric_wording, wording
from logitcheck.rules.base import Case, Rule

_POSITIVE = (
    "the largest score of each row as the prediction: with one column, every score except an exact 0 is a positive"
    " prediction"
)
_EQUAL = "predictions that equal the label exactly, which scores do by accident only"

_DOES = {
    Reads.EQUALITY: (f"counts {_EQUAL}", f"count {_EQUAL}"),
    Reads.IDS: (
        "takes each value for a class id and cuts off its fraction",
        "take each value for a class id and cut off its fraction",
    ),
    Reads.THRESHOLD: (f"has no threshold and takes {_POSITIVE}", f"have no threshold and take {_POSITIVE}"),
}
"""What one metric does, and what several do."""

_STOPS = ": one class id for each label is wanted, and Keras stops with an error at several scores"

_OF_CLASSES = frozenset({"num_classes", "sparse_y_true", "axis"})
"""Parameters of the metrics of regions that BinaryIoU does not have."""


class MetricNeedsLabels(Rule):
    """A metric that needs class ids, or several columns, is given scores.

    ## What it finds

    On logits or probabilities: the class `Accuracy` (the string `"accuracy"` is another thing), `IoU` and `MeanIoU`
    with `sparse_y_pred=True`, which is their default, and `F1Score` or `FBetaScore` without a threshold on an output
    of one column.

    ## Why it matters

    The number says nothing about the model. `Accuracy()` compares for exact equality and stays at 0 however many
    are right. `MeanIoU` cuts 99 % down to class 0: a quarter for one sigmoid and balanced labels, however good the
    model; on scores of several classes it raises where labels are class ids. `F1Score()` on one column calls every
    sample positive: two thirds there, whatever the model says.

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
            claim = metric_wording.clause(found, *does)
            stops = reads is Reads.IDS and _stops(case)
            detail = _STOPS if stops else _detail(case, reads)
            message = f"{claim}, but {wording.given(case)}{detail}."
            if not stops:
                message = f"{message} {metric_wording.ONLY_THE_NUMBER}"
            subject = metric_wording.subject(found)
            yield self.finding(case, message, fixes=_fixes(case, found), subject=subject)


def _stops(case: Case) -> bool:
    """Whether there are several scores for each label, which is a class id, so that the shapes differ."""
    return case.output.units not in {1, None} and metrics.labels(case.output) is Labels.IDS


def _detail(case: Case, reads: Reads) -> str:
    """Say what comes of taking scores for class ids, where that is certain."""
    is_unit = case.output.kind in {Kind.PROBABILITIES, Kind.UNIT_INTERVAL}
    return ": scores below 1 are all class 0" if reads is Reads.IDS and is_unit else ""


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
    if not all(_is_possible(case, reading) for reading in found):
        return ("Put the class axis last, and use a metric that reads scores: those of Keras 3 fail with another axis",)
    codes = [_code(case, reading, on_logits=on_logits) for reading in found]
    of_labels = _without_labels(case, found)
    fix = f"Use a metric that reads scores: {metric_wording.compile_fix(case, found, codes)}{of_labels}"
    if on_logits and any(_needs_probabilities(case, reading) for reading in found):
        first = metric_wording.activation_fix(case)
        return (*first, fix.replace("Use", "Then use", 1)) if first else ()
    return (fix,)


def _is_possible(case: Case, reading: Reading) -> bool:
    """Whether a metric takes the place of it: those of Keras 3 that ask for the largest score want it on axis -1."""
    return reading.reads is not Reads.IDS or _is_binary(case) or case.model.generation < 3 or _axis(case) == -1


def _without_labels(case: Case, found: Sequence[Reading]) -> str:
    """Say for which labels the fix holds, where no loss tells."""
    if found[0].reads is not Reads.IDS or _is_binary(case) or metrics.labels(case.output) is not None:
        return ""
    return "  # with one-hot labels; with class ids, keep the metric and set sparse_y_pred=False"


def _axis(case: Case) -> int:
    judged = metrics.crossentropy_of(case.output)
    axis = judged.axis if judged is not None else case.output.value.axis
    return -1 if axis is None else axis


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
        case Reads.IDS if _is_binary(case):
            threshold = ["threshold=0.0"] if on_logits else []
            classes = dict(metric.settings).get("target_class_ids")
            is_kept = isinstance(classes, list) and {*classes} <= {0, 1}
            without = _OF_CLASSES if is_kept else {*_OF_CLASSES, "target_class_ids"}
            return metric_wording.metric_code(case.model, reading, "BinaryIoU", *threshold, without=without)
        case Reads.IDS:
            return _of_scores(case, reading)
        case _:
            return metric_wording.metric_code(case.model, reading, reading.name, "threshold=0.5")


def _of_scores(case: Case, reading: Reading) -> str:
    """Write the metric that asks for the largest score: of labels in one-hot form, it is a class of its own."""
    axis = [f"axis={_axis(case)}"] if _axis(case) != -1 else []
    if metrics.labels(case.output) is Labels.IDS:
        name = reading.name.removeprefix("OneHot")
        return metric_wording.metric_code(case.model, reading, name, "sparse_y_pred=False", *axis)
    name = f"OneHot{reading.name.removeprefix('OneHot')}"
    return metric_wording.metric_code(case.model, reading, name, *axis, without={"sparse_y_true"})

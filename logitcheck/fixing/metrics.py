"""Which metrics should be given another threshold or flag: where one value is right, and their Keras takes it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from logitcheck import rules
from logitcheck.analyzer import effects, metrics
from logitcheck.analyzer.losses import FOCAL, Family
from logitcheck.analyzer.metrics import Reading, Reads
from logitcheck.fixing import forms, retraining
from logitcheck.fixing.forms import Edit
from logitcheck.fixing.spans import Place
from logitcheck.fixing.wishes import BY_NAME, Outlook, Wish
from logitcheck.model import CROSSENTROPY_BY_SHAPE
from logitcheck.report import Finding
from logitcheck.rules import metric_wording, threshold_fixes
from logitcheck.rules.base import Case
from logitcheck.rules.lc201_threshold_on_logits import misreading
from logitcheck.rules.lc202_auc_on_logits import contradicting
from logitcheck.rules.lc203_metric_flag_disagrees import class_name, disagreeing

_MEANT: Mapping[str, Callable[[Case], list[Reading]]] = {
    "LC201": misreading,
    "LC202": contradicting,
    "LC203": disagreeing,
}
"""Rules about metrics whose finding another threshold or flag can answer, and the metrics that they mean."""


def wishes(outlook: Outlook) -> Iterator[Wish]:
    """Give what the findings about the metrics of an output ask for, metric by metric."""
    case = Case(model=outlook.model, output=outlook.output, judged=next(iter(outlook.output.losses), None))
    found = {finding.code: finding for finding in rules.judge(outlook.model, outlook.output)[2]}
    for code, meant in _MEANT.items():
        if code in found:
            yield from (_wish(outlook, case, found[code], reading) for reading in meant(case))


def _wish(outlook: Outlook, case: Case, finding: Finding, reading: Reading) -> Wish:
    at = next(number for number, metric in enumerate(outlook.output.metrics) if metric is reading.metric)
    place = outlook.places.metrics[outlook.position][at]
    reason = "where it is stored cannot be told" if place is None else _objection(outlook, case, place, reading)
    edit = None if reason or place is None else _edit(outlook, case, place, reading)
    weights, advice = retraining.OF_METRIC
    return Wish(
        finding=finding,
        position=outlook.position,
        place=place,
        edit=edit,
        reason=reason and f"{_label(reading)}: {reason}",
        weights=weights,
        advice=advice,
    )


def _label(reading: Reading) -> str:
    return metric_wording.metric_names([reading])


def _objection(outlook: Outlook, case: Case, place: Place, reading: Reading) -> str:
    """Say why a metric is not to be changed; nothing if it is."""
    if not metric_wording.has_classes(outlook.model):
        return f"the metrics of Keras {outlook.model.keras_version or outlook.model.generation} take no settings"
    raw = forms.at(outlook.settings, place)
    reason = _scale_objection(case, reading) if reading.reads in _OF_SCALE and not reading.metric.from_logits else ""
    if reading.reads is Reads.CROSSENTROPY and forms.config_of(raw, place) is None:
        reason = _spelling_objection(case, reading)
    if not reason and outlook.may_be_somebodys(reading.metric.form, raw):
        return BY_NAME.format(label=reading.metric.label)
    return reason


_STORES_FLAG_OF_AUC = (2, 10)
"""First Keras whose AUC keeps its from_logits in a file; up to TensorFlow 2.4 it has none (tensorflow#49196)."""

_OF_SCALE = frozenset({Reads.THRESHOLD, Reads.SWEEP, Reads.CURVE})


def _scale_objection(case: Case, reading: Reading) -> str:
    """Say why a metric that thresholds probabilities cannot be told of logits."""
    judged = metrics.crossentropy_of(case.output)
    if judged is None:
        return "under a hinge loss it depends on the labels (0 and 1, or -1 and 1), which are not in the file"
    if judged.expectation.family is Family.CATEGORICAL:
        return "the logits of a softmax mean nothing one by one, so that no threshold and no flag makes it right"
    if reading.reads is not Reads.CURVE:
        return _threshold_objection(case, reading)
    if effects.version(case.model) >= _STORES_FLAG_OF_AUC:
        return ""
    return f"AUC of Keras {case.model.keras_version} has no from_logits, or does not store it"


def _threshold_objection(case: Case, reading: Reading) -> str:
    """Say why the thresholds of a metric cannot be given as logits."""
    cuts = threshold_fixes.as_logits(case, reading)
    looking_like_probabilities = [cut for cut in cuts or () if 0 < cut < 1]
    if looking_like_probabilities:
        return (
            f"as a logit its threshold is {looking_like_probabilities[0]:g}, which would be taken for a probability the"
            " next time: set it yourself, and ignore the finding"
        )
    if cuts is not None:
        return ""
    if not all(0 < cut < 1 for cut in reading.thresholds or ()):
        return "only some of its thresholds can be meant as probabilities"
    if reading.name == "BinaryAccuracy" and not metric_wording.accuracy_takes_zero(case.model):
        written_by = "" if case.model.keras_version else ", and which Keras wrote the file is not stored"
        return f"Keras 3.0 to 3.4 refuse a threshold outside (0, 1){written_by}"
    if metric_wording.refuses_values(case.model):
        return f"Keras {case.model.keras_version} refuses values outside [0, 1], whatever its thresholds are"
    return "it takes no such threshold in any version of Keras"


def _spelling_objection(case: Case, reading: Reading) -> str:
    """Say why a cross-entropy that was given as a string or a function cannot be spelt as a class with a flag."""
    if reading.name in FOCAL:
        return "Keras has no metric class of that name, and a function takes no flag here"
    if reading.name == CROSSENTROPY_BY_SHAPE and metrics.crossentropy_of(case.output) is None:
        return "it stands for one metric or another by the labels, which are not in the file"
    return ""


def _edit(outlook: Outlook, case: Case, place: Place, reading: Reading) -> Edit:
    """Write the setting where the metric has parameters, else the metric as a class, which has some."""
    raw = forms.at(outlook.settings, place)
    parameters = forms.config_of(raw, place)
    key, value = _setting(case, reading, forms.at(outlook.settings, parameters) if parameters is not None else {})
    if parameters is not None:
        return Edit(place=(*parameters, key), value=value)
    name = class_name(case, reading)
    return Edit(place=place, value=forms.metric(outlook.model, name, reading.metric.label, {key: value}))


def _setting(case: Case, reading: Reading, parameters: object) -> tuple[str, object]:
    """Give the key and the value that make a metric right."""
    if reading.reads is not Reads.THRESHOLD:
        return "from_logits", not reading.metric.from_logits
    cuts = threshold_fixes.as_logits(case, reading)
    assert cuts is not None
    if reading.name in threshold_fixes.WITH_ONE_THRESHOLD:
        return "threshold", cuts[0]
    is_listed = isinstance(parameters, Mapping) and isinstance(parameters.get("thresholds"), list)
    return "thresholds", cuts if is_listed or len(cuts) > 1 else cuts[0]

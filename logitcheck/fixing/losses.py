"""Which losses should be given another `from_logits`: those that are proved to be right with it, and no others."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from logitcheck import rules
from logitcheck.analyzer import JudgedLoss, losses
from logitcheck.analyzer.losses import Family
from logitcheck.fixing import forms, retraining
from logitcheck.fixing.forms import Edit
from logitcheck.fixing.spans import Place
from logitcheck.fixing.wishes import BY_NAME, Outlook, Wish, codes
from logitcheck.model import CROSSENTROPY_BY_SHAPE
from logitcheck.report import Finding, Severity
from logitcheck.rules import wording
from logitcheck.rules.base import Case

BY_FLAG = frozenset({"LC101", "LC102", "LC103"})
"""Rules about a loss whose finding another flag can answer."""


def wishes(outlook: Outlook) -> Iterator[Wish]:
    """Give what the findings about the losses of an output ask for."""
    places = outlook.places.losses[outlook.position]
    for judged, place in zip(outlook.output.losses, places, strict=True):
        found = _findings(outlook, judged)
        for finding in found:
            if finding.code in BY_FLAG and finding.severity is not Severity.INFO:
                yield _wish(outlook, judged, place, finding, found)


def _findings(outlook: Outlook, judged: JudgedLoss) -> tuple[Finding, ...]:
    """Give what the rules say of an output with one of its losses."""
    return rules.judge(outlook.model, replace(outlook.output, losses=(judged,)))[2]


def _wish(
    outlook: Outlook, judged: JudgedLoss, place: Place | None, finding: Finding, found: tuple[Finding, ...]
) -> Wish:
    reason = "" if place is not None else "where it is stored cannot be told"
    reason = reason or _objection(outlook, judged, place or (), finding, found)
    if reason:
        return Wish(finding=finding, position=outlook.position, place=place, reason=reason)
    case = Case(model=outlook.model, output=outlook.output, judged=judged)
    weights, advice = retraining.of_loss(case, finding)
    edit = _edit(outlook, judged, place or ())
    return Wish(finding=finding, position=outlook.position, place=place, edit=edit, weights=weights, advice=advice)


def _objection(outlook: Outlook, judged: JudgedLoss, place: Place, finding: Finding, found: tuple[Finding, ...]) -> str:
    """Say why a flag is not to be changed; nothing if it is."""
    loss = judged.loss
    label = loss.label or loss.name
    if loss.from_logits is None:
        return f"the loss {label!r} has no from_logits: it takes logits, whatever is stored with it"
    if not wording.has_flag(outlook.model):
        return f"the losses of Keras {outlook.model.keras_version or outlook.model.generation} have no from_logits"
    if loss.name == CROSSENTROPY_BY_SHAPE and judged.expectation.family is not Family.BINARY:
        return f"{label!r} stands for one loss or another by the labels, which are not in the file"
    left = codes(_findings(outlook, _flipped(judged, outlook)))
    if finding.code in left or left - codes(found):
        worse = ", ".join(sorted(left - (codes(found) - {finding.code})))
        return f"with the other from_logits the output does not fit the loss either ({worse})"
    if outlook.may_be_somebodys(loss.form, forms.at(outlook.settings, place)):
        return BY_NAME.format(label=label)
    return ""


def _flipped(judged: JudgedLoss, outlook: Outlook) -> JudgedLoss:
    """Give the loss with the other flag, as it would be judged."""
    loss = replace(judged.loss, name=_class_name(judged), from_logits=not judged.loss.from_logits)
    return replace(judged, loss=loss, expectation=losses.expectation(loss, outlook.output.units))


def _class_name(judged: JudgedLoss) -> str:
    return "BinaryCrossentropy" if judged.loss.name == CROSSENTROPY_BY_SHAPE else judged.loss.name


def _edit(outlook: Outlook, judged: JudgedLoss, place: Place) -> Edit:
    """Write the flag where the loss has parameters, else the loss as a class, which has some."""
    raw = forms.at(outlook.settings, place)
    parameters = forms.config_of(raw, place)
    if parameters is not None:
        return Edit(place=(*parameters, "from_logits"), value=not judged.loss.from_logits)
    return Edit(place=place, value=forms.loss(outlook.model, _class_name(judged), judged.loss.label))

"""Meaning to findings: what the rules say of each output, and the verdict that follows."""

from __future__ import annotations

from collections.abc import Iterator

from logitcheck.analyzer import JudgedLoss, OutputAnalysis
from logitcheck.analyzer.losses import Expects, Family
from logitcheck.analyzer.values import Kind
from logitcheck.model import ACCURACY_BY_SHAPE, LossForm, SavedModel
from logitcheck.report import Finding, Severity, Verdict
from logitcheck.rules.base import Case

__all__ = ["judge"]


def judge(model: SavedModel, output: OutputAnalysis) -> tuple[Verdict, JudgedLoss | None, tuple[Finding, ...]]:
    """Judge one output with all its losses: the worst verdict, the loss that it comes from, and the findings."""
    findings: dict[tuple[str, str], Finding] = {}
    worst: tuple[Verdict, JudgedLoss | None] | None = None
    for judged in output.losses or (None,):
        case = Case(model=model, output=output, judged=judged)
        silent = is_silent(case)
        found = () if silent else tuple(_found(case))
        verdict = _verdict(case, found)
        if not silent:
            found = (*found, *_information(case, verdict))
        findings.update({(finding.code, finding.message): finding for finding in found})
        if worst is None or _badness(verdict) < _badness(worst[0]):
            worst = verdict, judged
    assert worst is not None
    beside = () if is_silent_beside(output) else tuple(_beside(model, output))
    return *worst, (*findings.values(), *beside)


def is_silent(case: Case) -> bool:
    """Whether it is plain that no rule has anything to say: a pair that fits, with nothing special about it.

    Most outputs are so; for them the rules are not even imported. Saying False where they are silent costs time only.
    """
    judged, value, kind = case.judged, case.output.value, case.output.kind
    if judged is None or value.stacked is not None or value.integer:
        return False
    expected = judged.expectation
    if expected.is_declared:
        return False
    if kind is Kind.PROBABILITIES and (case.output.classes == 1 or expected.family is Family.BINARY):
        return False
    if expected.family is Family.CATEGORICAL and judged.units == 1:
        return False
    if expected.is_crossentropy and (kind is Kind.LOGITS or judged.loss.form is LossForm.FUNCTION):
        return False
    return _takes_anything(judged) or _fits(case)


_HARMLESS = frozenset(
    {
        *(ACCURACY_BY_SHAPE, "CategoricalAccuracy", "SparseCategoricalAccuracy", "MeanSquaredError"),
        *("MeanAbsoluteError", "RootMeanSquaredError"),
    }
)
"""The usual metrics, of which only accuracy can be wrong, and that only on logits or margins."""


def is_silent_beside(output: OutputAnalysis) -> bool:
    """Whether it is plain that neither metrics nor precision give cause for a finding, as with most outputs."""
    if output.value.rounding is not None:
        return False
    if any(metric.name not in _HARMLESS for metric in output.metrics):
        return False
    if output.kind in {Kind.PROBABILITIES, Kind.UNIT_INTERVAL} or not output.metrics:
        return True
    return all(judged.expectation.family is Family.OTHER for judged in output.losses)


def _beside(model: SavedModel, output: OutputAnalysis) -> Iterator[Finding]:
    """Give the findings that leave the verdict alone."""
    from logitcheck.rules import catalogue

    case = Case(model=model, output=output, judged=next(iter(output.losses), None))
    for rule in catalogue.BESIDE_THE_LOSS:
        yield from rule.check(case)


def _badness(verdict: Verdict) -> int:
    return list(Verdict).index(verdict)


def _found(case: Case) -> Iterator[Finding]:
    """Give the findings about the output: a decisive one silences the ordinary ones, stacking adds to any."""
    from logitcheck.rules import catalogue

    for rule in catalogue.STANDALONE:
        yield from rule.check(case)
    for rule in catalogue.DECISIVE:
        decisive = tuple(rule.check(case))
        if decisive:
            yield from decisive
            return
    for rule in catalogue.ORDINARY:
        yield from rule.check(case)


def _takes_anything(judged: JudgedLoss) -> bool:
    return judged.expectation.family is Family.OTHER and judged.expectation.expects is Expects.ANY


def _fits(case: Case) -> bool:
    """Whether the output is proved to be what the loss expects."""
    return case.judged is not None and case.judged.fits(case.output.value)


def _verdict(case: Case, findings: tuple[Finding, ...]) -> Verdict:
    if any(finding.severity is not Severity.INFO for finding in findings):
        return Verdict.MISMATCH
    if case.judged is None or _takes_anything(case.judged):
        return Verdict.NOT_APPLICABLE
    return Verdict.OK if _fits(case) else Verdict.UNDETERMINED


def _information(case: Case, verdict: Verdict) -> Iterator[Finding]:
    from logitcheck.rules import catalogue

    match verdict:
        case Verdict.OK:
            yield from catalogue.PREDICT.check(case)
        case Verdict.UNDETERMINED:
            yield from catalogue.UNKNOWN_LOSS.check(case)
            yield from catalogue.UNDETERMINED.check(case)
        case Verdict.NOT_APPLICABLE:
            yield from catalogue.NOT_COMPILED.check(case)
        case Verdict.MISMATCH:
            pass
    yield from catalogue.BY_NAME.check(case)

"""What settings make of a report: which findings are told, which are kept quiet, and whether the model fails the run.

Settings never change what a model is: the outcome and the verdicts stay.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from logitcheck.report import (
    WHY_UNDETERMINED,
    Finding,
    ModelReport,
    Outcome,
    Severity,
    SkippedBy,
    SkippedFinding,
    Verdict,
)
from logitcheck.settings.selectors import Ignored, Selector, most_exact, most_exact_of
from logitcheck.settings.settings import Settings

EVERY = (Selector("", "ALL"),)
"""The rules that are asked unless settings say otherwise, where everything is told."""

PROBLEMS = tuple(Selector(group, group) for group in ("LC1", "LC2", "LC3"))
"""The same where only what is wrong is told."""

_BY_DEFAULT = Selector("", "")
"""How exactly a rule is asked that no setting asks for: any setting that ignores it decides."""

_INFORMATION = (Selector("LC4", "LC4"),)


def applied(model: ModelReport, settings: Settings, default: tuple[Selector, ...]) -> ModelReport:
    """Give the report with the findings that settings let through; what they keep quiet is kept with the reason.

    default: the rules that are asked if settings do not select any.
    """
    if not model.findings:
        return model
    in_file = settings.ignored_in(model.path)
    told: list[Finding] = []
    skipped: list[SkippedFinding] = list(model.skipped)
    for finding in model.findings:
        chosen = chosen_for(finding.code, settings, default)
        if chosen is None:
            continue
        quiet = _skipped(finding, settings, in_file, chosen)
        if quiet is None:
            told.append(finding)
        else:
            skipped.append(quiet)
    return replace(model, findings=tuple(told), skipped=tuple(skipped))


def chosen_for(code: str, settings: Settings, default: tuple[Selector, ...]) -> Selector | None:
    """Give what asks most exactly for the rule with this code; None if nothing does."""
    chosen = most_exact((*(settings.select or ()), *settings.extend_select, *_implied(settings)), code)
    if chosen is None and settings.select is None and most_exact(default, code) is not None:
        return _BY_DEFAULT
    return chosen


def why_quiet(finding: Finding, path: str, settings: Settings) -> str | None:
    """Say why settings keep a finding about the model at `path` quiet; None if they let it through.

    Everything is told unless they do not.
    """
    chosen = chosen_for(finding.code, settings, EVERY)
    if chosen is None:
        return "its rule is not selected"
    skipped = _skipped(finding, settings, settings.ignored_in(path), chosen)
    if skipped is None:
        return None
    return f"ignored by {skipped.by.value}" + (f": {skipped.reason}" if skipped.reason is not None else "")


def _skipped(
    finding: Finding, settings: Settings, in_file: Iterable[Ignored], chosen: Selector
) -> SkippedFinding | None:
    """Tell what keeps a finding quiet though its rule is asked; None if nothing does."""
    quiet = _quiet(finding, in_file, SkippedBy.PER_FILE_IGNORES, chosen)
    return quiet or _quiet(finding, settings.ignore, SkippedBy.IGNORE, chosen)


def _implied(settings: Settings) -> tuple[Selector, ...]:
    """Give the rules that must be asked for what else is wanted: what fails a run has to be told."""
    if settings.fail_on is Severity.INFO:
        return _INFORMATION
    return tuple(Selector(code, code) for code in WHY_UNDETERMINED) if settings.strict else ()


def _quiet(finding: Finding, rules: Iterable[Ignored], by: SkippedBy, chosen: Selector) -> SkippedFinding | None:
    """Tell what keeps a finding quiet, if it says so at least as exactly as `chosen` asks for its rule."""
    ignored = most_exact_of(rules, finding.code)
    if ignored is None or ignored.selector.exactness < chosen.exactness:
        return None
    return SkippedFinding(finding=finding, by=by, reason=ignored.reason)


def fails(model: ModelReport, settings: Settings) -> bool:
    """Whether what is told of a model makes the run fail; an input that cannot be read is another matter.

    What was seen of an undetermined model counts where somebody asked to look: it fails if it was seen not to fit, and
    being strict does not fail it if it was seen to fit.
    """
    if model.has_at_least(settings.fail_on):
        return True
    if model.outcome is not Outcome.UNDETERMINED or _is_accepted(model):
        return False
    if model.observed is Verdict.MISMATCH:
        return True
    return settings.strict and model.observed is not Verdict.OK


def _is_accepted(model: ModelReport) -> bool:
    """Whether settings keep quiet why the model is undetermined, all of it."""
    told = any(finding.code in WHY_UNDETERMINED for finding in model.findings)
    return not told and any(each.finding.code in WHY_UNDETERMINED for each in model.skipped)

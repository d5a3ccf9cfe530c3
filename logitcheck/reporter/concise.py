"""The report of a lint step: a line for each finding, nothing about what is right, and one line that sums up."""

from __future__ import annotations

from collections.abc import Iterator

from logitcheck.report import ModelReport, Report, SkippedFinding
from logitcheck.reporter import commands, summary
from logitcheck.reporter.brief import first_sentence, one_of_several
from logitcheck.reporter.escaping import printable
from logitcheck.reporter.text_report import SEVERITY_STYLES, UNREADABLE_STYLE
from logitcheck.reporter.wrapping import Line, Piece

SAY = "Say in settings "
"""What a fix begins with that is to be written into settings: there is nothing to do in any code."""


def lines(
    report: Report,
    width: int,  # noqa: ARG001  a line is never broken, so that a search in a log finds all of it
    *,
    ascii_only: bool = False,  # noqa: ARG001  nothing is drawn
) -> Iterator[Line]:
    """Give the lines of the report; the arguments are those of the report in full."""
    for line in _lines(report):
        yield commands.inert(line)


def _lines(report: Report) -> Iterator[Line]:
    for model in report.models:
        about: list[Piece] = [(printable(model.path), "bold"), (": ", "")]
        yield from ([*about, *rest] for rest in _model(model))
    yield _summary(report)


def _model(model: ModelReport) -> Iterator[Line]:
    if model.error is not None:
        told = f": {printable(model.error.message)} {printable(model.error.hint)}"
        yield [("unreadable", UNREADABLE_STYLE), (f" {model.error.code.value}", "bold"), (told, "")]
    for finding in model.findings:
        told = f"{one_of_several(model, finding)}: {printable(first_sentence(finding.message))}"
        told += "".join(f" {printable(fix)}" for fix in finding.fixes if fix.startswith(SAY))
        label = f"{finding.severity.value} {finding.code}"
        yield [(label, SEVERITY_STYLES[finding.severity]), (f" {finding.name}", "bold"), (told, "")]
    for skipped in model.skipped:
        if skipped.reason is not None:
            yield _skipped(model, skipped, skipped.reason)


def _skipped(model: ModelReport, skipped: SkippedFinding, reason: str) -> Line:
    finding = skipped.finding
    told = f"{one_of_several(model, finding)}: {printable(reason)} ({skipped.by.value})"
    return [(f"skipped {finding.code}", "dim"), (f" {finding.name}", ""), (told, "")]


def _summary(report: Report) -> Line:
    told = f"{summary.models_read(report)} read: {summary.counts(report)}."
    codes = sorted({finding.code for model in report.models for finding in model.findings})
    if not codes:
        return [(told, "bold")]
    return [(told, "bold"), (" Learn more: ", "bold"), (f"logitcheck explain {' '.join(codes)}", "")]

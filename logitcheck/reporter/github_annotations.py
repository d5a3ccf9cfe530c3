"""Annotations for GitHub Actions: what is wrong with a model is shown where the file is reviewed.

A line is a workflow command, which the runner takes from the log of a step; it unescapes data and properties each in
their own way (actions/runner, `ActionCommand.cs`). GitHub shows the first 10 of a kind in a step and 50 in a job:
unreadable inputs and errors come first, information last.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from logitcheck.report import WHY_UNDETERMINED, Finding, ModelReport, Observation, Report, Severity, Verdict
from logitcheck.reporter import places
from logitcheck.reporter.escaping import printable

_KINDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}
_IN_DATA = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
_IN_PROPERTIES = _IN_DATA | str.maketrans({":": "%3A", ",": "%2C"})


class _Annotation(NamedTuple):
    severity: Severity
    title: str
    message: str


def render(report: Report, version: str) -> str:  # noqa: ARG001  each format is called alike
    """Write an annotation for each finding and each unreadable input, the worst first; nothing where there is none."""
    told = [(annotation, model) for model in report.models for annotation in _annotations(model)]
    told.sort(key=lambda pair: list(Severity).index(pair[0].severity))
    return "".join(_command(annotation, model) + "\n" for annotation, model in told)


def _annotations(model: ModelReport) -> Iterator[_Annotation]:
    if model.error is not None:
        message = f"{printable(model.error.message)}\nWhat to do: {printable(model.error.hint)}"
        yield _Annotation(Severity.ERROR, f"unreadable {model.error.code.value}", message)
    for finding in model.findings:
        fix = f"\nFix: {printable(finding.fixes[0])}" if finding.fixes else ""
        title = f"{finding.code} {finding.name}"
        yield _Annotation(_severity(finding, model), title, printable(finding.message) + fix)


def _severity(finding: Finding, model: ModelReport) -> Severity:
    """Give how bad a finding is; what is not known of an output that was seen not to fit is no mere notice."""
    unfit = {
        output.name
        for output in model.outputs
        if isinstance(output.observed, Observation) and output.observed.verdict is Verdict.MISMATCH
    }
    is_seen = finding.code in WHY_UNDETERMINED and finding.output in unfit
    return Severity.WARNING if is_seen else finding.severity


def _command(annotation: _Annotation, model: ModelReport) -> str:
    place = places.of(model)
    properties = {"title": annotation.title}
    message = annotation.message
    if place is None:
        message = f"{printable(model.path)}: {message}"
    else:
        # A model has no lines; without one, GitHub shows the annotation at the run and not at the file.
        properties = {"file": printable(place), "line": "1", **properties}
    listed = ",".join(f"{name}={value.translate(_IN_PROPERTIES)}" for name, value in properties.items())
    return f"::{_KINDS[annotation.severity]} {listed}::{message.translate(_IN_DATA)}"

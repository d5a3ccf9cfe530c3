"""JUnit XML, so that CI services that show tests show each model as one.

There is no standard, so what is written is what its readers have in common: the package junitparser (by the tests),
GitLab (`lib/gitlab/ci/parsers/test/junit.rb`) and the junit plugin of Jenkins (`CaseResult.java`), both by their
source. From there: one failure, error or skipped element a case, since they read the first or none of several; the
message as text as well, since GitLab ignores the attribute; and no `type` that ActiveSupport takes for its own, as it
does `yaml` and `file`.
"""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree import ElementTree as ET

from logitcheck.report import WHY_UNDETERMINED, Finding, ModelReport, Outcome, Report, Severity, Verdict
from logitcheck.reporter import commands, places
from logitcheck.reporter.brief import first_sentence, one_of_several
from logitcheck.reporter.escaping import printable

_CLASS_NAME = "logitcheck.models"
"""Jenkins takes what is before the last dot for the package, and calls it the root if there is none."""

_UNDETERMINED = "undetermined: the file does not prove whether output and loss fit."


def render(report: Report, version: str) -> str:
    """Write a suite with a case for each model, in ASCII, so that no encoding on the way can break it."""
    root = ET.Element("testsuites")
    suite = ET.SubElement(root, "testsuite", name="logitcheck")
    properties = ET.SubElement(suite, "properties")
    ET.SubElement(properties, "property", name="version", value=version)
    for model in report.models:
        _add_case(suite, model)
    suite.set("tests", str(len(report.models)))
    for plural, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        suite.set(plural, str(len(suite.findall(f"testcase/{tag}"))))
    ET.indent(root)
    text = commands.masked(ET.tostring(root, encoding="unicode"), "&#35;")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'.encode("ascii", "xmlcharrefreplace").decode()


def _add_case(suite: ET.Element, model: ModelReport) -> None:
    case = ET.SubElement(suite, "testcase", classname=_CLASS_NAME, name=_text(model.path))
    place = places.of(model)
    if place is not None:
        case.set("file", _text(place))
    failing = [finding for finding in model.findings if finding.severity is not Severity.INFO]
    if model.error is not None:
        told = f"{model.error.code.value}: {_text(model.error.message)}"
        _add_status(case, "error", "unreadable", told, f"{told}\nWhat to do: {_text(model.error.hint)}")
    elif failing:
        first, more = failing[0], f" (and {len(failing) - 1} more)" if len(failing) > 1 else ""
        told = f"{_label(model, first)}: {_text(first_sentence(first.message))}{more}"
        _add_status(case, "failure", first.code, told, "\n\n".join(_in_full(model, finding) for finding in failing))
    elif model.outcome is Outcome.UNDETERMINED:
        tag = "failure" if model.observed is Verdict.MISMATCH else "skipped"
        _add_status(case, tag, "undetermined", _reason(model), _reason(model))
    notes = "\n".join(_notes(model))
    if notes:
        ET.SubElement(case, "system-out").text = notes


def _add_status(case: ET.Element, tag: str, kind: str, message: str, text: str) -> None:
    ET.SubElement(case, tag, type=kind, message=message).text = text


def _notes(model: ModelReport) -> Iterator[str]:
    """Give what does not make a test fail, a line each."""
    if model.outcome is Outcome.UNDETERMINED and not _reasons(model):
        yield _UNDETERMINED
    for finding in model.findings:
        if finding.severity is Severity.INFO:
            yield f"{_label(model, finding)}: {_text(finding.message)}"
    for skipped in model.skipped:
        reason = f": {_text(skipped.reason)}" if skipped.reason is not None else ""
        where = _text(one_of_several(model, skipped.finding))
        yield f"skipped {skipped.finding.code} {skipped.finding.name}{where}{reason} ({skipped.by.value})"


def _reason(model: ModelReport) -> str:
    """Say why a model is undetermined."""
    return f"undetermined: {' '.join(_reasons(model))}" if _reasons(model) else _UNDETERMINED


def _reasons(model: ModelReport) -> list[str]:
    return [_text(finding.message) for finding in model.findings if finding.code in WHY_UNDETERMINED]


def _in_full(model: ModelReport, finding: Finding) -> str:
    fixes = (f"Fix: {_text(fix)}" for fix in finding.fixes)
    told = f"{_label(model, finding)}: {_text(finding.message)}"
    return "\n".join([told, *fixes, f"Learn more: {finding.docs_url}"])


def _label(model: ModelReport, finding: Finding) -> str:
    return f"{finding.severity.value} {finding.code} {finding.name}{_text(one_of_several(model, finding))}"


def _text(text: str) -> str:
    """Give text of a model without what XML 1.0 cannot hold, and without what GitLab takes for the path of a file."""
    return printable(text).replace("[[ATTACHMENT|", r"[\x5bATTACHMENT|")

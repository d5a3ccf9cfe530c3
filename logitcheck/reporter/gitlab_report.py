"""The code quality report of GitLab, which shows in a merge request what is new and what is gone.

GitLab tells findings by their fingerprint, keeps one of several that are alike, and stops reading at an object that it
cannot use (`lib/gitlab/ci/parsers/codequality/code_climate.rb`): each has every documented field.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from logitcheck import fingerprint
from logitcheck.report import ModelReport, Report, Severity
from logitcheck.reporter import json_report, places
from logitcheck.reporter.escaping import printable

_SEVERITIES = {Severity.ERROR: "major", Severity.WARNING: "minor", Severity.INFO: "info"}

_UNREADABLE = "critical"
"""Above any finding, since it may hide one. A blocker would say that it is known to break something."""


def render(report: Report, version: str) -> str:  # noqa: ARG001  each format is called alike
    """Write the findings and unreadable inputs as a JSON array in ASCII, one a line; an empty one where there is none.

    GitLab needs the file to be there even then: else it would compare with an older one.
    """
    listed = ",\n".join(json_report.text_of(issue) for issue in _told_apart(report))
    return f"[\n{listed}\n]\n" if listed else "[]\n"


def _told_apart(report: Report) -> Iterator[dict[str, Any]]:
    """Give the issues, each with a fingerprint that no other one has."""
    seen: Counter[str] = Counter()
    for model in report.models:
        for made_of, issue in _issues(model):
            path = issue["location"]["path"]
            yield issue | {"fingerprint": _digest(path, made_of, seen[path + made_of])}
            seen[path + made_of] += 1


def _issues(model: ModelReport) -> Iterator[tuple[str, dict[str, Any]]]:
    """Give the issues of a model without their fingerprints, each behind what that is to be made of."""
    if model.error is not None:
        code, told = model.error.code.value, f"{model.error.message} {model.error.hint}"
        yield f"unreadable {code}", _issue(model, f"unreadable {code}", _UNREADABLE, told)
    for finding in model.findings:
        name, severity = f"{finding.code} {finding.name}", _SEVERITIES[finding.severity]
        yield fingerprint.of(model, finding), _issue(model, name, severity, finding.message)


def _issue(model: ModelReport, name: str, severity: str, told: str) -> dict[str, Any]:
    path = places.of(model) or model.path
    return {
        "description": f"{name}: {printable(told)}",
        "check_name": name,
        "severity": severity,
        # The path has to be that of the file; only what is no text in any encoding cannot be.
        "location": {"path": path.encode("utf-8", "backslashreplace").decode(), "lines": {"begin": 1}},
    }


def _digest(path: str, made_of: str, times_before: int) -> str:
    from hashlib import sha256

    return sha256(f"{path}\0{made_of}\0{times_before}".encode()).hexdigest()

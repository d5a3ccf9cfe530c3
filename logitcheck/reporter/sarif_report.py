"""The SARIF report, version 2.1.0: findings as code scanning shows them, on GitHub and elsewhere.

Sections in brackets are those of the standard: https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
What GitHub demands beyond it:
https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning
"""

from __future__ import annotations

import json
import re
from typing import Any

from logitcheck.errors import InputError
from logitcheck.report import ModelReport, Report
from logitcheck.reporter import commands, sarif_places, sarif_results, sarif_rules
from logitcheck.reporter.sarif_results import Json, plain
from logitcheck.rules.base import DOCS_URL

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
MOST_RESULTS = 25_000
"""GitHub refuses a file with one result more, and all that is in it."""

_SEMANTIC = re.compile(r"\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?")
_LEVELS = ("error", "warning", "note")


def render(report: Report, version: str, *, with_skipped: bool = True) -> str:
    """Write the report as JSON text in ASCII, a rule or result a line; `version` is that of logitcheck.

    with_skipped: also write what settings keep quiet, as suppressed results. GitHub does not know of suppressions and
    opens alerts for them (github/codeql-action#1230): leave them out of what is uploaded there.
    """
    whole = document(report, version, with_skipped=with_skipped)
    (run,) = whole.pop("runs")
    head = json.dumps(whole)
    parts = [f"{json.dumps(name)}: {_lines(value, 3 if name == 'tool' else 1)}" for name, value in run.items()]
    return commands.masked(f'{head[:-1]}, "runs": [{_joined("{", parts, "}")}]}}\n', r"\u0023")


def document(report: Report, version: str, *, with_skipped: bool = True) -> Json:
    """Give the report as plain JSON values.

    There are no `automationDetails`: where a file has some, `category` of GitHub's upload action counts for nothing,
    and two uploads of one repository replace each other.
    """
    results = [
        result for model in report.models for result in sarif_results.of(model, model.skipped if with_skipped else ())
    ]
    if any("suppressions" in result for result in results):
        for result in results:  # all or none of them say whether they are suppressed (3.27.23)
            result.setdefault("suppressions", [])
    kept = _worst(results)
    run = {
        "tool": {"driver": _driver(version)},
        "invocations": [_invocation(report, len(results) - len(kept))],
        "artifacts": _artifacts(report),
        # Nothing has columns; but what has a line counts as text, and text has to say so (3.14.27).
        "columnKind": "unicodeCodePoints",
        "results": kept,
    }
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _driver(version: str) -> Json:
    numbers = {"version": version, "semanticVersion": version} if _SEMANTIC.fullmatch(version) else {"version": version}
    return {
        "name": "logitcheck",
        **numbers,
        "informationUri": DOCS_URL.partition("/blob/")[0],
        "rules": sarif_rules.descriptors(),
    }


def _invocation(report: Report, left_out: int) -> Json:
    """Say whether the run went well, and of which inputs it has nothing to say.

    GitHub refuses a file that says no, whatever else is in it, since it closes every alert that a file does not
    repeat (github/codeql-action#1393). So no is said where no input could be read, as where all are pointers of Git
    LFS: nothing was mended. Where some could be read, what was found in them is worth more; the standard calls that
    run a failed one by the level of its notifications (3.20.21).
    """
    unreadable = [model for model in report.models if model.error is not None]
    notifications = [_notification(model, model.error) for model in unreadable if model.error is not None]
    if left_out:
        notifications.append(_left_out(left_out))
    successful = not report.models or len(unreadable) < len(report.models)
    return {"executionSuccessful": successful, "toolExecutionNotifications": notifications}


def _notification(model: ModelReport, error: InputError) -> Json:
    notification: Json = {
        "descriptor": {"id": error.code.value},
        "level": "error",
        "message": {"text": plain(f"{error.message} What to do: {error.hint}")},
    }
    if model.path:
        location = {"physicalLocation": {"artifactLocation": sarif_places.of(model).artifact_location()}}
        notification["locations"] = [location]
    return notification


def _left_out(count: int) -> Json:
    text = f"The {count} mildest findings are left out: GitHub takes {MOST_RESULTS} at most. The JSON report has all."
    return {"descriptor": {"id": "results-left-out"}, "level": "warning", "message": {"text": text}}


def _artifacts(report: Report) -> list[Json]:
    """Give every input, with what came of it: that there is no result about a file does not tell that it was read."""
    artifacts: dict[str, Json] = {}
    for model in report.models:
        if model.path:
            location = sarif_places.of(model).artifact_location()
            format_of_it = model.format.value if model.format is not None else None
            properties = {"format": format_of_it, "outcome": model.outcome.value}
            artifact = {"location": location, "roles": ["analysisTarget"], "properties": properties}
            artifacts.setdefault(location["uri"], artifact)  # each only once (3.14.15)
    return list(artifacts.values())


def _worst(results: list[Json]) -> list[Json]:
    """Give as many results as GitHub takes, in their order: the worst ones, and suppressed ones last."""
    urgent = sorted(range(len(results)), key=lambda position: _urgency(results[position]))[:MOST_RESULTS]
    return [results[position] for position in sorted(urgent)]


def _urgency(result: Json) -> tuple[bool, int]:
    return bool(result.get("suppressions")), _LEVELS.index(result["level"])


def _lines(value: Any, depth: int) -> str:
    """Write JSON with a line for each thing that is at most `depth` levels down."""
    if not depth or not value:
        return json.dumps(value)
    match value:
        case list():
            return _joined("[", [_lines(item, depth - 1) for item in value], "]")
        case dict():
            items = [f"{json.dumps(name)}: {_lines(item, depth - 1)}" for name, item in value.items()]
            return _joined("{", items, "}")
        case _:
            return json.dumps(value)


def _joined(opening: str, parts: list[str], closing: str) -> str:
    return f"{opening}\n" + ",\n".join(parts) + f"\n{closing}"

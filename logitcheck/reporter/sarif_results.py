"""The findings of a model as SARIF results: where they are, how the values came there, and how to know them again."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from string import ascii_uppercase
from typing import Any

from logitcheck import fingerprint
from logitcheck.report import EvidenceStep, Finding, ModelReport, Severity, SkippedFinding
from logitcheck.reporter import sarif_places
from logitcheck.reporter.escaping import printable
from logitcheck.reporter.sarif_places import Place
from logitcheck.reporter.sarif_rules import INDEX, LEVELS

Json = dict[str, Any]

_FINGERPRINT = "logitcheckFinding/v1"
"""A name of ours for services that compare all of them; the number is that of what `fingerprint` is made of."""

_PLACEHOLDER = re.compile(r"\{(\d+)\}")


def of(model: ModelReport, skipped: Sequence[SkippedFinding]) -> list[Json]:
    """Give the findings of a model as `result` objects, and behind them those that settings keep quiet."""
    place = sarif_places.of(model)
    findings = [*model.findings, *(quiet.finding for quiet in skipped)]
    results = [_result(model, place, finding) for finding in findings]
    _number(results)
    for result, quiet in zip(results[len(model.findings) :], skipped, strict=True):
        result["suppressions"] = [_suppression(quiet)]
    return results


def plain(text: str) -> str:
    """Make text from a model harmless as the text of a SARIF message.

    Besides what is invisible, two things mean something there: `[text](target)` is a link (3.11.6), and `{0}` stands
    for an argument (3.11.5). All other braces stay single, though the standard doubles them too: Microsoft's own SDK
    shows text as it stands (`GetMessageText`), and code in fixes is to be pasted.
    """
    return _PLACEHOLDER.sub(r"{{\1}}", printable(text).replace("](", "] ("))


def _result(model: ModelReport, place: Place, finding: Finding) -> Json:
    result: Json = {
        "ruleId": finding.code,
        "ruleIndex": INDEX[finding.code],
        "level": LEVELS[finding.severity],
        "message": {"text": _message(finding)},
        "locations": [_location(place, finding.output, finding.layer)],
        "partialFingerprints": {_FINGERPRINT: fingerprint.of(model, finding)},
    }
    flow = _code_flow(model, place, finding)
    if flow is not None:
        result["codeFlows"] = [flow]
    return result


def _message(finding: Finding) -> str:
    """Say all that is known, the finding first: where there is little room, only the first sentence is shown."""
    labels = (f"Fix {letter}" if finding.severity is not Severity.INFO else "Try" for letter in ascii_uppercase)
    fixes = (f"{label}: {plain(fix)}" for label, fix in zip(labels, finding.fixes, strict=False))
    return "\n".join([plain(finding.message), *fixes])


def _location(place: Place, output: str | None, layer: str | None) -> Json:
    """Give the file, for services that know of files only, and the layer for whoever reads on."""
    parts = [("model", place.shown), ("output", output), ("layer", layer)]
    named = [(kind, printable(name)) for kind, name in parts if name is not None]
    kind, name = named[-1]
    logical = {"name": name, "fullyQualifiedName": "/".join(name for _, name in named), "kind": kind}
    return {"physicalLocation": place.physical_location(), "logicalLocations": [logical]}


def _code_flow(model: ModelReport, place: Place, finding: Finding) -> Json | None:
    """Give the layers that made the output what it is, in the order in which the values flow."""
    evidence = next((output.evidence for output in model.outputs if output.name == finding.output), ())
    if not evidence:
        return None
    steps = [
        {
            "location": {**_location(place, finding.output, step.layer), "message": {"text": _told(step)}},
            "importance": "essential" if step.layer == finding.layer else "important",
        }
        for step in evidence
    ]
    return {"threadFlows": [{"locations": steps}]}


def _told(step: EvidenceStep) -> str:
    return plain(f"{step.layer} ({step.class_name}): {step.effect}")


def _suppression(quiet: SkippedFinding) -> Json:
    suppression: Json = {"kind": "external", "status": "accepted", "properties": {"setting": quiet.by.value}}
    if quiet.reason is not None:
        suppression["justification"] = plain(quiet.reason)
    return suppression


def _number(results: list[Json]) -> None:
    """Add the fingerprint that GitHub knows an alert by, together with its rule and file.

    It takes this name only, and makes alerts of one fingerprint into one: so equal ones are numbered, as CodeQL does.
    Where it is missing, the upload puts in a hash of the first line, which is another in a model trained again.
    https://github.com/github/codeql-action/blob/main/src/fingerprints.ts
    """
    seen = Counter[str]()
    for result in results:
        fingerprints = result["partialFingerprints"]
        value = fingerprints[_FINGERPRINT]
        seen[value] += 1
        fingerprints["primaryLocationLineHash"] = f"{value}:{seen[value]}"

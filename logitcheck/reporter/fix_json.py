"""What `fix` did, for programs: schema version 1 (`fix.schema.json` beside this file)."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from logitcheck.fixing.result import Change, FixResult
from logitcheck.reporter import json_report


def render(result: FixResult, version: str) -> str:
    """Write the result as one line of JSON in ASCII; `version` is that of logitcheck."""
    return json_report.text_of(_document(result, version)) + "\n"


def _document(result: FixResult, version: str) -> dict[str, Any]:
    return {
        "schema_version": json_report.SCHEMA_VERSION,
        "tool": {"name": "logitcheck", "version": version},
        "path": result.path,
        "status": result.status.value,
        "output": result.output,
        "backup": result.backup,
        "changes": [_change(change) for change in result.changes],
        "refusals": [asdict(refusal) for refusal in result.refusals],
        "ignored": [asdict(refusal) for refusal in result.ignored],
        "notes": list(result.notes),
        "problem": result.problem,
        "diff": result.diff,
        "before": json_report.of_model(result.before),
        "after": json_report.of_model(result.after),
    }


def _change(change: Change) -> dict[str, Any]:
    return asdict(change) | {"weights": change.weights.value}

"""JSON Lines: a model a line and nothing else, so that what several runs wrote can be joined, cut and searched.

Each line is an object of the JSON report's `models` with the version of the schema (`#/$defs/line` of
`report.schema.json` beside this file). The version of logitcheck is not in it: it belongs to a run.
"""

from __future__ import annotations

from logitcheck.report import Report
from logitcheck.reporter import json_report


def render(report: Report, version: str) -> str:  # noqa: ARG001  each format is called alike
    """Write a line for each model, in ASCII."""
    return "".join(
        json_report.text_of({"schema_version": json_report.SCHEMA_VERSION, **json_report.of_model(model)}) + "\n"
        for model in report.models
    )

"""A model a line."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest

from logitcheck.reporter import json_report, jsonl_report
from tests.reporter.formats import LINE_SCHEMA
from tests.reporter.reports import finding, model, report, skipped, unreadable

EVERY_KIND = report(
    model("a.keras", finding(), skipped=(skipped("why"), skipped(None))), model("b\n.keras"), unreadable()
)


def lines(text: str) -> list[dict[str, Any]]:
    """The lines as they are read; each follows the schema."""
    read = [json.loads(line) for line in text.splitlines()]
    for line in read:
        jsonschema.validate(line, LINE_SCHEMA)
    return read


def test_a_line_is_the_model_of_the_json_report_with_the_version_of_the_schema() -> None:
    models = json.loads(json_report.render(EVERY_KIND, "1.2.3"))["models"]
    assert lines(jsonl_report.render(EVERY_KIND, "1.2.3")) == [{"schema_version": 1, **told} for told in models]


def test_what_two_runs_wrote_can_be_joined() -> None:
    first, second = (jsonl_report.render(report(model), "1.2.3") for model in EVERY_KIND.models[:2])
    assert [line["path"] for line in lines(first + second)] == ["a.keras", "b\n.keras"]


def test_no_model_is_no_line() -> None:
    assert jsonl_report.render(report(), "1.2.3") == ""


@pytest.mark.parametrize("change", [{"schema_version": 2}, {"another": 1}])
def test_the_schema_refuses_what_no_line_has(change: dict[str, Any]) -> None:
    (line,) = lines(jsonl_report.render(report(model()), "1.2.3"))
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(line | change, LINE_SCHEMA)

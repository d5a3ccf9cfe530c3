"""The JSON report: what settings skip, and what a service could obey. All else is in the golden files."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest

from logitcheck.report import SkippedBy
from logitcheck.reporter import json_report
from tests.reporter.formats import SCHEMA
from tests.reporter.reports import finding, model, report, skipped, unreadable


def document(*models: Any) -> dict[str, Any]:
    """The report as it is read; it follows the schema."""
    read: dict[str, Any] = json.loads(json_report.render(report(*models), "1.2.3"))
    jsonschema.validate(read, SCHEMA)
    return read


def test_without_settings_there_is_no_trace_of_them() -> None:
    read = document(model("a.keras", finding()), model("b.keras"), unreadable())
    assert ["skipped" in told for told in read["models"]] == [False, False, False]


@pytest.mark.parametrize("by", SkippedBy)
@pytest.mark.parametrize("reason", ["scores are ranked", None])
def test_what_is_skipped_is_a_finding_with_what_skips_it_and_why(by: SkippedBy, reason: str | None) -> None:
    read = document(model("a.keras", finding(), skipped=(skipped(reason, by),)))
    as_finding = document(model("a.keras", skipped(reason).finding))["models"][0]["findings"][0]
    assert read["models"][0]["skipped"] == [{**as_finding, "skipped_by": by.value, "reason": reason}]
    assert (read["summary"]["errors"], read["summary"]["warnings"]) == (1, 0)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"skipped": []}, id="an empty list"),
        pytest.param({"skipped": [{"code": "LC101"}]}, id="no whole finding"),
        pytest.param({"another": 1}, id="a key of a model"),
        pytest.param({"schema_version": 1}, id="a key of a line"),
    ],
)
def test_the_schema_refuses_what_is_never_written(change: dict[str, Any]) -> None:
    read = document(model("a.keras", finding()))
    read["models"][0] |= change
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(read, SCHEMA)


@pytest.mark.parametrize("change", [{"another": 1}, {"skipped_by": "me"}, {"reason": 1}])
def test_the_schema_refuses_what_no_skipped_finding_has(change: dict[str, Any]) -> None:
    read = document(model("a.keras", skipped=(skipped("why"),)))
    read["models"][0]["skipped"][0] |= change
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(read, SCHEMA)


def test_a_finding_has_no_key_of_a_skipped_one() -> None:
    read = document(model("a.keras", finding()))
    read["models"][0]["findings"][0]["reason"] = None
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(read, SCHEMA)


def test_no_service_obeys_what_is_in_a_name() -> None:
    written = json_report.render(report(model("##[add-mask]a.keras")), "1.2.3")
    assert "##[" not in written
    assert json.loads(written)["models"][0]["path"] == "##[add-mask]a.keras"

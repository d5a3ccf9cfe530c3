"""JUnit XML, read back by a package that does nothing else, and as GitLab and Jenkins read it."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from junitparser import Error, Failure, JUnitXml, Skipped, TestCase

from logitcheck.errors import ErrorCode
from logitcheck.report import ModelReport, Outcome, Severity, SkippedBy
from logitcheck.reporter import junit_report
from tests.reporter.reports import MESSAGE, finding, model, output, report, skipped, unreadable

OF_ACTIVE_SUPPORT = {
    *("symbol", "date", "datetime", "duration", "integer", "float", "decimal", "boolean", "string", "yaml"),
    *("base64Binary", "hexBinary", "file", "array"),
}
"""Values of an attribute `type` that are more than text to the reader of GitLab (`ActiveSupport::XmlMini`)."""


def cases(*models: ModelReport) -> list[TestCase]:
    """The cases as they are read; no reader has to choose between several elements of one."""
    text = junit_report.render(report(*models), "1.2.3")
    assert text.isascii()
    assert text.endswith("</testsuites>\n")
    for case in ET.fromstring(text).iter("testcase"):
        status = [child for child in case if child.tag in {"failure", "error", "skipped"}]
        assert len(status) <= 1
        assert [child.tag for child in case if child not in status] in ([], ["system-out"])
        assert not OF_ACTIVE_SUPPORT & {child.get("type") for child in status}
    (suite,) = JUnitXml.fromstring(text.encode())
    read = list(suite)
    assert (suite.name, suite.tests) == ("logitcheck", len(read))
    for count, kind in ((suite.failures, Failure), (suite.errors, Error), (suite.skipped, Skipped)):
        assert count == sum(isinstance(case.result[0], kind) for case in read if case.result)
    return read


@pytest.fixture(autouse=True)
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "repository" / ".git").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "repository")
    return tmp_path / "repository"


def test_a_model_is_a_case_with_its_file(tmp_path: Path) -> None:
    right, outside = cases(model("./models/a.keras"), model(str(tmp_path / "b.keras")))
    assert (right.classname, right.name) == ("logitcheck.models", "./models/a.keras")
    assert (right._elem.get("file"), outside._elem.get("file")) == ("models/a.keras", None)
    assert right.is_passed
    assert right.system_out is None


def test_findings_are_one_failure_that_says_all_of_them() -> None:
    (case,) = cases(model("a.keras", finding(), finding(Severity.WARNING)))
    (failure,) = case.result
    assert isinstance(failure, Failure)
    assert failure.type == "LC101"
    first = "The loss expects logits, but layer 'head' puts out values in [0, 1]."
    assert failure.message == f"error LC101 probabilities-as-logits: {first} (and 1 more)"
    link = "https://github.com/logitcheck/logitcheck/blob/main/docs/rules.md"
    assert failure.text == (
        f"error LC101 probabilities-as-logits: {MESSAGE}\n"
        f"Fix: Drop the activation: Dense(3)\nFix: End the model in Dense(3)\nLearn more: {link}#lc101\n\n"
        f"warning LC108 independent-scores-exclusive-loss: {MESSAGE}\n"
        f"Fix: Drop the activation: Dense(3)\nFix: End the model in Dense(3)\nLearn more: {link}#lc108"
    )


def test_of_several_outputs_the_one_is_named() -> None:
    (case,) = cases(model("a.keras", finding(output="ripe"), outputs=(output("ripe"), output("species"))))
    assert case.result[0].message.startswith("error LC101 probabilities-as-logits (output 'ripe'): The loss")


def test_information_fails_nothing() -> None:
    (case,) = cases(model("a.keras", finding(Severity.INFO), outcome=Outcome.NOT_APPLICABLE))
    assert case.is_passed
    assert case.system_out == f"info LC404 not-compiled: {MESSAGE}"


def test_an_unreadable_input_is_an_error() -> None:
    (case,) = cases(unreadable("b.h5"))
    (error,) = case.result
    assert isinstance(error, Error)
    assert error.message == "lfs-pointer: The file is a pointer of Git LFS."
    assert error.text == f"{error.message}\nWhat to do: Fetch it: git lfs pull"


@pytest.mark.parametrize("code", ErrorCode)
def test_no_code_of_an_error_stops_a_reader(code: ErrorCode) -> None:
    (case,) = cases(unreadable("b.h5", code=code))
    assert isinstance(case.result[0], Error)


def test_an_undetermined_model_is_skipped_with_the_reason() -> None:
    why = finding(Severity.INFO, code="LC402", name="undetermined-output", message="What it is cannot be told.")
    told, untold = cases(*(model("a.keras", *found, outcome=Outcome.UNDETERMINED) for found in ([why], [])))
    assert isinstance(told.result[0], Skipped)
    assert told.result[0].message == told.result[0].text == "undetermined: What it is cannot be told."
    assert told.system_out == "info LC402 undetermined-output: What it is cannot be told."
    assert isinstance(untold.result[0], Skipped)
    assert untold.system_out == untold.result[0].text
    assert untold.system_out == "undetermined: the file does not prove whether output and loss fit."


def test_an_undetermined_model_with_a_finding_fails() -> None:
    (case,) = cases(model("a.keras", finding(Severity.WARNING), outcome=Outcome.UNDETERMINED))
    assert isinstance(case.result[0], Failure)
    assert case.system_out == "undetermined: the file does not prove whether output and loss fit."


def test_what_is_skipped_is_text_with_its_reason() -> None:
    (case,) = cases(model("a.keras", skipped=(skipped("ranked"), skipped(None, SkippedBy.BASELINE))))
    assert case.is_passed
    assert case.system_out == (
        "skipped LC108 independent-scores-exclusive-loss: ranked (ignore)\n"
        "skipped LC108 independent-scores-exclusive-loss (baseline)"
    )


def test_no_model_is_no_case() -> None:
    assert cases() == []


def test_no_name_is_an_attachment_for_gitlab() -> None:
    quiet = skipped("[[ATTACHMENT|../secret]]")
    assert "[[ATTACHMENT|" not in junit_report.render(report(model("a.keras", skipped=(quiet,))), "1.2.3")

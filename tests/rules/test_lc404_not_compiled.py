from __future__ import annotations

from pathlib import Path

from logitcheck.report import Severity, Verdict
from tests.building import codes, report_on
from tests.rules.judging import SPARSE, findings, head, judge, only

CODE = "LC404"


def test_a_model_that_was_not_compiled_is_information(tmp_path: Path) -> None:
    report = report_on(tmp_path, head("softmax"))
    finding = only(report, CODE)
    assert finding.severity is Severity.INFO
    assert "no compile_config" in finding.message
    assert report.outputs[0].verdict is Verdict.NOT_APPLICABLE
    assert codes(report) == []


def test_a_model_compiled_without_a_loss_is_information(tmp_path: Path) -> None:
    report = judge(tmp_path, head(), None)
    assert report.outputs[0].verdict is Verdict.NOT_APPLICABLE
    assert only(report, CODE).severity is Severity.INFO


def test_a_model_with_a_loss_is_not(tmp_path: Path) -> None:
    assert findings(judge(tmp_path, head("softmax"), SPARSE), CODE) == []


def test_a_loss_that_takes_anything_is_a_loss(tmp_path: Path) -> None:
    assert findings(judge(tmp_path, head(), "mse"), CODE) == []

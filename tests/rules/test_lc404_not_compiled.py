from __future__ import annotations

from pathlib import Path

from logitcheck.report import Severity, Verdict
from tests.building import called, codes, compiled, dense, functional, report_on, source, tensor
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


def test_losses_for_outputs_that_are_not_there_are_named(tmp_path: Path) -> None:
    layers = [source(), *(called(dense(name, 3), tensor("x", (None, 4))) for name in "ab")]
    model = functional(layers, [["a", 0, 0], ["b", 0, 0]])
    finding = only(report_on(tmp_path, compiled(model, loss={"a": "mse", "c": "mse"})), CODE)
    assert finding.output == "b"
    assert finding.message.endswith("Losses are compiled for outputs that the model does not have: c.")


def test_a_model_with_a_loss_is_not(tmp_path: Path) -> None:
    assert findings(judge(tmp_path, head("softmax"), SPARSE), CODE) == []


def test_a_loss_that_takes_anything_is_a_loss(tmp_path: Path) -> None:
    assert findings(judge(tmp_path, head(), "mse"), CODE) == []

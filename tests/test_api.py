"""The Python interface: the report that the command line writes, as objects."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import logitcheck
from tests.building import compiled, dense, loss, sequential, write
from tests.test_cli import run

SAMPLES = Path(__file__).parent.parent / "sample_models"


def test_inspect_gives_a_report_with_findings(tmp_path: Path) -> None:
    model = compiled(sequential(dense("head", 3)), loss("CategoricalCrossentropy", from_logits=False))
    report = logitcheck.inspect(write(tmp_path / "model.keras", model))
    assert isinstance(report, logitcheck.ModelReport)
    assert report.outcome is logitcheck.Outcome.MISMATCH
    assert [finding.code for finding in report.findings] == ["LC102"]
    assert not report.ok


def test_inspect_takes_text_and_paths_alike() -> None:
    path = SAMPLES / "softmax_good.keras"
    assert logitcheck.inspect(path) == logitcheck.inspect(str(path))
    assert logitcheck.inspect(path).ok


def test_an_unreadable_input_is_a_report_and_no_exception(tmp_path: Path) -> None:
    report = logitcheck.inspect(tmp_path / "missing.h5")
    assert report.outcome is logitcheck.Outcome.UNREADABLE
    assert report.error is not None
    assert report.error.code.value == "missing"
    assert not report.ok


def test_an_empty_path_is_missing_and_not_the_current_folder() -> None:
    report = logitcheck.inspect_all([""])
    assert [model.error.code.value for model in report.models if model.error] == ["missing"]


def test_inspect_all_searches_folders_and_keeps_the_order_given() -> None:
    report = logitcheck.inspect_all([str(SAMPLES / "uncompiled.keras"), str(SAMPLES)])
    assert report.models[0].path.endswith("uncompiled.keras")
    assert len(report.models) == len([*SAMPLES.glob("*.keras"), *SAMPLES.glob("*.h5")])


def test_every_public_name_is_there() -> None:
    assert all(hasattr(logitcheck, name) for name in logitcheck.__all__)


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="nonsense"):
        _ = logitcheck.nonsense  # type: ignore[attr-defined]


def test_a_defect_in_one_file_does_not_take_the_verdicts_of_others(monkeypatch: pytest.MonkeyPatch) -> None:
    from logitcheck import inspection

    whole = inspection.inspect

    def failing(path: str, **settings: Any) -> logitcheck.ModelReport:
        if path.endswith("nested.keras"):
            raise ZeroDivisionError("a defect")
        return whole(path, **settings)

    monkeypatch.setattr(inspection, "inspect", failing)
    report = logitcheck.inspect_all([str(SAMPLES / "nested.keras"), str(SAMPLES / "softmax_good.keras")])
    assert report.models[0].error is not None
    assert report.models[0].error.code.value == "internal-error"
    assert "ZeroDivisionError" in report.models[0].error.message
    assert report.models[1].outcome is logitcheck.Outcome.OK


def test_print_shows_what_the_command_writes() -> None:
    path = str(SAMPLES / "softmax_from_logits.keras")
    written = run("inspect", path, COLUMNS="100").stdout
    assert f"{logitcheck.inspect(path)}\n" == written.rstrip("\n") + "\n"
    assert str(logitcheck.inspect_all([path])) == str(logitcheck.inspect(path))

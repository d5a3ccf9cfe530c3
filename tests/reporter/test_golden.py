"""Whole outputs, kept as files: every sample model as text and as JSON.

After a wanted change run `python -m tests.reporter.test_golden` and read the difference before committing it.
"""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from logitcheck import inspection
from logitcheck.declarations import NO_DECLARATIONS, Declarations, DeclaredInput, DeclaredOutput
from logitcheck.report import Report
from logitcheck.reporter import json_report, text_report
from tests.building import compiled, dense, sequential, write

ROOT = Path(__file__).parent.parent.parent
SAMPLES = sorted([*(ROOT / "sample_models").glob("*.keras"), *(ROOT / "sample_models").glob("*.h5")])
GOLDEN = ROOT / "tests" / "data" / "golden"
SCHEMA = json.loads((ROOT / "logitcheck" / "reporter" / "report.schema.json").read_text(encoding="utf-8"))


OWN = ROOT / "sample_models" / "custom_head.keras"
DECLARED = Declarations(layers={"SquaredShare": DeclaredOutput.LOGITS}, losses={"mse": DeclaredInput.LOGITS})


def report_on(*paths: Path, declarations: Declarations = NO_DECLARATIONS) -> Report:
    """Report with paths relative to the repository, wherever that is."""
    reports = [inspection.inspect(path, declarations=declarations) for path in paths]
    return Report(
        models=tuple(
            dataclasses.replace(report, path=path.relative_to(ROOT).as_posix())
            for report, path in zip(reports, paths, strict=True)
        )
    )


def as_text(report: Report, width: int = 80) -> str:
    lines = text_report.lines(report, width)
    return "".join("".join(text for text, _ in line) + "\n" for line in lines)


def expected(name: str) -> str:
    return (GOLDEN / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.name)
def test_text_of_one_model(path: Path) -> None:
    assert as_text(report_on(path)) == expected(f"{path.name}.txt")


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.name)
def test_text_of_one_model_fits_a_screen(path: Path) -> None:
    assert len(as_text(report_on(path)).splitlines()) <= 40


def test_text_of_a_model_with_a_layer_that_is_declared() -> None:
    assert as_text(report_on(OWN, declarations=DECLARED)) == expected("declared.txt")


def test_json_of_a_model_with_a_layer_that_is_declared_has_the_same_shape() -> None:
    report = report_on(OWN, declarations=DECLARED)
    document = json_report.document(report, "0.1.0")
    jsonschema.validate(document, SCHEMA)
    (model,) = document["models"]
    assert model["outcome"] == "mismatch"
    assert model["outputs"][0]["evidence"][-1]["effect"] == "declared in settings: logits"
    assert report.models[0].declarations_used == ("layers.SquaredShare",)


def test_text_says_that_what_a_loss_expects_was_declared(tmp_path: Path) -> None:
    model = compiled(sequential(dense("head", 3)), "my_ce")
    declarations = Declarations(losses={"my_ce": DeclaredInput.LOGITS})
    report = inspection.inspect(write(tmp_path / "model.keras", model), declarations=declarations)
    assert "    Loss my_ce expects logits, as declared in settings\n" in as_text(Report(models=(report,)))


def test_text_of_several_models() -> None:
    assert as_text(report_on(*SAMPLES)) == expected("all.txt")


def test_json_of_all_models() -> None:
    assert json_report.render(report_on(*SAMPLES), "0.1.0") + "\n" == expected("all.json")


def test_json_follows_the_schema() -> None:
    document: dict[str, Any] = json.loads(expected("all.json"))
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    jsonschema.validate(document, SCHEMA)


def test_json_of_unreadable_inputs_follows_the_schema(tmp_path: Path) -> None:
    (tmp_path / "empty.h5").touch()
    report = inspection.inspect_all([str(tmp_path), str(tmp_path / "missing")])
    document = json_report.document(report, "0.1.0")
    jsonschema.validate(document, SCHEMA)
    assert document["summary"]["unreadable"] == 2


def test_the_schema_refuses_what_is_not_in_it() -> None:
    document = json.loads(expected("all.json"))
    document["models"][0]["outcome"] = "clean"
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(document, SCHEMA)


def test_the_summary_counts_every_outcome() -> None:
    summary = json.loads(expected("all.json"))["summary"]
    outcomes = ("ok", "mismatch", "undetermined", "not_applicable", "unreadable")
    assert sum(summary[outcome] for outcome in outcomes) == summary["models"] == len(SAMPLES)


def write_golden() -> None:
    """Write the expected outputs anew."""
    GOLDEN.mkdir(parents=True, exist_ok=True)
    for path in SAMPLES:
        (GOLDEN / f"{path.name}.txt").write_text(as_text(report_on(path)), encoding="utf-8")
    (GOLDEN / "declared.txt").write_text(as_text(report_on(OWN, declarations=DECLARED)), encoding="utf-8")
    (GOLDEN / "all.txt").write_text(as_text(report_on(*SAMPLES)), encoding="utf-8")
    (GOLDEN / "all.json").write_text(json_report.render(report_on(*SAMPLES), "0.1.0") + "\n", encoding="utf-8")


if __name__ == "__main__":
    write_golden()

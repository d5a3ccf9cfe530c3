"""Whole outputs, kept as files: every sample model as text, and all of them in every format.

After a wanted change run `python -m tests.reporter.test_golden` and read the difference before committing it.
"""

from __future__ import annotations

import dataclasses
import json
import os
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from logitcheck import batch, inspection
from logitcheck.declarations import NO_DECLARATIONS, Declarations, DeclaredInput, DeclaredOutput
from logitcheck.report import ModelReport, Report, Severity, SkippedBy, SkippedFinding
from logitcheck.reporter import json_report, text_report
from tests.building import called, compiled, dense, functional, sequential, source, tensor, write
from tests.reporter import formats
from tests.reporter.formats import FORMATS, SCHEMA, Format
from tests.reporter.reports import unreadable

ROOT = Path(__file__).parent.parent.parent
SAMPLES = sorted([*(ROOT / "sample_models").glob("*.keras"), *(ROOT / "sample_models").glob("*.h5")])
GOLDEN = ROOT / "tests" / "data" / "golden"
each_format = pytest.mark.parametrize("format_", FORMATS, ids=lambda format_: format_.name)


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


def mixed_report() -> Report:
    """Report every outcome, and findings that settings keep quiet, as a lint step with default settings does."""
    names = ("softmax_good.keras", "two_outputs.keras", "custom_head.keras", "uncompiled.keras")
    told = [
        _without_information(model) for model in report_on(*(ROOT / "sample_models" / name for name in names)).models
    ]
    ignored, known = report_on(
        ROOT / "sample_models" / "multilabel_sigmoid_categorical.keras", ROOT / "sample_models" / "half_precision.keras"
    ).models
    told.append(_quiet(ignored, SkippedBy.IGNORE, "scores are ranked, not calibrated"))
    told.append(_quiet(known, SkippedBy.BASELINE, None))
    return Report(models=(*told, unreadable("sample_models/pointer.keras")))


def _without_information(model: ModelReport) -> ModelReport:
    kept = (finding for finding in model.findings if finding.severity is not Severity.INFO)
    return dataclasses.replace(model, findings=tuple(kept))


def _quiet(model: ModelReport, by: SkippedBy, reason: str | None) -> ModelReport:
    skipped = (SkippedFinding(finding=finding, by=by, reason=reason) for finding in model.findings)
    return dataclasses.replace(model, findings=(), skipped=tuple(skipped))


def as_text(report: Report, width: int = 80) -> str:
    return formats.as_text(text_report.lines(report, width))


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


@pytest.mark.parametrize(("class_name", "is_own"), [("Functional", False), ("MyModel", True)])
def test_text_says_that_a_class_may_do_otherwise(tmp_path: Path, class_name: str, *, is_own: bool) -> None:
    head = called(dense("head", 3), tensor("x", (None, 4)))
    model = functional([source(), head], [["head", 0, 0]]) | {"class_name": class_name, "module": "mine"}
    text = as_text(Report(models=(inspection.inspect(write(tmp_path / "model.keras", compiled(model, "mse"))),)), 200)
    assert ("(a class of your own: its call and train_step may do otherwise)" in text) is is_own


def test_text_says_that_what_a_loss_expects_was_declared(tmp_path: Path) -> None:
    model = compiled(sequential(dense("head", 3)), "my_ce")
    declarations = Declarations(losses={"my_ce": DeclaredInput.LOGITS})
    report = inspection.inspect(write(tmp_path / "model.keras", model), declarations=declarations)
    assert "    Loss my_ce expects logits, as declared in settings\n" in as_text(Report(models=(report,)))


@pytest.fixture
def _in_the_repository(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)


@pytest.mark.usefixtures("_in_the_repository")
@each_format
def test_all_models(format_: Format) -> None:
    assert format_.write(report_on(*SAMPLES)) == expected(f"all.{format_.suffix}")


@pytest.mark.usefixtures("_in_the_repository")
@each_format
def test_every_outcome(format_: Format) -> None:
    assert format_.write(mixed_report()) == expected(f"mixed.{format_.suffix}")


@each_format
@pytest.mark.parametrize("name", ["all", "mixed"])
def test_a_real_reader_takes_it(format_: Format, name: str) -> None:
    told = "\n".join(format_.read(expected(f"{name}.{format_.suffix}")))
    assert "sample_models/two_outputs.keras" in told
    assert "of output 'ripe' expects" in told


def test_json_follows_the_schema() -> None:
    document: dict[str, Any] = json.loads(expected("all.json"))
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    jsonschema.validate(document, SCHEMA)


def test_json_of_unreadable_inputs_follows_the_schema(tmp_path: Path) -> None:
    (tmp_path / "empty.h5").touch()
    report = batch.inspect_all([str(tmp_path), str(tmp_path / "missing")])
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
    os.chdir(ROOT)
    for name, report in (("all", report_on(*SAMPLES)), ("mixed", mixed_report())):
        for format_ in FORMATS:
            (GOLDEN / f"{name}.{format_.suffix}").write_text(format_.write(report), encoding="utf-8")


if __name__ == "__main__":
    write_golden()

"""Reports to write as SARIF, and what is read back of them."""

from __future__ import annotations

import dataclasses
import json
import re
from pathlib import Path
from typing import Any

import jsonschema

from logitcheck import inspection
from logitcheck.report import ModelReport, Report, SkippedBy, SkippedFinding
from logitcheck.reporter import sarif_report
from tests.building import Config, compiled, dense, loss, sequential, write

Json = dict[str, Any]
DATA = Path(__file__).parent.parent / "data"
SCHEMA: Json = json.loads((DATA / "sarif-schema-2.1.0.json").read_text(encoding="utf-8"))
VALIDATOR = jsonschema.Draft7Validator(SCHEMA)

FLAGGED = loss("CategoricalCrossentropy", from_logits=True)
WRONG: Config = compiled(sequential(dense("hidden", 8, "relu"), dense("head", 3, "softmax")), FLAGGED)
RIGHT: Config = compiled(sequential(dense("head", 3, "softmax")), loss("CategoricalCrossentropy"))

URI_REFERENCE = re.compile(r"(?:file://)?(?:[A-Za-z0-9._~/:-]|%[0-9A-F]{2})+")
"""The URI references of RFC 3986 that are written: nothing but paths, and nothing left that may be encoded."""


def repository(folder: Path) -> Path:
    """A repository without anything in it."""
    (folder / ".git").mkdir(parents=True)
    return folder


def inspected(path: Path, model: Config) -> ModelReport:
    """What is said of the model, once it is saved at `path`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    return inspection.inspect(write(path, model))


def quiet(model: ModelReport, reason: str | None, by: SkippedBy = SkippedBy.IGNORE) -> ModelReport:
    """The same, with all that was found kept quiet."""
    skipped = tuple(SkippedFinding(finding=finding, by=by, reason=reason) for finding in model.findings)
    return dataclasses.replace(model, findings=(), skipped=skipped)


def run_of(*models: ModelReport, with_skipped: bool = True) -> Json:
    """The one run in the SARIF report, which follows the schema."""
    text = sarif_report.render(Report(models=models), "0.1.0", with_skipped=with_skipped)
    document: Json = json.loads(text)
    assert document == sarif_report.document(Report(models=models), "0.1.0", with_skipped=with_skipped)
    VALIDATOR.validate(document)
    run: Json
    (run,) = document["runs"]
    return run


def uri_of(result: Json) -> str:
    """Where a result is."""
    (location,) = result["locations"]
    uri: str = location["physicalLocation"]["artifactLocation"]["uri"]
    return uri

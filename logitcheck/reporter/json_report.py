"""The JSON report, schema version 1 (`report.schema.json` beside this file)."""

from __future__ import annotations

import json
from typing import Any, assert_never

from logitcheck.analyzer.effects import BackendEffects
from logitcheck.report import (
    Finding,
    ModelReport,
    NotObserved,
    Observation,
    Outcome,
    OutputReport,
    Report,
    Severity,
    SkippedFinding,
)
from logitcheck.reporter import commands

SCHEMA_VERSION = 1


def render(report: Report, version: str) -> str:
    """Write the report as JSON text in ASCII, a model a line; `version` is that of logitcheck."""
    whole = document(report, version)
    head = json.dumps({"schema_version": whole["schema_version"], "tool": whole["tool"]})
    models = ",\n".join(text_of(model) for model in whole["models"])
    summary = json.dumps({"summary": whole["summary"]})
    return f'{head[:-1]},\n"models": [\n{models}\n],\n{summary[1:]}'


def text_of(value: Any) -> str:
    """Write a value as one line of JSON in ASCII, which a CI service whose log it gets into does not obey."""
    return commands.masked(json.dumps(value), r"\u0023")


def document(report: Report, version: str) -> dict[str, Any]:
    """Give the report as plain JSON values."""
    return {
        "schema_version": SCHEMA_VERSION,
        "tool": {"name": "logitcheck", "version": version},
        "models": [of_model(model) for model in report.models],
        "summary": {
            "models": len(report.models),
            **{outcome.value: report.count(outcome) for outcome in _OUTCOMES},
            "errors": report.findings(Severity.ERROR),
            "warnings": report.findings(Severity.WARNING),
        },
    }


_OUTCOMES = (Outcome.OK, Outcome.MISMATCH, Outcome.UNDETERMINED, Outcome.NOT_APPLICABLE, Outcome.UNREADABLE)


def of_model(model: ModelReport) -> dict[str, Any]:
    """Give all that is said of one model; what settings skip has a key only where there is something."""
    error = model.error
    told = {
        "path": model.path,
        "format": model.format.value if model.format is not None else None,
        "keras_version": model.keras_version,
        "backend": model.backend,
        "model_class": model.model_class,
        "compiled": model.compiled,
        "outcome": model.outcome.value,
        "outputs": [_output(output) for output in model.outputs],
        "findings": [_finding(finding) for finding in model.findings],
        "error": None if error is None else {"code": error.code.value, "message": error.message, "hint": error.hint},
    }
    return told | ({"skipped": [_skipped(skipped) for skipped in model.skipped]} if model.skipped else {})


def _output(output: OutputReport) -> dict[str, Any]:
    loss = output.loss
    told = {
        "name": output.name,
        "kind": output.kind.value,
        "axis": output.axis,
        "low": output.low,
        "high": output.high,
        "classes": output.classes,
        "loss": None
        if loss is None
        else {"name": loss.name, "from_logits": loss.from_logits, "expects": loss.expects.value},
        "verdict": output.verdict.value,
        "evidence": [
            {"layer": step.layer, "class_name": step.class_name, "effect": step.effect} for step in output.evidence
        ],
    }
    return told | ({} if output.observed is None else {"observed": _observed(output.observed)})


def _observed(observed: Observation | NotObserved) -> dict[str, Any]:
    match observed:
        case Observation():
            return {
                "kind": observed.kind.value,
                "axis": observed.axis,
                "low": observed.low,
                "high": observed.high,
                "samples": observed.samples,
                "verdict": observed.verdict.value,
            }
        case NotObserved():
            return {"error": {"code": observed.code, "message": observed.message, "hint": observed.hint}}
        case _:
            assert_never(observed)


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "code": finding.code,
        "name": finding.name,
        "severity": finding.severity.value,
        "output": finding.output,
        "layer": finding.layer,
        "message": finding.message,
        "effect": None if finding.effect is None else _effects(finding.effect),
        "fixes": list(finding.fixes),
        "docs_url": finding.docs_url,
    }


def _skipped(skipped: SkippedFinding) -> dict[str, Any]:
    return {**_finding(skipped.finding), "skipped_by": skipped.by.value, "reason": skipped.reason}


def _effects(effects: BackendEffects) -> dict[str, str | None]:
    pairs = {"tensorflow": effects.tensorflow, "jax": effects.jax, "torch": effects.torch}
    return {name: effect.value if effect is not None else None for name, effect in pairs.items()}

"""Reports made by hand, for what no sample model shows."""

from __future__ import annotations

from typing import Any

from logitcheck import inspection
from logitcheck.analyzer.effects import BackendEffects, Effect
from logitcheck.analyzer.values import Kind
from logitcheck.errors import ErrorCode, InputError
from logitcheck.model import ContainerFormat
from logitcheck.report import (
    Finding,
    ModelReport,
    Outcome,
    OutputReport,
    Report,
    Severity,
    SkippedBy,
    SkippedFinding,
    Verdict,
)
from logitcheck.reporter.wrapping import Line

MESSAGE = "The loss expects logits, but layer 'head' puts out values in [0, 1]. Train again after the fix."
OF_RULE = {
    Severity.ERROR: ("LC101", "probabilities-as-logits"),
    Severity.WARNING: ("LC108", "independent-scores-exclusive-loss"),
    Severity.INFO: ("LC404", "not-compiled"),
}


def finding(severity: Severity = Severity.ERROR, **changes: Any) -> Finding:
    code, name = OF_RULE[severity]
    unchanged: dict[str, Any] = {
        "code": code,
        "name": name,
        "severity": severity,
        "output": "head",
        "layer": "head",
        "message": MESSAGE,
        "effect": BackendEffects(tensorflow=Effect.UNKNOWN, jax=None, torch=None) if code < "LC2" else None,
        "fixes": ("Drop the activation: Dense(3)", "End the model in Dense(3)")
        if severity is not Severity.INFO
        else (),
        "docs_url": f"https://github.com/logitcheck/logitcheck/blob/main/docs/rules.md#{code.lower()}",
    }
    return Finding(**unchanged | changes)


def output(name: str | None = "head", verdict: Verdict = Verdict.MISMATCH) -> OutputReport:
    kind = Kind.UNKNOWN if verdict is Verdict.UNDETERMINED else Kind.PROBABILITIES
    return OutputReport(
        name=name, kind=kind, axis=None, low=0, high=1, classes=3, loss=None, verdict=verdict, evidence=()
    )


def model(path: str = "models/a.keras", *findings: Finding, **changes: Any) -> ModelReport:
    outcome = changes.get("outcome", Outcome.MISMATCH if findings else Outcome.OK)
    unchanged: dict[str, Any] = {
        "path": path,
        "format": ContainerFormat.KERAS,
        "keras_version": "3.15.1",
        "backend": None,
        "model_class": "Sequential",
        "compiled": True,
        "outcome": outcome,
        "outputs": (output(verdict=Verdict(outcome.value)),),
        "findings": findings,
        "error": None,
    }
    return ModelReport(**unchanged | changes)


def unreadable(path: str = "models/b.h5", **changes: Any) -> ModelReport:
    error = {
        "code": ErrorCode.LFS_POINTER,
        "message": "The file is a pointer of Git LFS.",
        "hint": "Fetch it: git lfs pull",
    }
    return inspection.unreadable(path, InputError(**error | changes))


def skipped(reason: str | None, by: SkippedBy = SkippedBy.IGNORE, **changes: Any) -> SkippedFinding:
    return SkippedFinding(finding=finding(Severity.WARNING, **changes), by=by, reason=reason)


def report(*models: ModelReport) -> Report:
    return Report(models=models)


def written(line: Line) -> str:
    return "".join(text for text, _ in line)

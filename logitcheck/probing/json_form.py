"""The JSON report of a probe, schema version 1 (`probe.schema.json` beside this file)."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from logitcheck.probing import conclusions
from logitcheck.probing.errors import ProbeError
from logitcheck.probing.observations import LossNumbers, Observations, OutputSeen
from logitcheck.probing.report import OutputProbe, ProbeReport
from logitcheck.reporter import json_report

SCHEMA_VERSION = 1


def render(report: ProbeReport, version: str) -> str:
    """Write the report as one line of JSON in ASCII; `version` is that of logitcheck."""
    return json_report.text_of(document(report, version)) + "\n"


def document(report: ProbeReport, version: str) -> dict[str, Any]:
    """Give the report as plain JSON values. What the file says stands in `model`, as in the report of `inspect`."""
    seen = report.observations
    return {
        "schema_version": SCHEMA_VERSION,
        "tool": {"name": "logitcheck", "version": version},
        "path": report.model.path,
        "outcome": report.outcome.value,
        "model": json_report.of_model(report.model),
        "run": None if seen is None else _run(seen),
        "outputs": [_output(output) for output in report.outputs],
        "contradictions": list(report.contradictions),
        "error": None if report.error is None else of_error(report.error),
    }


def of_error(error: ProbeError) -> dict[str, str]:
    """Give why there are no observations."""
    return {"code": error.code.value, "message": error.message, "hint": error.hint}


def _run(seen: Observations) -> dict[str, Any]:
    return {
        "library": seen.library,
        "samples": seen.samples,
        "seconds": seen.seconds,
        "made_inputs": seen.made,
        "odd_inputs": seen.odd_inputs,
        "precision": seen.precision,
        "isolation": asdict(seen.isolation),
    }


def _output(output: OutputProbe) -> dict[str, Any]:
    return {
        "name": output.claim.name if output.claim is not None else None,
        "kind": output.observed.kind.value,
        "axis": output.observed.axis,
        "verdict": output.verdict.value,
        "by_observation": output.by_observation,
        "agreement": output.agreement.value,
        "contradictions": list(output.contradictions),
        "seen": _seen(output.seen),
        "conclusions": list(output.conclusions),
    }


def _seen(seen: OutputSeen) -> dict[str, Any]:
    told = asdict(seen)
    return {
        **{name: told[name] for name in ("dtype", "count", "low", "high", "mean", "nan", "nan_ordinary")},
        "whole": seen.whole,
        "rising": seen.rising,
        "shape": list(seen.shape),
        "minus_infinity": seen.below_all,
        "infinity": seen.above_all,
        "below_zero": seen.below_zero,
        "above_one": seen.above_one,
        "sums": [asdict(each) for each in seen.sums],
        "exponential_sums": [asdict(each) for each in seen.exponential_sums],
        "histogram": None
        if seen.histogram is None
        else {"low": seen.histogram.low, "high": seen.histogram.high, "counts": list(seen.histogram.counts)},
        "loss": None if seen.loss is None else _loss(seen.loss),
    }


def _loss(numbers: LossNumbers) -> dict[str, Any]:
    accuracy = numbers.accuracy
    return {
        "reads": numbers.reads.value,
        "axis": numbers.axis,
        "classes": numbers.classes,
        "samples": numbers.samples,
        "labels": "given" if numbers.labels_given else "drawn",
        "labels_converted": numbers.labels_converted,
        "chance": conclusions.chance(numbers),
        "from_logits": {"true": asdict(numbers.with_logits), "false": asdict(numbers.without_logits)},
        "cut": numbers.cut,
        "weights": numbers.weights,
        "accuracy": None if accuracy is None else asdict(accuracy),
    }

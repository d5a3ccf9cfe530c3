"""What was seen of an output when its model ran, in the words of `probe` and of `inspect --probe`."""

from __future__ import annotations

from dataclasses import replace
from typing import assert_never

from logitcheck.analyzer.values import Kind
from logitcheck.report import WHY_UNDETERMINED, ModelReport, NotObserved, Observation, Report, Verdict
from logitcheck.reporter.summary import counted

VERDICT_WORDS = {
    Verdict.OK: "fits",
    Verdict.MISMATCH: "does not fit",
    Verdict.UNDETERMINED: "may fit or not fit",
    Verdict.NOT_APPLICABLE: "is nothing to compare with",
}
_KIND_WORDS = {
    Kind.LOGITS: "numbers on both sides of [0, 1], as logits are",
    Kind.PROBABILITIES: "probabilities that sum to 1",
    Kind.UNIT_INTERVAL: "numbers in [0, 1], each on its own",
    Kind.LOG_PROBABILITIES: "log-probabilities, whose exponentials sum to 1",
    Kind.RANGE: "numbers that leave [0, 1] on one side",
    Kind.UNKNOWN: "nothing that could be told",
}


def kind_words(kind: Kind, axis: int | None, *, has_number: bool) -> str:
    """Say what an output seems to be by what was seen of it."""
    if not has_number:
        return "no finite number, only NaN or infinity"
    return _KIND_WORDS[kind] + (f" along axis {axis}" if axis is not None else "")


def sentence(seen: Observation) -> str:
    """Say what was seen of an output, and whether that fits its loss."""
    told = f"{kind_words(seen.kind, seen.axis, has_number=seen.low is not None)}, on {counted(seen.samples, 'sample')}"
    return f"{told}: {VERDICT_WORDS[seen.verdict]} its loss"


def in_findings(report: Report) -> Report:
    """Give the report with what was seen in the findings that say why an output is undetermined.

    For formats that show findings and no outputs. It joins the first sentence, which is all that some of them show.
    """
    return Report(models=tuple(map(_in_findings, report.models)))


def _in_findings(model: ModelReport) -> ModelReport:
    seen = {output.name: _told(output.observed) for output in model.outputs if output.observed is not None}
    if not seen:
        return model
    findings = tuple(
        replace(finding, message=f"{finding.message.removesuffix('.')}; {seen[finding.output]}")
        if finding.code in WHY_UNDETERMINED and finding.output in seen
        else finding
        for finding in model.findings
    )
    return replace(model, findings=findings)


def _told(seen: Observation | NotObserved) -> str:
    match seen:
        case Observation():
            return f"observed, not proved: {sentence(seen)}."
        case NotObserved():
            return f"not observed: {seen.message}"
        case _:
            assert_never(seen)

"""One input to one report: load, analyze, judge."""

from __future__ import annotations

import math
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from logitcheck import loader, rules
from logitcheck.analyzer import JudgedLoss, OutputAnalysis, analyze
from logitcheck.declarations import NO_DECLARATIONS, Declarations
from logitcheck.errors import ErrorCode, InputError
from logitcheck.model import SavedModel
from logitcheck.report import (
    EvidenceStep,
    Finding,
    LossReport,
    ModelReport,
    Outcome,
    OutputReport,
    Severity,
    Verdict,
)

MOST_LETTERS = 1_000_000
"""Letters of a report; 500 outputs, more than any model has, take two thirds of it."""

_TOO_LONG = InputError(
    code=ErrorCode.TOO_LARGE,
    message="The report would be longer than any: the file has very many outputs, and layers with very long names.",
    hint="Check where the file comes from; it may be hostile.",
)
_NO_PATH = InputError(
    code=ErrorCode.MISSING,
    message="The path is empty, as that of an unset shell variable is.",
    hint="Give the path of a model, or of a folder with some.",
)


def inspect(path: str | os.PathLike[str] | object, *, declarations: Declarations = NO_DECLARATIONS) -> ModelReport:
    """Inspect one model: a saved one, or one in memory.

    path: a `.keras` archive, an unpacked `.keras` folder, an HDF5 file, a SavedModel folder or JSON, whatever it is
    called; or a model of Keras 3, of tf.keras or of tf-keras. An input that cannot be read gives a report with
    `outcome` "unreadable" and the reason in `error`; nothing is raised for it.

    declarations: what layers of your own put out and losses of your own take, where no file can tell. They decide
    what would be "undetermined", and are never held against what is known; `declarations_used` of the report names
    those that were used.

    A model in memory is neither called nor changed, and nothing is written or imported: it is asked for what
    `model.save(...)` would store.

    Raises TypeError for what is neither a path nor a model.
    """
    if isinstance(path, (str, os.PathLike)):
        shown = os.fspath(path)
        given: object = Path(path)
        loaded = loader.load(Path(path)) if shown else _NO_PATH
    else:
        given, loaded = path, loader.load_live(path)
        shown = f"<model {getattr(path, 'name', type(path).__name__)}>"
    if isinstance(loaded, InputError):
        return unreadable(shown, loaded)
    return _report(shown, *analyzed(given, loaded, declarations))


def analyzed(
    given: object, model: SavedModel, declarations: Declarations = NO_DECLARATIONS
) -> tuple[SavedModel, tuple[OutputAnalysis, ...]]:
    """Analyze a model that was read; where an output hangs on numbers in its weights, with those numbers.

    given: the path or the model in memory that it was read from. Gives the model with the numbers, if they are known.
    """
    analyses = analyze(model, declarations)
    if not any(analysis.hangs_on_statistics for analysis in analyses):
        return model, analyses
    completed = loader.load_with_statistics(given)
    return (model, analyses) if completed is None else (completed, analyze(completed, declarations))


def unreadable(path: str, error: InputError) -> ModelReport:
    """Make the report of an input that cannot be judged."""
    return ModelReport(
        path=path,
        format=None,
        keras_version=None,
        backend=None,
        model_class=None,
        compiled=False,
        outcome=Outcome.UNREADABLE,
        outputs=(),
        findings=(),
        error=error,
    )


def report_on(path: str, model: SavedModel, declarations: Declarations = NO_DECLARATIONS) -> ModelReport:
    """Make the report on a model that was read, from what was read of it alone."""
    return _report(path, model, analyze(model, declarations))


def _report(path: str, model: SavedModel, analyses: Iterable[OutputAnalysis]) -> ModelReport:
    outputs: list[OutputReport] = []
    findings: list[Finding] = []
    used: frozenset[str] = frozenset()
    letters = 0
    for analysis in analyses:
        used |= analysis.declarations
        verdict, judged, found = rules.judge(model, analysis)
        outputs.append(_output(analysis, verdict, judged))
        findings.extend(found)
        letters += _letters(outputs[-1], found)
        if letters > MOST_LETTERS:
            return unreadable(path, _TOO_LONG)
    return ModelReport(
        path=path,
        format=model.format,
        keras_version=model.keras_version,
        backend=model.backend,
        model_class=model.model_class,
        compiled=model.compiled,
        outcome=_outcome([output.verdict for output in outputs]),
        outputs=tuple(outputs),
        findings=tuple(_once(findings)),
        error=None,
        exported=model.exported,
        own_class=model.own_class,
        in_memory=model.in_memory,
        declarations_used=tuple(sorted(used)),
    )


def _letters(output: OutputReport, findings: Iterable[Finding]) -> int:
    """Tell how many letters there are to say of an output, most of which are names from the file."""
    said = sum(len(step.layer) + len(step.class_name) + len(step.effect) for step in output.evidence)
    for finding in findings:
        said += (
            len(finding.message) + len(finding.output or "") + len(finding.layer or "") + sum(map(len, finding.fixes))
        )
    return said + len(output.name or "")


def _once(findings: Iterable[Finding]) -> Iterator[Finding]:
    """Say only once, for the whole model, that it was not compiled; worst findings first."""
    order = sorted(findings, key=lambda finding: list(Severity).index(finding.severity))
    said: set[tuple[str, str]] = set()
    for finding in order:
        if (finding.code, finding.message) not in said:
            said.add((finding.code, finding.message))
            yield finding


def _outcome(verdicts: list[Verdict]) -> Outcome:
    worst = next((verdict for verdict in Verdict if verdict in verdicts), Verdict.NOT_APPLICABLE)
    return Outcome(worst.value)


def _output(analysis: OutputAnalysis, verdict: Verdict, judged: JudgedLoss | None) -> OutputReport:
    value = analysis.value
    loss = None
    if judged is not None:
        loss = LossReport(
            name=judged.loss.name,
            from_logits=judged.loss.from_logits,
            expects=judged.expectation.expects,
            family=judged.expectation.family,
            label=judged.loss.label,
            is_declared=judged.expectation.is_declared,
        )
    return OutputReport(
        name=analysis.name,
        kind=analysis.kind,
        axis=value.axis,
        low=_finite(value.low),
        high=_finite(value.high),
        classes=analysis.classes,
        loss=loss,
        verdict=verdict,
        evidence=tuple(
            EvidenceStep(layer=step.layer, class_name=step.class_name, effect=step.effect) for step in analysis.evidence
        ),
    )


def _finite(bound: float) -> float | None:
    return bound if math.isfinite(bound) else None

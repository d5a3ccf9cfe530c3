"""One input to one report: load, analyze, judge. And many inputs to one report, in order, on every core."""

from __future__ import annotations

import math
import os
from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from logitcheck import loader, rules
from logitcheck.analyzer import JudgedLoss, OutputAnalysis, analyze
from logitcheck.declarations import NO_DECLARATIONS, Declarations
from logitcheck.errors import ErrorCode, InputError
from logitcheck.loader import folder
from logitcheck.model import SavedModel
from logitcheck.report import (
    EvidenceStep,
    Finding,
    LossReport,
    ModelReport,
    Outcome,
    OutputReport,
    Report,
    Severity,
    Verdict,
)

if TYPE_CHECKING:
    from logitcheck.loader.search import Found

_PARALLEL_FROM = 400
"""Inputs from which a second process pays for its start; below, one core is done first."""

_CHUNK = 50
_NONE_BELOW = InputError(
    code=ErrorCode.NO_MODEL_FOUND,
    message="There is no model in the folder: no .keras archive or folder, HDF5 file, SavedModel or model as JSON.",
    hint="Give the path of a model, or of a folder with some.",
)
_NO_PATH = InputError(
    code=ErrorCode.MISSING,
    message="The path is empty, as that of an unset shell variable is.",
    hint="Give the path of a model, or of a folder with some.",
)


def inspect(path: str | os.PathLike[str], *, declarations: Declarations = NO_DECLARATIONS) -> ModelReport:
    """Inspect one saved model.

    path: a `.keras` archive, an unpacked `.keras` folder, an HDF5 file, a SavedModel folder or JSON, whatever it is
    called. An input that cannot be read gives a report with `outcome` "unreadable" and the reason in `error`; nothing
    is raised for it.

    declarations: what layers of your own put out and losses of your own take, where no file can tell. They decide
    what would be "undetermined", and are never held against what is known; `declarations_used` of the report names
    those that were used.
    """
    shown = os.fspath(path)
    loaded = loader.load(Path(path)) if shown else _NO_PATH
    if isinstance(loaded, InputError):
        return unreadable(shown, loaded)
    return _report(shown, loaded, declarations)


def inspect_all(
    paths: Iterable[str], jobs: int | None = None, *, declarations: Declarations = NO_DECLARATIONS
) -> Report:
    """Inspect files and folders; folders are searched for models. The report is in the order given.

    What is given twice, or given and found in a folder that is given as well, is inspected once, where it comes first.

    jobs: processes to use; None takes one for each core if there are many inputs. declarations: as for `inspect`.
    """
    inputs = [(path, _expand(path)) for path in paths]
    repeated: AbstractSet[int] = frozenset()
    if sum(len(items) for _, items in inputs) > 1:
        from logitcheck import repetition

        inputs, repeated = repetition.left_out(inputs)
    every = [item for _, items in inputs for item in items]
    workers = _workers(len(every), jobs)
    inspect_input = partial(_inspect_input, declarations=declarations)
    if workers <= 1:
        reports = iter([inspect_input(item) for item in every])
    else:
        from concurrent.futures import ProcessPoolExecutor

        with ProcessPoolExecutor(workers) as pool:
            reports = iter(list(pool.map(inspect_input, every, chunksize=_CHUNK)))
    models: list[ModelReport] = []
    for position, (path, items) in enumerate(inputs):
        judged = [report for report in islice(reports, len(items)) if report is not None]
        models.extend(judged)
        if not judged and position not in repeated:
            models.append(unreadable(path, _none_below(path)))
    return Report(models=tuple(models))


def _expand(path: str) -> list[str | Found]:
    """Give what a path stands for: itself, or what was found in the folder that it names."""
    given = Path(path)
    if not path or not folder.is_folder(given) or folder.is_model(given):
        return [path]
    from logitcheck.loader import search

    return [*search.find(given)] or [path]


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


def _workers(count: int, jobs: int | None) -> int:
    if jobs is not None:
        return min(jobs, max(1, count // _CHUNK))
    return len(os.sched_getaffinity(0)) if count >= _PARALLEL_FROM and hasattr(os, "sched_getaffinity") else 1


def _inspect_input(given: str | Found, declarations: Declarations) -> ModelReport | None:
    """Inspect one input; one that was only found by its content, and is no Keras model, is none of ours."""
    if isinstance(given, str):
        return _inspect_guarded(given, declarations)
    if given.error is not None:
        return unreadable(given.path, given.error)
    report = _inspect_guarded(given.path, declarations)
    is_foreign = report.error is not None and report.error.code is ErrorCode.NOT_A_MODEL
    return None if given.by_content and is_foreign else report


def _inspect_guarded(path: str, declarations: Declarations) -> ModelReport:
    try:
        report = inspect(path, declarations=declarations)
    except Exception as error:  # noqa: BLE001  a defect of ours in one file must not take the others' verdicts away
        message = f"logitcheck failed on this file ({type(error).__name__}: {error})."
        hint = "This is a defect of logitcheck: please report it, with the file if you can."
        return unreadable(path, InputError(code=ErrorCode.INTERNAL_ERROR, message=message, hint=hint))
    if report.error is not None and report.error.code in {ErrorCode.NO_MODEL_FOUND, ErrorCode.EMPTY_FOLDER}:
        return unreadable(path, _none_below(path, report.error))
    return report


def _none_below(path: str, error: InputError | None = None) -> InputError:
    from logitcheck.loader import stand_ins

    is_empty = error is not None and error.code is ErrorCode.EMPTY_FOLDER
    return stand_ins.none_below(path, error if error is not None and is_empty else _NONE_BELOW)


def _report(path: str, model: SavedModel, declarations: Declarations = NO_DECLARATIONS) -> ModelReport:
    outputs: list[OutputReport] = []
    findings: list[Finding] = []
    used: frozenset[str] = frozenset()
    for analysis in analyze(model, declarations):
        used |= analysis.declarations
        verdict, judged, found = rules.judge(model, analysis)
        outputs.append(_output(analysis, verdict, judged))
        findings.extend(found)
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
        declarations_used=tuple(sorted(used)),
    )


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

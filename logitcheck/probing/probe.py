"""One model to one report: read, screened, run in a process of its own, and judged by what was seen of it."""

from __future__ import annotations

import os
import shlex
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from logitcheck import inspection, loader
from logitcheck.analyzer import OutputAnalysis
from logitcheck.analyzer.losses import Expects, Family
from logitcheck.analyzer.values import Kind
from logitcheck.errors import ErrorCode, UnreadableInputError
from logitcheck.model import ContainerFormat, SavedModel
from logitcheck.probing import agreement, conclusions, id_ranges, kinds, screening
from logitcheck.probing.agreement import Agreement
from logitcheck.probing.errors import ProbeError, ProbeErrorCode
from logitcheck.probing.observations import Observations, OutputSeen
from logitcheck.probing.process import Limits, Runner, Watch
from logitcheck.probing.report import OutputProbe, ProbeOutcome, ProbeReport
from logitcheck.probing.request import Library, OutputAsked, Reading, Request
from logitcheck.report import ModelReport, Outcome, OutputReport, Verdict

_SHARE_OF_TIME = 0.5
"""Of the time limit in which samples are run; in the rest the model is loaded, and gradients are computed."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Options:
    """What a user asks for.

    imports: modules whose code a model may use. unsafe: whether code in the file may run.
    """

    data: str | None = None
    labels: str | None = None
    samples: int = 256
    seed: int = 0
    limits: Limits = field(default_factory=Limits)
    imports: tuple[str, ...] = ()
    unsafe: bool = False


def probe(
    path: str, options: Options, runner: Runner, watch: Watch | None = None, *, known: ModelReport | None = None
) -> ProbeReport:
    """Run the model at `path` with a runner, and report on it; whatever goes wrong, the report says what.

    known: the report on the file, if there is one already; then modules were imported, too.
    """
    report = inspection.inspect(path) if known is None else known
    loaded = loader.load(Path(path)) if path else None
    if report.error is not None or not isinstance(loaded, SavedModel):
        return _failed(report, _unreadable(report, Path(path)))
    loaded, analyses = inspection.analyzed(Path(path), loaded)
    refused = _refused(Path(path), loaded, options)
    if known is None and (refused is None or refused.code is ProbeErrorCode.CUSTOM_OBJECT):
        refused = import_failure(options, runner, watch) or refused
    if refused is not None:
        return _failed(report, refused)
    found = runner.ask(_request(path, loaded, analyses, options), options.limits, watch)
    if isinstance(found, ProbeError):
        return _failed(report, _explained(found, loaded))
    return judged(report, analyses, found)


def import_failure(options: Options, runner: Runner, watch: Watch | None = None) -> ProbeError | None:
    """Tell why what the user named cannot be imported, if so; it is tried in the process that runs models only."""
    if not options.imports:
        return None
    request = Request(
        path="",
        container=ContainerFormat.KERAS,
        library=Library.KERAS,
        outputs=(),
        imports=options.imports,
        import_folder=str(Path.cwd()),
    )
    error = runner.imported(request, options.limits, watch)
    if error is None or error.code in {ProbeErrorCode.NO_TENSORFLOW, ProbeErrorCode.NO_PROCESS}:
        return None
    if error.code is ProbeErrorCode.IMPORT_FAILED:
        return error
    message = f"--import {', '.join(options.imports)}: {error.message}"
    return replace(error, code=ProbeErrorCode.IMPORT_FAILED, message=message)


def judged(report: ModelReport, analyses: Sequence[OutputAnalysis], seen: Observations) -> ProbeReport:
    """Hold what was seen of a model against the report on its file."""
    claims: list[OutputReport | None] = list(report.outputs)
    contradictions: tuple[str, ...] = ()
    axes = [_axis(analysis) for analysis in analyses]
    if len(claims) != len(seen.outputs):
        if any(claim is not None and claim.name is not None for claim in claims):
            contradictions = (f"the file has {len(claims)} outputs, and the model {len(seen.outputs)}",)
        claims, axes = [None] * len(seen.outputs), [-1] * len(seen.outputs)
    outputs = tuple(
        _output(report, claim, axis, output, seen)
        for claim, axis, output in zip(claims, axes, seen.outputs, strict=True)
    )
    return ProbeReport(
        model=report,
        observations=seen,
        outputs=outputs,
        outcome=_outcome(report, outputs, contradictions),
        error=None,
        contradictions=contradictions,
    )


def _output(
    report: ModelReport, claim: OutputReport | None, axis: int, seen: OutputSeen, all_seen: Observations
) -> OutputProbe:
    found = kinds.observed(seen, all_seen.precision)
    against = tuple(agreement.contradictions(claim, seen, all_seen.precision)) if claim is not None else ()
    verdict, by_observation = Verdict.NOT_APPLICABLE, True
    if claim is not None:
        verdict, by_observation = claim.verdict, claim.verdict is Verdict.UNDETERMINED
        if by_observation and claim.loss is not None:
            verdict = kinds.verdict(found, claim.loss.expects, claim.loss.family, axis)
    findings = tuple(each for each in report.findings if claim is None or each.output in {None, claim.name})
    return OutputProbe(
        claim=claim,
        seen=seen,
        observed=found,
        agreement=agreement.agreement(claim, found, against),
        contradictions=against,
        verdict=verdict,
        by_observation=by_observation,
        conclusions=tuple(conclusions.of_output(seen, found, claim, findings)),
    )


def _outcome(report: ModelReport, outputs: Sequence[OutputProbe], contradictions: tuple[str, ...]) -> ProbeOutcome:
    if contradictions or any(output.agreement is Agreement.CONTRADICTED for output in outputs):
        return ProbeOutcome.DISAGREEMENT
    verdicts = {output.verdict for output in outputs}
    if report.outcome is Outcome.MISMATCH:
        verdicts.add(Verdict.MISMATCH)
    elif any(output.seen.has_no_number for output in outputs):
        return ProbeOutcome.NO_NUMBERS
    worst = next((verdict for verdict in Verdict if verdict in verdicts), Verdict.NOT_APPLICABLE)
    return ProbeOutcome(worst.value)


def _axis(analysis: OutputAnalysis) -> int:
    return next((judged.axis for judged in analysis.losses if judged.axis is not None), -1)


def _failed(report: ModelReport, error: ProbeError) -> ProbeReport:
    return ProbeReport(model=report, observations=None, outputs=(), outcome=ProbeOutcome.FAILED, error=error)


def _explained(error: ProbeError, model: SavedModel) -> ProbeError:
    """Say of a file of Keras 1 that nothing of today loads most of them."""
    if error.code is not ProbeErrorCode.LOAD_FAILED or model.generation != 1:
        return error
    message = f"The model was saved by Keras 1, and tf-keras does not load it. {error.message}"
    return replace(error, message=message, hint="Load it with the Keras that wrote it, and save it anew with Keras 2.")


# What is asked


def _unreadable(report: ModelReport, path: Path) -> ProbeError:
    error = report.error
    message = error.message if error is not None else "The model cannot be read."
    hint = error.hint if error is not None else "Check the path."
    if error is not None and error.code is ErrorCode.NO_MODEL_FOUND and path.is_dir():
        hint = (
            f"Give the path of a model. To run those of a folder: logitcheck inspect --probe {shlex.quote(str(path))}"
        )
    return ProbeError(code=ProbeErrorCode.UNREADABLE, message=message, hint=hint)


def _refused(path: Path, model: SavedModel, options: Options) -> ProbeError | None:
    """Tell why a model is not even handed over, if it is not."""
    if model.format is ContainerFormat.JSON:
        message = "JSON holds no weights, without which there is nothing to run."
        hint = "Probe the .keras or .h5 file of the model."
        return ProbeError(code=ProbeErrorCode.NO_WEIGHTS, message=message, hint=hint)
    if model.format is ContainerFormat.SAVED_MODEL:  # its graph is run by TensorFlow; of its config nothing is loaded
        return None
    try:
        config = loader.config(path)
    except (UnreadableInputError, OSError):  # it was there a moment ago
        return ProbeError(code=ProbeErrorCode.UNREADABLE, message="The file has changed.", hint="Try again.")
    return screening.refusal(config, options.imports, unsafe=options.unsafe)


def _request(path: str, model: SavedModel, analyses: Sequence[OutputAnalysis], options: Options) -> Request:
    return Request(
        path=os.path.realpath(path),
        container=model.format,
        library=_library(model),
        outputs=tuple(map(_asked, analyses)),
        ids=id_ranges.of_inputs(model.graph) if model.graph is not None and model.exported is None else (),
        samples=options.samples,
        seed=options.seed,
        seconds=options.limits.seconds * _SHARE_OF_TIME,
        data=options.data and str(Path(options.data).resolve()),
        labels=options.labels and str(Path(options.labels).resolve()),
        imports=options.imports,
        import_folder=str(Path.cwd()),
        unsafe=options.unsafe,
    )


def _library(model: SavedModel) -> Library:
    if model.format is ContainerFormat.SAVED_MODEL:
        return Library.TENSORFLOW
    return Library.KERAS if model.generation == 3 else Library.TF_KERAS


def _asked(analysis: OutputAnalysis) -> OutputAsked:
    """Say how the loss of an output reads it; where there is none, or one of the user's own, how one probably would."""
    axis = _axis(analysis)
    crossentropy = next((each for each in analysis.losses if each.expectation.is_crossentropy), None)
    if crossentropy is not None:
        is_binary = crossentropy.expectation.family is Family.BINARY
        return OutputAsked(
            name=analysis.name,
            reads=Reading.BINARY if is_binary else Reading.CATEGORICAL,
            axis=-1 if is_binary else axis,
            sparse_labels=crossentropy.loss.name == "SparseCategoricalCrossentropy",
        )
    if any(each.expectation.expects is not Expects.UNKNOWN for each in analysis.losses):
        return OutputAsked(name=analysis.name)
    is_binary = analysis.classes == 1 or analysis.kind is Kind.UNIT_INTERVAL
    reads = Reading.BINARY if is_binary else Reading.CATEGORICAL
    return OutputAsked(name=analysis.name, reads=reads, guessed=True)

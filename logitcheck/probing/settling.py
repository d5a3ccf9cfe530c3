"""`inspect --probe`: runs the models whose file does not decide, and adds what was seen to their reports."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from logitcheck.probing.errors import RefusalError
from logitcheck.probing.probe import Options, import_failure, probe
from logitcheck.probing.process import Runner, Watch
from logitcheck.probing.report import OutputProbe, ProbeReport
from logitcheck.report import Finding, ModelReport, NotObserved, Observation, OutputReport, Report, Verdict
from logitcheck.rules.lc402_undetermined_output import RUN_IT

_UNSAFE = "--unsafe"
"""The option that `probe` takes and `inspect` does not."""


def settled(report: Report, options: Options, watch: Watch | None = None) -> Report:
    """Give the report with what was seen of outputs that are undetermined; verdicts stay.

    One process runs all models, unless one of them breaks it. Raises RefusalError if what the user named cannot be
    imported in it.
    """
    with Runner() as runner:
        if any(_is_open(output) for model in report.models for output in model.outputs):
            unimported = import_failure(options, runner, watch)
            if unimported is not None:
                raise RefusalError(unimported.code, unimported.message, unimported.hint)
        return Report(models=tuple(_settled(model, options, runner, watch) for model in report.models))


def _settled(model: ModelReport, options: Options, runner: Runner, watch: Watch | None) -> ModelReport:
    if not any(map(_is_open, model.outputs)):
        return model
    found = probe(model.path, options, runner, watch, known=model)
    probed = replace(model, outputs=tuple(_outputs(model, found)))
    return replace(probed, findings=tuple(_advised(finding, probed) for finding in model.findings))


def _advised(finding: Finding, model: ModelReport) -> Finding:
    """Give a finding without the advice to run the model, which was followed."""
    if not any(output.name == finding.output and output.observed is not None for output in model.outputs):
        return finding
    return replace(finding, fixes=tuple(fix for fix in finding.fixes if not fix.startswith(RUN_IT)))


def _is_open(output: OutputReport) -> bool:
    return output.verdict is Verdict.UNDETERMINED


def _outputs(model: ModelReport, found: ProbeReport) -> Iterator[OutputReport]:
    for position, output in enumerate(model.outputs):
        if not _is_open(output):
            yield output
        elif found.observations is not None and len(found.outputs) == len(model.outputs):
            yield replace(output, observed=_seen(found.outputs[position], found.observations.samples))
        else:
            yield replace(output, observed=_why_not(found))


def _seen(output: OutputProbe, samples: int) -> Observation | NotObserved:
    if output.contradictions:
        message = f"What was seen contradicts what the file is said to prove: {'; '.join(output.contradictions)}."
        return NotObserved(code="contradicted", message=message, hint="Run logitcheck probe on it, and report it.")
    return Observation(
        kind=output.observed.kind,
        axis=output.observed.axis,
        low=output.observed.low,
        high=output.observed.high,
        samples=samples,
        verdict=output.verdict,
    )


def _why_not(found: ProbeReport) -> NotObserved:
    if found.error is not None:
        hint = found.error.hint.replace(_UNSAFE, f"logitcheck probe {_UNSAFE}")
        return NotObserved(code=found.error.code.value, message=found.error.message, hint=hint)
    message = f"The model has {len(found.outputs)} outputs, which the file does not tell apart."
    return NotObserved(code="outputs-differ", message=message, hint="Run logitcheck probe on it: it tells of each.")

"""`inspect --probe`: runs the models whose file does not decide, and adds what was seen to their reports."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from logitcheck.probing.probe import Options, probe
from logitcheck.probing.process import Runner, Watch
from logitcheck.probing.report import OutputProbe, ProbeReport
from logitcheck.report import ModelReport, NotObserved, Observation, OutputReport, Report, Verdict

_OPTION = re.compile(r"(--(?:unsafe|timeout|memory)\b)")
"""Options that `probe` takes and `inspect` does not."""


def settled(report: Report, imports: Sequence[str], watch: Watch | None = None) -> Report:
    """Give the report with what was seen of outputs that are undetermined; verdicts and findings stay.

    One process runs all models, unless one of them breaks it.
    """
    options = Options(imports=tuple(imports))
    with Runner() as runner:
        return Report(models=tuple(_settled(model, options, runner, watch) for model in report.models))


def _settled(model: ModelReport, options: Options, runner: Runner, watch: Watch | None) -> ModelReport:
    if not any(map(_is_open, model.outputs)):
        return model
    found = probe(model.path, options, runner, watch, known=model)
    return replace(model, outputs=tuple(_outputs(model, found)))


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
        hint = _OPTION.sub(r"logitcheck probe \1", found.error.hint)
        return NotObserved(code=found.error.code.value, message=found.error.message, hint=hint)
    message = f"The model has {len(found.outputs)} outputs, which the file does not tell apart."
    return NotObserved(code="outputs-differ", message=message, hint="Run logitcheck probe on it: it tells of each.")

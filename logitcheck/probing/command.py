"""`logitcheck probe`: one model run and reported, with exit statuses of its own."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from enum import IntEnum

from logitcheck import __version__, progress
from logitcheck.formats import DocumentFormat
from logitcheck.probing import json_form, text
from logitcheck.probing.probe import Options, probe
from logitcheck.probing.process import Runner
from logitcheck.probing.report import ProbeOutcome, ProbeReport
from logitcheck.streams import write_lines, write_out


class ProbeExit(IntEnum):
    """What the exit status of `probe` says."""

    CONSISTENT = 0
    FOUND = 1
    NOT_RUN = 2


@dataclass(frozen=True, kw_only=True, slots=True)
class ProbeRequest:
    """One call of the command."""

    path: str
    options: Options
    gpu: bool
    output_format: DocumentFormat


def run(request: ProbeRequest) -> ProbeExit:
    """Run the model, write the report, and tell the exit status."""
    with Runner(gpu=request.gpu) as runner, progress.saying() as watch:
        report = probe(request.path, request.options, runner, watch)
    if not write_out(lambda: _write(report, request.output_format), "the report"):
        return ProbeExit.NOT_RUN
    return exit_status(report)


def exit_status(report: ProbeReport) -> ProbeExit:
    """Tell the exit status that a report makes."""
    match report.outcome:
        case ProbeOutcome.FAILED:
            return ProbeExit.NOT_RUN
        case ProbeOutcome.DISAGREEMENT | ProbeOutcome.MISMATCH | ProbeOutcome.NO_NUMBERS:
            return ProbeExit.FOUND
        case ProbeOutcome.OK | ProbeOutcome.UNDETERMINED | ProbeOutcome.NOT_APPLICABLE:
            return ProbeExit.CONSISTENT


def _write(report: ProbeReport, output_format: DocumentFormat) -> None:
    match output_format:
        case DocumentFormat.TEXT:
            write_lines(lambda width, ascii_only: text.lines(report, width, ascii_only=ascii_only))
        case DocumentFormat.JSON:
            sys.stdout.write(json_form.render(report, __version__))

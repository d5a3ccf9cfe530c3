"""One run: inspect, write the reports, and tell the exit status. Exit codes are known here only."""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace
from enum import IntEnum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from logitcheck import formats
from logitcheck.errors import SettingsError
from logitcheck.formats import Format
from logitcheck.settings import NO_OVERRIDES, Overrides, Plan
from logitcheck.streams import complain, write_lines, write_out
from logitcheck.targets import Target, refuse_overwriting

if TYPE_CHECKING:
    from collections.abc import Iterator

    from logitcheck.checking import Checked
    from logitcheck.report import Report
    from logitcheck.reporter.wrapping import Line
    from logitcheck.settings.selectors import Selector


class ExitCode(IntEnum):
    """What the exit status says; FOUND wins over UNREADABLE."""

    CLEAN = 0
    FOUND = 1
    UNREADABLE = 2


@dataclass(frozen=True, kw_only=True, slots=True)
class Probing:
    """What models may use that are run: modules with the code that they need, time and memory."""

    imports: tuple[str, ...]
    seconds: float
    megabytes: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Request:
    """What a run is asked to do.

    problems_only: whether to tell what is wrong only, and no information, unless settings ask for it.
    write_baseline: whether to write what is found into the baseline, instead of failing for it.
    probing: how to run the models that are undetermined, if that is asked for.
    """

    paths: tuple[str, ...]
    targets: tuple[Target, ...] = (Target(Format.TEXT),)
    overrides: Overrides = NO_OVERRIDES
    problems_only: bool = False
    exit_zero: bool = False
    jobs: int | None = None
    write_baseline: bool = False
    probing: Probing | None = None


def run(request: Request) -> ExitCode:
    """Do what is asked, and tell the exit status."""
    import gc

    # Modules and reports are kept until the end: looking for garbage among them again and again is a tenth of a run.
    gc.set_threshold(100_000)
    try:
        plan = Plan(request.overrides)
        checked = _checked(request, plan)
        if request.write_baseline:
            return _write_baseline(plan, checked)
        written = [_write(checked.report, target) for target in request.targets]
        if not all(written):
            return ExitCode.UNREADABLE
        if checked.known:
            from logitcheck import keeping

            keeping.shrink(checked)
        for unused in checked.unused:
            complain(f"{unused.source}: no model needs {', '.join(unused.names)}")
    except SettingsError as error:
        complain(str(error))
        return ExitCode.UNREADABLE
    return exit_code(checked, exit_zero=request.exit_zero)


def exit_code(checked: Checked, *, exit_zero: bool = False) -> ExitCode:
    """Tell the exit status of a run."""
    if checked.fails and not exit_zero:
        return ExitCode.FOUND
    return ExitCode.UNREADABLE if checked.is_unreadable else ExitCode.CLEAN


def _checked(request: Request, plan: Plan) -> Checked:
    from logitcheck import checking, policy, progress

    asked: tuple[Selector, ...] = policy.PROBLEMS if request.problems_only else policy.EVERY
    given = checking.gather(request.paths, plan)
    refuse_overwriting(request.targets, checking.sources(given, plan))
    with progress.shown(sum(len(each.items) for each in given)) as watch:
        checked = checking.check(
            given, plan, asked, jobs=request.jobs, watch=watch, may_lack_baseline=request.write_baseline
        )
    return _probed(checked, plan, request.probing) if request.probing is not None else checked


def _probed(checked: Checked, plan: Plan, probing: Probing) -> Checked:
    """Give a run with what was seen of the outputs that are undetermined, which then counts."""
    from logitcheck import policy, progress
    from logitcheck.probing import settling
    from logitcheck.probing.errors import RefusalError
    from logitcheck.probing.probe import Options
    from logitcheck.probing.process import Limits

    limits = Limits(seconds=probing.seconds, megabytes=probing.megabytes)
    try:
        with progress.saying() as watch:
            report = settling.settled(checked.report, Options(imports=probing.imports, limits=limits), watch)
    except RefusalError as refused:
        raise SettingsError(f"{str(refused).rstrip('.')}. {refused.error.hint}") from refused
    return replace(checked, report=report, fails=any(policy.fails(each, plan.of(each.path)) for each in report.models))


def _write(report: Report, target: Target) -> bool:
    """Write one report and tell whether that worked."""
    if target.file is not None:
        return _write_file(Path(target.file), formats.render(report, target.output_format))
    if formats.is_for_terminals(target.output_format):
        return write_out(lambda: write_lines(partial(_lines, report, target.output_format)), "the report")
    return write_out(lambda: sys.stdout.write(formats.render(report, target.output_format)), "the report")


def _lines(report: Report, output_format: Format, width: int, ascii_only: bool) -> Iterator[Line]:
    return formats.lines(report, output_format, width, ascii_only=ascii_only)


def _write_file(path: Path, text: str) -> bool:
    from logitcheck import writing

    return writing.written(path, text)


def _write_baseline(plan: Plan, checked: Checked) -> ExitCode:
    from logitcheck import keeping

    if not keeping.write(plan, checked) or checked.is_unreadable:
        return ExitCode.UNREADABLE
    return ExitCode.CLEAN

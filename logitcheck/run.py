"""One run: inspect, write the report, and tell the exit status. Streams, colours and exit codes are known here only."""

from __future__ import annotations

import os
import sys
from enum import IntEnum, StrEnum
from io import TextIOWrapper
from typing import TYPE_CHECKING

from logitcheck import __version__

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from logitcheck.report import Report
    from logitcheck.reporter.wrapping import Line


class ExitCode(IntEnum):
    """What the exit status says; FOUND wins over UNREADABLE."""

    CLEAN = 0
    FOUND = 1
    UNREADABLE = 2


class Format(StrEnum):
    """Output formats."""

    TEXT = "text"
    JSON = "json"


class FailOn(StrEnum):
    """The mildest severity that makes a run fail."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


def run(
    paths: list[str],
    output_format: Format = Format.TEXT,
    fail_on: FailOn = FailOn.WARNING,
    *,
    strict: bool = False,
    exit_zero: bool = False,
    jobs: int | None = None,
) -> ExitCode:
    """Inspect, write the report, and tell the exit status."""
    import gc

    # Modules and reports are kept until the end: looking for garbage among them again and again is a tenth of a run.
    gc.set_threshold(100_000)
    from logitcheck.inspection import inspect_all

    report = inspect_all(paths, jobs)
    if not write_out(lambda: _write(report, output_format), "the report"):
        return ExitCode.UNREADABLE
    return exit_code(report, fail_on, strict=strict, exit_zero=exit_zero)


def exit_code(report: Report, fail_on: FailOn, *, strict: bool = False, exit_zero: bool = False) -> ExitCode:
    """Tell the exit status of a run."""
    from logitcheck.report import Outcome, Severity

    found = any(model.has_at_least(Severity(fail_on.value)) for model in report.models)
    undecided = strict and report.count(Outcome.UNDETERMINED) > 0
    if (found or undecided) and not exit_zero:
        return ExitCode.FOUND
    return ExitCode.UNREADABLE if report.count(Outcome.UNREADABLE) else ExitCode.CLEAN


def write_out(write: Callable[[], object], what: str) -> bool:
    """Let `write` write to standard output and tell whether that worked; a reader that stops listening is no error."""
    if sys.stdout is None:
        return _not_written(what, "standard output is closed")
    if isinstance(sys.stdout, TextIOWrapper) and sys.stdout.errors == "strict":
        sys.stdout.reconfigure(errors="backslashreplace")  # names may hold what the encoding does not
    try:
        write()
        sys.stdout.flush()
    except BrokenPipeError:
        # The interpreter flushes standard output at exit: give it somewhere to go (docs.python.org, signal module).
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError as error:
        return _not_written(what, error.strerror or str(error))
    return True


def _not_written(what: str, why: str) -> bool:
    complain(f"{what} could not be written: {why}")
    return False


def complain(message: str) -> None:
    """Write a message to standard error, if it is open."""
    if sys.stderr is not None:
        sys.stderr.write(f"logitcheck: {message}\n")


def write_lines(lines: Callable[[int, bool], Iterable[Line]]) -> None:
    """Write lines: in colour on a terminal, plain elsewhere, where rich is not even imported.

    lines: makes them for a number of columns, and of ASCII only if the second argument is true.
    """
    ascii_only = not (sys.stdout.encoding or "").lower().startswith("utf")
    if not sys.stdout.isatty() and not os.environ.get("FORCE_COLOR"):
        columns = os.environ.get("COLUMNS", "")
        width = int(columns) if columns.isdecimal() and int(columns) > 0 else 80
        for line in lines(width, ascii_only):
            sys.stdout.write("".join(text for text, _ in line) + "\n")
        return
    from rich.console import Console
    from rich.text import Text

    console = Console(highlight=False, markup=False, emoji=False)
    for line in lines(console.width, ascii_only):
        console.print(Text.assemble(*line), soft_wrap=True)


def _write(report: Report, output_format: Format) -> None:
    match output_format:
        case Format.JSON:
            from logitcheck.reporter import json_report

            sys.stdout.write(json_report.render(report, __version__) + "\n")
        case Format.TEXT:
            from logitcheck.reporter import text_report

            write_lines(lambda width, ascii_only: text_report.lines(report, width, ascii_only=ascii_only))

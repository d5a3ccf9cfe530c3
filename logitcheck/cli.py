"""The command line: the one place that knows exit codes, streams and colours."""

from __future__ import annotations

import os
import sys
from enum import IntEnum, StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from logitcheck import __version__

if TYPE_CHECKING:
    from logitcheck.report import Report


class ExitCode(IntEnum):
    """What the exit status says; FOUND wins over UNREADABLE."""

    CLEAN = 0
    FOUND = 1
    UNREADABLE = 2
    INTERRUPTED = 130


class Format(StrEnum):
    """Output formats."""

    TEXT = "text"
    JSON = "json"


class FailOn(StrEnum):
    """The mildest severity that makes a run fail."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


_EPILOG = (
    "Exit status: 0 all inputs read, nothing found; 1 something found; 2 wrong usage, or an input that could not be"
    " read. 1 wins over 2."
)

app = typer.Typer(
    name="logitcheck",
    rich_markup_mode=None,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Tells from a saved Keras model whether it puts out logits or probabilities, and whether its loss knows.",
)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"logitcheck {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """Hold the options of the program itself, and make `inspect` a command of its own."""


@app.command(epilog=_EPILOG)
def inspect(
    paths: Annotated[
        list[str],
        typer.Argument(
            metavar="PATH...", help="Models: .keras or .h5 files, unpacked .keras folders, folders of models."
        ),
    ],
    output_format: Annotated[Format, typer.Option("--format", help="How to write the report.")] = Format.TEXT,
    fail_on: Annotated[
        FailOn, typer.Option("--fail-on", help="The mildest finding that makes the exit status 1.")
    ] = FailOn.WARNING,
    strict: Annotated[
        bool, typer.Option("--strict", help="Exit with status 1 also if a model is undetermined.")
    ] = False,
    exit_zero: Annotated[
        bool, typer.Option("--exit-zero", help="Exit with status 0 whatever was found, unless an input was unreadable.")
    ] = False,
    jobs: Annotated[
        int | None, typer.Option("--jobs", min=1, help="Processes to use; by default as many as are worth it.")
    ] = None,
) -> None:
    """Say what each output of a saved model is, what its loss expects, and whether they agree.

    For example: logitcheck inspect model.keras
    """
    from logitcheck.inspection import inspect_all

    try:
        report = inspect_all(paths, jobs)
        _write(report, output_format)
    except KeyboardInterrupt:
        raise typer.Exit(ExitCode.INTERRUPTED) from None
    raise typer.Exit(exit_code(report, fail_on, strict=strict, exit_zero=exit_zero))


def exit_code(report: Report, fail_on: FailOn, *, strict: bool = False, exit_zero: bool = False) -> ExitCode:
    """Tell the exit status of a run."""
    from logitcheck.report import Outcome, Severity

    found = any(model.has_at_least(Severity(fail_on.value)) for model in report.models)
    undecided = strict and report.count(Outcome.UNDETERMINED) > 0
    if (found or undecided) and not exit_zero:
        return ExitCode.FOUND
    return ExitCode.UNREADABLE if report.count(Outcome.UNREADABLE) else ExitCode.CLEAN


def _write(report: Report, output_format: Format) -> None:
    """Write the report to standard output; a reader that stops listening is no error."""
    try:
        match output_format:
            case Format.JSON:
                from logitcheck.reporter import json_report

                sys.stdout.write(json_report.render(report, __version__) + "\n")
            case Format.TEXT:
                from rich.console import Console

                from logitcheck.reporter import text_report

                text_report.write(report, Console(highlight=False, markup=False, emoji=False))
        sys.stdout.flush()
    except BrokenPipeError:
        # The interpreter flushes standard output at exit: give it somewhere to go (docs.python.org, signal module).
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def main() -> None:
    """Run the command line."""
    app()

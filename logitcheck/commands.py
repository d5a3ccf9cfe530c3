"""The commands and their options, as typer reads them; imported only when a plain call will not do."""

from __future__ import annotations

from typing import Annotated

import typer

from logitcheck import __version__
from logitcheck.reporter.escaping import printable
from logitcheck.run import FailOn, Format, run

_EPILOG = (
    "Exit status: 0 all inputs read, nothing found; 1 something found; 2 wrong usage, or an input that could not be"
    " read. 1 wins over 2."
)

app = typer.Typer(
    name="logitcheck",
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
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
            metavar="PATH...",
            help="Models: .keras, .h5 or JSON files, SavedModel or unpacked .keras folders, folders of models.",
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
    """Say what each output of a model is, and whether its loss fits.

    Models are saved files. Nothing of them is run, and no TensorFlow is needed.

    For example: logitcheck inspect model.keras
    """
    raise typer.Exit(run(paths, output_format, fail_on, strict=strict, exit_zero=exit_zero, jobs=jobs))


@app.command(context_settings={"allow_extra_args": True})
def rules(
    context: typer.Context,
    output_format: Annotated[Format, typer.Option("--format", help="How to write the list.")] = Format.TEXT,
) -> None:
    """List every rule: code, name, severity, and what is wrong."""
    if context.args:
        asked = printable(" ".join(context.args))
        context.fail(f"rules lists all of them. Did you mean `logitcheck explain {asked}`?")
    from logitcheck.explaining import list_rules

    raise typer.Exit(list_rules(output_format))


@app.command()
def explain(
    wanted: Annotated[
        list[str],
        typer.Argument(metavar="RULE...", help="Rules by code or name: LC101, lc101, probabilities-as-logits."),
    ],
    output_format: Annotated[Format, typer.Option("--format", help="How to write the documentation.")] = Format.TEXT,
) -> None:
    """Say what a rule finds, why it matters, and what to do.

    For example: logitcheck explain LC101
    """
    from logitcheck.explaining import explain as explain_rules

    raise typer.Exit(explain_rules(wanted, output_format))

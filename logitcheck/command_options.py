"""The options of `inspect` and `check`, as typer reads them, and what help says of each."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from logitcheck import completing
from logitcheck.formats import Format


class FailOn(StrEnum):
    """The mildest severity that makes a run fail."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


Paths = Annotated[
    list[str],
    typer.Argument(
        metavar="PATH...",
        help=(
            "Models, and folders to search for models: .keras archives, HDF5 files, models as JSON, SavedModels and"
            " unpacked .keras folders, under any name."
        ),
    ),
]
Formats = Annotated[
    list[str] | None,
    typer.Option(
        "--format",
        envvar="LOGITCHECK_FORMAT",
        metavar="FORMAT[=FILE]",
        autocompletion=completing.formats,
        help=(
            f"How to write the report: {', '.join(Format)}. With =FILE it goes into that file. May be given several"
            " times, once without a file. By default `inspect` writes text and `check` concise."
        ),
    ),
]
Output = Annotated[
    str | None,
    typer.Option(
        metavar="FILE",
        help="Write the report into FILE, whole or not at all, instead of to standard output.",
    ),
]
FailOnOption = Annotated[
    FailOn | None,
    typer.Option(
        "--fail-on",
        envvar="LOGITCHECK_FAIL_ON",
        help="The mildest finding that makes the exit status 1; warning unless settings say otherwise.",
    ),
]
Strict = Annotated[
    bool,
    typer.Option(
        "--strict",
        envvar="LOGITCHECK_STRICT",
        help="Exit with status 1 also if a model is undetermined, and tell why it is.",
    ),
]
ExitZero = Annotated[
    bool,
    typer.Option("--exit-zero", help="Exit with status 0 whatever is found; an input that cannot be read makes it 2."),
]
Jobs = Annotated[
    int | None,
    typer.Option(
        min=1,
        metavar="N",
        envvar="LOGITCHECK_JOBS",
        help="Processes to use at most; by default 1, and one for each core where there are hundreds of inputs.",
    ),
]
Select = Annotated[
    list[str] | None,
    typer.Option(
        metavar="RULES",
        autocompletion=completing.selectors,
        help=(
            "Ask only these rules, instead of those that settings select: codes (LC101), groups (LC1), names"
            " (softmax-over-one) or ALL, with commas between them."
        ),
    ),
]
ExtendSelect = Annotated[
    list[str] | None,
    typer.Option(
        "--extend-select",
        metavar="RULES",
        autocompletion=completing.selectors,
        help="Ask these rules, too, for instance LC401, which is information.",
    ),
]
Ignore = Annotated[
    list[str] | None,
    typer.Option(
        metavar="RULES",
        autocompletion=completing.selectors,
        help=(
            "Keep these rules quiet, beside those that settings do. Of --select LC101 and --ignore LC1 the more exact"
            " one decides; of two that are as exact, --ignore."
        ),
    ),
]
Exclude = Annotated[
    list[str] | None,
    typer.Option(
        metavar="PATTERN",
        help=(
            "Pass over such files and folders in a search, beside those that settings exclude: checkpoints,"
            " 'old/**/*.h5'. May be given several times."
        ),
    ),
]
ForceExclude = Annotated[
    bool,
    typer.Option(
        "--force-exclude",
        help="Pass over what is excluded also where it is given by its path, as pre-commit gives every file.",
    ),
]
Config = Annotated[
    str | None,
    typer.Option(
        metavar="FILE",
        envvar="LOGITCHECK_CONFIG",
        help=(
            "Take the settings of FILE for every input, instead of those of the nearest logitcheck.toml or"
            " pyproject.toml in the folders above it."
        ),
    ),
]
Isolated = Annotated[
    bool,
    typer.Option(
        "--isolated",
        envvar="LOGITCHECK_ISOLATED",
        help="Search for no settings files; options and environment variables hold all the same.",
    ),
]
WriteBaseline = Annotated[
    bool,
    typer.Option(
        "--write-baseline",
        help=(
            "Write all that is found into the baseline, instead of a report and without failing for it, so that from"
            " then on only new findings are told."
        ),
    ),
]
ShowSettings = Annotated[
    bool,
    typer.Option(
        "--show-settings", help="Print the settings that hold for each path, and their file, and inspect nothing."
    ),
]
ShowFiles = Annotated[
    bool,
    typer.Option("--show-files", help="Print the paths that would be inspected, a line each, and inspect nothing."),
]
Baseline = Annotated[
    str | None,
    typer.Option(
        metavar="FILE",
        envvar="LOGITCHECK_BASELINE",
        help=(
            "Keep the findings quiet that FILE knows; those that are gone are taken out of it, except where the"
            " environment variable CI is set."
        ),
    ),
]

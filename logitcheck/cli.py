"""The command line.

A call without options other than `--format` is read here; everything else is typer's, in `commands.py`. Importing typer
takes as long as all the rest of a run on a `.keras` file, and a pre-commit hook pays for it at every commit.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from logitcheck.run import Format

_COMMANDS = frozenset({"inspect", "rules", "explain"})
_INTERRUPTED = 130
"""The exit status after Ctrl-C, as shells have it: 128 and the number of SIGINT."""


def main() -> None:
    """Run the command line."""
    try:
        _run(sys.argv[1:])
    except KeyboardInterrupt:  # also while modules are imported, so none of ours is before
        sys.exit(_INTERRUPTED)


def _run(arguments: list[str]) -> None:
    from logitcheck.run import ExitCode, complain, run

    plain = _plain(arguments)
    if plain is not None:
        sys.exit(run(*plain))
    first = arguments[0] if arguments else ""
    if first not in _COMMANDS and not first.startswith("-") and os.path.exists(first):  # noqa: PTH110  pathlib is not imported yet
        from logitcheck.reporter.escaping import printable

        complain(f"did you mean `logitcheck inspect {printable(first)}`?")
        sys.exit(ExitCode.UNREADABLE)
    from logitcheck.commands import app

    app(prog_name="logitcheck")


def _plain(arguments: list[str]) -> tuple[list[str], Format] | None:
    """Read `inspect PATH...` with an optional `--format FORMAT`; None for anything that needs a parser."""
    from logitcheck.run import Format

    if arguments[:1] != ["inspect"] or "_LOGITCHECK_COMPLETE" in os.environ:
        return None
    paths: list[str] = []
    output_format = Format.TEXT
    rest = iter(arguments[1:])
    for argument in rest:
        if argument == "--format":
            value = next(rest, "")
            if value not in {member.value for member in Format}:
                return None
            output_format = Format(value)
        elif not argument or argument.startswith("-"):
            return None
        else:
            paths.append(argument)
    return (paths, output_format) if paths else None

"""The command line.

A plain call of `inspect` or `check` is read here; all else is typer's, in `commands.py`. Importing typer takes as
long as all the rest of a run on a `.keras` file, and a pre-commit hook pays for it at every commit.
"""

from __future__ import annotations

import os
import signal
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from logitcheck.run import Request

_INSPECTING = ("inspect", "check")
_COMMANDS = frozenset({*_INSPECTING, "rules", "explain", "probe", "fix", "doctor"})
_INTERRUPTED, _TERMINATED = 130, 143
"""The exit statuses after Ctrl-C and SIGTERM, as shells have them: 128 and the number of the signal."""

_COMPLETING = "_LOGITCHECK_COMPLETE"
"""The environment variable by which the completion of a shell asks."""

_VARIABLES = ("LOGITCHECK_", _COMPLETING)
"""What environment variables begin with that change what a call means."""


def main() -> None:
    """Run the command line."""
    try:
        signal.signal(signal.SIGTERM, _end)
        _run(sys.argv[1:])
    except KeyboardInterrupt:  # also while modules are imported, so none of ours is before
        sys.exit(_INTERRUPTED)


def _end(*_: object) -> None:
    """End as after Ctrl-C, so that no process of ours is left behind, which the default would do."""
    sys.exit(_TERMINATED)


def _run(arguments: list[str]) -> None:
    from logitcheck.run import ExitCode, run
    from logitcheck.streams import complain

    request = _plain(arguments)
    if request is not None:
        sys.exit(run(request))
    if arguments == ["doctor"]:  # without typer, which may be what is missing
        from logitcheck.doctor import examine

        sys.exit(examine())
    first = arguments[0] if arguments else ""
    if first not in _COMMANDS and not first.startswith("-") and os.path.exists(first):  # noqa: PTH110  pathlib is not imported yet
        from logitcheck.reporter.escaping import printable

        complain(f"did you mean `logitcheck inspect {printable(first)}`?")
        sys.exit(ExitCode.UNREADABLE)
    try:
        from logitcheck.commands import app
    except ImportError as error:
        if (error.name or "").startswith("logitcheck"):
            raise
        complain(f"options cannot be read, since typer cannot be imported ({error}): see `logitcheck doctor`")
        sys.exit(ExitCode.UNREADABLE)
    if _COMPLETING in os.environ:
        # typer breaks explanations at this width, and a shell takes each line for an offer
        os.environ["COLUMNS"] = "10000"
    try:
        app(prog_name="logitcheck")
    except OSError as error:  # of the help that typer writes; what commands write is theirs to tell of
        complain(f"the help could not be written: {error.strerror or error}")
        sys.exit(ExitCode.UNREADABLE)


def _plain(arguments: list[str]) -> Request | None:
    """Read a command with paths, `--format FORMAT` and `--force-exclude`; None for anything that needs a parser."""
    from logitcheck.formats import Format
    from logitcheck.run import Request
    from logitcheck.settings import NO_OVERRIDES, Overrides
    from logitcheck.targets import Target

    if not arguments or arguments[0] not in _INSPECTING or any(name.startswith(_VARIABLES) for name in os.environ):
        return None
    is_check = arguments[0] == "check"
    paths: list[str] = []
    output_format: Format | None = None
    overrides = NO_OVERRIDES
    rest = iter(arguments[1:])
    for argument in rest:
        if argument == "--format":
            value = next(rest, "")
            if value not in {member.value for member in Format} or output_format is not None:
                return None
            output_format = Format(value)
        elif argument == "--force-exclude":
            overrides = Overrides(force_exclude=True)
        elif not argument or argument.startswith("-"):
            return None
        else:
            paths.append(argument)
    if not paths:
        return None
    targets = (Target(output_format or (Format.CONCISE if is_check else Format.TEXT)),)
    return Request(paths=tuple(paths), targets=targets, overrides=overrides, problems_only=is_check)

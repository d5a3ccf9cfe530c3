"""What goes to which stream, in colour or not. Standard output is for reports, standard error for everything else."""

from __future__ import annotations

import os
import sys
from io import TextIOWrapper
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import TextIO

    from logitcheck.reporter.wrapping import Line


def write_out(write: Callable[[], object], what: str) -> bool:
    """Let `write` write to standard output and tell whether that worked; a reader that stops listening is no error."""
    if sys.stdout is None:
        return _not_written(what, "standard output is closed")
    if isinstance(sys.stdout, TextIOWrapper) and sys.stdout.errors in {"strict", "surrogateescape"}:
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
    """Write a message to standard error, if it is open: one line, which no terminal and no CI service obeys."""
    if sys.stderr is None:
        return
    from logitcheck.reporter.commands import masked
    from logitcheck.reporter.escaping import printable

    told = masked(printable(message), r"\x23")
    sys.stderr.write(f"logitcheck: {told}\n")


def write_lines(lines: Callable[[int, bool], Iterable[Line]], stream: TextIO | None = None) -> None:
    """Write lines: in colour on a terminal, plain elsewhere, where rich is not even imported.

    lines: makes them for a number of columns, and of ASCII only if the second argument is true. stream: standard output
    unless it is another one.
    """
    stream = sys.stdout if stream is None else stream
    ascii_only = not (stream.encoding or "").lower().startswith("utf")
    if not stream.isatty() and not os.environ.get("FORCE_COLOR"):
        columns = os.environ.get("COLUMNS", "")
        width = int(columns) if columns.isdecimal() and int(columns) > 0 else 80
        from logitcheck.reporter.wrapping import plain

        stream.writelines(f"{line}\n" for line in plain(lines(width, ascii_only)))
        return
    from rich.console import Console
    from rich.text import Text

    console = Console(file=stream, highlight=False, markup=False, emoji=False)
    for line in lines(console.width, ascii_only):
        console.print(Text.assemble(*line), soft_wrap=True)

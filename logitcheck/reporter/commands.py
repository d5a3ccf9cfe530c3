"""What CI services would obey in a log: a name could be made a command, so that no line of a report is one.

A runner of GitHub obeys a line that begins with `::name`, spaces before it or not, and `##[name]` anywhere in a line
(actions/runner, `ActionCommand.cs`). Azure Pipelines obeys `##vso[…]`, TeamCity `##teamcity[…]`.
"""

from __future__ import annotations

import re

from logitcheck.reporter.wrapping import Line

_ANYWHERE = re.compile(r"##(?=\w*\[)")
_AT_THE_START = "::"


def inert(line: Line) -> Line:
    """Give a line that nobody obeys: a sign without which it is no command is written as an escape."""
    pieces = [(masked(text, r"\x23"), style) for text, style in line]
    if "".join(text for text, _ in pieces).lstrip().startswith(_AT_THE_START):
        first = next(position for position, (text, _) in enumerate(pieces) if text.strip())
        text, style = pieces[first]
        pieces[first] = text.replace(":", r"\x3a", 1), style
    return pieces


def masked(text: str, sign: str) -> str:
    """Write what would be obeyed anywhere in a line with `sign` for its second `#`: an escape of the format."""
    return _ANYWHERE.sub(lambda _: f"#{sign}", text)

"""The grammar of GitHub's workflow commands, as its runner reads a line of a log (`ActionCommand.cs`)."""

from __future__ import annotations

import re
from dataclasses import dataclass

KNOWN = (
    "error",
    "warning",
    "notice",
    "debug",
    "group",
    "add-mask",
    "stop-commands",
    "set-output",
    "save-state",
    "echo",
)
"""Those that a runner obeys; it does not tell capital letters."""

_COMMAND = re.compile(r"\s*::(?P<name>[^ ]*?)(?: (?P<properties>.*?))?::(?P<data>.*)", re.DOTALL)
_OLDER = re.compile(r"##\[(?P<name>[^\] ]*)[^\]]*\]")


@dataclass(frozen=True, kw_only=True)
class Command:
    name: str
    properties: dict[str, str]
    data: str


def parse(line: str) -> Command | None:
    """The command that a line is, if it is one."""
    found = _COMMAND.fullmatch(line)
    if found is None or found["name"].lower() not in KNOWN:
        return None
    pairs = [pair.partition("=") for pair in (found["properties"] or "").split(",") if pair]
    return Command(
        name=found["name"],
        properties={key: _unescaped(value, "\r", "\n", ":", ",", "%") for key, _, value in pairs},
        data=_unescaped(found["data"], "\r", "\n", "%"),
    )


def is_obeyed(line: str) -> bool:
    """Whether a runner takes a line for a command, of the form of today or the older one."""
    older = _OLDER.search(line)
    return parse(line) is not None or (older is not None and older["name"].lower() in KNOWN)


def _unescaped(text: str, *letters: str) -> str:
    for letter in letters:
        text = text.replace(f"%{ord(letter):02X}", letter)
    return text

"""Where in a settings file something stands, so that an error names the line. The parser of Python does not tell."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from logitcheck.errors import SettingsError

_HEADER = re.compile(r"^\s*\[+\s*([^\]#]+?)\s*\]+\s*(#.*)?$")
_KEY = re.compile(r"""[^\s."']+|"[^"]*"|'[^']*'""")

Keys = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """One table of a settings file. path: the keys that lead to it from the top."""

    source: Path
    text: str
    path: Keys

    def inside(self, key: str) -> Place:
        """Give the place of a table in this one."""
        return Place(self.source, self.text, (*self.path, key))

    @property
    def title(self) -> str:
        """The table as its header would be written."""
        return f"[{'.'.join(map(_quoted, self.path))}]" if self.path else "the settings"

    def error(self, word: str, message: str) -> SettingsError:
        """Make the error about `word`, a key or value of this table: its message begins with file and line."""
        return SettingsError(f"{self.source}:{self.line_of(word)}: {message}")

    def line_of(self, word: str) -> int:
        """Tell the line in which `word` stands in this table, or else that of the nearest key or header around it."""
        nearest = 1
        for wanted in (*self.path, word):
            nearest = self._first(wanted, nearest) or nearest
        return nearest

    def _first(self, word: str, start: int) -> int | None:
        """Give the first line from `start` on that has a word, in a table that leads to this one or in this one."""
        found = re.compile(rf"(?<![\w>-]){re.escape(word)}(?![\w>-])")
        reached: Keys = ()
        for number, line in enumerate(self.text.splitlines(), 1):
            header = _HEADER.match(line)
            if header is not None:
                reached = tuple(part.strip("\"'") for part in _KEY.findall(header[1]))
            if number >= start and self.path[: len(reached)] == reached and found.search(_without_comment(line)):
                return number
        return None


def _without_comment(line: str) -> str:
    return line.split("#", 1)[0] if '"' not in line and "'" not in line else line


def _quoted(key: str) -> str:
    return key if re.fullmatch(r"[A-Za-z0-9_-]+", key) else f'"{key}"'

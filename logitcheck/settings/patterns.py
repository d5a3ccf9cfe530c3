"""Patterns of paths, as in `.gitignore`: relative to the folder of the settings file, or to the current one.

A pattern without a slash means files and folders of that name anywhere below; one with a slash a path from that folder.
`*` and `?` stop at slashes, `**` does not. What is in a folder that a pattern means, is meant as well.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_ANYWHERE = None
"""Stands for `**`: any number of folders."""

_WILDCARD = re.compile(r"\*+")
_PIECES = re.compile(r"\?|\[!?\]?[^\]]*\]|.", re.DOTALL)

Parts = tuple["re.Pattern[str] | None", ...]


@dataclass(frozen=True, slots=True)
class Pattern:
    """One pattern. root: the folder it is relative to, without a link or dot in it that was not asked for."""

    text: str
    root: Path

    def means(self, path: str) -> bool:
        """Whether a file or folder is meant, or lies in a folder that is."""
        below = os.path.relpath(os.path.abspath(path), self.root)  # noqa: PTH100  resolve() would follow links
        return matches(self.text, below.replace(os.sep, "/"))


def matches(pattern: str, path: str) -> bool:
    """Whether a pattern means a path, which is relative to its root and has forward slashes."""
    names = path.split("/")
    reached = {0}
    parts = _compiled(pattern)
    for position, part in enumerate(parts):
        if part is _ANYWHERE:
            nearest = min(reached, default=len(names))
            is_last = position == len(parts) - 1  # then something must be in the folder
            reached = set(range(nearest + is_last, len(names) + is_last))
        else:
            reached = {at + 1 for at in reached if at < len(names) and part.fullmatch(names[at])}
    return any(at <= len(names) for at in reached)


def is_pattern(pattern: str) -> bool:
    """Whether the text can be read as a pattern; `!`, which takes back what others mean in `.gitignore`, cannot."""
    try:
        parts = _compiled(pattern)
    except re.error:
        return False
    return bool(parts) and not pattern.startswith("!") and pattern.strip("/") != "."


@cache
def _compiled(pattern: str) -> Parts:
    bare = pattern.removeprefix("./").rstrip("/")
    if not bare.strip("/"):
        return ()
    names = bare.removeprefix("/").split("/")
    parts = [_ANYWHERE if name == "**" else re.compile(_segment(name), re.DOTALL) for name in names]
    return tuple(parts) if "/" in bare else (_ANYWHERE, *parts)


def _segment(name: str) -> str:
    """Write what one folder or file may be called as an expression whose time grows with the length of the name only.

    After the first place where what stands between two `*` is found, none further on needs to be tried.
    """
    first, *others = (_literal(text) for text in _WILDCARD.split(name))
    if not others:
        return first
    *middle, last = others
    return first + "".join(f"(?>.*?{text})" for text in middle) + f".*{last}"


def _literal(text: str) -> str:
    return "".join(_translated(piece) for piece in _PIECES.findall(text))


def _translated(piece: str) -> str:
    if piece == "?":
        return "."
    if len(piece) > 2 and piece.startswith("["):
        inner = re.sub(r"([\\\[&~|\]])", r"\\\1", piece[1:-1])
        return f"[^{inner[1:]}]" if inner.startswith("!") else f"[{inner}]"
    if piece == "[":
        raise re.error("a bracket that is not closed")
    return re.escape(piece)

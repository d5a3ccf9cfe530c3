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

_PIECES = re.compile(r"\*\*/|/\*\*$|\*\*|\*|\?|\[[^\]/]*\]|.", re.DOTALL)
_TRANSLATED = {"**/": "(?:[^/]+/)*", "/**": "/.*", "**": ".*", "*": "[^/]*", "?": "[^/]"}


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
    return _compiled(pattern).fullmatch(path) is not None


def is_pattern(pattern: str) -> bool:
    """Whether the text can be read as a pattern: ranges of letters may be none."""
    try:
        _compiled(pattern)
    except re.error:
        return False
    return bool(pattern.strip("/"))


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    bare = pattern.removeprefix("./").rstrip("/")
    anywhere = "" if "/" in bare else "(?:.*/)?"
    middle = "".join(_translated(piece) for piece in _PIECES.findall(bare.removeprefix("/")))
    return re.compile(f"{anywhere}{middle}(?:/.*)?", re.DOTALL)


def _translated(piece: str) -> str:
    if piece in _TRANSLATED:
        return _TRANSLATED[piece]
    if len(piece) > 2 and piece.startswith("["):
        inner = re.sub(r"([\\\[&~|])", r"\\\1", piece[1:-1])
        return f"[^/{inner[1:]}]" if inner.startswith("!") else f"[{inner}]"
    return re.escape(piece)

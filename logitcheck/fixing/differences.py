"""Shows what a fix changes: a unified diff of the compile settings, written a line for each value."""

from __future__ import annotations

import json
from collections.abc import Mapping
from difflib import unified_diff

from logitcheck.reporter.escaping import printable


def between(before: Mapping[str, object], after: Mapping[str, object], old_name: str, new_name: str) -> str:
    """Give the diff of two compile settings; nothing if they are the same."""
    old, new = (f"{printable(name)}: compile settings" for name in (old_name, new_name))
    return "".join(unified_diff(_lines(before), _lines(after), old, new))


def _lines(settings: Mapping[str, object]) -> list[str]:
    """Write settings in ASCII: what is stored in other letters is no part of a change, and no terminal obeys it."""
    return f"{json.dumps(settings, indent=2)}\n".splitlines(keepends=True)

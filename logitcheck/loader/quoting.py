"""File names in commands that a user may paste into a shell: a name could be made to run something."""

from __future__ import annotations

import re
import shlex

_PLAIN_NAME = re.compile(r"[\w.@%+=:,/-]+", re.ASCII)


def quoted(name: str) -> str:
    """Quote a file name for a shell."""
    return f'"{name}"' if _PLAIN_NAME.fullmatch(name) else shlex.quote(name)

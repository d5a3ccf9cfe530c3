"""How to fetch one file of Git LFS.

`--include` takes patterns as `.gitignore` has them, separated by commas, from the root of the repository on whatever
folder one is in; a pattern without a slash is met in every folder. Source: git-lfs-fetch(1), and what git-lfs 3.3 does.
"""

from __future__ import annotations

import os
import re
from pathlib import Path, PurePath

from logitcheck.loader.quoting import quoted

_MEANING_MORE = re.compile(r"[\\*?\[\]]")
_NEVER_ESCAPED = re.compile(r",|\s$")
"""What no pattern can hold: a comma ends it, and white space at the end is cut off."""


_IN_ACTIONS = "in GitHub Actions set `lfs: true` for actions/checkout."


def hint(path: Path) -> str:
    """Say how to fetch the file for which there is a pointer at `path`."""
    real = Path(os.path.realpath(path))
    root = _repository(real)
    if root is None:
        command = f"git lfs pull --include {quoted(pattern(PurePath(real.name)))}"
        return (
            f"It is in no Git repository here: clone the one that it is from, and run `{command}` there; {_IN_ACTIONS}"
        )
    # Git for Windows takes what begins with a slash for a path of its own, and puts its own folder before it.
    anchor = "/" if os.sep == "/" else ""
    included = quoted(anchor + pattern(real.relative_to(root)))
    elsewhere = "" if root == _repository(Path.cwd() / real.name) else f"-C {quoted(str(root))} "
    return f"Run `git {elsewhere}lfs pull --include {included}`; {_IN_ACTIONS}"


def pattern(path: PurePath) -> str:
    """Give the pattern that is met by a path, and by as few others as can be."""
    escaped = _MEANING_MORE.sub(r"\\\g<0>", path.as_posix())
    # A file name that is no text is shown with escapes, which a shell would not understand.
    shown = "".join(letter if letter.isprintable() else "*" for letter in escaped)
    return _NEVER_ESCAPED.sub("?", shown)


def _repository(path: Path) -> Path | None:
    """Find the root of the repository that a file is in: a worktree or submodule has a file called .git."""
    return next((folder for folder in path.parents if os.path.lexists(folder / ".git")), None)

"""The one way in which files of models are opened: whatever was there before, nothing but a regular file is read.

Between a look at a path and its opening another may come to be there: a pipe would be waited for without an end, a link
may lead out of the folder that was given.
"""

from __future__ import annotations

import os
import stat
from io import FileIO
from pathlib import Path

from logitcheck.errors import ErrorCode, UnreadableInputError

_WITHOUT_WAITING = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0)
"""Not to wait for whoever writes to a pipe; on a regular file that changes nothing."""


def regular(path: Path) -> FileIO:
    """Open a regular file for reading.

    Raises UnreadableInputError if it is none, OSError if it cannot be opened.
    """
    file = FileIO(path, opener=_opened)
    mode = os.fstat(file.fileno()).st_mode
    if stat.S_ISREG(mode):
        return file
    file.close()
    from logitcheck.loader import absent

    raise absent.special(mode)


def member(path: Path, folder: Path) -> FileIO:
    """Open a regular file that is in a folder, through links that stay in it at most.

    Raises UnreadableInputError if it is none, or if what was opened is not what is there.
    """
    refuse_link(path, folder)
    file = regular(path)
    if _is_below(file, path, folder):
        return file
    file.close()
    raise _leads_out(path)


def refuse_link(path: Path, folder: Path) -> None:
    """Refuse a member of a folder that is a link and leads out of it."""
    if path.is_symlink() and not leads_below(path, folder):
        raise _leads_out(path)


def leads_below(path: Path | str, folder: Path | str) -> bool:
    """Whether what a path leads to, through links or not, is in `folder`."""
    return os.path.realpath(path).startswith(os.path.realpath(folder).rstrip(os.sep) + os.sep)


def _opened(path: str, flags: int) -> int:
    return os.open(path, flags | _WITHOUT_WAITING)


def _is_below(file: FileIO, path: Path, folder: Path) -> bool:
    """Whether a file that is open is the one that is at a path in a folder."""
    real = os.path.realpath(path)
    try:
        now = os.stat(real)  # noqa: PTH116  beside fstat, of which pathlib has none
        return leads_below(real, folder) and os.path.samestat(now, os.fstat(file.fileno()))
    except OSError:
        return False


def _leads_out(path: Path) -> UnreadableInputError:
    message = f"{path.name} in the folder is a symbolic link that leads out of it, to {os.path.realpath(path)!r}."
    hint = "Links out of a folder are not followed: copy it with what they lead to (`cp -rL`), and give the copy."
    return UnreadableInputError(ErrorCode.LINK_OUTSIDE, message, hint)

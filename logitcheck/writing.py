"""Writes a file whole or not at all: whoever reads it meanwhile, or after a crash, finds the old one or the new one."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path


def write_text(path: Path, text: str) -> None:
    """Put `text` into the file at `path`, as UTF-8 with lone surrogates escaped; its folder must be there.

    What is no regular file (a device, a pipe) is written to as it is, and a link leads to the file that is replaced.
    Raises OSError if that does not work; then the old file is what it was.
    """
    raw = text.encode("utf-8", "backslashreplace")
    if path.exists() and not path.is_file():
        path.write_bytes(raw)  # and not where its links lead: behind /dev/stdout there may be a pipe without a path
        return
    target = Path(os.path.realpath(path))
    import tempfile

    handle, name = tempfile.mkstemp(prefix=f".{target.name[:50]}.", suffix=".part", dir=target.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(raw)
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(_mode_of(target))
        os.replace(name, target)  # noqa: PTH105  Path.replace returns what nobody needs
    except BaseException:
        with contextlib.suppress(OSError):
            Path(name).unlink()
        raise


def _mode_of(target: Path) -> int:
    """Give the permissions of the file there, or those that a new one has."""
    try:
        return target.stat().st_mode & 0o7777
    except FileNotFoundError:
        mask = os.umask(0)
        os.umask(mask)
        return 0o666 & ~mask

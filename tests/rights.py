"""The rights of a user whom permissions stop, for tests that run as root, whom none does."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

_NOBODY = 65534


@contextlib.contextmanager
def without_rights() -> Iterator[None]:
    """Be nobody for a while, if one is root."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(_NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


@contextlib.contextmanager
def open_to_all() -> Iterator[Path]:
    """Make a folder that nobody may enter, too, as he may not enter those of pytest."""
    with tempfile.TemporaryDirectory() as place:
        Path(place).chmod(0o755)
        yield Path(place)

"""Copies and compares stretches of files through a buffer, whatever their size is."""

from __future__ import annotations

import io
from pathlib import Path

from logitcheck.loader import opening
from logitcheck.writing import Draft

_BUFFER = 1 << 20


class CutOffError(Exception):
    """A file that ends before it should: it was changed while it was read."""


def opened(path: Path) -> io.BufferedReader:
    """Open a regular file; raises UnreadableInputError if something else has come to be there."""
    return io.BufferedReader(opening.regular(path))


def copied(file: io.BufferedReader, new: Draft, start: int, end: int) -> None:
    """Write the bytes of a file from `start` to `end` behind those of the new one."""
    file.seek(start)
    rest = end - start
    while rest > 0:
        block = file.read(min(_BUFFER, rest))
        if not block:
            raise CutOffError
        new.write(block)
        rest -= len(block)


def are_equal(one: io.BufferedReader, start: int, other: io.BufferedReader, other_start: int, length: int) -> bool:
    """Whether two files have the same bytes, each from its own place on."""
    one.seek(start)
    other.seek(other_start)
    rest = length
    while rest > 0:
        size = min(_BUFFER, rest)
        block = one.read(size)
        if len(block) < size or block != other.read(size):
            return False
        rest -= size
    return True

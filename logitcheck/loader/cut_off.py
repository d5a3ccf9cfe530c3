"""How long a zip archive should be at least, where its end is missing: told from the headers of its members.

Field offsets: APPNOTE.TXT of the zip format, 4.3.7 (local file header), 4.3.12 (entries of the table of contents),
4.3.14 to 4.3.16 (its end) and 4.5.3 (Zip64 extended information).
"""

from __future__ import annotations

import struct
from io import SEEK_END, BufferedReader
from pathlib import Path
from typing import BinaryIO

from logitcheck.errors import ErrorCode, UnreadableInputError
from logitcheck.loader import opening

_HEADER = struct.Struct("<4s5H3I2H")
_MOST_MEMBERS = 1000
_UNKNOWN_YET = 0x8
"""Flag of a member that was written to a stream: its size stands behind it."""

_IN_EXTRA = 0xFFFFFFFF
_END = b"PK\x05\x06"
_LISTED = b"PK\x01\x02"
_ENTRY = struct.Struct("<28x3H12x")
"""An entry of the table of contents; the lengths of its name, its extra fields and its comment."""

_BEFORE_END = 56 + 20
"""The records of Zip64 that may stand between the table of contents and the end."""

_LONGEST_END = 22 + (1 << 16)
"""The record that ends an archive, with its comment."""

FETCH_AGAIN = "Fetch or copy the file again, or save the model again: the save or the download did not come to its end."
"""What to do about a file whose end is missing."""


def refusal(path: Path) -> UnreadableInputError | None:
    """Make the error for the archive at `path` if its end is missing, with what ends it."""
    with opening.regular(path) as raw, BufferedReader(raw) as file:
        have = file.seek(0, SEEK_END)
        file.seek(max(0, have - _LONGEST_END))
        if _END in file.read():
            return None
        expected = _least_size(file, have)
        end = _end(file, expected)
    if end is not None:
        message = f"The zip archive ends at byte {end:,}, and {have - end:,} more follow that do not belong to it."
        return UnreadableInputError(ErrorCode.TRUNCATED, message, "Fetch or copy the file again.")
    if expected > have:
        sizes = f"it has {have:,} of more than {expected:,} bytes"
    else:
        sizes = f"it has {have:,} bytes, and the table of contents that ends every archive is not among them"
    return UnreadableInputError(ErrorCode.TRUNCATED, f"The zip archive is cut off: {sizes}.", FETCH_AGAIN)


def _least_size(file: BinaryIO, have: int) -> int:
    """Give where the last member ends whose header is there."""
    end = 0
    for _ in range(_MOST_MEMBERS):
        file.seek(end)
        raw = file.read(_HEADER.size)
        if len(raw) < _HEADER.size:
            break
        signature, _, flags, *_, packed, _, name_length, extra_length = _HEADER.unpack(raw)
        if signature != b"PK\x03\x04" or flags & _UNKNOWN_YET:
            break
        file.seek(name_length, 1)
        if packed == _IN_EXTRA:
            packed = _packed_size(file.read(extra_length))
        end += _HEADER.size + name_length + extra_length + packed
        if end > have:
            break
    return end


def _end(file: BinaryIO, start: int) -> int | None:
    """Give where the archive ends whose table of contents begins at `start`; None if that is not there as a whole."""
    at = start
    for _ in range(_MOST_MEMBERS):
        file.seek(at)
        raw = file.read(_ENTRY.size)
        if len(raw) < _ENTRY.size or not raw.startswith(_LISTED):
            break
        at += _ENTRY.size + sum(_ENTRY.unpack(raw))
    file.seek(at)
    rest = file.read(_BEFORE_END + 22)
    ends = rest.find(_END)
    if at == start or ends < 0 or len(rest) < ends + 22:
        return None
    return at + ends + 22 + int.from_bytes(rest[ends + 20 : ends + 22], "little")


def _packed_size(extra: bytes) -> int:
    """Read the size from the extra field of Zip64, which Keras gives the weights; 0 if it is not there."""
    while len(extra) >= 4:
        kind, size = struct.unpack_from("<2H", extra)
        if kind == 1 and size >= 16 and len(extra) >= 20:
            return int.from_bytes(extra[12:20], "little")
        extra = extra[4 + size :]
    return 0

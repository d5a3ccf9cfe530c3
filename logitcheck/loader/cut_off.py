"""How long a zip archive should be at least, where its end is missing: told from the headers of its members.

Field offsets: APPNOTE.TXT of the zip format, 4.3.7 (local file header) and 4.5.3 (Zip64 extended information).
"""

from __future__ import annotations

import struct
from pathlib import Path
from typing import BinaryIO

from logitcheck.errors import ErrorCode, UnreadableInputError

_HEADER = struct.Struct("<4s5H3I2H")
_MOST_MEMBERS = 1000
_UNKNOWN_YET = 0x8
"""Flag of a member that was written to a stream: its size stands behind it."""

_IN_EXTRA = 0xFFFFFFFF
_END = b"PK\x05\x06"
_LONGEST_END = 22 + (1 << 16)
"""The record that ends an archive, with its comment."""

FETCH_AGAIN = "Fetch or copy the file again, or save the model again: the save or the download did not come to its end."
"""What to do about a file whose end is missing."""


def refusal(path: Path) -> UnreadableInputError | None:
    """Make the error for the archive at `path` if its end is missing, with what ends it."""
    have = path.stat().st_size
    with path.open("rb") as file:
        file.seek(max(0, have - _LONGEST_END))
        if _END in file.read():
            return None
        expected = _least_size(file, have)
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


def _packed_size(extra: bytes) -> int:
    """Read the size from the extra field of Zip64, which Keras gives the weights; 0 if it is not there."""
    while len(extra) >= 4:
        kind, size = struct.unpack_from("<2H", extra)
        if kind == 1 and size >= 16 and len(extra) >= 20:
            return int.from_bytes(extra[12:20], "little")
        extra = extra[4 + size :]
    return 0

"""Writes an archive with another `config.json`; every other byte is copied, and only what says where it stands moves.

Nothing is unpacked, and all goes through a buffer: the size of an archive costs time, not memory.
"""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from logitcheck.fixing import archive_layout
from logitcheck.fixing.archive_layout import (
    END,
    END_64,
    LOCAL,
    LOCAL_SIGNATURE,
    LOCATOR_64,
    RECORD,
    TOO_LARGE,
    Layout,
    Member,
)
from logitcheck.fixing.archive_layout import StrangeArchiveError as Strange
from logitcheck.fixing.copying import copied, opened
from logitcheck.writing import Draft

_CONFIG = b"config.json"
_STORED, _DEFLATED = 0, 8
_DESCRIPTOR = 0x8
"""The flag of a member whose sizes stand behind its data."""

_FLAGS_AT_LOCAL, _SIZES_AT_LOCAL = 6, 14
_FLAGS_AT_RECORD, _SIZES_AT_RECORD, _HEADER_AT_RECORD = 8, 16, 42
_PLACE_AT_END, _PLACE_AT_END_64, _PLACE_AT_LOCATOR = 16, 48, 8
_SIZES = struct.Struct("<LLL")
"""Checksum, packed size and size, as they stand in a local header and in a record."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Piece:
    """`config.json` in an archive: the member, where its bytes begin and end, and its local header."""

    member: Member
    start: int
    end: int
    header: bytes


def write(source: Path, text: str, new: Draft) -> None:
    """Write the archive at `source` with another text for `config.json`.

    Raises StrangeArchiveError for an archive that is not to be copied piece by piece.
    """
    with opened(source) as file:
        layout = archive_layout.read(file)
        piece = find(file, layout)
        packed, raw = _packed(text, piece.member.method), text.encode("utf-8")
        numbers = (zlib.crc32(raw), len(packed), len(raw))
        header = _with_numbers(piece.header, numbers, _FLAGS_AT_LOCAL, _SIZES_AT_LOCAL, LOCAL.size + len(_CONFIG))
        shift = len(header) + len(packed) - (piece.end - piece.start)
        copied(file, new, 0, piece.start)
        new.write(header + packed)
        copied(file, new, piece.end, layout.directory)
        new.write(b"".join(_records(layout, piece.member, numbers, shift)) + _end(layout, shift))


def find(file: io.BufferedReader, layout: Layout) -> Piece:
    """Find `config.json`, and make sure that it stands apart from all other members, which are what they seem.

    Raises StrangeArchiveError if not.
    """
    config = _only_config(layout)
    header, end = _extent(file, config)
    end += _descriptor(file, config, end)
    for member in layout.members:
        if _is_dangerous(member.name):
            raise Strange(f"it has a member called {member.name.decode('utf-8', 'replace')[:80]!r}")
        _, other_end = _extent(file, member)
        if other_end > layout.directory:
            raise Strange("a member of it reaches into its list of members")
        if member is not config and config.header < other_end and member.header < end:
            raise Strange("members of it overlap")
    return Piece(member=config, start=config.header, end=end, header=header)


def _only_config(layout: Layout) -> Member:
    found = [member for member in layout.members if member.name == _CONFIG]
    if len(found) != 1:
        raise Strange(f"it has {len(found)} members called config.json")
    return found[0]


def _is_dangerous(name: bytes) -> bool:
    """Whether a name leads out of the folder that an archive is unpacked in: no Keras writes one."""
    parts = name.replace(b"\\", b"/").split(b"/")
    return b".." in parts or parts[0] == b"" or b":" in parts[0] or b"\0" in name


def _extent(file: io.BufferedReader, member: Member) -> tuple[bytes, int]:
    """Give the local header of a member, and where its data end."""
    file.seek(member.header)
    start = file.read(LOCAL.size)
    if len(start) < LOCAL.size or not start.startswith(LOCAL_SIGNATURE):
        raise Strange("a member of it is not where its list of members says")
    name_length, extra_length = LOCAL.unpack(start)[-2:]
    header = start + file.read(name_length + extra_length)
    if header[LOCAL.size : LOCAL.size + name_length] != member.name:
        raise Strange("a member of it is called otherwise in its list of members")
    return header, member.header + len(header) + member.packed


def _descriptor(file: io.BufferedReader, member: Member, end: int) -> int:
    """Tell how many bytes behind the data of a member repeat its sizes."""
    if not member.flags & _DESCRIPTOR:
        return 0
    file.seek(end)
    behind = file.read(24)
    for signature in (b"PK\x07\x08", b""):
        for sizes in ("<LLL", "<LQQ"):
            numbers = signature + struct.pack(sizes, member.checksum, member.packed, member.unpacked)
            if behind.startswith(numbers):
                return len(numbers)
    raise Strange("the sizes behind config.json are others than in its list of members")


def _packed(text: str, method: int) -> bytes:
    raw = text.encode("utf-8")
    if method == _STORED:
        return raw
    if method != _DEFLATED:
        raise Strange(f"config.json in it is compressed by method {method}")
    deflater = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return deflater.compress(raw) + deflater.flush()


def _with_numbers(raw: bytes, numbers: tuple[int, int, int], flags_at: int, sizes_at: int, extra_at: int) -> bytes:
    """Give a local header or a record with other numbers, which need not stand behind the data any more."""
    made = bytearray(raw)
    made[flags_at] &= ~_DESCRIPTOR & 0xFF
    _, packed, unpacked = _SIZES.unpack_from(raw, sizes_at)
    large = archive_layout.zip64_spans(raw[extra_at : extra_at + _length_of_extra(raw)], [unpacked, packed])
    for number, at in zip((numbers[2], numbers[1]), large, strict=True):
        if at is not None:
            made[extra_at + at : extra_at + at + 8] = number.to_bytes(8, "little")
    shown = [TOO_LARGE if at is not None else number for number, at in zip(numbers[:0:-1], large, strict=True)]
    _SIZES.pack_into(made, sizes_at, numbers[0], shown[1], shown[0])
    return bytes(made)


def _length_of_extra(raw: bytes) -> int:
    """Tell how many bytes of extra data a local header or a record has."""
    if raw.startswith(LOCAL_SIGNATURE):
        return int.from_bytes(raw[28:30], "little")
    return int.from_bytes(raw[30:32], "little")


def _records(layout: Layout, config: Member, numbers: tuple[int, int, int], shift: int) -> Iterator[bytes]:
    """Give the records of the central directory; those of members behind `config.json` say where they stand now."""
    for member in layout.members:
        record = member.record
        if member is config:
            record = _with_numbers(record, numbers, _FLAGS_AT_RECORD, _SIZES_AT_RECORD, RECORD.size + len(member.name))
        yield record if member.header <= config.header else _moved(record, member, shift)


def _moved(record: bytes, member: Member, shift: int) -> bytes:
    """Give a record that says that its member stands `shift` bytes further behind."""
    made = bytearray(record)
    place = member.relative + shift
    _, packed, unpacked = _SIZES.unpack_from(record, _SIZES_AT_RECORD)
    (shown,) = struct.unpack_from("<L", record, _HEADER_AT_RECORD)
    extra_at = RECORD.size + len(member.name)
    extra = record[extra_at : extra_at + _length_of_extra(record)]
    at = archive_layout.zip64_spans(extra, [unpacked, packed, shown])[2]
    if at is not None:
        made[extra_at + at : extra_at + at + 8] = place.to_bytes(8, "little")
    else:
        struct.pack_into("<L", made, _HEADER_AT_RECORD, _fitting(place))
    return bytes(made)


def _end(layout: Layout, shift: int) -> bytes:
    """Give the last records, with the central directory where it is now; its length is the same."""
    made = bytearray(layout.end)
    last = 0
    if not made.startswith(archive_layout.END_SIGNATURE):  # a zip64 record and its locator stand before it
        last = END_64.size + LOCATOR_64.size
        struct.pack_into("<Q", made, _PLACE_AT_END_64, layout.relative + shift)
        (record,) = struct.unpack_from("<Q", made, END_64.size + _PLACE_AT_LOCATOR)
        struct.pack_into("<Q", made, END_64.size + _PLACE_AT_LOCATOR, record + shift)
    if END.unpack_from(made, last)[6] != TOO_LARGE:
        struct.pack_into("<L", made, last + _PLACE_AT_END, _fitting(layout.relative + shift))
    return bytes(made)


def _fitting(place: int) -> int:
    if place >= TOO_LARGE:
        raise Strange("its members would reach beyond 4 GiB, for which it has no room in its list of members")
    return place

"""Archives of every shape that zip programs make, written byte by byte where zipfile would not write them."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from dataclasses import dataclass, field
from pathlib import Path

LOCAL, RECORD, END = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"
MAX = 0xFFFFFFFF


@dataclass(frozen=True)
class Entry:
    """A member as it is written.

    descriptor: bytes of the sizes behind the data (0, 12, 16, 20 or 24). zip64: whether sizes stand in extra data only.
    gap: bytes behind it that belong to nobody. record_extra: extra data in the central directory.
    """

    name: str
    data: bytes
    method: int = zipfile.ZIP_STORED
    extra: bytes = b""
    record_extra: bytes = b""
    comment: bytes = b""
    descriptor: int = 0
    zip64: bool = False
    zip64_place: bool = False
    gap: bytes = b""
    flags: int = 0


@dataclass(frozen=True)
class Archive:
    """An archive: members in the order they are stored, the order they are listed in, what is before and behind."""

    entries: list[Entry]
    listed: list[int] = field(default_factory=list)
    prefix: bytes = b""
    comment: bytes = b""
    zip64_end: bool = False


def packed(entry: Entry) -> bytes:
    """The data of a member as stored."""
    if entry.method == zipfile.ZIP_STORED:
        return entry.data
    deflater = zlib.compressobj(9, zlib.DEFLATED, -15)
    return deflater.compress(entry.data) + deflater.flush()


def written(archive: Archive) -> bytes:
    """The archive as bytes."""
    out = io.BytesIO()
    places = []
    for entry in archive.entries:
        places.append(out.tell())
        out.write(_local(entry) + packed(entry) + _descriptor(entry) + entry.gap)
    start = out.tell()
    for at in archive.listed or range(len(archive.entries)):
        out.write(_record(archive.entries[at], places[at]))
    out.write(_end(archive, start, out.tell() - start))
    return archive.prefix + out.getvalue()


def _flags(entry: Entry) -> int:
    utf8 = 0 if entry.name.isascii() else 0x800
    return entry.flags | utf8 | (0x8 if entry.descriptor else 0)


def _sizes(entry: Entry) -> tuple[int, int, int]:
    return zlib.crc32(entry.data), len(packed(entry)), len(entry.data)


def _local(entry: Entry) -> bytes:
    name, (crc, small, large) = entry.name.encode(), _sizes(entry)
    extra = entry.extra
    if entry.zip64:
        extra = struct.pack("<HHQQ", 1, 16, 0 if entry.descriptor else large, 0 if entry.descriptor else small) + extra
    if entry.descriptor:
        crc = small = large = 0
    if entry.zip64:
        small = large = MAX
    numbers = (20, _flags(entry), entry.method, 0x6020, 0x5A21, crc, small, large, len(name), len(extra))
    return LOCAL + struct.pack("<5H3L2H", *numbers) + name + extra


def _descriptor(entry: Entry) -> bytes:
    if not entry.descriptor:
        return b""
    numbers = struct.pack("<LQQ" if entry.descriptor in {20, 24} else "<LLL", *_sizes(entry))
    return (b"PK\x07\x08" if entry.descriptor in {16, 24} else b"") + numbers


def _record(entry: Entry, place: int) -> bytes:
    name, (crc, small, large) = entry.name.encode(), _sizes(entry)
    wide = (struct.pack("<QQ", large, small) if entry.zip64 else b"") + (
        struct.pack("<Q", place) if entry.zip64_place else b""
    )
    extra = entry.record_extra + (struct.pack("<HH", 1, len(wide)) + wide if wide else b"")
    if entry.zip64:
        small = large = MAX
    shown = MAX if entry.zip64_place else place
    numbers = (0x314, 45, _flags(entry), entry.method, 0x6020, 0x5A21, crc, small, large, len(name), len(extra))
    more = (len(entry.comment), 0, 1, 0x81A40000, shown)
    return RECORD + struct.pack("<6H3L2H", *numbers) + struct.pack("<3H2L", *more) + name + extra + entry.comment


def _end(archive: Archive, start: int, length: int) -> bytes:
    count = len(archive.listed or archive.entries)
    wide = b""
    shown = (count, count, length, start)
    if archive.zip64_end:
        wide = b"PK\x06\x06" + struct.pack("<Q2H2L4Q", 44, 45, 45, 0, 0, count, count, length, start)
        wide += b"PK\x06\x07" + struct.pack("<LQL", 0, start + length, 1)
        shown = (0xFFFF, 0xFFFF, MAX, MAX)
    return wide + END + struct.pack("<2H", 0, 0) + struct.pack("<2H2LH", *shown, len(archive.comment)) + archive.comment


def members(path: Path) -> dict[str, tuple[object, ...]]:
    """Everything that an independent reader says of the members, with their bytes as stored."""
    raw = path.read_bytes()
    found: dict[str, tuple[object, ...]] = {}
    with zipfile.ZipFile(path) as archive:
        for number, info in enumerate(archive.infolist()):
            at = info.header_offset
            name_length, extra_length = struct.unpack_from("<HH", raw, at + 26)
            end = at + 30 + name_length + extra_length + info.compress_size
            facts = (info.date_time, info.compress_type, info.comment, info.create_system, info.external_attr)
            found[f"{number} {info.filename}"] = (*facts, info.flag_bits, info.CRC, info.file_size, raw[at:end])
    return found

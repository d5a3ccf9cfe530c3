"""Where everything in a zip archive stands, byte by byte: what zipfile reads, but does not tell.

APPNOTE.TXT of PKWARE, 4.3 to 4.5: local headers with their data, the central directory, the records at the end.
"""

from __future__ import annotations

import io
import struct
from dataclasses import dataclass

LOCAL = struct.Struct("<4s5HLLLHH")
"""Local header: signature, version, flags, method, time, date, CRC, packed size, size, lengths of name and extra."""

RECORD = struct.Struct("<4s4B4HLLLHHHHHLL")
"""Record of the central directory; the last number is where the local header stands."""

END = struct.Struct("<4s4H2LH")
"""The last record: disks, counts, size and place of the central directory, length of the comment."""

END_64 = struct.Struct("<4sQ2H2L4Q")
LOCATOR_64 = struct.Struct("<4sLQL")

LOCAL_SIGNATURE, RECORD_SIGNATURE, END_SIGNATURE = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"
_END_64_SIGNATURE, _LOCATOR_SIGNATURE = b"PK\x06\x06", b"PK\x06\x07"

TOO_LARGE = 0xFFFFFFFF
"""What stands for a number that has its true value in the zip64 field of the extra data."""

_LONGEST_COMMENT = 0xFFFF
_LONGEST_DIRECTORY = 4 << 20
_ZIP64 = 1


class StrangeArchiveError(Exception):
    """An archive that is not laid out as Keras and zip programs do; the message says what is strange about it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Member:
    """A member of an archive.

    name: as stored. record: its bytes in the central directory. header: where its local header stands in the file, and
    `relative` as its record has it. packed, unpacked: sizes of its data.
    """

    name: bytes
    record: bytes
    header: int
    relative: int
    packed: int
    unpacked: int
    checksum: int
    flags: int
    method: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Layout:
    """An archive: its members in the order of the central directory, which begins at `directory`.

    relative: where the directory stands as the last record has it. end: the records and the comment behind it.
    """

    members: tuple[Member, ...]
    directory: int
    relative: int
    end: bytes


def read(file: io.BufferedReader) -> Layout:
    """Read the layout of an archive.

    Raises StrangeArchiveError for one that is not to be copied piece by piece.
    """
    size = file.seek(0, io.SEEK_END)
    last = _last_record(file, size)
    _, disk, first_disk, _, count, length, relative, comment = END.unpack_from(last)
    if len(last) != END.size + comment:
        raise StrangeArchiveError("there are bytes behind its end")
    end = size - len(last)
    numbers = _zip64_numbers(file, end)
    if numbers is not None:
        disk, first_disk, count, length, relative = numbers
        end -= END_64.size + LOCATOR_64.size
    elif TOO_LARGE in {length, relative} or count == 0xFFFF:
        raise StrangeArchiveError("its last record points to a zip64 record that is not there")
    directory = end - length
    if disk or first_disk or length > _LONGEST_DIRECTORY or directory < relative:
        raise StrangeArchiveError("its list of members is not where its last record says")
    file.seek(directory)
    listed = file.read(length)
    members = tuple(_members(listed, directory - relative, directory))
    if len(members) != count:
        raise StrangeArchiveError("it does not list as many members as it says")
    file.seek(end)
    return Layout(members=members, directory=directory, relative=relative, end=file.read())


def _last_record(file: io.BufferedReader, size: int) -> bytes:
    """Give the last record with the comment behind it, as zipfile finds it."""
    file.seek(max(0, size - END.size))
    tail = file.read()
    if tail.startswith(END_SIGNATURE) and tail.endswith(b"\0\0") and len(tail) == END.size:
        return tail
    file.seek(max(0, size - END.size - _LONGEST_COMMENT))
    tail = file.read()
    at = tail.rfind(END_SIGNATURE)
    if at < 0 or len(tail) - at < END.size:
        raise StrangeArchiveError("it has no end")
    return tail[at:]


def _zip64_numbers(file: io.BufferedReader, end: int) -> tuple[int, int, int, int, int] | None:
    """Read disks, count, size and place of the directory in the zip64 record before the last one, if there is one."""
    if end < END_64.size + LOCATOR_64.size:
        return None
    file.seek(end - END_64.size - LOCATOR_64.size)
    raw = file.read(END_64.size + LOCATOR_64.size)
    if not raw.startswith(_LOCATOR_SIGNATURE, END_64.size):
        return None
    signature, length, _, _, disk, first_disk, _, count, size, relative = END_64.unpack_from(raw)
    if signature != _END_64_SIGNATURE or length != END_64.size - 12:
        raise StrangeArchiveError("its zip64 record is not where the locator says")
    return disk, first_disk, count, size, relative


def _members(listed: bytes, prefix: int, directory: int) -> list[Member]:
    """Read the central directory; `prefix` bytes stand before the archive itself."""
    members: list[Member] = []
    at = 0
    while at < len(listed):
        if len(listed) - at < RECORD.size or not listed.startswith(RECORD_SIGNATURE, at):
            raise StrangeArchiveError("its list of members is damaged")
        fields = RECORD.unpack_from(listed, at)
        length = RECORD.size + sum(fields[12:15])
        record = listed[at : at + length]
        member = _member(record, fields, prefix)
        if len(record) < length or not prefix <= member.header <= directory - LOCAL.size:
            raise StrangeArchiveError("a member of it is outside")
        members.append(member)
        at += length
    return members


def _member(record: bytes, fields: tuple[int, ...], prefix: int) -> Member:
    flags, method, checksum, packed, unpacked, relative = *fields[5:7], *fields[9:12], fields[18]
    name_end = RECORD.size + fields[12]
    spans = zip64_spans(record[name_end : name_end + fields[13]], [unpacked, packed, relative])
    unpacked, packed, relative = (
        number if at is None else int.from_bytes(record[name_end + at : name_end + at + 8], "little")
        for number, at in zip((unpacked, packed, relative), spans, strict=True)
    )
    return Member(
        name=record[RECORD.size : name_end],
        record=record,
        header=prefix + relative,
        relative=relative,
        packed=packed,
        unpacked=unpacked,
        checksum=checksum,
        flags=flags,
        method=method,
    )


def zip64_spans(extra: bytes, numbers: list[int]) -> list[int | None]:
    """Tell where in extra data the true value of each number stands that is too large for its field; None if it is not.

    numbers: size, packed size and, in the central directory, the place of the header, in this order.
    """
    if TOO_LARGE not in numbers:
        return [None] * len(numbers)
    at = 0
    while at + 4 <= len(extra):
        kind, length = struct.unpack_from("<HH", extra, at)
        if kind == _ZIP64:
            found: list[int | None] = []
            inside = at + 4
            for number in numbers:
                found.append(inside if number == TOO_LARGE else None)
                inside += 8 if number == TOO_LARGE else 0
            if inside > at + 4 + length or inside > len(extra):
                break
            return found
        at += 4 + length
    raise StrangeArchiveError("a size in it is given as too large, and nowhere else")

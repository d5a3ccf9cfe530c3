"""Protocol buffers of untrusted files, without their schema: fields by number, read where they are asked for.

A message is a span of the file. Nothing is held of it but the window that was read last, so that skipping a field costs
nothing, however long it is; every length is checked against the message it stands in, and a budget bounds the work.
Source: the encoding guide of Protocol Buffers.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Sequence
from typing import BinaryIO

from logitcheck.errors import ErrorCode, UnreadableInputError
from logitcheck.loader import document

MOST_LOOKS = 300_000
"""Fields looked at and texts read in one file, more than a second of work; a subclassed EfficientNetB0 takes 31,000."""

LONGEST_NAME = 1 << 16
"""Bytes of one name; TensorFlow makes long ones of nested scopes, of a few hundred."""

_OCTETS_OF_A_LOOK = 128
"""Bytes that are read and kept for the price of a look: 40 MB of a file at most."""

_WINDOW = 1 << 13
_LONGEST_NUMBER = 10
_LONGEST_HEAD = 2 * _LONGEST_NUMBER
"""Bytes that the number of a field and its length may take."""

_VARINT, _LENGTH = 0, 2
_FIXED = {1: 8, 5: 4}
"""Wire type -> bytes; groups (3 and 4) have not been written since proto2."""

_MASK = (1 << 64) - 1


class Wire:
    """A file of one protocol buffer that is open for reading.

    name: how messages to the user call it.
    """

    def __init__(self, file: BinaryIO, name: str) -> None:
        self.name = name
        self.size = file.seek(0, io.SEEK_END)
        self._budget = MOST_LOOKS
        self._file = file
        self._data = b""
        self._base = 0

    def message(self) -> Message:
        """Give the file as a message.

        Raises UnreadableInputError if its fields do not end where it does.
        """
        return Message(self, 0, self.size).checked()

    def window(self, start: int, end: int) -> tuple[bytes, int]:
        """Give bytes of the file that hold the few from `start` to `end`, and where in the file they begin."""
        if start < self._base or end > self._base + len(self._data):
            self._file.seek(start)
            self._data = self._file.read(_WINDOW)
            self._base = start
            if end > start + len(self._data):
                raise self.damaged(start)
        return self._data, self._base

    def read(self, start: int, end: int) -> bytes:
        """Read the bytes from `start` to `end`."""
        if end - start <= _WINDOW:
            data, base = self.window(start, end)
            return data[start - base : end - base]
        self._file.seek(start)
        data = self._file.read(end - start)
        if len(data) < end - start:
            raise self.damaged(start)
        return data

    def spend(self, looks: int = 1) -> None:
        """Count more looks at fields.

        Raises UnreadableInputError once they are too many.
        """
        self._budget -= looks
        if self._budget < 0:
            message = f"{self.name} has more parts than the SavedModel of any model."
            raise UnreadableInputError(ErrorCode.TOO_LARGE, message, document.HOSTILE)

    def damaged(self, at: int) -> UnreadableInputError:
        """Make the error for bytes that are no protocol buffer."""
        message = f"{self.name} is cut off or damaged: what follows byte {at:,} of its {self.size:,} makes no sense."
        return UnreadableInputError(ErrorCode.TRUNCATED, message, "Fetch or copy the file again.")


class Message:
    """A span of a file: a message, a text, or packed numbers; only who reads it knows.

    A message is read to its end before anything of it is used, since what stands later counts: of a field that should
    be there once, and is there again, the last number or text is its value.
    """

    __slots__ = ("_found", "end", "start", "wire")

    def __init__(self, wire: Wire, start: int, end: int) -> None:
        self.wire = wire
        self.start = start
        self.end = end
        self._found: dict[int, list[int | Message]] | None = None

    def fields(self) -> Iterator[tuple[int, int | Message]]:
        """Every field in the order of the file: its number, and an integer as it is on the wire or a span of bytes.

        Raises UnreadableInputError where the bytes are no protocol buffer, or the fields are too many.
        """
        wire, at, end = self.wire, self.start, self.end
        data, base = b"", at
        while at < end:
            data, base = self._look(data, base, at)
            key, at = self._number(data, base, at)
            kind = key & 7
            if key < 8:  # no field has the number 0
                raise wire.damaged(at)
            if kind == _LENGTH:
                length, at = self._number(data, base, at)
                if length > end - at:
                    raise wire.damaged(at)
                yield key >> 3, Message(wire, at, at + length)
                at += length
            elif kind == _VARINT:
                value, at = self._number(data, base, at)
                yield key >> 3, value
            elif kind in _FIXED and at + _FIXED[kind] <= end:
                start = at - base
                yield key >> 3, int.from_bytes(data[start : start + _FIXED[kind]], "little")
                at += _FIXED[kind]
            else:
                raise wire.damaged(at)

    def checked(self) -> Message:
        """Give the message, whose own fields end where it does: what is wanted of one that is cut may stand before.

        Raises UnreadableInputError if they do not.
        """
        self.values(0)
        return self

    def packed(self) -> Iterator[int]:
        """Every one of the variable-length integers that the span consists of."""
        data, base, at = b"", self.start, self.start
        while at < self.end:
            data, base = self._look(data, base, at)
            value, at = self._number(data, base, at)
            yield signed(value)

    def values(self, number: int) -> Sequence[int | Message]:
        """Every value of a field, in the order of the file."""
        if self._found is None:
            self._found = {}
            for at, value in self.fields():
                self._found.setdefault(at, []).append(value)
        return self._found.get(number, ())

    def messages(self, number: int) -> Sequence[Message]:
        """Every value of a field that is a span of bytes."""
        return [value for value in self.values(number) if isinstance(value, Message)]

    def message(self, number: int) -> Message | None:
        """Give the value of a field that is a message, and is there once if at all.

        Raises UnreadableInputError if it is there twice: protobuf merges the two field by field, which takes their
        schema, and nothing writes them so.
        """
        found = self.messages(number)
        if len(found) > 1:
            raise self.wire.damaged(found[1].start)
        return found[0] if found else None

    def only(self, numbers: Iterable[int]) -> tuple[int, int | Message] | None:
        """Give the one field of several that is there, as of a `oneof`, with its number.

        Raises UnreadableInputError if there are two.
        """
        found = [(number, value) for number in numbers for value in self.values(number)]
        if len(found) > 1:
            raise self.wire.damaged(self.start)
        return found[0] if found else None

    def first(self, number: int) -> Message | None:
        """Give the first value of a field that is a span of bytes, without reading on.

        For names by which many messages are found: of the few that are used, `text` tells whether it is the last.
        """
        return next((value for at, value in self.fields() if at == number and isinstance(value, Message)), None)

    def first_text(self, number: int) -> str:
        """Give the first value of a field that is a text, without reading on."""
        found = self.first(number)
        return found.as_text() if found is not None else ""

    def text(self, number: int) -> str:
        """Give the value of a field that is a text; an empty one is not stored."""
        found = self.messages(number)
        return found[-1].as_text() if found else ""

    def integer(self, number: int) -> int:
        """Give the value of a field that is an integer or a truth value; zero is not stored."""
        found = [value for value in self.values(number) if isinstance(value, int)]
        return signed(found[-1]) if found else 0

    def integers(self, number: int) -> Iterator[int]:
        """Every value of a repeated field of integers, packed as proto3 writes them or one by one."""
        for value in self.values(number):
            if isinstance(value, int):
                yield signed(value)
            else:
                yield from value.packed()

    def entries(self, number: int) -> Iterator[tuple[str, Message]]:
        """Every entry of a map from texts to messages; of those with the same text, the last one counts."""
        for entry in self.messages(number):
            value = entry.message(2)
            if value is not None:
                yield entry.text(1), value

    def as_bytes(self) -> bytes:
        """Read the span.

        Raises UnreadableInputError if it is larger than any model config, or too much of the file was read before.
        """
        size = self.end - self.start
        self.wire.spend(1 + size // _OCTETS_OF_A_LOOK)
        return self.wire.read(self.start, self.end)

    def as_document(self) -> bytes:
        """Read the span, which holds a document, if it is not larger than any model config."""
        size = self.end - self.start
        if size > document.LARGEST:
            document.refuse_size(size, f"a part of {self.wire.name}")
        return self.wire.read(self.start, self.end)

    def as_text(self) -> str:
        """Read the span as a name in UTF-8.

        Raises UnreadableInputError if it is none, since TensorFlow reads no such text either, or longer than any.
        """
        size = self.end - self.start
        if size > LONGEST_NAME:
            message = f"{self.wire.name} holds a name of {size:,} bytes, as no model does."
            raise UnreadableInputError(ErrorCode.TOO_LARGE, message, document.HOSTILE)
        try:
            return self.as_bytes().decode("utf-8")
        except UnicodeDecodeError as error:
            raise self.wire.damaged(self.start + error.start) from error

    def _look(self, data: bytes, base: int, at: int) -> tuple[bytes, int]:
        """Count a look at what begins at `at`; give bytes that hold its head, and where in the file they begin."""
        self.wire.spend()
        if at + _LONGEST_HEAD <= base + len(data):
            return data, base
        return self.wire.window(at, min(self.end, at + _LONGEST_HEAD))

    def _number(self, data: bytes, base: int, at: int) -> tuple[int, int]:
        """Read the variable-length number at `at`, which `data` holds; give it and where the next byte is."""
        end = min(self.end, at + _LONGEST_NUMBER)
        value = shift = 0
        while at < end:
            byte = data[at - base]
            at += 1
            if byte < 0x80:
                return (value | byte << shift) & _MASK, at
            value |= (byte & 0x7F) << shift
            shift += 7
        raise self.wire.damaged(at)


def signed(value: int) -> int:
    """Give the number that a negative one, which is written as 2^64 more, stands for."""
    return value - (1 << 64) if value >> 63 else value

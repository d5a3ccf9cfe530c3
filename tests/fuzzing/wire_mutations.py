"""Damage to protocol buffers: fields gone, doubled, moved and renumbered, and lengths and integers that lie."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from tests.saved_models import span, varint

Field = tuple[int, int, bytes]
"""The number of a field, its wire type, and its content without the length before it."""

_SIZES = {1: 8, 5: 4}


def fields(raw: bytes) -> Iterator[Field]:
    """The fields of a message; raises ValueError or IndexError if it is none."""
    at = 0
    while at < len(raw):
        key, at = _varint(raw, at)
        kind = key & 7
        start = at
        if kind == 0:
            _, at = _varint(raw, at)
        elif kind == 2:
            size, start = _varint(raw, at)
            at = start + size
        else:
            at += _SIZES[kind] if kind in _SIZES else len(raw) + 1
        if at > len(raw) or not key >> 3:
            raise ValueError
        yield key >> 3, kind, raw[start:at]


def find(raw: bytes, *path: int) -> bytes:
    """The content of the last field at a path of numbers, which is the one that counts; IndexError if there is none."""
    for number in path:
        raw = every(raw, number)[-1]
    return raw


def every(raw: bytes, number: int) -> list[bytes]:
    """The content of every field of a number."""
    return [content for found, kind, content in fields(raw) if (found, kind) == (number, 2)]


def mutate(raw: bytes, random: Random, depth: int = 0) -> bytes:
    """The message with one piece of damage, in it or in a message in it."""
    found = list(fields(raw))
    if not found:
        return b"\x08\x01"
    at = random.randrange(len(found))
    if depth < 12 and found[at][1] == 2 and random.random() < 0.8:
        try:
            inner = mutate(found[at][2], random, depth + 1)
        except (ValueError, IndexError):
            inner = found[at][2]
        if inner != found[at][2]:
            found[at] = (found[at][0], 2, inner)
            return b"".join(map(written, found))
    return _damaged(found, at, random)


def _damaged(found: list[Field], at: int, random: Random) -> bytes:
    number, kind, content = found[at]
    match random.randrange(7):
        case 0:
            del found[at]
        case 1:
            found[at:at] = [found[at]] * random.choice((1, 2, 60))
        case 2:
            found[at] = (random.choice((1, 2, 3, 4, 5, 7, 10, number + 1, 1 << 20)), kind, content)
        case 3:
            found.insert(random.randrange(len(found)), found.pop(at))
        case 4:
            found[at] = (number, 0, varint(random.choice((0, 1, 1 << 31, 1 << 63, (1 << 64) - 1))))
        case 5:  # a length that lies
            lie = random.choice((0, len(content) + 1, 1 << 31, (1 << 64) - 1))
            before, after = b"".join(map(written, found[:at])), b"".join(map(written, found[at + 1 :]))
            return before + varint(number << 3 | 2) + varint(lie) + content + after
        case _:
            nested = content
            for _ in range(random.choice((1, 3, 200))):
                nested = span(number, nested)
            found[at] = (number, 2, nested)
    return b"".join(map(written, found))


def written(field: Field) -> bytes:
    number, kind, content = field
    return span(number, content) if kind == 2 else varint(number << 3 | kind) + content


def _varint(raw: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = raw[at]
        at += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return value, at
        if shift > 63:
            raise ValueError

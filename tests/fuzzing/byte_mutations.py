"""Damage that knows nothing of what it damages: bits, bytes, pieces and ends."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from random import Random

_KEY = re.compile(rb'"([a-z_]{2,40})" ?:')
_INTERESTING = (0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0xFFFFFFFF, 0xFFFFFFFFFFFFFFFF)


def mutate(raw: bytes, others: Sequence[bytes], random: Random) -> bytes:
    """The bytes with one to eight pieces of damage; `others` are files to take pieces of."""
    damaged = bytearray(raw)
    for _ in range(random.choice((1, 1, 1, 2, 3, 8))):
        random.choice(_DAMAGES)(damaged, others, random)
    return bytes(damaged)


def _place(raw: bytearray, random: Random) -> int:
    """A place in a file; often one where the headers are, at the start or at the end."""
    if not raw:
        return 0
    reach = random.choice((len(raw), len(raw), 64, 2048))
    at = random.randrange(min(reach, len(raw)))
    return at if random.random() < 0.7 else len(raw) - 1 - at


def _flip_bit(raw: bytearray, _: Sequence[bytes], random: Random) -> None:
    if raw:
        raw[_place(raw, random)] ^= 1 << random.randrange(8)


def _flip_in_key(raw: bytearray, _: Sequence[bytes], random: Random) -> None:
    """Flip a bit of a key of JSON, where a file holds some that is not compressed."""
    found = list(_KEY.finditer(raw))
    if found:
        start, end = random.choice(found).span(1)
        raw[random.randrange(start, end)] ^= 1 << random.randrange(7)


def _set_byte(raw: bytearray, _: Sequence[bytes], random: Random) -> None:
    if raw:
        raw[_place(raw, random)] = random.choice((0, 0xFF, 0x22, 0x5C, 0x7B, random.randrange(256)))


def _set_number(raw: bytearray, _: Sequence[bytes], random: Random) -> None:
    size = random.choice((2, 4, 8))
    at = _place(raw, random)
    raw[at : at + size] = (random.choice(_INTERESTING) & ((1 << 8 * size) - 1)).to_bytes(size, "little")


def _cut(raw: bytearray, _: Sequence[bytes], random: Random) -> None:
    del raw[_place(raw, random) :]


def _remove(raw: bytearray, _: Sequence[bytes], random: Random) -> None:
    at = _place(raw, random)
    del raw[at : at + random.choice((1, 4, 64, 1024))]


def _repeat(raw: bytearray, _: Sequence[bytes], random: Random) -> None:
    at = _place(raw, random)
    raw[at:at] = raw[at : at + random.choice((1, 8, 256))] * random.choice((1, 2, 50))


def _overwrite(raw: bytearray, others: Sequence[bytes], random: Random) -> None:
    """Put a piece of another file over this one."""
    other = random.choice(others)
    size = random.choice((4, 64, 1024))
    start, at = random.randrange(len(other)), _place(raw, random)
    raw[at : at + size] = other[start : start + size]


_DAMAGES: tuple[Callable[[bytearray, Sequence[bytes], Random], None], ...] = (
    _flip_bit,
    _flip_bit,
    _flip_in_key,
    _flip_in_key,
    _set_byte,
    _set_byte,
    _set_number,
    _cut,
    _remove,
    _repeat,
    _overwrite,
)

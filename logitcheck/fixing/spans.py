"""Finds one value in the text of a JSON document and replaces it, so that every other byte of the text stays."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import NamedTuple

Place = tuple[str | int, ...]
"""Where a value stands in a document: keys of objects and positions in lists, from the outside in."""

_SPACE = re.compile(r"[ \t\n\r]*")
_DECODER = json.JSONDecoder()


class NoSuchPlaceError(Exception):
    """A place that a document does not have, or has twice."""


class _Child(NamedTuple):
    """A value in an object or a list: its key or position, and where its text begins and ends."""

    step: str | int
    start: int
    end: int


def replaced(text: str, place: Place, value: object) -> str:
    """Give the text with another value at a place; a last key that its object lacks is added behind the others.

    The text must be valid JSON. Raises NoSuchPlaceError if the place is not there, or a key on the way is there twice.
    """
    written = json.dumps(value)
    start, end = _span(text, place[:-1])
    if not place:
        return f"{text[:start]}{written}{text[end:]}"
    children = list(_children(text, start))
    found = [child for child in children if child.step == place[-1]]
    if len(found) == 1:
        return f"{text[: found[0].start]}{written}{text[found[0].end :]}"
    if found or not isinstance(place[-1], str) or text[start] != "{":
        raise NoSuchPlaceError(place)
    behind = children[-1].end if children else start + 1
    comma = ", " if children else ""
    return f"{text[:behind]}{comma}{json.dumps(place[-1])}: {written}{text[behind:]}"


def _span(text: str, place: Place) -> tuple[int, int]:
    """Tell where the value at a place begins and ends."""
    start = _behind_space(text, 0)
    for step in place:
        found = [child.start for child in _children(text, start) if child.step == step]
        if len(found) != 1:
            raise NoSuchPlaceError(place)
        start = found[0]
    return start, _end(text, start)


def _children(text: str, start: int) -> Iterator[_Child]:
    """Give what an object or a list holds; nothing for other values."""
    if text[start] not in "{[":
        return
    is_object = text[start] == "{"
    at = _behind_space(text, start + 1)
    position = 0
    while text[at] not in "}]":
        step: str | int = position
        if is_object:
            step, at = _DECODER.raw_decode(text, at)
            at = _behind_space(text, _behind_space(text, at) + 1)  # the colon
        end = _end(text, at)
        yield _Child(step, at, end)
        position += 1
        at = _behind_space(text, end)
        if text[at] == ",":
            at = _behind_space(text, at + 1)


def _end(text: str, start: int) -> int:
    return _DECODER.raw_decode(text, start)[1]


def _behind_space(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    assert found is not None
    return found.end()

"""Narrowing of raw JSON: every access to a field of a hostile file goes through a function that checks its type."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from logitcheck.model import LARGEST_SIZE, Shape

LONGEST_LABEL = 200
"""Characters of a name that is shown; the longest names of classes, functions and layers have half as many."""

HIGHEST_RANK = 64
"""Axes of a tensor; no backend of Keras has more."""


def mapping(value: object) -> Mapping[str, object]:
    """Give `value` if it is a JSON object, else an empty one."""
    return cast("dict[str, object]", value) if isinstance(value, dict) else {}


def sequence(value: object) -> list[object]:
    """Give `value` if it is a JSON array, else an empty one."""
    return value if isinstance(value, list) else []


def text(value: object) -> str | None:
    """Give `value` if it is a string, else None."""
    return value if isinstance(value, str) else None


def label(value: object) -> str | None:
    """Give `value` if it is a string, cut to a length that can be shown, else None.

    For names that are looked up in tables of ours and shown: none of those is as long.
    """
    if not isinstance(value, str):
        return None
    return value if len(value) <= LONGEST_LABEL else value[:LONGEST_LABEL] + "…"


def integer(value: object) -> int | None:
    """Give `value` if it is a whole number of sane size, else None; `True` is no number."""
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return value if abs(value) <= LARGEST_SIZE else None


def boolean(value: object) -> bool | None:
    """Give `value` if it is true or false, else None."""
    return value if isinstance(value, bool) else None


def shape(value: object) -> Shape | None:
    """Read a static shape: a list of sizes and nulls, or the object that SavedModel and old configs wrap it in."""
    if value is None:
        return None
    if isinstance(value, dict):
        value = value.get("items", value.get("value"))
    if not isinstance(value, (list, tuple)) or len(value) > HIGHEST_RANK:
        return None
    sizes = [size if size is None else integer(size) for size in value]
    if any(size is None and raw is not None for size, raw in zip(sizes, value, strict=True)):
        return None
    return tuple(size if size is None or size >= 0 else None for size in sizes)

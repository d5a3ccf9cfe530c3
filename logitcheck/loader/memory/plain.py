"""A config as it would come back from JSON: what is written to a file and read again, without the file.

The difference to `json.loads(json.dumps(...))` is speed on inline arrays, and what stands for what was not saved.
"""

from __future__ import annotations

import json

from logitcheck.loader import unsaved
from logitcheck.loader.unsaved import Unsaved

_NUMBERS = frozenset({float, int, bool, type(None)})


def plain(value: object) -> object:
    """Give the value as JSON keeps it: lists for tuples, texts for keys, numbers and texts without their subclasses.

    Raises TypeError for what JSON cannot hold.
    """
    match value:
        case str():
            return str.__str__(value)
        case None | bool():
            return value
        case int():
            return int(value)
        case float():
            return float(value)
        case list() | tuple():
            return list(value) if _NUMBERS.issuperset(map(type, value)) else [plain(item) for item in value]
        case dict():
            return {_key(key): _marked(key, item) for key, item in value.items()}
        case _:
            raise TypeError(f"an object of class {type(value).__name__!r} is no part of a config")


def _marked(key: object, value: object) -> object:
    return Unsaved(value) if key == unsaved.KEY and isinstance(value, str) else plain(value)


def _key(key: object) -> str:
    """Give a key as `json` writes it."""
    match key:
        case str():
            return str.__str__(key)
        case None | bool() | int() | float():
            return json.dumps(key)
        case _:
            raise TypeError(f"an object of class {type(key).__name__!r} is no key of a config")

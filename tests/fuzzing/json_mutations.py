"""Damage to what a config says: values of other types, missing and doubled parts, pieces from elsewhere."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Sequence
from random import Random
from typing import Any

Place = tuple[Any, Any]
"""An object or list, and the key or index of a value in it."""

JUNK: tuple[Any, ...] = (
    *(None, True, False, 0, 1, -1, 2, 10**9, 2**63, -(2**70), 0.5, -0.0, 1e308, float("nan"), float("inf")),
    *("", "x", "softmax", "linear", "\ud800", "\x1b[31mred\x1b[0m", "<b>&amp;</b>", "::error::x\n%0A", "a/../../b"),
    *("n" * 100_000, [], {}, [[]], [None], [0, 0, 0], [[["x", 0, 0]]], {"class_name": "X"}, {"class_name": None}),
    *({"class_name": "__keras_tensor__", "config": {"keras_history": ["x", 0, 0]}}, {"class_name": [], "config": 0}),
    *({"class_name": "Sequential", "config": {"layers": []}}, list(range(2000)), {str(key): key for key in range(300)}),
)


def mutate(document: Any, others: Sequence[Any], random: Random) -> Any:
    """A copy of the document with one to four pieces of damage; `others` are documents to take pieces of."""
    damaged = [copy.deepcopy(document)]
    for _ in range(random.choice((1, 1, 1, 2, 4))):
        random.choice(_DAMAGES)(damaged, others, random)
    return damaged[0]


def places(document: Any) -> Iterator[Place]:
    """Every place of a value in a document."""
    pending = [document]
    while pending:
        item = pending.pop()
        keys = item if isinstance(item, dict) else range(len(item)) if isinstance(item, list) else ()
        for key in keys:
            yield item, key
            pending.append(item[key])


def _place(document: Any, random: Random) -> Place:
    """One place, often one of the upper ones: there are few of them, and more depends on each."""
    found = list(places(document))
    return found[min(int(random.paretovariate(0.5)), len(found)) - 1] if random.random() < 0.3 else random.choice(found)


def _replace(damaged: list[Any], _: Sequence[Any], random: Random) -> None:
    holder, key = _place(damaged, random)
    holder[key] = copy.deepcopy(random.choice(JUNK))


def _remove(damaged: list[Any], _: Sequence[Any], random: Random) -> None:
    holder, key = _place(damaged, random)
    if holder is not damaged:
        del holder[key]


def _repeat(damaged: list[Any], _: Sequence[Any], random: Random) -> None:
    holder, key = _place(damaged, random)
    if isinstance(holder, list) and holder is not damaged:
        holder[key:key] = [copy.deepcopy(holder[key])] * random.choice((1, 2, 50))


def _rename(damaged: list[Any], _: Sequence[Any], random: Random) -> None:
    holder, key = _place(damaged, random)
    if isinstance(holder, dict):
        holder[random.choice(("name", "config", "layers", "class_name", "", f"{key}x"))] = holder.pop(key)


def _move(damaged: list[Any], _: Sequence[Any], random: Random) -> None:
    """Put a value of the document somewhere else in it."""
    holder, key = _place(damaged, random)
    source, at = _place(damaged, random)
    holder[key] = copy.deepcopy(source[at])


def _graft(damaged: list[Any], others: Sequence[Any], random: Random) -> None:
    """Put a value of another document into this one, under the same key if there is one."""
    source, at = _place([random.choice(others)], random)
    same = [(holder, key) for holder, key in places(damaged) if key == at]
    holder, key = random.choice(same) if same and random.random() < 0.7 else _place(damaged, random)
    holder[key] = copy.deepcopy(source[at])


def _wrap(damaged: list[Any], _: Sequence[Any], random: Random) -> None:
    holder, key = _place(damaged, random)
    for _ in range(random.choice((1, 1, 3, 100))):
        holder[key] = random.choice(([holder[key]], {"config": holder[key]}))


def _misspell(damaged: list[Any], _: Sequence[Any], random: Random) -> None:
    """Change a letter of a text or the digits of a number."""
    holder, key = _place(damaged, random)
    match holder[key]:
        case bool() as value:
            holder[key] = not value
        case str() as value if value:
            at = random.randrange(len(value))
            holder[key] = value[:at] + random.choice(("", "x", "_", "\0", "é")) + value[at + 1 :]
        case int() | float() as value:
            holder[key] = random.choice((-value, value + 1, value * 1000, str(value)))
        case _:
            return


def _flip_in_key(damaged: list[Any], _: Sequence[Any], random: Random) -> None:
    """Flip a bit of a key: the value is there, and nobody knows the name of it any more."""
    holder, key = _place(damaged, random)
    if isinstance(holder, dict) and isinstance(key, str) and key:
        at = random.randrange(len(key))
        rename(holder, key, key[:at] + chr(ord(key[at]) ^ 1 << random.randrange(7)) + key[at + 1 :])


def rename(holder: dict[str, Any], key: str, other: str) -> None:
    """Give a value another key, at the place where it is."""
    items = [(other if name == key else name, value) for name, value in holder.items()]
    holder.clear()
    holder.update(items)


_DAMAGES: tuple[Callable[[list[Any], Sequence[Any], Random], None], ...] = (
    *(_replace, _replace, _replace, _remove, _remove, _repeat, _rename, _move, _move, _graft, _graft, _wrap),
    *(_misspell, _misspell, _misspell, _flip_in_key, _flip_in_key, _flip_in_key),
)

"""Computes what depends on other things after those, each once: depth first, without recursion, within a budget."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

_Point = TypeVar("_Point")
_Result = TypeVar("_Result")


def settle(
    start: _Point,
    dependencies: Callable[[_Point], Sequence[_Point]],
    compute: Callable[[_Point], _Result],
    settled: dict[_Point, _Result],
    spend: Callable[[int], None],
) -> None:
    """Compute `start` after everything it depends on, depth first, without recursion."""
    stack = [(start, _counted(start, dependencies, spend))]
    while stack:
        point, pending = stack[-1]
        following = next((dependency for dependency in pending if dependency not in settled), None)
        if following is not None:
            stack.append((following, _counted(following, dependencies, spend)))
            continue
        stack.pop()
        settled[point] = compute(point)


def _counted(
    point: _Point, dependencies: Callable[[_Point], Sequence[_Point]], spend: Callable[[int], None]
) -> Iterator[_Point]:
    """Give what `point` depends on; its operands cost as the call itself does."""
    found = dependencies(point)
    spend(1 + len(found))
    return iter(found)

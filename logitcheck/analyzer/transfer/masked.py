"""What masks make of merged tensors, where layers heed those that go along with their operands.

Keras 3 gives no weight to a step that an operand masks (keras/src/layers/merging/base_merge.py and multiply.py, 3.15):
of a maximum or minimum the other operand is left, of a product the other factor, and 0 if all of them mask the step.
Keras 2 looks at no mask, so that both must hold.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from logitcheck.analyzer.values import Unknown, Value


def extreme(result: Value, values: Sequence[Value], path: str) -> Value:
    """Give a maximum or minimum of values, or one of these alone."""
    return _between(result, min(value.low for value in values), max(value.high for value in values), path)


def product(result: Value, factors: Sequence[Value], path: str) -> Value:
    """Give a product of factors, or of some of them, or 0."""
    low, high = 1.0, 1.0
    for factor in factors if len(factors) > 1 else ():
        ends = (min(factor.low, 1.0), max(factor.high, 1.0))
        products = [_times(one, other) for one in (low, high) for other in ends]
        low, high = min(products), max(products)
    ends = (low, high) if len(factors) > 1 else (0.0, 0.0)
    return _between(result, min(ends[0], 0.0), max(ends[1], 0.0), path)


def _between(result: Value, low: float, high: float, path: str) -> Value:
    """Give the result with its ends as far out as these; one that moves out need not be reached."""
    if result.low <= low and high <= result.high:
        return result
    moved = replace(
        result,
        low=min(result.low, low),
        high=max(result.high, high),
        reaches_low=result.reaches_low and result.low <= low,
        reaches_high=result.reaches_high and high <= result.high,
    )
    is_lost = moved.is_open and not moved.goes_both_ways and moved.unknown is None
    return replace(moved, unknown=Unknown("a mask may leave one of its operands alone", path)) if is_lost else moved


def _times(one: float, other: float) -> float:
    return 0.0 if one == 0 or other == 0 else one * other

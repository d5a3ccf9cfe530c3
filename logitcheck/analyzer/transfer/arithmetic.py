"""Arithmetic on what is known: intervals, with care for operands that depend on each other ("Merge layers").

Interval bounds hold whatever the operands; that they are reached holds only if the operands can vary independently.
Operands with a common source cannot (`d - d`, `d * d`, `e / (e + f)`): unless a pattern is recognised, or the one goes
so far that the other cannot hold it (`x + tanh(x)`), only the bounds are kept; where there are none, it is unknown.
"""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace

from logitcheck.analyzer.sources import NO_SOURCES, Source
from logitcheck.analyzer.ties import BALANCED, COPIES, DIVIDED, TIES, UNEVEN, VANISHING
from logitcheck.analyzer.values import (
    INFINITY,
    Unknown,
    Value,
    affine,
    anything,
    balanced,
    copied,
    unbounded,
    vanishing,
)

NEGLIGIBLE = 1e-3
"""A factor of which no output of ordinary size can be told from 0, as the 1e-7 of a clip."""

_SHARED = "it combines values of the same origin, in a way that is not followed"


def constant(number: float) -> Value:
    """Make the value of a number."""
    return constants([number])


def constants(numbers: Sequence[float]) -> Value:
    """Make the value of an array of numbers."""
    return Value(
        low=min(numbers),
        high=max(numbers),
        reaches_low=True,
        reaches_high=True,
        nonzero=all(numbers),
        integer=all(float(number).is_integer() for number in numbers),
    )


def is_number(value: Value) -> bool:
    """Whether the value is one number, known exactly."""
    return value.low == value.high


def independent(values: Sequence[Value]) -> bool:
    """Whether no two of the values come from the same source."""
    return all(count == 1 for count in _origins(values).values())


def _origins(values: Sequence[Value]) -> Counter[Source]:
    """Count of how many of the values each source is one."""
    return Counter(source for value in values for source in value.sources - TIES)


def vary_freely(values: Sequence[Value]) -> bool:
    """Whether values can take any combination: independent, and not both functions of one single number.

    Two sums of the same single number are lines over it: their product is a parabola, their maximum is bounded below.
    Of two uneven ones, the elements that take what is known of both may stand at different places.
    """
    if not independent(values) or _are_uneven(values):
        return False
    varying = [value for value in values if not is_number(value)]
    return sum(not has_width(value) for value in varying) < 2


def has_width(value: Value) -> bool:
    """Whether it is not computed from one single number, over which all that is made of it moves in step."""
    return all(source.width() != 1 for source in value.sources)


def _are_uneven(values: Sequence[Value]) -> bool:
    return sum(value.is_uneven for value in values) > 1


def tied(joined: Value, values: Sequence[Value]) -> Value:
    """Give tensors put together: where they depend on each other, the whole may hold copies, or sum to a constant."""
    return joined if independent(values) else replace(joined, sources=joined.sources | COPIES | BALANCED)


def combine(values: Sequence[Value], low: float, high: float, reached: tuple[bool, bool], path: str) -> Value:
    """Make the result of an operation on `values` with these bounds, unknown where dependence hides the truth."""
    low = -INFINITY if math.isnan(low) else low
    high = INFINITY if math.isnan(high) else high
    shared = not independent(values)
    follows = not shared and not _are_uneven(values)
    unknown = next((value.unknown for value in values if value.unknown is not None), None)
    sources = NO_SOURCES.union(*(value.sources for value in values))
    if sources and any(value.is_uneven for value in values):
        sources |= UNEVEN
    result = Value(
        low=low,
        high=high,
        reaches_low=reached[0] and follows,
        reaches_high=reached[1] and follows,
        integer=all(value.integer for value in values),
        sources=sources,
    )
    if result.goes_both_ways and any(value.is_uneven for value in values):
        result = _divided(result, values)
    if result.goes_both_ways or result.within_unit:
        return result
    if low > -INFINITY or high < INFINITY:
        return result
    return replace(result, unknown=unknown or (Unknown(_SHARED, path) if shared else None))


def _divided(result: Value, values: Sequence[Value]) -> Value:
    """Doubt that each element goes both ways where those of an operand are not alike, unless one operand does."""
    if any(value.is_unbounded for value in values):
        return result
    return replace(result, sources=result.sources | DIVIDED)


def add(values: Sequence[Value], path: str, *, same_classes: bool = False) -> Value:
    """Give the sum; `same_classes` tells that all operands have equally many classes, so that distributions add up."""
    numbers = [value for value in values if is_number(value)]
    others = [value for value in values if not is_number(value)]
    offset = sum(value.low for value in numbers)
    if not others:
        return replace(constant(offset), integer=all(value.integer for value in numbers))
    if len(others) == 1:
        return affine(others[0], 1.0, offset) if math.isfinite(offset) else others[0]
    total = _plain_sum(others, path)
    first = others[0]
    if same_classes and first.sum_axis is not None and all(other.sum_axis == first.sum_axis for other in others):
        total = replace(
            total, sum_axis=first.sum_axis, sum_total=sum(other.sum_total for other in others), unknown=None
        )
    return affine(total, 1.0, offset) if offset else total


def _plain_sum(values: Sequence[Value], path: str) -> Value:
    low, high = sum(value.low for value in values), sum(value.high for value in values)
    free = any(value.is_unbounded for value in values)
    reached = (free or all(value.reaches_low for value in values), free or all(value.reaches_high for value in values))
    total = combine(values, -INFINITY if free else low, INFINITY if free else high, reached, path)
    if _goes_alone(values):
        total = replace(unbounded(total.sources - UNEVEN - DIVIDED), integer=total.integer)
    elif not independent(values):
        total = vanishing(total)
    freely = vary_freely(values)
    falls, rises = _goes_off(values, lambda value: value, freely), _goes_off(values, negate, freely)
    if falls and rises:
        both = unbounded(total.sources - VANISHING)
        return _divided(both, values) if both.is_uneven else both
    return replace(total, reaches_low=total.reaches_low or falls, reaches_high=total.reaches_high or rises)


def _goes_alone(values: Sequence[Value]) -> bool:
    """Whether one of the values goes anywhere whatever the others are, be they as dependent on each other as may be."""
    origins = _origins(values)
    return any(
        value.is_unbounded and not value.is_uneven and all(origins[source] == 1 for source in value.sources - TIES)
        for value in values
    )


def _goes_off(values: Sequence[Value], turned: Callable[[Value], Value], freely: bool) -> bool:
    """Whether one of the values falls without end and no other can hold it up, however they depend on each other."""
    seen = [turned(value) for value in values]
    return any(
        value.reaches_low
        and value.low == -INFINITY
        and (freely or all(other.high < INFINITY for other in seen if other is not value))
        for value in seen
    )


def some_summed(value: Value, path: str) -> Value:
    """Give sums of some of the value's own elements, which may be none at all: only a common sign is known."""
    if value.low >= 0:
        return Value(low=0.0, sources=value.sources)
    if value.high <= 0:
        return Value(high=0.0, sources=value.sources)
    return anything("it adds up numbers of both signs", path, value.sources)


def negate(value: Value) -> Value:
    """Give `-value`."""
    return affine(value, -1.0, 0.0)


def multiply(left: Value, right: Value, path: str) -> Value:
    """Give the product of two values."""
    if is_number(right) and math.isfinite(right.low):
        return replace(_scaled(left, right.low), integer=left.integer and right.integer)
    if is_number(left) and math.isfinite(left.low):
        return replace(_scaled(right, left.low), integer=left.integer and right.integer)
    ends = [_product(one, other) for one in (left.low, left.high) for other in (right.low, right.high)]
    low, high = min(ends), max(ends)
    pair = (left, right)
    for value, other in (pair, pair[::-1]):
        if value.is_unbounded and not other.sources:
            # An array of constants: without a zero in it, every element stays unbounded; of opposite ones, copies
            # of one number cancel each other.
            free = unbounded(value.sources | (BALANCED if other.low < 0 < other.high else NO_SOURCES))
            return free if other.nonzero else combine(pair, -INFINITY, INFINITY, (False, False), path)
    if any(value.is_unbounded for value in pair) and all(leaves_zero(value) for value in pair) and vary_freely(pair):
        return combine(pair, -INFINITY, INFINITY, (True, True), path)
    if any(value.is_unbounded and _holds_nothing_back(other) for value, other in (pair, pair[::-1])):
        return unbounded(left.sources | right.sources)
    corners = _reached_corners(left, right) if vary_freely(pair) else set()
    positive = left.low >= 0 and right.low >= 0
    reaches_low = positive and left.reaches_low and right.reaches_low
    return combine(pair, low, high, (reaches_low or low in corners, high in corners), path)


def _reached_corners(left: Value, right: Value) -> set[float]:
    """Give what the ends of two values make that come near them at once; next to 0 none goes far in practice."""
    ends = [
        [end for end, reached in ((value.low, value.reaches_low), (value.high, value.reaches_high)) if reached]
        for value in (left, right)
    ]
    return {one * other for one, other in itertools.product(*ends) if min(abs(one), abs(other)) >= NEGLIGIBLE}


def _scaled(value: Value, factor: float) -> Value:
    return replace(affine(value, factor, 0.0), unknown=value.unknown if factor else None)


def _keeps_off_zero(value: Value) -> bool:
    """Whether the value is never 0."""
    return value.low > 0 or value.high < 0


def _holds_nothing_back(value: Value) -> bool:
    """Whether a product with the value goes as far as the other factor in practice, not only in the limit."""
    return value.low >= NEGLIGIBLE or value.high <= -NEGLIGIBLE


def leaves_zero(value: Value) -> bool:
    """Whether the value is known to come away from 0."""
    return (value.reaches_high and value.high > 0) or (value.reaches_low and value.low < 0)


def partly_zeroed(result: Value, operand: Value) -> Value:
    """Give the result of a function that turns some numbers to 0; those that come in may all be such.

    Of an operand of which nothing is known, as an input, nothing speaks for that either.
    """
    if operand.unknown is not None or leaves_zero(result) or not result.low <= 0 <= result.high:
        return result
    return vanishing(result)


def _product(left: float, right: float) -> float:
    return 0.0 if left == 0 or right == 0 else left * right


def divide(left: Value, right: Value, path: str) -> Value:
    """Give the quotient of two values."""
    return replace(_quotient_of(left, right, path), integer=False)


def _quotient_of(left: Value, right: Value, path: str) -> Value:
    if is_number(right) and math.isfinite(right.low) and right.low != 0:
        return _scaled(left, 1 / right.low)
    pair = (left, right)
    if _keeps_off_zero(right):
        ends = [_quotient(one, other) for one in (left.low, left.high) for other in (right.low, right.high)]
        return _within(pair, min(ends), max(ends), path)
    if right.low == 0 and left.low >= 0:
        low = 0.0 if left.low == 0 or right.high in {0.0, INFINITY} else left.low / right.high
        return _within(pair, low, INFINITY, path)
    free = (_goes_through_zero(right) and leaves_zero(left)) or (_comes_near_zero(right) and has_both_signs(left))
    reached = free and vary_freely(pair) and _outweighs(left, right)
    result = combine(pair, -INFINITY, INFINITY, (reached, reached), path)
    return beside_a_pole(result, right) if reached else result


def beside_a_pole(result: Value, divisor: Value) -> Value:
    """Give quotients whose divisor passes 0; of numbers that hang together never all are on the same side of it."""
    return result if divisor.comes_at_once else balanced(copied(result))


def _outweighs(left: Value, right: Value) -> bool:
    """Whether a divisor need not come nearer to 0 than it does in practice, before the quotient is large."""
    ends = [abs(end) for end, reached in ((left.low, left.reaches_low), (left.high, left.reaches_high)) if reached]
    width = max(abs(right.low), abs(right.high))
    return max(ends, default=0.0) >= NEGLIGIBLE * (1.0 if math.isinf(width) else width)


def _goes_through_zero(value: Value) -> bool:
    """Whether numbers of both signs come as near to 0 as one likes, and not only in the limit."""
    return value.low <= -NEGLIGIBLE and value.high >= NEGLIGIBLE and value.moves_smoothly


def _comes_near_zero(value: Value) -> bool:
    """Whether numbers of one sign come as near to 0 as one likes."""
    reached = (value.low == 0 and value.reaches_low) or (value.high == 0 and value.reaches_high)
    return reached and value.low < value.high and not value.integer


def has_both_signs(value: Value) -> bool:
    """Whether the value is known to come below 0 and above."""
    return value.reaches_low and value.low < 0 and value.reaches_high and value.high > 0


def _within(pair: tuple[Value, Value], low: float, high: float, path: str) -> Value:
    left, right = pair
    if left.is_unbounded:
        if max(abs(right.low), abs(right.high)) <= 1 / NEGLIGIBLE:
            return unbounded(left.sources | right.sources)
        free = vary_freely(pair)
        return combine(pair, low, high, (free, free), path)
    exact = is_number(left) and left.low > 0
    reached = (exact and right.reaches_high, exact and right.reaches_low)
    return combine(pair, low, high, reached, path)


def _quotient(left: float, right: float) -> float:
    if left == 0:
        return 0.0
    return 0.0 if math.isinf(right) and not math.isinf(left) else left / right


def extreme(values: Sequence[Value], path: str, *, largest: bool) -> Value:
    """Give the element-wise maximum, or minimum, of values."""
    pick = max if largest else min
    low, high = pick(value.low for value in values), pick(value.high for value in values)
    varying = [value for value in values if not is_number(value)]
    if len(varying) == 1 and len(values) > 1:
        value = varying[0]
        reached = (
            value.reaches_low if low == value.low else largest and value.reaches_low,
            value.reaches_high if high == value.high else not largest and value.reaches_high,
        )
        result = replace(combine(values, low, high, reached, path), integer=False)
        return partly_zeroed(result, value) if any(other.low == other.high == 0 for other in values) else result
    free = vary_freely(values)
    reached = (
        free and all(value.reaches_low for value in values),
        free and all(value.reaches_high for value in values),
    )
    return combine(values, low, high, reached, path)

"""Where functions are defined: what is left of a range, and which of its ends numbers come near then."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

from logitcheck.analyzer.values import INFINITY, Value, bounds_only


def defined_from(value: Value, floor: float, ceiling: float = INFINITY) -> Value:
    """Give the numbers for which something is defined, from `floor` to `ceiling`: of the others come none.

    Those next to an end that is cut off are reached where numbers go past it without a leap.
    """
    if floor <= value.low and value.high <= ceiling:
        return value
    passes = value.moves_smoothly
    return replace(
        bounds_only(value),
        low=min(max(value.low, floor), ceiling),
        high=max(min(value.high, ceiling), floor),
        reaches_low=(value.reaches_low if value.low >= floor else passes and value.high > floor),
        reaches_high=(value.reaches_high if value.high <= ceiling else passes and value.low < ceiling),
        unknown=None,
    )


def without_poles(cut: Value, value: Value, function: Callable[[float], float]) -> Value:
    """Take back that numbers which only pass an end are near it where the function goes off as a logarithm does.

    A number on its way through 0 comes so near to it in theory alone: a logarithm of -20 takes one of 0.000000002.
    """
    passes_low = value.low < cut.low and math.isinf(function(cut.low))
    passes_high = value.high > cut.high and math.isinf(function(cut.high))
    return replace(
        cut,
        reaches_low=cut.reaches_low and not passes_low,
        reaches_high=cut.reaches_high and not passes_high,
    )

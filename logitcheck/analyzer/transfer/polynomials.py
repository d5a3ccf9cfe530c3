"""Sums of multiples of a number, its square and its cube: between which ends they lie, and which they reach."""

from __future__ import annotations

import math

from logitcheck.analyzer.ties import LEAPING
from logitcheck.analyzer.values import INFINITY, Value, affine

HIGHEST_POWER = 3

Factors = tuple[float, float, float]
"""What a number, its square and its cube are multiplied by."""


def polynomial(value: Value, factors: Factors) -> Value:
    """Give `a x + b x² + c x³`: its ends are where x ends, or where it turns, if x comes there."""
    if not any(factors[1:]):
        return affine(value, factors[0], 0.0)
    heights = [(_height(value.low, factors), value.reaches_low), (_height(value.high, factors), value.reaches_high)]
    connected = value.is_unbounded and value.sources.isdisjoint(LEAPING)
    turns = [point for point in _turning_points(factors) if value.low < point < value.high]
    heights += [(_height(point, factors), connected) for point in turns]
    low, high = min(height for height, _ in heights), max(height for height, _ in heights)
    return Value(
        low=low,
        high=high,
        reaches_low=any(reached and height == low for height, reached in heights),
        reaches_high=any(reached and height == high for height, reached in heights),
        sources=value.sources,
    )


def _turning_points(factors: Factors) -> list[float]:
    """Give where `a + 2 b x + 3 c x²` is 0."""
    constant, slope, square = factors[0], 2 * factors[1], 3 * factors[2]
    if not square:
        return [-constant / slope]
    root = slope * slope - 4 * square * constant
    if root < 0:
        return []
    larger = -(slope + math.copysign(math.sqrt(root), slope)) / 2
    return [larger / square, *([constant / larger] if larger else [])]


def _height(point: float, factors: Factors) -> float:
    first, second, third = factors
    if math.isinf(point):
        leading, is_odd = (third, True) if third else (second, False)
        return math.copysign(INFINITY, leading * (point if is_odd else 1.0))
    return ((third * point + second) * point + first) * point

"""How many constants a call computes with: a file holds them once, but each use of a layer works through them all."""

from __future__ import annotations

from logitcheck.analyzer.calls import flatten
from logitcheck.model import LARGEST_SIZE, Call, ConstantArray, Layer

_IN_CONFIG = ("scale", "offset", "mean", "variance")
"""Settings of layers that may hold a number for each entry of an axis."""


def of_layer(layer: Layer) -> int:
    """Count the constants among the settings of a layer, and what it learned of data."""
    learned = len(layer.statistics.mean) if layer.statistics is not None else 0
    return learned + sum(_count(layer.config.get(name)) for name in _IN_CONFIG)


def of_call(call: Call) -> int:
    """Count the constants among the arguments of one call."""
    return sum(map(_count, (*call.args, *call.kwargs.values())))


def _count(value: object) -> int:
    items = value.value if isinstance(value, ConstantArray) else value
    return sum(1 for _ in flatten(items, LARGEST_SIZE)) if isinstance(items, list) else 0

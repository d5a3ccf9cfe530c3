"""Maxima of nothing but NaN: TensorFlow makes numbers of them, the lowest there are, of which nothing is claimed."""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Sequence
from typing import Any

import numpy

from tests.generated.claims import LARGEST
from tests.generated.running import Results, runs


def left_out(model: Any, generation: str, found: Sequence[Results], seed: int, **draws: int) -> list[Results]:
    """Give results with NaN for those rows in which a tensor on the way there is a maximum of nothing but NaN.

    found: of the same draws as `draws` and the seed make; where they cannot be told to be the same, they stay.
    """
    try:
        between = list(_between(model))
        watching = importlib.import_module(generation).Model(model.inputs, [*model.outputs, *between])
        seen = list(runs(model, seed, through=watching, **draws))
    except (AttributeError, TypeError, ValueError):  # no model of Keras takes all of these for its outputs
        return list(found)
    return [_cleared(results, all_of) for results, all_of in zip(found, seen, strict=True)]


def _between(model: Any) -> Iterator[Any]:
    graph = getattr(model, "_functional", None) or model
    for nodes in graph._nodes_by_depth.values():
        for node in nodes:
            yield from node.outputs if isinstance(node.outputs, (list, tuple)) else [node.outputs]


def _cleared(results: Results, seen: Results) -> Results:
    outputs, between = seen[: len(results)], seen[len(results) :]
    if not all(numpy.array_equal(one, other, equal_nan=True) for one, other in zip(results, outputs, strict=True)):
        return results
    rows = len(results[0])
    empty = numpy.zeros(rows, bool)
    for tensor in between:
        if tensor.ndim and len(tensor) == rows:
            empty |= (abs(tensor) == LARGEST).reshape(rows, -1).any(axis=1)
    cleared = tuple(array.copy() for array in results)
    for array in cleared:
        array[empty] = numpy.nan
    return cleared

"""What whole numbers may go into each input of a graph: as many as the tables have rows that they are looked up in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from logitcheck.loader import fields
from logitcheck.model import Graph, Layer, LayerKind, TensorReference

_TABLES = {"Embedding": "input_dim", "ReversibleEmbedding": "input_dim", "CategoryEncoding": "num_tokens"}
"""Layers that look numbers up, and the parameter that says how many they know."""

_HANDING_ON = frozenset(
    {
        *("Activation", "Identity", "Dropout", "SpatialDropout1D", "Masking", "Reshape", "Flatten", "Permute"),
        *("RepeatVector", "Cropping1D", "Cropping2D", "Concatenate", "Stack", "Cast", "ExpandDims", "Squeeze"),
        *("GetItem", "Transpose", "Split", "Unstack", "StopGradient", "BroadcastTo", "Tile", "Repeat", "Copy"),
    }
)
"""Layers and operations that put out the numbers that went in."""

_BUDGET = 20_000
"""Tensors to follow; a graph with more is followed no further."""


@dataclass(frozen=True, slots=True)
class _Place:
    """A tensor of one graph."""

    graph: Graph
    tensor: tuple[str, int, int | None]

    @property
    def key(self) -> object:
        return id(self.graph), self.tensor


def of_inputs(graph: Graph) -> tuple[int | None, ...]:
    """Give below what the numbers of each input must stay; None where nothing looks them up."""
    return tuple(_limit(graph, reference) for reference in graph.inputs)


def _limit(graph: Graph, reference: TensorReference) -> int | None:
    pending = [_place(graph, reference)]
    seen = {pending[0].key}
    limits: list[int] = []
    while pending and len(seen) < _BUDGET:
        place = pending.pop()
        for layer, call, position in _uses(place):
            size = fields.integer(layer.config.get(_TABLES.get(layer.rule, "")))
            if size is not None:
                limits.append(size)
            for following in _after(place.graph, layer, call, position):
                if following.key not in seen:
                    seen.add(following.key)
                    pending.append(following)
    return min(limits, default=None)


def _place(graph: Graph, reference: TensorReference) -> _Place:
    return _Place(graph, (reference.layer, reference.call, reference.tensor))


def _uses(place: _Place) -> Iterator[tuple[Layer, int, int]]:
    """Give each layer that takes a tensor, the number of its call, and at which position it takes it."""
    name, number, tensor = place.tensor
    for layer in place.graph.layers.values():
        for at, call in enumerate(layer.calls):
            for position, taken in enumerate(call.tensors):
                if (taken.layer, taken.call) == (name, number) and tensor in {None, taken.tensor}:
                    yield layer, at, position


def _after(graph: Graph, layer: Layer, call: int, position: int) -> Iterator[_Place]:
    """Give the tensors that hold the same numbers behind, or inside, a layer."""
    inner = layer.graph
    if inner is not None and layer.kind in {LayerKind.MODEL, LayerKind.WRAPPER}:
        if position < len(inner.inputs):
            yield _place(inner, inner.inputs[position])
    elif layer.rule in _HANDING_ON:
        yield _Place(graph, (layer.name, call, None))

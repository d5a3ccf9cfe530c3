"""Masks that go along with tensors unseen: no argument shows them, only the layers that make them."""

from __future__ import annotations

from collections.abc import Iterator

from logitcheck.model import Graph, Layer, LayerKind


def may_be_made(graph: Graph) -> bool:
    """Whether some layer of a model makes a mask: an Embedding, Masking, or one of which nothing is known."""
    return any(_makes_masks(layer) for layer in _every_layer(graph))


def _every_layer(graph: Graph) -> Iterator[Layer]:
    """Every layer of a graph and of those in it."""
    pending, seen = [graph], {id(graph)}
    while pending:
        for layer in pending.pop().layers.values():
            yield layer
            inner = [each for each in (layer.graph, layer.backward) if each is not None and id(each) not in seen]
            seen.update(map(id, inner))
            pending.extend(inner)


def _makes_masks(layer: Layer) -> bool:
    if layer.kind is LayerKind.OPAQUE or layer.rule == "Masking":
        return True
    return layer.rule == "Embedding" and layer.config.get("mask_zero") is True

"""Masks that go along with tensors unseen: no argument shows them, only the layers that make them."""

from __future__ import annotations

from collections.abc import Iterator

from logitcheck.model import Call, Graph, Layer, LayerKind, TensorReference


def may_be_made(graph: Graph) -> bool:
    """Whether some layer of a model makes a mask, or is given one: Keras 3 hands on also those that a call names."""
    return any(_makes_masks(layer) or _is_given_one(layer) for layer in _every_layer(graph))


def _is_given_one(layer: Layer) -> bool:
    """Whether a call of a layer names a mask; what operations are given, they do not hand on."""
    return layer.kind is not LayerKind.OPERATION and any(map(_names_one, layer.calls))


def _names_one(call: Call) -> bool:
    named = any(name.endswith("mask") and mask is not None for name, mask in call.kwargs.items())
    others = [argument for argument in call.args[1:] if isinstance(argument, TensorReference)]
    return named or any(argument.dtype == "bool" for argument in others)


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
    """Whether a layer is an Embedding or Masking that makes masks, or one of which nothing is known."""
    if layer.kind is LayerKind.OPAQUE or layer.rule == "Masking":
        return True
    return layer.rule == "Embedding" and layer.config.get("mask_zero") is True

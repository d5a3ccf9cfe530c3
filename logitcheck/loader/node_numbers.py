"""Call numbers of nested models, brought to one numbering: call k is the k-th use in this graph, from 0.

A nested model has a hidden call of its own from when it was built. Keras 2 counts it everywhere; Keras 3 counts it in
`output_layers` for nested Functional models only (keras-facts: "Node-index rules").
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from logitcheck.loader import calls
from logitcheck.model import Argument, Call, Graph, LayerKind, TensorReference

_Shift = Callable[[TensorReference], TensorReference]


def settle(graph: Graph) -> Graph:
    """Renumber the references to nested models so that each indexes the model's `calls`."""
    nested = {name: layer for name, layer in graph.layers.items() if layer.kind is LayerKind.MODEL}
    if not nested:
        return graph
    inner = _numbers(reference for layer in graph.layers.values() for call in layer.calls for reference in call.tensors)
    outer = _numbers(graph.outputs)
    inbound: dict[str, int] = {}
    outbound: dict[str, int] = {}
    for name, layer in nested.items():
        used, shown = inner.get(name, set()), outer.get(name, set())
        if _is_modern(graph):
            inbound[name] = _offset(used, len(layer.calls), 0)
            is_functional = layer.class_name.rpartition(">")[2] != "Sequential"
            outbound[name] = _offset(shown, len(layer.calls), 1 if is_functional else 0)
        else:
            inbound[name] = outbound[name] = _offset(used | shown, len(layer.calls), 1)
    shifted = {
        name: replace(layer, calls=tuple(_map(call, _shift(inbound)) for call in layer.calls))
        for name, layer in graph.layers.items()
    }
    return replace(graph, layers=shifted, outputs=tuple(map(_shift(outbound), graph.outputs)))


def _is_modern(graph: Graph) -> bool:
    """Keras 3 stores static shapes with every reference; nothing older does."""
    return any(
        reference.shape is not None
        for layer in graph.layers.values()
        for call in layer.calls
        for reference in call.tensors
    )


def _numbers(references: Iterable[TensorReference]) -> Mapping[str, set[int]]:
    numbers: dict[str, set[int]] = {}
    for reference in references:
        numbers.setdefault(reference.layer, set()).add(reference.call)
    return numbers


def _offset(numbers: set[int], calls_made: int, usual: int) -> int:
    """How many hidden calls are counted: certain if the first or the last number shows it, else the usual one."""
    if 0 in numbers:
        return 0
    if calls_made in numbers:
        return 1
    return usual


def _shift(offsets: Mapping[str, int]) -> _Shift:
    def shift(reference: TensorReference) -> TensorReference:
        offset = offsets.get(reference.layer, 0)
        return replace(reference, call=reference.call - offset) if offset else reference

    return shift


def _map(call: Call, shift: _Shift) -> Call:
    arguments = tuple(_argument(argument, shift) for argument in call.args)
    keywords = {key: _argument(value, shift) for key, value in call.kwargs.items()}
    return calls.call(arguments, keywords)


def _argument(value: Argument, shift: _Shift) -> Argument:
    match value:
        case TensorReference():
            return shift(value)
        case list() | tuple():
            return [_argument(item, shift) for item in value]
        case dict():
            return {key: _argument(item, shift) for key, item in value.items()}
        case _:
            return value

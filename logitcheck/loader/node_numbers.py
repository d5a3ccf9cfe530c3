"""Call numbers of nested models, brought to one numbering: call k is the k-th use in this graph, from 0.

A nested model has a hidden call of its own from when it was built. Keras 2 counts it everywhere; Keras 3 counts it in
`output_layers` for nested Functional models only (keras-facts: "Node-index rules").
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from logitcheck.loader import calls
from logitcheck.model import Argument, Call, Slice, TensorReference

Calls = Mapping[str, tuple[Call, ...]]
"""The calls of every layer of a graph, under the layer's name."""

_Shift = Callable[[TensorReference], TensorReference]


def settle(
    made: Calls, outputs: tuple[TensorReference, ...], nested: Mapping[str, bool]
) -> tuple[Calls, tuple[TensorReference, ...]]:
    """Renumber the references to nested models so that each indexes that model's calls.

    nested: the names of the nested models, and whether each is a Functional rather than a Sequential one.
    """
    if not nested:
        return made, outputs
    inner = _numbers(reference for own in made.values() for call in own for reference in call.tensors)
    outer = _numbers(outputs)
    is_modern = _is_modern(made)
    inbound: dict[str, int] = {}
    outbound: dict[str, int] = {}
    for name, is_functional in nested.items():
        used, shown = inner.get(name, set()), outer.get(name, set())
        count = len(made[name])
        if is_modern:
            inbound[name] = _offset(used, count, 0)
            outbound[name] = _offset(shown, count, 1 if is_functional else 0)
        else:
            inbound[name] = outbound[name] = _offset(used | shown, count, 1)
    shift = _shift(inbound)
    settled = {name: tuple(_map(call, shift) for call in own) for name, own in made.items()}
    return settled, tuple(map(_shift(outbound), outputs))


def _is_modern(made: Calls) -> bool:
    """Keras 3 stores static shapes with every reference; nothing older does."""
    return any(reference.shape is not None for own in made.values() for call in own for reference in call.tensors)


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
        case Slice():
            return Slice(*(_argument(part, shift) for part in (value.start, value.stop, value.step)))
        case list() | tuple():
            return value if calls.holds_values_only(value) else [_argument(item, shift) for item in value]
        case dict():
            return {key: _argument(item, shift) for key, item in value.items()}
        case _:
            return value

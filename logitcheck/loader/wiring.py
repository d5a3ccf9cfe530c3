"""Whether a graph can be at all: every reference that the outputs need resolves, and nothing feeds itself."""

from __future__ import annotations

from collections.abc import Container, Iterable

from logitcheck.errors import MalformedGraphError
from logitcheck.loader import fields
from logitcheck.loader.node_numbers import Calls
from logitcheck.model import TensorReference


def check(made: Calls, ends: Iterable[TensorReference], inputs: Container[str]) -> None:
    """Check the part of a graph that the tensors `ends` depend on, without recursion.

    made: the calls of every layer. inputs: the layers that need no call.
    Raises MalformedGraphError naming the layer where it cannot be.
    """
    finished: set[tuple[str, int]] = set()
    for end in ends:
        _walk(made, end, inputs, finished)


def _walk(made: Calls, start: TensorReference, inputs: Container[str], finished: set[tuple[str, int]]) -> None:
    """Visit everything `start` depends on, depth first; `finished` holds the calls that need no second visit."""
    first = (start.layer, start.call)
    stack = [(first, iter(_dependencies(made, start, inputs)))]
    unfinished = {first}
    while stack:
        key, pending = stack[-1]
        following = next(pending, None)
        if following is None:
            stack.pop()
            unfinished.discard(key)
            finished.add(key)
            continue
        child = (following.layer, following.call)
        if child in unfinished:
            raise MalformedGraphError(f"Layer {following.layer!r} feeds itself: the graph has a cycle.")
        dependencies = _dependencies(made, following, inputs)
        if child not in finished:
            unfinished.add(child)
            stack.append((child, iter(dependencies)))


def _dependencies(made: Calls, reference: TensorReference, inputs: Container[str]) -> tuple[TensorReference, ...]:
    """Give the tensors that a referenced call depends on."""
    name = reference.layer
    own = made.get(name)
    if own is None:
        raise MalformedGraphError(f"The graph refers to a layer {fields.label(name)!r} that it does not hold.")
    if reference.tensor < 0 or not 0 <= reference.call < max(1, len(own)):
        raise MalformedGraphError(f"The graph refers to call {reference.call} of layer {name!r}, never made.")
    if own:
        return own[reference.call].tensors
    if name in inputs:
        return ()
    raise MalformedGraphError(f"Layer {name!r} is used but never called.")

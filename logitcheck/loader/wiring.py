"""Whether a graph can be at all: every reference that the outputs need resolves, and nothing feeds itself."""

from __future__ import annotations

from logitcheck.errors import MalformedGraphError
from logitcheck.model import Graph, LayerKind, TensorReference

_Key = tuple[str, int]


def check(graph: Graph) -> None:
    """Check the part of the graph that its outputs depend on, without recursion.

    Raises MalformedGraphError naming the layer where it cannot be.
    """
    for reference in graph.inputs:
        _dependencies(graph, reference)
    finished: set[_Key] = set()
    for output in graph.outputs:
        _walk(graph, output, finished)


def _walk(graph: Graph, start: TensorReference, finished: set[_Key]) -> None:
    """Visit everything `start` depends on, depth first; `finished` holds the calls that need no second visit."""
    first = (start.layer, start.call)
    stack = [(first, iter(_dependencies(graph, start)))]
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
        dependencies = _dependencies(graph, following)
        if child not in finished:
            unfinished.add(child)
            stack.append((child, iter(dependencies)))


def _dependencies(graph: Graph, reference: TensorReference) -> tuple[TensorReference, ...]:
    """Give the tensors that a referenced call depends on."""
    layer = graph.layers.get(reference.layer)
    if layer is None:
        raise MalformedGraphError(f"The graph refers to a layer {reference.layer!r} that it does not hold.")
    if reference.tensor < 0 or not 0 <= reference.call < max(1, len(layer.calls)):
        raise MalformedGraphError(
            f"The graph refers to call {reference.call} of layer {reference.layer!r}, never made."
        )
    if layer.calls:
        return layer.calls[reference.call].tensors
    if layer.kind is LayerKind.INPUT:
        return ()
    raise MalformedGraphError(f"Layer {reference.layer!r} is used but never called.")

"""What a Keras 2 model without layers in its config puts out when it is called, in training as in prediction.

A signature for serving is asked in prediction only, and may do more than the model: a loss is given what `__call__`
returns. Keras keeps a function of it for training and one for prediction. Where they end alike, so does the model.
Source: keras/src/saving/legacy/saved_model/save_impl.py and tensorflow/core/protobuf/{saved_object_graph,struct}.proto.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice

from logitcheck.loader import graphs, layers, saved_model_graph, saved_model_objects
from logitcheck.loader.protobuf_wire import Message
from logitcheck.loader.saved_model_program import Program
from logitcheck.loader.stored import ServedGraph
from logitcheck.model import Graph, Layer, LayerKind, TensorReference

MOST_FUNCTIONS = 16
"""Functions kept of one call: two for each form of the inputs."""

_CALL = "__call__"
_TENSOR, _LIST, _TUPLE, _DICT = 33, 51, 52, 53
_KINDS = (1, 11, 12, 13, 14, 31, 32, _TENSOR, 34, 35, _LIST, _TUPLE, _DICT, 54)
"""Kinds of a StructuredValue, which is of one."""

_UNLIKE = Layer(
    name=_CALL,
    class_name="SavedModel",
    kind=LayerKind.OPAQUE,
    rule="",
    config={},
    reason="in training it is made in another way than in prediction",
)
_NOT_KEPT = "the SavedModel keeps no function of it, or one that returns something else than tensors"
_TOO_MANY = f"the SavedModel keeps more than {MOST_FUNCTIONS} functions of it, which are not all compared"

Path = tuple[str | int, ...]


def read(meta_graph: Message) -> ServedGraph:
    """Read what the model at the root of the object graph puts out when it is called.

    Raises UnreadableInputError if that is more than any model does.
    """
    stored, objects = meta_graph.message(2), meta_graph.message(7)
    if stored is None or objects is None:
        return saved_model_graph.without_end(_CALL, _NOT_KEPT)
    called = dict(objects.entries(2))
    kept = list(islice(_functions(objects), MOST_FUNCTIONS + 1))
    if len(kept) > MOST_FUNCTIONS:
        return saved_model_graph.without_end(_CALL, _TOO_MANY)
    names = [name for name in kept if name in called]
    returned = {_paths(called[name].message(4)) for name in names}
    paths = returned.pop() if len(returned) == 1 else ()
    if not paths:
        return saved_model_graph.without_end(_CALL, _NOT_KEPT)
    graphs.check_count(len(paths))
    program = Program(stored, objects)
    ends = [
        saved_model_graph.end_of(program, [(program.returned(name, at), None) for at in range(len(paths))])
        for name in names
    ]
    return ServedGraph(graph=_common(ends), names=tuple(_name(path) for path in paths), paths=paths)


def _functions(objects: Message) -> Iterator[str]:
    """Give the names of the functions that are kept of the root's call."""
    root, nodes = saved_model_objects.root(objects), objects.messages(1)
    children = root.messages(1) if root is not None else ()
    numbers = [child.integer(1) for child in children if child.text(2) == _CALL]
    if len(numbers) != 1 or not 0 <= numbers[0] < len(nodes):
        return iter(())
    function = saved_model_objects.of_kind(nodes[numbers[0]], saved_model_objects.FUNCTION)
    return (name.as_text() for name in function.messages(1)) if function is not None else iter(())


def _paths(structure: Message | None) -> tuple[Path, ...]:
    """Read where each tensor is in what a function returns: alone, in a list, in a dict; nothing if it is nested."""
    match structure.only(_KINDS) if structure is not None else None:
        case (kind, _) if kind == _TENSOR:
            return ((),)
        case (kind, Message() as items) if kind in {_LIST, _TUPLE}:
            listed = items.messages(1)
            return tuple((at,) for at in range(len(listed))) if all(map(_is_tensor, listed)) else ()
        case (kind, Message() as items) if kind == _DICT:
            entries = dict(items.entries(1))
            for key in entries:
                layers.check_name(key, "an output")
            return tuple((key,) for key in sorted(entries)) if all(map(_is_tensor, entries.values())) else ()
        case _:
            return ()


def _is_tensor(structure: Message) -> bool:
    found = structure.only(_KINDS)
    return found is not None and found[0] == _TENSOR


def _name(path: Path) -> str:
    """Give the name of an output as Keras 2 gives it to a model that is no Functional one."""
    match path:
        case (str(key),):
            return key
        case (int(position),):
            return f"output_{position + 1}"
        case _:
            return "output_1"


def _common(ends: Sequence[Graph]) -> Graph:
    """Give the one end of a graph that several are; an output that they make in different ways is unknown."""
    first = ends[0]
    layers, outputs = dict(first.layers), list(first.outputs)
    for at, output in enumerate(first.outputs):
        if any(_story(end, end.outputs[at]) != _story(first, output) for end in ends):
            layers[_UNLIKE.name] = _UNLIKE
            outputs[at] = TensorReference(_UNLIKE.name, 0, 0)
        elif any(end.outputs[at].shape != output.shape for end in ends):
            outputs[at] = replace(output, shape=None)
    return Graph(layers=layers, inputs=(), outputs=tuple(outputs))


def _story(graph: Graph, output: TensorReference) -> list[object]:
    """Tell how a tensor comes to be, from the last layer to the first, in a form that can be compared."""
    told: list[object] = []
    reference: TensorReference | None = output
    while reference is not None:
        layer = graph.layers[reference.layer]
        call = layer.calls[0] if layer.calls else None
        told.append((layer.kind, layer.rule, layer.config, layer.reason, call and (call.args[1:], call.kwargs)))
        reference = call.tensors[0] if call is not None and call.tensors else None
    return told

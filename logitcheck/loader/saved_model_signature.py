"""What a SavedModel serves: the signature that is asked for by default, and the end of the graph before its outputs.

Source: tensorflow/core/protobuf/meta_graph.proto.
"""

from __future__ import annotations

from collections.abc import Mapping

from logitcheck.loader import graphs, layers, saved_model_graph, saved_model_nodes
from logitcheck.loader.protobuf_wire import Message
from logitcheck.loader.saved_model_program import Program
from logitcheck.loader.stored import ServedGraph

_DEFAULT = "serving_default"
_INITIALIZER = "__saved_model_init_op"


def read(meta_graph: Message) -> ServedGraph:
    """Read the outputs of the signature that is served by default, in the order of their names.

    Raises UnreadableInputError if they are more than any model has.
    """
    signatures = {name: signature for name, signature in meta_graph.entries(5) if name != _INITIALIZER}
    signature = signatures.get(_DEFAULT) or (next(iter(signatures.values())) if len(signatures) == 1 else None)
    stored = meta_graph.message(2)
    outputs: Mapping[str, Message] = {} if signature is None else dict(signature.entries(2))
    if stored is None or not outputs:
        return saved_model_graph.without_end("signatures", _why_none(signatures))
    graphs.check_count(len(outputs))
    names = tuple(sorted(outputs))
    for name in names:
        layers.check_name(name, "an output")
    shapes = (outputs[name].message(3) for name in names)
    tensors = [
        (outputs[name].text(1), saved_model_nodes.read_shape(shape) if shape is not None else None)
        for name, shape in zip(names, shapes, strict=True)
    ]
    program = Program(stored, meta_graph.message(7))
    places = [(program.place(name), shape) for name, shape in tensors]
    graph = saved_model_graph.end_of(program, places)
    return ServedGraph(graph=graph, names=names, paths=tuple((name,) for name in names))


def _why_none(signatures: Mapping[str, Message]) -> str:
    if len(signatures) < 2:
        return "it has no signature for serving, which would tell what it puts out"
    return f"none of its {len(signatures)} signatures is called {_DEFAULT}, as the one to ask by default is"

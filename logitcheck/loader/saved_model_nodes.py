"""Nodes and functions of a TensorFlow graph as `saved_model.pb` stores them: what is where in the protocol buffers.

Source: tensorflow/core/framework/{graph,function,node_def,attr_value,op_def,tensor}.proto.
"""

from __future__ import annotations

import base64
import math
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from logitcheck.loader.protobuf_wire import Message, signed
from logitcheck.model import Shape

MOST_NUMBERS = 4096
"""Numbers of a constant that is read; parameters of operations have a handful, and a constant per class at most."""

_TYPES = (
    "",
    *("float32", "float64", "int32", "uint8", "int16", "int8", "string", "complex64", "int64", "bool"),
    *("qint8", "quint8", "qint32", "bfloat16", "qint16", "quint16", "uint16", "complex128", "float16"),
    *("resource", "variant", "uint32", "uint64"),
)
"""Data types by their numbers, as Python code calls them."""

_NUMBERS: Mapping[int, tuple[str, int]] = {1: ("f", 5), 2: ("d", 6), 3: ("i", 7), 9: ("q", 10)}
"""Number of a data type -> its letter in `struct`, and the field of a TensorProto for single values of it."""


def dtype_name(number: int) -> str:
    """Give the name of a data type; an empty one for a type that no layer computes in."""
    return _TYPES[number] if 0 <= number < len(_TYPES) else ""


@dataclass(frozen=True, slots=True)
class Tensor:
    """A reference to a tensor inside one graph: output `output` of a node, or an argument of the function."""

    node: str
    output: int

    @staticmethod
    def read(reference: str) -> Tensor:
        """Read `node`, `node:2`, or inside functions `node:name of the output:2`."""
        name, _, rest = reference.partition(":")
        number = rest.rpartition(":")[2]
        return Tensor(name, int(number) if number.isdecimal() and len(number) < 6 else 0)


@dataclass(frozen=True)
class Node:
    """One node: an operation, what it is given, and its attributes."""

    stored: Message

    @cached_property
    def name(self) -> str:
        """Its name in its graph or function."""
        return self.stored.text(1)

    @cached_property
    def op(self) -> str:
        """What it computes: an operation of TensorFlow, or a function of the library."""
        return self.stored.text(2)

    @cached_property
    def inputs(self) -> tuple[Tensor, ...]:
        """The tensors it is given; nodes that only have to run before it (`^name`) are none."""
        texts = (reference.as_text() for reference in self.stored.messages(3))
        return tuple(Tensor.read(text) for text in texts if not text.startswith("^"))

    @cached_property
    def attributes(self) -> Mapping[str, Message]:
        """Its attributes, undecoded."""
        return dict(self.stored.entries(5))

    @cached_property
    def function(self) -> str | None:
        """The function that the attribute `f` names, as calls have it."""
        stored = self.attributes.get("f")
        named = stored.message(10) if stored is not None else None
        return named.text(1) if named is not None else None

    @cached_property
    def dtype(self) -> str | None:
        """The type of what it puts out, as far as its attributes tell."""
        kinds = (self.attributes.get(name) for name in ("DstT", "T", "dtype"))
        return next((dtype_name(kind.integer(6)) or None for kind in kinds if kind is not None), None)

    def shape(self, output: int) -> Shape | None:
        """Give the static shape of one of its outputs, if it is stored and its rank is known."""
        stored = self.attributes.get("_output_shapes")
        shapes = stored.message(1) if stored is not None else None
        if shapes is None:
            return None
        found = next((shape for at, shape in enumerate(shapes.messages(7)) if at == output), None)
        return read_shape(found) if found is not None else None

    def attribute_values(self) -> Mapping[str, object]:
        """Give its attributes as JSON has them."""
        return {name: _attribute(stored) for name, stored in self.attributes.items() if name != "_output_shapes"}

    def constant(self) -> object:
        """Give the numbers of a Const as nested lists; None for other nodes, other types, and too many numbers."""
        stored = self.attributes.get("value")
        value = stored.message(8) if stored is not None and self.op == "Const" else None
        return _numbers(value) if value is not None else None


@dataclass(frozen=True)
class Body:
    """The nodes of a graph or of a function by name, read when they are asked for.

    arguments: of a function, with their positions. returned: what it returns, in order. Both empty for the graph.
    """

    stored: Message
    nodes_at: int
    arguments: Mapping[str, int] = field(default_factory=dict)
    returned: tuple[Tensor, ...] = ()

    @cached_property
    def _nodes(self) -> Mapping[str, Node]:
        return {node.text(1): Node(node) for node in self.stored.messages(self.nodes_at)}

    def node(self, name: str) -> Node | None:
        """Give a node by its name; None if there is none."""
        return self._nodes.get(name)


def of_graph(graph: Message) -> Body:
    """Read a GraphDef."""
    return Body(graph, 1)


def of_function(function: Message) -> Body:
    """Read a FunctionDef."""
    signature = function.message(1)
    if signature is None:
        return Body(function, 3)
    returned = {name: value.as_text() for name, value in function.entries(4)}
    return Body(
        function,
        3,
        {argument.text(1): position for position, argument in enumerate(signature.messages(2))},
        tuple(Tensor.read(returned.get(output.text(1), "")) for output in signature.messages(3)),
    )


def read_shape(shape: Message) -> Shape | None:
    """Read a TensorShapeProto; None if its rank is unknown."""
    if shape.integer(3):
        return None
    sizes = (dimension.integer(1) for dimension in shape.messages(2))
    return tuple(size if size >= 0 else None for size in sizes)


def _attribute(stored: Message) -> object:
    """Give an attribute as JSON has it: an object with one member, which tells what kind of value it is."""
    for number, value in stored.fields():
        match number, value:
            case 1, Message():
                return {"list": {"i": list(value.integers(3))}}
            case 2, Message():
                return {"s": base64.b64encode(value.as_bytes()).decode()}
            case 3, int():
                return {"i": signed(value)}
            case 5, int():
                return {"b": value != 0}
            case 6, int():
                return {"type": f"DT_{dtype_name(value).upper()}"}
            case _:
                continue
    return {}


def _numbers(tensor: Message) -> object:
    """Read a TensorProto as nested lists of numbers."""
    letter, at = _NUMBERS.get(tensor.integer(1), ("", 0))
    stored = tensor.message(2)
    shape = read_shape(stored) if stored is not None else ()
    count = math.prod(size or 0 for size in shape) if shape is not None else 0
    if not letter or shape is None or not 0 < count <= MOST_NUMBERS:
        return None
    content = tensor.message(4)
    flat = _content(content, letter, count) if content is not None else _single(tensor, letter, at, count)
    return None if flat is None else _nested(flat, shape)


def _content(content: Message, letter: str, count: int) -> list[float] | None:
    layout = f"<{count}{letter}"
    matches = _size(content) == struct.calcsize(layout)
    return list(struct.unpack(layout, content.as_bytes())) if matches else None


def _single(tensor: Message, letter: str, at: int, count: int) -> list[float] | None:
    """Read numbers that are stored one by one; the last one stands for all that are missing, none for zeros."""
    if letter in {"i", "q"}:
        flat: list[float] | None = list(tensor.integers(at))
    else:
        packed = tensor.message(at)
        flat = [] if packed is None else _content(packed, letter, _size(packed) // struct.calcsize(letter))
    if flat is None or len(flat) > count:
        return None
    return flat + [flat[-1] if flat else 0] * (count - len(flat))


def _size(span: Message) -> int:
    return span.end - span.start


def _nested(flat: list[float], shape: Shape) -> object:
    """Give numbers as lists in lists, as many deep as the shape has axes."""
    nested: list[object] = list(flat)
    for size in reversed(shape[1:]):
        width = size or 1
        nested = [nested[start : start + width] for start in range(0, len(nested), width)]
    return nested if shape else nested[0]

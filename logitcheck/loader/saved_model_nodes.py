"""Nodes and functions of a TensorFlow graph as `saved_model.pb` stores them: what is where in the protocol buffers.

Source: tensorflow/core/framework/{graph,function,node_def,attr_value,op_def,tensor}.proto.
"""

from __future__ import annotations

import base64
import math
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice

from logitcheck.loader.fields import HIGHEST_RANK
from logitcheck.loader.protobuf_wire import Message, signed
from logitcheck.model import Shape

MOST_NUMBERS = 4096
"""Numbers of a constant that is read; parameters of operations have a handful, and a constant per class at most."""

_LONGEST_OPTION = 100
"""Bytes of an attribute that is read as a text: `channels_first` is one of the longest."""

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


_OF_AN_ATTRIBUTE = range(1, 11)
"""Fields of an AttrValue, of which it has one."""


@dataclass(frozen=True)
class Node:
    """One node: an operation, what it is given, and its attributes."""

    stored: Message
    name: str

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
        named = self._attribute("f", 10)
        return named.text(1) if isinstance(named, Message) else None

    @cached_property
    def dtype(self) -> str | None:
        """The type of what it puts out, as far as its attributes tell."""
        kinds = (self._attribute(name, 6) for name in ("DstT", "T", "dtype"))
        return next((dtype_name(kind) or None for kind in kinds if isinstance(kind, int)), None)

    def shape(self, output: int) -> Shape | None:
        """Give the static shape of one of its outputs, if it is stored and its rank is known."""
        stored = self._attribute("_output_shapes", 1)
        shapes = stored.messages(7) if isinstance(stored, Message) else ()
        return read_shape(shapes[output]) if 0 <= output < len(shapes) else None

    def attribute_values(self) -> Mapping[str, object]:
        """Give its attributes as JSON has them."""
        return {name: _attribute(stored) for name, stored in self.attributes.items() if name != "_output_shapes"}

    def constant(self) -> object:
        """Give the numbers of a Const as nested lists; None for other nodes, other types, and too many numbers."""
        value = self._attribute("value", 8) if self.op == "Const" else None
        return _numbers(value) if isinstance(value, Message) else None

    def _attribute(self, name: str, kind: int) -> int | Message | None:
        """Give the value of an attribute, if it has one of this kind."""
        stored = self.attributes.get(name)
        found = stored.only(_OF_AN_ATTRIBUTE) if stored is not None else None
        return found[1] if found is not None and found[0] == kind else None


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
        found = ((node.first_text(1), node) for node in self.stored.messages(self.nodes_at))
        return {name: Node(node, name) for name, node in found}

    def node(self, name: str) -> Node | None:
        """Give a node by its name; None if there is none.

        Raises UnreadableInputError if it has another name as well.
        """
        node = self._nodes.get(name)
        if node is not None and node.stored.text(1) != name:
            raise node.stored.wire.damaged(node.stored.start)
        return node


def of_graph(graph: Message) -> Body:
    """Read a GraphDef."""
    return Body(graph, 1)


def of_function(function: Message, name: str) -> Body:
    """Read a FunctionDef that was found under this name.

    Raises UnreadableInputError if it has another one as well.
    """
    signature = function.message(1)
    if signature is None or signature.text(1) != name:
        raise function.wire.damaged(function.start)
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
    dimensions = shape.messages(2)
    if len(dimensions) > HIGHEST_RANK:
        return None
    sizes = (dimension.integer(1) for dimension in dimensions)
    return tuple(size if size >= 0 else None for size in sizes)


def _attribute(stored: Message) -> object:
    """Give an attribute as JSON has it: an object with one member, which tells what kind of value it is."""
    match stored.only(_OF_AN_ATTRIBUTE):
        case 1, Message() as listed:
            numbers = list(islice(listed.integers(3), MOST_NUMBERS + 1))
            return {"list": {"i": numbers}} if len(numbers) <= MOST_NUMBERS else {}
        case 2, Message() as text if _size(text) <= _LONGEST_OPTION:
            return {"s": base64.b64encode(text.as_bytes()).decode()}
        case 3, int(number):
            return {"i": signed(number)}
        case 5, int(number):
            return {"b": number != 0}
        case 6, int(number):
            return {"type": f"DT_{dtype_name(number).upper()}"}
        case _:
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
        flat: list[float] | None = list(islice(tensor.integers(at), count + 1))
    else:
        flat = _packed(tensor.values(at), letter, count)
    if flat is None or len(flat) > count:
        return None
    return flat + [flat[-1] if flat else 0] * (count - len(flat))


def _packed(stored: Sequence[int | Message], letter: str, most: int) -> list[float] | None:
    """Read floating-point numbers as proto3 writes them, in one piece; None if they are stored otherwise, or more."""
    match stored:
        case []:
            return []
        case [Message() as packed]:
            count = _size(packed) // struct.calcsize(letter)
            return _content(packed, letter, count) if count <= most else None
        case _:
            return None


def _size(span: Message) -> int:
    return span.end - span.start


def _nested(flat: list[float], shape: Shape) -> object:
    """Give numbers as lists in lists, as many deep as the shape has axes."""
    nested: list[object] = list(flat)
    for size in reversed(shape[1:]):
        width = size or 1
        nested = [nested[start : start + width] for start in range(0, len(nested), width)]
    return nested if shape else nested[0]

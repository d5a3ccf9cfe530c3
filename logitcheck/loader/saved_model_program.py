"""Where a tensor of a SavedModel's graph comes from: through function calls, arguments, and what only hands it on."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from logitcheck.loader import saved_model_nodes
from logitcheck.loader.protobuf_wire import Message
from logitcheck.loader.saved_model_nodes import Body, Node, Tensor
from logitcheck.loader.saved_model_variables import Variables

MOST_STEPS = 5_000
"""Tensors looked at in one graph; from an output back to its last weights there are a few dozen."""

DEEPEST_CALLS = 64

_WIRES = frozenset({"Identity", "IdentityN", "StopGradient", "PreventGradient", "Snapshot", "CheckNumerics"})
"""Operations that hand on each tensor as it is, in prediction."""

_CALLS = frozenset({"PartitionedCall", "StatefulPartitionedCall"})
_VARIABLES = frozenset({"VariableV2", "Variable", "VarHandleOp"})


class TooFarError(Exception):
    """The way back from an output does not end within the bounds."""


@dataclass(frozen=True)
class Frame:
    """One use of a body: the graph itself, or a function at one of its calls.

    function: its name. path: the nodes that call it. caller, given: where it is called, and with what.
    """

    body: Body
    function: str = ""
    path: tuple[str, ...] = ()
    caller: Frame | None = None
    given: tuple[Tensor, ...] = ()


class Place(NamedTuple):
    """A tensor, and the frame in which its node is."""

    frame: Frame
    tensor: Tensor


class Origin(NamedTuple):
    """Where a tensor is made: by a node; or None, by an argument that no caller gives."""

    place: Place
    node: Node | None


class Program:
    """The graph of a SavedModel with its functions and variables."""

    def __init__(self, graph: Message, objects: Message | None) -> None:
        self._stored = graph
        self._graph = Frame(saved_model_nodes.of_graph(graph))
        self._variables = Variables(objects)
        self._bodies: dict[str, Body] = {}
        self._steps = MOST_STEPS

    def place(self, name: str) -> Place:
        """Give the place of a tensor of the graph itself."""
        return Place(self._graph, Tensor.read(name))

    def returned(self, function: str, output: int) -> Place:
        """Give the place of a tensor that a function returns, whoever calls it."""
        stored = self._functions.get(function)
        body = self._body(function, stored) if stored is not None else self._graph.body
        found = body.returned[output] if output < len(body.returned) else Tensor("", 0)
        return Place(Frame(body, function, (function,)), found)

    def operands(self, origin: Origin) -> tuple[Place, ...]:
        """Give the places of the tensors that a node is given."""
        return (
            tuple(Place(origin.place.frame, given) for given in origin.node.inputs) if origin.node is not None else ()
        )

    def origin(self, place: Place, through: AbstractSet[str] = frozenset()) -> Origin:
        """Find the node that makes a tensor, behind what only hands it on and operations `through` on its numbers.

        Raises TooFarError if functions call each other without end, or nodes feed themselves.
        """
        while True:
            self._steps -= 1
            if self._steps < 0:
                raise TooFarError
            frame, tensor = place
            node = frame.body.node(tensor.node) if tensor.node not in frame.body.arguments else None
            following = self._argument(place) if node is None else self._behind(place, node, through)
            if following is None:
                return Origin(place, node)
            place = following

    def is_trained(self, place: Place, through: AbstractSet[str]) -> bool | None:
        """Tell whether a tensor is a variable that is trained, but for operations `through`; None if it is none."""
        origin = self.origin(place, through)
        if origin.node is not None and origin.node.op == "ReadVariableOp" and origin.node.inputs:
            origin = self.origin(self.operands(origin)[0])
        if origin.node is None:
            return self._is_trained(origin.place)
        return False if origin.node.op in _VARIABLES else None

    def _argument(self, place: Place) -> Place | None:
        """Give what the caller gives for an argument; None for a variable of the model, and where nothing is given."""
        frame = place.frame
        position = frame.body.arguments.get(place.tensor.node)
        if frame.caller is None or position is None or position >= len(frame.given):
            return None
        return None if self._is_trained(place) is not None else Place(frame.caller, frame.given[position])

    def _is_trained(self, place: Place) -> bool | None:
        frame = place.frame
        position = frame.body.arguments.get(place.tensor.node)
        if position is None or len(frame.path) != 1:
            return None
        return self._variables.is_trained(frame.function, position, len(frame.body.arguments))

    def _behind(self, place: Place, node: Node, through: AbstractSet[str]) -> Place | None:
        """Give the tensor that a node hands on; None for a node that makes one."""
        if node.op in _WIRES or node.op in through:
            at = place.tensor.output if node.op == "IdentityN" else 0
            return Place(place.frame, node.inputs[at]) if at < len(node.inputs) else None
        name = node.function if node.op in _CALLS else node.op
        function = self._functions.get(name or "")
        if function is None or len(place.frame.path) >= DEEPEST_CALLS:
            return None
        body = self._body(name or "", function)
        if place.tensor.output >= len(body.returned):
            return None
        called = Frame(body, name or "", (*place.frame.path, node.name), place.frame, node.inputs)
        return Place(called, body.returned[place.tensor.output])

    def _body(self, name: str, function: Message) -> Body:
        if name not in self._bodies:
            self._bodies[name] = saved_model_nodes.of_function(function, name)
        return self._bodies[name]

    @cached_property
    def _functions(self) -> Mapping[str, Message]:
        library = self._stored.message(2)
        stored = library.messages(1) if library is not None else ()
        signed = ((function.first(1), function) for function in stored)
        return {signature.first_text(1): function for signature, function in signed if signature is not None}

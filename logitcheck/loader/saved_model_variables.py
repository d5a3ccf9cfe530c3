"""Which variables of a SavedModel the arguments of its functions stand for, and whether they are trained.

Functions get the variables they use as their last arguments; the object graph tells which. Variables of layers that are
frozen look like others, but Keras lists those that are trained at the root (`trainable_variables`). Sources:
tensorflow/core/protobuf/saved_object_graph.proto, `bound_inputs`; keras/src/export/saved_model.py, `track`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from functools import cached_property

from logitcheck.loader import saved_model_objects
from logitcheck.loader.protobuf_wire import Message


class Variables:
    """The variables of one object graph."""

    def __init__(self, objects: Message | None) -> None:
        self._objects = objects

    def is_trained(self, function: str, position: int, arguments: int) -> bool | None:
        """Tell whether an argument of a function is a variable that is trained; None if it is no variable.

        position: of the argument, among as many `arguments`.
        """
        bound = self._bound(function)
        behind = position - (arguments - len(bound))
        if not 0 <= behind < len(bound) or not 0 <= bound[behind] < len(self._nodes):
            return None
        number = bound[behind]
        variable = saved_model_objects.of_kind(self._nodes[number], saved_model_objects.VARIABLE)
        if variable is None:
            return None
        return variable.integer(3) == 1 and (self._listed is None or number in self._listed)

    def _bound(self, function: str) -> Sequence[int]:
        stored = self._functions.get(function)
        return tuple(stored.integers(2)) if stored is not None else ()

    @cached_property
    def _listed(self) -> AbstractSet[int] | None:
        """The variables in the root's list of those that are trained; None if it has no such list."""
        found = {child.text(2): child.integer(1) for child in self._nodes[0].messages(1)}
        number = found.get("trainable_variables", -1)
        if not 0 <= number < len(self._nodes):
            return None
        return frozenset(child.integer(1) for child in self._nodes[number].messages(1))

    @cached_property
    def _functions(self) -> Mapping[str, Message]:
        return dict(self._objects.entries(2)) if self._objects is not None else {}

    @cached_property
    def _nodes(self) -> Sequence[Message]:
        return self._objects.messages(1) if self._objects is not None else []

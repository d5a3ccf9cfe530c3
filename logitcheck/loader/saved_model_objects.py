"""What an object in the object graph of a SavedModel is: each is of one kind.

Source: tensorflow/core/protobuf/saved_object_graph.proto, SavedObject.
"""

from __future__ import annotations

from logitcheck.loader.protobuf_wire import Message

_KINDS = (4, 5, 6, 7, 8, 9, 10, 12)

USER_OBJECT, FUNCTION, VARIABLE = 4, 6, 7
"""Kinds that are asked for."""


def of_kind(stored: Message, kind: int) -> Message | None:
    """Give what is stored of an object, if it is of this kind.

    Raises UnreadableInputError if it is of two.
    """
    found = stored.only(_KINDS)
    return found[1] if found is not None and found[0] == kind and isinstance(found[1], Message) else None


def root(objects: Message) -> Message | None:
    """Give the root of an object graph, which is its first object."""
    found = objects.messages(1)
    return found[0] if found else None

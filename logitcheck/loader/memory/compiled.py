"""One loss or metric of a model in memory: an object, a function, a class, or a function with some arguments given."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from types import FunctionType
from typing import Any

from logitcheck.loader import fields, losses, metrics
from logitcheck.loader.memory.origin import Origin
from logitcheck.loader.memory.plain import plain
from logitcheck.model import Loss, LossForm, Metric

Stored = object
"""A loss or metric as a file would hold it, or one that is read already, since no file could."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Reader:
    """What differs between losses and metrics.

    word: for messages. wrapper: the class of Keras that makes one of a function. read: reads a stored one.
    unknown: makes one of which nothing is known but its name and why.
    """

    word: str
    wrapper: str
    read: Callable[[Stored, int], Loss | Metric | None]
    unknown: Callable[[str, str], Loss | Metric]

    def is_of_keras(self, stored: Stored, origin: Origin) -> bool:
        """Whether a stored one is read as one that Keras or TensorFlow has."""
        found = self.read(stored, origin.generation)
        return found is not None and found.form is not LossForm.CUSTOM


def _unknown_loss(name: str, reason: str) -> Loss:
    shown = fields.label(name) or ""
    return Loss(name=shown, form=LossForm.CUSTOM, label=shown, reason=reason)


def _unknown_metric(name: str, reason: str) -> Metric:
    shown = fields.label(name) or ""
    return Metric(name=shown, form=LossForm.CUSTOM, label=shown, reason=reason)


LOSS = Reader(word="loss", wrapper="LossFunctionWrapper", read=losses.read, unknown=_unknown_loss)
METRIC = Reader(word="metric", wrapper="MeanMetricWrapper", read=metrics.read, unknown=_unknown_metric)


def read(given: Any, reader: Reader, origin: Origin) -> Stored:
    """Read one that was given to `compile`, and is no text.

    Raises whatever Keras and the code of the user raise when it is serialized.
    """
    if inspect.isclass(given):
        return _class(given, reader, origin)
    if isinstance(given, partial):
        return _partial(given, reader, origin)
    if isinstance(given, FunctionType):
        return _function(given, reader, origin)
    if not hasattr(given, "get_config"):
        name = type(given).__name__
        return reader.unknown(name, f"the {reader.word} is an object of class {name!r}, which Keras cannot save")
    stored = saved(given, origin)
    inner = getattr(given, "fn", getattr(given, "_fn", None)) if type(given).__name__ == reader.wrapper else None
    if isinstance(inner, FunctionType) and not origin.owns(inner) and reader.is_of_keras(stored, origin):
        return _namesake(inner.__name__, reader)
    return stored


def saved(given: object, origin: Origin) -> Stored:
    """Give an object as `model.save` would write it."""
    return plain(origin.serialize(given))


def _function(given: FunctionType, reader: Reader, origin: Origin) -> Stored:
    if given.__name__ == "<lambda>":
        return {"class_name": "__lambda__", "config": {}}
    stored = saved(given, origin)
    is_namesake = reader.is_of_keras(stored, origin) and not origin.owns(given)
    return _namesake(given.__name__, reader) if is_namesake else stored


def _namesake(name: str, reader: Reader) -> Loss | Metric:
    reason = (
        f"{name!r} is a function of your own with the name of one of Keras, and a saved model would be loaded with that"
    )
    return reader.unknown(name, reason)


def _class(given: type, reader: Reader, origin: Origin) -> Stored:
    """Read a class that was given in place of an object: Keras 3.3 and newer makes one (`losses.get`)."""
    name = given.__name__
    if not _makes_objects(origin):
        return reader.unknown(name, f"it is the class {name!r} itself, and no object of it: {name}()")
    if origin.owns(given):
        return name
    return reader.unknown(name, f"the {reader.word} is an object of the custom class {name!r}")


def _makes_objects(origin: Origin) -> bool:
    parts = (origin.version or "").split(".")
    return origin.generation == 3 and len(parts) > 1 and parts[1].isdecimal() and int(parts[1]) >= 3


def _partial(given: partial[Any], reader: Reader, origin: Origin) -> Stored:
    """Read a function with some of its arguments given, as Keras itself would write it if it made an object of it.

    That is the same loss if the function is one of Keras, and the arguments are none of the two tensors.
    """
    name = getattr(given.func, "__name__", type(given.func).__name__)
    stored = {"class_name": "function", "config": name}
    if not given.args and origin.owns(given.func) and reader.is_of_keras(stored, origin):
        _, _, *settings = inspect.signature(given.func).parameters
        if set(settings) >= given.keywords.keys():
            config = {"fn": name, **fields.mapping(plain(given.keywords))}
            return {"module": "keras", "class_name": reader.wrapper, "config": config, "registered_name": None}
    return reader.unknown(
        name, f"the {reader.word} is a functools.partial of {name!r}, and what that does is not known"
    )

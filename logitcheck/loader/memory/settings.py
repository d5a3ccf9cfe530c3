"""The compile settings of a model in memory: as `model.save` would write them, and more where the objects tell more.

A file keeps of a function its name. Here the function itself is there: one of the user's own is not taken for the one
of Keras whose name it has, and a `functools.partial` of one of Keras, which no file can hold, is read.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from logitcheck.loader import fields
from logitcheck.loader.memory import compiled
from logitcheck.loader.memory.architecture import refusal
from logitcheck.loader.memory.compiled import Reader
from logitcheck.loader.memory.origin import Origin
from logitcheck.loader.memory.plain import plain

_READERS = {
    "loss": compiled.LOSS,
    "metrics": compiled.METRIC,
    "weighted_metrics": compiled.METRIC,
}


def of(model: Any, origin: Origin) -> Mapping[str, object] | None:
    """Give the compile settings; None of a model that was not compiled."""
    if not _is_compiled(model):
        return None
    given = getattr(getattr(model, "_compile_config", None), "config", None)
    if isinstance(given, dict) and _is_default(model, "get_compile_config"):
        settings = {key: _structure(given.get(key), reader, origin) for key, reader in _READERS.items()}
        return {**settings, "loss_weights": _weights(given.get("loss_weights"), origin)}
    return _overridden(model, origin)


def _is_compiled(model: Any) -> bool:
    """Whether a model was compiled: Keras 3 notes it as `compiled`, Keras 2 as `_is_compiled` (engine/training.py)."""
    return bool(getattr(model, "compiled", getattr(model, "_is_compiled", False)))


def _is_default(model: Any, method: str) -> bool:
    """Whether a method is that of Keras, and not of a class of the user's own."""
    home = getattr(getattr(type(model), method, None), "__module__", None) or ""
    return home.startswith(("keras.", "tf_keras."))


def _overridden(model: Any, origin: Origin) -> Mapping[str, object]:
    """Give what a `get_compile_config` of the user's own says, as a file would hold it."""
    try:
        found = fields.mapping(plain(origin.serialize(model.get_compile_config())))
    except Exception as error:  # noqa: BLE001  the method is the user's, and raises what it likes
        reason = f"the compile settings cannot be saved ({refusal(error)})"
        return {"loss": compiled.LOSS.unknown("unknown", reason)}
    return found or {"loss": None}


def _structure(given: object, reader: Reader, origin: Origin) -> object:
    """Give losses or metrics in the lists and dicts that they were given in."""
    match given:
        case None | str():
            return plain(given)
        case list() | tuple():
            return [_structure(item, reader, origin) for item in given]
        case dict() if "class_name" in given:
            return _leaf(given, partial(compiled.saved, origin=origin), reader)
        case dict():
            return {str(key): _structure(item, reader, origin) for key, item in given.items()}
        case _:
            return _leaf(given, partial(compiled.read, reader=reader, origin=origin), reader)


def _leaf(given: object, read: Callable[[Any], object], reader: Reader) -> object:
    try:
        return read(given)
    except Exception as error:  # noqa: BLE001  its get_config is the user's, and raises what it likes
        name = type(given).__name__
        return reader.unknown(name, f"an object of class {name!r} cannot be saved ({refusal(error)})")


def _weights(given: object, origin: Origin) -> object:
    """Give the weights of the losses; those that cannot be saved are not known to be 0."""
    try:
        return compiled.saved(given, origin)
    except Exception:  # noqa: BLE001  a weight can be an object of any class
        return None

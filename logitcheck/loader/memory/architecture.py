"""The config of a model in memory: what `model.save` would write, and stand-ins for what it would refuse or confuse.

Only what Keras itself asks for when it saves is called: `get_config`, `get_build_config`, `get_compile_config`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from functools import partial
from types import FunctionType
from typing import Any

from logitcheck.loader import activations, fields, unsaved
from logitcheck.loader.memory.origin import Origin
from logitcheck.loader.memory.plain import plain

_OWN_PACKAGES = frozenset({"keras", "tf_keras", "tensorflow"})
_LONGEST_REASON = 200


def config_of(model: Any, origin: Origin) -> Mapping[str, object]:
    """Give the serialized model, without its compile settings.

    What cannot be saved is there as an object without a config, and with the reason. A function of the user's own that
    would be saved under the name of one of Keras is there under a name of its own.
    """
    parts = list(_parts(model))
    with ExitStack() as stack:
        for part, parameter, given in _namesakes(parts, origin):
            stack.enter_context(_instead(part, get_config=partial(_renamed, part.get_config, parameter, given)))
        try:
            return _serialized(model, origin)
        except Exception:  # noqa: BLE001  the code of layers and losses is the user's, and raises what it likes
            return _with_stand_ins(model, parts, origin)


def refusal(error: Exception) -> str:
    """Say in one line why something cannot be saved."""
    text = " ".join(str(error).split())
    shown = text if len(text) <= _LONGEST_REASON else f"{text[:_LONGEST_REASON]}…"
    return f"{type(error).__name__}: {shown}" if shown else type(error).__name__


def _serialized(part: Any, origin: Origin) -> Mapping[str, object]:
    found = plain(origin.serialize(part))
    return {key: value for key, value in fields.mapping(found).items() if key != "compile_config"}


def _namesakes(parts: list[Any], origin: Origin) -> Iterator[tuple[Any, str, FunctionType]]:
    """Give the layers of Keras with functions that would be saved under the name of an activation, and are none."""
    for part in filter(_is_of_keras, parts):
        parameter = "function" if type(part).__name__ == "Lambda" else "activation"
        given = getattr(part, parameter, None)
        if isinstance(given, FunctionType) and activations.read(given.__name__).name and not origin.owns(given):
            yield part, parameter, given


def _renamed(get_config: Callable[[], Mapping[str, object]], parameter: str, given: FunctionType) -> object:
    """Give a config with the function under its full name, in the form in which Keras writes functions."""
    name = f"{given.__module__}.{given.__name__}"
    return {**get_config(), parameter: {"module": "builtins", "class_name": "function", "config": name}}


def _with_stand_ins(model: Any, parts: list[Any], origin: Origin) -> Mapping[str, object]:
    """Serialize a model after replacing the methods of those parts that fail, from the innermost on, for a moment.

    The methods are replaced on the objects, not on their classes, and without Keras noticing: it tracks what is set as
    an attribute, not what is in `__dict__`.
    """
    with ExitStack() as stack:
        for part in parts:
            if hasattr(part, "get_compile_config"):
                stack.enter_context(_instead(part, get_compile_config=_nothing))
            try:
                _serialized(part, origin)
            except Exception as error:  # noqa: BLE001  see config_of
                stub = partial(_stub, getattr(part, "name", None), _why(part, error))
                stack.enter_context(_instead(part, get_config=stub, get_build_config=_nothing))
        return _serialized(model, origin)


def _parts(model: Any) -> Iterator[Any]:
    """Give every operation and layer of a model, inner ones before what they are in, and the model itself last.

    `_flatten_layers` is Keras's own way to find them (Keras 2 and 3, layers/layer.py and engine/base_layer.py);
    operations of `keras.ops` are no layers, and stand beside those in the models that they are in.
    """
    layers = list(model._flatten_layers(include_self=True, recursive=True))  # noqa: SLF001  there is no public one
    seen = {id(layer) for layer in layers}
    for operation in (each for layer in layers for each in getattr(layer, "operations", ())):
        if id(operation) not in seen:
            seen.add(id(operation))
            yield operation
    yield from reversed(layers)


@contextmanager
def _instead(part: Any, **methods: Callable[[], object]) -> Iterator[None]:
    """Put methods in place of those of one object's class."""
    own = vars(part)
    before = {name: own[name] for name in methods if name in own}
    own.update(methods)
    try:
        yield
    finally:
        for name in methods:
            del own[name]
        own.update(before)


def _nothing() -> None:
    return None


def _stub(name: object, reason: str) -> dict[str, object]:
    return {"name": name, unsaved.KEY: reason} if isinstance(name, str) else {unsaved.KEY: reason}


def _why(part: Any, error: Exception) -> str:
    if _is_of_keras(part):
        return f"its config cannot be saved ({refusal(error)})"
    return f"class {type(part).__name__!r} is not part of Keras, and cannot be saved ({type(error).__name__})"


def _is_of_keras(part: Any) -> bool:
    return type(part).__module__.partition(".")[0] in _OWN_PACKAGES

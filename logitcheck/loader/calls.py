"""How a layer was called: the `inbound_nodes` of Keras 1, 2 and 3 as one form (keras-facts: "Functional").

Keras 3 stores `{"args": […], "kwargs": {…}}` with tensors as `__keras_tensor__` objects anywhere inside. Keras 2 stores
lists of `[layer, call, tensor, kwargs]`, Keras 1 the same without kwargs; operation layers of Keras 2 drop one level.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping
from typing import Any, TypeGuard

from logitcheck.errors import MalformedGraphError
from logitcheck.loader import fields
from logitcheck.model import Argument, Call, ConstantArray, Slice, TensorReference

_DEEPEST = 48
_STRUCTURES = frozenset({list, tuple, dict, TensorReference, Slice})
_CONSTANT = "_CONSTANT_VALUE"
_WITHOUT_VALUES = frozenset({"mask", "attention_mask", "query_mask", "value_mask", "key_mask"})
"""Keyword arguments whose tensors steer a layer but do not flow into its output."""


def read(raw: object, layer: str, layers: Container[str]) -> tuple[Call, ...]:
    """Read the `inbound_nodes` of the layer called `layer`; `layers` are the names that references may point at.

    Raises MalformedGraphError for forms that no Keras writes.
    """
    if raw is None:
        return ()
    if not isinstance(raw, list):
        raise MalformedGraphError(f"The inbound nodes of layer {layer!r} should be a list, found {type(raw).__name__}.")
    return tuple(_call(node, layer, layers) for node in raw)


def _call(node: object, layer: str, layers: Container[str]) -> Call:
    match node:
        case {"args": list(args)}:
            stored = _keywords(fields.mapping(node).get("kwargs"))
            keywords = {key: _modern(value, 0) for key, value in stored.items()}
            return call(tuple(_modern(argument, 0) for argument in args), keywords)
        case [str(), *_]:
            leaf, older_keywords = _leaf(node, layer, layers)
            return call((leaf,), older_keywords)
        case [*leaves]:
            return _older(leaves, layer, layers)
        case dict():
            return _older([node], layer, layers)
        case _:
            raise MalformedGraphError(f"A call of layer {layer!r} has an unknown form.")


def _keywords(stored: object) -> Mapping[str, object]:
    if stored is not None and not isinstance(stored, dict):
        raise MalformedGraphError(f"The keyword arguments of a call are a {type(stored).__name__}.")
    return fields.mapping(stored)


def call(args: tuple[Argument, ...], kwargs: Mapping[str, Argument]) -> Call:
    """Make a call and collect the tensors whose values flow into it."""
    tensors = list(_tensors(args))
    for key, value in kwargs.items():
        if key not in _WITHOUT_VALUES:
            tensors.extend(_tensors(value))
    return Call(args, kwargs, tuple(tensors))


def _older(leaves: list[object], layer: str, layers: Container[str]) -> Call:
    """Read one call of Keras 1 or 2: a list of tensors, or of dicts of tensors; the first one carries the kwargs."""
    arguments: list[Argument] = []
    keywords: Mapping[str, Argument] = {}
    for leaf in leaves:
        if isinstance(leaf, dict):
            arguments.append({key: _leaf(value, layer, layers)[0] for key, value in leaf.items()})
            continue
        argument, own = _leaf(leaf, layer, layers)
        arguments.append(argument)
        keywords = keywords or own
    return call((arguments[0],) if len(arguments) == 1 else (arguments,), keywords)


def _leaf(leaf: object, layer: str, layers: Container[str], depth: int = 0) -> tuple[Argument, Mapping[str, Argument]]:
    """Read `[layer, call, tensor]` or `[layer, call, tensor, kwargs]`, or a constant first argument."""
    _guard(depth)
    if _is_plain_reference(leaf):
        return TensorReference(*leaf), {}
    match leaf:
        case [str(name), constant_mark, value, *rest] if name == _CONSTANT and constant_mark == -1:
            return value, _older_keywords(rest, layers)
        case [str(name), int(index), int(tensor), *rest] if len(rest) <= 1:
            return TensorReference(name, index, tensor), _older_keywords(rest, layers)
        case [*parts] if parts and all(isinstance(part, list) for part in parts):
            return [_leaf(part, layer, layers, depth + 1)[0] for part in parts], {}
        case _:
            raise MalformedGraphError(f"Layer {layer!r} is called on something that is no tensor reference.")


def _is_plain_reference(leaf: object) -> TypeGuard[list[Any]]:
    """Tell the usual form of a leaf, which patterns take ten times as long to tell."""
    return (
        isinstance(leaf, list)
        and len(leaf) == 3
        and isinstance(leaf[0], str)
        and isinstance(leaf[1], int)
        and isinstance(leaf[2], int)
        and leaf[0] != _CONSTANT
    )


def holds_values_only(items: Iterable[object]) -> bool:
    """Tell whether a list holds neither tensors nor anything that could: those of constants have millions of items."""
    return _STRUCTURES.isdisjoint(map(type, items))


def _older_keywords(rest: list[object], layers: Container[str]) -> Mapping[str, Argument]:
    stored = _keywords(rest[0] if rest else None)
    return {key: _older_value(value, layers, 0) for key, value in stored.items()}


def _older_value(value: object, layers: Container[str], depth: int) -> Argument:
    _guard(depth)
    match value:
        case [str(name), int(index), int(tensor)] if name in layers:
            return TensorReference(name, index, tensor)
        case [str(name), int(index), int(tensor), dict()] if name in layers:
            return TensorReference(name, index, tensor)
        case {"class_name": "__ellipsis__"}:
            return ...
        case {"start": start, "stop": stop, "step": step}:
            return Slice(*(_older_value(part, layers, depth + 1) for part in (start, stop, step)))
        case list():
            return value if holds_values_only(value) else [_older_value(item, layers, depth + 1) for item in value]
        case _:
            return value


def _modern(value: object, depth: int) -> Argument:
    _guard(depth)
    match value:
        case {"class_name": "__keras_tensor__"}:
            return _keras_tensor(fields.mapping(fields.mapping(value).get("config")))
        case {"class_name": "__numpy__" | "__tensor__", "config": {"value": array}}:
            return ConstantArray(array)
        case {"class_name": "__slice__", "config": dict(parts)}:
            return Slice(*(_modern(parts.get(part), depth + 1) for part in ("start", "stop", "step")))
        case {"class_name": "__ellipsis__"}:
            return ...
        case list():
            return value if holds_values_only(value) else [_modern(item, depth + 1) for item in value]
        case {"config": {"keras_history": _}}:
            raise MalformedGraphError("A tensor in the config is stored as an object of another class.")
        case dict():
            return {key: _modern(item, depth + 1) for key, item in value.items()}
        case _:
            return value


def _keras_tensor(config: Mapping[str, object]) -> TensorReference:
    match config.get("keras_history"):
        case [str(name), int(index), int(tensor)]:
            shape, dtype = fields.shape(config.get("shape")), fields.label(config.get("dtype"))
            return TensorReference(name, index, tensor, shape, dtype)
        case _:
            raise MalformedGraphError("A tensor in the config has no layer, call and output number in its history.")


def _tensors(value: Argument) -> Iterator[TensorReference]:
    """Every tensor in an argument, dicts in sorted order as Keras flattens them."""
    match value:
        case TensorReference():
            yield value
        case list() | tuple():
            if not holds_values_only(value):
                for item in value:
                    yield from _tensors(item)
        case dict():
            for key in sorted(value):
                yield from _tensors(value[key])
        case Slice():
            yield from _tensors([value.start, value.stop, value.step])
        case _:
            return


def _guard(depth: int) -> None:
    if depth > _DEEPEST:
        raise MalformedGraphError(f"The arguments of a call are nested more than {_DEEPEST} deep.")

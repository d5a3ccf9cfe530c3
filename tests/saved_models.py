"""SavedModels made by hand: protocol buffers with the few fields that are read, and folders of them.

Messages are what they are on the wire, bytes: a message is the sum of its fields.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

FLOAT, INT32, HALF = 1, 3, 19
"""Numbers of data types."""


def varint(number: int) -> bytes:
    """A variable-length integer; negative ones are written as 2^64 more."""
    number &= (1 << 64) - 1
    encoded = bytearray()
    while number > 0x7F:
        encoded.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*encoded, number])


def whole(number: int, value: int) -> bytes:
    """A field that is an integer or a truth value."""
    return varint(number << 3) + varint(value)


def span(number: int, value: bytes | str) -> bytes:
    """A field that is a message, a text or packed numbers."""
    raw = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(raw)) + raw


def entry(number: int, key: str, value: bytes) -> bytes:
    """An entry of a map from texts to messages."""
    return span(number, span(1, key) + span(2, value))


def shape(sizes: Sequence[int | None]) -> bytes:
    """A TensorShapeProto."""
    return b"".join(span(2, whole(1, -1 if size is None else size)) for size in sizes)


def node(name: str, op: str, *inputs: str, **attributes: bytes) -> bytes:
    """A NodeDef."""
    given = b"".join(span(3, reference) for reference in inputs)
    return span(1, name) + span(2, op) + given + b"".join(entry(5, key, value) for key, value in attributes.items())


def shapes(*of_outputs: Sequence[int | None]) -> bytes:
    """The attribute `_output_shapes`."""
    return span(1, b"".join(span(7, shape(sizes)) for sizes in of_outputs))


def kind(dtype: int) -> bytes:
    """An attribute that is a data type."""
    return whole(6, dtype)


def calling(function: str) -> bytes:
    """The attribute `f` of a call."""
    return span(10, span(1, function))


def constant(name: str, numbers: Sequence[int], sizes: Sequence[int] | None = None) -> bytes:
    """A Const of int32; a vector unless it has another shape."""
    sizes = [len(numbers)] if sizes is None else sizes
    content = b"".join(number.to_bytes(4, "little", signed=True) for number in numbers)
    value = whole(1, INT32) + span(2, shape(sizes)) + span(4, content)
    return node(name, "Const", dtype=kind(INT32), value=span(8, value))


def function(name: str, arguments: Sequence[str], nodes: Iterable[bytes], **returned: str) -> bytes:
    """A FunctionDef."""
    takes = b"".join(span(2, span(1, argument)) for argument in arguments)
    gives = b"".join(span(3, span(1, output)) for output in returned)
    results = b"".join(span(4, span(1, output) + span(2, tensor)) for output, tensor in returned.items())
    return span(1, span(1, name) + takes + gives) + b"".join(span(3, made) for made in nodes) + results


def variable(*, trained: bool = True) -> bytes:
    """A SavedObject that is a variable."""
    return span(7, whole(1, FLOAT) + (whole(3, 1) if trained else b"") + span(6, "weights"))


def objects(nodes: Iterable[bytes], bound: Mapping[str, Sequence[int]]) -> bytes:
    """A SavedObjectGraph; `bound` are the variables that functions get."""
    kept = {name: span(2, b"".join(map(varint, numbers))) for name, numbers in bound.items()}
    return b"".join(span(1, item) for item in nodes) + b"".join(entry(2, name, value) for name, value in kept.items())


def children(**numbers: int) -> bytes:
    """What a SavedObject refers to, by name."""
    return b"".join(span(1, whole(1, number) + span(2, name)) for name, number in numbers.items())


def root(metadata: Mapping[str, Any] | None = None) -> bytes:
    """The first SavedObject; with the metadata of Keras on it up to TF 2.4."""
    if metadata is None:
        return span(4, span(1, "_generic_user_object"))
    return span(4, span(1, "_tf_keras_model") + span(3, json.dumps(metadata)))


def signature(**outputs: str) -> bytes:
    """A SignatureDef."""
    return b"".join(entry(2, name, span(1, tensor)) for name, tensor in outputs.items())


def saved(
    nodes: Iterable[bytes] = (),
    functions: Iterable[bytes] = (),
    signatures: Mapping[str, bytes] | None = None,
    object_graph: bytes = b"",
    tag: str = "serve",
) -> bytes:
    """A `saved_model.pb`; the sum of several is one with several graphs."""
    graph = b"".join(span(1, made) for made in nodes) + span(2, b"".join(span(1, made) for made in functions))
    served = b"".join(entry(5, name, value) for name, value in (signatures or {}).items())
    return whole(1, 1) + span(2, span(1, span(4, tag)) + span(2, graph) + served + span(7, object_graph))


def described(metadata: Mapping[str, Any], path: str = "root") -> bytes:
    """A `keras_metadata.pb` of two nodes, of which the second one is at `path`."""
    layer = whole(2, 1) + span(3, "root.layer-0") + span(4, "_tf_keras_layer") + span(5, "{}")
    return span(1, layer) + span(1, span(3, path) + span(4, "_tf_keras_model") + span(5, json.dumps(metadata)))


def write(folder: Path, graph: bytes | None = None, metadata: bytes | None = None) -> Path:
    """A SavedModel folder."""
    folder.mkdir(parents=True, exist_ok=True)
    if graph is not None:
        (folder / "saved_model.pb").write_bytes(graph)
    if metadata is not None:
        (folder / "keras_metadata.pb").write_bytes(metadata)
    return folder

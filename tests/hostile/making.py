"""Hostile files, each as expensive as its kind can be made within 64 MB."""

from __future__ import annotations

import itertools
import json
import struct
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from tests import saved_models

MB = 1 << 20
LARGEST = 60 * MB


def filled(piece: str, end: str = "1", size: int = LARGEST) -> str:
    """A config with a list that repeats a piece of JSON until the file is full."""
    return f'{{"class_name":"Sequential","config":{{"layers":[]}},"x":[{piece * (size // max(1, len(piece)))}{end}]}}'


def sequential(layers: Iterable[str]) -> str:
    """A compiled Sequential of these layers."""
    return f'{{"class_name":"Sequential","config":{{"layers":[{",".join(layers)}]}},"compile_config":{{"loss":"mse"}}}}'


def layer(number: int, class_name: str = "ReLU", operands: Iterable[int] = ()) -> dict[str, Any]:
    """A layer called on others, as Keras 3 writes it."""
    tensors = [
        {"class_name": "__keras_tensor__", "config": {"keras_history": [f"l{at}", 0, 0], "shape": [None, 4]}}
        for at in operands
    ]
    nodes = [{"args": [tensors], "kwargs": {}}] if tensors else []
    own = {"name": f"l{number}"} | ({} if tensors else {"batch_shape": [None, 4]})
    return {
        "class_name": class_name,
        "module": "keras.layers",
        "name": own["name"],
        "config": own,
        "inbound_nodes": nodes,
    }


def functional(
    layers: list[dict[str, Any]], outputs: list[Any] | None = None, loss: Any = "mse", **settings: Any
) -> str:
    """A compiled Functional model; its output is the last layer unless others are given."""
    config = {
        "layers": layers,
        "input_layers": [["l0", 0, 0]],
        "output_layers": outputs or [[layers[-1]["name"], 0, 0]],
    }
    return json.dumps({"class_name": "Functional", "config": config, "compile_config": {"loss": loss, **settings}})


def chain(length: int, class_name: str = "ReLU", before: Callable[[int], Iterable[int]] = lambda at: [at - 1]) -> str:
    """A chain of layers, each called on some of those before it."""
    return functional([layer(0, "InputLayer"), *(layer(at, class_name, before(at)) for at in range(1, length))])


def nested(depth: int) -> str:
    """A model that holds a model, called twice, that holds a model, called twice …"""
    inner: dict[str, Any] | None = None
    for level in range(depth):
        if inner is None:
            layers = [layer(0, "InputLayer"), layer(1, "ReLU", [0])]
        else:
            twice = [layer(1, operands=[0])["inbound_nodes"][0], layer(1, operands=[1])["inbound_nodes"][0]]
            last = layer(2, "Add", [1, 1])
            last["inbound_nodes"][0]["args"][0][1]["config"]["keras_history"][1] = 1
            layers = [layer(0, "InputLayer"), inner | {"name": "l1", "inbound_nodes": twice}, last]
        inner = json.loads(functional(layers)) | {"module": "keras", "name": f"m{level}"}
    return json.dumps(inner)


def older(references: str) -> str:
    """A model of Keras 2 whose last layer is called on these references."""
    return (
        '{"class_name":"Model","config":{"layers":[{"class_name":"InputLayer","name":"a","config":{"name":"a"},'
        '"inbound_nodes":[]},{"class_name":"Concatenate","name":"b","config":{"name":"b"},"inbound_nodes":'
        f'[{references}]}}],"input_layers":[["a",0,0]],"output_layers":[["b",0,0]]}},"compile_config":{{"loss":"mse"}}}}'
    )


def repeated(piece: str, times: int) -> str:
    """A piece of JSON so many times, with commas between."""
    return ",".join(itertools.repeat(piece, times))


def rescaled(numbers: int, times: int) -> str:
    """A layer with many scales, which is called on what it puts out again and again."""
    shared = layer(1, "Rescaling", [0])
    shared["config"] |= {"scale": [1 + at / numbers for at in range(numbers)], "offset": 0.0}
    again = [layer(1, operands=[1])["inbound_nodes"][0] for _ in range(1, times)]
    for call, node in enumerate(again):
        node["args"] = [node["args"][0][0]]
        node["args"][0]["config"]["keras_history"][1] = call
    shared["inbound_nodes"] = [{"args": shared["inbound_nodes"][0]["args"][0], "kwargs": {}}, *again]
    return functional([layer(0, "InputLayer"), shared], [["l1", times - 1, 0]])


_OUTPUTS = [[f"l{at}", 0, 0] for at in range(1, 1001)]
_THOUSAND = [layer(0, "InputLayer"), *(layer(at, "ReLU", [at - 1]) for at in range(1, 1001))]
_LONG = "n" * 500_000

CONFIGS: dict[str, Callable[[], str]] = {
    "empty lists": lambda: filled("[],"),
    "empty objects": lambda: filled("{},"),
    "lists 100,000 deep": lambda: filled("", "[" * 100_000 + "]" * 100_000),
    "objects 100,000 deep": lambda: '{"a":' * 100_000 + "1" + "}" * 100_000,
    "short strings": lambda: filled('"ab",'),
    "numbers": lambda: filled("300,"),
    "numbers with exponents": lambda: filled("1e9,"),
    "numbers of 4,299 digits": lambda: filled("9" * 4299 + ","),
    "a number of 1,000,000 digits": lambda: filled("9" * 1_000_000 + ",", size=1_000_001),
    "fractions of 1,000,000 digits": lambda: filled("1." + "9" * 1_000_000 + ","),
    "one string": lambda: filled("", '"' + "a" * LARGEST + '"'),
    "one string with a wide character": lambda: filled("", '"' + "a" * LARGEST + '😀"'),
    "one string with an escaped wide character": lambda: filled("", '"' + "a" * LARGEST + '\\ud83d\\ude00"'),
    "escapes": lambda: filled("", '"' + "\\u1234" * (LARGEST // 6) + '"'),
    "keys": lambda: "{" + ",".join(f'"{at:x}":1' for at in range(LARGEST // 11)) + "}",
    "spaces": lambda: " " * LARGEST + "{}",
    "1,000,000 layers": lambda: sequential(
        f'{{"class_name":"ReLU","config":{{"name":"{at}"}}}}' for at in range(1_000_000)
    ),
    "1,000,000 layers of one name": lambda: sequential(
        itertools.repeat('{"class_name":"ReLU","config":{}}', 1_000_000)
    ),
    "20,000 layers": lambda: chain(19_999),
    "20,000 layers of one name, numbered": lambda: sequential(
        itertools.repeat('{"class_name":"ReLU","config":{"name":"d"}}', 19_999)
    ),
    "100,000 layers in a chain": lambda: chain(100_000),
    "sums of all layers before": lambda: chain(300, "Add", range),
    "sums of the two layers before": lambda: chain(9_999, "Add", lambda at: (max(at - 2, 0), at - 1)),
    "a layer that feeds itself": lambda: chain(3, "Add", lambda at: [at]),
    "300,000 operands": lambda: older("[" + repeated('["a",0,0]', 300_000) + "]"),
    "200,000 calls": lambda: older(repeated('[["a",0,0]]', 200_000)),
    "3,000,000 numbers as an argument": lambda: older('[["a",0,0,{"x":[' + repeated("1", 3_000_000) + "]}]]"),
    "models nested 20 deep, each called twice": lambda: nested(20),
    "models nested 60 deep, each called twice": lambda: nested(60),
    "20,000 scales that are used 2,000 times": lambda: rescaled(20_000, 2_000),
    "400,000 scales that are used 100 times": lambda: rescaled(400_000, 100),
    "1,000,000 outputs": lambda: functional(_THOUSAND, [["l1", 0, 0]] * 1_000_000),
    "500 outputs of 64 metrics": lambda: functional(
        _THOUSAND, _OUTPUTS[:500], ["categorical_crossentropy"] * 500, metrics=[["AUC"] * 64] * 500
    ),
    "1,000,000 losses": lambda: functional(_THOUSAND, loss=["mse"] * 1_000_000),
    "1,000,000 metrics": lambda: functional(_THOUSAND, metrics=["accuracy"] * 1_000_000),
    "a loss of 500,000 characters for 500 outputs": lambda: functional(_THOUSAND, _OUTPUTS[:500], _LONG),
    "layers of 300,000 characters in a name": lambda: sequential(
        f'{{"class_name":"ReLU","config":{{"name":"{at}{_LONG[:300_000]}"}}}}' for at in range(100)
    ),
    "a shape of 1,000,000 axes": lambda: sequential(
        ['{"class_name":"InputLayer","config":{"batch_shape":[' + repeated("1", 1_000_000) + "]}}"]
    ),
}
"""Configs of expensive content."""


def archive(path: Path, config: str) -> Path:
    """A `.keras` archive with this config, stored as Keras stores it."""
    with zipfile.ZipFile(path, "w") as opened:
        opened.writestr("metadata.json", '{"keras_version":"3.9.2"}')
        opened.writestr("config.json", config)
    return path


def _with_directory(path: Path, directory: Callable[[bytes], bytes]) -> Path:
    """An archive whose list of members is what `directory` makes of the right one."""
    archive(path, "{}")
    raw = path.read_bytes()
    start, end = raw.index(b"PK\x01\x02"), raw.index(b"PK\x05\x06")
    listed = directory(raw[start:end])
    last = struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, 0xFFFF, 0xFFFF, len(listed), start, 0)
    path.write_bytes(raw[:start] + listed + last)
    return path


def _bomb(path: Path, method: int, declared: int | None = None) -> Path:
    """An archive whose config unpacks to 400 MB, whatever it declares."""
    with zipfile.ZipFile(path, "w", method) as opened, opened.open("config.json", "w") as member:
        for _ in range(400):
            member.write(b" " * MB)
    if declared is not None:
        raw = bytearray(path.read_bytes())
        struct.pack_into("<I", raw, raw.rindex(b"PK\x01\x02") + 24, declared)
        path.write_bytes(raw)
    return path


ARCHIVES: dict[str, Callable[[Path], Path]] = {
    "a list of 1,000,000 members": lambda path: _with_directory(path, lambda listed: listed * 500_000),
    "a list of 40,000 members": lambda path: _with_directory(path, lambda listed: listed * 20_000),
    "a bomb": lambda path: _bomb(path, zipfile.ZIP_DEFLATED),
    "a bomb that lies": lambda path: _bomb(path, zipfile.ZIP_DEFLATED, 500_000),
    "a bzip2 bomb that lies": lambda path: _bomb(path, zipfile.ZIP_BZIP2, 500_000),
    "an lzma bomb that lies": lambda path: _bomb(path, zipfile.ZIP_LZMA, 500_000),
}
"""Archives that are expensive whatever they hold."""


def _hdf5(path: Path, value: Any) -> Path:
    with h5py.File(path, "w", libver="latest") as file:
        file.attrs["model_config"] = value
    return path


def _many_attributes(path: Path) -> Path:
    with h5py.File(path, "w", libver="latest") as file:
        for number in range(20_000):
            file.attrs[f"a{number}"] = number
    return path


HDF5: dict[str, Callable[[Path], Path]] = {
    "an attribute of 60 MB": lambda path: _hdf5(path, "x" * LARGEST),
    "an attribute of 60 MB of fixed length": lambda path: _hdf5(path, np.bytes_(b"x" * LARGEST)),
    "an array of attributes": lambda path: _hdf5(path, np.zeros(LARGEST // 8)),
    "a config of 15 MB": lambda path: _hdf5(path, filled("[[]],", size=15 * MB)),
    "a config of 15 MB with a wide character": lambda path: _hdf5(path, filled("", '"' + "a" * 15 * MB + '😀"')),
    "20,000 attributes": _many_attributes,
}
"""HDF5 files of expensive attributes."""


def _metadata(config: str) -> bytes:
    return saved_models.span(1, saved_models.span(3, "root") + saved_models.span(5, config))


_GRAPH, _META = "saved_model.pb", "keras_metadata.pb"
_NODE = saved_models.node("a", "Identity", "a")

SAVED_MODELS: dict[str, tuple[str, Callable[[], bytes]]] = {
    "a config of one string": (_META, lambda: _metadata(CONFIGS["one string"]())),
    "a config of numbers": (_META, lambda: _metadata(CONFIGS["numbers"]())),
    "a config of 250,000 objects": (_META, lambda: _metadata(filled("{},", size=750_000))),
    "empty fields": (_META, lambda: b"\x0a\x00" * (LARGEST // 2)),
    "a length that lies": (_META, lambda: b"\x0a" + b"\xff" * 9 + b"\x01" + bytes(1000)),
    "an integer without an end": (_GRAPH, lambda: b"\x08" + b"\xff" * LARGEST),
    "2,000,000 graphs": (_GRAPH, lambda: b"\x12\x00" * 2_000_000),
    "1,000,000 nodes": (_GRAPH, lambda: saved_models.saved([_NODE] * 1_000_000, signatures={"serving_default": b""})),
    "nested messages without an end": (_GRAPH, lambda: _nested(2, 7, 1, 4)),
    "one wide letter in a config of 60 MB": (
        _META,
        lambda: _metadata('{"class_name":"Sequential","x":"' + "a" * LARGEST + '😀"}'),
    ),
    "one wide letter in a name of 60 MB": (_GRAPH, lambda: _exported(saved_models.node("a" * LARGEST + "😀", "Relu"))),
    "600 names of 60 KB, a wide letter in each": (
        _GRAPH,
        lambda: _exported(*(saved_models.node(f"{at}" + "a" * 60_000 + "😀", "Relu") for at in range(600))),
    ),
    "an operation of 60 KB": (_GRAPH, lambda: _exported(saved_models.node("y", "o" * 60_000, "x"))),
    "an attribute of 60 MB": (
        _GRAPH,
        lambda: _exported(saved_models.node("y", "Softmax", "x", data_format=saved_models.span(2, bytes(LARGEST)))),
    ),
    "a constant of 60 MB": (_GRAPH, lambda: _exported(*_with_constant(LARGEST, 1))),
    "a constant of 60 MB in another form": (_GRAPH, lambda: _exported(*_with_constant(LARGEST, 1, field=4))),
    "60 outputs of a constant of 20 MB": (_GRAPH, lambda: _exported(*_with_constant(20 * MB, 60), outputs=60)),
    "60 outputs of a constant of 20 million integers": (
        _GRAPH,
        lambda: _exported(*_with_constant(20 * MB, 60, field=7, dtype=saved_models.INT32), outputs=60),
    ),
    "a constant of 100,000 axes": (
        _GRAPH,
        lambda: _exported(saved_models.constant("c", [1], [1] * 100_000), saved_models.node("y", "Maximum", "x", "c")),
    ),
    "a node that feeds itself": (
        _GRAPH,
        lambda: saved_models.saved([_NODE], signatures={"serving_default": saved_models.signature(y="a:0")}),
    ),
}
"""SavedModels of expensive messages: the file that is made, and what it holds."""


def _exported(*nodes: bytes, outputs: int = 1) -> bytes:
    """A SavedModel that serves `y`, or `y0`, `y1` …, of these nodes."""
    served = {f"o{at}": f"y{at if outputs > 1 else ''}:0" for at in range(outputs)}
    signatures = {"serving_default": saved_models.signature(**served)}
    return saved_models.saved([saved_models.node("x", "Placeholder"), *nodes], signatures=signatures)


def _with_constant(size: int, uses: int, *, field: int = 5, dtype: int = saved_models.FLOAT) -> list[bytes]:
    """A constant of 4 numbers that is stored with many, and nodes that take it."""
    value = saved_models.whole(1, dtype) + saved_models.span(2, saved_models.shape([4]))
    constant = saved_models.node(
        "c", "Const", value=saved_models.span(8, value + saved_models.span(field, bytes(size)))
    )
    names = [f"y{at}" for at in range(uses)] if uses > 1 else ["y"]
    return [constant, *(saved_models.node(name, "Maximum", "x", "c") for name in names)]


def _nested(*numbers: int) -> bytes:
    raw = b""
    for number in itertools.islice(itertools.cycle(numbers), 10_000):
        raw = saved_models.span(number, raw)
    return raw

"""TensorFlow operations inside Keras 2 graphs, as the `keras.ops` operations they correspond to.

TFOpLambda, SlicingOpLambda (TF >= 2.4) name a function of the TensorFlow API and keep its arguments in the call;
TensorFlowOpLayer (TF 1.15-2.3) holds a NodeDef and its constant operands by position. An operation that is not in the
tables keeps its own name.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping

from logitcheck.loader import calls
from logitcheck.loader.fields import integer, label, mapping, sequence, text
from logitcheck.loader.tensorflow_functions import FUNCTIONS, NAMESPACES, NODES, Operation
from logitcheck.model import Argument, Call, Slice

Parsed = tuple[str, Mapping[str, object], tuple[Call, ...]]
"""Operation name, options from the config, calls with the arguments in Keras's order."""


def read_function(function: str, raw_calls: tuple[Call, ...]) -> Parsed:
    """Read a TFOpLambda or SlicingOpLambda whose API function is `function`."""
    name = function.removeprefix("compat.v1.")
    *namespaces, last = name.split(".")
    operation = FUNCTIONS.get(name)
    if operation is None and set(namespaces) <= NAMESPACES:
        operation = FUNCTIONS.get(last)
    if operation is None:
        return name, {}, raw_calls
    renamed = tuple(_function_call(operation, raw_call) for raw_call in raw_calls)
    return operation.rule, operation.settings, renamed


def _function_call(operation: Operation, raw: Call) -> Call:
    keywords = {operation.options.get(key, key): value for key, value in raw.kwargs.items() if key != "name"}
    operands = [keywords.pop(name) for name in operation.operands if name in keywords]
    return calls.call((*raw.args, *operands), keywords)


def read_node(config: Mapping[str, object], raw_calls: tuple[Call, ...]) -> Parsed:
    """Read a TensorFlowOpLayer from its `node_def` and `constants`."""
    node = mapping(config.get("node_def"))
    op = label(node.get("op")) or "TensorFlowOpLayer"
    operation = NODES.get(op)
    if operation is None:
        return op, {}, raw_calls
    constants = {
        position: value
        for key, value in mapping(config.get("constants")).items()
        if (position := _number(key)) is not None
    }
    attributes = mapping(node.get("attr"))
    parsed = tuple(_node_call(operation, op, attributes, constants, raw_call) for raw_call in raw_calls)
    return operation.rule, operation.settings, parsed


def _node_call(
    operation: Operation, op: str, attributes: Mapping[str, object], constants: Mapping[int, object], raw: Call
) -> Call:
    operands = _interleave(list(raw.tensors), constants)
    keywords: dict[str, Argument] = {}
    if op == "StridedSlice":
        return calls.call((operands[0], _slices(operands[1:4], attributes)), {}) if len(operands) >= 4 else raw
    if op == "ConcatV2" and operands:
        keywords["axis"] = operands.pop()
        operands = [operands]
    if op in {"Pack", "AddN"}:
        operands = [operands]
    for name in operation.operands:
        if len(operands) > 1:
            keywords[name] = operands.pop(1)
    for name, value in _options(attributes).items():
        keywords.setdefault(name, value)
    return calls.call(tuple(operands), keywords)


_TRANSPOSING = ("transpose_a", "transpose_b", "adj_x", "adj_y")


def _options(attributes: Mapping[str, object]) -> dict[str, Argument]:
    """Give the attributes of a node that are options of the operation."""
    options: dict[str, Argument] = {}
    if "keep_dims" in attributes:
        options["keepdims"] = mapping(attributes["keep_dims"]).get("b") is True
    for name in _TRANSPOSING:
        if mapping(attributes.get(name)).get("b") is True:
            options[name] = True
    if "data_format" in attributes:
        options["data_format"] = _attribute_text(attributes["data_format"])
    if "DstT" in attributes:
        target = label(mapping(attributes["DstT"]).get("type")) or ""
        options["dtype"] = target.removeprefix("DT_").lower()
    for attribute, name in (("axis", "axis"), ("squeeze_dims", "axis"), ("block_size", "block_size")):
        if attribute in attributes:
            options.setdefault(name, _attribute_number(attributes[attribute]))
    return options


def _interleave(tensors: list[Argument], constants: Mapping[int, object]) -> list[Argument]:
    """Put the constants at their positions among the operands."""
    remaining = iter(tensors)
    positions = range(len(tensors) + len(constants))
    return [constants[position] if position in constants else next(remaining, None) for position in positions]


def _attribute_number(attribute: object) -> object:
    value = mapping(attribute)
    if "i" in value:
        return _number(value["i"])
    return [_number(raw) for raw in sequence(mapping(value.get("list")).get("i"))]


def _attribute_text(attribute: object) -> str:
    """Read a text, which protobuf writes as bytes in base64 in JSON."""
    try:
        return base64.b64decode(text(mapping(attribute).get("s")) or "").decode()
    except ValueError:
        return ""


def _number(raw: object) -> int | None:
    """Read a whole number, which protobuf writes as text in JSON."""
    if isinstance(raw, str):
        return int(raw) if len(raw) < 20 and raw.removeprefix("-").isdecimal() else None
    return integer(raw)


def _slices(bounds: list[Argument], attributes: Mapping[str, object]) -> Argument:
    """Decode begin, end, strides and their bit masks into Python indices; a text where they are not constants."""
    begin, end, strides = ([integer(item) for item in sequence(part)] for part in bounds)
    mask = {name: _attribute_number(attributes.get(f"{name}_mask", {"i": "0"})) for name in _MASKS}
    bits = {name: value if isinstance(value, int) else 0 for name, value in mask.items()}
    if not begin or not (len(begin) == len(end) == len(strides)) or None in {*begin, *end, *strides}:
        return "not constant"
    return [
        _index(position, (begin[position], end[position], strides[position]), bits) for position in range(len(begin))
    ]


_MASKS = ("begin", "end", "ellipsis", "new_axis", "shrink_axis")


def _index(position: int, bounds: tuple[int | None, int | None, int | None], bits: Mapping[str, int]) -> Argument:
    bit = 1 << position
    begin, end, stride = bounds
    if bits["ellipsis"] & bit:
        return ...
    if bits["new_axis"] & bit:
        return None
    if bits["shrink_axis"] & bit:
        return begin
    return Slice(None if bits["begin"] & bit else begin, None if bits["end"] & bit else end, stride)

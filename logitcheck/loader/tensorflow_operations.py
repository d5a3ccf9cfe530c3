"""TensorFlow operations inside Keras 2 graphs, as the `keras.ops` operations they correspond to.

TFOpLambda, SlicingOpLambda (TF >= 2.4) name a function of the TensorFlow API and keep its arguments in the call;
TensorFlowOpLayer (TF 1.15-2.3) holds a NodeDef and its constant operands by position. An operation that is not in the
tables keeps its own name, which no rule knows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from logitcheck.loader import calls
from logitcheck.loader.fields import integer, mapping, sequence, text
from logitcheck.model import Argument, Call, Slice


@dataclass(frozen=True, slots=True)
class Operation:
    """A `keras.ops` operation and where a TensorFlow function keeps its arguments.

    operands: keyword names of the operands after the first, in order.
    options: TensorFlow keyword -> Keras keyword, where they differ.
    """

    rule: str
    operands: tuple[str, ...] = ()
    options: Mapping[str, str] | None = None


def _unary(*names: str) -> dict[str, Operation]:
    return {name.lower(): Operation(name) for name in names}


def _binary(table: Mapping[str, str]) -> dict[str, Operation]:
    return {name: Operation(rule, ("y",)) for name, rule in table.items()}


_KEEPDIMS = {"keep_dims": "keepdims", "reduction_indices": "axis"}

FUNCTIONS: Mapping[str, Operation] = {
    **_unary("Exp", "Log", "Tanh", "Sqrt", "Rsqrt", "Square", "Abs", "Negative", "Sigmoid", "Softplus", "Softsign"),
    **_unary("Relu", "Relu6", "Elu", "Selu", "Gelu", "Silu", "Floor", "Ceil", "Round", "Sign", "Cast", "Identity"),
    **_unary("Softmax", "Sin", "Cos", "Log1p", "Expm1", "Erf", "Reciprocal"),
    "swish": Operation("Silu"),
    "leaky_relu": Operation("LeakyRelu", (), {"alpha": "negative_slope"}),
    "log_softmax": Operation("LogSoftmax"),
    "log_sigmoid": Operation("LogSigmoid"),
    "stop_gradient": Operation("StopGradient"),
    "convert_to_tensor": Operation("ConvertToTensor"),
    "saturate_cast": Operation("SaturateCast"),
    **_binary({"add": "Add", "add_v2": "Add", "subtract": "Subtract", "sub": "Subtract", "multiply": "Multiply"}),
    **_binary({"mul": "Multiply", "truediv": "TrueDivide", "divide": "TrueDivide", "div": "TrueDivide"}),
    **_binary({"div_no_nan": "DivideNoNan", "pow": "Power", "maximum": "Maximum", "minimum": "Minimum"}),
    **_binary({"greater": "Greater", "greater_equal": "GreaterEqual", "less": "Less", "less_equal": "LessEqual"}),
    **_binary({"equal": "Equal", "not_equal": "NotEqual", "floordiv": "FloorDivide", "mod": "Mod"}),
    "add_n": Operation("AddN"),
    "matmul": Operation("Matmul", ("b",)),
    "bias_add": Operation("BiasAdd", ("bias",)),
    "where": Operation("Where", ("x", "y")),
    "reduce_mean": Operation("Mean", (), _KEEPDIMS),
    "reduce_sum": Operation("Sum", (), _KEEPDIMS),
    "reduce_max": Operation("Max", (), _KEEPDIMS),
    "reduce_min": Operation("Min", (), _KEEPDIMS),
    "reduce_prod": Operation("Prod", (), _KEEPDIMS),
    "argmax": Operation("Argmax", (), {"dimension": "axis"}),
    "argmin": Operation("Argmin", (), {"dimension": "axis"}),
    "one_hot": Operation("OneHot", (), {"depth": "num_classes"}),
    "clip_by_value": Operation("Clip", (), {"clip_value_min": "x_min", "clip_value_max": "x_max"}),
    "l2_normalize": Operation("L2Normalize"),
    "reshape": Operation("Reshape", (), {"shape": "newshape"}),
    "transpose": Operation("Transpose", (), {"perm": "axes"}),
    "expand_dims": Operation("ExpandDims"),
    "squeeze": Operation("Squeeze", (), {"squeeze_dims": "axis"}),
    "concat": Operation("Concatenate"),
    "stack": Operation("Stack"),
    "unstack": Operation("Unstack"),
    "split": Operation("Split", (), {"num_or_size_splits": "indices_or_sections"}),
    "tile": Operation("Tile", (), {"multiples": "repeats"}),
    "repeat": Operation("Repeat"),
    "gather": Operation("Take", (), {"params": "x"}),
    "gather_v2": Operation("Take"),
    "pad": Operation("Pad", (), {"paddings": "pad_width"}),
    "broadcast_to": Operation("BroadcastTo"),
    "reverse": Operation("Flip"),
    "roll": Operation("Roll"),
    "getitem": Operation("GetItem", ("slice_spec",)),
}
"""Last part of the TensorFlow function's name -> operation (`nn.softmax`, `compat.v1.nn.softmax` -> `softmax`)."""

_NAMESPACES = frozenset({"nn", "math", "linalg", "compat", "v1", "__operators__", "keras", "backend"})

NODES: Mapping[str, Operation] = {
    **{
        name: Operation(name)
        for name in (
            *("Softmax", "LogSoftmax", "Sigmoid", "Tanh", "Relu", "Relu6", "Softplus", "Softsign", "Exp", "Log", "Elu"),
            *("Selu", "Sqrt", "Rsqrt", "Square", "Abs", "Maximum", "Minimum", "Cast", "Identity", "StopGradient"),
            *("Greater", "GreaterEqual", "Less", "LessEqual", "Equal", "NotEqual", "Floor", "Ceil", "Round", "Sign"),
        )
    },
    **{name: Operation("Add") for name in ("Add", "AddV2", "BiasAdd")},
    "AddN": Operation("AddN"),
    "Sub": Operation("Subtract"),
    "Mul": Operation("Multiply"),
    "RealDiv": Operation("TrueDivide"),
    "Div": Operation("TrueDivide"),
    "Neg": Operation("Negative"),
    "Pow": Operation("Power"),
    "LeakyRelu": Operation("LeakyRelu"),
    "MatMul": Operation("Matmul"),
    "BatchMatMulV2": Operation("Matmul"),
    **{name: Operation(name, ("axis",)) for name in ("Mean", "Sum", "Max", "Min", "Prod")},
    "ArgMax": Operation("Argmax", ("axis",)),
    "ArgMin": Operation("Argmin", ("axis",)),
    "OneHot": Operation("OneHot", ("num_classes",)),
    "Reshape": Operation("Reshape", ("newshape",)),
    "Transpose": Operation("Transpose", ("axes",)),
    "ExpandDims": Operation("ExpandDims", ("axis",)),
    "Squeeze": Operation("Squeeze"),
    "Tile": Operation("Tile", ("repeats",)),
    "Pack": Operation("Stack"),
    "Unpack": Operation("Unstack"),
    "ConcatV2": Operation("Concatenate"),
    "Select": Operation("Where"),
    "SelectV2": Operation("Where"),
    "StridedSlice": Operation("GetItem"),
}
"""TensorFlow op type -> operation; `operands` here are the names of constant operands after the first."""

Parsed = tuple[str, Mapping[str, object], tuple[Call, ...]]
"""Operation name, options from the config, calls with the arguments in Keras's order."""


def read_function(function: str, raw_calls: tuple[Call, ...]) -> Parsed:
    """Read a TFOpLambda or SlicingOpLambda whose API function is `function`."""
    *namespaces, last = function.split(".")
    operation = FUNCTIONS.get(last) if set(namespaces) <= _NAMESPACES else None
    if operation is None:
        return function, {}, raw_calls
    renamed = tuple(_function_call(operation, raw_call) for raw_call in raw_calls)
    return operation.rule, {}, renamed


def _function_call(operation: Operation, raw: Call) -> Call:
    options = operation.options or {}
    keywords = {options.get(key, key): value for key, value in raw.kwargs.items() if key != "name"}
    operands = [keywords.pop(name) for name in operation.operands if name in keywords]
    return calls.call((*raw.args, *operands), keywords)


def read_node(config: Mapping[str, object], raw_calls: tuple[Call, ...]) -> Parsed:
    """Read a TensorFlowOpLayer from its `node_def` and `constants`."""
    node = mapping(config.get("node_def"))
    op = text(node.get("op")) or "TensorFlowOpLayer"
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
    return operation.rule, {}, parsed


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
    for name in reversed(operation.operands):
        if len(operands) > 1:
            keywords[name] = operands.pop(1)
    if "keep_dims" in attributes:
        keywords["keepdims"] = mapping(attributes["keep_dims"]).get("b") is True
    for attribute, name in (("axis", "axis"), ("squeeze_dims", "axis")):
        if attribute in attributes:
            keywords.setdefault(name, _attribute_number(attributes[attribute]))
    return calls.call(tuple(operands), keywords)


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

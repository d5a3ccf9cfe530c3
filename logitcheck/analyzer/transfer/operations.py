"""Operations on several tensors or constants (keras-facts: "Merge layers", "Name correspondence")."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import replace

from logitcheck.analyzer import axes
from logitcheck.analyzer.calls import LayerCall, Rule, number, numbers
from logitcheck.analyzer.transfer import arithmetic
from logitcheck.analyzer.transfer.elementwise import clip, raised
from logitcheck.analyzer.transfer.merging import inner_product, same_classes
from logitcheck.analyzer.values import INFINITY, Value, anything, between, bounds_only, join, unbounded
from logitcheck.model import ConstantArray, Shape, TensorReference


def operand(call: LayerCall, argument: object) -> Value:
    """Give what is known of one argument: a tensor, a number or an array of numbers."""
    if isinstance(argument, TensorReference):
        return call.operands.value(argument)
    single = number(argument)
    if single is not None:
        return arithmetic.constant(single)
    if isinstance(argument, ConstantArray) or (isinstance(argument, list) and not _has_tensors(argument)):
        known = numbers(argument)
        if known:
            return arithmetic.constants(known)
    return anything("one of its operands is not readable", call.path)


def _has_tensors(argument: list[object]) -> bool:
    return any(isinstance(item, TensorReference) for item in argument)


def operands(call: LayerCall) -> list[Value]:
    """Give what is known of the positional arguments of a binary operation; a list of tensors counts as its items."""
    arguments = list(call.call.args)
    if len(arguments) == 1 and isinstance(arguments[0], list):
        arguments = list(arguments[0])
    if len(arguments) < 2:
        arguments += [call.call.kwargs[name] for name in ("x2", "y") if name in call.call.kwargs]
    return [operand(call, argument) for argument in arguments]


def _pair(call: LayerCall) -> tuple[Value, Value]:
    values = operands(call)
    missing = anything("it is called with one operand", call.path)
    return values[0] if values else missing, values[1] if len(values) > 1 else missing


def _add(call: LayerCall) -> Value:
    values = operands(call) or [anything("it is called without a tensor", call.path)]
    common = len(call.tensors) == len(values) and same_classes(call, call.tensors)
    return arithmetic.add(values, call.path, same_classes=common)


def _subtract(call: LayerCall) -> Value:
    left, right = _pair(call)
    return arithmetic.add([left, arithmetic.negate(right)], call.path)


def _multiply(call: LayerCall) -> Value:
    return arithmetic.multiply(*_pair(call), call.path)


def _divide(call: LayerCall) -> Value:
    """Divide; a non-negative tensor by its own sum is a distribution."""
    left, right = _pair(call)
    numerator = call.call.args[0] if call.call.args else None
    if isinstance(numerator, TensorReference) and right.sum_of is not None and left.low >= 0:
        identity, axis = right.sum_of
        if identity == call.operands.identity(numerator):
            return replace(between(0.0, 1.0, sources=left.sources), sum_axis=axis)
    return arithmetic.divide(left, right, call.path)


def _extreme(*, largest: bool) -> Callable[[LayerCall], Value]:
    def rule(call: LayerCall) -> Value:
        left, right = _pair(call)
        limit = right if arithmetic.is_number(right) else left if arithmetic.is_number(left) else None
        if limit is not None:
            value = left if limit is right else right
            return clip(value, limit.low if largest else -INFINITY, INFINITY if largest else limit.low)
        return arithmetic.extreme([left, right], call.path, largest=largest)

    return rule


def _compared(call: LayerCall) -> Value:
    return replace(between(0.0, 1.0, reached=False, sources=call.sources()), integer=True)


def _power(call: LayerCall) -> Value:
    base, exponent = _pair(call)
    power = exponent.low if arithmetic.is_number(exponent) else None
    if power is None or not math.isfinite(power):
        return anything("its exponent is not a constant", call.path, base.sources | exponent.sources)
    return raised(base, power, call.path)


def _where(call: LayerCall) -> Value:
    branches = [operand(call, argument) for argument in call.call.args[1:3]]
    branches += [operand(call, call.call.kwargs[name]) for name in ("x1", "x2", "x", "y") if name in call.call.kwargs]
    if len(branches) != 2:
        return anything("its branches are not readable", call.path, call.sources())
    joined = replace(join(branches), sources=call.sources())
    if joined.is_unbounded:
        return joined
    return replace(joined, reaches_low=False, reaches_high=False, integer=all(branch.integer for branch in branches))


def _matrix_product(call: LayerCall) -> Value:
    """Multiply matrices; a distribution times rows is a mean of the rows, as in attention."""
    left, right = _pair(call)
    if left.is_simplex and left.sum_axis == -1:
        kept = replace(bounds_only(right), sources=left.sources | right.sources)
        if arithmetic.is_number(right) or not right.sources:
            kept = replace(kept, reaches_low=False, reaches_high=False)
        return replace(kept, sum_axis=-1, sum_total=right.sum_total) if right.sum_axis == -1 else kept
    matrix = call.call.args[1] if len(call.call.args) > 1 else None
    if left.is_unbounded and isinstance(matrix, ConstantArray):
        return (
            unbounded(left.sources)
            if _has_no_zero_column(matrix.value)
            else anything("its matrix has columns of zeros", call.path, left.sources)
        )
    return inner_product(left, right, call.path)


def _has_no_zero_column(matrix: object) -> bool:
    rows = matrix if isinstance(matrix, list) else []
    columns = list(zip(*rows, strict=False)) if all(isinstance(row, list) for row in rows) else []
    return bool(columns) and all(any(number(item) not in {0.0, None} for item in column) for column in columns)


def _broadcast(call: LayerCall) -> Shape | None:
    shapes: list[Shape | None] = []
    for argument in call.call.args:
        items = argument if isinstance(argument, list) else [argument]
        shapes += [call.operands.shape(item) for item in items if isinstance(item, TensorReference)]
        if isinstance(argument, ConstantArray):
            shapes.append(_array_shape(argument.value))
    return axes.broadcast(shapes) if shapes else None


def _array_shape(value: object) -> Shape:
    sizes: list[int] = []
    while isinstance(value, list):
        sizes.append(len(value))
        value = value[0] if value else None
    return tuple(sizes)


def _matrix_shape(call: LayerCall) -> Shape | None:
    left = call.shape(0)
    matrix = call.call.args[1] if len(call.call.args) > 1 else None
    right = _array_shape(matrix.value) if isinstance(matrix, ConstantArray) else call.shape(1)
    if left is None or right is None or len(right) < 2 or len(left) < 2:
        return None
    return (*left[:-1], right[-1])


OPERATIONS: Mapping[str, Rule] = {
    "Add": Rule(_add, _broadcast),
    "AddN": Rule(_add, _broadcast),
    "BiasAdd": Rule(_add, _broadcast),
    "Subtract": Rule(_subtract, _broadcast),
    "Multiply": Rule(_multiply, _broadcast),
    "Divide": Rule(_divide, _broadcast),
    "TrueDivide": Rule(_divide, _broadcast),
    "Maximum": Rule(_extreme(largest=True), _broadcast),
    "Minimum": Rule(_extreme(largest=False), _broadcast),
    "Power": Rule(_power, _broadcast),
    "Where": Rule(_where, _broadcast),
    "Matmul": Rule(_matrix_product, _matrix_shape),
    **{
        name: Rule(_compared, _broadcast)
        for name in (
            *("Greater", "GreaterEqual", "Less", "LessEqual", "Equal", "NotEqual"),
            *("LogicalAnd", "LogicalOr", "LogicalNot", "LogicalXor", "Isnan", "Isinf", "Isfinite", "Isclose"),
        )
    },
}

"""Operations on several tensors or constants (keras-facts: "Merge layers", "Name correspondence")."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from logitcheck.analyzer import axes
from logitcheck.analyzer.calls import LayerCall, Rule, number, numbers
from logitcheck.analyzer.derivation import Derivation
from logitcheck.analyzer.transfer import arithmetic, patterns
from logitcheck.analyzer.transfer.elementwise import clip, raised
from logitcheck.analyzer.transfer.merging import (
    inner_product,
    is_one_tensor,
    product_of_tensors,
    same_classes,
    sum_of_tensors,
)
from logitcheck.analyzer.values import (
    INFINITY,
    Value,
    anything,
    between,
    bounds_only,
    join,
    reshaped,
    unbounded,
    unreached,
    without_axes,
)
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


def pair(call: LayerCall) -> tuple[Value, Value]:
    """Give what is known of the two operands of a binary operation."""
    values = operands(call)
    missing = anything("it is called with one operand", call.path)
    return values[0] if values else missing, values[1] if len(values) > 1 else missing


def _add(call: LayerCall) -> Value:
    if is_one_tensor(call):
        return sum_of_tensors(call)
    values = operands(call) or [anything("it is called without a tensor", call.path)]
    common = len(call.tensors) == len(values) and same_classes(call, call.tensors)
    total = arithmetic.add(values, call.path, same_classes=common)
    return _above_sum(total, values)


def _above_sum(result: Value, values: Sequence[Value]) -> Value:
    """Remember of what the result is the sum, or more than the sum, where a constant only raised it."""
    first, *others = values
    if first.derived is None or not all(arithmetic.is_number(other) and other.low >= 0 for other in others):
        return result
    if first.derived.how not in {Derivation.SUM, Derivation.ABOVE_SUM}:
        return result
    return replace(result, derived=replace(first.derived, how=Derivation.ABOVE_SUM))


def _subtract(call: LayerCall) -> Value:
    """Subtract; what a tensor leaves of its own maximum, or of the logarithm of its own exponentials, is known."""
    left, right = pair(call)
    if is_one_tensor(call):
        return between(0.0, 0.0, sources=left.sources)
    known = patterns.difference(left, right, _identity(call))
    if known is not None:
        return _over_one(known, right, call)
    result = arithmetic.add([left, arithmetic.negate(right)], call.path)
    is_complement = arithmetic.is_number(left) and left.low == 1
    return patterns.derived(call, result, Derivation.COMPLEMENT) if is_complement else result


def _identity(call: LayerCall) -> object:
    """Give what tells the first operand, if it is a tensor, from every other one."""
    first = call.call.args[0] if call.call.args else None
    return call.operands.identity(first) if isinstance(first, TensorReference) else None


def _multiply(call: LayerCall) -> Value:
    return product_of_tensors(call) if is_one_tensor(call) else arithmetic.multiply(*pair(call), call.path)


def quotient_of(call: LayerCall) -> Value:
    """Divide; a non-negative tensor by its own sum is a distribution."""
    left, right = pair(call)
    if is_one_tensor(call):
        return between(1.0, 1.0, sources=left.sources)
    known = patterns.quotient(left, right, _identity(call))
    if known is None:
        return arithmetic.divide(left, right, call.path)
    return _over_one(known, right, call)


def _over_one(known: Value, reduced: Value, call: LayerCall) -> Value:
    """Give the result of a formula, a constant where the second operand was reduced from an axis of size 1."""
    shape = call.shape(0)
    how = reduced.derived.how if reduced.derived is not None else None
    if shape is None or shape != call.shape(1):
        return known
    if how is Derivation.ABOVE_SUM:
        return unreached(known, "a single number is compared with itself", call.path)
    constant = _OVER_ONE.get(how)
    if constant is None:
        return known
    return replace(known, low=constant, high=constant, reaches_low=True, reaches_high=True)


_OVER_ONE: Mapping[Derivation | None, float] = {
    Derivation.SUM: 1.0,
    Derivation.MAXIMUM: 0.0,
    Derivation.LOG_SUM_EXP: 0.0,
}
"""What is left of a number that is divided by its own sum, or made less by its own maximum."""


def _divide_without_nan(call: LayerCall) -> Value:
    """Divide, with 0 for what is divided by 0."""
    right, quotient = pair(call)[1], quotient_of(call)
    if right.low > 0 or right.nonzero or quotient.is_unbounded:
        return quotient
    return join([quotient, arithmetic.constant(0.0)])


def _extreme(*, largest: bool) -> Callable[[LayerCall], Value]:
    def rule(call: LayerCall) -> Value:
        left, right = pair(call)
        if is_one_tensor(call):
            return reshaped(left)
        limit = right if arithmetic.is_number(right) else left if arithmetic.is_number(left) else None
        if limit is not None:
            value = left if limit is right else right
            cut = clip(value, limit.low if largest else -INFINITY, INFINITY if largest else limit.low)
            return _above_sum(cut, [value]) if largest else cut
        return arithmetic.extreme([left, right], call.path, largest=largest)

    return rule


def _power(call: LayerCall) -> Value:
    base, exponent = pair(call)
    power = exponent.low if arithmetic.is_number(exponent) else None
    if power is None or not math.isfinite(power):
        return anything("its exponent is not a constant", call.path, base.sources | exponent.sources)
    return raised(base, power, call.path)


def _where(call: LayerCall) -> Value:
    branches = [operand(call, argument) for argument in call.call.args[1:3]]
    branches += [operand(call, call.call.kwargs[name]) for name in ("x1", "x2", "x", "y") if name in call.call.kwargs]
    if len(branches) != 2:
        return anything("its branches are not readable", call.path, call.sources())
    return from_either(call, branches)


def from_either(call: LayerCall, values: Sequence[Value]) -> Value:
    """Give what holds where each element is one of the values', and of which is not known."""
    joined = join(values)
    joined = replace(joined, sources=joined.sources | call.sources())
    # What chooses may keep to the elements of one sign, as `where(x > 0, x, -x)` does.
    is_chosen_freely = arithmetic.independent(call.values())
    if joined.is_unbounded and is_chosen_freely:
        return joined
    return unreached(joined, "it mixes outputs of different kinds", call.path)


def _matrix_product(call: LayerCall) -> Value:
    """Multiply matrices; a distribution times rows is a mean of the rows, as in attention."""
    left, right = pair(call)
    turned = _turned_over(call)
    left, right = (without_axes(value) if turns else value for value, turns in zip((left, right), turned, strict=True))
    if left.is_simplex and left.sum_axis == -1:
        kept = replace(bounds_only(right), sources=left.sources | right.sources)
        if arithmetic.is_number(right) or not right.sources:
            kept = unreached(kept, "its rows are not readable", call.path)
        return replace(kept, sum_axis=-1, sum_total=right.sum_total) if right.sum_axis == -1 else kept
    matrix = call.call.args[1] if len(call.call.args) > 1 else None
    if left.is_unbounded and isinstance(matrix, ConstantArray) and not any(turned):
        if not (left.is_free and _has_no_zero_column(matrix.value)):
            return anything("what its matrix multiplies may cancel out", call.path, left.sources)
        return unbounded(left.sources)
    return inner_product(left, right, call.path, None if turned[0] else axes.size(call.shape(0), -1))


def _turned_over(call: LayerCall) -> tuple[bool, bool]:
    """Whether a matrix product of TensorFlow takes its left and its right operand transposed."""
    left, right = (("transpose_a", "adjoint_a", "adj_x"), ("transpose_b", "adjoint_b", "adj_y"))
    return any(call.option(name) is True for name in left), any(call.option(name) is True for name in right)


def _has_no_zero_column(matrix: object) -> bool:
    rows = matrix if isinstance(matrix, list) else []
    columns = list(zip(*rows, strict=False)) if all(isinstance(row, list) for row in rows) else []
    return bool(columns) and all(any(number(item) not in {0.0, None} for item in column) for column in columns)


def broadcast_shape(call: LayerCall) -> Shape | None:
    """Shape rule of what works element by element on several operands."""
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
    if left is None or right is None or len(right) < 2 or len(left) < 2 or any(_turned_over(call)):
        return None
    return (*left[:-1], right[-1])


OPERATIONS: Mapping[str, Rule] = {
    "Add": Rule(_add, broadcast_shape),
    "AddN": Rule(_add, broadcast_shape),
    "BiasAdd": Rule(_add, broadcast_shape),
    "Subtract": Rule(_subtract, broadcast_shape),
    "Multiply": Rule(_multiply, broadcast_shape),
    "Divide": Rule(quotient_of, broadcast_shape),
    "TrueDivide": Rule(quotient_of, broadcast_shape),
    "DivideNoNan": Rule(_divide_without_nan, broadcast_shape),
    "Maximum": Rule(_extreme(largest=True), broadcast_shape),
    "Minimum": Rule(_extreme(largest=False), broadcast_shape),
    "Fmax": Rule(_extreme(largest=True), broadcast_shape),
    "Fmin": Rule(_extreme(largest=False), broadcast_shape),
    "Power": Rule(_power, broadcast_shape),
    "Where": Rule(_where, broadcast_shape),
    "Matmul": Rule(_matrix_product, _matrix_shape),
}

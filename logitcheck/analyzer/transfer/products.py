"""Operations that sum products up: matrix products of all sorts (keras.src.ops.numpy, nn).

Of two independent operands that take any real value, a sum of products takes any too. Where one operand is a
distribution and the other a table of rows, the product is a mean of these rows; see `operations` for that.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace

from logitcheck.analyzer import axes
from logitcheck.analyzer.calls import LayerCall, Rule, rows, same_shape
from logitcheck.analyzer.transfer import arithmetic
from logitcheck.analyzer.transfer.merging import inner_product
from logitcheck.analyzer.transfer.operations import operand, pair
from logitcheck.analyzer.transfer.rearranging import unknown_shape
from logitcheck.analyzer.values import Value, anything, between, bounds_only, unbounded


def _product(call: LayerCall) -> Value:
    """Give a sum of products of two operands."""
    return inner_product(*pair(call), call.path)


def _contraction(call: LayerCall) -> Value:
    """Einsum: products of all operands, summed over the letters that the result lacks.

    TensorFlow writes the letters first; Keras 2 loses the operands behind them when it saves.
    """
    match [operand(call, argument) for argument in call.call.args if not isinstance(argument, str)]:
        case [first, second]:
            return inner_product(first, second, call.path)
        case [single]:
            return _summed(call, single)
        case _:
            return anything("nothing is known of a sum of products", call.path, call.sources())


def _summed(call: LayerCall, value: Value) -> Value:
    """Give sums of some of the value's own elements."""
    return bounds_only(value) if value.sums_freely else arithmetic.some_summed(value, call.path)


def _outer(call: LayerCall) -> Value:
    """Give every product of an element of the one operand with one of the other."""
    return arithmetic.multiply(*pair(call), call.path)


def _signed(call: LayerCall) -> Value:
    """Cross, correlate: sums of products with both signs."""
    left, right = pair(call)
    if left.is_unbounded and right.is_unbounded and arithmetic.independent([left, right]):
        return unbounded(left.sources | right.sources)
    return anything("nothing is known of differences of products", call.path, left.sources | right.sources)


def _convolution(call: LayerCall) -> Value:
    """Slide a kernel: with one of positive numbers and one more tensor, the sign is known."""
    values = [operand(call, argument) for argument in call.call.args[:3]]
    values += [operand(call, call.call.kwargs[name]) for name in _KERNELS if name in call.call.kwargs]
    first, *kernels = values or [anything("it is called without a tensor", call.path)]
    result = first
    for kernel in kernels:
        result = inner_product(result, kernel, call.path)
    return result if kernels else anything("its kernel is not readable", call.path, call.sources())


_KERNELS = ("kernel", "depthwise_kernel", "pointwise_kernel", "filters")


def _attention(call: LayerCall) -> Value:
    """Give convex combinations of the rows of the third operand, the values; heads are an axis of their own."""
    named = call.call.kwargs.get("value")
    argument = call.call.args[2] if len(call.call.args) > 2 else named
    value = operand(call, argument)
    kept = replace(bounds_only(value), sources=call.sources())
    return replace(kept, sum_axis=-1, sum_total=value.sum_total) if value.sum_axis == -1 else kept


def _normalised(call: LayerCall) -> Value:
    """BatchNorm, LayerNorm, RMSNorm: with tensors for scale and shift anything may come out."""
    value = call.value()
    if call.layer.rule != "BatchNorm" and all(argument is None for argument in _scale_and_shift(call)):
        return _standardised(call)
    varying = [item for item in call.values()[1:] if item.is_unbounded]
    if varying and arithmetic.independent(call.values()):
        return unbounded(call.sources())
    return anything("its scale and shift are not followed", call.path, value.sources | call.sources())


def _scale_and_shift(call: LayerCall) -> list[object]:
    named = ("gamma", "beta", "scale", "offset", "mean", "variance")
    return [*call.call.args[1:], *(call.call.kwargs[name] for name in named if name in call.call.kwargs)]


def _standardised(call: LayerCall) -> Value:
    """Give bounds of n standardised numbers: the largest is at most sqrt(n - 1) deviations from their mean."""
    shape = call.shape()
    along = axes.negatives(call.option("axis", -1), shape)
    count = axes.product(axes.size(shape, axis) for axis in along) if along else None
    if not count:
        return anything("how many numbers it normalises is not known", call.path, call.sources())
    if call.option("rms_scaling") is True:
        return anything("it divides by a spread around a mean that it does not take away", call.path, call.sources())
    centred = call.layer.rule == "LayerNorm"
    bound = math.sqrt(count - 1 if centred else count)
    nonnegative = not centred and call.value().low >= 0
    return Value(low=0.0 if nonnegative else -bound, high=bound, sources=call.sources())


def _cosine(call: LayerCall) -> Value:
    return between(-1.0, 1.0, reached=False, sources=call.sources())


OPERATIONS: Mapping[str, Rule] = {
    **rows(_product, unknown_shape, "Dot", "Inner", "Vdot", "Tensordot", "Matvec"),
    **rows(_contraction, unknown_shape, "Einsum"),
    **rows(_outer, unknown_shape, "Outer", "Kron"),
    **rows(_signed, unknown_shape, "Cross", "Correlate"),
    **rows(_convolution, unknown_shape, "Conv", "DepthwiseConv", "SeparableConv", "ConvTranspose"),
    **rows(_normalised, unknown_shape, "BatchNorm", "LayerNorm", "RMSNorm"),
    **rows(_cosine, unknown_shape, "Corrcoef"),
    "DotProductAttention": Rule(_attention, same_shape),
}

"""Layers that merge several tensors into one (keras-facts: "Merge layers"), and attention, a weighted mean of one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from logitcheck.analyzer import axes
from logitcheck.analyzer.calls import LayerCall, Rule
from logitcheck.analyzer.sources import NO_SOURCES
from logitcheck.analyzer.transfer import arithmetic, masked, patterns
from logitcheck.analyzer.transfer.elementwise import raised
from logitcheck.analyzer.transfer.rearranging import beside
from logitcheck.analyzer.values import (
    INFINITY,
    LogOf,
    Value,
    affine,
    anything,
    between,
    bounds_only,
    join,
    reshaped,
    unbounded,
)
from logitcheck.model import Shape, TensorReference


def same_classes(call: LayerCall, references: Sequence[TensorReference]) -> bool:
    """Whether the operands have equally many classes along the axis on which the first is a distribution."""
    first = call.operands.value(references[0])
    if first.sum_axis is None:
        return False
    sizes = {axes.size(call.operands.shape(reference), first.sum_axis) for reference in references}
    return len(sizes) == 1 and None not in sizes


def counted(call: LayerCall) -> list[tuple[Value, int]]:
    """Give what is known of every operand, once, and how often the call was given that very tensor."""
    counts = Counter(call.operands.identity(reference) for reference in call.tensors)
    known = {call.operands.identity(reference): call.operands.value(reference) for reference in call.tensors}
    return [(known[identity], count) for identity, count in counts.items()]


def sum_of_tensors(call: LayerCall) -> Value:
    """Give the sum of the operands; one that is there twice counts double."""
    values = [affine(value, float(count), 0.0) for value, count in counted(call)]
    if not values:
        return anything("it is called without a tensor", call.path)
    return arithmetic.add(values, call.path, same_classes=same_classes(call, call.tensors))


def _average(call: LayerCall) -> Value:
    count = len(call.tensors)
    total = sum_of_tensors(call)
    return affine(total, 1 / count, 0.0) if count > 1 else total


def _difference(call: LayerCall) -> Value:
    left, right = call.value(0), call.value(1)
    if is_one_tensor(call):
        return between(0.0, 0.0, sources=left.sources)
    return arithmetic.add([left, arithmetic.negate(right)], call.path)


def is_one_tensor(call: LayerCall) -> bool:
    """Whether the call was given several operands, and all are the same tensor."""
    return len(call.tensors) > 1 and len(counted(call)) == 1


def product_of_tensors(call: LayerCall) -> Value:
    """Give the product of the operands; one that is there twice is squared."""
    return _product_of(_powers(call), call.path)


def _powers(call: LayerCall) -> list[Value]:
    powers = [raised(value, float(count), call.path) for value, count in counted(call)]
    return powers or [anything("it is called without a tensor", call.path)]


def _product_of(factors: Sequence[Value], path: str) -> Value:
    result, *others = factors
    for other in others:
        result = arithmetic.multiply(result, other, path)
    return result


def _product(call: LayerCall) -> Value:
    powers = _powers(call)
    result = _product_of(powers, call.path)
    return masked.product(result, powers, call.path) if call.operands.may_be_masked() else result


def _extreme(*, largest: bool) -> Callable[[LayerCall], Value]:
    def rule(call: LayerCall) -> Value:
        values = [value for value, _ in counted(call)]
        if not values:
            return anything("it is called without a tensor", call.path)
        if len(values) == 1:
            return reshaped(values[0])
        result = arithmetic.extreme(values, call.path, largest=largest)
        return masked.extreme(result, values, call.path) if call.operands.may_be_masked() else result

    return rule


def concatenated(call: LayerCall, references: Sequence[TensorReference], axis: object) -> Value:
    """Give the values of tensors side by side along `axis`: distributions survive if it is another axis than theirs."""
    values = [call.operands.value(reference) for reference in references]
    if len(values) == 1:
        return reshaped(values[0])
    joined = _with_common_activation(join(values), values)
    joined = arithmetic.tied(joined, values)
    first = values[0]
    along = axes.negative(axis, call.operands.shape(references[0]))
    if along is None:
        return joined
    if patterns.are_complements(call, references) and patterns.with_size_one(call, references, along):
        return replace(between(0.0, 1.0, reached=False, sources=joined.sources), sum_axis=along)
    return _with_common_axis(joined, values, first.sum_axis if first.sum_axis != along else None, along)


def _with_common_axis(joined: Value, values: Sequence[Value], axis: int | None, along: int) -> Value:
    first = values[0]
    if axis is not None and all(value.sum_axis == axis and value.sum_total == first.sum_total for value in values):
        return replace(joined, sum_axis=axis, sum_total=first.sum_total)
    is_log = all(value.log_of is LogOf.SIMPLEX and value.log_axis == first.log_axis for value in values)
    if is_log and first.log_axis != along:
        return replace(joined, log_of=LogOf.SIMPLEX, log_axis=first.log_axis)
    return joined


def _with_common_activation(joined: Value, values: Sequence[Value]) -> Value:
    """Remember the activation if all the parts are numbers of the same kind of activation, as sigmoid columns are."""
    first = values[0]
    if first.applied is None or any(
        value.applied is None or value.applied.name != first.applied.name for value in values
    ):
        return joined
    return replace(joined, applied=first.applied, stacked=first.stacked)


def _concatenate(call: LayerCall) -> Value:
    if not call.tensors:
        return anything("it is called without a tensor", call.path)
    return concatenated(call, call.tensors, call.config.get("axis", -1))


def _dot(call: LayerCall) -> Value:
    left, right = call.value(0), call.value(1)
    if call.config.get("normalize") is True:
        reached = left.is_unbounded and right.is_unbounded and arithmetic.vary_freely([left, right])
        nonnegative = left.low >= 0 and right.low >= 0
        return between(0.0 if nonnegative else -1.0, 1.0, reached=reached, sources=left.sources | right.sources)
    stored = call.config.get("axes", -1)
    shape = call.shape(0)
    if is_one_tensor(call) and shape is not None and len(shape) == 2:
        return Value(low=0.0, reaches_high=left.is_unbounded, sources=left.sources)
    axis = stored[0] if isinstance(stored, (list, tuple)) and stored else stored
    return inner_product(left, right, call.path, axes.size(shape, axes.negative(axis, shape)))


def inner_product(left: Value, right: Value, path: str, count: int | None = None) -> Value:
    """Give sums of products of two tensors' elements, `count` of them in each sum if that is known."""
    sources = left.sources | right.sources
    pair = (left, right)
    is_free = all(value.sources and arithmetic.leaves_zero(value) for value in pair) and arithmetic.vary_freely(pair)
    if is_free and any(value.is_unbounded for value in pair):
        return unbounded(sources)
    first, second = (replace(bounds_only(value), sources=NO_SOURCES) for value in pair)
    product = arithmetic.multiply(first, second, path)
    times = float(count) if count else INFINITY
    low, high = (0.0 if end == 0 else end * times for end in (product.low, product.high))
    if low == -INFINITY and high == INFINITY:
        return anything("nothing is known of a sum of products", path, sources)
    if count:
        return Value(low=low, high=high, sources=sources)
    return Value(low=min(low, 0.0), high=max(high, 0.0), sources=sources)


def _attention(call: LayerCall) -> tuple[Value, Value]:
    """Attention: a convex combination of the rows of `value`, so its range and its distributions survive."""
    query, value = call.value(0), call.value(1)
    scores = replace(between(0.0, 1.0, reached=False, sources=query.sources | value.sources), sum_axis=-1)
    kept = bounds_only(value)
    if _masks_queries(call):
        kept = beside(kept, 0.0)
    elif value.sum_axis == -1:
        kept = replace(kept, sum_axis=-1, sum_total=value.sum_total)
    return replace(kept, sources=scores.sources), scores


def _masks_queries(call: LayerCall) -> bool:
    """Whether rows of the result may be zeros; a mask of the values only moves weight to other rows."""
    mask = call.argument(1, "mask")
    if mask is None:
        return call.operands.may_be_masked()
    return isinstance(mask, (list, tuple)) and bool(mask) and mask[0] is not None


def _broadcast_shape(call: LayerCall) -> Shape | None:
    return axes.broadcast(call.shape(position) for position in range(len(call.tensors)))


def concatenated_shape(shapes: Sequence[Shape | None], axis: object) -> Shape | None:
    """Give the shape of tensors side by side along `axis`."""
    first = shapes[0] if shapes else None
    along = axes.negative(axis, first)
    if first is None or along is None or any(shape is None or len(shape) != len(first) for shape in shapes):
        return None
    sizes = [axes.size(shape, along) for shape in shapes]
    total = None if any(size is None for size in sizes) else sum(size for size in sizes if size is not None)
    merged = list(first)
    merged[along] = total
    return tuple(merged)


def _concatenate_shape(call: LayerCall) -> Shape | None:
    shapes = [call.operands.shape(reference) for reference in call.tensors]
    return concatenated_shape(shapes, call.config.get("axis", -1))


def _dot_shape(call: LayerCall) -> Shape | None:
    left, right = call.shape(0), call.shape(1)
    stored = call.config.get("axes", -1)
    pair = stored if isinstance(stored, (list, tuple)) and len(stored) == 2 else (stored, stored)
    first, second = axes.negative(pair[0], left), axes.negative(pair[1], right)
    if left is None or right is None or first is None or second is None:
        return None
    kept_left = [size for axis, size in enumerate(left) if axis - len(left) != first]
    kept_right = [size for axis, size in enumerate(right) if axis - len(right) != second][1:]
    shape = (*kept_left, *kept_right)
    return shape if len(shape) > 1 else (*shape, 1)


def _attention_shape(call: LayerCall) -> list[Shape | None]:
    query, value = call.shape(0), call.shape(1)
    if not query or not value:
        return [None, None]
    return [(*query[:-1], value[-1]), (*query[:-1], value[-2]) if len(value) > 1 else None]


LAYERS: Mapping[str, Rule] = {
    "Add": Rule(sum_of_tensors, _broadcast_shape),
    "Average": Rule(_average, _broadcast_shape),
    "Subtract": Rule(_difference, _broadcast_shape),
    "Multiply": Rule(_product, _broadcast_shape),
    "Maximum": Rule(_extreme(largest=True), _broadcast_shape),
    "Minimum": Rule(_extreme(largest=False), _broadcast_shape),
    "Concatenate": Rule(_concatenate, _concatenate_shape),
    "Dot": Rule(_dot, _dot_shape),
    "Attention": Rule(_attention, _attention_shape),
    "AdditiveAttention": Rule(_attention, _attention_shape),
}

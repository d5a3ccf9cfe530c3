"""Operations that reduce axes: means, sums, extremes, class ids (keras-facts: "Pooling", "Attention")."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from logitcheck.analyzer import axes
from logitcheck.analyzer.calls import LayerCall, Rule, number, numbers, rows, whole
from logitcheck.analyzer.derivation import Derivation
from logitcheck.analyzer.transfer import arithmetic, patterns
from logitcheck.analyzer.transfer.elementwise import clip
from logitcheck.analyzer.transfer.pooling import extreme_of, mean_of
from logitcheck.analyzer.transfer.rearranging import class_axis
from logitcheck.analyzer.values import INFINITY, Kind, Value, anything, between, bounds_only, unbounded, unreached
from logitcheck.model import ConstantArray, Shape, TensorReference


def reduced_axes(call: LayerCall) -> list[int] | None:
    """Give the reduced axes from the end; None if they cannot be told."""
    stored = call.option("axis") if call.layer.rule == "Average" else call.argument(1, "axis")
    if stored is None:
        shape = call.shape()
        return None if shape is None else list(range(-len(shape), 0))
    return axes.negatives(stored, call.shape())


def keeps_axes(call: LayerCall) -> bool:
    """Whether reduced axes stay as ones."""
    return call.option("keepdims", default=False) is True


def _class_axis_after(call: LayerCall, reduced: list[int] | None) -> int | None:
    axis = class_axis(call.value())
    if axis is None or reduced is None or axis in reduced:
        return None
    return axis if keeps_axes(call) else axis + sum(1 for other in reduced if other > axis)


def size_of(call: LayerCall, reduced: list[int] | None) -> int | None:
    """Give how many numbers go into one of the result."""
    shape = call.shape()
    if shape is None or reduced is None:
        return None
    return axes.product(axes.size(shape, axis) for axis in reduced)


def _constant_over_classes(call: LayerCall, reduced: list[int] | None, *, mean: bool) -> Value | None:
    """Give the sum or mean over a class axis: the same number for every input."""
    value = call.value()
    if value.sum_axis is None or reduced != [value.sum_axis]:
        return None
    total = value.sum_total
    if mean:
        count = size_of(call, reduced)
        if not count:
            return between(0.0, total, reached=False, sources=value.sources)
        total /= count
    return between(total, total, sources=value.sources)


def _mean(call: LayerCall) -> Value:
    reduced = reduced_axes(call)
    constant = _constant_over_classes(call, reduced, mean=True)
    return constant if constant is not None else mean_of(call.value(), _class_axis_after(call, reduced))


def _weighted_average(call: LayerCall) -> Value:
    """Average with weights, which mix numbers unevenly, and beyond their bounds where they are negative."""
    weights = call.argument(1, "weights")
    if weights is None:
        return _mean(call)
    value, known = call.value(), numbers(weights)
    if value.sums_freely and not value.has_copies and known and any(known):
        return bounds_only(value)
    if not known or min(known) < 0 or not any(known):
        return anything("its weights may be negative", call.path, call.sources())
    array = weights.value if isinstance(weights, ConstantArray) else weights
    is_one_each = isinstance(array, list) and not any(isinstance(item, list) for item in array)
    axis = _class_axis_after(call, reduced_axes(call)) if is_one_each else None
    return unreached(mean_of(value, axis), "its weights may leave out numbers", call.path)


def _weighted_by_shares(call: LayerCall, reduced: list[int] | None) -> Value | None:
    """Give a mean that a distribution weighs, `sum(x * p)`, where `x * p` alone tells nothing: it is between the x."""
    maker = call.operands.maker(call.tensors[0]) if call.tensors and call.value().kind is Kind.UNKNOWN else None
    if maker is None or maker.layer.rule != "Multiply" or len(maker.tensors) != 2 or maker.shape(0) != maker.shape(1):
        return None
    for value, shares in (maker.values(), maker.values()[::-1]):
        if shares.is_simplex and reduced == [shares.sum_axis] and maker.shape() is not None:
            whole = value.comes_at_once
            kept = replace(bounds_only(value), sources=maker.sources(), at_once=whole)
            return replace(kept, reaches_low=whole and value.reaches_low, reaches_high=whole and value.reaches_high)
    return None


def sum_of(call: LayerCall) -> Value:
    """Rule of sums over axes."""
    reduced = reduced_axes(call)
    constant = _constant_over_classes(call, reduced, mean=False)
    if constant is not None:
        return constant
    weighted = _weighted_by_shares(call, reduced)
    if weighted is not None:
        return weighted
    value, count = call.value(), size_of(call, reduced)
    is_free = value.sums_freely
    times = float(count) if count else INFINITY
    result = replace(
        bounds_only(value),
        low=0.0 if value.low == 0 else value.low if value.low > 0 and not count else value.low * times,
        high=0.0 if value.high == 0 else value.high if value.high < 0 and not count else value.high * times,
        reaches_low=value.reaches_low and (is_free or value.high <= 0) and value.low == -INFINITY,
        reaches_high=value.reaches_high and (is_free or value.low >= 0) and value.high == INFINITY,
        integer=value.integer,
        unknown=value.unknown if value.kind is Kind.UNKNOWN else None,
    )
    axis = _class_axis_after(call, reduced)
    if axis is not None and value.sum_axis is not None and count:
        result = replace(result, sum_axis=axis, sum_total=value.sum_total * count)
    reference = call.tensors[0] if call.tensors else None
    if isinstance(reference, TensorReference) and keeps_axes(call) and reduced is not None and len(reduced) == 1:
        return patterns.derived(call, result, Derivation.SUM, reduced[0])
    return result


def _extreme(call: LayerCall) -> Value:
    """Take the maximum or minimum; an `initial` number counts as well."""
    is_maximum = call.layer.rule in {"Max", "Amax"}
    extreme = extreme_of(call.value(), largest=is_maximum)
    initial = call.option("initial")
    if initial is None:
        reduced = reduced_axes(call)
        is_one = is_maximum and keeps_axes(call) and reduced is not None and len(reduced) == 1
        return patterns.derived(call, extreme, Derivation.MAXIMUM) if is_one else extreme
    first = number(initial)
    if first is None:
        return anything("its initial value is not readable", call.path, extreme.sources)
    return clip(extreme, first, INFINITY) if is_maximum else clip(extreme, -INFINITY, first)


def product_of(call: LayerCall) -> Value:
    """Rule of products over axes: over units, each of which can turn the sign of all, they go both ways."""
    value = call.value()
    if value.within_unit:
        return between(0.0, 1.0, reached=False, sources=value.sources)
    if value.low >= 0:
        return Value(low=0.0, reaches_high=value.goes_off and value.comes_at_once, sources=value.sources)
    if reduced_axes(call) == [-1] and value.sums_freely and value.is_free and arithmetic.has_width(value):
        return unbounded(value.sources)
    return anything("nothing is known of a product over an axis", call.path, value.sources)


def spread_of(call: LayerCall) -> Value:
    """Rule of variances and standard deviations."""
    value, count = call.value(), size_of(call, reduced_axes(call))
    if count == 1:
        return between(0.0, 0.0, sources=value.sources)
    return Value(low=0.0, reaches_high=value.is_unbounded, sources=value.sources)


def _class_ids(call: LayerCall) -> Value:
    axis = whole(call.argument(1, "axis"))
    count = axes.size(call.shape(), axes.negative(axis, call.shape()))
    high = float(count - 1) if count else INFINITY
    return replace(between(0.0, high, reached=False, sources=call.sources()), integer=True)


def _one_hot(call: LayerCall) -> Value:
    classes = whole(call.argument(1, "num_classes"))
    value = call.value()
    axis = whole(call.option("axis", -1), -1)
    result = replace(between(0.0, 1.0, reached=False, sources=value.sources), integer=True)
    in_range = value.integer and classes is not None and value.low >= 0 and value.high <= classes - 1
    return replace(result, sum_axis=axis) if in_range and axis is not None and axis < 0 else result


def _top(call: LayerCall) -> tuple[Value, Value]:
    value = call.value()
    ids = replace(between(0.0, INFINITY, reached=False, sources=value.sources), integer=True)
    return extreme_of(value, largest=None), ids


def reduced_shape(call: LayerCall) -> Shape | None:
    """Shape rule of what reduces axes."""
    return shape_without(call, reduced_axes(call))


def shape_without(call: LayerCall, reduced: list[int] | None) -> Shape | None:
    """Give the shape without the reduced axes, or with them as ones."""
    shape = call.shape()
    if shape is None or reduced is None:
        return None
    if keeps_axes(call):
        return tuple(1 if axis - len(shape) in reduced else size for axis, size in enumerate(shape))
    return tuple(size for axis, size in enumerate(shape) if axis - len(shape) not in reduced)


def _one_hot_shape(call: LayerCall) -> Shape | None:
    shape = call.shape()
    axis = whole(call.option("axis", -1), -1)
    return None if shape is None or axis != -1 else (*shape, whole(call.argument(1, "num_classes")))


OPERATIONS: Mapping[str, Rule] = {
    **rows(_mean, reduced_shape, "Mean"),
    **rows(_weighted_average, reduced_shape, "Average"),
    **rows(sum_of, reduced_shape, "Sum"),
    **rows(_extreme, reduced_shape, "Max", "Amax", "Min", "Amin"),
    **rows(product_of, reduced_shape, "Prod"),
    **rows(spread_of, reduced_shape, "Var", "Std"),
    **rows(_class_ids, reduced_shape, "Argmax", "Argmin"),
    "OneHot": Rule(_one_hot, _one_hot_shape),
    "TopK": Rule(_top, lambda _: [None, None]),
}

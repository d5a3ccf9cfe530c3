"""Operations that sum numbers up along axes: medians, quantiles, norms, cumulative sums (keras.src.ops.numpy, math)."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import replace

from logitcheck.analyzer import axes
from logitcheck.analyzer.calls import LayerCall, Rule, number, rows, same_shape, whole
from logitcheck.analyzer.derivation import Derivation
from logitcheck.analyzer.transfer import arithmetic, patterns
from logitcheck.analyzer.transfer.pooling import extreme_of, mean_of
from logitcheck.analyzer.transfer.rearranging import unknown_shape
from logitcheck.analyzer.transfer.reducing import (
    keeps_axes,
    product_of,
    reduced_axes,
    reduced_shape,
    shape_without,
    size_of,
    spread_of,
    sum_of,
)
from logitcheck.analyzer.values import INFINITY, LogOf, Value, anything, between, bounds_only, unreached, without_axes
from logitcheck.model import Shape


def _inner_value(call: LayerCall) -> Value:
    """Medians and quantiles lie between the numbers; of any real numbers they are any."""
    return extreme_of(call.value(), largest=None)


def _running_shape(call: LayerCall) -> Shape | None:
    """Give the shape of running sums: without an axis they run over all the numbers."""
    return None if call.argument(1, "axis") is None else call.shape()


def _log_sum_exp(call: LayerCall) -> Value:
    """Give the logarithm of the sum of n exponentials: at most log(n) above the largest number."""
    value, reduced = call.value(), reduced_axes(call)
    if value.log_of is LogOf.SIMPLEX and reduced == [value.log_axis]:
        return between(0.0, 0.0, sources=value.sources)
    count = size_of(call, reduced)
    slack = math.log(count) if count else INFINITY
    result = Value(
        low=value.low,
        high=value.high + slack if value.high < INFINITY else INFINITY,
        reaches_low=value.is_unbounded,
        reaches_high=value.is_unbounded,
        sources=value.sources,
        unknown=value.unknown,
    )
    if reduced is not None and len(reduced) == 1 and keeps_axes(call):
        return patterns.derived(call, result, Derivation.LOG_SUM_EXP, reduced[0])
    return result


def _range(call: LayerCall) -> Value:
    """Ptp: the distance from the smallest number to the largest."""
    value = call.value()
    width = value.high - value.low if math.isfinite(value.low) and math.isfinite(value.high) else INFINITY
    return Value(low=0.0, high=width, sources=value.sources)


def _norm(call: LayerCall) -> Value:
    """Give norms, which are not negative: the one of order 1, of numbers that are not either, is their sum."""
    value, reduced = call.value(), reduced_axes(call)
    if call.option("ord") == 1 and value.low >= 0 and reduced is not None and len(reduced) == 1:
        return sum_of(call)
    return Value(low=0.0, sources=value.sources)


def _running_sum(call: LayerCall) -> Value:
    """Give sums of the numbers up to each place; Nancumsum takes 0 for what is no number."""
    value, ignores_missing = call.value(), call.layer.rule == "Nancumsum"
    if value.is_unbounded:
        return bounds_only(value)
    own = value.sum_axis
    along = axes.negative(call.argument(1, "axis"), call.shape())
    exclusive = call.option("exclusive") is True
    if own is not None and own == along:
        return between(0.0, value.sum_total, reached=False, sources=value.sources)
    sums = arithmetic.some_summed(value, call.path)
    count = axes.size(call.shape(), along)
    if count and sums.is_open:
        return _summed_up_to(value, count, call.path)
    if exclusive or ignores_missing or sums.is_open:
        return sums
    return replace(sums, low=value.low) if value.low >= 0 else replace(sums, high=value.high)


def _summed_up_to(value: Value, count: int, path: str) -> Value:
    """Give sums of at most `count` numbers, or of none."""
    low, high = (end * count for end in (min(value.low, 0.0), max(value.high, 0.0)))
    return unreached(Value(low=low, high=high, sources=value.sources), "it adds up numbers of both signs", path)


def _running_product(call: LayerCall) -> Value:
    value = call.value()
    if value.within_unit:
        return between(0.0, 1.0, reached=False, sources=value.sources)
    return anything("nothing is known of a running product", call.path, value.sources)


def _neighbours(call: LayerCall) -> Value:
    """Diff: differences of neighbours, `n` times over."""
    value, times = call.value(), whole(call.option("n", 1), 1)
    if value.is_unbounded:
        return anything("it subtracts values of the same origin", call.path, value.sources)
    width = value.high - value.low
    if times != 1 or not math.isfinite(width):
        return anything("its differences have no known bound", call.path, value.sources)
    return between(-width, width, reached=False, sources=value.sources)


def _integral(call: LayerCall) -> Value:
    """Trapezoid: of numbers >= 0 it is not negative, unless it runs backwards over places of its own."""
    value = call.value()
    if value.low >= 0 and (number(call.option("dx", 1.0)) or 0.0) > 0 and call.option("x") is None:
        return Value(low=0.0, sources=value.sources)
    return anything("its integral has no known bound", call.path, value.sources)


def _ignoring_missing(rule: Callable[[LayerCall], Value]) -> Callable[[LayerCall], Value]:
    """Make the rule that leaves out NaN: nothing may be left, so that what hangs on every class is gone."""
    return lambda call: without_axes(rule(call))


def _missing_counts_as_zero(call: LayerCall) -> Value:
    """Nansum: how many numbers it adds is not known, so 0 may always come out."""
    total = without_axes(sum_of(call))
    return replace(
        total,
        low=min(total.low, 0.0),
        high=max(total.high, 0.0),
        reaches_low=total.reaches_low and total.low <= 0,
        reaches_high=total.reaches_high and total.high >= 0,
    )


def _mean(call: LayerCall) -> Value:
    return mean_of(call.value(), None)


def _two_moments(call: LayerCall) -> tuple[Value, Value]:
    """Moments: mean and variance."""
    return _mean(call), spread_of(call)


def _moments_shape(call: LayerCall) -> list[Shape | None]:
    return [shape_without(call, axes.negatives(call.argument(1, "axes"), call.shape()))] * 2


def _segment_extreme(call: LayerCall) -> Value:
    """Give extremes of segments: of an empty one, the lowest or highest number there is."""
    return anything("what it gives for an empty segment has no bound", call.path, call.value().sources)


def _segment_sum(call: LayerCall) -> Value:
    """Give sums of segments, with 0 for an empty one."""
    value = call.value()
    if value.is_unbounded:
        return anything("its segments may be empty", call.path, value.sources)
    return arithmetic.some_summed(value, call.path)


def _segment_mean(call: LayerCall) -> Value:
    """Give means of segments, with 0 for an empty one."""
    value = bounds_only(call.value())
    if value.is_unbounded:
        return anything("its segments may be empty", call.path, value.sources)
    return replace(value, low=min(value.low, 0.0), high=max(value.high, 0.0))


def _distances(call: LayerCall) -> Value:
    return Value(low=0.0, sources=call.sources())


def _half_square_sum(call: LayerCall) -> Value:
    return Value(low=0.0, reaches_high=call.value().is_unbounded, sources=call.sources())


def _share_of_zeros(call: LayerCall) -> Value:
    return between(0.0, 1.0, reached=False, sources=call.sources())


def _shortened(call: LayerCall) -> Value:
    """Give the numbers, scaled down where their norm or that of all is too large."""
    value = call.value()
    if value.is_unbounded:
        return anything("it is cut down to a norm that is not followed", call.path, value.sources)
    return replace(bounds_only(value), low=min(value.low, 0.0), high=max(value.high, 0.0))


OPERATIONS: Mapping[str, Rule] = {
    **rows(_inner_value, reduced_shape, "Median", "Nanmedian"),
    **rows(_inner_value, unknown_shape, "Quantile", "Percentile", "Nanquantile", "Nanpercentile"),
    **{
        name: Rule(_ignoring_missing(lambda call: extreme_of(call.value(), largest=None)), reduced_shape)
        for name in ("Nanmax", "Nanmin")
    },
    "Nanmean": Rule(_mean, reduced_shape),
    "Nansum": Rule(_missing_counts_as_zero, reduced_shape),
    "Nanprod": Rule(product_of, reduced_shape),
    **rows(spread_of, reduced_shape, "Nanvar", "Nanstd"),
    "Logsumexp": Rule(_log_sum_exp, reduced_shape),
    "Ptp": Rule(_range, reduced_shape),
    "Norm": Rule(_norm, reduced_shape),
    "Cumsum": Rule(_running_sum, _running_shape),
    "Nancumsum": Rule(_running_sum, _running_shape),
    "Cumprod": Rule(_running_product, _running_shape),
    "Nancumprod": Rule(_running_product, _running_shape),
    "Diff": Rule(_neighbours, unknown_shape),
    "Trapezoid": Rule(_integral, unknown_shape),
    "Moments": Rule(_two_moments, _moments_shape),
    "SegmentSum": Rule(_segment_sum, unknown_shape),
    **rows(_segment_extreme, unknown_shape, "SegmentMax", "SegmentMin", "SegmentReduction"),
    "SegmentMean": Rule(_segment_mean, unknown_shape),
    "CDist": Rule(_distances, unknown_shape),
    "L2Loss": Rule(_half_square_sum, lambda _: ()),
    "ZeroFraction": Rule(_share_of_zeros, lambda _: ()),
    "ClipByNorm": Rule(_shortened, same_shape),
}

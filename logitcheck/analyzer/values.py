"""What is known of a tensor: an abstract value that holds for every input, at inference.

A value bounds each element (`low`, `high`), says along which axis elements sum to a constant, whether it is the
logarithm of something, and whether the bounds are really reached. Only what must hold is claimed: no bound known is
not the same as unbounded, and a value that can be anything carries the reason why nothing is known. NaN is no number:
what is claimed is claimed of the numbers that come out.

Axes are negative, from the end, so that they survive a changing number of leading axes.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum

from logitcheck.analyzer.derivation import Derived
from logitcheck.analyzer.sources import NO_SOURCES, Sources
from logitcheck.analyzer.ties import BALANCED, COPIES, DIVIDED, LEAPING, UNEVEN, VANISHING

INFINITY = math.inf
_TOLERANCE = 1e-6


class Kind(Enum):
    """What an output is, read off its value; the values are part of the JSON report."""

    LOGITS = "logits"
    PROBABILITIES = "probabilities"
    UNIT_INTERVAL = "unit_interval"
    LOG_PROBABILITIES = "log_probabilities"
    RANGE = "range"
    UNKNOWN = "unknown"


class LogOf(Enum):
    """What a value is the logarithm of."""

    SIMPLEX = "a distribution"
    UNIT = "values in (0, 1)"


@dataclass(frozen=True, slots=True)
class Applied:
    """An activation at the moment it was applied, remembered as long as its numbers stay what they were.

    name: canonical activation. layer: where. axis: of a softmax, else None.
    mechanism: how Keras applied it: "activation", "layer", "masked layer", "operation"; "formula" where it wrote a
      softmax out, over several axes at once; "tensorflow" where TensorFlow did it; "graph" where a traced graph does
      not tell which of them did; "declared" where settings say what a layer puts out, which then is the `name`.
    half: the type of 16 bits it was computed in, or None.
    """

    name: str
    layer: str
    axis: int | None
    mechanism: str
    half: str | None = None

    @property
    def is_declared(self) -> bool:
        """Whether only settings tell what was put out, and nothing tells how it was made."""
        return self.mechanism == "declared"


@dataclass(frozen=True, slots=True)
class Rounding:
    """That numbers were put into `dtype`, a type of 16 bits, by the layer at the path `layer`."""

    dtype: str
    layer: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """Why nothing is known, and the layer where that began."""

    reason: str
    layer: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Value:
    """What is known of every element of a tensor.

    low, high: each element lies in [low, high].
    reaches_low, reaches_high: elements really come arbitrarily near that bound, for some input and weights; both,
      with infinite bounds, is the must-unbounded of logits. A bound that is not reached accuses nobody.
    sum_axis, sum_total: elements are >= 0 and sum to `sum_total` along that axis; a simplex if the total is 1.
    log_of, log_axis: what it is the logarithm of, and along which axis that is a distribution.
    at_once: whether all elements can come near any number that one of them comes near, at once.
    integer: whether elements are class ids or counts, without gradient.
    applied: the activation whose very numbers these still are.
    rounding: where the numbers of that activation were first put into 16 bits, if they were.
    stacked: (inner, outer) where that activation was applied to the numbers of another one.
    direct: whether this is the very tensor the activation returned, which the losses of the TensorFlow backend look at.
    after_dropout: whether only layers came between that change something in training alone (Dropout, noise).
    copied_in_keras_2: whether a layer came between that hands on the very tensor in Keras 3, and a copy in Keras 2.
    maybe_copied: whether a layer came between of which is only said that its numbers are the same in prediction.
    sources: identities of the tensors it was computed from without weights in between.
    nonzero: whether no element is ever 0; told of constants only.
    derived: how it was computed from another tensor, where a formula may go on from there (`x / sum(x)`).
    unknown: why nothing is known, if nothing is.
    """

    low: float = -INFINITY
    high: float = INFINITY
    reaches_low: bool = False
    reaches_high: bool = False
    sum_axis: int | None = None
    sum_total: float = 1.0
    log_of: LogOf | None = None
    log_axis: int | None = None
    at_once: bool = False
    integer: bool = False
    applied: Applied | None = None
    rounding: Rounding | None = None
    stacked: tuple[Applied, Applied] | None = None
    direct: bool = False
    after_dropout: bool = False
    copied_in_keras_2: bool = False
    maybe_copied: bool = False
    sources: Sources = NO_SOURCES
    nonzero: bool = False
    derived: Derived | None = None
    unknown: Unknown | None = None

    @property
    def is_simplex(self) -> bool:
        """Whether elements are >= 0 and sum to 1 along `sum_axis`."""
        return self.sum_axis is not None and abs(self.sum_total - 1) <= _TOLERANCE

    @property
    def is_unbounded(self) -> bool:
        """Whether elements really take any real value, each of them."""
        return self.goes_both_ways and self.sources.isdisjoint(DIVIDED)

    @property
    def goes_both_ways(self) -> bool:
        """Whether there are elements that fall without end, and elements that rise so, be they others."""
        return self.is_open and self.reaches_low and self.reaches_high

    @property
    def goes_off(self) -> bool:
        """Whether elements fall without end, or rise so."""
        return (self.reaches_low and self.low == -INFINITY) or (self.reaches_high and self.high == INFINITY)

    @property
    def is_open(self) -> bool:
        """Whether no bound is known."""
        return self.low == -INFINITY and self.high == INFINITY

    @property
    def is_joint(self) -> bool:
        """Whether elements hang together along an axis, so that not all of them come near the same bound at once."""
        return self.sum_axis is not None or self.log_of is LogOf.SIMPLEX

    @property
    def is_free(self) -> bool:
        """Whether each element can take a value whatever the others are; only then a few of them can stand out."""
        return not (self.is_joint or self.has_copies or self.is_balanced)

    @property
    def comes_at_once(self) -> bool:
        """Whether nothing keeps all of its elements from coming near the same number at once."""
        return (self.at_once or self.is_unbounded) and not self.is_joint and not self.is_balanced

    @property
    def moves_smoothly(self) -> bool:
        """Whether each element that comes near two numbers comes near every number between."""
        is_torn = self.integer or self.is_uneven or not self.sources.isdisjoint(LEAPING | DIVIDED)
        return self.reaches_low and self.reaches_high and not is_torn

    def stands_out(self, axis: object) -> bool:
        """Whether one of its elements can leave all others along `axis` behind, by any amount.

        Along the last axis their weights differ; along another one all of them may hold the same.
        """
        return axis == -1 and self.is_unbounded and self.is_free

    @property
    def has_copies(self) -> bool:
        """Whether the same number may stand in it more than once."""
        return self.low == self.high or self.may_vanish or not self.sources.isdisjoint(COPIES)

    @property
    def may_vanish(self) -> bool:
        """Whether it may be nothing but zeros, whatever the input."""
        return not self.sources.isdisjoint(VANISHING)

    @property
    def is_balanced(self) -> bool:
        """Whether elements may always sum to a constant, so that the largest is never below their share of it."""
        return not self.sources.isdisjoint(BALANCED)

    @property
    def is_uneven(self) -> bool:
        """Whether what some elements take, others may not, as in an array of constants."""
        is_array = not self.sources and self.low != self.high
        return is_array or not self.sources.isdisjoint(UNEVEN)

    @property
    def sums_freely(self) -> bool:
        """Whether any of its elements sum to any real value."""
        return self.is_unbounded and not (self.is_joint or self.is_balanced or self.is_uneven)

    @property
    def within_unit(self) -> bool:
        """Whether each element is known to lie in [0, 1]."""
        return self.low >= -_TOLERANCE and self.high <= 1 + _TOLERANCE

    @property
    def leaves_unit(self) -> bool:
        """Whether elements are known to leave [0, 1] for some input."""
        return (self.reaches_low and self.low < -_TOLERANCE) or (self.reaches_high and self.high > 1 + _TOLERANCE)

    @property
    def kind(self) -> Kind:
        """What this value is, for a reader and for a loss."""
        if self.is_simplex:
            return Kind.PROBABILITIES
        if self.log_of is not None:
            return Kind.LOG_PROBABILITIES
        if self.within_unit:
            return Kind.UNIT_INTERVAL
        if self.goes_both_ways:
            return Kind.LOGITS
        if self.unknown is None and (self.low > -INFINITY or self.high < INFINITY):
            return Kind.RANGE
        return Kind.UNKNOWN

    @property
    def axis(self) -> int | None:
        """The axis along which it is a distribution or the logarithm of one."""
        return self.sum_axis if self.is_simplex else self.log_axis if self.log_of is LogOf.SIMPLEX else None


def unbounded(sources: Sources = NO_SOURCES) -> Value:
    """Make a value whose elements really take any real value."""
    return Value(reaches_low=True, reaches_high=True, sources=sources)


def between(low: float, high: float, *, reached: bool = True, sources: Sources = NO_SOURCES) -> Value:
    """Make a value whose elements lie in [low, high], and come near both ends if `reached`."""
    return Value(low=low, high=high, reaches_low=reached, reaches_high=reached, sources=sources)


def anything(reason: str, layer: str, sources: Sources = NO_SOURCES) -> Value:
    """Make a value of which nothing is known, and say why."""
    return Value(sources=sources, unknown=Unknown(reason, layer))


def reshaped(value: Value) -> Value:
    """Give `value` as another tensor with the same numbers: what hangs on its identity or its axes is gone."""
    return replace(value, direct=False, after_dropout=False, copied_in_keras_2=False, maybe_copied=False, derived=None)


def copied(value: Value) -> Value:
    """Give the value as one in which the same number may stand more than once."""
    return replace(value, sources=value.sources | COPIES)


def vanishing(value: Value) -> Value:
    """Give the value as one that may be nothing but zeros."""
    return replace(value, sources=value.sources | VANISHING)


def balanced(value: Value) -> Value:
    """Give the value as one whose elements may always sum to a constant."""
    return replace(value, sources=value.sources | BALANCED)


def handed_on(value: Value, *, half: str | None) -> Value:
    """Give the very tensor, as a layer that computes in `half` (or 32 bits) hands it on: to another type it is cast."""
    return value if value.applied is None or value.applied.half == half else reshaped(value)


def rounded(value: Value, half: str | None, layer: str) -> Value:
    """Give what is left of the numbers of an activation that `layer` casts to `half`; nothing is lost twice."""
    if half is None or value.applied is None or value.rounding is not None:
        return value
    return replace(value, rounding=Rounding(half, layer))


def without_axes(value: Value) -> Value:
    """Forget along which axis `value` is a distribution; bounds stay, but no longer are they known to be reached.

    What bounds such numbers is each other: once that is forgotten, nobody can tell which of them reach a bound at once.
    """
    forgotten = replace(reshaped(value), sum_axis=None, sum_total=1.0)
    if value.is_joint:
        forgotten = replace(forgotten, reaches_low=False, reaches_high=False)
    if value.log_of is LogOf.SIMPLEX:
        forgotten = replace(forgotten, log_of=LogOf.UNIT, log_axis=None)
    return forgotten


def bounds_only(value: Value) -> Value:
    """Keep only the bounds and where they came from: the numbers have been mixed."""
    return Value(
        low=value.low,
        high=value.high,
        reaches_low=value.reaches_low,
        reaches_high=value.reaches_high,
        sources=value.sources,
        unknown=value.unknown,
    )


def unreached(value: Value, reason: str, layer: str) -> Value:
    """Give the value with bounds that need not be reached; where it has none, it is unknown for that reason."""
    unknown = value.unknown or (Unknown(reason, layer) if value.is_open else None)
    return replace(value, reaches_low=False, reaches_high=False, unknown=unknown)


def join(values: Sequence[Value]) -> Value:
    """Give what holds for elements that come from any of `values`.

    Unbounded only if all are. Where each part goes off without end, be it one way only, and not all of them the same
    way, the mixture goes both ways; where kinds differ more than that and no bound is left, it is unknown.
    """
    first = values[0]
    if len(values) == 1:
        return replace(bounds_only(first), integer=first.integer)
    sources = NO_SOURCES.union(*(value.sources for value in values))
    unknown = next((value.unknown for value in values if value.unknown is not None), None)
    low, high = min(value.low for value in values), max(value.high for value in values)
    joined = Value(
        low=low,
        high=high,
        reaches_low=any(value.reaches_low and value.low == low for value in values),
        reaches_high=any(value.reaches_high and value.high == high for value in values),
        integer=all(value.integer for value in values),
        sources=sources,
        unknown=unknown,
    )
    ends = {(value.low, value.high, value.reaches_low, value.reaches_high) for value in values}
    if len(ends) > 1:
        joined = replace(joined, sources=sources | UNEVEN)
    if joined.is_open and not all(value.is_unbounded for value in values):
        both_ways = joined.goes_both_ways and all(value.goes_off for value in values)
        divided = replace(joined, sources=joined.sources | DIVIDED)
        joined = divided if both_ways else unreached(joined, "it mixes outputs of different kinds", "")
    if all(value.log_of is not None for value in values):
        joined = replace(joined, log_of=LogOf.UNIT)
    return joined


def affine(value: Value, scale: float, offset: float) -> Value:
    """Give `scale * value + offset` for two finite numbers."""
    if scale == 1 and offset == 0:
        return reshaped(value)
    if scale == 0:
        return between(offset, offset, sources=value.sources)
    ends = [_times(value.low, scale) + offset, _times(value.high, scale) + offset]
    reached = [value.reaches_low, value.reaches_high]
    if scale < 0:
        ends.reverse()
        reached.reverse()
    keeps_sum = value.sum_axis is not None and scale > 0 and offset == 0
    return Value(
        low=ends[0],
        high=ends[1],
        reaches_low=reached[0],
        reaches_high=reached[1],
        sum_axis=value.sum_axis if keeps_sum else None,
        sum_total=value.sum_total * scale if keeps_sum else 1.0,
        at_once=value.comes_at_once,
        sources=value.sources,
        unknown=value.unknown,
    )


def _times(end: float, factor: float) -> float:
    return 0.0 if end == 0 or factor == 0 else end * factor

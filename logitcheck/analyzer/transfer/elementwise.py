"""Operations on each element of one tensor: roots, powers, logarithms, clipping (keras-facts: "Merge layers")."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import replace

from logitcheck.analyzer.calls import LayerCall, Rule, number, same_shape, whole
from logitcheck.analyzer.derivation import Derivation, Derived
from logitcheck.analyzer.transfer import activation, arithmetic, log_odds, patterns
from logitcheck.analyzer.transfer.activation_functions import FUNCTIONS
from logitcheck.analyzer.transfer.domains import defined_from, without_poles
from logitcheck.analyzer.values import (
    INFINITY,
    LogOf,
    Unknown,
    Value,
    anything,
    between,
    bounds_only,
    copied,
    reshaped,
    vanishing,
)

_SMALL = 1e-4
"""How far a clip may cut into [0, 1] and still leave a distribution one: Keras itself clips by 1e-7."""


def clip(value: Value, low: float, high: float) -> Value:
    """Give the value cut to [low, high]; a cut at the very ends of [0, 1] leaves a distribution one."""
    if low > high:
        return between(high, low, reached=False, sources=value.sources)
    if value.low >= low and value.high <= high:
        return reshaped(value)
    cut = Value(
        low=min(max(value.low, low), high),
        high=min(max(value.high, low), high),
        reaches_low=value.reaches_low,
        reaches_high=value.reaches_high,
        integer=value.integer and all(math.isinf(end) or float(end).is_integer() for end in (low, high)),
        sources=value.sources,
    )
    if (value.low < low == 0) or (value.high > high == 0):
        cut = arithmetic.partly_zeroed(cut, value)
    if value.within_unit and low <= _SMALL and high >= 1 - _SMALL:
        return replace(
            cut, sum_axis=value.sum_axis, sum_total=value.sum_total, applied=value.applied, stacked=value.stacked
        )
    if value.log_of is not None and low <= 0:
        return replace(cut, log_of=LogOf.UNIT)
    return replace(cut, unknown=value.unknown if cut.low == -INFINITY and cut.high == INFINITY else None)


def _clip(call: LayerCall) -> Value:
    low, high = number(call.argument(1, "x_min")), number(call.argument(2, "x_max"))
    value = call.value()
    return clip(value, -INFINITY if low is None else low, INFINITY if high is None else high)


def raised(base: Value, power: float, path: str) -> Value:
    """Give `base` to a constant power."""
    if power == 1:
        return reshaped(base)
    if power == int(power) and power > 0 and int(power) % 2 == 0:
        return _raised_positive(absolute_value(base), power)
    if power > 0 and power == int(power) and base.low < 0:
        return _raised_odd(base, power)
    if power > 0:
        return _raised_positive(defined_from(base, 0.0), power)
    return anything(f"nothing is known of the power {power:g} of numbers that may be negative", path, base.sources)


def _raised_odd(base: Value, power: float) -> Value:
    def raise_end(end: float) -> float:
        return math.copysign(_power(abs(end), power), end)

    return replace(bounds_only(base), low=raise_end(base.low), high=raise_end(base.high))


def _power(end: float, power: float) -> float:
    try:
        return math.pow(end, power)
    except (OverflowError, ValueError):
        return INFINITY


def _raised_positive(base: Value, power: float) -> Value:
    return replace(bounds_only(base), low=_power(base.low, power), high=_power(base.high, power), unknown=None)


def absolute_value(value: Value) -> Value:
    """Give the distance from 0."""
    if value.low >= 0:
        return replace(bounds_only(value), integer=value.integer)
    if value.high <= 0:
        return replace(bounds_only(arithmetic.negate(value)), integer=value.integer)
    return Value(
        low=0.0,
        high=max(-value.low, value.high),
        reaches_low=value.reaches_low and value.reaches_high,
        reaches_high=value.reaches_low if -value.low > value.high else value.reaches_high,
        sources=value.sources,
    )


def _exponential(call: LayerCall) -> Value:
    value = call.value()
    result = activation.named(FUNCTIONS["exponential"](value, {}), value, "exponential", call, "operation")
    return patterns.derived(call, result, Derivation.EXPONENTIAL)


def _logarithm(call: LayerCall) -> Value:
    value = call.value()
    # Of ids, that may be 0 and 1 only, nothing but 0, infinities and what is undefined comes.
    sources = vanishing(value).sources if value.integer else value.sources
    if value.low < 0 and (value.integer or value.high <= 0):
        return anything("it takes the logarithm of numbers that may be negative", call.path, sources)
    probability = log_odds.behind_odds(call)
    if probability is not None:
        return log_odds.of(probability)
    value = without_poles(defined_from(value, 0.0), value, _natural_logarithm)
    result = replace(
        bounds_only(value),
        low=-INFINITY if value.low == 0 else math.log(value.low),
        high=-INFINITY if value.high == 0 else math.log(value.high) if value.high < INFINITY else INFINITY,
        sources=sources,
        unknown=None,
    )
    result = patterns.derived(call, result, Derivation.LOGARITHM)
    of_sum = patterns.logarithm_of_sum(value)
    result = replace(result, derived=of_sum) if of_sum is not None else result
    if value.is_simplex:
        return replace(result, log_of=LogOf.SIMPLEX, log_axis=value.sum_axis)
    return replace(result, log_of=LogOf.UNIT) if call.value().within_unit else result


def _natural_logarithm(end: float) -> float:
    return -INFINITY if end == 0 else INFINITY if end == INFINITY else math.log(end)


def _unary(function: Callable[[Value], Value]) -> Callable[[LayerCall], Value]:
    return lambda call: function(call.value())


def rising(
    function: Callable[[float], float], floor: float = -INFINITY, ceiling: float = INFINITY
) -> Callable[[LayerCall], Value]:
    """Make the rule of a rising function that is defined from `floor` to `ceiling`."""

    def rule(call: LayerCall) -> Value:
        value = call.value()
        if value.high < floor or value.low > ceiling:
            return anything("it is given numbers for which it is not defined", call.path, value.sources)
        value = without_poles(defined_from(value, floor, ceiling), value, function)
        return replace(
            bounds_only(value),
            low=function(value.low),
            high=function(value.high),
            unknown=_still_unknown(value, function),
        )

    return rule


def _still_unknown(value: Value, function: Callable[[float], float]) -> Unknown | None:
    is_open = function(value.low) == -INFINITY and function(value.high) == INFINITY
    return value.unknown if is_open else None


def _logarithm_of_next(end: float) -> float:
    return -INFINITY if end <= -1 else INFINITY if end == INFINITY else math.log1p(end)


def _logarithm_one_on(call: LayerCall) -> Value:
    """Give `log(1 + x)`, which of a negative is the logarithm of a complement."""
    result, before = rising(_logarithm_of_next, -1.0)(call), call.value().derived
    if before is None or before.how is not Derivation.NEGATIVE:
        return result
    complement = Derived(Derivation.COMPLEMENT, before.of)
    return replace(result, derived=Derived(Derivation.LOGARITHM, None, before=complement))


def _negative(call: LayerCall) -> Value:
    return patterns.derived(call, arithmetic.negate(call.value()), Derivation.NEGATIVE)


def _exponential_less_one(end: float) -> float:
    return INFINITY if end > 700 else math.expm1(end)


def _hyperbolic_sine(end: float) -> float:
    return end if math.isinf(end) else math.copysign(INFINITY, end) if abs(end) > 700 else math.sinh(end)


def _whole_numbers(function: Callable[[float], float]) -> Callable[[LayerCall], Value]:
    """Make the rule of a rounding: class ids, without gradient."""

    def rule(call: LayerCall) -> Value:
        value = call.value()
        low, high = (value.low, value.high) if value.integer or value.low < value.high else rounding(value)
        ends = [end if math.isinf(end) else float(function(end)) for end in (low, high)]
        return replace(bounds_only(value), low=ends[0], high=ends[1], integer=True)

    return rule


def rounding(value: Value) -> tuple[float, float]:
    """Give the ends of a value as far apart as floating point may miss them: a softmax over one class is nearly 1."""

    def missed(end: float, side: int) -> float:
        return end if math.isinf(end) else end + side * _ROUNDING * abs(end)

    return missed(value.low, -1), missed(value.high, 1)


_ROUNDING = 1e-6


def _rounded(call: LayerCall) -> Value:
    """Round: to whole numbers, or to some decimals, which moves the ends by less than the last of them."""
    decimals = call.option("decimals", 0)
    if decimals == 0:
        return _whole_numbers(round)(call)
    places = whole(decimals)
    if places is None or abs(places) > _MOST_DECIMALS:
        return anything("to how many decimals it rounds is not readable", call.path, call.sources())
    value, step = call.value(), 10.0**-places
    return replace(
        bounds_only(value),
        low=value.low - step,
        high=value.high + step,
        reaches_low=value.is_unbounded,
        reaches_high=value.is_unbounded,
    )


_MOST_DECIMALS = 30


def _sign(call: LayerCall) -> Value:
    value = call.value()
    low, high = (0.0 if value.low >= 0 else -1.0), (0.0 if value.high <= 0 else 1.0)
    return replace(bounds_only(value), low=low, high=high, integer=True, unknown=None)


def _reciprocal(call: LayerCall) -> Value:
    return arithmetic.divide(arithmetic.constant(1.0), call.value(), call.path)


def _reciprocal_root(call: LayerCall) -> Value:
    value = call.value()
    if value.low < 0:
        return anything("it takes the root of numbers that may be negative", call.path, value.sources)
    low = 0.0 if value.high == INFINITY else INFINITY if value.high == 0 else value.high**-0.5
    high = INFINITY if value.low == 0 else 0.0 if value.low == INFINITY else value.low**-0.5
    return Value(low=low, high=high, sources=value.sources)


def _wave(call: LayerCall) -> Value:
    value = call.value()
    return between(-1.0, 1.0, reached=value.is_unbounded, sources=value.sources)


def _l2_normalised(call: LayerCall) -> Value:
    value = call.value()
    order = call.option("order", 2)
    axis = activation.normalised_axis(call, call.option("axis", -1))
    if order == 1 and isinstance(axis, int) and (value.low > 0 or (value.is_simplex and value.sum_axis == axis)):
        return patterns.shares(value, axis)
    return brought_to_unit_norm(value, axis)


def brought_to_unit_norm(value: Value, axis: object) -> Value:
    """Give the numbers divided by their norm along an axis; of a constant, only the sign is told."""
    if value.low == value.high:
        end = math.copysign(1.0, value.low) if value.low else 0.0
        return copied(between(min(end, 0.0), max(end, 0.0), reached=False, sources=value.sources))
    low = 0.0 if value.low >= 0 else -1.0
    # One of them is far from 0 while all others are near it.
    comes_alone = axis == -1 and value.is_free and value.moves_smoothly and value.low < 0 < value.high
    return between(low, 1.0, reached=value.stands_out(axis) or comes_alone, sources=value.sources)


OPERATIONS: Mapping[str, Rule] = {
    "Clip": Rule(_clip, same_shape),
    "Negative": Rule(_negative, same_shape),
    "Abs": Rule(_unary(absolute_value), same_shape),
    "Absolute": Rule(_unary(absolute_value), same_shape),
    "Square": Rule(_unary(lambda value: _raised_positive(absolute_value(value), 2)), same_shape),
    "Sqrt": Rule(rising(lambda end: end if end == INFINITY else math.sqrt(end), 0.0), same_shape),
    "Rsqrt": Rule(_reciprocal_root, same_shape),
    "Reciprocal": Rule(_reciprocal, same_shape),
    "Exp": Rule(_exponential, same_shape),
    "Log": Rule(_logarithm, same_shape),
    "Log1p": Rule(_logarithm_one_on, same_shape),
    "Expm1": Rule(rising(_exponential_less_one), same_shape),
    "Sinh": Rule(rising(_hyperbolic_sine), same_shape),
    "Arctan": Rule(rising(math.atan), same_shape),
    "Erf": Rule(rising(math.erf), same_shape),
    "Sin": Rule(_wave, same_shape),
    "Cos": Rule(_wave, same_shape),
    "Round": Rule(_rounded, same_shape),
    "Floor": Rule(_whole_numbers(math.floor), same_shape),
    "Trunc": Rule(_whole_numbers(math.trunc), same_shape),
    "Ceil": Rule(_whole_numbers(math.ceil), same_shape),
    "Sign": Rule(_sign, same_shape),
    "Normalize": Rule(_l2_normalised, same_shape),
    "L2Normalize": Rule(_l2_normalised, same_shape),
}

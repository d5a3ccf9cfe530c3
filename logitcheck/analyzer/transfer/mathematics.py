"""Mathematical functions of single numbers: powers, logarithms, angles, remainders (keras.src.ops.numpy, math).

One row a function. Most are monotone on the whole range on which they are defined, so the ends of the interval tell
everything; given numbers for which they are not defined, they are unknown.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import replace

from logitcheck.analyzer.calls import LayerCall, Rule, number, rows, same_shape
from logitcheck.analyzer.transfer import arithmetic
from logitcheck.analyzer.transfer.elementwise import absolute_value, rising, rounding
from logitcheck.analyzer.transfer.operations import broadcast_shape, pair, quotient_of
from logitcheck.analyzer.transfer.passing import passed
from logitcheck.analyzer.values import (
    INFINITY,
    Value,
    affine,
    anything,
    between,
    bounds_only,
    join,
    reshaped,
    unbounded,
)

_LOWEST_SINC = -0.21723362821122166
_Function = Callable[[float], float]


def _limited(function: _Function, beyond: float) -> _Function:
    """Give a rising function that is infinite from `beyond` on, where floating point cannot follow."""
    return lambda end: INFINITY if end > beyond else function(end)


def _logarithm(base: float) -> _Function:
    return lambda end: -INFINITY if end == 0 else INFINITY if end == INFINITY else math.log(end, base)


def _cube_root(end: float) -> float:
    return end if math.isinf(end) else math.copysign(abs(end) ** (1 / 3), end)


def _inverse_hyperbolic_tangent(end: float) -> float:
    return math.copysign(INFINITY, end) if abs(end) == 1 else math.atanh(end)


def _falling(function: _Function, floor: float = -INFINITY, ceiling: float = INFINITY) -> Callable[[LayerCall], Value]:
    """Make the rule of a falling function: the negative of a rising one."""
    negated = rising(lambda end: -function(end), floor, ceiling)
    return lambda call: arithmetic.negate(negated(call))


def _inverse_error_function(call: LayerCall) -> Value:
    """Erfinv: of the sign of its operand; only at -1 and 1 it is known to be infinite."""
    value = call.value()
    if value.low < -1 or value.high > 1:
        return anything("it may be given numbers for which it is not defined", call.path, value.sources)
    return Value(
        low=0.0 if value.low >= 0 else -INFINITY,
        high=0.0 if value.high <= 0 else INFINITY,
        reaches_low=value.reaches_low and value.low == -1,
        reaches_high=value.reaches_high and value.high == 1,
        sources=value.sources,
        unknown=value.unknown,
    )


def _even(function: _Function) -> Callable[[LayerCall], Value]:
    """Make the rule of a function that rises with the distance from 0."""

    def rule(call: LayerCall) -> Value:
        distance = absolute_value(call.value())
        return replace(distance, low=function(distance.low), high=function(distance.high), unknown=None)

    return rule


def _hyperbolic_cosine(end: float) -> float:
    return INFINITY if abs(end) > 700 else math.cosh(end)


def _bessel_function(call: LayerCall) -> Value:
    return Value(low=1.0, sources=call.sources(), reaches_high=call.value().is_unbounded)


def _tangent(call: LayerCall) -> Value:
    value = call.value()
    if -math.pi / 2 < value.low and value.high < math.pi / 2:
        return rising(math.tan)(call)
    if value.is_unbounded:
        return unbounded(value.sources)
    return anything("its tangent may jump from one infinity to the other", call.path, value.sources)


def _cardinal_sine(call: LayerCall) -> Value:
    value = call.value()
    return between(_LOWEST_SINC, 1.0, reached=value.is_unbounded, sources=value.sources)


def _scaled(factor: float) -> Callable[[LayerCall], Value]:
    return lambda call: replace(affine(call.value(), factor, 0.0), unknown=call.value().unknown)


def _direction(call: LayerCall) -> Value:
    """Arctan2: an angle, any of them if both operands take both signs."""
    left, right = pair(call)
    reached = left.is_unbounded and right.is_unbounded and arithmetic.vary_freely((left, right))
    return between(-math.pi, math.pi, reached=reached, sources=left.sources | right.sources)


def _angle(call: LayerCall) -> Value:
    return between(-math.pi, math.pi, reached=False, sources=call.sources())


def _hypotenuse(call: LayerCall) -> Value:
    left, right = pair(call)
    legs = absolute_value(left), absolute_value(right)
    low, high = math.hypot(legs[0].low, legs[1].low), math.hypot(legs[0].high, legs[1].high)
    reaches_high = any(leg.is_unbounded for leg in (left, right))
    return Value(low=low, high=high, reaches_high=reaches_high, sources=left.sources | right.sources)


def _sum_of_exponentials(base: float) -> Callable[[LayerCall], Value]:
    """Make the rule of the logarithm of the sum of two exponentials, which rises in both operands."""

    def end(left: float, right: float) -> float:
        larger, smaller = max(left, right), min(left, right)
        if math.isinf(larger) or smaller == -INFINITY:
            return larger
        return larger + math.log1p(base ** (smaller - larger)) / math.log(base)

    def rule(call: LayerCall) -> Value:
        left, right = operands = pair(call)
        free = arithmetic.vary_freely(operands)
        reached = (
            free and left.reaches_low and right.reaches_low,
            free and left.reaches_high and right.reaches_high,
        )
        low, high = end(left.low, right.low), end(left.high, right.high)
        return arithmetic.combine(operands, low, high, reached, call.path)

    return rule


def _remainder(call: LayerCall) -> Value:
    """Mod: of the sign of the divisor, and smaller than it."""
    left, right = pair(call)
    sources = left.sources | right.sources
    if not arithmetic.is_number(right) or right.low == 0:
        return anything("the number that it divides by is not a constant", call.path, sources)
    low, high = min(right.low, 0.0), max(right.low, 0.0)
    return between(low, high, reached=left.is_unbounded, sources=sources)


def _signed_remainder(call: LayerCall) -> Value:
    """Fmod: of the sign of the dividend, and smaller than both."""
    left, right = pair(call)
    size = max(abs(right.low), abs(right.high))
    low, high = max(min(left.low, 0.0), -size), min(max(left.high, 0.0), size)
    if low == -INFINITY and high == INFINITY:
        return anything("the number that it divides by is not bounded", call.path, left.sources | right.sources)
    return between(low, high, reached=False, sources=left.sources | right.sources)


def _whole_quotient(call: LayerCall) -> Value:
    """FloorDivide: a quotient just beside a whole number may be rounded to either side of it."""
    quotient = quotient_of(call)
    ends = [end if math.isinf(end) else float(math.floor(end)) for end in rounding(quotient)]
    return replace(bounds_only(quotient), low=ends[0], high=ends[1], integer=True)


def _power_of_two_times(call: LayerCall) -> Value:
    """Ldexp: the first operand times a power of two, so that its sign stays."""
    left, right = pair(call)
    positive = Value(low=0.0, reaches_high=right.is_unbounded, nonzero=True, sources=right.sources)
    if left.is_unbounded and arithmetic.independent([left, right]):
        return unbounded(left.sources | right.sources)
    return arithmetic.multiply(left, positive, call.path)


def _step(call: LayerCall) -> Value:
    """Heaviside: 0, 1, and at 0 the second operand."""
    left, right = pair(call)
    ends = join([between(0.0, 1.0, sources=left.sources), right])
    return replace(ends, reaches_low=False, reaches_high=False, integer=right.integer or arithmetic.is_number(right))


def _without_nan(call: LayerCall) -> Value:
    """NanToNum: what comes out of an activation holds no NaN to be replaced, other numbers may, and infinite ones."""
    value = call.value()
    if value.applied is not None or value.is_unbounded:
        return reshaped(value)
    infinite = {"posinf": value.high == INFINITY, "neginf": value.low == -INFINITY}
    given = [call.option(name) for name, is_met in infinite.items() if is_met and call.option(name) is not None]
    replacements = [number(stored) for stored in (call.option("nan", 0.0), *given)]
    known = [arithmetic.constant(item) for item in replacements if item is not None]
    if len(known) < len(replacements):
        return anything("what it replaces NaN by is not readable", call.path, value.sources)
    return join([value, *known])


def _squared_difference(call: LayerCall) -> Value:
    left, right = pair(call)
    return replace(
        arithmetic.combine((left, right), 0.0, INFINITY, (False, False), call.path),
        reaches_high=(left.is_unbounded or right.is_unbounded) and arithmetic.independent([left, right]),
        unknown=None,
    )


def _reciprocal_without_nan(call: LayerCall) -> Value:
    value = call.value()
    inverse = arithmetic.divide(arithmetic.constant(1.0), value, call.path)
    return inverse if value.low > 0 else join([inverse, arithmetic.constant(0.0)])


def _times_logarithm(call: LayerCall) -> Value:
    """Xlogy: x times log(y), and 0 where x is 0; at most 0 for x >= 0 and y in [0, 1]."""
    left, right = pair(call)
    if left.low >= 0 and right.within_unit:
        return Value(high=0.0, sources=left.sources | right.sources)
    return anything("nothing is known of a number times a logarithm", call.path, left.sources | right.sources)


OPERATIONS: Mapping[str, Rule] = {
    "Arcsin": Rule(rising(math.asin, -1.0, 1.0), same_shape),
    "Arccos": Rule(_falling(math.acos, -1.0, 1.0), same_shape),
    "Arcsinh": Rule(rising(math.asinh), same_shape),
    "Arccosh": Rule(rising(math.acosh, 1.0), same_shape),
    "Arctanh": Rule(rising(_inverse_hyperbolic_tangent, -1.0, 1.0), same_shape),
    "Arctan2": Rule(_direction, broadcast_shape),
    "Angle": Rule(_angle, same_shape),
    "Tan": Rule(_tangent, same_shape),
    "Sinc": Rule(_cardinal_sine, same_shape),
    "Cosh": Rule(_even(_hyperbolic_cosine), same_shape),
    "I0": Rule(_bessel_function, same_shape),
    "Deg2rad": Rule(_scaled(math.pi / 180), same_shape),
    "Rad2deg": Rule(_scaled(180 / math.pi), same_shape),
    "Cbrt": Rule(rising(_cube_root), same_shape),
    "Exp2": Rule(rising(_limited(math.exp2, 1000)), same_shape),
    "Log2": Rule(rising(_logarithm(2), 0.0), same_shape),
    "Log10": Rule(rising(_logarithm(10), 0.0), same_shape),
    "Erfc": Rule(_falling(math.erfc), same_shape),
    "Erfinv": Rule(_inverse_error_function, same_shape),
    "Fabs": Rule(lambda call: absolute_value(call.value()), same_shape),
    "Hypot": Rule(_hypotenuse, broadcast_shape),
    "Logaddexp": Rule(_sum_of_exponentials(math.e), broadcast_shape),
    "Logaddexp2": Rule(_sum_of_exponentials(2.0), broadcast_shape),
    "Mod": Rule(_remainder, broadcast_shape),
    "Fmod": Rule(_signed_remainder, broadcast_shape),
    "FloorDivide": Rule(_whole_quotient, broadcast_shape),
    "Ldexp": Rule(_power_of_two_times, broadcast_shape),
    "Heaviside": Rule(_step, broadcast_shape),
    "NanToNum": Rule(_without_nan, same_shape),
    "SquaredDifference": Rule(_squared_difference, broadcast_shape),
    "ReciprocalNoNan": Rule(_reciprocal_without_nan, same_shape),
    "Xlogy": Rule(_times_logarithm, broadcast_shape),
    **rows(passed, same_shape, "Real", "Conjugate", "Conj", "Nextafter"),
}

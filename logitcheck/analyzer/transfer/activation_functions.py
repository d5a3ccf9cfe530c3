"""What each activation function makes of the values it is given (keras-facts: "Activations").

One row a function, under its Keras 3 name. Most are monotone, so the ends of the interval tell everything; a bound is
reached if the operand's bound behind it is.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import replace

from logitcheck.analyzer.calls import number
from logitcheck.analyzer.values import INFINITY, LogOf, Unknown, Value, anything, between, join, unbounded

Parameters = Mapping[str, object]
Function = Callable[[Value, Parameters], Value]

_SELU_FLOOR = -1.7580993408473766

_LOWEST = {"gelu": -0.17004075057126, "silu": -0.27846454276107380, "mish": -0.30884341301725, "hard_silu": -0.375}
"""Minima of the activations that dip below 0 once: from their formulas, of gelu the lower of both."""

_LOWEST_AT = {"gelu": -0.75179, "silu": -1.27846, "mish": -1.19247, "hard_silu": -1.5}
"""Where they have their minima."""

_ROUNDING = 1e-5
"""How far beyond a bound computing in 32 bits can carry a number, as a share of it."""


def _monotone(function: Callable[[float], float]) -> Function:
    def apply(value: Value, _: Parameters) -> Value:
        low, high = function(value.low), function(value.high)
        return Value(
            low=low,
            high=high,
            reaches_low=value.reaches_low,
            reaches_high=value.reaches_high,
            at_once=value.comes_at_once,
            sources=value.sources,
            unknown=value.unknown if low == -INFINITY and high == INFINITY else None,
        )

    return apply


def _sigmoid(number: float) -> float:
    if number >= 0:
        return 1 / (1 + math.exp(-number))
    return 0.0 if number < -700 else math.exp(number) / (1 + math.exp(number))


def _softplus(number: float) -> float:
    return number if number > 700 else math.log1p(math.exp(number))


def _exponential(number: float) -> float:
    return INFINITY if number > 700 else math.exp(number)


def _exponential_of(value: Value, parameters: Parameters) -> Value:
    """Exponential: of a distribution's logarithm, the distribution."""
    result = _monotone(_exponential)(value, parameters)
    return replace(result, sum_axis=value.log_axis) if value.log_of is LogOf.SIMPLEX else result


def _squareplus(value: Value, parameters: Parameters) -> Value:
    root = math.sqrt(max(number(parameters.get("b", 4)) or 0.0, 0.0))

    def smooth(point: float) -> float:
        return max(point, 0.0) if math.isinf(point) else (point + math.hypot(point, root)) / 2

    return _monotone(smooth)(value, parameters)


def _sparse_plus(number: float) -> float:
    return 0.0 if number <= -1 else number if number >= 1 else (number + 1) ** 2 / 4


def _clip(low: float, high: float) -> Callable[[float], float]:
    return lambda number: min(max(number, low), high)


def _softsign(number: float) -> float:
    return math.copysign(1, number) if math.isinf(number) else number / (1 + abs(number))


def _shrunk_tanh(number: float) -> float:
    return number - math.tanh(number)


def _softmax(value: Value, parameters: Parameters) -> Value:
    axis = parameters.get("axis", -1)
    reached = value.stands_out(axis)
    return Value(
        low=0.0,
        high=1.0,
        reaches_low=reached,
        reaches_high=reached,
        sum_axis=axis if isinstance(axis, int) else None,
        sources=value.sources,
    )


def _log_softmax(value: Value, parameters: Parameters) -> Value:
    axis = parameters.get("axis", -1)
    result = between(-INFINITY, 0.0, reached=value.stands_out(axis), sources=value.sources)
    if isinstance(axis, int):
        return replace(result, log_of=LogOf.SIMPLEX, log_axis=axis)
    return replace(result, log_of=LogOf.UNIT)


def _log_sigmoid(value: Value, parameters: Parameters) -> Value:
    return replace(_monotone(lambda number: -_softplus(-number))(value, parameters), log_of=LogOf.UNIT)


def _hard_sigmoid(value: Value, _: Parameters) -> Value:
    """Keras 3 saturates at -3 and 3, older ones at -2.5 and 2.5: give bounds that hold for both."""
    slopes = (1 / 6, 0.2)
    return Value(
        low=min(_clip(0, 1)(slope * value.low + 0.5) for slope in slopes),
        high=max(_clip(0, 1)(slope * value.high + 0.5) for slope in slopes),
        reaches_low=value.reaches_low and value.low == -INFINITY,
        reaches_high=value.reaches_high and value.high == INFINITY,
        at_once=value.comes_at_once,
        sources=value.sources,
    )


def _relu(value: Value, parameters: Parameters) -> Value:
    slope = number(parameters.get("negative_slope")) or 0.0
    threshold = number(parameters.get("threshold")) or 0.0
    ceiling = number(parameters.get("max_value"))
    if slope < 0 or threshold < 0:
        return replace(anything("its slope or threshold is negative", ""), sources=value.sources)

    def rectify(point: float) -> float:
        if ceiling is not None and point >= ceiling:
            return ceiling
        if point > threshold:
            return point
        return slope * (point - threshold) if slope else 0.0

    result = _monotone(rectify)(value, parameters)
    if 0 < threshold * (1 - _ROUNDING) < value.high <= threshold:
        # Rounding can carry what should end at the threshold beyond it, where it passes whole.
        return replace(result, high=max(result.high, rectify(threshold * (1 + _ROUNDING))), reaches_high=False)
    return result


def _leaky(default: float) -> Function:
    def apply(value: Value, parameters: Parameters) -> Value:
        slope = number(parameters.get("negative_slope", default))
        slope = default if slope is None else slope
        if slope < 0:
            return replace(anything("its slope is negative", ""), sources=value.sources)
        leaking = _monotone(lambda point: point if point >= 0 else slope * point if slope else 0.0)(value, parameters)
        return replace(leaking, unknown=value.unknown)

    return apply


def _exponential_unit(floor: float | None) -> Function:
    def apply(value: Value, parameters: Parameters) -> Value:
        alpha = number(parameters.get("alpha", 1.0))
        bottom = floor if floor is not None else -(1.0 if alpha is None else alpha)
        scale = 1.0507009873554805 if floor is not None else 1.0
        if bottom > 0:
            return replace(anything("its alpha is negative", ""), sources=value.sources)
        return _monotone(lambda point: scale * point if point >= 0 else bottom * -math.expm1(point))(value, parameters)

    return apply


def _continuous_unit(value: Value, parameters: Parameters) -> Value:
    """Celu: like elu, but smooth at 0 for every alpha."""
    alpha = number(parameters.get("alpha", 1.0)) or 1.0
    if alpha < 0:
        return replace(anything("its alpha is negative", ""), sources=value.sources)
    return _monotone(lambda point: point if point >= 0 else alpha * math.expm1(point / alpha))(value, parameters)


def _dipping(name: str) -> Function:
    """Make the rule of an activation that falls from 0 to a minimum and then rises without bound."""
    lowest, lowest_at = _LOWEST[name], _LOWEST_AT[name]

    def apply(value: Value, _: Parameters) -> Value:
        dips = value.low <= lowest_at <= value.high
        return Value(
            low=lowest if dips or value.high < 0 else min(0.0, value.low, lowest if value.low < 0 else 0.0),
            high=max(value.high, 0.0),
            reaches_low=dips and value.reaches_low and value.reaches_high,
            reaches_high=value.reaches_high and value.high > 0 and value.high == INFINITY,
            at_once=value.comes_at_once,
            sources=value.sources,
        )

    return apply


def _sparsemax(value: Value, _: Parameters) -> Value:
    """Keras's sparsemax (3.8-3.15.1) has a wrong threshold: no simplex, and it can exceed 1 (keras-facts, fact 11).

    How far depends on how close its largest numbers come to each other, which nothing tells.
    """
    return between(0.0, INFINITY, reached=False, sources=value.sources)


def _gated(value: Value, _: Parameters) -> Value:
    """Half of the units times the sigmoid of the other half."""
    if value.is_unbounded:
        return Value(reaches_low=True, reaches_high=True, sources=value.sources)
    return Value(low=min(value.low, 0.0), high=max(value.high, 0.0), sources=value.sources, unknown=value.unknown)


def _learned_slope(value: Value, parameters: Parameters) -> Value:
    """PReLU: above 0 it passes values on, below 0 a learned slope decides, which may have either sign."""
    is_free = parameters.get("alpha_constraint") is None and parameters.get("trainable") is not False
    if value.is_unbounded or (is_free and value.reaches_low and value.low < 0):
        return unbounded(value.sources)
    low = value.low if value.low >= 0 else -INFINITY
    reason = Unknown("its slope below 0 is learned", "")
    return Value(
        low=low,
        high=INFINITY if low < 0 else value.high,
        reaches_high=value.reaches_high,
        sources=value.sources,
        unknown=reason if low < 0 else None,
    )


def _replaced_below(value: Value, parameters: Parameters) -> Value:
    """Threshold: numbers above it pass, all others become one number."""
    threshold, replacement = (number(parameters.get(name)) for name in ("threshold", "default_value"))
    if threshold is None or replacement is None:
        return replace(anything("its threshold is not readable", ""), sources=value.sources)
    if value.high <= threshold - _ROUNDING * abs(threshold):
        return between(replacement, replacement, sources=value.sources)
    low, high = max(value.low, threshold), max(value.high, threshold)
    reaches_high = value.reaches_high and value.high > threshold
    passing = replace(value, low=low, high=high, reaches_low=False, reaches_high=reaches_high, unknown=None)
    if value.low > threshold:
        return passing
    both = join([passing, between(replacement, replacement)])
    return replace(both, reaches_low=both.reaches_low and value.reaches_low, sources=value.sources)


def _both_signs(value: Value, parameters: Parameters) -> Value:
    """Crelu: relu of the values beside relu of their negatives."""
    mirrored = replace(value, low=-value.high, high=-value.low, reaches_low=value.reaches_high)
    return join([_relu(value, parameters), _relu(replace(mirrored, reaches_high=value.reaches_low), parameters)])


def _keep(value: Value, _: Parameters) -> Value:
    return value


def _shrink(value: Value, parameters: Parameters) -> Value:
    """Soft and hard shrink pass everything on that is far from 0."""
    if value.is_unbounded:
        return replace(_monotone(lambda point: point)(value, parameters), unknown=value.unknown)
    return Value(low=min(value.low, 0.0), high=max(value.high, 0.0), sources=value.sources, unknown=value.unknown)


ZEROING = frozenset(
    {
        *("relu", "relu6", "thresholded_relu", "threshold", "leaky_relu", "prelu", "crelu", "hard_sigmoid"),
        *("sparse_sigmoid", "sparse_plus", "hard_silu", "soft_shrink", "hard_shrink"),
    }
)
"""Functions that turn a whole range of numbers to 0, some of them with certain parameters only."""

FUNCTIONS: Mapping[str, Function] = {
    "linear": _keep,
    "softmax": _softmax,
    "sigmoid": _monotone(_sigmoid),
    "hard_sigmoid": _hard_sigmoid,
    "sparse_sigmoid": _monotone(lambda point: _clip(0, 1)(0.5 * (point + 1))),
    "log_softmax": _log_softmax,
    "log_sigmoid": _log_sigmoid,
    "sparsemax": _sparsemax,
    "tanh": _monotone(math.tanh),
    "hard_tanh": _monotone(_clip(-1, 1)),
    "softsign": _monotone(_softsign),
    "relu": _relu,
    "relu6": _monotone(_clip(0, 6)),
    "softplus": _monotone(_softplus),
    "sparse_plus": _monotone(_sparse_plus),
    "squareplus": _squareplus,
    "exponential": _exponential_of,
    "leaky_relu": _leaky(0.2),
    "elu": _exponential_unit(None),
    "celu": _continuous_unit,
    "selu": _exponential_unit(_SELU_FLOOR),
    "gelu": _dipping("gelu"),
    "silu": _dipping("silu"),
    "mish": _dipping("mish"),
    "hard_silu": _dipping("hard_silu"),
    "glu": _gated,
    "tanh_shrink": _monotone(_shrunk_tanh),
    "soft_shrink": _shrink,
    "hard_shrink": _shrink,
    "prelu": _learned_slope,
    "thresholded_relu": lambda value, parameters: _relu(value, {"threshold": parameters.get("theta", 1.0)}),
    "crelu": _both_signs,
    "threshold": _replaced_below,
}

"""Pooling layers ("Pooling"): a mean over positions keeps a distribution over the channels, a maximum does not."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from logitcheck.analyzer.calls import LayerCall, Rule
from logitcheck.analyzer.transfer.rearranging import class_axis
from logitcheck.analyzer.transfer.windows import convolved, spatial, window_shape
from logitcheck.analyzer.values import INFINITY, LogOf, Value, bounds_only
from logitcheck.model import Shape


def mean_of(value: Value, axis: int | None) -> Value:
    """Give means of the value's numbers; `axis` is where its class axis is afterwards, None if it is averaged over.

    A mean comes near a finite bound only if all its numbers do at once, and near an infinite one only if they do not
    always sum to 0.
    """
    free, whole = not value.is_balanced, value.low == value.high or value.comes_at_once
    mean = replace(
        bounds_only(value),
        reaches_low=value.reaches_low and (whole or (free and value.low == -INFINITY)),
        reaches_high=value.reaches_high and (whole or (free and value.high == INFINITY)),
        at_once=value.comes_at_once,
    )
    if value.sum_axis is not None and axis is not None:
        mean = replace(mean, sum_axis=axis, sum_total=value.sum_total)
    return replace(mean, log_of=LogOf.UNIT) if value.log_of is not None else mean


def extreme_of(value: Value, *, largest: bool | None) -> Value:
    """Give maxima of the value's numbers, or minima, or (None) numbers in between.

    For a maximum one number near the high bound is enough, but near the low one all must be at once.
    """
    extreme = replace(bounds_only(value), integer=value.integer, at_once=value.comes_at_once)
    if not value.comes_at_once:
        alone = not value.is_joint and not value.is_balanced
        extreme = replace(
            extreme,
            reaches_low=value.reaches_low and alone and largest is False,
            reaches_high=value.reaches_high and alone and largest is True,
        )
    return replace(extreme, log_of=LogOf.UNIT) if value.log_of is not None else extreme


def _class_axis_after(call: LayerCall, *, removes_space: bool) -> int | None:
    """Give where the channel axis is after pooling, if it is the class axis of the operand."""
    axis = class_axis(call.value())
    if not str(call.option("data_format")).startswith(_CHANNELS_FIRST):
        return -1 if axis == -1 else None
    shape = call.shape()
    if shape is None or axis != 1 - len(shape):
        return None
    return -1 if removes_space and call.config.get("keepdims") is not True else axis


_CHANNELS_FIRST = ("channels_first", "NC")
"""How Keras and TensorFlow (`NCHW`) begin to write that the channels come before space."""


def _average(*, removes_space: bool) -> Callable[[LayerCall], Value]:
    return lambda call: mean_of(call.value(), _class_axis_after(call, removes_space=removes_space))


def _maximum(call: LayerCall) -> Value:
    return extreme_of(call.value(), largest=True)


def _window_shape(call: LayerCall) -> Shape | None:
    return window_shape(call, "pool_size", None, convolved) if "pool_size" in call.config else None


def _global_shape(call: LayerCall) -> Shape | None:
    shape = call.shape()
    if shape is None or len(shape) < 3:
        return None
    first = call.config.get("data_format") == "channels_first"
    channels = shape[1] if first else shape[-1]
    if call.config.get("keepdims") is not True:
        return (shape[0], channels)
    ones = (1,) * (len(shape) - 2)
    return (shape[0], channels, *ones) if first else (shape[0], *ones, channels)


def _adaptive_shape(call: LayerCall) -> Shape | None:
    shape = call.shape()
    if shape is None or len(shape) < 3:
        return None
    stored = call.config.get("output_size")
    known = spatial(call, "output_size", len(shape) - 2, 1) if stored is not None else None
    sizes: list[int | None] = [None] * (len(shape) - 2) if known is None else list(known)
    first = call.config.get("data_format") == "channels_first"
    return (*shape[:2], *sizes) if first else (shape[0], *sizes, shape[-1])


_RANKS = (1, 2, 3)
_WINDOW_MEAN = Rule(_average(removes_space=False), _window_shape)
_GLOBAL_MEAN = Rule(_average(removes_space=True), _global_shape)
_ADAPTIVE_MEAN = Rule(_average(removes_space=False), _adaptive_shape)

LAYERS: Mapping[str, Rule] = {
    **{f"AveragePooling{rank}D": _WINDOW_MEAN for rank in _RANKS},
    **{f"GlobalAveragePooling{rank}D": _GLOBAL_MEAN for rank in _RANKS},
    **{f"AdaptiveAveragePooling{rank}D": _ADAPTIVE_MEAN for rank in _RANKS},
    **{f"MaxPooling{rank}D": Rule(_maximum, _window_shape) for rank in _RANKS},
    **{f"GlobalMaxPooling{rank}D": Rule(_maximum, _global_shape) for rank in _RANKS},
    **{f"AdaptiveMaxPooling{rank}D": Rule(_maximum, _adaptive_shape) for rank in _RANKS},
}

OPERATIONS: Mapping[str, Rule] = {
    "AveragePool": _WINDOW_MEAN,
    "MaxPool": Rule(_maximum, _window_shape),
    "AdaptiveAveragePool": _ADAPTIVE_MEAN,
    "AdaptiveMaxPool": Rule(_maximum, _adaptive_shape),
}

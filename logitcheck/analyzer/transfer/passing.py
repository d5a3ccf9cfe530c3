"""Layers and operations that hand their input on unchanged at inference (keras-facts: "Identity at inference")."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace

from logitcheck.analyzer.calls import LayerCall, Rule, half, number, rows, same_shape
from logitcheck.analyzer.transfer.rearranging import beside
from logitcheck.analyzer.values import (
    Value,
    affine,
    anything,
    between,
    bounds_only,
    handed_on,
    reshaped,
    rounded,
    unbounded,
    vanishing,
)


def passed(call: LayerCall) -> Value:
    """Rule of what hands on the numbers, or moves them so that every axis keeps its own."""
    return reshaped(call.value())


def _still(call: LayerCall) -> Value:
    """Hand on the numbers, and what they were computed from."""
    return replace(passed(call), derived=call.value().derived)


def _cast(call: LayerCall) -> Value:
    """Cast: to whole numbers or truth values, a distribution is none any more; to its own type it stays the tensor."""
    target = call.argument(1, "dtype")
    value, applied = _still(call), call.value().applied
    if target == "float32" and applied is not None and applied.half is None:
        return call.value()
    if isinstance(target, str) and target.removeprefix("u").startswith("int"):
        ends = [end if math.isinf(end) else float(math.trunc(end)) for end in (value.low, value.high)]
        return replace(bounds_only(value), low=ends[0], high=ends[1], integer=True)
    if target == "bool":
        return replace(between(0.0, 1.0, reached=False, sources=value.sources), integer=True)
    return rounded(value, half(target), call.path)


def _kept(call: LayerCall) -> Value:
    """Hand on the very tensor: layers that return their argument."""
    return handed_on(call.value(), half=call.half)


def _identity(call: LayerCall) -> Value:
    """Hand on the very tensor, or in Keras 2 a copy of it."""
    return replace(_kept(call), copied_in_keras_2=True)


def _but_for_training(call: LayerCall) -> Value:
    """Hand on the very tensor, but for training."""
    value = _kept(call)
    remembered = replace(reshaped(value), after_dropout=value.direct or value.after_dropout)
    return replace(remembered, copied_in_keras_2=value.copied_in_keras_2)


def _dropout(call: LayerCall) -> Value:
    """Dropout; called with `training=True` it is active and scales what it keeps.

    For ever in Keras 2; in Keras 3 `predict` and `evaluate` switch it off again. So numbers of a distribution may leave
    [0, 1], but need not.
    """
    if call.call.kwargs.get("training") is not True:
        return replace(_but_for_training(call), copied_in_keras_2=True)
    return _dropped(call, number(call.config.get("rate")))


def _active_dropout(call: LayerCall) -> Value:
    """Give what `tf.nn.dropout` makes of the value: it knows no inference."""
    return _dropped(call, number(call.argument(1, "rate")))


def _dropped(call: LayerCall, rate: float | None) -> Value:
    """Give the numbers with some made 0 and the others scaled up in return."""
    value = call.value()
    if value.is_unbounded:
        return unbounded(value.sources)
    if rate is None or not 0 <= rate < 1:
        return anything("its dropout is active, with an unknown rate", call.path, value.sources)
    scaled = bounds_only(affine(value, 1 / (1 - rate), 0.0))
    scaled = replace(scaled, low=min(scaled.low, 0.0), high=max(scaled.high, 0.0))
    return replace(scaled, reaches_low=False, reaches_high=False) if value.within_unit else scaled


def _noise(call: LayerCall) -> Value:
    """Noise; called with `training=True` it is added for ever."""
    value = call.value()
    if call.call.kwargs.get("training") is not True:
        return _but_for_training(call)
    return unbounded(value.sources) if value.is_unbounded else anything("its noise is active", call.path, value.sources)


def _masking(call: LayerCall) -> Value:
    """Masking: rows that are nothing but the number to mask, 0 if no other is given, become zeros."""
    value = call.value()
    is_zero = number(call.config.get("mask_value", 0.0)) == 0
    masked = passed(call) if is_zero else beside(value, 0.0)
    return vanishing(masked) if value.low == value.high else masked


LAYERS: Mapping[str, Rule] = {
    **rows(_dropout, same_shape, "Dropout", "SpatialDropout1D", "SpatialDropout2D", "SpatialDropout3D"),
    **rows(_noise, same_shape, "GaussianDropout", "GaussianNoise", "AlphaDropout"),
    "Masking": Rule(_masking, same_shape),
    **rows(passed, same_shape, "AddLoss", "AddMetric"),
    **rows(_kept, same_shape, "ActivityRegularization"),
    **rows(_identity, same_shape, "Identity"),
    # Random augmentation: Keras 3 writes its default `training: true` into every call, but predict() overrides it.
    **rows(
        passed,
        same_shape,
        *("RandomFlip", "RandomRotation", "RandomZoom", "RandomTranslation", "RandomContrast", "RandomBrightness"),
        *("RandomShear", "RandomPerspective", "RandomGaussianBlur", "RandomHue", "RandomSaturation", "RandomGrayscale"),
        *("RandomColorJitter", "RandomColorDegeneration", "RandomInvert", "RandomPosterization", "RandomSharpness"),
        *("RandomErasing", "RandomElasticTransform", "MixUp", "CutMix", "RandAugment", "AugMix"),
    ),
}

OPERATIONS: Mapping[str, Rule] = {
    **rows(_cast, same_shape, "Cast", "SaturateCast"),
    **rows(
        _still, same_shape, "StopGradient", "ConvertToTensor", "Copy", "Identity", "Snapshot", "Array", "EnsureShape"
    ),
    **rows(_active_dropout, same_shape, "ActiveDropout"),
}

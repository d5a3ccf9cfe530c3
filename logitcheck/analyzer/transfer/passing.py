"""Layers and operations that hand their input on unchanged at inference (keras-facts: "Identity at inference")."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from logitcheck.analyzer.calls import LayerCall, Rule, number, same_shape
from logitcheck.analyzer.values import Value, affine, anything, bounds_only, reshaped, unbounded


def _passed(call: LayerCall) -> Value:
    return reshaped(call.value())


def _kept(call: LayerCall) -> Value:
    """Hand on the very tensor: identities that return their argument."""
    return call.value()


def _dropout(call: LayerCall) -> Value:
    """Dropout; called with `training=True` it is active for ever and scales what it keeps."""
    value = call.value()
    if call.call.kwargs.get("training") is not True:
        return replace(reshaped(value), after_dropout=value.direct or value.after_dropout)
    rate = number(call.config.get("rate"))
    if value.is_unbounded:
        return unbounded(value.sources)
    if rate is None or not 0 <= rate < 1:
        return anything("its dropout is active, with an unknown rate", call.path, value.sources)
    scaled = bounds_only(affine(value, 1 / (1 - rate), 0.0))
    return replace(scaled, low=min(scaled.low, 0.0), high=max(scaled.high, 0.0))


def _noise(call: LayerCall) -> Value:
    """Noise; called with `training=True` it is added for ever."""
    value = call.value()
    if call.call.kwargs.get("training") is not True:
        return replace(reshaped(value), after_dropout=value.direct or value.after_dropout)
    return unbounded(value.sources) if value.is_unbounded else anything("its noise is active", call.path, value.sources)


def _rules(rule: Callable[[LayerCall], Value], *names: str) -> dict[str, Rule]:
    return {name: Rule(rule, same_shape) for name in names}


LAYERS: Mapping[str, Rule] = {
    **_rules(_dropout, "Dropout", "SpatialDropout1D", "SpatialDropout2D", "SpatialDropout3D"),
    **_rules(_noise, "GaussianDropout", "GaussianNoise", "AlphaDropout"),
    **_rules(_passed, "ActivityRegularization", "Masking", "AddLoss", "AddMetric"),
    **_rules(_kept, "Identity"),
    # Random augmentation: Keras 3 writes its default `training: true` into every call, but predict() overrides it.
    **_rules(
        _passed,
        *("RandomFlip", "RandomRotation", "RandomZoom", "RandomTranslation", "RandomContrast", "RandomBrightness"),
        *("RandomShear", "RandomPerspective", "RandomGaussianBlur", "RandomHue", "RandomSaturation", "RandomGrayscale"),
        *("RandomColorJitter", "RandomColorDegeneration", "RandomInvert", "RandomPosterization", "RandomSharpness"),
        *("RandomErasing", "RandomElasticTransform", "MixUp", "CutMix", "RandAugment", "AugMix"),
    ),
}

OPERATIONS: Mapping[str, Rule] = _rules(
    _passed, "Cast", "SaturateCast", "StopGradient", "ConvertToTensor", "Copy", "Identity", "Snapshot"
)

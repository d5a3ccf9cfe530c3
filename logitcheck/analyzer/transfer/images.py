"""Layers and operations on images: resizing, warping, blurring, colour (keras.src.ops.image, image_preprocessing).

Interpolation by nearest and linear weights stays within the numbers it is given, cubic and Lanczos weights overshoot.
What looks beyond the border fills in a number. Layers that augment only in training do nothing at inference; those here
may act at any time.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from logitcheck.analyzer import axes
from logitcheck.analyzer.calls import LayerCall, Rule, number, numbers, rows, same_shape, whole
from logitcheck.analyzer.transfer.arranging import zero_filled
from logitcheck.analyzer.transfer.passing import passed
from logitcheck.analyzer.transfer.rearranging import (
    along_space,
    beside,
    image_size_shape,
    interpolated,
    unknown_shape,
)
from logitcheck.analyzer.values import Value, affine, anything, between, bounds_only, join, unreached
from logitcheck.model import Shape

_LUMINANCE = 0.2989 + 0.587 + 0.114
"""What the weights of red, green and blue sum to: a little less than 1."""


def _resized(call: LayerCall) -> Value:
    """Resize: bilinear unless another method is named; padded to its aspect ratio with a number."""
    method = call.option("interpolation", call.option("method", "bilinear"))
    value = interpolated(call, str(method).lower())
    if call.option("pad_to_aspect_ratio") is True:
        return _with_border(call, value)
    return value


def _resized_shape(call: LayerCall) -> Shape | None:
    """Give the shape of resized images; TensorFlow keeps a ratio by making them smaller than told."""
    shape, stored = call.shape(), call.argument(1, "size")
    if shape is None or len(shape) < 3 or not isinstance(stored, (list, tuple)) or len(stored) != 2:
        return None
    keeps_ratio = call.option("preserve_aspect_ratio") is True
    sizes = tuple(None if keeps_ratio else whole(size) for size in stored)
    first = call.option("data_format") == "channels_first"
    return (*shape[:-2], *sizes) if first else (*shape[:-3], *sizes, shape[-1])


def _with_border(call: LayerCall, value: Value) -> Value:
    """Give the numbers beside the one that fills the border."""
    filling = number(call.option("fill_value", 0.0))
    if filling is None:
        return anything("what it fills the border with is not readable", call.path, value.sources)
    return beside(value, filling)


def _warped(call: LayerCall) -> Value:
    """Warp: each pixel is a mean of its neighbours, and of the number that fills the border."""
    value = bounds_only(call.value())
    if value.is_unbounded:
        return anything("its warp may show nothing but the border", call.path, value.sources)
    if call.option("interpolation", "bilinear") not in {"bilinear", "nearest"} or call.option("order", 1) not in {0, 1}:
        return anything("its interpolation overshoots", call.path, value.sources)
    if call.option("fill_mode", "constant") != "constant":
        return value
    return unreached(_with_border(call, value), "its warp may show nothing but the border", call.path)


def _patches(call: LayerCall) -> Value:
    return zero_filled(call) if call.option("padding", "valid") != "valid" else bounds_only(call.value())


def _grey(call: LayerCall) -> Value:
    """RGBToGrayscale: a weighted sum of three channels; images of one channel stay as they are."""
    value = bounds_only(call.value())
    if axes.size(call.shape(), -3 if call.option("data_format") == "channels_first" else -1) == 3:
        return affine(value, _LUMINANCE, 0.0)
    ends = (value.low, value.high, value.low * _LUMINANCE, value.high * _LUMINANCE)
    return replace(value, low=min(ends), high=max(ends))


def _colours(call: LayerCall) -> Value:
    """Change between RGB and HSV, both of [0, 1]."""
    value = call.value()
    if value.within_unit:
        return between(0.0, 1.0, reached=False, sources=value.sources)
    return anything("its colours may lie outside [0, 1]", call.path, value.sources)


def _equalised(call: LayerCall) -> Value:
    """AutoContrast, Equalization, Solarization: numbers of `value_range`; images of one colour stay as they are."""
    ends = numbers(call.config.get("value_range", [0, 255]))
    value = call.value()
    if len(ends) != 2:
        return anything("its value range is not readable", call.path, value.sources)
    joined = join([value, between(min(ends), max(ends))])
    return unreached(joined, "its images may have one colour, which stays", call.path)


def _random_size(call: LayerCall) -> Value:
    """RandomCrop, RandomHeight, RandomWidth: at inference resized or left alone, by linear weights unless told."""
    return interpolated(call, str(call.config.get("interpolation", "bilinear")))


LAYERS: Mapping[str, Rule] = {
    **rows(_equalised, same_shape, "AutoContrast", "Equalization", "Solarization"),
    "RandomCrop": Rule(_random_size, image_size_shape),
    "RandomHeight": Rule(_random_size, unknown_shape),
    "RandomWidth": Rule(_random_size, unknown_shape),
}

OPERATIONS: Mapping[str, Rule] = {
    "Resize": Rule(_resized, _resized_shape),
    **{
        name: Rule(_warped, unknown_shape)
        for name in ("AffineTransform", "PerspectiveTransform", "MapCoordinates", "ElasticTransform")
    },
    "CropImages": Rule(along_space, unknown_shape),
    "PadImages": Rule(zero_filled, unknown_shape),
    "GaussianBlur": Rule(zero_filled, same_shape),
    "ExtractPatches": Rule(_patches, unknown_shape),
    "RGBToGrayscale": Rule(_grey, unknown_shape),
    "RGBToHSV": Rule(_colours, same_shape),
    "HSVToRGB": Rule(_colours, same_shape),
    **rows(passed, same_shape, "FlipLeftRight", "FlipUpDown"),
}

from __future__ import annotations

from typing import Any

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as drawn

from logitcheck.analyzer.transfer import images, shapes
from logitcheck.analyzer.values import INFINITY, Kind, Value, anything
from logitcheck.model import Layer, Shape
from tests.analyzer.given import (
    bounded,
    call,
    distribution,
    layer,
    log_distribution,
    logits,
    operation,
    reason,
    reference,
    result,
    scores,
)
from tests.analyzer.strategies import describes, numbers_of, values

IMAGE: Shape = (None, 8, 6, 3)
WHITE = (0.2989, 0.587, 0.114)

EQUALISED = ["AutoContrast", "Equalization", "Solarization"]
CROPPED = ["RandomCrop", "RandomHeight", "RandomWidth"]
WARPED = ["AffineTransform", "PerspectiveTransform", "MapCoordinates", "ElasticTransform"]
PADDED = ["PadImages", "GaussianBlur"]
COLOURED = ["RGBToHSV", "HSVToRGB"]
FLIPPED = ["FlipLeftRight", "FlipUpDown"]


def of(name: str, value: Value, shape: Shape | None = IMAGE, **config: Any) -> Value:
    applied = layer(name, **config) if name in images.LAYERS else operation(name, **config)
    return result(call(applied, (value, shape)))


def test_every_layer_and_operation_has_a_test() -> None:
    assert set(images.LAYERS) == {*EQUALISED, *CROPPED}
    others = {"Resize", "CropImages", "ExtractPatches", "RGBToGrayscale"}
    assert set(images.OPERATIONS) == {*WARPED, *PADDED, *COLOURED, *FLIPPED, *others}


@pytest.mark.parametrize(
    ("config", "operand", "kind", "axis"),
    [
        pytest.param({}, distribution(), Kind.PROBABILITIES, -1, id="bilinear unless told"),
        pytest.param({"interpolation": "bilinear"}, distribution(), Kind.PROBABILITIES, -1, id="bilinear"),
        pytest.param({"interpolation": "nearest"}, distribution(), Kind.PROBABILITIES, -1, id="nearest"),
        pytest.param({"method": "NEAREST"}, distribution(), Kind.PROBABILITIES, -1, id="TensorFlow's name"),
        pytest.param({"interpolation": "bicubic"}, distribution(), Kind.RANGE, None, id="bicubic"),
        pytest.param({"interpolation": "lanczos3"}, distribution(), Kind.UNKNOWN, None, id="lanczos3"),
        pytest.param({"interpolation": "bicubic"}, logits(), Kind.LOGITS, None, id="bicubic, logits"),
        pytest.param({}, distribution(-2), Kind.UNIT_INTERVAL, None, id="distribution over space"),
        pytest.param({}, log_distribution(), Kind.LOG_PROBABILITIES, None, id="logarithms"),
        pytest.param({}, bounded(-1.0, 2.0), Kind.RANGE, None, id="range"),
        pytest.param({"pad_to_aspect_ratio": True}, distribution(), Kind.UNIT_INTERVAL, None, id="with a border"),
        pytest.param({"preserve_aspect_ratio": True}, distribution(), Kind.PROBABILITIES, -1, id="smaller than told"),
        pytest.param({"pad_to_aspect_ratio": True}, logits(), Kind.LOGITS, None, id="logits with a border"),
    ],
)
def test_resizing_mixes_pixels_by_linear_weights(
    config: dict[str, Any], operand: Value, kind: Kind, axis: int | None
) -> None:
    value = of("Resize", operand, **config)
    assert (value.kind, value.axis) == (kind, axis)
    assert (value.unknown is None) is (kind is not Kind.UNKNOWN)


@pytest.mark.parametrize(
    ("filling", "low", "high"), [(None, 0.0, 3.0), (7.0, 2.0, 7.0), (-1.0, -1.0, 3.0)], ids=["default", "high", "low"]
)
def test_a_border_holds_the_number_that_fills_it(filling: float | None, low: float, high: float) -> None:
    config = {} if filling is None else {"fill_value": filling}
    value = of("Resize", bounded(2.0, 3.0), pad_to_aspect_ratio=True, **config)
    assert (value.low, value.high) == (low, high)


def test_a_border_of_something_unreadable_is_unknown() -> None:
    value = of("Resize", bounded(2.0, 3.0), pad_to_aspect_ratio=True, fill_value="white")
    assert reason(value) == "what it fills the border with is not readable"


@pytest.mark.parametrize("name", WARPED)
@pytest.mark.parametrize(
    ("config", "operand", "low", "high", "reached"),
    [
        pytest.param({}, bounded(2.0, 3.0), 0.0, 3.0, False, id="border of zeros"),
        pytest.param({"fill_value": 9.0}, bounded(2.0, 3.0), 2.0, 9.0, False, id="another border"),
        pytest.param({}, bounded(0.0, INFINITY), 0.0, INFINITY, False, id="relu"),
        pytest.param({"fill_mode": "nearest"}, bounded(2.0, 3.0), 2.0, 3.0, True, id="border of the nearest"),
        pytest.param({"fill_mode": "reflect"}, distribution(), 0.0, 1.0, True, id="distribution"),
    ],
)
def test_a_warp_mixes_pixels_and_the_border(
    name: str, config: dict[str, Any], operand: Value, low: float, high: float, *, reached: bool
) -> None:
    value = of(name, operand, **config)
    assert (value.low, value.high, value.reaches_high, value.axis) == (low, high, reached, None)


@pytest.mark.parametrize("name", WARPED)
@pytest.mark.parametrize(
    ("config", "operand", "expected"),
    [
        pytest.param({}, logits(), "its warp may show nothing but the border", id="logits"),
        pytest.param({"interpolation": "bicubic"}, scores(), "its interpolation overshoots", id="cubic"),
        pytest.param({"order": 3}, scores(), "its interpolation overshoots", id="third order"),
        pytest.param({"fill_value": "white"}, scores(), "what it fills the border with is not readable", id="border"),
        pytest.param({}, anything("it is custom", "mine"), "it is custom", id="unknown"),
    ],
)
def test_a_warp_that_is_not_followed_says_why(name: str, config: dict[str, Any], operand: Value, expected: str) -> None:
    value = of(name, operand, **config)
    assert (value.kind, reason(value)) == (Kind.UNKNOWN, expected)


@pytest.mark.parametrize("name", PADDED)
@pytest.mark.parametrize(
    ("operand", "kind", "low", "high"),
    [
        pytest.param(distribution(), Kind.UNIT_INTERVAL, 0.0, 1.0, id="distribution"),
        pytest.param(logits(), Kind.LOGITS, -INFINITY, INFINITY, id="logits"),
        pytest.param(bounded(2.0, 3.0), Kind.RANGE, 0.0, 3.0, id="range"),
    ],
)
def test_zeros_come_in_from_beyond_the_border(name: str, operand: Value, kind: Kind, low: float, high: float) -> None:
    value = of(name, operand)
    assert (value.kind, value.low, value.high) == (kind, low, high)


@pytest.mark.parametrize(
    ("config", "low"), [({}, 2.0), ({"padding": "valid"}, 2.0), ({"padding": "same"}, 0.0)], ids=str
)
def test_patches_hold_zeros_only_if_they_are_padded(config: dict[str, Any], low: float) -> None:
    assert of("ExtractPatches", bounded(2.0, 3.0), **config).low == low


def test_patches_put_pixels_side_by_side() -> None:
    assert of("ExtractPatches", distribution()).kind is Kind.UNIT_INTERVAL


@given(values(), drawn.booleans(), drawn.data())
def test_grey_lies_within_the_claimed_bounds(value: Value, is_known: bool, data: drawn.DataObject) -> None:
    colours = data.draw(drawn.lists(numbers_of(value), min_size=3, max_size=3))
    claimed = of("RGBToGrayscale", value, IMAGE if is_known else None)
    assert describes(claimed, float(numpy.dot(colours, WHITE)))
    assert is_known or describes(claimed, colours[0])


@pytest.mark.parametrize(
    ("config", "shape", "low", "high"),
    [
        pytest.param({}, IMAGE, -0.9999, 1.9998, id="three channels"),
        pytest.param({"data_format": "channels_first"}, (None, 3, 8, 6), -0.9999, 1.9998, id="channels first"),
        pytest.param({}, (None, 8, 6, 1), -1.0, 2.0, id="one channel"),
        pytest.param({}, None, -1.0, 2.0, id="unknown"),
    ],
)
def test_white_is_a_little_darker_in_grey(config: dict[str, Any], shape: Shape | None, low: float, high: float) -> None:
    value = of("RGBToGrayscale", bounded(-1.0, 2.0), shape, **config)
    assert (value.low, value.high) == (pytest.approx(low, abs=1e-12), pytest.approx(high, abs=1e-12))


def test_grey_logits_are_logits_and_grey_distributions_are_none() -> None:
    assert of("RGBToGrayscale", logits()).kind is Kind.LOGITS
    assert of("RGBToGrayscale", distribution(-2)).kind is Kind.UNIT_INTERVAL


@pytest.mark.parametrize("name", COLOURED)
def test_colours_stay_in_the_unit_interval_if_they_were_there(name: str) -> None:
    value = of(name, scores())
    assert (value.kind, value.reaches_high) == (Kind.UNIT_INTERVAL, False)
    assert reason(of(name, bounded(0.0, 255.0))) == "its colours may lie outside [0, 1]"


@pytest.mark.parametrize("name", FLIPPED)
def test_a_flipped_distribution_is_the_same_one(name: str) -> None:
    value = of(name, distribution())
    assert (value.kind, value.axis, value.direct) == (Kind.PROBABILITIES, -1, False)


@pytest.mark.parametrize(
    ("config", "axis", "shape", "after"),
    [
        pytest.param({}, -1, IMAGE, -1, id="over the channels"),
        pytest.param({}, -2, IMAGE, None, id="over space"),
        pytest.param({"data_format": "channels_first"}, -3, IMAGE, -3, id="channels first"),
        pytest.param({"data_format": "channels_first"}, -1, IMAGE, None, id="over space, channels first"),
        pytest.param({"data_format": "channels_first"}, -3, None, None, id="channels first, unknown rank"),
    ],
)
def test_a_crop_keeps_a_distribution_over_the_channels(
    config: dict[str, Any], axis: int, shape: Shape | None, after: int | None
) -> None:
    assert of("CropImages", distribution(axis), shape, **config).axis == after


@pytest.mark.parametrize("name", EQUALISED)
@pytest.mark.parametrize(
    ("config", "operand", "low", "high"),
    [
        pytest.param({}, scores(), 0.0, 255.0, id="bytes unless told"),
        pytest.param({"value_range": [0, 1]}, scores(), 0.0, 1.0, id="unit interval"),
        pytest.param({"value_range": [1, -1]}, scores(), -1.0, 1.0, id="the wrong way around"),
        pytest.param({"value_range": [0, 1]}, bounded(-2.0, 3.0), -2.0, 3.0, id="beyond the range"),
    ],
)
def test_equalised_images_fill_their_range_or_stay(
    name: str, config: dict[str, Any], operand: Value, low: float, high: float
) -> None:
    value = of(name, operand, **config)
    assert (value.low, value.high, value.reaches_low, value.reaches_high) == (low, high, False, False)


@pytest.mark.parametrize("name", EQUALISED)
@pytest.mark.parametrize(
    ("config", "operand", "expected"),
    [
        pytest.param({"value_range": "bytes"}, scores(), "its value range is not readable", id="unreadable range"),
        pytest.param({"value_range": [0, 1, 2]}, scores(), "its value range is not readable", id="three ends"),
        pytest.param({}, logits(), "it mixes outputs of different kinds", id="logits"),
        pytest.param({}, anything("it is custom", "mine"), "it is custom", id="unknown"),
    ],
)
def test_equalised_images_that_are_not_followed_say_why(
    name: str, config: dict[str, Any], operand: Value, expected: str
) -> None:
    value = of(name, operand, **config)
    assert (value.kind, reason(value)) == (Kind.UNKNOWN, expected)


@pytest.mark.parametrize("name", CROPPED)
def test_random_sizes_are_interpolated_at_inference(name: str) -> None:
    assert of(name, distribution()).kind is Kind.PROBABILITIES
    assert of(name, distribution(), interpolation="bicubic").kind is Kind.RANGE


@pytest.mark.parametrize(
    ("applied", "before", "after"),
    [
        pytest.param(operation("Resize", size=[4, 2]), IMAGE, (None, 4, 2, 3), id="resized"),
        pytest.param(operation("Resize", size=[4, 2]), IMAGE[1:], (4, 2, 3), id="one image"),
        pytest.param(
            operation("Resize", size=[4, 2], data_format="channels_first"), IMAGE, (None, 8, 4, 2), id="channels first"
        ),
        pytest.param(
            operation("Resize", size=[4, 2], preserve_aspect_ratio=True), IMAGE, (None, None, None, 3), id="ratio kept"
        ),
        pytest.param(operation("Resize", size=[4, "two"]), IMAGE, (None, 4, None, 3), id="one size unreadable"),
        pytest.param(operation("Resize", size=4), IMAGE, None, id="one size"),
        pytest.param(operation("Resize", size=[4, 2, 1]), IMAGE, None, id="three sizes"),
        pytest.param(operation("Resize"), IMAGE, None, id="no size"),
        pytest.param(operation("Resize", size=[4, 2]), None, None, id="unknown rank"),
        pytest.param(operation("Resize", size=[4, 2]), (None, 3), None, id="no image"),
        pytest.param(operation("CropImages"), IMAGE, None, id="cropped"),
        pytest.param(operation("GaussianBlur"), IMAGE, IMAGE, id="blurred"),
        pytest.param(operation("RGBToHSV"), IMAGE, IMAGE, id="coloured"),
        pytest.param(operation("RGBToGrayscale"), IMAGE, None, id="grey"),
        pytest.param(layer("AutoContrast"), IMAGE, IMAGE, id="equalised"),
        pytest.param(layer("RandomCrop", height=4, width=2), IMAGE, (None, 4, 2, 3), id="cropped at random"),
        pytest.param(layer("RandomHeight", factor=0.2), IMAGE, None, id="random height"),
    ],
)
def test_shapes(applied: Layer, before: Shape | None, after: Shape | None) -> None:
    assert shapes(call(applied, (logits(), before))) == [after]


def test_the_size_may_be_positional() -> None:
    called = call(operation("Resize"), (logits(), IMAGE), args=(reference(), (4, 2)))
    assert shapes(called) == [(None, 4, 2, 3)]

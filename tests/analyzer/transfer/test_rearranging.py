from __future__ import annotations

from typing import Any

import pytest

from logitcheck.analyzer.transfer import shapes
from logitcheck.analyzer.transfer.rearranging import regrouped_axis, resolve
from logitcheck.analyzer.values import Kind, LogOf, Value, anything
from logitcheck.model import Layer, Shape
from tests.analyzer.given import bounded, call, distribution, layer, log_distribution, logits, reason, result, scores

IMAGE: Shape = (None, 8, 6, 3)
FIRST = {"data_format": "channels_first"}


def of(rearranging: Layer, value: Value, shape: Shape | None = IMAGE) -> Value:
    return result(call(rearranging, (value, shape)))


@pytest.mark.parametrize(
    ("axis", "before", "after", "expected"),
    [
        pytest.param(-1, (5, 3), (15,), None, id="flat"),
        pytest.param(-1, (1, 3), (3,), -1, id="ones before it gone"),
        pytest.param(-1, (4, 3), (2, 2, 3), -1, id="others regrouped"),
        pytest.param(-1, (3,), (3, 1), None, id="a one behind it"),
        pytest.param(-2, (3, 4), (3, 2, 2), -3, id="others behind it regrouped"),
        pytest.param(-2, (3, 4), (4, 3), None, id="taken apart"),
        pytest.param(-2, (3, 1), (3,), -1, id="a one behind it gone"),
        pytest.param(-2, (3, None), (3, 4), None, id="unknown size behind it"),
        pytest.param(-1, (None,), (3,), None, id="unknown size"),
        pytest.param(-3, (3, 4), (3, 4), None, id="no axis of it"),
        pytest.param(-1, None, (3,), None, id="unknown shape"),
        pytest.param(-1, (3,), (), None, id="no axis left"),
    ],
)
def test_an_axis_survives_a_reshape_if_it_stays_one_of_its_own(
    axis: int, before: Shape | None, after: Shape | None, expected: int | None
) -> None:
    assert regrouped_axis(axis, before, after) == expected


@pytest.mark.parametrize(
    ("target", "before", "sizes"),
    [
        pytest.param([2, 3], None, (2, 3), id="known"),
        pytest.param([-1, 3], (6,), (2, 3), id="a gap"),
        pytest.param([-1, 3], None, (None, 3), id="a gap of unknown size"),
        pytest.param([-1, 4], (6,), (None, 4), id="a gap that cannot be"),
        pytest.param([-1, -1], (6,), (None, None), id="two gaps"),
        pytest.param([-1, 0], (6,), (None, 0), id="an empty axis"),
        pytest.param(["x"], (6,), None, id="unreadable"),
    ],
)
def test_a_target_shape_is_filled_in(target: list[object], before: Shape | None, sizes: Shape | None) -> None:
    assert resolve(target, before) == sizes


SPATIAL = [
    *(f"Cropping{rank}D" for rank in (1, 2, 3)),
    *(f"UpSampling{rank}D" for rank in (1, 2, 3)),
    *("Resizing", "CenterCrop"),
]


@pytest.mark.parametrize("name", SPATIAL)
def test_what_happens_in_space_leaves_a_distribution_over_the_channels(name: str) -> None:
    config: dict[str, Any] = {"cropping": 1, "size": 2, "height": 4, "width": 4}
    assert of(layer(name, **config), distribution()).kind is Kind.PROBABILITIES


@pytest.mark.parametrize("name", [*SPATIAL, "Reshape", "Flatten", "Permute", "RepeatVector", "ZeroPadding2D"])
def test_logits_stay_logits(name: str) -> None:
    assert of(layer(name), logits()).kind is Kind.LOGITS


@pytest.mark.parametrize("name", ["Cropping2D", "UpSampling2D"])
@pytest.mark.parametrize(
    ("axis", "config", "shape", "kind"),
    [
        pytest.param(-3, FIRST, IMAGE, Kind.PROBABILITIES, id="channels first"),
        pytest.param(-1, FIRST, IMAGE, Kind.UNIT_INTERVAL, id="a row, channels first"),
        pytest.param(-2, {}, IMAGE, Kind.UNIT_INTERVAL, id="a column"),
        pytest.param(-1, {}, None, Kind.PROBABILITIES, id="channels last in an unknown rank"),
        pytest.param(-2, {}, None, Kind.UNIT_INTERVAL, id="another axis in an unknown rank"),
        pytest.param(-3, FIRST, None, Kind.UNIT_INTERVAL, id="channels first in an unknown rank"),
    ],
)
def test_a_distribution_over_space_is_lost(
    name: str, axis: int, config: dict[str, Any], shape: Shape | None, kind: Kind
) -> None:
    assert of(layer(name, **config), distribution(axis), shape).kind is kind


@pytest.mark.parametrize("name", ["ZeroPadding1D", "ZeroPadding2D", "ZeroPadding3D"])
@pytest.mark.parametrize(
    ("operand", "kind"),
    [(distribution(), Kind.UNIT_INTERVAL), (log_distribution(), Kind.RANGE), (scores(), Kind.UNIT_INTERVAL)],
    ids=["distribution", "logarithm", "scores"],
)
def test_zeros_around_are_no_distribution(name: str, operand: Value, kind: Kind) -> None:
    assert of(layer(name), operand).kind is kind


@pytest.mark.parametrize("name", ["UpSampling2D", "Resizing"])
@pytest.mark.parametrize(
    ("method", "operand", "kind"),
    [
        ("nearest", distribution(), Kind.PROBABILITIES),
        ("bilinear", distribution(), Kind.PROBABILITIES),
        ("area", distribution(), Kind.PROBABILITIES),
        ("bicubic", distribution(), Kind.RANGE),
        ("bicubic", bounded(0.0, float("inf")), Kind.UNKNOWN),
        ("lanczos3", scores(), Kind.UNKNOWN),
        ("bicubic", logits(), Kind.LOGITS),
        ("bilinear", scores(), Kind.UNIT_INTERVAL),
        ("bilinear", distribution(-2), Kind.UNIT_INTERVAL),
        ("bilinear", anything("no reason", "layer"), Kind.UNKNOWN),
    ],
)
def test_interpolation(name: str, method: str, operand: Value, kind: Kind) -> None:
    assert of(layer(name, interpolation=method), operand).kind is kind


def test_what_overshoots_says_so_where_nothing_tells_that_a_pixel_goes_off_alone() -> None:
    value = of(layer("UpSampling2D", interpolation="bicubic"), bounded(0.0, float("inf")))
    assert reason(value) == "its bicubic interpolation overshoots"


def test_interpolated_logarithms_are_those_of_scores() -> None:
    value = of(layer("UpSampling2D", interpolation="bilinear"), log_distribution())
    assert (value.log_of, value.log_axis) == (LogOf.UNIT, None)


def test_upsampling_repeats_and_resizing_interpolates_by_default() -> None:
    assert of(layer("UpSampling2D"), log_distribution()).log_of is LogOf.SIMPLEX
    assert of(layer("Resizing"), log_distribution()).log_of is LogOf.UNIT


def test_resizing_to_an_aspect_ratio_pads_with_zeros() -> None:
    value = of(layer("Resizing", pad_to_aspect_ratio=True), distribution())
    assert (value.kind, value.low) == (Kind.UNIT_INTERVAL, 0.0)


def test_a_reshape_to_an_unreadable_shape_loses_the_distribution() -> None:
    assert of(layer("Reshape", target_shape="x"), distribution()).kind is Kind.UNIT_INTERVAL


def test_a_reshape_of_an_unknown_rank_loses_the_distribution() -> None:
    assert of(layer("Reshape", target_shape=[3]), distribution(), None).kind is Kind.UNIT_INTERVAL


@pytest.mark.parametrize("dims", [[1, 1], [2, 3], "x"], ids=["twice the same", "one left out", "unreadable"])
def test_a_permutation_that_is_none_loses_the_distribution(dims: object) -> None:
    assert of(layer("Permute", dims=dims), distribution(-2), (None, 5, 3)).axis is None


def test_a_repeated_vector_keeps_its_distribution() -> None:
    assert of(layer("RepeatVector", n=4), distribution(), (None, 3)).axis == -1


VOLUME: Shape = (None, 8, 6, 4, 3)


@pytest.mark.parametrize(
    ("rearranging", "before", "after"),
    [
        pytest.param(layer("Reshape", target_shape=[-1, 3]), (None, 2, 6), (None, 4, 3), id="Reshape"),
        pytest.param(layer("Reshape", dims=[12]), (None, 2, 6), (None, 12), id="Reshape of Keras 1"),
        pytest.param(layer("Reshape", target_shape=[3]), None, (None, 3), id="Reshape of an unknown rank"),
        pytest.param(layer("Flatten"), (None, 2, 6), (None, 12), id="Flatten"),
        pytest.param(layer("Flatten"), (None, None, 6), (None, None), id="Flatten of an unknown size"),
        pytest.param(layer("Flatten"), None, None, id="Flatten of an unknown rank"),
        pytest.param(layer("RepeatVector", n=4), (None, 3), (None, 4, 3), id="RepeatVector"),
        pytest.param(layer("RepeatVector", n=4), IMAGE, None, id="RepeatVector of an image"),
        pytest.param(layer("Permute", dims=[3, 1, 2]), IMAGE, (None, 3, 8, 6), id="Permute"),
        pytest.param(layer("Permute", dims=[2, 1]), IMAGE, None, id="Permute of another rank"),
        pytest.param(layer("Cropping1D", cropping=[1, 2]), (None, 7, 3), (None, 4, 3), id="Cropping1D"),
        pytest.param(layer("Cropping1D", cropping=1), (None, 7, 3), (None, 5, 3), id="Cropping1D by one number"),
        pytest.param(layer("Cropping2D", cropping=[[1, 2], [0, 1]]), IMAGE, (None, 5, 5, 3), id="Cropping2D"),
        pytest.param(layer("Cropping2D", cropping=[1, 2]), IMAGE, (None, 6, 2, 3), id="Cropping2D symmetric"),
        pytest.param(layer("Cropping2D", cropping=9), IMAGE, (None, 0, 0, 3), id="Cropping2D of everything"),
        pytest.param(layer("Cropping2D", cropping="x"), IMAGE, (None, None, None, 3), id="Cropping2D, unreadable"),
        pytest.param(layer("Cropping2D", cropping=[[1, "x"], [0, 1]]), IMAGE, (None, None, 5, 3), id="half unreadable"),
        pytest.param(layer("Cropping2D", cropping=[1]), IMAGE, (None, 6, None, 3), id="Cropping2D of one axis"),
        pytest.param(layer("Cropping3D", cropping=1), VOLUME, (None, 6, 4, 2, 3), id="Cropping3D"),
        pytest.param(layer("Cropping2D", cropping=1), (None, 3), None, id="Cropping2D, too few axes"),
        pytest.param(layer("ZeroPadding2D", padding=1, **FIRST), IMAGE, (None, 8, 8, 5), id="ZeroPadding2D"),
        pytest.param(layer("UpSampling2D", size=[2, 3]), IMAGE, (None, 16, 18, 3), id="UpSampling2D"),
        pytest.param(layer("UpSampling1D", size=2), (None, 7, 3), (None, 14, 3), id="UpSampling1D"),
        pytest.param(layer("UpSampling2D", size="x"), IMAGE, (None, None, None, 3), id="UpSampling2D, unreadable"),
        pytest.param(layer("UpSampling2D", **FIRST), IMAGE, (None, 8, 12, 6), id="UpSampling2D, channels first"),
        pytest.param(layer("UpSampling2D"), (None, 3), None, id="UpSampling2D, too few axes"),
        pytest.param(layer("Resizing", height=4, width=5), IMAGE, (None, 4, 5, 3), id="Resizing"),
        pytest.param(
            layer("Resizing", height=4, width=5, **FIRST), IMAGE, (None, 8, 4, 5), id="Resizing, channels first"
        ),
        pytest.param(layer("Resizing", height=4, width=5), (None, 3), None, id="Resizing, too few axes"),
    ],
)
def test_shapes(rearranging: Layer, before: Shape | None, after: Shape | None) -> None:
    assert shapes(call(rearranging, (logits(), before))) == [after]

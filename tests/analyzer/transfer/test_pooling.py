from __future__ import annotations

import pytest

from logitcheck.analyzer.transfer import pooling, shapes
from logitcheck.analyzer.values import Kind, LogOf
from logitcheck.model import Layer, Shape
from tests.analyzer.given import call, distribution, layer, log_distribution, logits, operation, reference, result

IMAGE: Shape = (None, 8, 6, 3)
MEANS = sorted(name for name in pooling.LAYERS if "Average" in name)
MAXIMA = sorted(name for name in pooling.LAYERS if "Max" in name)


def shape_for(name: str) -> Shape:
    return (None, *((4,) * int(name[-2])), 3)


@pytest.mark.parametrize("name", MEANS)
def test_a_mean_of_distributions_over_the_channels_is_one(name: str) -> None:
    value = result(call(layer(name, pool_size=2, output_size=1), (distribution(), shape_for(name))))
    assert (value.kind, value.axis, value.applied) == (Kind.PROBABILITIES, -1, None)


@pytest.mark.parametrize("name", MAXIMA)
def test_a_maximum_of_distributions_is_none(name: str) -> None:
    value = result(call(layer(name, pool_size=2, output_size=1), (distribution(), shape_for(name))))
    assert value.kind is Kind.UNIT_INTERVAL


@pytest.mark.parametrize("name", [*MEANS, *MAXIMA])
def test_logits_stay_logits(name: str) -> None:
    assert result(call(layer(name), (logits(), shape_for(name)))).kind is Kind.LOGITS


@pytest.mark.parametrize("name", ["AveragePooling2D", "MaxPooling2D"])
def test_pooled_logarithms_are_those_of_scores(name: str) -> None:
    value = result(call(layer(name), (log_distribution(), IMAGE)))
    assert (value.log_of, value.log_axis) == (LogOf.UNIT, None)


@pytest.mark.parametrize(
    ("pooled", "axis", "after"),
    [
        pytest.param(layer("AveragePooling2D", data_format="channels_first"), -3, -3, id="window"),
        pytest.param(layer("GlobalAveragePooling2D", data_format="channels_first"), -3, -1, id="global"),
        pytest.param(
            layer("GlobalAveragePooling2D", data_format="channels_first", keepdims=True), -3, -3, id="kept axes"
        ),
        pytest.param(layer("AveragePooling2D", data_format="channels_first"), -1, None, id="distribution over space"),
        pytest.param(layer("AveragePooling2D"), -2, None, id="distribution over space, channels last"),
    ],
)
def test_the_class_axis_must_be_that_of_the_channels(pooled: Layer, axis: int, after: int | None) -> None:
    assert result(call(pooled, (distribution(axis), IMAGE))).axis == after


def test_channels_first_in_an_unknown_rank_cannot_be_followed() -> None:
    pooled = layer("AveragePooling2D", data_format="channels_first")
    assert result(call(pooled, (distribution(-3), None))).kind is Kind.UNIT_INTERVAL


@pytest.mark.parametrize(
    ("pooled", "before", "after"),
    [
        pytest.param(layer("MaxPooling2D", pool_size=[2, 2]), IMAGE, (None, 4, 3, 3), id="window"),
        pytest.param(layer("MaxPooling2D", pool_size=3, strides=1), IMAGE, (None, 6, 4, 3), id="with strides"),
        pytest.param(layer("MaxPooling2D", pool_size=[3, 3], padding="same"), IMAGE, (None, 3, 2, 3), id="same"),
        pytest.param(layer("GlobalMaxPooling2D"), IMAGE, (None, 3), id="global"),
        pytest.param(layer("GlobalMaxPooling2D", keepdims=True), IMAGE, (None, 1, 1, 3), id="global with kept axes"),
        pytest.param(
            layer("GlobalMaxPooling2D", data_format="channels_first"), IMAGE, (None, 8), id="global, channels first"
        ),
        pytest.param(
            layer("GlobalMaxPooling2D", data_format="channels_first", keepdims=True),
            IMAGE,
            (None, 8, 1, 1),
            id="global, channels first, with kept axes",
        ),
        pytest.param(layer("GlobalMaxPooling2D"), None, None, id="global of an unknown rank"),
        pytest.param(layer("AdaptiveMaxPooling2D", output_size=[2, 5]), IMAGE, (None, 2, 5, 3), id="adaptive"),
        pytest.param(
            layer("AdaptiveMaxPooling2D", output_size=2, data_format="channels_first"),
            IMAGE,
            (None, 8, 2, 2),
            id="adaptive, channels first",
        ),
        pytest.param(layer("AdaptiveMaxPooling2D"), IMAGE, (None, None, None, 3), id="adaptive to an unknown size"),
        pytest.param(layer("AdaptiveMaxPooling2D", output_size=2), (None, 3), None, id="adaptive, too few axes"),
    ],
)
def test_shapes(pooled: Layer, before: Shape | None, after: Shape | None) -> None:
    assert shapes(call(pooled, (logits(), before))) == [after]


def test_a_mean_over_the_steps_that_a_mask_leaves_is_a_distribution() -> None:
    masked = call(layer("GlobalAveragePooling1D"), (distribution(), (None, 5, 3)), kwargs={"mask": reference(1)})
    assert result(masked).axis == -1


@pytest.mark.parametrize("name", ["GlobalAveragePooling1D", "GlobalMaxPooling1D"])
@pytest.mark.parametrize("activation", ["gelu", "elu", "tanh", "sigmoid"])
def test_biases_bring_all_numbers_near_the_same_end_at_once(name: str, activation: str) -> None:
    head = result(call(layer("Dense", activation, units=3), (logits("x"), (None, 5, 3))))
    pooled = result(call(layer(name), (head, (None, 5, 3))))
    assert (pooled.low, pooled.high, pooled.reaches_low) == (head.low, head.high, True)


@pytest.mark.parametrize("name", ["GlobalAveragePooling1D", "GlobalMaxPooling1D"])
def test_numbers_that_hang_together_do_not_come_near_the_same_end_at_once(name: str) -> None:
    standardised = result(call(layer("LayerNormalization", center=False), (logits("x"), (None, 5, 3))))
    squashed = result(call(operation("Tanh"), (standardised, (None, 5, 3))))
    for value in (distribution(), squashed):
        pooled = result(call(layer(name), (value, (None, 5, 3))))
        assert not pooled.reaches_low

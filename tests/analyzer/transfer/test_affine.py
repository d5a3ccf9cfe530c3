from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as drawn

from logitcheck.analyzer.ties import COPIES, LEAPING, UNEVEN
from logitcheck.analyzer.transfer import apply, rule_for, shapes
from logitcheck.analyzer.values import INFINITY, Kind, Value, anything, balanced, between, copied
from logitcheck.model import ConstantArray, Layer, Shape
from tests.analyzer.given import bounded, call, distribution, layer, logits, result, scores
from tests.analyzer.strategies import described, describes

SHAPE: Shape = (None, 8, 8, 3)
UNKNOWN = anything("it is custom", "mine")

WEIGHTED = [
    *("Dense", "EinsumDense", "Conv1D", "Conv2D", "Conv3D", "Conv1DTranspose", "Conv2DTranspose", "Conv3DTranspose"),
    *("DepthwiseConv1D", "DepthwiseConv2D", "SeparableConv1D", "SeparableConv2D", "LocallyConnected1D"),
]


@pytest.mark.parametrize("name", [*WEIGHTED, "Embedding", "ReversibleEmbedding", "MaxoutDense", "BatchNormalization"])
def test_free_weights_make_logits_of_anything(name: str) -> None:
    assert result(call(layer(name), (UNKNOWN, SHAPE))).kind is Kind.LOGITS


@pytest.mark.parametrize("name", [*WEIGHTED, "Embedding", "BatchNormalization", "MultiHeadAttention"])
def test_the_walk_need_not_go_on_behind_free_weights(name: str) -> None:
    given = layer(name, bias_axes="c")
    rule = rule_for(given)
    assert rule is not None
    assert rule.cuts(given)


def test_the_walk_goes_on_behind_weights_without_a_bias() -> None:
    rule = rule_for(layer("Dense"))
    assert rule is not None
    assert not rule.cuts(layer("Dense", use_bias=False))


@pytest.mark.parametrize("name", WEIGHTED)
def test_the_activation_comes_last(name: str) -> None:
    value = result(call(layer(name, "softmax"), (UNKNOWN, SHAPE)))
    assert (value.kind, value.axis) == (Kind.PROBABILITIES, -1)


NON_NEGATIVE = {"class_name": "NonNeg", "config": {}}
UNIT_NORM = {"class_name": "UnitNorm", "config": {}}


@pytest.mark.parametrize(
    ("operand", "config", "kind", "low"),
    [
        pytest.param(
            scores(),
            {"kernel_constraint": UNIT_NORM, "use_bias": False},
            Kind.UNKNOWN,
            -INFINITY,
            id="unit norm of scores",
        ),
        pytest.param(
            scores(), {"kernel_constraint": UNIT_NORM}, Kind.LOGITS, -INFINITY, id="unit norm of scores, free bias"
        ),
        pytest.param(logits(), {"kernel_constraint": UNIT_NORM}, Kind.LOGITS, -INFINITY, id="unit norm of logits"),
        pytest.param(scores(), {"bias_constraint": "NonNeg"}, Kind.LOGITS, -INFINITY, id="constrained bias"),
        pytest.param(
            scores(), {"kernel_constraint": NON_NEGATIVE, "use_bias": False}, Kind.RANGE, 0.0, id="positive weights"
        ),
        pytest.param(
            scores(),
            {"kernel_constraint": "non_neg", "bias_constraint": "non_neg"},
            Kind.RANGE,
            0.0,
            id="positive weights and bias",
        ),
        pytest.param(
            bounded(-1.0, 1.0),
            {"kernel_constraint": "non_neg", "bias_constraint": "non_neg"},
            Kind.LOGITS,
            -INFINITY,
            id="positive weights of numbers of both signs",
        ),
        pytest.param(
            bounded(-2.0, -1.0),
            {"kernel_constraint": "non_neg", "use_bias": False},
            Kind.UNKNOWN,
            -INFINITY,
            id="positive weights of negative numbers",
        ),
        pytest.param(
            scores(), {"kernel_constraint": NON_NEGATIVE}, Kind.LOGITS, -INFINITY, id="positive weights, free bias"
        ),
        pytest.param(
            scores(),
            {"trainable": False, "kernel_initializer": "ones"},
            Kind.UNKNOWN,
            -INFINITY,
            id="frozen constants",
        ),
        pytest.param(
            logits(),
            {"trainable": False, "kernel_initializer": {"class_name": "Zeros"}},
            Kind.UNKNOWN,
            -INFINITY,
            id="frozen zeros of logits",
        ),
        *(
            pytest.param(
                operand, {"trainable": False, "kernel_initializer": initializer}, kind, -INFINITY, id=f"frozen, {what}"
            )
            for operand, initializer, kind, what in (
                (logits(), {"class_name": "Ones", "config": {}}, Kind.LOGITS, "sums of logits"),
                (logits(), "ones", Kind.LOGITS, "sums of logits by a name"),
                (logits(), {"class_name": "Constant", "config": {"value": -0.5}}, Kind.LOGITS, "multiples of sums"),
                (logits(), {"class_name": "Constant", "config": {"value": 0.0}}, Kind.UNKNOWN, "multiples by 0"),
                (logits(), {"class_name": "Constant", "config": {}}, Kind.UNKNOWN, "a constant that is not told"),
                (logits(), "constant", Kind.UNKNOWN, "a constant of 0 by a name"),
                (balanced(logits()), "ones", Kind.UNKNOWN, "sums of what may sum to 0"),
                (bounded(-1.0, INFINITY), "ones", Kind.UNKNOWN, "sums of what ends"),
                (replace(logits(), sources=UNEVEN), "ones", Kind.UNKNOWN, "sums of what is not alike"),
            )
        ),
        pytest.param(
            scores(), {"trainable": False, "kernel_initializer": "glorot_uniform"}, Kind.LOGITS, -INFINITY, id="frozen"
        ),
        pytest.param(
            scores(),
            {"trainable": False, "kernel_initializer": {"class_name": "mine>ConstantTable"}},
            Kind.UNKNOWN,
            -INFINITY,
            id="frozen constants of somebody's own",
        ),
    ],
)
def test_constrained_and_frozen_weights_take_freedom_away(
    operand: Value, config: dict[str, Any], kind: Kind, low: float
) -> None:
    value = result(call(layer("Dense", **config), (operand, (None, 4))))
    assert (value.kind, value.low) == (kind, low)


@pytest.mark.parametrize(
    ("config", "kind"),
    [
        ({}, Kind.LOGITS),
        ({"embeddings_constraint": "NonNeg"}, Kind.RANGE),
        ({"embeddings_constraint": UNIT_NORM}, Kind.RANGE),
        ({"embeddings_constraint": "MaxNorm"}, Kind.UNKNOWN),
        ({"embeddings_constraint": {"class_name": "MaxNorm", "config": {"max_value": 3}}}, Kind.RANGE),
        ({"embeddings_constraint": {"class_name": "MinMaxNorm", "config": {}}}, Kind.RANGE),
        ({"trainable": False, "embeddings_initializer": "Ones"}, Kind.UNKNOWN),
    ],
    ids=["free", "positive", "unit norm", "another constraint", "largest norm", "norm in a range", "frozen constants"],
)
def test_embeddings(config: dict[str, Any], kind: Kind) -> None:
    assert result(call(layer("Embedding", **config), (UNKNOWN, (None, 5)))).kind is kind


def test_a_soft_cap_bounds_a_reversed_embedding() -> None:
    capped = layer("ReversibleEmbedding", logit_soft_cap=30.0)
    assert result(call(capped, (UNKNOWN, SHAPE), kwargs={"reverse": True})).high == 30.0
    assert result(call(capped, (UNKNOWN, SHAPE))).kind is Kind.LOGITS


@pytest.mark.parametrize(
    ("normalising", "kind"),
    [
        pytest.param(layer("BatchNormalization", scale=False, center=False), Kind.LOGITS, id="batch"),
        pytest.param(layer("LayerNormalization", axis=-1), Kind.LOGITS, id="layer"),
        pytest.param(layer("LayerNormalization", axis=-1, scale=False), Kind.LOGITS, id="layer without scale"),
        pytest.param(layer("LayerNormalization", axis=-1, scale=False, center=False), Kind.RANGE, id="layer, bare"),
        pytest.param(layer("GroupNormalization", scale=False, center=False), Kind.UNKNOWN, id="group, bare"),
        pytest.param(layer("RMSNormalization"), Kind.LOGITS, id="root mean square"),
        pytest.param(layer("BatchNormalization", gamma_constraint="NonNeg"), Kind.LOGITS, id="free shift"),
        pytest.param(
            layer("BatchNormalization", gamma_constraint="NonNeg", center=False), Kind.UNKNOWN, id="constrained"
        ),
    ],
)
def test_normalisation(normalising: Layer, kind: Kind) -> None:
    assert result(call(normalising, (scores(), (None, 5)))).kind is kind


@given(
    drawn.lists(drawn.floats(-9, 9), min_size=2, max_size=8).filter(lambda numbers: max(numbers) - min(numbers) > 0.1)
)
def test_standardised_numbers_are_bounded_by_how_many_there_are(numbers: list[float]) -> None:
    mean = sum(numbers) / len(numbers)
    deviation = math.sqrt(sum((number - mean) ** 2 for number in numbers) / len(numbers))
    bare = layer("LayerNormalization", axis=-1, scale=False, center=False)
    value = result(call(bare, (logits(), (None, len(numbers)))))
    assert all(describes(value, (number - mean) / deviation) for number in numbers)


@pytest.mark.parametrize(
    ("operand", "low"),
    [(scores(), 0.0), (logits(), -1.0), (bounded(-2.0, 3.0), -1.0)],
    ids=["scores", "logits", "range"],
)
def test_a_unit_vector_is_within_1(operand: Value, low: float) -> None:
    value = result(call(layer("UnitNormalization", axis=-1), (operand, (None, 5))))
    assert (value.low, value.high) == (low, 1.0)


@pytest.mark.parametrize(
    ("operand", "axis", "is_reached"),
    [
        (bounded(-2.0, 3.0), -1, True),
        (bounded(-2.0, 3.0), 1, False),
        (copied(bounded(-2.0, 3.0)), -1, False),
        (replace(bounded(-2.0, 3.0), sources=LEAPING), -1, False),
        (replace(bounded(-2.0, 3.0), reaches_high=False), -1, False),
        (scores(), -1, False),
        (distribution(), -1, False),
    ],
    ids=["units", "places", "copies", "over 0 by a leap", "maybe never positive", "scores", "one for all"],
)
def test_a_unit_vector_points_along_one_axis_if_each_number_goes_its_own_way_through_0(
    operand: Value, axis: int, is_reached: bool
) -> None:
    value = result(call(layer("UnitNormalization", axis=axis), (operand, (None, 5, 5))))
    assert (value.reaches_low, value.reaches_high) == (is_reached, is_reached)


@given(described(), drawn.floats(-3, 3), drawn.floats(-3, 3))
def test_a_rescaled_number_lies_within_the_claimed_bounds(
    operand: tuple[Value, float], scale: float, offset: float
) -> None:
    value, number = operand
    rescaled = result(call(layer("Rescaling", scale=scale, offset=offset), (value, SHAPE)))
    assert describes(rescaled, number * scale + offset)


@given(
    described(),
    drawn.lists(drawn.tuples(drawn.floats(-3, 3), drawn.floats(-3, 3)), min_size=1, max_size=3),
    drawn.data(),
)
def test_an_array_of_scales_and_offsets_bounds_every_entry(
    operand: tuple[Value, float], pairs: list[tuple[float, float]], data: drawn.DataObject
) -> None:
    value, number = operand
    scale, offset = data.draw(drawn.sampled_from(pairs))
    rescaling = layer("Rescaling", scale=[first for first, _ in pairs], offset=[second for _, second in pairs])
    assert describes(result(call(rescaling, (value, SHAPE))), number * scale + offset)


@pytest.mark.parametrize(
    ("scale", "offset"),
    [([1.0, 2.0], [1.0, 2.0, 3.0]), ("x", 0.0), (2.0, None)],
    ids=["arrays that do not go together", "text", "nothing"],
)
def test_a_rescaling_that_cannot_be_read_keeps_logits_only(scale: object, offset: object) -> None:
    rescaling = layer("Rescaling", scale=scale, offset=offset)
    assert result(call(rescaling, (logits(), SHAPE))).kind is Kind.LOGITS
    assert result(call(rescaling, (scores(), SHAPE))).kind is Kind.UNKNOWN


def test_a_rescaled_unknown_stays_unknown() -> None:
    assert result(call(layer("Rescaling", scale=2.0), (UNKNOWN, SHAPE))).unknown == UNKNOWN.unknown


@given(
    described(),
    drawn.lists(drawn.tuples(drawn.floats(-3, 3), drawn.floats(0.1, 9)), min_size=1, max_size=3),
    drawn.booleans(),
    drawn.data(),
)
def test_a_normalised_number_lies_within_the_claimed_bounds(
    operand: tuple[Value, float], pairs: list[tuple[float, float]], invert: bool, data: drawn.DataObject
) -> None:
    value, number = operand
    means, variances = [mean for mean, _ in pairs], [variance for _, variance in pairs]
    normalising = layer("Normalization", mean=means, variance=variances, invert=invert)
    mean, variance = data.draw(drawn.sampled_from(pairs))
    expected = number * math.sqrt(variance) + mean if invert else (number - mean) / math.sqrt(variance)
    assert describes(result(call(normalising, (value, SHAPE))), expected)


@pytest.mark.parametrize(
    "config",
    [
        pytest.param({}, id="learned from data"),
        pytest.param({"mean": [0.0], "variance": [0.0]}, id="a variance of 0"),
        pytest.param({"mean": [0.0, 1.0], "variance": [1.0, 1.0, 1.0]}, id="numbers that do not go together"),
        pytest.param({"mean": ["x"], "variance": [1.0]}, id="not numbers"),
    ],
)
def test_a_normalisation_of_unknown_numbers_keeps_logits_only(config: dict[str, Any]) -> None:
    assert result(call(layer("Normalization", **config), (logits(), SHAPE))).kind is Kind.LOGITS
    assert result(call(layer("Normalization", **config), (scores(), SHAPE))).kind is Kind.UNKNOWN


def test_one_mean_serves_several_variances() -> None:
    normalising = layer("Normalization", mean=ConstantArray([0.0]), variance=[1.0, 4.0])
    value = result(call(normalising, (bounded(-2.0, 2.0), SHAPE)))
    assert (value.low, value.high) == (-2.0, 2.0)


@pytest.mark.parametrize(
    ("activation", "operand", "kind"),
    [
        ("linear", scores(), Kind.LOGITS),
        ("sigmoid", scores(), Kind.UNIT_INTERVAL),
        ("tanh", scores(), Kind.RANGE),
        ("sigmoid", UNKNOWN, Kind.UNKNOWN),
    ],
)
def test_a_highway_mixes_the_activated_sum_with_what_came_in(activation: str, operand: Value, kind: Kind) -> None:
    assert result(call(layer("Highway", activation), (operand, (None, 5)))).kind is kind


def test_attention_ends_in_a_projection_and_tells_its_scores() -> None:
    projected, weights = apply(call(layer("MultiHeadAttention"), (scores(), SHAPE), (scores(), SHAPE)))
    assert (projected.kind, weights.kind, weights.axis) == (Kind.LOGITS, Kind.PROBABILITIES, -1)


@pytest.mark.parametrize(
    ("shaped", "before", "after"),
    [
        pytest.param(layer("Dense", units=5), (None, 7, 3), (None, 7, 5), id="Dense"),
        pytest.param(layer("Dense", units=5), None, None, id="Dense of an unknown rank"),
        pytest.param(layer("Dense", units=5), (3,), None, id="Dense of a rank that it does not take"),
        pytest.param(layer("Embedding", output_dim=6), (None, 7), (None, 7, 6), id="Embedding"),
        pytest.param(layer("EinsumDense", output_shape=[None, 5]), (None, 7, 3), (None, None, 5), id="EinsumDense"),
        pytest.param(layer("EinsumDense", output_shape=5), (None, 3), (None, 5), id="EinsumDense, one size"),
        pytest.param(
            layer("EinsumDense", equation="abc,cd->abd", output_shape=[None, 5]), (None, 7, 3), (None, 7, 5), id="kept"
        ),
        pytest.param(
            layer("EinsumDense", equation="...c,cd->...d", output_shape=[None, 5]),
            (None, 7, 3),
            (None, None, 5),
            id="EinsumDense, any letters",
        ),
        pytest.param(layer("EinsumDense", output_shape=["x"]), (None, 3), None, id="EinsumDense, unreadable"),
        pytest.param(layer("MultiHeadAttention"), SHAPE, SHAPE, id="attention"),
        pytest.param(layer("MultiHeadAttention", output_shape=9), (None, 7, 3), (None, 7, 9), id="projected attention"),
        pytest.param(layer("BatchNormalization"), SHAPE, SHAPE, id="normalisation"),
        pytest.param(layer("Conv2D", filters=5, kernel_size=[3, 3]), SHAPE, (None, 6, 6, 5), id="valid"),
        pytest.param(
            layer("Conv2D", filters=5, kernel_size=3, strides=2, padding="same"), SHAPE, (None, 4, 4, 5), id="same"
        ),
        pytest.param(
            layer("Conv2D", filters=5, kernel_size=[3, 3], dilation_rate=[2, 1]), SHAPE, (None, 4, 6, 5), id="dilated"
        ),
        pytest.param(
            layer("Conv2D", filters=5, kernel_size=[1, 1], data_format="channels_first"),
            (None, 3, 8, 8),
            (None, 5, 8, 8),
            id="channels first",
        ),
        pytest.param(
            layer("Conv2D", filters=5, kernel_size=[3, 3]), (None, None, 8, 3), (None, None, 6, 5), id="unknown height"
        ),
        pytest.param(layer("Conv2D", filters=5, kernel_size="x"), SHAPE, (None, None, None, 5), id="unknown kernel"),
        pytest.param(
            layer("Conv1D", filters=5, kernel_size=[2], padding="causal"), (None, 7, 3), (None, 7, 5), id="causal"
        ),
        pytest.param(
            layer("Conv1D", filters=5, kernel_size=[2], padding="odd"), (None, 7, 3), (None, None, 5), id="odd padding"
        ),
        pytest.param(layer("Conv2D", filters=5, kernel_size=[3, 3]), (None, 8), None, id="too few axes"),
        pytest.param(
            layer("Conv2DTranspose", filters=5, kernel_size=[3, 3], strides=[2, 2], padding="same"),
            SHAPE,
            (None, 16, 16, 5),
            id="transposed",
        ),
        pytest.param(
            layer("Conv2DTranspose", filters=5, kernel_size=[3, 3], strides=[2, 2], output_padding=[1, 1]),
            SHAPE,
            (None, None, None, 5),
            id="transposed with an output padding",
        ),
        pytest.param(
            layer("DepthwiseConv2D", kernel_size=[3, 3], depth_multiplier=2), SHAPE, (None, 6, 6, 6), id="depthwise"
        ),
        pytest.param(
            layer("DepthwiseConv2D", kernel_size=[3, 3]), (None, 8, 8, None), (None, 6, 6, None), id="unknown channels"
        ),
        pytest.param(
            layer("DepthwiseConv2D", kernel_size=[3, 3], data_format="channels_first"),
            (None, None, 8, 8),
            (None, None, 6, 6),
            id="unknown channels first",
        ),
        pytest.param(layer("DepthwiseConv2D", kernel_size=[3, 3]), (None, 8), None, id="depthwise, too few axes"),
    ],
)
def test_shapes(shaped: Layer, before: Shape | None, after: Shape | None) -> None:
    assert shapes(call(shaped, (logits(), before)))[0] == after


@pytest.mark.parametrize(("channels", "are_copies"), [(1, True), (None, True), (3, False)])
def test_of_a_single_number_a_weight_of_a_given_norm_leaves_the_sign_to_choose(
    channels: int | None, are_copies: bool
) -> None:
    weighing = layer("Dense", units=3, use_bias=False, kernel_constraint=UNIT_NORM)
    value = result(call(weighing, (logits("x"), (None, channels))))
    assert value.is_unbounded
    assert (value.sources >= COPIES) is are_copies


def test_a_rescaling_of_1_keeps_a_distribution() -> None:
    assert result(call(layer("Rescaling", scale=1.0, offset=0.0), (distribution(), SHAPE))).kind is Kind.PROBABILITIES


def test_what_is_bounded_before_a_convolution_does_not_matter() -> None:
    assert result(call(layer("Conv2D"), (between(0.0, 1.0), SHAPE))).kind is Kind.LOGITS


def test_weights_of_a_distribution_over_one_class_weigh_a_1() -> None:
    single = result(call(layer("Dense", "softmax", units=1), (logits("x"), (None, 3))))
    for weighing in (layer("Dense", units=3, use_bias=False), layer("RMSNormalization")):
        assert result(call(weighing, (single, (None, 1)))).is_unbounded
        nothing = replace(single, sum_axis=None)
        assert result(call(weighing, (nothing, (None, 1)))).kind is Kind.UNKNOWN


@pytest.mark.parametrize(("order", "is_free"), [("channels_last", True), ("channels_first", False)])
def test_places_that_come_last_may_all_hold_the_same(order: str, is_free: bool) -> None:
    value = result(call(layer("Conv1D", filters=2, kernel_size=1, data_format=order), (UNKNOWN, (None, 4, 4))))
    assert value.is_unbounded
    assert value.is_free is is_free

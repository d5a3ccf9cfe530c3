"""Claims that did not hold when random models ran: bounds said to be reached, numbers said to be whole."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import pytest

from logitcheck.analyzer import transfer
from logitcheck.analyzer.calls import LayerCall
from logitcheck.analyzer.derivation import Derivation, Derived
from logitcheck.analyzer.ties import TIES
from logitcheck.analyzer.values import Kind, anything, between
from logitcheck.model import Layer
from tests.analyzer.given import (
    bounded,
    call,
    distribution,
    log_distribution,
    logits,
    operation,
    reference,
    result,
    scores,
)
from tests.analyzer.given import layer as given_layer
from tests.building import Config

SHAPE = (None, 5, 3)
WHOLE = replace(bounded(0.0, 3.0), integer=True)


@pytest.mark.parametrize(("activation", "constant"), [("softmax", 1.0), ("log_softmax", 0.0)])
@pytest.mark.parametrize(
    "called",
    [
        lambda name: call(given_layer("Dense", name, units=1), (logits("x"), (None, 3))),
        lambda name: call(given_layer("EinsumDense", name, output_shape=1), (logits("x"), (None, 3))),
        lambda name: call(given_layer("Conv1D", name, filters=1, kernel_size=1), (logits("x"), (None, 5, 3))),
        lambda name: call(given_layer("DepthwiseConv1D", name, kernel_size=1), (logits("x"), (None, 5, 1))),
        lambda name: call(given_layer("Activation", name), (logits(), (None, 1))),
    ],
    ids=["Dense", "EinsumDense", "Conv1D", "DepthwiseConv1D", "Activation"],
)
def test_an_activation_over_one_class_is_a_constant(
    called: Callable[[str], LayerCall], activation: str, constant: float
) -> None:
    value = result(called(activation))
    assert (value.high, value.reaches_low, value.reaches_high, value.has_copies) == (constant, False, False, True)


def test_a_softmax_over_several_axes_or_a_mask_is_not_known_to_be_a_constant() -> None:
    for softmax in (
        call(given_layer("Softmax", axis=[-1, -2]), (logits(), (None, 2, 1))),
        call(given_layer("Softmax", axis=-1), (logits(), (None, 1)), args=[reference(), reference(1)]),
    ):
        value = result(softmax)
        assert (value.low, value.high, value.leaves_unit) == (0.0, 1.0, False)


@pytest.mark.parametrize("name", ["Floor", "FloorDivide"])
def test_the_logarithm_of_zeros_is_rounded_to_itself(name: str) -> None:
    zeros = result(call(operation("Log"), (bounded(0.0, 0.0), SHAPE)))
    value = result(call(operation(name), (zeros, SHAPE), args=[reference(), 1.0][: 1 + (name != "Floor")]))
    assert (value.low, value.high) == (-math.inf, -math.inf)


def test_a_constant_that_was_computed_is_not_known_to_be_whole() -> None:
    ones = between(1.0, 1.0)
    assert not result(call(given_layer("Minimum"), (ones, (None, 1)), (WHOLE, (None, 1)))).integer


@pytest.mark.parametrize(
    "shared",
    [given_layer("RMSNormalization"), given_layer("Dense", units=1, use_bias=False)],
    ids=lambda layer: layer.rule,
)
def test_a_layer_without_a_bias_that_is_given_what_it_puts_out_itself_may_keep_a_sign(shared: Layer) -> None:
    once = result(call(shared, (scores(), (None, 1))))
    twice = result(call(shared, (once, (None, 1))))
    assert (once.kind, twice.kind) == (Kind.LOGITS, Kind.UNKNOWN)


@pytest.mark.parametrize(("rule", "units", "kind"), [("Dense", 3, Kind.LOGITS), ("DepthwiseConv1D", 3, Kind.UNKNOWN)])
def test_a_matrix_that_enters_twice_may_turn_numbers_round(rule: str, units: int, kind: Kind) -> None:
    shared = given_layer(rule, units=units, use_bias=False)
    once = result(call(shared, (scores(), (None, 4, units))))
    assert result(call(shared, (once, (None, 4, units)))).kind is kind


def test_frozen_constant_weights_make_copies() -> None:
    frozen = given_layer("Dense", "elu", units=3, kernel_initializer="ones", trainable=False)
    assert result(call(frozen, (logits(), (None, 3)))).has_copies


def test_what_is_computed_from_constants_that_are_not_whole_is_not_either() -> None:
    ones = between(1.0, 1.0)
    assert not result(call(given_layer("Add"), (ones, (None, 1)), (ones, (None, 1)))).integer
    assert not result(call(operation("Multiply"), (ones, (None, 1)), args=[-3.0, reference()])).integer
    assert result(call(operation("Multiply"), (WHOLE, (None, 1)), args=[-3.0, reference()])).integer


@pytest.mark.parametrize(("low", "floor"), [(0.5, 0.0), (0.6, 0.6)])
def test_a_relu_lets_only_pass_what_is_above_its_threshold(low: float, floor: float) -> None:
    value = result(call(given_layer("ReLU", threshold=0.5), (bounded(low, 1.0), SHAPE)))
    assert (value.low, value.high) == (floor, 1.0)


def test_what_may_be_constant_leaves_nothing_to_standardise() -> None:
    half = result(call(operation("Divide"), (logits(), SHAPE), (logits(), SHAPE)))
    assert result(call(given_layer("LayerNormalization", center=False), (half, SHAPE))).kind is not Kind.LOGITS


def test_nothing_need_come_of_a_tensor_less_itself_without_a_bias() -> None:
    left = result(call(operation("Subtract"), (logits(), SHAPE), (logits(), SHAPE)))
    assert result(call(given_layer("Dense", units=3, use_bias=False), (left, SHAPE))).kind is Kind.UNKNOWN
    assert result(call(given_layer("Dense", units=3), (left, SHAPE))).kind is Kind.LOGITS
    residual = result(call(operation("Add"), (logits(), SHAPE), (scores(), SHAPE)))
    assert result(call(given_layer("Dense", units=3, use_bias=False), (residual, SHAPE))).kind is Kind.LOGITS


def test_the_logarithm_of_ids_may_be_nothing_but_zeros_and_infinities() -> None:
    logarithms = result(call(operation("Log"), (WHOLE, SHAPE)))
    assert result(call(given_layer("Dense", units=3, use_bias=False), (logarithms, SHAPE))).kind is Kind.UNKNOWN


@pytest.mark.parametrize("high", [1.0, 0.9999999])
def test_rounding_carries_what_ends_at_a_threshold_beyond_it(high: float) -> None:
    ends = bounded(0.0, high)
    relu = result(call(given_layer("ReLU", threshold=1.0, negative_slope=0.1), (ends, SHAPE)))
    replaced = result(call(operation("Threshold", threshold=1.0, default_value=-1.0), (ends, SHAPE)))
    assert (relu.low, replaced.low) == (-0.1, -1.0)
    for value in (relu, replaced):
        assert (value.high == pytest.approx(1.0, abs=2e-5), value.reaches_high) == (True, False)


def test_what_ends_well_below_a_threshold_does_not_pass() -> None:
    assert result(call(given_layer("ReLU", threshold=1.0), (bounded(0.0, 0.99), SHAPE))).high == 0.0


@pytest.mark.parametrize(("axis", "reached"), [(-1, True), (-2, False)])
def test_along_positions_no_number_need_stand_out(axis: int, *, reached: bool) -> None:
    for made in (
        call(given_layer("UnitNormalization", axis=axis), (logits(), SHAPE)),
        call(operation("Normalize", axis=axis), (logits(), SHAPE)),
        call(operation("LogSoftmax"), (logits(), SHAPE), kwargs={"axis": axis}),
    ):
        assert result(made).reaches_low is reached


def test_spectral_normalisation_casts_to_the_type_of_what_comes_in() -> None:
    wrapper = given_layer("SpectralNormalization")
    counts = result(call(given_layer("IntegerLookup", output_mode="count"), (logits("ids"), SHAPE)))
    for inner in (logits(), log_distribution(), between(0.2, 0.3)):
        for whole in (WHOLE, counts):
            (cast,) = transfer.wrapped(call(wrapper, (whole, SHAPE)), inner, None)
            assert (cast.kind, cast.log_axis) == (Kind.UNKNOWN, None)
        assert transfer.wrapped(call(wrapper, (scores(), SHAPE)), inner, None) == (inner,)


def test_zeros_that_are_scaled_may_stay_zeros() -> None:
    zeros = result(call(given_layer("Dense", "log_softmax", units=1), (logits("x"), (None, 3))))
    for scaled in (given_layer("RMSNormalization"), given_layer("Dense", units=1, use_bias=False)):
        assert result(call(scaled, (zeros, (None, 1)))).kind is Kind.UNKNOWN
    for zero in (between(0.0, 0.0), result(call(given_layer("Normalization"), (between(0.0, 0.0), (None, 1))))):
        assert result(call(given_layer("Dense", units=1, use_bias=False), (zero, (None, 1)))).kind is not Kind.LOGITS


def test_what_is_encoded_and_its_code_are_not_independent() -> None:
    ids = call(given_layer("IntegerLookup", output_mode="multi_hot"), (logits("ids"), (None, 3)))
    assert result(ids).sources - TIES == logits("ids").sources


@pytest.mark.parametrize(("steps", "reached"), [(3, False), (5, True), (None, True)])
def test_a_cell_state_that_adds_up_reaches_where_silu_is_lowest_after_some_steps(
    steps: int | None, *, reached: bool
) -> None:
    value = result(call(given_layer("LSTM", "silu", units=2), (logits(), (None, steps, 3))))
    assert (value.reaches_low, value.reaches_high) == (reached, True)


@pytest.mark.parametrize(
    ("config", "kind"),
    [
        ({"kernel_constraint": "NonNeg"}, Kind.LOGITS),
        ({"kernel_constraint": "NonNeg", "bias_constraint": "NonNeg"}, Kind.UNKNOWN),
        ({"kernel_constraint": "NonNeg", "use_bias": False}, Kind.UNKNOWN),
        ({"bias_constraint": "NonNeg", "use_bias": False}, Kind.LOGITS),
    ],
)
def test_a_cell_whose_bias_or_kernel_is_constrained_is_not_free(config: Config, kind: Kind) -> None:
    assert result(call(given_layer("SimpleRNN", "linear", **config), (logits(), SHAPE))).kind is kind


@pytest.mark.parametrize(
    "called",
    [
        call(given_layer("GlobalMaxPooling1D"), (distribution(axis=-2), SHAPE)),
        call(operation("Max", axis=-1), (distribution(), SHAPE)),
        call(operation("Max", axis=-1), (log_distribution(), SHAPE)),
        call(given_layer("GlobalAveragePooling1D"), (distribution(axis=-2), SHAPE)),
        call(given_layer("GlobalAveragePooling1D"), (bounded(-1.0, 1.0), SHAPE)),
        call(operation("Mean", axis=-1), (result(call(given_layer("UnitNormalization"), (logits(), SHAPE))), SHAPE)),
    ],
    ids=["of shares", "largest share", "largest log", "mean of shares", "mean of a range", "mean of a unit vector"],
)
def test_what_mixes_numbers_that_hang_together_reaches_no_finite_bound(called: LayerCall) -> None:
    value = result(called)
    assert not value.reaches_low
    assert not value.reaches_high


@pytest.mark.parametrize(
    ("rule", "config"),
    [
        ("LayerNormalization", {"axis": -1}),
        ("GroupNormalization", {"groups": 1}),
        ("GroupNormalization", {"groups": -1}),
    ],
)
def test_a_single_number_that_is_standardised_is_0(rule: str, config: dict[str, object]) -> None:
    value = result(call(given_layer(rule, center=False, **config), (logits(), (None, 1))))
    assert (value.low, value.high) == (0.0, 0.0)


def test_a_clip_between_ends_in_the_wrong_order_gives_either_of_them() -> None:
    """TensorFlow and PyTorch give the one, NumPy and JAX the other."""
    value = result(call(operation("Clip", x_min=2.0, x_max=0.5), (logits(), SHAPE)))
    assert (value.low, value.high, value.leaves_unit) == (0.5, 2.0, False)


@pytest.mark.parametrize(
    ("made", "low"),
    [
        (given_layer("Dense", units=3, use_bias=False), 0.0),
        (given_layer("EinsumDense", output_shape=3), 0.0),
        (given_layer("EinsumDense", output_shape=3, bias_axes="c"), -math.inf),
        (given_layer("Dense", units=3), -math.inf),
    ],
)
def test_nothing_comes_of_zeros_without_a_bias(made: Layer, low: float) -> None:
    assert result(call(made, (bounded(0.0, 0.0), SHAPE))).low == low


@pytest.mark.parametrize("rule", ["LayerNormalization", "GroupNormalization", "RMSNormalization"])
def test_nothing_comes_of_zeros_without_a_shift(rule: str) -> None:
    value = result(call(given_layer(rule, center=False), (bounded(0.0, 0.0), SHAPE)))
    assert (value.low, value.high) == (0.0, 0.0)


def test_a_one_hot_of_one_class_does_not_reach_0() -> None:
    assert not result(call(operation("OneHot", num_classes=1), (WHOLE, (None,)))).reaches_low


@pytest.mark.parametrize("name", ["Var", "Std"])
def test_a_single_number_does_not_vary(name: str) -> None:
    value = result(call(operation(name, axis=-1), (logits(), (None, 1))))
    assert (value.low, value.high) == (0.0, 0.0)


@pytest.mark.parametrize(
    ("called", "leaves"),
    [
        (call(operation("Max", axis=-1), (bounded(-1.0, 0.5), SHAPE)), False),
        (call(operation("Max", axis=-1), (bounded(0.0, 2.0), SHAPE)), True),
        (call(operation("Min", axis=-1), (bounded(-1.0, 0.5), SHAPE)), True),
        (call(operation("Min", axis=-1), (bounded(0.0, 2.0), SHAPE)), False),
        (call(given_layer("GlobalMaxPooling1D"), (bounded(-1.0, 0.5), SHAPE)), False),
    ],
)
def test_one_number_near_a_bound_makes_an_extreme_but_not_the_other_one(called: LayerCall, *, leaves: bool) -> None:
    assert result(called).leaves_unit is leaves


def test_a_mean_of_numbers_without_a_bound_is_without_one() -> None:
    assert result(call(operation("Mean", axis=-1), (logits(), SHAPE))).kind is Kind.LOGITS


@pytest.mark.parametrize(
    "called",
    [
        call(given_layer("AdditiveAttention"), (WHOLE, SHAPE), (WHOLE, SHAPE)),
        call(given_layer("GlobalAveragePooling1D"), (WHOLE, SHAPE)),
        call(operation("Sqrt"), (WHOLE, SHAPE)),
        call(given_layer("Concatenate"), (WHOLE, SHAPE), (logits(), SHAPE)),
        call(operation("Clip", x_min=0.5), (WHOLE, SHAPE)),
        call(operation("Divide"), (WHOLE, SHAPE), (replace(WHOLE, low=1.0), SHAPE)),
    ],
    ids=["attention", "mean", "root", "beside others", "cut at a half", "divided"],
)
def test_whole_numbers_that_are_mixed_are_whole_no_more(called: LayerCall) -> None:
    assert not result(called).integer


@pytest.mark.parametrize(
    "called",
    [
        call(given_layer("GlobalMaxPooling1D"), (WHOLE, SHAPE)),
        call(operation("Abs"), (WHOLE, SHAPE)),
        call(operation("Sum", axis=-1), (WHOLE, SHAPE)),
        call(operation("Roll", axis=-1, shift=1), (WHOLE, SHAPE)),
    ],
    ids=["largest", "sizes", "sum", "moved"],
)
def test_whole_numbers_that_are_picked_or_added_stay_whole(called: LayerCall) -> None:
    assert result(called).integer


@pytest.mark.parametrize(
    "called",
    [
        call(given_layer("Discretization"), (bounded(0.0, 1.0), (None, 3))),
        call(given_layer("CategoryEncoding", output_mode="count"), (bounded(0.0, 3.0), (None, 1))),
        call(operation("Argmax", axis=-1), (logits(), (None, None))),
    ],
    ids=["bins", "counts", "class ids"],
)
def test_ids_and_counts_are_not_known_to_go_beyond_every_bound(called: LayerCall) -> None:
    assert not result(called).leaves_unit


@pytest.mark.parametrize("how", [Derivation.MAXIMUM, Derivation.LOG_SUM_EXP])
@pytest.mark.parametrize(("size", "leaves"), [(1, False), (3, True)])
def test_a_single_number_does_not_leave_its_own_maximum(how: Derivation, size: int, *, leaves: bool) -> None:
    reduced = replace(logits(), derived=Derived(how, reference(), -1))
    value = result(call(operation("Subtract"), (logits(), (None, size)), (reduced, (None, 1))))
    assert value.leaves_unit is leaves


@pytest.mark.parametrize(("activation", "end"), [("softmax", 1.0), ("log_softmax", 0.0)])
@pytest.mark.parametrize(
    ("rule", "config"),
    [("GRU", {"units": 1}), ("LSTM", {"units": 1}), ("SimpleRNN", {"units": 1}), ("ConvLSTM1D", {"filters": 1})],
)
def test_a_recurrent_layer_of_one_unit_activates_it_over_one_class(
    rule: str, config: Config, activation: str, end: float
) -> None:
    shape = (None, 5, 3) if rule != "ConvLSTM1D" else (None, 5, 3, 2)
    value = result(call(given_layer(rule, activation, **config), (logits("x"), shape)))
    assert (value.high, value.reaches_low, value.reaches_high) == (end, False, False)


def test_a_choice_between_a_number_and_its_negative_may_keep_to_one_sign() -> None:
    """As `where(x > 0, x, -x)` does, which is `abs(x)`."""
    given = ((bounded(0.0, 1.0, "x"), SHAPE), (logits("x"), SHAPE), (logits("x"), SHAPE))
    assert result(call(operation("Where"), *given)).kind is Kind.UNKNOWN
    free = ((bounded(0.0, 1.0, "mask"), SHAPE), (logits("a"), SHAPE), (logits("b"), SHAPE))
    assert result(call(operation("Where"), *free)).kind is Kind.LOGITS


@pytest.mark.parametrize("rule", ["LayerNormalization", "GroupNormalization"])
def test_nothing_may_be_left_of_copies_that_are_standardised(rule: str) -> None:
    """As of the logarithms of a softmax over one class."""
    over_one = result(call(given_layer("Activation", "softmax"), (logits("x"), (None, 5, 1))))
    logarithm = result(call(operation("Log"), (over_one, (None, 5, 1))))
    bare = given_layer(rule, scale=False, center=False, groups=1, axis=[-2, -1] if rule[0] == "L" else -1)
    standardised = result(call(bare, (logarithm, (None, 5, 1))))
    weighed = result(call(given_layer("Dense", units=1, use_bias=False), (standardised, (None, 5, 1))))
    assert weighed.kind is Kind.UNKNOWN


ZEROING = [
    *(given_layer("Activation", name) for name in ("relu", "hard_shrink", "soft_shrink", "hard_sigmoid")),
    given_layer("ReLU", threshold=0.5),
    operation("Clip", x_min=0.0, x_max=6.0),
]


@pytest.mark.parametrize("zeroing", ZEROING, ids=lambda layer: str(layer.config or layer.name))
def test_numbers_that_may_all_be_cut_to_0_leave_nothing_to_scale(zeroing: Layer) -> None:
    """As `hard_shrink` of a softmax over two classes that frozen weights make alike: each is 0.5."""
    scale = given_layer("RMSNormalization")
    share = replace(bounded(-5.0, 5.0, "x"), reaches_low=False, reaches_high=False)
    assert result(call(scale, (result(call(zeroing, (share, SHAPE))), SHAPE))).kind is Kind.UNKNOWN
    assert result(call(scale, (result(call(zeroing, (logits("x"), SHAPE))), SHAPE))).kind is Kind.LOGITS
    weighed = given_layer("Dense", units=3, use_bias=False)
    assert result(call(weighed, (result(call(zeroing, (anything("an input", ""), SHAPE))), SHAPE))).kind is Kind.LOGITS


@pytest.mark.parametrize(("held", "kind"), [((1e-7, 1.0), Kind.UNKNOWN), ((0.5, 1.0), Kind.LOGITS)])
@pytest.mark.parametrize("signed", [1.0, -1.0])
def test_a_factor_near_0_may_hold_back_what_it_comes_from(held: tuple[float, float], signed: float, kind: Kind) -> None:
    """As of `x * clip(x, 1e-7, 1)`: below 0 no number of ordinary size can be told from 0."""
    low, high = sorted(signed * end for end in held)
    product = result(call(given_layer("Multiply"), (logits("x"), SHAPE), (bounded(low, high, "x"), SHAPE)))
    assert product.kind is kind


@pytest.mark.parametrize(("largest", "kind"), [(1e7, Kind.UNKNOWN), (2.0, Kind.LOGITS)])
def test_a_large_divisor_may_hold_back_what_it_comes_from(largest: float, kind: Kind) -> None:
    quotient = result(call(operation("Divide"), (logits("x"), SHAPE), (bounded(1.0, largest, "x"), SHAPE)))
    assert quotient.kind is kind


@pytest.mark.parametrize("rule", ["Attention", "AdditiveAttention"])
def test_where_masks_go_along_rows_of_an_attention_may_be_zeros(rule: str) -> None:
    """Keras multiplies the result by the mask of the queries, which an Embedding hands on unseen (3.15, 2.15)."""
    given = ((bounded(0.0, 1.0, "query"), SHAPE), (bounded(2.0, 4.0, "value"), SHAPE))
    made = call(given_layer(rule), *given, args=[[reference(0), reference(1)]])
    assert result(made).low == 2.0
    assert result(replace(made, operands=replace(made.operands, masked=True))).low == 0.0


def test_where_masks_go_along_a_recurrent_layer_may_put_out_zeros() -> None:
    """Until the first step that is not masked (`rnn` of the backends: the previous output of the first step is 0)."""
    made = call(given_layer("SimpleRNN", "softmax", units=3), (logits("x"), SHAPE))
    assert result(made).kind is Kind.PROBABILITIES
    assert result(replace(made, operands=replace(made.operands, masked=True))).kind is Kind.UNIT_INTERVAL
    given = call(given_layer("SimpleRNN", "softmax", units=3), (logits("x"), SHAPE), kwargs={"mask": reference()})
    assert result(given).kind is Kind.UNIT_INTERVAL


@pytest.mark.parametrize("rule", ["LSTM", "GRU", "SimpleRNN"])
def test_a_recurrent_layer_of_which_every_step_is_masked_puts_out_zeros(rule: str) -> None:
    """As behind Masking of a tensor less itself: no step counts, whatever comes in."""
    masked = call(given_layer("Masking", mask_value=0.25), (bounded(0.25, 0.25, "constant"), SHAPE))
    made = call(given_layer(rule, "linear", units=3), (result(masked), SHAPE))
    assert result(made).kind is Kind.LOGITS
    assert result(replace(made, operands=replace(made.operands, masked=True))).kind is Kind.UNKNOWN


@pytest.mark.parametrize(("number", "kind"), [(0.0, Kind.PROBABILITIES), (0.25, Kind.UNIT_INTERVAL)])
def test_rows_of_the_number_that_is_masked_become_zeros(number: float, kind: Kind) -> None:
    share = replace(bounded(0.0, 1.0, "x"), sum_axis=-1)
    assert result(call(given_layer("Masking", mask_value=number), (share, SHAPE))).kind is kind


def test_a_mean_of_shares_of_both_signs_is_a_constant() -> None:
    """As of `x / sum(x)`, whose elements sum to 1 whatever their signs are."""
    total = replace(logits("x"), derived=Derived(Derivation.SUM, reference(), -1))
    share = result(call(operation("Divide"), (logits("x"), SHAPE), (total, (None, 5, 1))))
    assert (share.kind, share.is_balanced) == (Kind.LOGITS, True)
    assert result(call(given_layer("GlobalAveragePooling1D", data_format="channels_first"), (share, SHAPE))).kind is (
        Kind.UNKNOWN
    )


@pytest.mark.parametrize("activation", ["softmax", "log_softmax"])
def test_nothing_may_be_left_of_the_logarithm_of_a_softmax_over_one_class(activation: str) -> None:
    over_one = result(call(given_layer("Activation", activation), (logits("x"), (None, 5, 1))))
    value = result(call(operation("Log"), (over_one, (None, 5, 1)))) if activation == "softmax" else over_one
    weighed = result(call(given_layer("Dense", units=3, use_bias=False), (value, (None, 5, 1))))
    assert weighed.kind is Kind.UNKNOWN


def test_what_is_left_of_a_logarithm_by_a_small_slope_is_not_far_below_0() -> None:
    """`relu(log(x), slope 0.1)`: a number on its way through 0 would have to come within 0.000000002 of it."""
    logarithm = result(call(operation("Log"), (logits(), SHAPE)))
    leaked = result(call(given_layer("ReLU", negative_slope=0.1, threshold=1.0), (logarithm, SHAPE)))
    assert (leaked.reaches_low, leaked.reaches_high) == (False, True)

"""What numbers that are not free of each other cannot do: copies, numbers that sum to 0, numbers not alike."""

from __future__ import annotations

from dataclasses import replace

import pytest

from logitcheck.analyzer import transfer
from logitcheck.analyzer.calls import LayerCall
from logitcheck.analyzer.derivation import Derivation, Derived
from logitcheck.analyzer.ties import UNEVEN as UNEVEN_MARK
from logitcheck.analyzer.transfer import arithmetic, patterns, picking
from logitcheck.analyzer.values import Kind, Value
from logitcheck.model import ConstantArray, Layer, Shape
from tests.analyzer.given import Operand, bounded, call, logits, operation, reference, result, source
from tests.analyzer.given import layer as given_layer
from tests.building import Config

SHAPE: Shape = (None, 5, 3)

COPIES = [
    call(operation("Repeat", axis=-1, repeats=2), (logits(), (None, 1))),
    call(operation("Tile"), (logits(), (None, 1)), args=[reference(), [1, 2]]),
    call(operation("Take", axis=-1), (logits(), SHAPE), args=[reference(), [1, 1]]),
    call(operation("TakeAlongAxis", axis=-1), (logits(), SHAPE), args=[reference(), [[[1, 1]]]]),
    call(operation("BroadcastTo", shape=[None, 2]), (logits(), (None, 1))),
    call(operation("Meshgrid"), (logits(), (None,))),
    call(given_layer("RepeatVector", n=2), (logits(), (None, 1))),
    call(given_layer("UpSampling1D", size=2), (logits(), SHAPE)),
]
TOGETHER = [
    call(given_layer("Concatenate", axis=-1), (logits(), SHAPE), (logits(), SHAPE)),
    call(operation("Stack", axis=-1), (logits(), SHAPE), (logits(), SHAPE)),
    call(operation("Append"), (logits(), SHAPE), (logits(), SHAPE)),
]
TIES = [*COPIES, *TOGETHER, call(given_layer("LayerNormalization", center=False), (logits(), SHAPE))]


@pytest.mark.parametrize("made", TIES, ids=lambda made: made.layer.rule)
def test_numbers_that_are_not_free_of_each_other_need_not_stand_out(made: LayerCall) -> None:
    value = result(made)
    assert value.kind is Kind.LOGITS
    for name in ("UnitNormalization", "Softmax"):
        assert not result(call(given_layer(name), (value, SHAPE))).reaches_low
    for name in ("LogSoftmax", "Normalize"):
        assert not result(call(operation(name), (value, SHAPE))).reaches_low
    for how in (Derivation.MAXIMUM, Derivation.LOG_SUM_EXP):
        less = patterns.difference(value, Value(derived=Derived(how, reference(), -1)), reference())
        assert less is not None
        assert not less.reaches_low
    for numbers in (value, replace(value, low=0.0)):
        share = patterns.quotient(numbers, Value(derived=Derived(Derivation.SUM, reference(), -1)), reference())
        assert share is None or not share.reaches_high


@pytest.mark.parametrize("made", COPIES, ids=lambda made: made.layer.rule)
def test_the_mean_and_the_largest_of_copies_are_logits_all_the_same(made: LayerCall) -> None:
    for name in ("GlobalAveragePooling1D", "GlobalMaxPooling1D"):
        assert result(call(given_layer(name), (result(made), SHAPE))).kind is Kind.LOGITS


@pytest.mark.parametrize("rule", ["LayerNormalization", "GroupNormalization"])
def test_standardised_numbers_may_sum_to_0_and_their_largest_is_not_negative(rule: str) -> None:
    standardised = result(call(given_layer(rule, center=False, groups=1), (logits(), SHAPE)))
    assert standardised.kind is Kind.LOGITS
    for name in ("GlobalAveragePooling1D", "GlobalMaxPooling1D"):
        value = result(call(given_layer(name), (standardised, SHAPE)))
        assert (value.reaches_low, value.reaches_high) == (False, False)
    assert not result(call(operation("Sum", axis=-1), (standardised, SHAPE))).reaches_high


@pytest.mark.parametrize(
    ("rule", "config", "shape", "kind"),
    [
        ("LayerNormalization", {}, SHAPE, Kind.LOGITS),
        ("LayerNormalization", {}, None, Kind.UNKNOWN),
        ("LayerNormalization", {"axis": -2}, SHAPE, Kind.UNKNOWN),
        ("LayerNormalization", {"axis": [-2, -1]}, (None, 5, 1), Kind.UNKNOWN),
        ("GroupNormalization", {"groups": 1}, (None, 5, 3), Kind.LOGITS),
        ("GroupNormalization", {"groups": 1}, (None, 5, 1), Kind.UNKNOWN),
        ("GroupNormalization", {"groups": 3}, (None, 5, 3), Kind.UNKNOWN),
        ("GroupNormalization", {"groups": -1}, (None, 5, 3), Kind.UNKNOWN),
        ("GroupNormalization", {"groups": 1, "axis": 1}, (None, 3, 5), Kind.LOGITS),
        ("RMSNormalization", {}, None, Kind.LOGITS),
    ],
)
def test_what_is_standardised_with_others_of_its_channel_only_may_all_be_one_number(
    rule: str, config: Config, shape: Shape | None, kind: Kind
) -> None:
    assert result(call(given_layer(rule, center=False, **config), (logits(), shape))).kind is kind


def test_copies_that_are_standardised_may_be_zeros() -> None:
    copies = result(call(given_layer("RepeatVector", n=2), (logits(), (None, 3))))
    assert result(call(given_layer("LayerNormalization", center=False), (copies, SHAPE))).kind is Kind.UNKNOWN


def test_copies_do_not_make_values_depend_on_each_other() -> None:
    pair = [result(call(operation("Repeat", axis=-1), (logits(name), SHAPE))) for name in "ab"]
    assert arithmetic.independent(pair)


@pytest.mark.parametrize(("constant", "low", "high"), [(0.0, 0.0, 0.0), (3.0, 0.0, 1.0), (-3.0, -1.0, 0.0)])
def test_a_constant_divided_by_its_norm_is_of_its_sign_and_leaves_nothing_to_standardise(
    constant: float, low: float, high: float
) -> None:
    for normalised in (given_layer("UnitNormalization"), operation("Normalize")):
        value = result(call(normalised, (bounded(constant, constant), SHAPE)))
        assert (value.low, value.high, value.reaches_high and bool(constant)) == (low, high, False)
        assert result(call(given_layer("LayerNormalization", center=False), (value, SHAPE))).kind is not Kind.LOGITS


@pytest.mark.parametrize("made", TOGETHER, ids=lambda made: made.layer.rule)
def test_tensors_of_one_origin_side_by_side_may_always_sum_to_a_constant(made: LayerCall) -> None:
    """As `x` and `1 - x` do."""
    for name in ("GlobalAveragePooling1D", "GlobalMaxPooling1D"):
        value = result(call(given_layer(name), (result(made), SHAPE)))
        assert (value.reaches_low, value.reaches_high) == (False, False)
    for summed in (
        call(operation("Sum", axis=-1), (result(made), SHAPE)),
        call(operation("Trace"), (result(made), SHAPE)),
        call(operation("Einsum"), (result(made), SHAPE), args=["abc->a", reference()]),
        call(operation("Matmul"), (result(made), SHAPE), args=[reference(), ConstantArray([[1.0], [1.0]])]),
        call(operation("Average", axis=-1, weights=[1.0, -1.0]), (result(made), SHAPE)),
    ):
        assert result(summed).kind is Kind.UNKNOWN


def test_tensors_of_several_origins_side_by_side_are_free_of_each_other() -> None:
    made = result(call(given_layer("Concatenate", axis=-1), (logits("a"), SHAPE), (logits("b"), SHAPE)))
    assert result(call(given_layer("GlobalAveragePooling1D"), (made, SHAPE))).kind is Kind.LOGITS


UNEVEN = [
    call(given_layer("ZeroPadding1D", padding=1), (logits(), SHAPE)),
    call(operation("Pad", pad_width=[[0, 0], [1, 1]]), (logits(), SHAPE)),
    call(given_layer("Concatenate", axis=-1), (bounded(-1.0, 2.0, "a"), SHAPE), (bounded(0.0, 3.0, "b"), SHAPE)),
    call(given_layer("Concatenate", axis=-1), (bounded(-1.0, 2.0), SHAPE), (bounded(-1.0, 3.0), SHAPE)),
    call(operation("Stack", axis=-1), (bounded(-2.0, 0.0), SHAPE), (bounded(1.0, 2.0), SHAPE)),
    call(operation("Add"), (bounded(-1.0, 2.0), SHAPE), args=[reference(), ConstantArray([0.0, 1.0])]),
    call(operation("Multiply"), (bounded(1.0, 2.0), SHAPE), args=[reference(), ConstantArray([1.0, 2.0])]),
    call(operation("Add"), (replace(bounded(-1.0, 2.0), sources=UNEVEN_MARK), SHAPE), (bounded(0.0, 1.0, "b"), SHAPE)),
]
PICKING = [
    operation("GetItem", key=[..., 0]),
    operation("Slice", start_indices=[0, 0, 0], shape=[1, 1, 1]),
    operation("Split", indices_or_sections=3, axis=-1),
    operation("Take", indices=0, axis=-1),
    operation("Unstack", axis=-1),
    operation("Min", axis=-1),
    operation("Max", axis=-1),
    operation("Tril"),
    given_layer("Cropping1D", cropping=1),
    given_layer("AdaptiveMaxPooling1D", output_size=2),
    given_layer("MaxPooling1D", pool_size=2),
]


@pytest.mark.parametrize("made", UNEVEN, ids=lambda made: made.layer.rule)
@pytest.mark.parametrize("picks", PICKING, ids=lambda picks: picks.rule)
def test_what_is_picked_from_numbers_that_are_not_alike_need_not_reach_their_bounds(
    made: LayerCall, picks: Layer
) -> None:
    value = result(made)
    assert value.leaves_unit
    picked = result(call(picks, (value, SHAPE)))
    assert (picked.reaches_low, picked.reaches_high) == (False, False)
    assert picked.kind is (Kind.UNKNOWN if picked.is_open else Kind.RANGE)


@pytest.mark.parametrize("picks", PICKING, ids=lambda picks: picks.rule)
def test_what_is_picked_from_logits_is_logits(picks: Layer) -> None:
    assert result(call(picks, (logits(), SHAPE))).kind is Kind.LOGITS


@pytest.mark.parametrize(
    "added",
    [
        (replace(logits("b"), sources=source("b")), SHAPE),
        (bounded(0.0, 1.0, "b"), SHAPE),
    ],
    ids=["logits", "scores"],
)
def test_numbers_that_are_not_alike_are_alike_once_logits_are_added(added: Operand) -> None:
    padded = result(call(given_layer("ZeroPadding1D", padding=1), (logits("a"), SHAPE)))
    total = result(call(given_layer("Add"), (padded, SHAPE), added))
    assert total.kind is Kind.LOGITS
    assert total.is_uneven is (not added[0].is_unbounded)


@pytest.mark.parametrize("rule", ["Add", "Multiply", "Maximum"])
def test_of_two_tensors_of_which_neither_is_alike_the_bounds_may_stand_at_different_places(rule: str) -> None:
    pair = [replace(bounded(0.0, 2.0, name), sources=source(name) | UNEVEN_MARK) for name in "ab"]
    value = result(call(given_layer(rule), (pair[0], SHAPE), (pair[1], SHAPE)))
    assert (value.reaches_low, value.reaches_high) == (False, False)


def test_opposite_factors_make_copies_of_a_number_cancel_out() -> None:
    copies = result(call(operation("BroadcastTo", shape=[None, 2]), (logits(), (None, 1))))
    factors = ConstantArray([1.0, -1.0])
    opposite = result(call(operation("Multiply"), (copies, (None, 2)), args=[reference(), factors]))
    assert opposite.kind is Kind.LOGITS
    assert result(call(operation("Sum", axis=-1), (opposite, (None, 2)))).kind is Kind.UNKNOWN


def test_every_name_of_what_picks_has_a_rule() -> None:
    assert set(picking.LAYERS) <= set(transfer.LAYERS)
    assert set(picking.OPERATIONS) <= set(transfer.OPERATIONS)


@pytest.mark.parametrize(
    "weighing", [given_layer("Dense", units=2, use_bias=False), given_layer("RMSNormalization")], ids=["Dense", "RMS"]
)
def test_weights_without_a_bias_leave_steps_that_always_sum_to_0_or_are_0(weighing: Layer) -> None:
    """The largest of `w x` and `-w x` is never negative, and what is cut out of a padding is 0."""
    pair = [(logits(), SHAPE), (logits(), SHAPE)]
    mirrored = result(call(weighing, (result(call(given_layer("Concatenate", axis=1), *pair)), SHAPE)))
    assert mirrored.kind is Kind.LOGITS
    assert not result(call(given_layer("GlobalMaxPooling1D"), (mirrored, SHAPE))).reaches_low
    padded = result(call(given_layer("ZeroPadding1D", padding=1), (logits(), SHAPE)))
    cut = result(call(given_layer("Cropping1D", cropping=1), (result(call(weighing, (padded, SHAPE))), SHAPE)))
    assert not cut.reaches_low


def test_weights_that_are_not_negative_leave_steps_uneven_that_are() -> None:
    """Of rows that never fall, and others that never rise, sums with such weights do the same."""
    halves = [(bounded(0.0, float("inf"), "a"), SHAPE), (bounded(float("-inf"), 0.0, "b"), SHAPE)]
    joined = result(call(given_layer("Concatenate", axis=1), *halves))
    dense = given_layer("Dense", units=2, kernel_constraint="non_neg", bias_constraint="non_neg")
    weighed = result(call(dense, (joined, SHAPE)))
    assert (weighed.kind, weighed.is_unbounded, weighed.is_uneven) == (Kind.LOGITS, False, True)

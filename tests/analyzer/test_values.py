from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as drawn

from logitcheck.analyzer.derivation import Derivation, Derived
from logitcheck.analyzer.sources import Source
from logitcheck.analyzer.transfer.arithmetic import constant
from logitcheck.analyzer.values import (
    INFINITY,
    Applied,
    Kind,
    LogOf,
    Unknown,
    Value,
    affine,
    anything,
    between,
    bounds_only,
    join,
    reshaped,
    unbounded,
    unreached,
    without_axes,
)
from tests.analyzer.given import source
from tests.analyzer.strategies import described, describes, finite_numbers, numbers_of, values

SOFTMAX = Applied("softmax", "head", -1, "activation")
PROBABILITIES = Value(low=0.0, high=1.0, sum_axis=-1, applied=SOFTMAX, direct=True, sources=source())
LOG_PROBABILITIES = Value(high=0.0, log_of=LogOf.SIMPLEX, log_axis=-1)


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        pytest.param(PROBABILITIES, Kind.PROBABILITIES, id="a sum of 1"),
        pytest.param(Value(low=0.0, high=2.0, sum_axis=-1, sum_total=2.0), Kind.RANGE, id="a sum of 2"),
        pytest.param(Value(low=0.0, high=0.5, sum_axis=-1, sum_total=0.5), Kind.UNIT_INTERVAL, id="a sum of a half"),
        pytest.param(LOG_PROBABILITIES, Kind.LOG_PROBABILITIES, id="logarithm of a distribution"),
        pytest.param(Value(high=0.0, log_of=LogOf.UNIT), Kind.LOG_PROBABILITIES, id="logarithm of scores"),
        pytest.param(between(0.0, 1.0), Kind.UNIT_INTERVAL, id="within 0 and 1"),
        pytest.param(between(0.2, 0.3), Kind.UNIT_INTERVAL, id="well within 0 and 1"),
        pytest.param(between(-1e-9, 1 + 1e-9), Kind.UNIT_INTERVAL, id="0 and 1 but for rounding"),
        pytest.param(between(0.0, 1.001), Kind.RANGE, id="a little above 1"),
        pytest.param(unbounded(), Kind.LOGITS, id="any real number, reached"),
        pytest.param(Value(), Kind.UNKNOWN, id="no bound known"),
        pytest.param(Value(reaches_low=True), Kind.UNKNOWN, id="only one end reached"),
        pytest.param(between(0.0, INFINITY), Kind.RANGE, id="bounded below"),
        pytest.param(between(-INFINITY, 0.0), Kind.RANGE, id="bounded above"),
        pytest.param(anything("no reason", "layer"), Kind.UNKNOWN, id="unknown"),
        pytest.param(Value(low=0.0, unknown=Unknown("no reason", "layer")), Kind.UNKNOWN, id="unknown with a bound"),
    ],
)
def test_the_kind_is_read_off_what_is_known(value: Value, kind: Kind) -> None:
    assert value.kind is kind


@pytest.mark.parametrize(
    ("value", "axis"),
    [
        pytest.param(Value(low=0.0, high=1.0, sum_axis=-3), -3, id="distribution"),
        pytest.param(Value(high=0.0, log_of=LogOf.SIMPLEX, log_axis=-2), -2, id="its logarithm"),
        pytest.param(Value(low=0.0, high=2.0, sum_axis=-1, sum_total=2.0), None, id="sum of two distributions"),
        pytest.param(Value(high=0.0, log_of=LogOf.UNIT), None, id="logarithm of scores"),
        pytest.param(unbounded(), None, id="logits"),
    ],
)
def test_only_a_distribution_or_its_logarithm_has_an_axis(value: Value, axis: int | None) -> None:
    assert value.axis == axis


@pytest.mark.parametrize(
    ("value", "leaves"),
    [
        pytest.param(unbounded(), True, id="any real number"),
        pytest.param(between(-1.0, 1.0), True, id="tanh"),
        pytest.param(between(0.0, INFINITY), True, id="relu"),
        pytest.param(between(-1.0, 2.0, reached=False), False, id="bounds that need not be reached"),
        pytest.param(between(0.0, 1.0), False, id="sigmoid"),
        pytest.param(anything("no reason", "layer"), False, id="unknown"),
    ],
)
def test_only_a_bound_that_is_reached_leaves_the_unit_interval(value: Value, *, leaves: bool) -> None:
    assert value.leaves_unit is leaves


def test_sources_are_equal_by_identity_alone() -> None:
    assert Source("layer", lambda: 1) == Source("layer", lambda: None)


def test_another_tensor_of_the_same_numbers_is_not_what_the_activation_returned() -> None:
    value = reshaped(
        Value(
            low=0.0,
            high=1.0,
            sum_axis=-1,
            applied=SOFTMAX,
            direct=True,
            after_dropout=True,
            copied_in_keras_2=True,
            derived=Derived(Derivation.SUM, "tensor"),
        )
    )
    assert value == Value(low=0.0, high=1.0, sum_axis=-1, applied=SOFTMAX)


def test_a_distribution_without_its_axis_is_numbers_in_the_unit_interval() -> None:
    assert without_axes(PROBABILITIES).kind is Kind.UNIT_INTERVAL


def test_the_logarithm_of_a_distribution_without_its_axis_is_that_of_scores() -> None:
    value = without_axes(LOG_PROBABILITIES)
    assert (value.log_of, value.log_axis) == (LogOf.UNIT, None)


def test_mixed_numbers_keep_bounds_and_sources_and_forget_the_activation() -> None:
    assert bounds_only(PROBABILITIES) == Value(low=0.0, high=1.0, sources=source())


REASON = Unknown("no reason", "layer")
UNTOLD = Value(low=0.0, unknown=REASON)


@pytest.mark.parametrize(
    "make",
    [
        bounds_only,
        lambda value: join([value]),
        lambda value: join([value, PROBABILITIES]),
        lambda value: affine(value, -2.0, 1.0),
        reshaped,
    ],
    ids=["mixed", "joined alone", "joined", "scaled", "reshaped"],
)
def test_what_is_unknown_stays_so_for_the_same_reason(make: Callable[[Value], Value]) -> None:
    assert make(UNTOLD).unknown == REASON


@pytest.mark.parametrize(
    "make",
    [lambda value: affine(value, 0.0, 1.0), lambda value: affine(value, 2.0, 1.0), bounds_only],
    ids=["nothing but an offset", "scaled", "mixed"],
)
def test_a_result_comes_from_where_its_operand_does(make: Callable[[Value], Value]) -> None:
    assert make(unbounded(source())).sources == source()
    assert make(anything("no reason", "layer", source())).sources == source()


@given(drawn.lists(values(), min_size=1, max_size=4))
def test_a_join_bounds_each_of_its_parts(parts: list[Value]) -> None:
    joined = join(parts)
    assert all(joined.low <= part.low and joined.high >= part.high for part in parts)


@given(drawn.lists(values(), min_size=1, max_size=4), drawn.data())
def test_a_join_describes_every_number_of_its_parts(parts: list[Value], data: drawn.DataObject) -> None:
    number = data.draw(numbers_of(data.draw(drawn.sampled_from(parts))))
    assert describes(join(parts), number)


@given(drawn.lists(values(), max_size=3), drawn.integers(0, 3))
def test_what_is_unknown_absorbs_what_is_joined_with_it(parts: list[Value], position: int) -> None:
    parts.insert(position, anything("no reason", "layer"))
    assert join(parts).kind is Kind.UNKNOWN


@given(drawn.lists(values(), min_size=2, max_size=4))
def test_a_join_reaches_an_end_only_where_a_part_with_that_end_does(parts: list[Value]) -> None:
    joined = join(parts)
    assert not joined.reaches_low or any(part.reaches_low and part.low == joined.low for part in parts)
    assert not joined.reaches_high or any(part.reaches_high and part.high == joined.high for part in parts)


@pytest.mark.parametrize(
    ("value", "reached"),
    [
        (Value(low=0.0, high=1.0, reaches_low=True, reaches_high=True, sum_axis=-1, sum_total=3.0), False),
        (Value(low=0.0, high=1.0, reaches_low=True, reaches_high=True), True),
    ],
    ids=["multiple of a distribution", "scores"],
)
def test_what_is_left_without_axes_is_a_plain_interval(value: Value, *, reached: bool) -> None:
    assert without_axes(value) == between(0.0, 1.0, reached=reached)


@given(drawn.lists(values(), min_size=2, max_size=4))
def test_each_element_of_a_join_is_unbounded_only_if_every_part_is(parts: list[Value]) -> None:
    assert join(parts).is_unbounded == all(part.is_unbounded for part in parts)


@given(drawn.permutations([between(0.0, 1.0), unbounded(), between(-3.0, 2.0)]))
def test_the_order_of_the_parts_does_not_change_the_bounds_of_a_join(parts: list[Value]) -> None:
    joined = join(parts)
    assert (joined.low, joined.high, joined.kind) == (-INFINITY, INFINITY, Kind.UNKNOWN)


@pytest.mark.parametrize("scores", [PROBABILITIES, between(0.0, 1.0)], ids=["activated", "bounded"])
def test_a_mixture_leaves_it_to_the_layer_that_mixes_to_be_named(scores: Value) -> None:
    mixed = join([unbounded(), scores])
    assert mixed.unknown == Unknown("it mixes outputs of different kinds", "")


def test_joined_distributions_are_no_distribution() -> None:
    assert join([PROBABILITIES, PROBABILITIES]).kind is Kind.UNIT_INTERVAL


def test_joined_logarithms_are_logarithms_without_an_axis() -> None:
    joined = join([LOG_PROBABILITIES, Value(high=0.0, log_of=LogOf.UNIT)])
    assert (joined.log_of, joined.log_axis) == (LogOf.UNIT, None)


@pytest.mark.parametrize(
    ("other", "integer"),
    [
        (Value(low=0.0, high=5.0, integer=True), True),
        (constant(0.0), True),
        (constant(0.5), False),
        (between(0.0, 1.0), False),
        (between(1.0, 1.0), False),
    ],
    ids=["whole numbers", "padding with zeros", "padding with a half", "scores", "a softmax over one class"],
)
def test_a_join_is_one_of_whole_numbers_if_all_its_parts_are(other: Value, *, integer: bool) -> None:
    assert join([other, Value(low=0.0, high=3.0, integer=True)]).integer is integer


def test_a_join_does_not_reach_an_end_that_only_parts_with_other_ends_reach() -> None:
    joined = join([between(0.0, 1.0), between(-1.0, 2.0, reached=False)])
    assert (joined.low, joined.high, joined.reaches_low, joined.reaches_high) == (-1.0, 2.0, False, False)


def test_whole_numbers_alone_stay_whole() -> None:
    assert join([Value(low=0.0, high=3.0, integer=True)]).integer


def test_a_join_comes_from_every_source_of_its_parts() -> None:
    assert join([unbounded(source("a")), unbounded(source("b"))]).sources == source("a") | source("b")


def test_a_single_part_loses_only_what_hangs_on_its_axes() -> None:
    assert join([PROBABILITIES]) == bounds_only(PROBABILITIES)


@given(described(), finite_numbers, finite_numbers)
def test_an_affine_map_stays_within_the_claimed_bounds(
    operand: tuple[Value, float], scale: float, offset: float
) -> None:
    value, number = operand
    assert describes(affine(value, scale, offset), scale * number + offset)


@given(finite_numbers.filter(bool), finite_numbers)
def test_an_affine_map_of_logits_is_logits(scale: float, offset: float) -> None:
    assert affine(unbounded(), scale, offset).kind is Kind.LOGITS


def test_the_identity_keeps_everything_but_the_tensor() -> None:
    assert affine(PROBABILITIES, 1, 0) == reshaped(PROBABILITIES)


@given(values(), finite_numbers)
def test_a_scale_of_0_leaves_the_offset_alone(value: Value, offset: float) -> None:
    result = affine(value, 0, offset)
    assert (result.low, result.high) == (offset, offset)


@pytest.mark.parametrize(
    ("scale", "offset", "total"),
    [
        pytest.param(0.5, 0.0, 0.5, id="half"),
        pytest.param(3.0, 0.0, 3.0, id="three times"),
        pytest.param(-1.0, 0.0, None, id="negated"),
        pytest.param(2.0, 0.5, None, id="shifted"),
    ],
)
def test_a_scaled_distribution_sums_to_the_scale(scale: float, offset: float, total: float | None) -> None:
    value = affine(PROBABILITIES, scale, offset)
    assert (value.sum_total if value.sum_axis is not None else None) == total


def test_half_a_distribution_doubled_is_a_distribution_again() -> None:
    assert affine(affine(PROBABILITIES, 0.5, 0), 2, 0).kind is Kind.PROBABILITIES


@pytest.mark.parametrize("scale", [2.0, -2.0], ids=["rising", "falling"])
def test_a_negative_scale_swaps_which_end_is_reached(scale: float) -> None:
    value = affine(Value(low=0.0, high=1.0, reaches_high=True), scale, 0)
    assert (value.reaches_high, value.reaches_low) == (scale > 0, scale < 0)


@pytest.mark.parametrize("make", [unbounded, lambda: between(0.0, INFINITY)], ids=["both", "one"])
def test_infinite_ends_stay_infinite(make: Callable[[], Value]) -> None:
    assert math.isinf(affine(make(), 1e-300, -5).high)


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        pytest.param(between(-1.0, 2.0), None, id="bounded"),
        pytest.param(between(0.0, INFINITY), None, id="bounded below"),
        pytest.param(unbounded(), "it may be anything", id="unbounded"),
        pytest.param(anything("it is custom", "mine"), "it is custom", id="unknown before"),
    ],
)
def test_bounds_that_need_not_be_reached_say_so_where_there_are_none(value: Value, reason: str | None) -> None:
    claimed = unreached(value, "it may be anything", "layer")
    assert (claimed.low, claimed.high) == (value.low, value.high)
    assert (claimed.reaches_low, claimed.reaches_high) == (False, False)
    assert (claimed.unknown.reason if claimed.unknown is not None else None) == reason


@pytest.mark.parametrize("other", [between(0.0, INFINITY), unbounded()], ids=["another half line", "logits"])
def test_a_join_of_a_half_line_goes_both_ways_but_none_says_that_each_of_its_elements_does(other: Value) -> None:
    joined = join([between(-INFINITY, 0.0), other])
    assert (joined.kind, joined.goes_both_ways, joined.is_unbounded) == (Kind.LOGITS, True, False)
    assert joined.is_uneven


@pytest.mark.parametrize("other", [between(-2.0, INFINITY, reached=False), between(0.0, 1.0), between(-1.0, 1.0)])
def test_a_join_of_a_half_line_and_of_what_does_not_go_off_is_unknown_with_a_reason(other: Value) -> None:
    joined = join([between(-INFINITY, 0.0), replace(unbounded(), low=-3.0), other])
    assert (joined.kind, joined.reaches_low, joined.reaches_high) == (Kind.UNKNOWN, False, False)
    assert joined.unknown is not None
    assert joined.unknown.reason == "it mixes outputs of different kinds"

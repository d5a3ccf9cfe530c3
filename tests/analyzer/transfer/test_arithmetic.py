"""Interval arithmetic holds for concrete numbers, and claims nothing of operands that depend on each other."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as drawn

from logitcheck.analyzer.ties import LEAPING, UNEVEN
from logitcheck.analyzer.transfer import arithmetic
from logitcheck.analyzer.values import INFINITY, Kind, Value, anything, between, unbounded
from tests.analyzer.given import bounded, distribution, logits, scores, source
from tests.analyzer.strategies import described, describes, finite_numbers, numbers_of, values


def negative_scores(name: str) -> Value:
    return arithmetic.negate(scores(name))


Binary = Callable[[Value, Value], Value]

BINARY: Mapping[str, tuple[Binary, Callable[[float, float], float]]] = {
    "add": (lambda left, right: arithmetic.add([left, right], "layer"), lambda x, y: x + y),
    "subtract": (
        lambda left, right: arithmetic.add([left, arithmetic.negate(right)], "layer"),
        lambda x, y: x - y,
    ),
    "multiply": (lambda left, right: arithmetic.multiply(left, right, "layer"), lambda x, y: x * y),
    "maximum": (lambda left, right: arithmetic.extreme([left, right], "layer", largest=True), max),
    "minimum": (lambda left, right: arithmetic.extreme([left, right], "layer", largest=False), min),
}


@pytest.mark.parametrize("name", BINARY)
@given(left=described("left"), right=described("right"))
def test_a_result_lies_within_the_claimed_bounds(
    name: str, left: tuple[Value, float], right: tuple[Value, float]
) -> None:
    claim, compute = BINARY[name]
    assert describes(claim(left[0], right[0]), compute(left[1], right[1]))


@pytest.mark.parametrize("name", BINARY)
@given(operand=described("same"), data=drawn.data())
def test_operands_that_depend_on_each_other_are_bounded_all_the_same(
    name: str, operand: tuple[Value, float], data: drawn.DataObject
) -> None:
    claim, compute = BINARY[name]
    value, number = operand
    assert describes(claim(value, value), compute(number, data.draw(numbers_of(value))))


@given(described("left"), described("right").filter(lambda operand: abs(operand[1]) > 1e-3))
def test_a_quotient_lies_within_the_claimed_bounds(left: tuple[Value, float], right: tuple[Value, float]) -> None:
    if arithmetic.is_number(right[0]) or not arithmetic.is_number(left[0]):
        claimed = arithmetic.divide(left[0], right[0], "layer")
    else:
        claimed = arithmetic.divide(arithmetic.constant(left[1]), right[0], "layer")
    assert describes(claimed, left[1] / right[1])


@given(described(), finite_numbers)
def test_operations_with_a_number_are_bounded(operand: tuple[Value, float], number: float) -> None:
    value, element = operand
    fixed = arithmetic.constant(number)
    for claim, compute in BINARY.values():
        assert describes(claim(value, fixed), compute(element, number))
        assert describes(claim(fixed, value), compute(number, element))


@given(described(), drawn.lists(finite_numbers, min_size=1, max_size=4), drawn.data())
def test_operations_with_an_array_are_bounded(
    operand: tuple[Value, float], numbers: list[float], data: drawn.DataObject
) -> None:
    value, element = operand
    number = data.draw(drawn.sampled_from(numbers))
    for claim, compute in BINARY.values():
        assert describes(claim(value, arithmetic.constants(numbers)), compute(element, number))


@given(drawn.lists(described(), min_size=1, max_size=4))
def test_a_sum_of_many_lies_within_the_claimed_bounds(operands: list[tuple[Value, float]]) -> None:
    total = arithmetic.add([value for value, _ in operands], "layer")
    assert describes(total, sum(number for _, number in operands))


@given(described())
def test_a_negated_value_is_bounded_by_its_negated_ends(operand: tuple[Value, float]) -> None:
    assert describes(arithmetic.negate(operand[0]), -operand[1])


@given(values())
def test_negating_twice_changes_no_bound(value: Value) -> None:
    twice = arithmetic.negate(arithmetic.negate(value))
    assert (twice.low, twice.high, twice.kind) == (value.low, value.high, value.kind)


def test_numbers_alone_are_computed() -> None:
    total = arithmetic.add([arithmetic.constant(2.0), arithmetic.constant(-0.5)], "layer")
    assert (total.low, total.high) == (1.5, 1.5)


@pytest.mark.parametrize(
    ("numbers", "nonzero"), [([1.0, -2.0], True), ([1.0, 0.0], False), ([0.0], False)], ids=["none", "some", "all"]
)
def test_an_array_knows_whether_it_holds_a_zero(numbers: list[float], *, nonzero: bool) -> None:
    assert arithmetic.constants(numbers).nonzero is nonzero


ONE_LAYER = unbounded(source("dense", width=4))
ANOTHER_LAYER = unbounded(source("other", width=4))
OF_ONE_NUMBER = unbounded(source("narrow", width=1))
ALSO_OF_ONE_NUMBER = unbounded(source("narrow too", width=1))


@pytest.mark.parametrize("name", BINARY)
def test_independent_logits_give_logits(name: str) -> None:
    assert BINARY[name][0](ONE_LAYER, ANOTHER_LAYER).kind is Kind.LOGITS


@pytest.mark.parametrize("name", BINARY)
def test_logits_combined_with_themselves_are_unknown(name: str) -> None:
    value = BINARY[name][0](ONE_LAYER, ONE_LAYER)
    assert value.kind is Kind.UNKNOWN
    assert value.unknown is not None
    assert value.unknown.reason == "it combines values of the same origin, in a way that is not followed"


@pytest.mark.parametrize("name", ["multiply", "maximum", "minimum"])
def test_two_lines_over_one_single_number_are_not_unbounded(name: str) -> None:
    assert BINARY[name][0](OF_ONE_NUMBER, ALSO_OF_ONE_NUMBER).kind is Kind.UNKNOWN


def test_two_lines_over_one_single_number_add_up_to_a_line() -> None:
    assert BINARY["add"][0](OF_ONE_NUMBER, ALSO_OF_ONE_NUMBER).kind is Kind.LOGITS


@pytest.mark.parametrize(
    ("free", "is_unbounded"),
    [
        (logits("b"), True),
        (logits("a"), False),
        (replace(logits("b"), sources=logits("b").sources | UNEVEN), False),
        (bounded(0.0, INFINITY, "b"), False),
    ],
    ids=["of its own", "of the same origin", "not alike", "one way"],
)
def test_one_that_goes_anywhere_of_its_own_takes_a_sum_anywhere(free: Value, is_unbounded: bool) -> None:
    tied = [logits("a"), bounded(-INFINITY, 0.0, "a")]
    assert arithmetic.add([*tied, free], "layer").is_unbounded is is_unbounded


def test_a_line_over_one_number_and_what_comes_of_several_take_any_combination() -> None:
    wide = unbounded(source("of several", width=3))
    assert arithmetic.vary_freely([OF_ONE_NUMBER, wide])
    assert not arithmetic.vary_freely([OF_ONE_NUMBER, ALSO_OF_ONE_NUMBER, wide])


def test_the_same_value_twice_goes_nowhere_alone() -> None:
    value = logits("a")
    assert arithmetic.add([value, value], "layer").kind is Kind.UNKNOWN


@pytest.mark.parametrize(
    ("values_", "independent"),
    [
        pytest.param([ONE_LAYER, ANOTHER_LAYER], True, id="two layers"),
        pytest.param([ONE_LAYER, ANOTHER_LAYER, ONE_LAYER], False, id="one of them twice"),
        pytest.param([ONE_LAYER, arithmetic.constant(1.0)], True, id="a number"),
    ],
)
def test_values_of_one_source_are_not_independent(values_: list[Value], *, independent: bool) -> None:
    assert arithmetic.independent(values_) is independent
    assert arithmetic.vary_freely(values_) is independent


@pytest.mark.parametrize(
    ("left", "right"),
    [
        pytest.param(logits("a"), scores("b"), id="gated by a sigmoid"),
        pytest.param(scores("b"), logits("a"), id="gate first"),
        pytest.param(logits("a"), arithmetic.constants([1.0, -2.0]), id="by an array without 0"),
        pytest.param(arithmetic.constant(3.0), logits("a"), id="three times"),
    ],
)
def test_a_product_of_logits_and_what_leaves_0_is_logits(left: Value, right: Value) -> None:
    assert arithmetic.multiply(left, right, "layer").kind is Kind.LOGITS


@pytest.mark.parametrize(
    "right",
    [
        pytest.param(arithmetic.constants([1.0, 0.0]), id="array with a 0"),
        pytest.param(anything("no reason", "layer", source("b")), id="unknown"),
        pytest.param(between(0.0, 1.0, reached=False, sources=source("b")), id="not known to leave 0"),
    ],
)
def test_a_product_of_logits_and_what_may_be_0_is_not_known_to_be_logits(right: Value) -> None:
    assert arithmetic.multiply(logits("a"), right, "layer").kind is Kind.UNKNOWN


def test_a_product_with_0_is_0_even_of_what_is_unknown() -> None:
    value = arithmetic.multiply(anything("no reason", "layer"), arithmetic.constant(0.0), "layer")
    assert (value.low, value.high, value.kind) == (0.0, 0.0, Kind.UNIT_INTERVAL)


def test_a_product_of_scores_is_in_the_unit_interval() -> None:
    assert arithmetic.multiply(scores("a"), scores("b"), "layer").kind is Kind.UNIT_INTERVAL


def test_a_masked_distribution_is_no_distribution() -> None:
    assert arithmetic.multiply(distribution(), scores("mask"), "layer").kind is Kind.UNIT_INTERVAL


def test_a_product_of_relus_reaches_what_both_reach() -> None:
    value = arithmetic.multiply(bounded(0.0, INFINITY, "a"), bounded(0.0, INFINITY, "b"), "layer")
    assert (value.low, value.reaches_low, value.reaches_high) == (0.0, True, True)


def test_the_sum_of_logits_and_scores_is_logits() -> None:
    assert arithmetic.add([logits("a"), scores("b")], "layer").kind is Kind.LOGITS


def test_what_is_added_to_something_unknown_is_unknown() -> None:
    value = arithmetic.add([scores("a"), anything("it is custom", "mine", source("b"))], "layer")
    assert value.unknown is not None
    assert value.unknown.reason == "it is custom"


@pytest.mark.parametrize("same", [True, False], ids=["of as many classes", "of other sizes"])
def test_distributions_add_up_if_they_have_as_many_classes(*, same: bool) -> None:
    total = arithmetic.add([distribution(name="a"), distribution(name="b")], "layer", same_classes=same)
    assert (total.sum_axis, total.sum_total) == ((-1, 2.0) if same else (None, 1.0))


def test_a_distribution_added_to_itself_sums_to_2() -> None:
    total = arithmetic.add([distribution(), distribution()], "layer", same_classes=True)
    assert (total.sum_axis, total.sum_total, total.kind) == (-1, 2.0, Kind.RANGE)


def test_distributions_along_different_axes_do_not_add_up() -> None:
    total = arithmetic.add([distribution(-1, "a"), distribution(-2, "b")], "layer", same_classes=True)
    assert total.sum_axis is None


def test_a_number_added_to_distributions_undoes_them() -> None:
    operands = [distribution(name="a"), distribution(name="b"), arithmetic.constant(1.0)]
    assert arithmetic.add(operands, "layer", same_classes=True).sum_axis is None


@pytest.mark.parametrize(
    ("others", "falls", "rises"),
    [
        pytest.param([scores("a")], True, True, id="scores"),
        pytest.param([scores("a"), bounded(-2.0, 3.0, "a")], True, True, id="two bounded values"),
        pytest.param([bounded(0.0, INFINITY, "a")], False, True, id="what rises with them or falls"),
        pytest.param([bounded(-INFINITY, 0.0, "a")], True, False, id="what falls with them or rises"),
        pytest.param([unbounded(source("a"))], False, False, id="other logits"),
    ],
)
def test_only_what_goes_as_far_can_hold_logits_of_the_same_origin(
    others: list[Value], *, falls: bool, rises: bool
) -> None:
    total = arithmetic.add([logits("a"), *others], "layer")
    assert (total.low, total.high, total.reaches_low, total.reaches_high) == (-INFINITY, INFINITY, falls, rises)


@pytest.mark.parametrize(
    ("factor", "kind"),
    [
        pytest.param(bounded(0.5, 1.0, "a"), Kind.LOGITS, id="positive"),
        pytest.param(bounded(-INFINITY, -0.5, "a"), Kind.LOGITS, id="negative"),
        pytest.param(scores("a"), Kind.UNKNOWN, id="near 0"),
    ],
)
def test_only_a_factor_near_0_can_hold_logits_of_the_same_origin(factor: Value, kind: Kind) -> None:
    assert arithmetic.multiply(logits("a"), factor, "layer").kind is kind
    assert arithmetic.multiply(factor, logits("a"), "layer").kind is kind


def test_the_complement_of_a_distribution_is_in_the_unit_interval() -> None:
    value = arithmetic.add([arithmetic.constant(1.0), arithmetic.negate(distribution())], "layer")
    assert value.kind is Kind.UNIT_INTERVAL


def test_nothing_added_is_the_same_numbers() -> None:
    assert arithmetic.add([distribution(), arithmetic.constant(0.0)], "layer").kind is Kind.PROBABILITIES


def test_a_number_that_is_not_finite_hides_nothing() -> None:
    assert arithmetic.add([logits(), arithmetic.constant(INFINITY)], "layer") == logits()


@pytest.mark.parametrize(
    ("left", "right", "kind"),
    [
        pytest.param(logits("a"), arithmetic.constant(2.0), Kind.LOGITS, id="temperature"),
        pytest.param(distribution(), arithmetic.constant(2.0), Kind.UNIT_INTERVAL, id="half a distribution"),
        pytest.param(logits("a"), bounded(1.0, 2.0, "b"), Kind.LOGITS, id="logits by positive numbers"),
        pytest.param(logits("a"), bounded(-2.0, -1.0, "b"), Kind.LOGITS, id="logits by negative numbers"),
        pytest.param(logits("a"), bounded(1.0, INFINITY, "a"), Kind.UNKNOWN, id="logits by their own norm"),
        pytest.param(logits("a"), bounded(1.0, 2.0, "a"), Kind.LOGITS, id="logits by what stays small"),
        pytest.param(bounded(0.0, INFINITY, "a"), bounded(0.0, INFINITY, "b"), Kind.RANGE, id="odds"),
        pytest.param(bounded(1.0, 2.0, "a"), bounded(0.0, 4.0, "b"), Kind.RANGE, id="positive by at most 4"),
        pytest.param(scores("a"), logits("b"), Kind.LOGITS, id="scores by logits"),
        pytest.param(logits("a"), scores("a"), Kind.UNKNOWN, id="logits by scores of the same layer"),
        pytest.param(bounded(-1.0, 1.0, "a"), scores("b"), Kind.LOGITS, id="both signs by what comes near 0"),
        pytest.param(bounded(-1.0, 1.0, "a"), negative_scores("b"), Kind.LOGITS, id="both signs by negatives near 0"),
        pytest.param(scores("a"), bounded(-1.0, 1.0, "b"), Kind.LOGITS, id="scores by what passes 0"),
        pytest.param(scores("a"), bounded(-1e-4, 1.0, "b"), Kind.UNKNOWN, id="scores by what is hardly negative"),
        pytest.param(scores("a"), replace(bounded(-1.0, 1.0), sources=LEAPING), Kind.UNKNOWN, id="by what leaps over"),
        pytest.param(bounded(-1.0, 1.0, "a"), Value(low=0.0, high=1.0), Kind.UNKNOWN, id="by what may keep off 0"),
        pytest.param(bounded(-1.0, 1.0, "a"), bounded(0.0, 0.0, "b"), Kind.UNKNOWN, id="by nothing but 0"),
        pytest.param(arithmetic.constant(1.0), bounded(1.0, INFINITY, "b"), Kind.UNIT_INTERVAL, id="reciprocal"),
        pytest.param(anything("no reason", "layer"), bounded(1.0, 2.0, "b"), Kind.UNKNOWN, id="unknown"),
    ],
)
def test_quotients(left: Value, right: Value, kind: Kind) -> None:
    assert arithmetic.divide(left, right, "layer").kind is kind


def test_a_reciprocal_reaches_where_its_operand_does() -> None:
    value = arithmetic.divide(arithmetic.constant(1.0), Value(low=0.5, high=2.0, reaches_low=True), "layer")
    assert (value.low, value.high, value.reaches_low, value.reaches_high) == (0.5, 2.0, False, True)


@pytest.mark.parametrize(
    ("largest", "kind", "low", "high"),
    [(True, Kind.RANGE, 0.0, INFINITY), (False, Kind.RANGE, -INFINITY, 0.0)],
    ids=["maximum", "minimum"],
)
def test_the_extreme_of_logits_and_a_number_is_cut_there(*, largest: bool, kind: Kind, low: float, high: float) -> None:
    value = arithmetic.extreme([logits(), arithmetic.constant(0.0)], "layer", largest=largest)
    assert (value.kind, value.low, value.high) == (kind, low, high)
    assert value.reaches_low
    assert value.reaches_high


@pytest.mark.parametrize("largest", [True, False], ids=["maximum", "minimum"])
def test_extremes_of_independent_scores_reach_what_both_reach(*, largest: bool) -> None:
    value = arithmetic.extreme([scores("a"), scores("b")], "layer", largest=largest)
    assert (value.low, value.high, value.reaches_low, value.reaches_high) == (0.0, 1.0, True, True)


def test_extremes_of_distributions_are_no_distribution() -> None:
    value = arithmetic.extreme([distribution(name="a"), distribution(name="b")], "layer", largest=True)
    assert value.kind is Kind.UNIT_INTERVAL


HALF = between(-0.25, INFINITY, sources=source("half"))
OTHER_HALF = between(-1.0, INFINITY, sources=source("other half"))


def test_a_sum_goes_where_one_of_independent_operands_goes_off() -> None:
    """`gelu(x) - elu(y)`: whatever the one is, the other goes further."""
    total = arithmetic.add([HALF, arithmetic.negate(OTHER_HALF)], "layer")
    assert total.is_unbounded


def test_a_sum_of_dependent_operands_that_go_off_opposite_ways_is_unknown() -> None:
    total = arithmetic.add([HALF, arithmetic.negate(between(-1.0, INFINITY, sources=source("half")))], "layer")
    assert (total.kind, total.reaches_low, total.reaches_high) == (Kind.UNKNOWN, False, False)


def test_lines_over_one_single_number_need_not_go_off_opposite_ways() -> None:
    for width, reached in ((1, False), (2, True)):
        pair = [between(-1.0, INFINITY, sources=source(name, width)) for name in "ab"]
        total = arithmetic.add([replace(pair[0], reaches_low=False), arithmetic.negate(pair[1])], "layer")
        assert (total.reaches_low, total.reaches_high) == (reached, True)


def test_a_sum_with_numbers_that_are_not_alike_goes_both_ways_but_not_each_of_its_elements() -> None:
    uneven = replace(arithmetic.negate(OTHER_HALF), sources=source("other half") | UNEVEN)
    total = arithmetic.add([HALF, uneven], "layer")
    assert (total.goes_both_ways, total.is_unbounded) == (True, False)


@pytest.mark.parametrize(
    ("left", "right", "reached"),
    [
        pytest.param(HALF, OTHER_HALF, (True, True), id="both dip below 0"),
        pytest.param(HALF, between(0.0, INFINITY, sources=source("relu")), (True, True), id="one stays above 0"),
        pytest.param(HALF, replace(OTHER_HALF, sources=source("half")), (False, False), id="of one origin"),
        pytest.param(HALF, replace(OTHER_HALF, reaches_low=False), (True, True), id="one dips, the other may"),
        pytest.param(
            replace(HALF, low=-1e-7), between(1e-7, INFINITY, sources=source("b")), (False, True), id="next to 0"
        ),
    ],
)
def test_a_product_goes_off_where_ends_meet(left: Value, right: Value, reached: tuple[bool, bool]) -> None:
    product = arithmetic.multiply(left, right, "layer")
    assert (product.reaches_low, product.reaches_high) == reached

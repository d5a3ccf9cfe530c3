from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import replace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as drawn

from logitcheck.analyzer.ties import DIVIDED, LEAPING, TIES, UNEVEN
from logitcheck.analyzer.transfer import elementwise, shapes
from logitcheck.analyzer.values import INFINITY, Kind, LogOf, Value, anything, between
from logitcheck.model import Shape
from tests.analyzer.given import (
    bounded,
    call,
    distribution,
    log_distribution,
    logits,
    operation,
    result,
    scores,
    source,
)
from tests.analyzer.strategies import described, described_many, describes, finite_numbers

SHAPE: Shape = (None, 5, 3)

FORMULAS: Mapping[str, Callable[[float], float]] = {
    "Negative": lambda x: -x,
    "Abs": abs,
    "Absolute": abs,
    "Square": lambda x: x * x,
    "Sqrt": math.sqrt,
    "Rsqrt": lambda x: x**-0.5,
    "Reciprocal": lambda x: 1 / x,
    "Exp": math.exp,
    "Log": math.log,
    "Log1p": math.log1p,
    "Expm1": math.expm1,
    "Sinh": math.sinh,
    "Arctan": math.atan,
    "Erf": math.erf,
    "Sin": math.sin,
    "Cos": math.cos,
    "Round": round,
    "Floor": math.floor,
    "Ceil": math.ceil,
    "Trunc": math.trunc,
    "Sign": lambda x: (x > 0) - (x < 0),
}


def of(name: str, value: Value, **config: object) -> Value:
    return result(call(operation(name, **config), (value, SHAPE)))


def test_every_operation_has_a_test() -> None:
    assert set(elementwise.OPERATIONS) == set(FORMULAS) | {"Clip", "Normalize", "L2Normalize"}


@pytest.mark.parametrize("name", FORMULAS)
@given(operand=described())
def test_a_result_lies_within_the_claimed_bounds(name: str, operand: tuple[Value, float]) -> None:
    value, number = operand
    assume(not (value.low == value.high == 0))
    try:
        computed = FORMULAS[name](number)
    except (ValueError, ZeroDivisionError):
        assume(False)
    assume(not isinstance(computed, complex))
    assert describes(of(name, value), computed)


@pytest.mark.parametrize("name", sorted(elementwise.OPERATIONS))
def test_elementwise_operations_keep_the_shape(name: str) -> None:
    assert shapes(call(operation(name), (logits(), SHAPE))) == [SHAPE]


@pytest.mark.parametrize("name", ["Negative", "Sinh"])
def test_logits_stay_logits(name: str) -> None:
    assert of(name, logits()).kind is Kind.LOGITS


@pytest.mark.parametrize(
    ("name", "low", "high"),
    [
        ("Abs", 0.0, INFINITY),
        ("Square", 0.0, INFINITY),
        ("Exp", 0.0, INFINITY),
        ("Expm1", -1.0, INFINITY),
        ("Arctan", -math.pi / 2, math.pi / 2),
        ("Erf", -1.0, 1.0),
        ("Sin", -1.0, 1.0),
        ("Cos", -1.0, 1.0),
        ("Sign", -1.0, 1.0),
    ],
)
def test_logits_come_near_both_ends_of_the_range(name: str, low: float, high: float) -> None:
    value = of(name, logits())
    assert value.low == pytest.approx(low)
    assert value.high == pytest.approx(high)
    assert value.reaches_low
    assert value.reaches_high


@pytest.mark.parametrize(("name", "kind", "low"), [("Sqrt", Kind.RANGE, 0.0), ("Log", Kind.UNKNOWN, -INFINITY)])
def test_of_numbers_for_which_an_operation_is_not_defined_no_number_comes(name: str, kind: Kind, low: float) -> None:
    value = of(name, logits())
    assert (value.kind, value.low, value.reaches_high) == (kind, low, True)
    assert value.reaches_low is (name == "Sqrt"), "a number on its way through 0 has no logarithm far below it"


@pytest.mark.parametrize(
    "operand",
    [
        replace(logits(), sources=LEAPING),
        replace(bounded(-INFINITY, INFINITY), sources=UNEVEN),
        replace(bounded(-INFINITY, INFINITY), sources=UNEVEN | DIVIDED),
        replace(bounded(-1.0, INFINITY), reaches_low=False),
    ],
    ids=["leaping", "not alike", "divided", "maybe never negative"],
)
def test_numbers_that_need_not_pass_0_need_not_have_a_root_near_it(operand: Value) -> None:
    value = of("Sqrt", operand)
    assert (value.kind, value.reaches_low, value.reaches_high) == (Kind.RANGE, False, True)


def test_what_is_negative_has_no_logarithm_and_no_root() -> None:
    for name in ("Log", "Log1p", "Sqrt", "Rsqrt"):
        value = of(name, bounded(-3.0, -2.0))
        assert value.unknown is not None
        assert value.unknown.layer == name.lower()


def test_the_logarithm_of_numbers_of_both_signs_is_the_logarithm_of_the_positive_ones_and_of_no_score() -> None:
    value = of("Log", bounded(-1.0, 1.0))
    assert (value.kind, value.high, value.log_of) == (Kind.RANGE, 0.0, None)


def test_the_reciprocal_of_logits_is_unbounded() -> None:
    assert of("Reciprocal", logits()).kind is Kind.LOGITS


@pytest.mark.parametrize("name", ["Round", "Floor", "Ceil", "Sign"])
def test_rounding_makes_whole_numbers(name: str) -> None:
    assert of(name, scores()).integer


@pytest.mark.parametrize("name", ["Negative", "Sinh", "Expm1", "Round"])
def test_what_is_unknown_stays_unknown_where_no_bound_is_gained(name: str) -> None:
    value = of(name, anything("it is custom", "mine"))
    assert value.kind is Kind.UNKNOWN or name == "Expm1"


def test_ends_beyond_the_range_of_floats_become_infinite() -> None:
    assert of("Exp", between(0.0, 1e4)).high == INFINITY
    assert of("Expm1", between(0.0, 1e4)).high == INFINITY
    assert of("Sinh", between(-1e4, 1e4)).low == -INFINITY
    assert of("Square", between(0.0, 1e200)).high == INFINITY


def test_the_exponential_of_a_log_softmax_is_a_distribution() -> None:
    value = of("Exp", log_distribution(-2))
    assert (value.kind, value.axis) == (Kind.PROBABILITIES, -2)


def test_the_exponential_of_logits_is_no_distribution() -> None:
    assert of("Exp", logits()).kind is Kind.RANGE


def test_the_exponential_is_remembered_as_an_activation() -> None:
    value = of("Exp", logits())
    assert value.applied is not None
    assert value.applied.name == "exponential"


def test_the_logarithm_of_a_distribution_is_one_of_a_distribution() -> None:
    value = of("Log", distribution(-2))
    assert (value.log_of, value.log_axis) == (LogOf.SIMPLEX, -2)


def test_the_logarithm_of_scores_is_one_of_scores() -> None:
    assert of("Log", scores()).log_of is LogOf.UNIT


def test_the_logarithm_of_other_positive_numbers_has_bounds_only() -> None:
    value = of("Log", bounded(1.0, math.e))
    assert (value.low, value.high, value.log_of) == (0.0, 1.0, None)


def test_the_logarithm_of_0_is_infinite() -> None:
    assert of("Log", between(0.0, 0.0)).high == -INFINITY


@pytest.mark.parametrize("name", ["Clip", "Maximum then Minimum"])
@given(operand=described(), ends=drawn.tuples(finite_numbers, finite_numbers).map(sorted))
def test_a_clipped_number_lies_within_the_claimed_bounds(
    name: str, operand: tuple[Value, float], ends: list[float]
) -> None:
    value, number = operand
    low, high = ends
    if name == "Clip":
        claimed = of("Clip", value, x_min=low, x_max=high)
    else:
        claimed = elementwise.clip(elementwise.clip(value, low, INFINITY), -INFINITY, high)
    assert describes(claimed, min(max(number, low), high))


@pytest.mark.parametrize(
    ("value", "ends", "kind"),
    [
        pytest.param(logits(), (0.0, 1.0), Kind.UNIT_INTERVAL, id="logits cut to scores"),
        pytest.param(logits(), (-5.0, 5.0), Kind.RANGE, id="logits cut"),
        pytest.param(logits(), (0.0, None), Kind.RANGE, id="logits cut below"),
        pytest.param(logits(), (None, None), Kind.LOGITS, id="not cut at all"),
        pytest.param(distribution(), (1e-7, 1 - 1e-7), Kind.PROBABILITIES, id="as Keras clips"),
        pytest.param(distribution(), (0.0, 1.0), Kind.PROBABILITIES, id="at the very ends"),
        pytest.param(distribution(), (0.1, 1.0), Kind.UNIT_INTERVAL, id="well within"),
        pytest.param(scores(), (0.1, 0.9), Kind.UNIT_INTERVAL, id="scores"),
        pytest.param(log_distribution(), (-10.0, 0.0), Kind.LOG_PROBABILITIES, id="logarithms"),
        pytest.param(anything("no reason", "layer"), (0.0, 1.0), Kind.UNIT_INTERVAL, id="unknown numbers"),
        pytest.param(anything("no reason", "layer"), (0.0, 7.0), Kind.RANGE, id="unknown numbers to a range"),
    ],
)
def test_a_clip_leaves(value: Value, ends: tuple[float | None, float | None], kind: Kind) -> None:
    assert of("Clip", value, x_min=ends[0], x_max=ends[1]).kind is kind


def test_a_clip_of_a_distribution_remembers_its_activation() -> None:
    operand = distribution()
    assert of("Clip", operand, x_min=1e-7, x_max=1 - 1e-7).applied == operand.applied


def test_a_clip_of_unknown_numbers_accuses_nobody() -> None:
    assert not of("Clip", anything("no reason", "layer"), x_min=-5.0, x_max=5.0).leaves_unit


def test_the_ends_of_a_clip_of_logits_are_reached() -> None:
    value = of("Clip", logits(), x_min=-5.0, x_max=5.0)
    assert (value.reaches_low, value.reaches_high) == (True, True)


@given(described(), drawn.sampled_from([0.5, 1.0, 1.5, 2.0, 3.0, 4.0, -1.0, 0.0]))
def test_a_power_lies_within_the_claimed_bounds(operand: tuple[Value, float], power: float) -> None:
    value, number = operand
    assume(number > 1e-100 or power == int(power) > 0)
    assert describes(elementwise.raised(value, power, "layer"), number**power)


@pytest.mark.parametrize(
    ("value", "power", "kind"),
    [
        pytest.param(logits(), 1.0, Kind.LOGITS, id="first power"),
        pytest.param(logits(), 3.0, Kind.LOGITS, id="odd power of logits"),
        pytest.param(logits(), 2.0, Kind.RANGE, id="even power of logits"),
        pytest.param(logits(), 0.5, Kind.RANGE, id="root of logits"),
        pytest.param(logits(), -0.5, Kind.UNKNOWN, id="one by the root of logits"),
        pytest.param(distribution(), 0.5, Kind.UNIT_INTERVAL, id="temperature"),
        pytest.param(bounded(-1.0, 1.0), 3.0, Kind.RANGE, id="odd power of numbers of both signs"),
        pytest.param(bounded(-2.0, -1.0), 2.0, Kind.RANGE, id="square of negative numbers"),
    ],
)
def test_powers(value: Value, power: float, kind: Kind) -> None:
    assert elementwise.raised(value, power, "layer").kind is kind


@pytest.mark.parametrize("name", ["Normalize", "L2Normalize"])
@given(operand=described_many())
def test_a_normalised_vector_lies_within_the_claimed_bounds(name: str, operand: tuple[Value, list[float]]) -> None:
    value, numbers = operand
    length = math.hypot(*numbers)
    assume(length > 1e-6)
    claimed = of(name, value, axis=-1, order=2)
    assert all(describes(claimed, number / length) for number in numbers)


def test_positive_numbers_normalised_to_a_sum_of_1_are_a_distribution() -> None:
    value = of("Normalize", bounded(0.5, INFINITY), axis=1, order=1)
    assert (value.kind, value.axis) == (Kind.PROBABILITIES, -2)


def test_numbers_of_both_signs_normalised_to_a_sum_of_1_are_no_distribution() -> None:
    value = of("Normalize", logits(), axis=-1, order=1)
    assert (value.kind, value.low, value.high) == (Kind.RANGE, -1.0, 1.0)


@pytest.mark.parametrize("name", sorted(FORMULAS))
def test_the_sources_stay(name: str) -> None:
    assert of(name, bounded(0.5, 1.0, "somewhere")).sources - TIES == source("somewhere")

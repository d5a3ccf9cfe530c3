"""Polynomials of one number: no number they take lies beyond the ends that are claimed, and these are near."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as drawn

from logitcheck.analyzer.ties import LEAPING
from logitcheck.analyzer.transfer.polynomials import Factors, polynomial
from logitcheck.analyzer.values import INFINITY, Value
from tests.analyzer.given import bounded, logits
from tests.analyzer.strategies import described, describes

factors = drawn.tuples(*[drawn.sampled_from([-3.0, -1.0, -0.25, 0.0, 0.5, 1.0, 2.0])] * 3)


def at(number: float, by: Factors) -> float:
    return ((by[2] * number + by[1]) * number + by[0]) * number


@given(operand=described(), by=factors)
def test_every_number_lies_within_the_claimed_ends(operand: tuple[Value, float], by: Factors) -> None:
    value, number = operand
    assert describes(polynomial(value, by), at(number, by))


@given(by=factors, ends=drawn.tuples(drawn.integers(-5, 5), drawn.integers(-5, 5)).map(sorted))
def test_the_ends_are_no_farther_than_the_numbers_go(by: Factors, ends: list[int]) -> None:
    low, high = map(float, ends)
    claimed = polynomial(bounded(low, high), by)
    steps = [at(low + (high - low) * step / 1000, by) for step in range(1001)]
    assert claimed.low == pytest.approx(min(steps), abs=0.01)
    assert claimed.high == pytest.approx(max(steps), abs=0.01)


@pytest.mark.parametrize(
    ("by", "low", "high"),
    [
        ((1.0, 0.0, 1.0), -INFINITY, INFINITY),
        ((0.0, 0.0, -2.0), -INFINITY, INFINITY),
        ((-3.0, 2.0, 1.0), -INFINITY, INFINITY),
        ((0.0, 1.0, 0.0), 0.0, INFINITY),
        ((2.0, -1.0, 0.0), -INFINITY, 1.0),
    ],
)
def test_of_any_number_a_cube_goes_both_ways_and_a_square_one_way(by: Factors, low: float, high: float) -> None:
    value = polynomial(logits(), by)
    assert (value.low, value.high, value.reaches_low, value.reaches_high) == (low, high, True, True)


def test_what_leaps_need_not_come_to_where_it_turns() -> None:
    value = polynomial(replace(logits(), sources=LEAPING), (0.0, 1.0, 0.0))
    assert (value.low, value.reaches_low, value.reaches_high) == (0.0, False, True)


def test_an_end_that_is_not_reached_claims_nothing() -> None:
    value = polynomial(replace(bounded(-2.0, 1.0), reaches_low=False), (0.0, 0.0, 1.0))
    assert (value.low, value.high, value.reaches_low, value.reaches_high) == (-8.0, 1.0, False, True)

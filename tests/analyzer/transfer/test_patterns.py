"""Formulas over one tensor that are close to a known one, and are not it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from logitcheck.analyzer.derivation import Derivation, Derived
from logitcheck.analyzer.transfer import patterns
from logitcheck.analyzer.values import INFINITY, Kind, Value, between, vanishing
from logitcheck.model import Shape
from tests.analyzer.given import (
    bounded,
    call,
    layer,
    log_distribution,
    logits,
    operation,
    reference,
    result,
    scores,
    source,
)

TENSOR, OTHER = reference(), reference(1)


def total(axis: int = -1, how: Derivation = Derivation.SUM, of: object = TENSOR) -> Value:
    return replace(between(0.0, INFINITY), derived=Derived(how, of, axis))


def test_a_tensor_divided_by_its_own_sum_is_a_distribution() -> None:
    value = patterns.quotient(scores(), total(-2), TENSOR)
    assert value is not None
    assert (value.kind, value.axis) == (Kind.PROBABILITIES, -2)


def test_a_tensor_divided_by_the_sum_of_another_is_no_formula() -> None:
    assert patterns.quotient(scores(), total(of=OTHER), TENSOR) is None


def test_numbers_of_both_signs_divided_by_their_sum_go_beyond_every_bound() -> None:
    value = patterns.quotient(bounded(-1.0, 1.0), total(), TENSOR)
    assert value is not None
    assert value.kind is Kind.LOGITS


@pytest.mark.parametrize(
    "value",
    [
        between(-1.0, 1.0, reached=False),
        replace(bounded(-3.0, 3.0), integer=True),
        replace(log_distribution(), high=1.0),
        bounded(-1.0, 0.0),
    ],
    ids=["that need not be reached", "of whole numbers", "that hang together", "of one sign"],
)
def test_numbers_that_need_not_cancel_are_no_formula(value: Value) -> None:
    assert patterns.quotient(value, total(), TENSOR) is None


@pytest.mark.parametrize(
    ("value", "reached"),
    [
        (bounded(0.0, 1.0), True),
        (bounded(1.0, INFINITY), True),
        (bounded(1.0, 2.0), False),
        (between(0.0, INFINITY, reached=False), False),
    ],
)
def test_shares_reach_nothing_and_everything_if_one_number_can_outweigh_the_others(
    value: Value, *, reached: bool
) -> None:
    shares = patterns.quotient(value, total(), TENSOR)
    assert shares is not None
    assert (shares.reaches_low, shares.reaches_high) == (reached, reached)


def test_a_tensor_divided_by_more_than_its_sum_only_lies_in_the_unit_interval() -> None:
    value = patterns.quotient(scores(), total(how=Derivation.ABOVE_SUM), TENSOR)
    assert value is not None
    assert (value.kind, value.reaches_high) == (Kind.UNIT_INTERVAL, False)


def test_the_same_exponential_computed_twice_counts_as_one() -> None:
    exponential = Derived(Derivation.EXPONENTIAL, TENSOR)
    powers = replace(between(0.0, INFINITY, sources=source()), derived=exponential)
    summed = replace(between(0.0, INFINITY), derived=Derived(Derivation.SUM, OTHER, -1, exponential))
    value = patterns.quotient(powers, summed, reference(2))
    assert value is not None
    assert value.kind is Kind.PROBABILITIES
    maxima = replace(powers, derived=Derived(Derivation.MAXIMUM, TENSOR))
    assert patterns.quotient(maxima, summed, reference(2)) is None


def test_odds_of_bounded_probabilities_are_bounded() -> None:
    value = patterns.quotient(bounded(0.2, 0.5), total(how=Derivation.COMPLEMENT), TENSOR)
    assert value is not None
    assert (value.low, value.high) == (0.25, 1.0)


def test_a_tensor_less_its_maximum_is_never_positive() -> None:
    value = patterns.difference(bounded(-1.0, 3.0), total(how=Derivation.MAXIMUM), TENSOR)
    assert value is not None
    assert (value.low, value.high, value.reaches_low) == (-4.0, 0.0, False)


def test_logits_less_the_maximum_of_others_are_no_formula() -> None:
    assert patterns.difference(logits(), total(how=Derivation.MAXIMUM, of=OTHER), TENSOR) is None


def test_logarithms_of_tensors_that_are_no_complements_are_no_formula() -> None:
    left = replace(logits(), derived=Derived(Derivation.LOGARITHM, TENSOR))
    right = replace(logits(), derived=Derived(Derivation.LOGARITHM, OTHER, None, Derived(Derivation.NEGATIVE, TENSOR)))
    assert patterns.difference(left, right, reference(2)) is None


def test_two_sides_are_complements_in_either_order() -> None:
    p, q = scores(), replace(scores(), derived=Derived(Derivation.COMPLEMENT, TENSOR))
    called = call(layer("Concatenate"), (p, (None, 1)), (q, (None, 1)))
    assert patterns.are_complements(called, [TENSOR, OTHER])
    assert patterns.are_complements(called, [OTHER, TENSOR])
    assert not patterns.are_complements(called, [TENSOR, OTHER, OTHER])


def test_complements_beyond_the_unit_interval_are_no_probabilities() -> None:
    p = bounded(-1.0, 2.0)
    q = replace(p, derived=Derived(Derivation.COMPLEMENT, TENSOR))
    called = call(operation("Stack"), (p, (None, 1)), (q, (None, 1)))
    assert not patterns.are_complements(called, [TENSOR, OTHER])


def test_a_tensor_without_operand_is_derived_from_nothing() -> None:
    assert patterns.derived(call(operation("Exp")), logits(), Derivation.EXPONENTIAL).derived is None


def test_a_tensor_less_the_logarithm_of_its_exponentials_is_the_logarithm_of_a_distribution() -> None:
    value = patterns.difference(logits(), total(-2, Derivation.LOG_SUM_EXP), TENSOR)
    assert value is not None
    assert (value.kind, value.axis) == (Kind.LOG_PROBABILITIES, -2)


def test_the_logarithm_of_odds_is_the_logits_behind_them() -> None:
    left = replace(bounded(-INFINITY, 0.0), derived=Derived(Derivation.LOGARITHM, TENSOR))
    mirrored = Derived(Derivation.COMPLEMENT, TENSOR)
    right = replace(bounded(-INFINITY, 0.0), derived=Derived(Derivation.LOGARITHM, OTHER, None, mirrored))
    value = patterns.difference(left, right, reference(2))
    assert value is not None
    assert value.kind is Kind.LOGITS
    assert patterns.difference(vanishing(left), right, reference(2)) is None


def test_the_logarithm_of_summed_exponentials_is_that_of_the_tensor() -> None:
    exponential = Derived(Derivation.EXPONENTIAL, TENSOR)
    summed = replace(between(0.0, INFINITY), derived=Derived(Derivation.SUM, OTHER, -1, exponential))
    assert patterns.logarithm_of_sum(summed) == Derived(Derivation.LOG_SUM_EXP, TENSOR, -1)
    assert patterns.logarithm_of_sum(total()) is None
    squares = Derived(Derivation.SUM, OTHER, -1, Derived(Derivation.NEGATIVE, TENSOR))
    assert patterns.logarithm_of_sum(replace(summed, derived=squares)) is None


@pytest.mark.parametrize(
    ("name", "config", "shape", "axis"),
    [
        pytest.param("Stack", {"axis": -1}, (None,), -1, id="stacked"),
        pytest.param("Concatenate", {"axis": -1}, (None, 1), -1, id="side by side"),
        pytest.param("Concatenate", {"axis": -1}, (None, 3), None, id="several side by side"),
    ],
)
def test_a_score_and_its_complement_are_a_distribution(
    name: str, config: dict[str, int], shape: Shape, axis: int | None
) -> None:
    complement = replace(scores(), derived=Derived(Derivation.COMPLEMENT, TENSOR))
    value = result(call(operation(name, **config), (scores(), shape), (complement, shape)))
    assert (value.within_unit, value.axis) == (True, axis)


def test_log1p_of_a_negative_is_the_logarithm_of_a_complement() -> None:
    negative = replace(bounded(-1.0, 0.0), derived=Derived(Derivation.NEGATIVE, TENSOR))
    value = result(call(operation("Log1p"), (negative, (None, 3))))
    assert value.derived == Derived(Derivation.LOGARITHM, None, before=Derived(Derivation.COMPLEMENT, TENSOR))


@pytest.mark.parametrize(
    ("first", "added", "how"),
    [
        pytest.param(Derivation.SUM, 1e-7, Derivation.ABOVE_SUM, id="a sum and a little"),
        pytest.param(Derivation.ABOVE_SUM, 1.0, Derivation.ABOVE_SUM, id="more than a sum, and more"),
        pytest.param(Derivation.SUM, -1e-7, None, id="less than a sum"),
        pytest.param(Derivation.MAXIMUM, 1.0, None, id="a maximum and more"),
    ],
)
def test_what_is_added_to_a_sum_is_remembered_to_be_above_it(
    first: Derivation, added: float, how: Derivation | None
) -> None:
    raised = result(call(operation("Add"), (total(how=first), (None, 1)), args=(TENSOR, added)))
    assert raised.derived == (Derived(how, TENSOR, -1) if how is not None else None)


def test_odds_are_no_constant_though_p_and_its_complement_are_of_one_shape() -> None:
    complement = replace(scores(), derived=Derived(Derivation.COMPLEMENT, TENSOR))
    odds = result(call(operation("Divide"), (scores(), (None, 3)), (complement, (None, 3))))
    assert (odds.low, odds.high, odds.reaches_high) == (0.0, INFINITY, True)

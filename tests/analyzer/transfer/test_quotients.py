"""Quotients of tensors that have one in common: where the divisor goes through 0, and where it cannot."""

from __future__ import annotations

from pathlib import Path

import pytest

from logitcheck.analyzer.values import Kind, Value
from tests.analyzer.transfer.test_formulas import SHAPE, SHARED, of, op, x
from tests.building import Config, called, dense, layer, tensor


def other(activation: str = "linear", on: str = "a", **config: object) -> Config:
    return called(dense("z", 3, activation, **config), tensor(on, SHAPE))


def share_of_sum(folder: Path, *heads: Config) -> Value:
    return of(folder, *heads, op("sum", "Add", "x", "z"), op("y", "Divide", "x", "sum"))


def linear_fraction(folder: Path, activation: str, scale: float, offset: float, upper: float = 0.0) -> Value:
    below = called(layer("Rescaling", "below", scale=scale, offset=offset), tensor("x", SHAPE))
    above = called(layer("Rescaling", "above", scale=1.0, offset=upper), tensor("x", SHAPE))
    return of(folder, x(activation), below, above, op("y", "Divide", "above", "below"))


@pytest.mark.parametrize("activation", ["linear", "softplus", "tanh"])
def test_a_share_of_a_sum_with_numbers_that_go_anywhere_goes_anywhere(tmp_path: Path, activation: str) -> None:
    assert share_of_sum(tmp_path, x(activation), other()).kind is Kind.LOGITS


def test_a_layer_before_the_one_that_is_divided_goes_its_own_way(tmp_path: Path) -> None:
    """The biases of the second layer let it be any number whatever the first one puts out."""
    first = called(dense("z", 3), tensor("a", SHAPE))
    assert share_of_sum(tmp_path, first, called(dense("x", 3, "softplus"), tensor("z", SHAPE))).kind is Kind.LOGITS


def test_a_sum_that_something_keeps_off_0_does_not_go_anywhere(tmp_path: Path) -> None:
    assert not share_of_sum(tmp_path, x("softplus"), other("softplus")).goes_both_ways


def test_what_is_divided_must_come_off_0_where_the_sum_goes_through_it(tmp_path: Path) -> None:
    nothing = op("x", "Subtract", "z", "z")
    assert not share_of_sum(tmp_path, other(), nothing).goes_both_ways


def test_a_sum_whose_parts_cancel_out_is_not_looked_into(tmp_path: Path) -> None:
    less = [op("sum", "Add", "x", "z"), op("back", "Subtract", "sum", "z"), op("y", "Divide", "x", "back")]
    assert not of(tmp_path, x(), other(), *less).is_unbounded


def test_of_a_number_of_the_same_origin_no_other_is_free(tmp_path: Path) -> None:
    """Here z is the tanh of x, and x + tanh(x) comes to 0 only where x does."""
    squashed = called(layer("Activation", "z", activation="tanh"), tensor("x", SHAPE))
    value = share_of_sum(tmp_path, x(), squashed)
    assert value.kind is Kind.UNKNOWN
    assert value.unknown is not None
    assert value.unknown.reason == SHARED


@pytest.mark.parametrize("activation", ["linear", "sigmoid", "softmax", "softplus"])
def test_a_divisor_that_passes_0_on_its_way_lets_the_quotient_go_both_ways(tmp_path: Path, activation: str) -> None:
    assert linear_fraction(tmp_path, activation, -3.0, 1.0).kind is Kind.LOGITS


def test_a_divisor_that_leaps_over_0_need_not_come_near_it(tmp_path: Path) -> None:
    assert linear_fraction(tmp_path, "hard_shrink", -3.0, 1.0).kind is Kind.UNKNOWN


def test_so_narrow_a_pole_as_that_of_a_guard_against_0_claims_nothing(tmp_path: Path) -> None:
    assert linear_fraction(tmp_path, "linear", 1.0, 1e-7).kind is Kind.UNKNOWN


def test_a_divisor_that_only_comes_near_0_at_its_end_has_no_pole_to_pass(tmp_path: Path) -> None:
    assert not linear_fraction(tmp_path, "sigmoid", -1.0, 1.0, upper=1.0).goes_both_ways


def test_what_is_divided_by_a_multiple_of_itself_has_no_pole(tmp_path: Path) -> None:
    value = linear_fraction(tmp_path, "linear", 2.0, 1.0, upper=0.5)  # (x + 0.5) / (2 x + 1)
    assert value.kind is Kind.UNKNOWN

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as drawn

from logitcheck.analyzer.transfer import apply, shapes
from logitcheck.analyzer.values import INFINITY, Kind, LogOf, Value, anything, balanced, copied, unbounded
from logitcheck.model import ConstantArray, Shape
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
from tests.analyzer.strategies import described_many, describes, finite_numbers

SHAPE: Shape = (None, 5, 3)

REDUCTIONS: Mapping[str, Callable[[list[float]], Any]] = {
    "Mean": numpy.mean,
    "Average": numpy.mean,
    "Sum": numpy.sum,
    "Max": numpy.max,
    "Amax": numpy.max,
    "Min": numpy.min,
    "Amin": numpy.min,
    "Prod": numpy.prod,
    "Var": numpy.var,
    "Std": numpy.std,
    "Argmax": numpy.argmax,
    "Argmin": numpy.argmin,
}


def of(name: str, value: Value, shape: Shape | None = SHAPE, **config: Any) -> Value:
    return result(call(operation(name, **config), (value, shape)))


@pytest.mark.parametrize("name", REDUCTIONS)
@given(operand=described_many(), is_known=drawn.booleans())
def test_a_reduction_lies_within_the_claimed_bounds(
    name: str, operand: tuple[Value, list[float]], is_known: bool
) -> None:
    value, numbers = operand
    shape = (None, len(numbers) if is_known else None)
    assert describes(of(name, value, shape, axis=-1), float(REDUCTIONS[name](numbers)))


@pytest.mark.parametrize("name", ["Mean", "Sum", "Max", "Min"])
def test_logits_stay_logits(name: str) -> None:
    assert of(name, logits(), axis=1).kind is Kind.LOGITS


@pytest.mark.parametrize("name", ["Mean", "Sum", "Max", "Min", "Prod"])
def test_what_is_unknown_stays_so(name: str) -> None:
    assert of(name, anything("it is custom", "mine"), axis=1).kind is Kind.UNKNOWN


@pytest.mark.parametrize(
    ("config", "shape", "axis"),
    [
        ({"axis": 1}, SHAPE, -1),
        ({"axis": [1]}, SHAPE, -1),
        ({"axis": -2, "keepdims": True}, SHAPE, -1),
        ({"axis": -2}, None, -1),
        ({"axis": 1}, None, None),
        ({"axis": [1, 2]}, SHAPE, None),
        ({"axis": None}, SHAPE, None),
        ({"axis": None}, None, None),
    ],
    ids=[
        "another",
        "a list",
        "kept",
        "unknown rank",
        "unknown rank, positive",
        "both",
        "all",
        "all of an unknown rank",
    ],
)
def test_a_mean_over_another_axis_keeps_a_distribution(
    config: dict[str, Any], shape: Shape | None, axis: int | None
) -> None:
    assert of("Mean", distribution(), shape, **config).axis == axis


def test_the_class_axis_moves_when_one_behind_it_goes() -> None:
    assert of("Mean", distribution(-2), axis=-1).axis == -1
    assert of("Mean", distribution(-2), axis=-1, keepdims=True).axis == -2


@pytest.mark.parametrize(
    ("name", "shape", "low", "high"),
    [
        ("Mean", SHAPE, 1 / 3, 1 / 3),
        ("Mean", (None, 5, None), 0.0, 1.0),
        ("Sum", SHAPE, 1.0, 1.0),
        ("Sum", None, 1.0, 1.0),
    ],
    ids=["mean", "mean of unknown size", "sum", "sum of unknown size"],
)
def test_what_is_reduced_over_the_classes_is_constant(name: str, shape: Shape | None, low: float, high: float) -> None:
    value = of(name, distribution(), shape, axis=-1)
    assert (value.low, value.high) == (low, high)


def test_distributions_summed_over_another_axis_sum_to_its_size() -> None:
    value = of("Sum", distribution(), axis=1)
    assert (value.sum_axis, value.sum_total, value.high) == (-1, 5.0, 5.0)


@pytest.mark.parametrize("name", ["Max", "Min"])
def test_extremes_of_distributions_are_none(name: str) -> None:
    assert of(name, distribution(), axis=1).kind is Kind.UNIT_INTERVAL


@pytest.mark.parametrize("name", ["Max", "Mean"])
def test_reduced_logarithms_are_those_of_scores(name: str) -> None:
    assert of(name, log_distribution(), axis=1).log_of is LogOf.UNIT


@pytest.mark.parametrize(
    ("operand", "reaches"),
    [(logits(), (True, True)), (bounded(0.0, INFINITY), (False, True)), (scores(), (False, False))],
    ids=["logits", "relu", "scores"],
)
def test_a_sum_reaches_only_infinite_ends(operand: Value, reaches: tuple[bool, bool]) -> None:
    value = of("Sum", operand, axis=1)
    assert (value.reaches_low, value.reaches_high) == reaches


def test_a_product_of_scores_is_in_the_unit_interval() -> None:
    assert of("Prod", scores(), axis=-1).kind is Kind.UNIT_INTERVAL


@pytest.mark.parametrize(
    ("operand", "axis", "kind"),
    [
        (logits(), -1, Kind.LOGITS),
        (logits(), 1, Kind.UNKNOWN),
        (logits(), None, Kind.UNKNOWN),
        (copied(logits()), -1, Kind.UNKNOWN),
        (balanced(logits()), -1, Kind.UNKNOWN),
        (unbounded(source("a line", width=1)), -1, Kind.UNKNOWN),
        (bounded(-1.0, INFINITY), -1, Kind.UNKNOWN),
        (bounded(0.5, INFINITY), -1, Kind.RANGE),
    ],
    ids=["units", "places", "all", "copies", "balanced", "of one number", "one way", "positive"],
)
def test_a_product_goes_both_ways_where_any_of_its_numbers_can_turn_its_sign(
    operand: Value, axis: int | None, kind: Kind
) -> None:
    assert of("Prod", operand, axis=axis).kind is kind


@pytest.mark.parametrize(
    ("config", "shape", "high"),
    [({"axis": -1}, SHAPE, 2.0), ({"axis": None}, SHAPE, INFINITY), ({"axis": 1}, None, INFINITY)],
    ids=["known", "all axes", "unknown"],
)
def test_a_class_id_is_below_the_number_of_classes(config: dict[str, Any], shape: Shape | None, high: float) -> None:
    value = of("Argmax", scores(), shape, **config)
    assert (value.low, value.high, value.integer) == (0.0, high, True)


@pytest.mark.parametrize(
    ("classes", "kind"), [(3, Kind.PROBABILITIES), (2, Kind.UNIT_INTERVAL), (None, Kind.UNIT_INTERVAL)]
)
def test_one_hot_ids_are_a_distribution_if_every_id_has_a_place(classes: int | None, kind: Kind) -> None:
    identifiers = of("Argmax", scores(), axis=-1)
    value = of("OneHot", identifiers, (None, 5), num_classes=classes)
    assert (value.kind, value.integer) == (kind, True)


def test_one_hot_of_numbers_that_are_no_ids_is_no_distribution() -> None:
    assert of("OneHot", scores(), num_classes=3).kind is Kind.UNIT_INTERVAL


def test_the_largest_come_with_their_ids() -> None:
    largest, identifiers = apply(call(operation("TopK", k=2), (distribution(), SHAPE)))
    assert (largest.kind, identifiers.integer) == (Kind.UNIT_INTERVAL, True)


@pytest.mark.parametrize(
    ("name", "config", "before", "after"),
    [
        pytest.param("Mean", {"axis": 1}, SHAPE, [(None, 3)], id="one axis"),
        pytest.param("Mean", {"axis": [-1, 1], "keepdims": True}, SHAPE, [(None, 1, 1)], id="kept"),
        pytest.param("Mean", {"axis": None}, SHAPE, [()], id="all"),
        pytest.param("Mean", {"axis": 1}, None, [None], id="unknown rank"),
        pytest.param("OneHot", {"num_classes": 4}, (None, 5), [(None, 5, 4)], id="one-hot"),
        pytest.param("OneHot", {"num_classes": 4, "axis": 1}, (None, 5), [None], id="one-hot along another axis"),
        pytest.param("TopK", {"k": 2}, SHAPE, [None, None], id="top"),
    ],
)
def test_shapes(name: str, config: dict[str, Any], before: Shape | None, after: list[Shape | None]) -> None:
    assert shapes(call(operation(name, **config), (logits(), before))) == after


def test_the_axis_may_be_positional() -> None:
    called = call(operation("Mean"), (distribution(), SHAPE), args=("x", 1))
    assert result(called).axis == -1


@pytest.mark.parametrize(
    ("name", "operand", "initial", "low", "high", "reached"),
    [
        pytest.param("Max", logits(), 0.0, 0.0, INFINITY, (True, True), id="logits, from 0 on"),
        pytest.param("Min", logits(), 0.0, -INFINITY, 0.0, (True, True), id="logits, up to 0"),
        pytest.param("Max", scores(), 0.5, 0.5, 1.0, (True, True), id="scores"),
        pytest.param("Max", scores(), 7.0, 7.0, 7.0, (True, True), id="more than any score"),
        pytest.param("Amin", scores(), -1.0, -1.0, -1.0, (True, True), id="less than any score"),
        pytest.param("Amax", scores(), -1.0, 0.0, 1.0, (True, True), id="a number that never counts"),
    ],
)
def test_an_initial_number_counts_among_the_others(
    name: str, operand: Value, initial: float, low: float, high: float, reached: tuple[bool, bool]
) -> None:
    # A maximum comes near the lower end only where every number does at once, as those of a layer with biases do.
    value = of(name, operand, axis=1, initial=initial)
    assert (value.low, value.high, value.reaches_low, value.reaches_high) == (low, high, *reached)


@pytest.mark.parametrize("name", ["Max", "Amax", "Min", "Amin"])
@given(operand=described_many(), initial=finite_numbers)
def test_an_extreme_with_an_initial_number_is_bounded(
    name: str, operand: tuple[Value, list[float]], initial: float
) -> None:
    value, numbers = operand
    computed = float(REDUCTIONS[name]([*numbers, initial]))
    assert describes(of(name, value, (None, len(numbers)), axis=-1, initial=initial), computed)


def test_an_initial_number_that_is_not_readable_is_unknown() -> None:
    value = of("Max", scores(), axis=1, initial="least")
    assert value.unknown is not None
    assert value.unknown.reason == "its initial value is not readable"


@pytest.mark.parametrize(
    ("weights", "kind", "axis"),
    [
        pytest.param([1.0, 2.0, 0.0, 0.0, 1.0], Kind.PROBABILITIES, -1, id="one for each"),
        pytest.param(ConstantArray([1.0, 2.0, 0.0, 0.0, 1.0]), Kind.PROBABILITIES, -1, id="an array"),
        pytest.param([[1.0, 2.0, 3.0]], Kind.UNIT_INTERVAL, None, id="another for each class"),
        pytest.param([1.0, -2.0], Kind.UNKNOWN, None, id="negative"),
        pytest.param([0.0, 0.0], Kind.UNKNOWN, None, id="nothing but zeros"),
        pytest.param("heavy", Kind.UNKNOWN, None, id="unreadable"),
    ],
)
def test_weights_of_an_average(weights: object, kind: Kind, axis: int | None) -> None:
    value = of("Average", distribution(), axis=1, weights=weights)
    assert (value.kind, value.axis, value.reaches_high) == (kind, axis, False)


def test_weighted_logits_are_logits_unless_no_weight_counts() -> None:
    assert of("Average", logits(), axis=1, weights=[1.0, -2.0]).kind is Kind.LOGITS
    assert of("Average", logits(), axis=1, weights=[0.0, 0.0]).kind is Kind.UNKNOWN

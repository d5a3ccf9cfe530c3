from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as drawn

from logitcheck.analyzer.derivation import Derivation, Derived
from logitcheck.analyzer.transfer import apply, shapes, statistics
from logitcheck.analyzer.values import INFINITY, Kind, LogOf, Value, anything, between
from logitcheck.model import Shape
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
from tests.analyzer.strategies import described_many, describes

SHAPE: Shape = (None, 5, 3)

Compute = Callable[[Any], Any]


def clipped_by_norm(numbers: Any) -> Any:
    norm = numpy.linalg.norm(numbers)
    return numbers * 1.5 / norm if norm > 1.5 else numbers


def distances(numbers: Any) -> Any:
    return numpy.abs(numbers[:, None] - numbers[None, :])


REDUCTIONS: Mapping[str, tuple[Mapping[str, Any], Compute]] = {
    "Median": ({}, numpy.median),
    "Quantile": ({"q": 0.3}, lambda numbers: numpy.quantile(numbers, 0.3)),
    "Percentile": ({"q": 30}, lambda numbers: numpy.percentile(numbers, 30)),
    "Logsumexp": ({}, numpy.logaddexp.reduce),
    "Ptp": ({}, numpy.ptp),
    "Norm": ({}, numpy.linalg.norm),
    "Trapezoid": ({}, lambda numbers: numpy.sum(numbers[1:] + numbers[:-1]) / 2),
    "L2Loss": ({}, lambda numbers: numpy.sum(numbers**2) / 2),
    "ZeroFraction": ({}, lambda numbers: numpy.mean(numbers == 0)),
}

IGNORING_MISSING: Mapping[str, Compute] = {
    "Nanmedian": numpy.nanmedian,
    "Nanquantile": lambda numbers: numpy.nanquantile(numbers, 0.3),
    "Nanpercentile": lambda numbers: numpy.nanpercentile(numbers, 30),
    "Nanmax": numpy.nanmax,
    "Nanmin": numpy.nanmin,
    "Nanmean": numpy.nanmean,
    "Nansum": numpy.nansum,
    "Nanprod": numpy.nanprod,
    "Nanvar": numpy.nanvar,
    "Nanstd": numpy.nanstd,
    "Nancumsum": numpy.nancumsum,
    "Nancumprod": numpy.nancumprod,
}

ROWS: Mapping[str, Compute] = {
    "Cumsum": numpy.cumsum,
    "Cumprod": numpy.cumprod,
    "Diff": numpy.diff,
    "CDist": distances,
    "ClipByNorm": clipped_by_norm,
}

SEGMENTS: Mapping[str, Compute] = {
    "SegmentSum": lambda numbers: [numpy.sum(numbers), 0.0],
    "SegmentMean": lambda numbers: [numpy.mean(numbers), 0.0],
}

WITHOUT_BOUND = {"SegmentMax", "SegmentMin", "SegmentReduction"}
"""Of an empty segment they give the lowest or highest number there is."""


def of(name: str, value: Value, shape: Shape | None = SHAPE, **config: Any) -> Value:
    return result(call(operation(name, **config), (value, shape)))


def test_every_operation_has_a_test() -> None:
    tested = {*REDUCTIONS, *IGNORING_MISSING, *ROWS, *SEGMENTS, *WITHOUT_BOUND, "Moments"}
    assert set(statistics.OPERATIONS) == tested


@pytest.mark.parametrize("name", REDUCTIONS)
@given(operand=described_many(), is_known=drawn.booleans())
def test_one_number_for_many_lies_within_the_claimed_bounds(
    name: str, operand: tuple[Value, list[float]], is_known: bool
) -> None:
    value, numbers = operand
    config, compute = REDUCTIONS[name]
    shape = (None, len(numbers) if is_known else None)
    assert describes(of(name, value, shape, axis=-1, **config), float(compute(numpy.array(numbers))))


@pytest.mark.parametrize("name", IGNORING_MISSING)
@given(operand=described_many(), data=drawn.data())
def test_what_ignores_missing_numbers_lies_within_the_claimed_bounds(
    name: str, operand: tuple[Value, list[float]], data: drawn.DataObject
) -> None:
    value, numbers = operand
    missing = data.draw(drawn.lists(drawn.booleans(), min_size=len(numbers), max_size=len(numbers)))
    missing[-1] = False
    given_numbers = numpy.where(missing, numpy.nan, numbers)
    claimed = of(name, value, (None, len(numbers)), axis=-1)
    assert all(describes(claimed, float(number)) for number in numpy.ravel(IGNORING_MISSING[name](given_numbers)))


@pytest.mark.parametrize("name", {**ROWS, **SEGMENTS})
@given(operand=described_many())
def test_many_numbers_for_many_lie_within_the_claimed_bounds(name: str, operand: tuple[Value, list[float]]) -> None:
    value, numbers = operand
    computed = {**ROWS, **SEGMENTS}[name](numpy.array(numbers))
    claimed = of(name, value, (None, len(numbers)), axis=-1)
    assert all(describes(claimed, float(number)) for number in numpy.ravel(computed))


@given(described_many())
def test_mean_and_variance_lie_within_the_claimed_bounds(operand: tuple[Value, list[float]]) -> None:
    value, numbers = operand
    mean, variance = apply(call(operation("Moments", axes=[-1]), (value, (None, len(numbers)))))
    assert describes(mean, float(numpy.mean(numbers)))
    assert describes(variance, float(numpy.var(numbers)))


@pytest.mark.parametrize("name", ["Median", "Nanmedian", "Quantile", "Nanmax", "Nanmin", "Nanmean", "Nansum"])
def test_logits_stay_logits(name: str) -> None:
    assert of(name, logits(), axis=1).kind is Kind.LOGITS


@pytest.mark.parametrize("name", ["Logsumexp", "Cumsum", "Nancumsum"])
def test_sums_of_logits_are_logits(name: str) -> None:
    assert of(name, logits(), axis=1).kind is Kind.LOGITS


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("Diff", "it subtracts values of the same origin"),
        ("Cumprod", "nothing is known of a running product"),
        ("Trapezoid", "its integral has no known bound"),
        ("SegmentSum", "its segments may be empty"),
        ("SegmentMean", "its segments may be empty"),
        ("SegmentMax", "what it gives for an empty segment has no bound"),
        ("SegmentMin", "what it gives for an empty segment has no bound"),
        ("ClipByNorm", "it is cut down to a norm that is not followed"),
    ],
)
def test_nothing_is_known_of_other_operations_on_logits(name: str, reason: str) -> None:
    value = of(name, logits(), axis=1)
    assert value.kind is Kind.UNKNOWN
    assert value.unknown is not None
    assert (value.unknown.reason, value.unknown.layer) == (reason, name.lower())


@pytest.mark.parametrize("name", ["Cumsum", "Nancumsum", "SegmentSum", "Nansum"])
def test_sums_of_numbers_of_both_signs_say_why_they_are_unknown(name: str) -> None:
    value = of(name, bounded(-1.0, INFINITY), None, axis=-1)
    assert value.kind is Kind.UNKNOWN or value.low == -INFINITY
    assert value.reaches_low is False


@pytest.mark.parametrize("name", ["Nanmedian", "Nanmax", "Nansum", "Logsumexp", "Cumsum"])
def test_what_is_unknown_stays_so(name: str) -> None:
    value = of(name, anything("it is custom", "mine"), axis=1)
    assert value.kind is Kind.UNKNOWN
    assert value.unknown is not None


@pytest.mark.parametrize("name", ["Median", "Quantile", "Nanmax", "Nanmean", "Cumprod", "ClipByNorm"])
def test_distributions_become_scores(name: str) -> None:
    value = of(name, distribution(), axis=1)
    assert (value.kind, value.axis) == (Kind.UNIT_INTERVAL, None)


def test_quantiles_of_a_distribution_need_not_come_near_its_ends() -> None:
    value = of("Median", distribution(), axis=-1)
    assert (value.low, value.high, value.reaches_low, value.reaches_high) == (0.0, 1.0, False, False)


@pytest.mark.parametrize(
    ("name", "operand", "axis", "low", "high"),
    [
        pytest.param("Cumsum", distribution(), -1, 0.0, 1.0, id="over the classes"),
        pytest.param("Cumsum", distribution(), 1, 0.0, INFINITY, id="over another axis"),
        pytest.param("Cumsum", distribution(), None, 0.0, INFINITY, id="over everything"),
        pytest.param("Cumsum", bounded(2.0, 3.0), -1, 2.0, INFINITY, id="of positive numbers"),
        pytest.param("Nancumsum", bounded(2.0, 3.0), -1, 0.0, INFINITY, id="of positive numbers, the first missing"),
        pytest.param("Cumsum", bounded(-3.0, -2.0), -1, -INFINITY, -2.0, id="of negative numbers"),
    ],
)
def test_running_sums(name: str, operand: Value, axis: int | None, low: float, high: float) -> None:
    value = of(name, operand, axis=axis)
    assert (value.low, value.high) == (low, high)


def test_exclusive_running_sums_begin_with_0() -> None:
    assert of("Cumsum", bounded(2.0, 3.0), axis=-1, exclusive=True).low == 0.0
    assert of("Cumsum", bounded(-3.0, -2.0), axis=-1, exclusive=True).high == 0.0


def test_running_sums_may_go_over_a_positional_axis() -> None:
    called = call(operation("Cumsum"), (distribution(), SHAPE), args=("x", 2))
    assert result(called).high == 1.0


@pytest.mark.parametrize(
    ("operand", "config", "low", "high", "reached"),
    [
        pytest.param(distribution(), {"axis": -1}, 0.0, 1.0, (False, True), id="distribution"),
        pytest.param(bounded(2.0, 3.0), {"axis": -1}, 0.0, 9.0, (False, False), id="positive"),
        pytest.param(bounded(-3.0, -2.0), {"axis": -1}, -9.0, 0.0, (False, False), id="negative"),
        pytest.param(bounded(0.0, INFINITY), {"axis": -1}, 0.0, INFINITY, (False, True), id="relu"),
    ],
)
def test_a_sum_of_what_may_be_missing_may_be_0(
    operand: Value, config: dict[str, Any], low: float, high: float, reached: tuple[bool, bool]
) -> None:
    value = of("Nansum", operand, **config)
    assert (value.low, value.high, value.reaches_low, value.reaches_high) == (low, high, *reached)


@pytest.mark.parametrize(
    ("operand", "config", "shape", "low", "high"),
    [
        pytest.param(bounded(0.0, 2.0), {"axis": -1}, (None, 1), 0.0, 2.0, id="of one"),
        pytest.param(bounded(0.0, 2.0), {"axis": -1}, (None, None), 0.0, INFINITY, id="of unknown many"),
        pytest.param(bounded(0.0, 2.0), {"axis": 1}, None, 0.0, INFINITY, id="of an unknown axis"),
        pytest.param(log_distribution(), {"axis": -1}, SHAPE, 0.0, 0.0, id="of a log-softmax"),
        pytest.param(log_distribution(), {"axis": 2}, SHAPE, 0.0, 0.0, id="of a log-softmax, positive axis"),
        pytest.param(log_distribution(), {"axis": [-1]}, SHAPE, 0.0, 0.0, id="of a log-softmax, a list"),
    ],
)
def test_the_logarithm_of_a_sum_of_exponentials(
    operand: Value, config: dict[str, Any], shape: Shape | None, low: float, high: float
) -> None:
    value = of("Logsumexp", operand, shape, **config)
    assert (value.low, value.high) == (low, high)


def test_a_log_softmax_summed_over_another_axis_is_not_constant() -> None:
    value = of("Logsumexp", log_distribution(), axis=1)
    assert (value.low, value.high) == (-INFINITY, pytest.approx(1.6094379))


@pytest.mark.parametrize(
    ("operand", "high"),
    [(bounded(-1.0, 3.0), 4.0), (bounded(0.0, INFINITY), INFINITY), (logits(), INFINITY), (distribution(), 1.0)],
    ids=["range", "relu", "logits", "softmax"],
)
def test_the_distance_from_the_smallest_to_the_largest(operand: Value, high: float) -> None:
    value = of("Ptp", operand, axis=-1)
    assert (value.low, value.high, value.reaches_high) == (0.0, high, False)


@pytest.mark.parametrize(
    ("operand", "config", "low", "high"),
    [
        pytest.param(distribution(), {"ord": 1, "axis": -1}, 1.0, 1.0, id="order 1 over the classes"),
        pytest.param(distribution(), {"ord": 1, "axis": 1}, 0.0, 5.0, id="order 1 over another axis"),
        pytest.param(distribution(), {"ord": 1, "axis": [1, 2]}, 0.0, INFINITY, id="order 1 of a matrix"),
        pytest.param(distribution(), {"ord": 2, "axis": -1}, 0.0, INFINITY, id="order 2"),
        pytest.param(logits(), {"ord": 1, "axis": -1}, 0.0, INFINITY, id="order 1 of logits"),
    ],
)
def test_a_norm_is_not_negative(operand: Value, config: dict[str, Any], low: float, high: float) -> None:
    value = of("Norm", operand, **config)
    assert (value.low, value.high) == (low, high)


@pytest.mark.parametrize(
    ("config", "kind"),
    [
        pytest.param({}, Kind.RANGE, id="unit steps"),
        pytest.param({"dx": 0.5}, Kind.RANGE, id="other steps"),
        pytest.param({"dx": -1.0}, Kind.UNKNOWN, id="backwards"),
        pytest.param({"dx": "wide"}, Kind.UNKNOWN, id="unreadable steps"),
        pytest.param({"x": [2.0, 1.0, 0.0]}, Kind.UNKNOWN, id="places of its own"),
    ],
)
def test_an_integral_of_positive_numbers_is_positive_if_it_runs_forwards(config: dict[str, Any], kind: Kind) -> None:
    assert of("Trapezoid", scores(), **config).kind is kind


@pytest.mark.parametrize(
    ("operand", "config", "kind"),
    [
        pytest.param(scores(), {}, Kind.RANGE, id="scores"),
        pytest.param(scores(), {"n": 2}, Kind.UNKNOWN, id="twice over"),
        pytest.param(bounded(0.0, INFINITY), {}, Kind.UNKNOWN, id="relu"),
    ],
)
def test_differences_of_neighbours(operand: Value, config: dict[str, Any], kind: Kind) -> None:
    value = of("Diff", operand, **config)
    assert value.kind is kind
    assert (value.unknown is None) is (kind is Kind.RANGE)


@pytest.mark.parametrize(
    ("operand", "low", "high"),
    [
        (bounded(2.0, 3.0), 0.0, 3.0),
        (bounded(-3.0, -2.0), -3.0, 0.0),
        (scores(), 0.0, 1.0),
    ],
    ids=["positive", "negative", "scores"],
)
@pytest.mark.parametrize("name", ["SegmentMean", "ClipByNorm"])
def test_numbers_that_may_shrink_to_0(name: str, operand: Value, low: float, high: float) -> None:
    value = of(name, operand)
    assert (value.low, value.high) == (low, high)


def test_squares_of_logits_have_no_upper_bound() -> None:
    value = of("L2Loss", logits())
    assert (value.low, value.high, value.reaches_high) == (0.0, INFINITY, True)
    assert of("L2Loss", scores()).reaches_high is False


def test_pooled_logarithms_are_those_of_scores() -> None:
    assert of("Nanmax", log_distribution(), axis=1).log_of is LogOf.UNIT
    assert of("Median", log_distribution(), axis=1).log_of is LogOf.UNIT


@pytest.mark.parametrize(
    ("name", "config", "before", "after"),
    [
        pytest.param("Median", {"axis": 1}, SHAPE, [(None, 3)], id="median"),
        pytest.param("Median", {"axis": 1, "keepdims": True}, SHAPE, [(None, 1, 3)], id="median, kept"),
        pytest.param("Nanmax", {"axis": [0, -1]}, SHAPE, [(5,)], id="several axes"),
        pytest.param("Logsumexp", {"axis": None}, SHAPE, [()], id="all axes"),
        pytest.param("Logsumexp", {"axis": -1}, None, [None], id="unknown rank"),
        pytest.param("Quantile", {"axis": -1}, SHAPE, [None], id="quantiles"),
        pytest.param("Cumsum", {"axis": 1}, SHAPE, [SHAPE], id="running"),
        pytest.param("Cumsum", {"axis": None}, SHAPE, [None], id="running over everything"),
        pytest.param("Moments", {"axes": [1]}, SHAPE, [(None, 3), (None, 3)], id="moments"),
        pytest.param("Moments", {"axes": [1], "keepdims": True}, SHAPE, [(None, 1, 3)] * 2, id="moments, kept"),
        pytest.param("Moments", {"axes": [7]}, SHAPE, [None, None], id="moments along no axis of it"),
        pytest.param("L2Loss", {}, SHAPE, [()], id="one number"),
        pytest.param("ClipByNorm", {}, SHAPE, [SHAPE], id="the same"),
    ],
)
def test_shapes(name: str, config: dict[str, Any], before: Shape | None, after: list[Shape | None]) -> None:
    assert shapes(call(operation(name, **config), (logits(), before))) == after


def test_a_constant_median_is_that_constant() -> None:
    value = of("Median", between(2.0, 2.0), axis=-1)
    assert (value.low, value.high) == (2.0, 2.0)


@pytest.mark.parametrize(
    ("config", "remembered"),
    [
        pytest.param({"axis": -1, "keepdims": True}, True, id="kept"),
        pytest.param({"axis": -1}, False, id="gone"),
        pytest.param({"axis": [1, 2], "keepdims": True}, False, id="several"),
    ],
)
def test_the_logarithm_of_a_sum_of_exponentials_remembers_of_what_it_is(
    config: dict[str, Any], *, remembered: bool
) -> None:
    expected = Derived(Derivation.LOG_SUM_EXP, reference(), -1) if remembered else None
    assert of("Logsumexp", logits(), **config).derived == expected


@pytest.mark.parametrize(
    ("operand", "axis", "ends"),
    [
        pytest.param(bounded(-1.0, INFINITY), -1, (-3.0, INFINITY), id="of three numbers"),
        pytest.param(bounded(-1.0, 2.0), 1, (-5.0, 10.0), id="of five numbers"),
        pytest.param(bounded(-1.0, 2.0), None, (-INFINITY, INFINITY), id="of who knows how many"),
    ],
)
def test_running_sums_of_both_signs_are_bounded_by_how_many_there_are(
    operand: Value, axis: int | None, ends: tuple[float, float]
) -> None:
    value = of("Cumsum", operand, axis=axis)
    assert ((value.low, value.high), value.reaches_low, value.reaches_high) == (ends, False, False)

"""Operations that put other numbers among those they are given: zeros, updates, sums, fillings."""

from __future__ import annotations

from typing import Any

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as drawn

from logitcheck.analyzer.values import INFINITY, Kind, Value, anything
from logitcheck.model import ConstantArray, Shape
from tests.analyzer.given import (
    Operand,
    bounded,
    call,
    distribution,
    log_distribution,
    logits,
    operation,
    reason,
    reference,
    result,
    scores,
)
from tests.analyzer.strategies import described, described_many, describes

SHAPE: Shape = (None, 5, 3)

ZERO_FILLED = {"Diag", "Diagflat", "Unfold", "Tril", "Triu", "BandPart"}
OVERWRITTEN = {"SliceUpdate", "ScatterUpdate"}
SUMMED = {"Scatter", "Fold", "Trace"}
FILLED = {"Full", "FullLike", "OnesLike", "ZerosLike", "Identities"}
NAMES = ZERO_FILLED | OVERWRITTEN | SUMMED | FILLED | {"Linspace", "Select", "Vander"}


def of(name: str, *operands: Value, **config: Any) -> Value:
    return result(call(operation(name, **config), *((operand, SHAPE) for operand in operands)))


@pytest.mark.parametrize("name", sorted(ZERO_FILLED))
@pytest.mark.parametrize(
    ("operand", "kind", "low", "high"),
    [
        pytest.param(distribution(), Kind.UNIT_INTERVAL, 0.0, 1.0, id="distribution"),
        pytest.param(logits(), Kind.LOGITS, -INFINITY, INFINITY, id="logits"),
        pytest.param(bounded(2.0, 3.0), Kind.RANGE, 0.0, 3.0, id="positive"),
        pytest.param(bounded(-3.0, -2.0), Kind.RANGE, -3.0, 0.0, id="negative"),
        pytest.param(log_distribution(), Kind.RANGE, -INFINITY, 0.0, id="logarithms"),
        pytest.param(anything("it is custom", "mine"), Kind.UNKNOWN, -INFINITY, INFINITY, id="unknown"),
    ],
)
def test_zeros_come_in(name: str, operand: Value, kind: Kind, low: float, high: float) -> None:
    value = of(name, operand)
    assert (value.kind, value.low, value.high, value.axis) == (kind, low, high, None)


@given(described_many(), drawn.integers(-2, 2))
def test_a_triangle_lies_within_the_claimed_bounds(operand: tuple[Value, list[float]], diagonal: int) -> None:
    value, numbers = operand
    matrix = numpy.outer(numpy.ones(len(numbers)), numbers)
    for name, computed in (("Tril", numpy.tril(matrix, diagonal)), ("Diag", numpy.diag(numbers, diagonal))):
        assert all(describes(of(name, value), float(number)) for number in numpy.ravel(computed))


@pytest.mark.parametrize("name", sorted(OVERWRITTEN))
@pytest.mark.parametrize(
    ("inputs", "updates", "kind"),
    [
        pytest.param(distribution(name="a"), distribution(name="b"), Kind.UNIT_INTERVAL, id="distributions"),
        pytest.param(logits("a"), logits("b"), Kind.LOGITS, id="logits"),
        pytest.param(logits("a"), scores("b"), Kind.UNKNOWN, id="scores in logits"),
        pytest.param(bounded(0.0, 2.0), scores("b"), Kind.RANGE, id="scores in a range"),
        pytest.param(bounded(0.0, INFINITY, "a"), bounded(-INFINITY, 0.0, "b"), Kind.UNKNOWN, id="both signs"),
    ],
)
def test_numbers_put_in_other_places_mix_with_them(name: str, inputs: Value, updates: Value, kind: Kind) -> None:
    value = of(name, inputs, bounded(0.0, 9.0, "places"), updates)
    assert (value.kind, value.axis) == (kind, None)
    assert (value.unknown is None) is (kind is not Kind.UNKNOWN)
    assert (value.reaches_low, value.reaches_high) == ((True, True) if kind is Kind.LOGITS else (False, False))


@pytest.mark.parametrize("name", sorted(OVERWRITTEN))
def test_what_is_put_in_must_be_readable(name: str) -> None:
    assert reason(of(name, scores(), bounded(0.0, 9.0))) == "one of its operands is not readable"


@pytest.mark.parametrize(
    ("reduction", "inputs", "updates", "kind"),
    [
        pytest.param("max", scores("a"), scores("b"), Kind.UNIT_INTERVAL, id="the larger one"),
        pytest.param("min", scores("a"), scores("b"), Kind.UNIT_INTERVAL, id="the smaller one"),
        pytest.param("add", scores("a"), scores("b"), Kind.RANGE, id="added"),
        pytest.param("mul", scores("a"), scores("b"), Kind.RANGE, id="multiplied"),
        pytest.param("add", logits("a"), logits("b"), Kind.UNKNOWN, id="added logits"),
        pytest.param("add", scores("a"), bounded(-1.0, 0.0), Kind.UNKNOWN, id="added numbers of another sign"),
    ],
)
def test_an_update_may_add_to_what_is_there(reduction: str, inputs: Value, updates: Value, kind: Kind) -> None:
    value = of("ScatterUpdate", inputs, bounded(0.0, 9.0, "places"), updates, reduction=reduction)
    assert value.kind is kind
    assert (value.unknown is None) is (kind is not Kind.UNKNOWN)


@pytest.mark.parametrize(
    ("operand", "low", "high"),
    [
        pytest.param(scores(), 0.0, INFINITY, id="scores"),
        pytest.param(bounded(-3.0, -1.0), -INFINITY, 0.0, id="negative"),
        pytest.param(bounded(-1.0, 1.0), -INFINITY, INFINITY, id="both signs"),
    ],
)
@pytest.mark.parametrize("name", sorted(SUMMED))
def test_sums_of_what_falls_together_keep_a_common_sign(name: str, operand: Value, low: float, high: float) -> None:
    operands = [bounded(0.0, 9.0, "places"), operand] if name == "Scatter" else [operand]
    value = of(name, *operands)
    assert (value.low, value.high) == (low, high)
    assert reason(value) == ("it adds up numbers of both signs" if low == -high else None)
    assert operand.sources <= value.sources


def test_only_a_diagonal_of_logits_sums_to_logits() -> None:
    assert of("Trace", logits()).kind is Kind.LOGITS
    assert of("Fold", logits()).kind is Kind.UNKNOWN


def test_values_to_scatter_may_be_a_keyword() -> None:
    operands = [(bounded(0.0, 9.0), SHAPE), (scores(), SHAPE)]
    called = call(operation("Scatter"), *operands, args=(reference(0),), kwargs={"values": reference(1)})
    assert result(called).low == 0.0


@given(described("from"), described("to"), drawn.floats(0.0, 1.0))
def test_spaced_numbers_lie_between_the_ends(
    start: tuple[Value, float], stop: tuple[Value, float], share: float
) -> None:
    claimed = of("Linspace", start[0], stop[0])
    assert describes(claimed, start[1] + share * (stop[1] - start[1]))
    assert (claimed.reaches_low, claimed.reaches_high) == (False, False)


def test_numbers_between_logits_are_unknown_with_a_reason() -> None:
    assert reason(of("Linspace", logits("a"), logits("b"))) == "its ends have no known bounds"


def test_ends_may_be_numbers() -> None:
    value = result(call(operation("Linspace"), args=(0.0,), kwargs={"stop": 1.0}))
    assert value.kind is Kind.UNIT_INTERVAL


@pytest.mark.parametrize(
    ("choices", "default", "kind"),
    [
        pytest.param([logits("a"), logits("b")], logits("c"), Kind.LOGITS, id="logits"),
        pytest.param([logits("a")], None, Kind.UNKNOWN, id="logits, or else 0"),
        pytest.param([scores("a"), scores("b")], None, Kind.UNIT_INTERVAL, id="scores, or else 0"),
        pytest.param([bounded(2.0, 3.0)], None, Kind.RANGE, id="a range, or else 0"),
        pytest.param([distribution(name="a")], distribution(name="b"), Kind.UNIT_INTERVAL, id="distributions"),
    ],
)
def test_a_selection_is_what_all_choices_are(choices: list[Value], default: Value | None, kind: Kind) -> None:
    operands: list[Operand] = [(value, SHAPE) for value in [scores("condition"), *choices]]
    listed = [reference(position) for position in range(1, len(operands))]
    args: tuple[object, ...] = ([reference(0)], listed)
    if default is not None:
        operands.append((default, SHAPE))
        args = (*args, reference(len(operands) - 1))
    value = result(call(operation("Select"), *operands, args=args))
    assert value.kind is kind
    assert (value.unknown is None) is (kind is not Kind.UNKNOWN)
    assert scores("condition").sources <= value.sources


@pytest.mark.parametrize(
    ("name", "args", "low", "high"),
    [
        pytest.param("Full", ((2, 3), 0.5), 0.5, 0.5, id="a number"),
        pytest.param("FullLike", (reference(), -2.0), -2.0, -2.0, id="a number, like a tensor"),
        pytest.param("Full", ((2, 3), ConstantArray([1.0, 4.0])), 1.0, 4.0, id="an array"),
        pytest.param("Full", ((2, 3), reference()), 0.0, 1.0, id="a tensor"),
        pytest.param("OnesLike", (reference(),), 1.0, 1.0, id="ones"),
        pytest.param("ZerosLike", (reference(),), 0.0, 0.0, id="zeros"),
        pytest.param("Identities", (3,), 0.0, 1.0, id="an identity matrix"),
    ],
)
def test_what_is_filled_holds_nothing_else(name: str, args: tuple[object, ...], low: float, high: float) -> None:
    value = result(call(operation(name), (distribution(), SHAPE), args=args))
    assert (value.low, value.high, value.axis) == (low, high, None)


def test_what_is_filled_with_something_unreadable_is_unknown() -> None:
    called = call(operation("Full"), args=((2, 3),))
    assert reason(result(called)) == "one of its operands is not readable"


def test_powers_stay_only_in_the_unit_interval() -> None:
    assert of("Vander", scores()).kind is Kind.UNIT_INTERVAL
    assert reason(of("Vander", bounded(0.0, 2.0))) == "it takes powers of numbers beyond 1"

from __future__ import annotations

from typing import Any

import pytest

from logitcheck.analyzer.transfer import shapes
from logitcheck.analyzer.values import Kind, LogOf, Value
from logitcheck.model import ConstantArray, Shape
from tests.analyzer.given import call, distribution, log_distribution, logits, operation, result, scores

SHAPE: Shape = (None, 5, 3)


def of(name: str, *values: Value, operand_shape: Shape | None = SHAPE, **config: Any) -> Value:
    return result(call(operation(name, **config), *[(value, operand_shape) for value in values]))


@pytest.mark.parametrize(
    ("name", "config"),
    [
        ("Reshape", {"newshape": [-1, 15]}),
        ("ExpandDims", {"axis": 1}),
        ("Squeeze", {}),
        ("Transpose", {}),
        ("Swapaxes", {"axis1": 1, "axis2": 2}),
        ("Moveaxis", {"source": 1, "destination": 2}),
        ("Ravel", {}),
        ("Roll", {"shift": 1}),
        ("BroadcastTo", {"shape": [2, 5, 3]}),
        ("Concatenate", {}),
        ("Stack", {}),
        ("Pad", {}),
    ],
)
def test_logits_stay_logits(name: str, config: dict[str, Any]) -> None:
    assert of(name, logits(), **config).kind is Kind.LOGITS


@pytest.mark.parametrize(
    ("name", "config", "shape"),
    [
        pytest.param("Reshape", {"newshape": None}, SHAPE, id="no target"),
        pytest.param("Reshape", {"newshape": [None, "x"]}, SHAPE, id="unreadable target"),
        pytest.param("Reshape", {"newshape": [-1, 3]}, None, id="unknown rank"),
        pytest.param("ExpandDims", {"axis": 1}, None, id="expanded in an unknown rank"),
        pytest.param("ExpandDims", {"axis": [1, 2]}, SHAPE, id="expanded by several"),
        pytest.param("Squeeze", {}, None, id="squeezed in an unknown rank"),
        pytest.param("Squeeze", {"axis": 1}, None, id="squeezed along an unknown axis"),
        pytest.param("Transpose", {}, None, id="transposed in an unknown rank"),
        pytest.param("Transpose", {"axes": [0, 1, 1]}, SHAPE, id="no permutation"),
        pytest.param("Swapaxes", {"axis1": 1, "axis2": 9}, SHAPE, id="no such axis"),
        pytest.param("Moveaxis", {"source": [1], "destination": [1, 2]}, SHAPE, id="of different lengths"),
        pytest.param("Ravel", {}, SHAPE, id="flat"),
        pytest.param("BroadcastTo", {"shape": [2, 5, 3]}, (None, 5, 1), id="the class axis stretched"),
    ],
)
def test_a_distribution_that_cannot_be_followed_is_lost(name: str, config: dict[str, Any], shape: Shape | None) -> None:
    assert of(name, distribution(), operand_shape=shape, **config).kind is Kind.UNIT_INTERVAL


@pytest.mark.parametrize(
    ("target", "kind"),
    [([None, 5, 3], Kind.PROBABILITIES), ([None, -1, 3], Kind.PROBABILITIES), ([None, 15], Kind.UNIT_INTERVAL)],
    ids=["the same", "with a gap", "flat"],
)
def test_a_target_may_leave_the_batch_open(target: list[int | None], kind: Kind) -> None:
    assert of("Reshape", distribution(), newshape=target).kind is kind


def test_a_negative_axis_needs_no_rank() -> None:
    assert of("ExpandDims", distribution(), operand_shape=None, axis=-1).axis == -2
    assert of("ExpandDims", distribution(), operand_shape=None, axis=-2).axis == -1


@pytest.mark.parametrize("name", ["Concatenate", "Stack"])
def test_nothing_joined_is_unknown(name: str) -> None:
    assert of(name).kind is Kind.UNKNOWN


def test_the_axis_of_a_join_may_be_positional() -> None:
    operands = [(distribution(name="a"), SHAPE), (distribution(name="b"), SHAPE)]
    assert result(call(operation("Concatenate"), *operands, args=("xs", 1))).kind is Kind.PROBABILITIES
    assert result(call(operation("Stack"), *operands, args=("xs", -1))).axis == -2


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        pytest.param([distribution(name="a"), distribution(name="b")], Kind.PROBABILITIES, id="distributions"),
        pytest.param([distribution(name="a"), distribution(-2, "b")], Kind.UNIT_INTERVAL, id="along other axes"),
        pytest.param([distribution(name="a"), scores("b")], Kind.UNIT_INTERVAL, id="one is none"),
        pytest.param([distribution(name="a"), log_distribution(name="b")], Kind.RANGE, id="one is a logarithm"),
        pytest.param([log_distribution(name="a"), log_distribution(name="b")], Kind.LOG_PROBABILITIES, id="logarithms"),
        pytest.param([scores("a"), logits("b")], Kind.UNKNOWN, id="different kinds"),
    ],
)
def test_a_stack_is_what_all_of_it_is(values: list[Value], kind: Kind) -> None:
    assert of("Stack", *values, axis=1).kind is kind


def test_stacked_logarithms_keep_their_axis() -> None:
    value = of("Stack", log_distribution(name="a"), log_distribution(name="b"), axis=-1)
    assert (value.log_of, value.log_axis) == (LogOf.SIMPLEX, -2)


def test_a_stack_of_scores_remembers_their_activation() -> None:
    value = of("Stack", scores("a"), scores("b"), axis=-1)
    assert value.applied is not None
    assert of("Stack", scores("a"), distribution(name="b"), axis=-1).applied is None


def test_a_stack_along_an_unknown_axis_loses_the_distribution() -> None:
    assert (
        of("Stack", distribution(name="a"), distribution(name="b"), operand_shape=None, axis=1).kind
        is Kind.UNIT_INTERVAL
    )


@pytest.mark.parametrize(
    ("config", "kind", "high"),
    [
        ({}, Kind.UNIT_INTERVAL, 1.0),
        ({"mode": "reflect"}, Kind.UNIT_INTERVAL, 1.0),
        ({"constant_values": 4.0}, Kind.RANGE, 4.0),
        ({"constant_values": ConstantArray(4.0)}, Kind.RANGE, 4.0),
    ],
    ids=["zeros", "reflected", "a number", "an array of one"],
)
def test_padding_mixes_the_filler_in(config: dict[str, Any], kind: Kind, high: float) -> None:
    value = of("Pad", distribution(), **config)
    assert (value.kind, value.high) == (kind, high)


def test_rolled_numbers_remember_their_activation() -> None:
    assert of("Roll", scores(), shift=1).applied == scores().applied


@pytest.mark.parametrize(
    ("name", "config", "before", "after"),
    [
        pytest.param("Reshape", {"newshape": [-1, 15]}, SHAPE, (None, 15), id="reshaped"),
        pytest.param("Reshape", {"newshape": [None, -1]}, SHAPE, (None, 15), id="reshaped with a gap"),
        pytest.param("ExpandDims", {"axis": -1}, SHAPE, (None, 5, 3, 1), id="expanded at the end"),
        pytest.param("ExpandDims", {"axis": 0}, SHAPE, (1, None, 5, 3), id="expanded at the front"),
        pytest.param("ExpandDims", {"axis": -9}, SHAPE, None, id="expanded nowhere"),
        pytest.param("ExpandDims", {"axis": -1}, None, None, id="expanded, unknown rank"),
        pytest.param("Squeeze", {}, (None, 1, 3, 1), (None, 3), id="squeezed"),
        pytest.param("Squeeze", {"axis": [1]}, (None, 1, 3, 1), (None, 3, 1), id="squeezed along one"),
        pytest.param("Squeeze", {}, None, None, id="squeezed, unknown rank"),
        pytest.param("Transpose", {}, SHAPE, (3, 5, None), id="transposed"),
        pytest.param("Transpose", {"axes": [0, -1, 1]}, SHAPE, (None, 3, 5), id="permuted"),
        pytest.param("Transpose", {"axes": [1, 0]}, SHAPE, None, id="permuted in another rank"),
        pytest.param("Ravel", {}, SHAPE, None, id="flat"),
        pytest.param("BroadcastTo", {"shape": [2, 5, 3]}, SHAPE, (2, 5, 3), id="broadcast"),
        pytest.param("BroadcastTo", {}, SHAPE, None, id="broadcast to nothing"),
        pytest.param("Stack", {"axis": 9}, SHAPE, None, id="stacked nowhere"),
        pytest.param("Stack", {"axis": "x"}, SHAPE, None, id="stacked along something unreadable"),
        pytest.param("Stack", {}, SHAPE, (1, None, 5, 3), id="stacked in front"),
        pytest.param("Concatenate", {"axis": 1}, SHAPE, (None, 5, 3), id="one alone"),
    ],
)
def test_shapes(name: str, config: dict[str, Any], before: Shape | None, after: Shape | None) -> None:
    assert shapes(call(operation(name, **config), (logits(), before))) == [after]

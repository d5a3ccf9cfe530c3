from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as drawn

from logitcheck.analyzer.transfer import shapes
from logitcheck.analyzer.values import Kind, Value, anything
from logitcheck.model import ConstantArray, Shape
from tests.analyzer.given import Operand, bounded, call, distribution, logits, operation, reference, result, scores
from tests.analyzer.strategies import described, describes, finite_numbers

SHAPE: Shape = (None, 5, 3)
FIRST, SECOND = reference(0), reference(1)


def of(name: str, *values: Value, args: list[Any] | None = None, **arguments: Any) -> Value:
    return result(call(operation(name), *[(value, SHAPE) for value in values], args=args, **arguments))


BINARY: Mapping[str, Callable[[float, float], float]] = {
    "Add": lambda x, y: x + y,
    "AddN": lambda x, y: x + y,
    "BiasAdd": lambda x, y: x + y,
    "Subtract": lambda x, y: x - y,
    "Multiply": lambda x, y: x * y,
    "Maximum": max,
    "Minimum": min,
    "Greater": lambda x, y: x > y,
    "Equal": lambda x, y: x == y,
}


@pytest.mark.parametrize("name", BINARY)
@given(left=described("left"), right=described("right"))
def test_a_result_of_two_tensors_lies_within_the_claimed_bounds(
    name: str, left: tuple[Value, float], right: tuple[Value, float]
) -> None:
    assert describes(of(name, left[0], right[0]), BINARY[name](left[1], right[1]))


@pytest.mark.parametrize("name", BINARY)
@given(operand=described(), number=finite_numbers, first=drawn.booleans())
def test_a_result_of_a_tensor_and_a_number_lies_within_the_claimed_bounds(
    name: str, operand: tuple[Value, float], number: float, first: bool
) -> None:
    value, element = operand
    args = [number, FIRST] if first else [FIRST, number]
    pair = (number, element) if first else (element, number)
    assert describes(of(name, value, args=args), BINARY[name](*pair))


@pytest.mark.parametrize("name", ["Divide", "TrueDivide"])
@given(operand=described(), number=finite_numbers.filter(bool), first=drawn.booleans())
def test_a_quotient_lies_within_the_claimed_bounds(
    name: str, operand: tuple[Value, float], number: float, first: bool
) -> None:
    value, element = operand
    assume(not first or abs(element) > 1e-6)
    args = [number, FIRST] if first else [FIRST, number]
    assert describes(of(name, value, args=args), number / element if first else element / number)


@given(described(), drawn.sampled_from([0.5, 1.0, 2.0, 3.0]))
def test_a_power_lies_within_the_claimed_bounds(operand: tuple[Value, float], power: float) -> None:
    value, number = operand
    assume(number >= 0 or power == int(power))
    assert describes(of("Power", value, args=[FIRST, power]), number**power)


@pytest.mark.parametrize("exponent", [SECOND, ConstantArray([1.0, 2.0])], ids=["a tensor", "an array"])
def test_a_power_that_is_no_number_is_unknown(exponent: object) -> None:
    assert of("Power", scores("a"), scores("b"), args=[FIRST, exponent]).kind is Kind.UNKNOWN


@given(described("left"), described("right"), drawn.booleans())
def test_a_choice_lies_within_the_claimed_bounds(
    left: tuple[Value, float], right: tuple[Value, float], condition: bool
) -> None:
    value = of("Where", left[0], right[0], args=["condition", FIRST, SECOND])
    assert describes(value, left[1] if condition else right[1])


@pytest.mark.parametrize(
    ("branches", "kind"),
    [
        pytest.param([logits("a"), logits("b")], Kind.LOGITS, id="logits"),
        pytest.param([scores("a"), scores("b")], Kind.UNIT_INTERVAL, id="scores"),
        pytest.param([logits("a"), scores("b")], Kind.UNKNOWN, id="logits or scores"),
    ],
)
def test_a_choice_is_what_both_branches_are(branches: list[Value], kind: Kind) -> None:
    assert of("Where", *branches, args=["condition", FIRST, SECOND]).kind is kind


def test_a_choice_between_ids_is_an_id() -> None:
    identifier = result(call(operation("Argmax", axis=-1), (scores(), SHAPE)))
    assert of("Where", identifier, identifier, args=["condition", FIRST, SECOND]).integer
    assert not of("Where", identifier, scores("b"), args=["condition", FIRST, SECOND]).integer


def test_the_branches_of_a_choice_may_be_keywords() -> None:
    assert of("Where", scores(), args=["condition"], kwargs={"x1": FIRST, "x2": 0.0}).kind is Kind.UNIT_INTERVAL


def test_a_choice_without_branches_is_unknown() -> None:
    assert of("Where", scores(), args=["condition"]).kind is Kind.UNKNOWN


@pytest.mark.parametrize(
    ("args", "kwargs", "kind"),
    [
        pytest.param([FIRST, SECOND], {}, Kind.LOGITS, id="positional"),
        pytest.param([[FIRST, SECOND]], {}, Kind.LOGITS, id="a list of tensors"),
        pytest.param([FIRST], {"x2": SECOND}, Kind.LOGITS, id="keyword of Keras"),
        pytest.param([FIRST], {"y": SECOND}, Kind.LOGITS, id="keyword of TensorFlow"),
        pytest.param([FIRST, ConstantArray([1.0, 2.0])], {}, Kind.LOGITS, id="an array"),
        pytest.param([FIRST, [1.0, 2.0]], {}, Kind.LOGITS, id="a list of numbers"),
        pytest.param([FIRST, "x"], {}, Kind.LOGITS, id="logits and something unreadable"),
    ],
)
def test_operands_are_found_wherever_they_stand(args: list[Any], kwargs: dict[str, Any], kind: Kind) -> None:
    assert of("Add", logits("a"), logits("b"), args=args, kwargs=kwargs).kind is kind


@pytest.mark.parametrize("unreadable", ["x", [FIRST, FIRST, [SECOND]], ConstantArray(["x"]), ConstantArray([])])
def test_an_operand_that_cannot_be_read_is_unknown(unreadable: object) -> None:
    assert of("Multiply", scores("a"), scores("b"), args=[FIRST, unreadable]).kind is Kind.UNKNOWN


@pytest.mark.parametrize("name", ["Add", "Subtract", "Multiply", "Divide", "Maximum", "Power", "Matmul"])
def test_an_operation_without_operands_is_unknown(name: str) -> None:
    assert of(name, args=[]).kind is Kind.UNKNOWN


@pytest.mark.parametrize("name", ["Subtract", "Multiply", "Divide", "Power", "Matmul"])
def test_an_operation_with_one_operand_is_unknown(name: str) -> None:
    assert of(name, scores(), args=[FIRST]).kind is Kind.UNKNOWN


def test_distributions_add_up() -> None:
    value = of("Add", distribution(name="a"), distribution(name="b"))
    assert (value.sum_axis, value.sum_total) == (-1, 2.0)


def test_a_distribution_and_an_array_do_not_add_up() -> None:
    assert of("Add", distribution(), args=[FIRST, ConstantArray([0.1, 0.2, 0.3])]).sum_axis is None


def test_what_is_divided_by_its_own_sum_is_a_distribution() -> None:
    positive = bounded(0.0, float("inf"))
    total = result(call(operation("Sum", axis=-1, keepdims=True), (positive, SHAPE)))
    value = result(call(operation("Divide"), (positive, SHAPE), (total, (None, 5, 1))))
    assert (value.kind, value.axis) == (Kind.PROBABILITIES, -1)


@pytest.mark.parametrize(
    ("numerator", "config"),
    [
        pytest.param(logits(), {"axis": -1, "keepdims": True}, id="that can be negative"),
        pytest.param(scores(), {"axis": -1}, id="along an axis that is gone"),
        pytest.param(scores(), {"axis": [-1, -2], "keepdims": True}, id="along two axes"),
    ],
)
def test_other_numbers_divided_by_their_sum_are_no_distribution(numerator: Value, config: dict[str, Any]) -> None:
    total = result(call(operation("Sum", **config), (numerator, SHAPE)))
    value = result(call(operation("Divide"), (numerator, SHAPE), (total, (None, 5, 1))))
    assert value.kind is not Kind.PROBABILITIES


def test_what_is_divided_by_the_sum_of_another_tensor_is_no_distribution() -> None:
    total = result(call(operation("Sum", axis=-1, keepdims=True), (scores("a"), SHAPE)))
    operands: list[Operand] = [(scores("a"), SHAPE), (total, (None, 5, 1)), (scores("b"), SHAPE)]
    value = result(call(operation("Divide"), *operands, args=[reference(2), SECOND]))
    assert value.kind is not Kind.PROBABILITIES


@pytest.mark.parametrize("name", ["Greater", "LessEqual", "NotEqual", "LogicalAnd", "Isnan", "Isclose"])
def test_a_comparison_is_0_or_1(name: str) -> None:
    value = of(name, logits("a"), logits("b"))
    assert (value.kind, value.integer) == (Kind.UNIT_INTERVAL, True)


@pytest.mark.parametrize(
    ("left", "right", "kind"),
    [
        pytest.param(distribution(), distribution(name="b"), Kind.PROBABILITIES, id="mean of distributions"),
        pytest.param(distribution(), scores("b"), Kind.UNIT_INTERVAL, id="mean of scores"),
        pytest.param(distribution(), logits("b"), Kind.LOGITS, id="mean of logits"),
        pytest.param(distribution(-2), scores("b"), Kind.RANGE, id="distributions along the other axis"),
        pytest.param(logits("a"), logits("b"), Kind.LOGITS, id="logits"),
        pytest.param(scores("a"), scores("b"), Kind.RANGE, id="scores"),
        pytest.param(anything("no reason", "layer"), logits("b"), Kind.UNKNOWN, id="unknown"),
    ],
)
def test_a_matrix_product(left: Value, right: Value, kind: Kind) -> None:
    assert of("Matmul", left, right).kind is kind


@pytest.mark.parametrize(
    ("left", "matrix", "kind"),
    [
        pytest.param(logits(), [[1.0, 0.0], [0.0, 2.0]], Kind.LOGITS, id="without a column of zeros"),
        pytest.param(logits(), [[1.0, 0.0], [2.0, 0.0]], Kind.UNKNOWN, id="with a column of zeros"),
        pytest.param(logits(), 3.0, Kind.UNKNOWN, id="no matrix"),
        pytest.param(distribution(), [[0.0], [1.0], [4.0]], Kind.RANGE, id="expected value"),
    ],
)
def test_a_product_with_a_constant_matrix(left: Value, matrix: object, kind: Kind) -> None:
    assert of("Matmul", left, args=[FIRST, ConstantArray(matrix)]).kind is kind


def test_an_expected_value_lies_between_the_constants() -> None:
    value = of("Matmul", distribution(), args=[FIRST, ConstantArray([[0.0], [1.0], [4.0]])])
    assert (value.low, value.high, value.reaches_high) == (0.0, 4.0, False)


@pytest.mark.parametrize(
    ("name", "args", "before", "after"),
    [
        pytest.param("Add", [FIRST, SECOND], [(None, 5, 3), (None, 1, 3)], (None, 5, 3), id="tensors"),
        pytest.param("Add", [[FIRST, SECOND]], [(None, 5, 3), (None, 1, 3)], (None, 5, 3), id="a list of tensors"),
        pytest.param("Add", [FIRST, 1.0], [(None, 3)], (None, 3), id="a number"),
        pytest.param("Add", [FIRST, ConstantArray([[1, 2, 3]])], [(None, 1)], (None, 3), id="an array"),
        pytest.param("Add", [FIRST, ConstantArray([])], [(None, 1)], (None, 0), id="an empty array"),
        pytest.param("Add", [1.0, 2.0], [], None, id="numbers alone"),
        pytest.param("Matmul", [FIRST, SECOND], [(None, 5, 3), (None, 3, 4)], (None, 5, 4), id="matrices"),
        pytest.param("Matmul", [FIRST, ConstantArray([[1], [2]])], [(None, 2)], (None, 1), id="a constant matrix"),
        pytest.param("Matmul", [FIRST, SECOND], [(None, 5, 3), None], None, id="a matrix of unknown rank"),
        pytest.param("Matmul", [FIRST, SECOND], [(None, 5, 3), (3,)], None, id="a vector"),
    ],
)
def test_shapes(name: str, args: list[Any], before: list[Shape | None], after: Shape | None) -> None:
    assert shapes(call(operation(name), *[(logits(), shape) for shape in before], args=args)) == [after]


@pytest.mark.parametrize("option", ["transpose_b", "adjoint_b", "adj_y"])
def test_a_distribution_of_rows_that_are_taken_as_columns_is_none(option: str) -> None:
    operands = [(distribution(name="weights"), (None, 2, 3)), (distribution(name="rows"), (None, 2, 3))]
    turned = result(call(operation("Matmul"), *operands, kwargs={option: True}))
    assert turned.kind is Kind.UNIT_INTERVAL


@pytest.mark.parametrize("option", ["transpose_a", "adjoint_a", "adj_x"])
def test_weights_that_are_taken_as_columns_are_no_mean(option: str) -> None:
    operands = [(distribution(name="weights"), (None, 2, 2)), (scores("rows"), (None, 2, 3))]
    turned = result(call(operation("Matmul"), *operands, kwargs={option: True}))
    assert turned.kind is Kind.RANGE

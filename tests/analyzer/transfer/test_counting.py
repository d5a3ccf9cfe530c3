from __future__ import annotations

from typing import Any

import pytest

from logitcheck.analyzer.ties import TIES
from logitcheck.analyzer.transfer import counting, shapes
from logitcheck.analyzer.values import INFINITY, Kind
from logitcheck.model import ConstantArray, Shape
from tests.analyzer.given import call, logits, operation, reference, result, scores

SHAPE: Shape = (None, 5, 3)

COMPARISONS = ["Greater", "GreaterEqual", "Less", "LessEqual", "Equal", "NotEqual", "Isclose"]
LOGICAL = ["LogicalAnd", "LogicalOr", "LogicalXor"]
PROPERTIES = ["LogicalNot", "Isnan", "Isinf", "Isfinite", "Isneginf", "Isposinf", "Isreal", "Signbit", "IsIn"]
REDUCED = ["All", "Any"]
QUESTIONS = ["AllClose", "InTopK", "SequenceMask", "MultiHot"]
ANSWERS = [*COMPARISONS, *LOGICAL, *PROPERTIES, *REDUCED, *QUESTIONS]
COUNTS = ["CountNonzero", "Nonzero", "UnravelIndex", "Size", "Ndim", "Shape", "SearchSorted", "Histogram", "Bincount"]
BITS = [
    *("BitwiseAnd", "BitwiseOr", "BitwiseXor", "BitwiseInvert", "BitwiseNot"),
    *("BitwiseLeftShift", "LeftShift", "BitwiseRightShift", "RightShift", "Gcd", "Lcm"),
]
POSITIONS = ["Argsort", "Argpartition"]
BEST_POSITIONS = ["Nanargmax", "Nanargmin"]


def test_every_operation_has_a_test() -> None:
    assert set(counting.OPERATIONS) == {*ANSWERS, *COUNTS, *BITS, *POSITIONS, *BEST_POSITIONS, "Digitize"}


@pytest.mark.parametrize("name", ANSWERS)
def test_an_answer_is_0_or_1_and_has_no_gradient(name: str) -> None:
    value = result(call(operation(name), (logits(), SHAPE), (scores("other"), SHAPE)))
    assert (value.low, value.high, value.integer) == (0.0, 1.0, True)
    assert (value.reaches_low, value.reaches_high, value.axis) == (False, False, None)
    assert value.sources - TIES == logits().sources | scores("other").sources


@pytest.mark.parametrize("name", COUNTS)
def test_a_count_is_not_negative(name: str) -> None:
    value = result(call(operation(name), (logits(), SHAPE)))
    assert (value.low, value.high, value.integer, value.reaches_high) == (0.0, INFINITY, True, False)


@pytest.mark.parametrize("name", BITS)
def test_whole_numbers_of_any_size_are_unknown_and_have_no_gradient(name: str) -> None:
    value = result(call(operation(name), (logits(), SHAPE), (logits("other"), SHAPE)))
    assert (value.kind, value.integer) == (Kind.UNKNOWN, True)
    assert value.unknown is not None
    assert value.unknown.reason == "it computes with whole numbers of any size"


@pytest.mark.parametrize("name", POSITIONS)
@pytest.mark.parametrize(
    ("config", "shape", "high"),
    [
        pytest.param({}, SHAPE, 2.0, id="default"),
        pytest.param({"axis": 1}, SHAPE, 4.0, id="positive"),
        pytest.param({"axis": -2}, SHAPE, 4.0, id="negative"),
        pytest.param({"axis": 0}, SHAPE, INFINITY, id="unknown size"),
        pytest.param({"axis": 1}, None, INFINITY, id="unknown rank"),
        pytest.param({"axis": None}, (4, 5, 3), 59.0, id="all the numbers"),
        pytest.param({"axis": None}, SHAPE, INFINITY, id="all the numbers, unknown many"),
        pytest.param({"axis": None}, None, INFINITY, id="all the numbers of an unknown rank"),
        pytest.param({"axis": "last"}, SHAPE, INFINITY, id="unreadable"),
    ],
)
def test_positions_end_before_the_size_of_their_axis(
    name: str, config: dict[str, Any], shape: Shape | None, high: float
) -> None:
    value = result(call(operation(name, **config), (scores(), shape)))
    assert (value.low, value.high, value.integer) == (0.0, high, True)


@pytest.mark.parametrize("name", BEST_POSITIONS)
def test_the_best_of_nothing_but_nan_is_at_minus_1(name: str) -> None:
    value = result(call(operation(name), (scores(), SHAPE)))
    assert (value.low, value.high, value.integer) == (-1.0, INFINITY, True)


@pytest.mark.parametrize(
    ("bins", "high"),
    [
        pytest.param([0.2, 0.5, 0.8], 3.0, id="a list"),
        pytest.param(ConstantArray([0.5]), 1.0, id="an array"),
        pytest.param(reference(1), INFINITY, id="a tensor"),
        pytest.param(None, INFINITY, id="none"),
    ],
)
def test_a_bucket_is_one_of_those_between_the_boundaries(bins: object, high: float) -> None:
    called = call(operation("Digitize"), (scores(), SHAPE), (scores("bins"), (3,)), args=(reference(), bins))
    value = result(called)
    assert (value.low, value.high, value.integer) == (0.0, high, True)


def test_the_boundaries_may_be_a_keyword() -> None:
    called = call(operation("Digitize"), (scores(), SHAPE), args=(reference(),), kwargs={"bins": [0.5]})
    assert result(called).high == 1.0


@pytest.mark.parametrize(
    "called",
    [
        call(operation("Bincount", weights=[0.5, -0.5]), (scores(), (None,))),
        call(operation("Bincount"), (scores(), (None,)), (logits("weights"), (None,))),
    ],
    ids=["constant", "tensor"],
)
def test_counts_with_weights_are_unknown(called: Any) -> None:
    value = result(called)
    assert (value.kind, value.integer) == (Kind.UNKNOWN, False)
    assert value.unknown is not None
    assert value.unknown.reason == "it adds up weights that are not followed"


@pytest.mark.parametrize(
    ("name", "config", "before", "after"),
    [
        pytest.param("Isnan", {}, SHAPE, SHAPE, id="a property"),
        pytest.param("All", {"axis": 1}, SHAPE, (None, 3), id="reduced"),
        pytest.param("CountNonzero", {"axis": [1, 2]}, SHAPE, (None,), id="counted"),
        pytest.param("Nanargmax", {"axis": -1}, SHAPE, (None, 5), id="the best"),
        pytest.param("Argsort", {}, SHAPE, SHAPE, id="sorted"),
        pytest.param("Argsort", {"axis": None}, (4, 5, 3), (60,), id="sorted all"),
        pytest.param("Argsort", {"axis": None}, SHAPE, (None,), id="sorted all, unknown many"),
        pytest.param("Argsort", {"axis": None}, None, None, id="sorted all of an unknown rank"),
        pytest.param("Nonzero", {}, SHAPE, None, id="found"),
        pytest.param("SequenceMask", {"maxlen": 7}, (None,), (None, 7), id="mask"),
        pytest.param("SequenceMask", {}, (None,), None, id="mask of an unknown length"),
        pytest.param("SequenceMask", {"maxlen": 7}, None, None, id="mask, unknown rank"),
        pytest.param("MultiHot", {"num_classes": 4}, (7,), (4,), id="multi-hot of a vector"),
        pytest.param("MultiHot", {"num_classes": 4}, (None, 7), (None, 4), id="multi-hot of rows"),
        pytest.param("MultiHot", {"num_classes": 4}, (None, 7, 2), (None, 2, 4), id="multi-hot of matrices"),
        pytest.param("MultiHot", {"num_classes": 4, "axis": 1}, (None, 7), None, id="multi-hot along another axis"),
        pytest.param("MultiHot", {"num_classes": 4}, None, None, id="multi-hot of an unknown rank"),
    ],
)
def test_shapes(name: str, config: dict[str, Any], before: Shape | None, after: Shape | None) -> None:
    assert shapes(call(operation(name, **config), (logits(), before))) == [after]


@pytest.mark.parametrize("name", [*COMPARISONS, *LOGICAL])
def test_two_operands_are_broadcast(name: str) -> None:
    assert shapes(call(operation(name), (logits(), (None, 1, 3)), (logits("other"), (5, 1)))) == [(None, 5, 3)]

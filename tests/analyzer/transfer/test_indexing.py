from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from logitcheck.analyzer.transfer import apply, shapes
from logitcheck.analyzer.values import Kind
from logitcheck.model import Shape, Slice
from tests.analyzer.given import call, distribution, logits, operation, reference, result, scores

SHAPE: Shape = (None, 5, 3)
WHOLE = Slice(None, None, None)


@pytest.mark.parametrize(
    ("key", "axis", "after"),
    [
        pytest.param((WHOLE, 0), -1, (None, 3), id="one position"),
        pytest.param((WHOLE, Slice(1, 3, None)), -1, (None, 2, 3), id="some positions"),
        pytest.param((WHOLE, Slice(None, None, 2)), -1, (None, 3, 3), id="every second position"),
        pytest.param((..., Slice(0, None, None)), -1, (None, 5, 3), id="every class"),
        pytest.param((..., Slice(0, 3, None)), -1, (None, 5, 3), id="every class by number"),
        pytest.param((..., Slice(None, None, -1)), -1, (None, 5, 3), id="classes reversed"),
        pytest.param((..., None), -2, (None, 5, 3, 1), id="a new axis behind"),
        pytest.param((WHOLE, None), -1, (None, 1, 5, 3), id="a new axis before"),
        pytest.param(0, -1, (5, 3), id="one example"),
        pytest.param((..., 1), None, (None, 5), id="one class"),
        pytest.param((..., Slice(0, 2, None)), None, (None, 5, 2), id="some classes"),
        pytest.param((..., Slice(0, "x", None)), None, (None, 5, None), id="an unreadable slice of the classes"),
        pytest.param((..., Slice(0, 2, 0)), None, (None, 5, None), id="a step of 0"),
        pytest.param(("mask",), None, None, id="a mask"),
        pytest.param((True,), None, None, id="a boolean"),
        pytest.param((..., ...), None, None, id="two ellipses"),
        pytest.param((0, 0, 0, 0), None, None, id="more than there are axes"),
    ],
)
def test_an_index_keeps_a_distribution_whose_classes_it_leaves_alone(
    key: object, axis: int | None, after: Shape | None
) -> None:
    called = call(operation("GetItem"), (distribution(), SHAPE), args=(reference(), key))
    assert result(called).axis == axis
    assert shapes(called) == [after]


def test_a_slice_of_an_axis_of_unknown_size_may_cut_it() -> None:
    called = call(operation("GetItem"), (distribution(), (None, None)), args=(reference(), (..., Slice(0, 3, None))))
    assert result(called).kind is Kind.UNIT_INTERVAL


def test_an_index_in_an_unknown_rank_loses_the_distribution() -> None:
    called = call(operation("GetItem"), (distribution(), None), args=(reference(), 0))
    assert result(called).kind is Kind.UNIT_INTERVAL


def test_an_index_of_other_numbers_hands_them_on() -> None:
    called = call(operation("GetItem"), (scores(), SHAPE), args=(reference(), (..., 0)))
    assert (result(called).kind, result(called).applied) == (Kind.UNIT_INTERVAL, scores().applied)


@pytest.mark.parametrize(
    ("name", "config", "args", "shape", "axis"),
    [
        pytest.param("Take", {"axis": 1}, (reference(), 0), SHAPE, -1, id="one position"),
        pytest.param("Take", {"axis": 1}, (reference(), [0, 1]), SHAPE, -1, id="positions"),
        pytest.param("Take", {"axis": -1}, (reference(), [0, 1]), SHAPE, None, id="classes"),
        pytest.param("Take", {"axis": None}, (reference(), 0), SHAPE, None, id="of the flat tensor"),
        pytest.param("Take", {"axis": 1}, (reference(), 0), None, None, id="in an unknown rank"),
        pytest.param("Take", {"axis": 1, "batch_dims": 1}, (reference(), [0]), SHAPE, -1, id="for each example"),
        pytest.param("Tile", {"repeats": [1, 2, 1]}, (reference(),), SHAPE, -1, id="tiled positions"),
        pytest.param("Tile", {"repeats": [1, 1, 2]}, (reference(),), SHAPE, None, id="tiled classes"),
        pytest.param("Tile", {"repeats": [2]}, (reference(),), SHAPE, None, id="tiled by fewer numbers"),
        pytest.param("Repeat", {"repeats": 2, "axis": 1}, (reference(),), SHAPE, -1, id="repeated positions"),
        pytest.param("Repeat", {"repeats": 2, "axis": 2}, (reference(),), SHAPE, None, id="repeated classes"),
        pytest.param("Repeat", {"repeats": 2}, (reference(),), SHAPE, None, id="repeated flat"),
        pytest.param("Flip", {"axis": -1}, (reference(),), SHAPE, -1, id="flipped classes"),
    ],
)
def test_picking_keeps_a_distribution_whose_classes_it_leaves_alone(
    name: str, config: dict[str, Any], args: tuple[object, ...], shape: Shape | None, axis: int | None
) -> None:
    assert result(call(operation(name, **config), (distribution(), shape), args=args)).axis == axis


def test_a_single_entry_behind_the_class_axis_moves_it() -> None:
    called = call(operation("Take", axis=-1), (distribution(-2), SHAPE), args=(reference(), 0))
    assert result(called).axis == -1


def test_several_entries_behind_the_class_axis_lose_it() -> None:
    called = call(operation("Take", axis=-1), (distribution(-2), SHAPE), args=(reference(), [[0], [1]]))
    assert result(called).axis is None


def test_take_of_tensorflow_starts_with_the_first_axis() -> None:
    taking = replace(operation("Take"), class_name="TFOpLambda")
    assert result(call(taking, (distribution(), SHAPE), args=(reference(), 0))).axis == -1


@pytest.mark.parametrize(
    ("config", "count", "axis", "after"),
    [
        pytest.param({"indices_or_sections": 5, "axis": 1}, 5, -1, (None, 1, 3), id="positions"),
        pytest.param({"indices_or_sections": 3, "axis": -1}, 3, None, (None, 5, 1), id="classes"),
        pytest.param({"indices_or_sections": [2, 4], "axis": 1}, 3, -1, None, id="at given places"),
        pytest.param({"indices_or_sections": 2}, 2, -1, (None, 5, 3), id="examples"),
        pytest.param({"indices_or_sections": 0, "axis": 1}, 1, -1, (None, None, 3), id="into nothing"),
    ],
)
def test_a_split_has_as_many_outputs_as_parts(
    config: dict[str, Any], count: int, axis: int | None, after: Shape | None
) -> None:
    called = call(operation("Split", **config), (distribution(), SHAPE))
    assert [value.axis for value in apply(called)] == [axis] * count
    assert shapes(called) == [after] * count


def test_a_split_that_claims_to_be_endless_is_cut_short() -> None:
    assert len(apply(call(operation("Split", indices_or_sections=10**9), (logits(), SHAPE)))) < 10_000


@pytest.mark.parametrize(
    ("config", "shape", "count", "axis"),
    [
        pytest.param({"axis": 1}, SHAPE, 5, -1, id="positions"),
        pytest.param({"axis": -1}, SHAPE, 3, None, id="classes"),
        pytest.param({"axis": 1, "num": 4}, None, 4, None, id="a number of parts"),
        pytest.param({"axis": 1}, None, 1, None, id="unknown"),
    ],
)
def test_an_unstacked_axis_is_gone(config: dict[str, Any], shape: Shape | None, count: int, axis: int | None) -> None:
    values = apply(call(operation("Unstack", **config), (distribution(), shape)))
    assert [value.axis for value in values] == [axis] * count


def test_the_class_axis_moves_when_one_behind_it_is_unstacked() -> None:
    assert result(call(operation("Unstack", axis=-1), (distribution(-2), SHAPE))).axis == -1


def test_sorted_classes_are_a_distribution() -> None:
    assert result(call(operation("Sort", axis=-1), (distribution(), SHAPE))).kind is Kind.PROBABILITIES


@pytest.mark.parametrize("name", ["GetItem", "Take", "TakeAlongAxis", "Tile", "Repeat", "Flip", "Sort"])
def test_logits_stay_logits(name: str) -> None:
    assert result(call(operation(name), (logits(), SHAPE))).kind is Kind.LOGITS


@pytest.mark.parametrize(
    ("config", "shape", "axis", "after"),
    [
        pytest.param({}, SHAPE, -1, SHAPE, id="the last axis unless told"),
        pytest.param({"axis": 1}, SHAPE, None, SHAPE, id="another axis"),
        pytest.param({"axis": None}, SHAPE, None, (None,), id="all the numbers"),
        pytest.param({"axis": None}, None, None, None, id="all the numbers of an unknown rank"),
    ],
)
def test_sorting_keeps_a_distribution_only_along_its_own_axis(
    config: dict[str, Any], shape: Shape | None, axis: int | None, after: Shape | None
) -> None:
    called = call(operation("Sort", **config), (distribution(), shape))
    assert result(called).axis == axis
    assert shapes(called) == [after]


@pytest.mark.parametrize(("axis", "kind"), [(-1, Kind.PROBABILITIES), (-2, Kind.UNIT_INTERVAL)])
def test_taking_by_a_list_for_each_row_leaves_only_the_last_axis_alone(axis: int, kind: Kind) -> None:
    assert result(call(operation("Take", batch_dims=1, axis=1), (distribution(axis), SHAPE))).kind is kind

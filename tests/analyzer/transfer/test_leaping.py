"""What leaps over numbers, and what comes near every one between: only that has a square root next to 0."""

from __future__ import annotations

import pytest

from logitcheck.analyzer.calls import LayerCall
from logitcheck.analyzer.transfer import LAYERS, OPERATIONS, leaping
from logitcheck.analyzer.values import Kind, Value
from logitcheck.model import Shape
from tests.analyzer.given import bounded, call, layer, logits, operation, reference, result, scores

SHAPE: Shape = (None, 3)


def root(value: Value) -> Value:
    return result(call(operation("Sqrt"), (value, SHAPE)))


LEAPING = [
    call(operation("Floor"), (logits(), SHAPE)),
    call(operation("Where"), (scores("c"), SHAPE), (logits("a"), SHAPE), (logits("b"), SHAPE)),
    call(operation("Reciprocal"), (logits(), SHAPE)),
    call(operation("Divide"), (logits(), SHAPE), args=[1.0, reference()]),
    call(operation("HardShrink"), (logits(), SHAPE)),
    call(layer("Dense", "hard_shrink", units=3), (logits("x"), SHAPE)),
    call(layer("ReLU", threshold=1.0, negative_slope=0.5), (logits(), SHAPE)),
    call(layer("Dropout", rate=0.5), (logits(), SHAPE), kwargs={"training": True}),
]
SMOOTH = [
    call(layer("Dense", units=3), (logits("x"), SHAPE)),
    call(layer("Dense", "selu", units=3), (logits("x"), SHAPE)),
    call(layer("ReLU", threshold=0.0, negative_slope=0.5), (logits(), SHAPE)),
    call(operation("Multiply"), (logits(), SHAPE), args=[reference(), 2.0]),
    call(layer("Dropout", rate=0.5), (logits(), SHAPE)),
    call(operation("Divide"), (logits(), SHAPE), args=[reference(), 2.0]),
]


@pytest.mark.parametrize("made", LEAPING, ids=lambda made: made.layer.rule)
def test_what_leaps_over_0_need_not_have_a_root_near_it(made: LayerCall) -> None:
    value = result(made)
    assert value.leaves_unit
    shifted = result(call(operation("Add"), (value, SHAPE), args=[reference(), 0.5]))
    assert not root(shifted).reaches_low


@pytest.mark.parametrize("made", SMOOTH, ids=lambda made: made.layer.rule)
def test_what_passes_0_smoothly_has_one(made: LayerCall) -> None:
    value = root(result(made))
    assert (value.kind, value.reaches_low, value.reaches_high) == (Kind.RANGE, True, True)


def test_every_name_of_what_leaps_has_a_rule() -> None:
    assert set(leaping.RULES) <= {*OPERATIONS, *LAYERS}


@pytest.mark.parametrize(("low", "high", "kind"), [(-2.0, 3.0, Kind.LOGITS), (2.0, 3.0, Kind.RANGE)])
def test_odds_go_off_both_ways_where_numbers_pass_1(low: float, high: float, kind: Kind) -> None:
    value = bounded(low, high)
    less = result(call(operation("Subtract"), (value, SHAPE), args=[1.0, reference()]))
    assert result(call(operation("Divide"), (value, SHAPE), (less, SHAPE))).kind is kind


def test_what_is_added_to_whole_numbers_leaps_with_them() -> None:
    """Even where nothing is known that the whole numbers reach."""
    ids = result(call(operation("Argmax", axis=-1, keepdims=True), (logits(), SHAPE)))
    halves = result(call(operation("Multiply"), (ids, SHAPE), args=[reference(), 0.5]))
    total = result(call(operation("Add"), (logits(), SHAPE), (halves, SHAPE)))
    assert total.kind is Kind.LOGITS
    assert not root(total).reaches_low

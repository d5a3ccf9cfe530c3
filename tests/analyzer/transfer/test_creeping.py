"""Numbers that go far only in theory: kept where they are handed on, taken back where something is made of them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from logitcheck.analyzer.calls import LayerCall
from logitcheck.analyzer.ties import CREEPING
from logitcheck.analyzer.transfer import LAYERS, OPERATIONS, creeping
from logitcheck.analyzer.values import Kind, Value
from logitcheck.model import Shape
from tests.analyzer.given import call, layer, logits, operation, reason, reference, result

SHAPE: Shape = (None, 3)
THEORY = "it works on logarithms that go far in theory only"


def far_in_theory(name: object = "head") -> Value:
    return replace(logits(name), sources=logits(name).sources | CREEPING)


@pytest.mark.parametrize(
    "made",
    [
        call(layer("Dropout", rate=0.5), (far_in_theory(), SHAPE)),
        call(layer("Activation", "linear"), (far_in_theory(), SHAPE)),
        call(layer("Reshape", target_shape=[3, 1]), (far_in_theory(), SHAPE)),
        call(operation("StopGradient"), (far_in_theory(), SHAPE)),
        call(layer("Masking"), (far_in_theory(), SHAPE)),
    ],
    ids=lambda made: made.layer.rule,
)
def test_they_stay_on_both_sides_where_they_are_handed_on(made: LayerCall) -> None:
    value = result(made)
    assert (value.kind, value.sources >= CREEPING) == (Kind.LOGITS, True)


@pytest.mark.parametrize(
    "made",
    [
        call(layer("LeakyReLU", negative_slope=0.1), (far_in_theory(), SHAPE)),
        call(layer("Activation", "leaky_relu"), (far_in_theory(), SHAPE)),
        call(layer("Rescaling", scale=0.01), (far_in_theory(), SHAPE)),
        call(operation("Multiply"), (far_in_theory(), SHAPE), args=[reference(), 0.01]),
        call(operation("Add"), (far_in_theory("a"), SHAPE), (far_in_theory("b"), SHAPE)),
    ],
    ids=lambda made: made.layer.rule,
)
def test_nothing_is_claimed_of_what_is_computed_from_them(made: LayerCall) -> None:
    value = result(made)
    assert (value.kind, reason(value), value.reaches_low, value.reaches_high) == (Kind.UNKNOWN, THEORY, False, False)


def test_new_weights_free_what_is_computed_from_them() -> None:
    assert result(call(layer("Dense", units=3), (far_in_theory(), SHAPE))).kind is Kind.LOGITS


def test_beside_numbers_that_really_go_far_nothing_is_claimed_either() -> None:
    added = result(call(operation("Add"), (far_in_theory("a"), SHAPE), (logits("b"), SHAPE)))
    assert reason(added) == THEORY, "which of the operands goes far is not looked at"


def test_every_name_of_what_keeps_numbers_has_a_rule() -> None:
    assert {*OPERATIONS, *LAYERS} >= creeping._KEEPING

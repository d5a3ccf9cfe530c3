"""Numbers of one unit that are spread to meet several: copies, unless what they meet is free by itself."""

from __future__ import annotations

from dataclasses import replace

import pytest

from logitcheck.analyzer.derivation import Derivation, Derived
from logitcheck.analyzer.transfer import LAYERS, OPERATIONS, broadcasting
from logitcheck.analyzer.values import Value
from logitcheck.model import ConstantArray, Shape
from tests.analyzer.given import call, layer, logits, operation, reference, result, scores

ONE: Shape = (None, 1)
THREE: Shape = (None, 3)
ARRAY = ConstantArray([1.0, 2.0, 4.0])


@pytest.mark.parametrize(
    ("value", "are_copies"),
    [
        (result(call(operation("Multiply"), (logits(), ONE), args=[reference(), ARRAY])), True),
        (result(call(operation("Multiply"), (logits(), THREE), args=[reference(), ARRAY])), False),
        (result(call(operation("Multiply"), (logits(), ONE), args=[reference(), 2.0])), False),
        (result(call(operation("Add"), (logits("a"), ONE), (scores("b"), THREE))), True),
        (result(call(layer("Add"), (logits("a"), ONE), (scores("b"), THREE))), True),
        (result(call(operation("Add"), (logits("a"), ONE), (logits("b"), THREE))), False),
        (result(call(operation("Maximum"), (logits("a"), ONE), (logits("b"), THREE))), True),
        (result(call(operation("Add"), (logits("a"), None), (scores("b"), THREE))), True),
        (result(call(operation("Add"), (logits("a"), THREE), (scores("b"), THREE))), False),
        (result(call(operation("Add"), (logits("a"), ONE), (logits("b"), ONE))), False),
    ],
    ids=[
        *("meets an array", "each its own", "meets a number", "meets scores", "in a layer", "meets what is free"),
        *("bounds what is free", "of unknown size", "of one size", "one each"),
    ],
)
def test_one_number_that_meets_several_is_there_more_than_once(value: Value, are_copies: bool) -> None:
    assert value.has_copies is are_copies


@pytest.mark.parametrize("of", [reference(0), reference(5)], ids=["of the other operand", "of another tensor"])
def test_a_sum_of_the_other_operand_is_none_of_the_units(of: object) -> None:
    total = replace(logits(), derived=Derived(Derivation.SUM, of, -1))
    value = result(call(operation("Divide"), (logits(), THREE), (total, ONE)))
    assert value.has_copies is (of != reference(0))


def test_every_name_has_a_rule() -> None:
    assert set(broadcasting._RULES) <= {*OPERATIONS, *LAYERS}

from __future__ import annotations

from dataclasses import replace

import pytest

from logitcheck.analyzer import transfer
from logitcheck.analyzer.calls import LayerCall
from logitcheck.analyzer.ties import COPIES, UNEVEN
from logitcheck.analyzer.values import INFINITY, Kind, LogOf, Value
from logitcheck.declarations import DeclaredOutput, LayerDeclaration
from logitcheck.model import Layer, LayerKind
from tests.analyzer.given import bounded, call, distribution, layer, logits, reason, scores, source

MINE = replace(layer("Mine"), kind=LayerKind.OPAQUE, reason="it is custom")
SHAPE = (None, 3)


def declared(output: DeclaredOutput, *operands: Value, of: Layer = MINE) -> LayerCall:
    """A call of a layer that is declared to put out `output`."""
    return replace(call(of, *((operand, SHAPE) for operand in operands)), declared=LayerDeclaration("Mine", output))


def value(output: DeclaredOutput, *operands: Value) -> Value:
    (found,) = transfer.apply(declared(output, *operands))
    return found


@pytest.mark.parametrize(
    ("output", "kind", "axis"),
    [
        (DeclaredOutput.LOGITS, Kind.LOGITS, None),
        (DeclaredOutput.PROBABILITIES, Kind.PROBABILITIES, -1),
        (DeclaredOutput.UNIT_INTERVAL, Kind.UNIT_INTERVAL, None),
        (DeclaredOutput.LOG_PROBABILITIES, Kind.LOG_PROBABILITIES, -1),
    ],
)
@pytest.mark.parametrize("operand", [logits(), scores(), bounded(-5, 7)], ids=["logits", "scores", "bounded"])
def test_it_is_what_settings_say_whatever_goes_in(
    output: DeclaredOutput, kind: Kind, axis: int | None, operand: Value
) -> None:
    found = value(output, operand)
    assert (found.kind, found.axis, found.unknown) == (kind, axis, None)


@pytest.mark.parametrize("output", list(DeclaredOutput))
def test_only_logits_are_said_to_reach_their_bounds(output: DeclaredOutput) -> None:
    found = value(output, bounded(-5, 7))
    reached = output in {DeclaredOutput.LOGITS, DeclaredOutput.UNCHANGED}  # the operand reaches its own
    assert (found.reaches_low, found.reaches_high) == (reached, reached)


def test_the_bounds_of_logarithms_are_theirs() -> None:
    found = value(DeclaredOutput.LOG_PROBABILITIES, logits())
    assert (found.low, found.high, found.log_of) == (-INFINITY, 0, LogOf.SIMPLEX)


@pytest.mark.parametrize("output", [each for each in DeclaredOutput if each is not DeclaredOutput.UNCHANGED])
def test_what_it_was_computed_from_stays_on_record_but_not_how_that_hung_together(output: DeclaredOutput) -> None:
    operand = replace(logits("head"), sources=source("head") | COPIES | UNEVEN)
    called = declared(output, operand)
    (found,) = transfer.apply(called)
    assert found.sources == source("head") | called.own_source()


@pytest.mark.parametrize("operand", [logits(), scores(), distribution()], ids=["logits", "scores", "distribution"])
def test_what_is_unchanged_is_what_goes_in(operand: Value) -> None:
    found = value(DeclaredOutput.UNCHANGED, operand)
    assert found.maybe_copied
    assert replace(found, maybe_copied=False) == operand


def test_which_of_several_tensors_is_handed_on_is_not_said() -> None:
    found = value(DeclaredOutput.UNCHANGED, logits(), scores())
    assert found.kind is Kind.UNKNOWN
    assert reason(found) == "it is declared to hand on what it is given, which is 2 tensors"


def test_what_is_handed_on_has_the_shape_of_what_goes_in() -> None:
    assert transfer.shapes(declared(DeclaredOutput.UNCHANGED, logits())) == [SHAPE]
    assert transfer.shapes(declared(DeclaredOutput.UNCHANGED, logits(), scores())) == [None]


@pytest.mark.parametrize("output", [each for each in DeclaredOutput if each is not DeclaredOutput.UNCHANGED])
def test_of_all_else_the_shape_is_not_known(output: DeclaredOutput) -> None:
    assert transfer.shapes(declared(output, logits())) == [None]


def test_the_shape_of_a_layer_of_keras_is_its_own() -> None:
    dense = layer("Dense", "softermax", units=5)
    assert transfer.shapes(declared(DeclaredOutput.PROBABILITIES, logits(), of=dense)) == [(None, 5)]


def test_another_tensor_with_the_same_numbers_is_no_longer_in_doubt() -> None:
    doubtful = value(DeclaredOutput.UNCHANGED, distribution())
    (reshaped,) = transfer.apply(call(layer("Permute", dims=[1]), (doubtful, SHAPE)))
    assert not reshaped.maybe_copied
    assert not reshaped.direct


def test_an_activation_behind_it_is_no_longer_in_doubt() -> None:
    doubtful = value(DeclaredOutput.UNCHANGED, logits())
    (activated,) = transfer.apply(call(layer("Softmax", axis=-1), (doubtful, SHAPE)))
    assert activated.direct
    assert not activated.maybe_copied

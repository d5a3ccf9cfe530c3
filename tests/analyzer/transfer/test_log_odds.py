"""The logits behind p, written out in two ways, of a p that keeps between 0 and 1 and of one that does not."""

from __future__ import annotations

from pathlib import Path

import pytest

from logitcheck import loader
from logitcheck.analyzer import analyze
from logitcheck.analyzer.ties import CREEPING
from logitcheck.analyzer.values import INFINITY, Kind, Value
from logitcheck.model import SavedModel
from tests.analyzer.given import bounded, call, operation, reference, result
from tests.building import Config, called, dense, functional, layer, source, tensor, write
from tests.building import operation as step

SHAPE = (None, 3)


@pytest.mark.parametrize(
    ("low", "high", "ends", "is_creeping"),
    [
        (-2.0, 3.0, (-INFINITY, INFINITY, True, True), True),
        (0.5, 0.75, (0.0, pytest.approx(1.0986123), True, True), False),
        (0.0, 1.0, (-INFINITY, INFINITY, True, True), False),
        (0.25, 7.0, (pytest.approx(-1.0986123), INFINITY, True, True), True),
        (-7.0, 0.25, (-INFINITY, pytest.approx(-1.0986123), True, True), True),
    ],
)
def test_log_odds_are_of_the_numbers_between_0_and_1(
    low: float, high: float, ends: tuple[object, ...], is_creeping: bool
) -> None:
    value = bounded(low, high)
    less = result(call(operation("Subtract"), (value, SHAPE), args=[1.0, reference()]))
    divided = call(operation("Divide"), (value, SHAPE), (less, SHAPE))
    made = call(operation("Log"), (result(divided), SHAPE))
    object.__setattr__(made.operands, "makers", {0: divided})
    found = result(made)
    assert (found.low, found.high, found.reaches_low, found.reaches_high) == ends
    assert (found.sources >= CREEPING) is is_creeping


def of(folder: Path, *steps: Config) -> Value:
    """What the last of the steps puts out; all of them may use `x`, which a first step makes."""
    model = functional([source("a", SHAPE), *steps], [[steps[-1]["name"], 0, 0]])
    loaded = loader.load(write(folder / "model.keras", model))
    assert isinstance(loaded, SavedModel)
    return analyze(loaded)[0].value


def op(name: str, rule: str, *arguments: object) -> Config:
    return called(step(rule, name), *(tensor(each, SHAPE) if isinstance(each, str) else each for each in arguments))


def difference(activation: str | None) -> list[Config]:
    head = called(dense("x", 3, activation or "linear"), tensor("a", SHAPE))
    return [
        head,
        op("less", "Subtract", 1.0, "x"),
        op("left", "Log", "x"),
        op("right", "Log", "less"),
        op("y", "Subtract", "left", "right"),
    ]


@pytest.mark.parametrize("activation", ["linear", "gelu", "tanh", "softplus", "sigmoid"])
def test_the_difference_of_logarithms_is_logits_whatever_p_is_beyond_0_and_1(tmp_path: Path, activation: str) -> None:
    assert of(tmp_path, *difference(activation)).kind is Kind.LOGITS


def test_of_a_p_that_leaps_over_what_is_next_to_0_nothing_is_claimed(tmp_path: Path) -> None:
    assert of(tmp_path, *difference("hard_shrink")).kind is Kind.UNKNOWN


def test_of_ids_there_are_no_log_odds(tmp_path: Path) -> None:
    steps = difference("linear")
    steps[1:1] = [called(step("Round", "r"), tensor("x", SHAPE))]
    for later in steps[2:4]:
        for argument in later["inbound_nodes"][0]["args"]:
            if isinstance(argument, dict) and argument["config"]["keras_history"][0] == "x":
                argument["config"]["keras_history"][0] = "r"
    assert of(tmp_path, *steps).kind is Kind.UNKNOWN


def test_a_layer_that_subtracts_does_as_an_operation_does(tmp_path: Path) -> None:
    steps = difference("linear")
    steps[-1] = called(layer("Subtract", "y"), [tensor("left", SHAPE), tensor("right", SHAPE)])
    assert of(tmp_path, *steps).kind is Kind.LOGITS


def test_what_is_taken_from_2_is_no_complement(tmp_path: Path) -> None:
    steps = difference("linear")
    steps[1] = op("less", "Subtract", 2.0, "x")
    assert of(tmp_path, *steps).kind is Kind.UNKNOWN

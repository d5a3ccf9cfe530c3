"""Merged tensors of which some steps are masked: Keras leaves operands out there, so that bounds must hold of each."""

from __future__ import annotations

import importlib
import warnings
from dataclasses import replace
from pathlib import Path

import numpy
import pytest

from logitcheck import loader
from logitcheck.analyzer import analyze
from logitcheck.analyzer.values import INFINITY, Kind, Value, between
from logitcheck.model import SavedModel, Shape
from tests.analyzer.given import Given, bounded, call, layer, logits, reason, result, scores
from tests.building import Config, called, functional, source, tensor, write
from tests.building import layer as layer_config
from tests.building import operation as operation_config

SHAPE: Shape = (None, 4, 3)
LEFT_ALONE = "a mask may leave one of its operands alone"


def merged(rule: str, *values: Value, masked: bool = True) -> Value:
    made = call(layer(rule), *((value, SHAPE) for value in values))
    return result(replace(made, operands=Given(made.operands.operands, masked=masked)))  # type: ignore[attr-defined]


@pytest.mark.parametrize("rule", ["Maximum", "Minimum"])
def test_an_extreme_may_be_either_operand_alone(rule: str) -> None:
    value = merged(rule, bounded(-1.0, 2.0, "a"), bounded(0.0, 5.0, "b"))
    assert (value.low, value.high) == (-1.0, 5.0)
    assert (value.reaches_low, value.reaches_high) == (rule == "Minimum", rule == "Maximum")


def test_without_masks_an_extreme_is_no_farther_than_it_must() -> None:
    value = merged("Minimum", bounded(-1.0, 2.0, "a"), bounded(0.0, 5.0, "b"), masked=False)
    assert (value.low, value.high) == (-1.0, 2.0)


@pytest.mark.parametrize(
    ("factors", "low", "high"),
    [
        ((bounded(2.0, 3.0, "a"), bounded(4.0, 5.0, "b")), 0.0, 15.0),
        ((bounded(-0.5, 0.5, "a"), bounded(3.0, 4.0, "b")), -2.0, 4.0),
        ((bounded(-2.0, -1.0, "a"), bounded(-0.5, 0.5, "b")), -2.0, 1.0),
        ((scores("a"), scores("b")), 0.0, 1.0),
        ((bounded(2.0, 3.0, "a"), bounded(2.0, 3.0, "b"), bounded(-1.0, 0.5, "c")), -9.0, 9.0),
    ],
    ids=["only some", "one that is large", "one that is negative", "scores", "three"],
)
def test_a_product_may_be_of_some_factors_or_0(factors: tuple[Value, ...], low: float, high: float) -> None:
    value = merged("Multiply", *factors)
    assert (value.low, value.high) == (low, high)


def test_a_square_is_masked_as_a_whole() -> None:
    made = call(layer("Multiply"), (bounded(2.0, 3.0), SHAPE), args=None)
    twice = replace(made, call=replace(made.call, tensors=made.call.tensors * 2))
    value = result(replace(twice, operands=Given(((bounded(2.0, 3.0), SHAPE),), masked=True)))
    assert (value.low, value.high) == (0.0, 9.0)


def test_what_goes_anywhere_still_does() -> None:
    for rule in ("Multiply", "Maximum", "Minimum"):
        assert merged(rule, logits("a"), logits("b")).is_unbounded


def test_what_one_operand_bounded_is_unknown_if_it_may_be_left_out() -> None:
    value = merged("Minimum", replace(logits("a"), reaches_high=False), bounded(-1.0, 1.0, "b"))
    assert (value.kind, reason(value)) == (Kind.UNKNOWN, LEFT_ALONE)
    assert merged("Minimum", bounded(0.0, INFINITY, "a"), between(0.0, 1.0)).kind is Kind.RANGE


def test_keras_3_does_so() -> None:
    keras = importlib.import_module("keras")
    ids = keras.Input((3,), dtype="int32")
    step = keras.layers.Embedding(4, 1, mask_zero=True, embeddings_initializer="ones")(ids)
    large = keras.layers.Rescaling(5.0)(step)
    pair = [large, keras.layers.Rescaling(0.1)(large)]
    outputs = [getattr(keras.layers, name)()(pair) for name in ("Minimum", "Maximum", "Multiply")]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = [numpy.asarray(each)[0, :, 0] for each in keras.Model(ids, outputs)(numpy.array([[0, 1, 2]]))]
    assert [list(each) for each in found] == [[5.0, 0.5, 0.5], [5.0, 5.0, 5.0], [0.0, 2.5, 2.5]]


@pytest.mark.parametrize(
    ("rule", "bend", "kinds"),
    [
        ("Minimum", layer_config("LeakyReLU", "b", negative_slope=0.5), (Kind.LOGITS, Kind.UNKNOWN)),
        ("Maximum", operation_config("Multiply", "b"), (Kind.LOGITS, Kind.UNKNOWN)),
        ("Multiply", operation_config("Negative", "b"), (Kind.RANGE, Kind.UNKNOWN)),
    ],
    ids=["lines", "multiples", "squares"],
)
def test_formulas_and_lines_are_not_followed_through_what_masks_may_change(
    tmp_path: Path, rule: str, bend: Config, kinds: tuple[Kind, Kind]
) -> None:
    found = []
    for is_masked in (False, True):
        table = called(
            layer_config("Embedding", "x", input_dim=4, output_dim=3, mask_zero=is_masked), tensor("a", (None, 3))
        )
        arguments = [tensor("x", (None, 3, 3)), *([0.5] if bend["class_name"] == "Multiply" else [])]
        steps = [source("a", (None, 3)), table, called(bend, *arguments)]
        last = called(layer_config(rule, "y"), [tensor("x", (None, 3, 3)), tensor("b", (None, 3, 3))])
        loaded = loader.load(write(tmp_path / "model.keras", functional([*steps, last], [["y", 0, 0]])))
        assert isinstance(loaded, SavedModel)
        found.append(analyze(loaded)[0].value.kind)
    assert tuple(found) == kinds

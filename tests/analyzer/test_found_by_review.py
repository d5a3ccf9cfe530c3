"""Claims that a reader of the rules found false, each with the smallest model that shows it."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from logitcheck import loader
from logitcheck.analyzer import analyze
from logitcheck.analyzer.values import INFINITY, Kind, Value
from logitcheck.model import SavedModel, Shape
from tests.building import Config, called, dense, functional, layer, operation, source, tensor, write

THREE: Shape = (None, 3)
ONE: Shape = (None, 1)


def of(folder: Path, *steps: Config) -> Value:
    """What the last of the steps puts out; `x`, `z` and `b` are inputs, `d` and `e` units on them, `h` a single one."""
    heads = [
        called(dense("d", 3), tensor("x", THREE)),
        called(dense("h", 1), tensor("x", THREE)),
        called(dense("s", 3, "sigmoid"), tensor("z", THREE)),
        called(dense("p", 2, "softmax"), tensor("x", THREE)),
    ]
    model = functional([source("x", THREE), source("z", THREE), *heads, *steps], [[steps[-1]["name"], 0, 0]])
    loaded = loader.load(write(folder / "model.keras", model))
    assert isinstance(loaded, SavedModel)
    return analyze(loaded)[0].value


def op(name: str, rule: str, *arguments: object, shape: Shape = THREE, **config: object) -> Config:
    given = (tensor(each, _SHAPES.get(each, shape)) if isinstance(each, str) else each for each in arguments)
    return called(operation(rule, name, **config), *given)


_SHAPES: dict[str, Shape] = {"h": ONE, "p": (None, 2), "q": (None, 2), "o": (None, 2)}


def array(*numbers: float) -> Config:
    return {"class_name": "__numpy__", "config": {"value": list(numbers), "dtype": "float32"}}


def softmax(on: str, shape: Shape) -> Config:
    return called(layer("Softmax", "w", axis=-1), tensor(on, shape))


BOTH = op("c", "Multiply", "h", 2.0)
TWO: Shape = (None, 2)


@pytest.mark.parametrize(
    "steps",
    [
        [
            op("c", "Multiply", "h", 2.0),
            called(layer("Concatenate", "t", axis=-1), [tensor("h", ONE), tensor("c", ONE)]),
            softmax("t", TWO),
            op("v", "Subtract", "w", 0.25, shape=TWO),
            op("y", "Multiply", "t", "v", shape=TWO),
        ],
        [
            op("t", "Multiply", "h", array(1.0, 2.0, 4.0)),
            softmax("t", THREE),
            op("v", "Subtract", "w", 0.2),
            op("y", "Multiply", "t", "v"),
        ],
        [op("c", "Cumsum", "h", axis=-1, exclusive=True), op("y", "Minimum", "c", "h", shape=ONE)],
        [op("r", "Round", "d"), op("c", "Add", "s", "r"), op("y", "Divide", "s", "c")],
        [op("r", "Floor", "d"), op("y", "Divide", "s", "r")],
        [op("q", "Subtract", "p", 0.5), op("o", "Reciprocal", "q"), op("y", "Max", "o", axis=-1)],
        [op("q", "Subtract", "p", 0.5), op("o", "Reciprocal", "q"), op("y", "Sum", "o", axis=-1)],
        [
            op("q", "Multiply", "p", -3.0),
            op("o", "Add", "q", 1.0),
            op("g", "Divide", "p", "o", shape=TWO),
            op("y", "Max", "g", shape=TWO, axis=-1),
        ],
        [op("t", "Multiply", "h", array(1.0, 2.0)), op("y", "Prod", "t", shape=TWO, axis=-1)],
        [op("t", "Add", "h", "s"), op("y", "Prod", "t", axis=-1)],
        [
            op("t", "Multiply", "h", array(1.0, 1.0, 1.0)),
            called(layer("LayerNormalization", "y", axis=-1, center=False, scale=True), tensor("t", THREE)),
        ],
        [called(layer("RMSNormalization", "y", axis=-1, trainable=False), tensor("d", THREE))],
        [
            op("n", "Multiply", "s", 1e-9),
            op("w", "Multiply", "d", 1.0),
            op("t", "Tanh", "w"),
            op("y", "Divide", "n", "t"),
        ],
    ],
    ids=[
        *("unequal shares side by side", "unequal shares by an array", "an exclusive sum", "a rounded divisor"),
        *("a floor", "the largest beside a pole", "a sum beside a pole", "the largest of odds", "a product of copies"),
        *("a product of what one moves", "standardised copies", "a frozen scale", "what is next to nothing"),
    ],
)
def test_it_is_not_said_to_go_both_ways(tmp_path: Path, steps: list[Config]) -> None:
    assert of(tmp_path, *steps).kind is not Kind.LOGITS


def test_a_unit_vector_of_copies_is_of_equal_numbers(tmp_path: Path) -> None:
    head = called(dense("g", 1, "tanh"), tensor("x", THREE))
    steps = [head, op("t", "Multiply", "g", array(*[1.0] * 8), shape=ONE)]
    value = of(tmp_path, *steps, called(layer("UnitNormalization", "y", axis=-1), tensor("t", (None, 8))))
    assert (value.reaches_low, value.reaches_high) == (False, False)


def test_a_variance_below_the_epsilon_of_keras_is_none(tmp_path: Path) -> None:
    norm = called(layer("Normalization", "n", axis=None, mean=0.0, variance=2.0**-66), tensor("d", THREE))
    large = op("l", "Multiply", "d", 2.0**33)
    assert of(tmp_path, norm, large, op("y", "Subtract", "n", "l")).kind is Kind.UNKNOWN


def test_less_than_0_is_a_lot_without_a_sign(tmp_path: Path) -> None:
    entry = source("u", THREE)
    entry["config"]["dtype"] = "uint8"
    u = tensor("u", THREE, dtype="uint8")
    steps = [
        called(operation("Abs", "a"), u),
        called(operation("Multiply", "m"), tensor("a", THREE, dtype="uint8"), 2),
        called(operation("Subtract", "y"), u, tensor("m", THREE, dtype="uint8")),
    ]
    loaded = loader.load(write(tmp_path / "model.keras", functional([entry, *steps], [["y", 0, 0]])))
    assert isinstance(loaded, SavedModel)
    assert analyze(loaded)[0].value.high == INFINITY


@pytest.mark.parametrize("is_named", [True, False])
def test_a_mask_that_a_call_names_goes_on_to_other_layers(tmp_path: Path, is_named: bool) -> None:
    shape: Shape = (None, 5, 3)
    mask = source("m", (None, 5))
    mask["config"]["dtype"] = "bool"
    recurrent = {"activation": "tanh", "recurrent_activation": "sigmoid", "return_sequences": True}
    named = {"mask": tensor("m", (None, 5), dtype="bool")} if is_named else {}
    steps = [
        called(layer("LSTM", "l", units=3, **recurrent), tensor("x", shape), **named),
        called(layer("ReLU", "r"), tensor("l", shape)),
        called(dense("g", 3, "sigmoid"), tensor("x", shape)),
        called(layer("Rescaling", "n", scale=1.0, offset=-5.0), tensor("g", shape)),
        called(layer("Maximum", "y"), [tensor("r", shape), tensor("n", shape)]),
    ]
    loaded = loader.load(write(tmp_path / "model.keras", functional([source("x", shape), mask, *steps], [["y", 0, 0]])))
    assert isinstance(loaded, SavedModel)
    assert analyze(loaded)[0].value.low == (-5.0 if is_named else 0.0)


def test_an_argument_too_many_crashes_nothing(tmp_path: Path) -> None:
    leaky = called(operation("LeakyRelu", "l", negative_slope=0.5), tensor("d", THREE), 0.5)
    mean = op("m", "Mean", "d", axis=-1, keepdims=True)
    assert of(tmp_path, leaky, mean, op("y", "Subtract", "l", "m")).kind is Kind.UNKNOWN


@pytest.mark.parametrize(("beta", "kind"), [(1.0, Kind.RANGE), (-1.0, Kind.UNKNOWN)])
def test_a_sigmoid_of_its_own_turns_a_silu_around(tmp_path: Path, beta: float, kind: Kind) -> None:
    silu = op("y", "Silu", "d", beta=beta)
    silu["module"] = "keras.src.ops.nn"
    assert of(tmp_path, silu).kind is kind


def test_a_sum_of_thousands_takes_no_time(tmp_path: Path) -> None:
    units = [called(dense(f"u{index}", 1), tensor("x", THREE)) for index in range(2000)]
    every = [tensor(f"u{index}", ONE) for index in range(2000)]
    total = called(layer("Add", "t"), every)
    squashed = called(layer("Activation", "q", activation="tanh"), tensor("t", ONE))
    started = time.process_time()
    of(tmp_path, *units, total, squashed, called(layer("Add", "y"), [*every, tensor("q", ONE)]))
    assert time.process_time() - started < 5

"""Defects of the analyzer and the rules that were found once."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as drawn

from logitcheck.analyzer.transfer import arithmetic
from logitcheck.analyzer.transfer.activation_functions import FUNCTIONS
from logitcheck.analyzer.values import Kind, Value, anything, between, unbounded
from logitcheck.loader import losses
from tests.analyzer.given import (
    call,
    distribution,
    log_distribution,
    logits,
    operation,
    result,
    scores,
)
from tests.analyzer.given import layer as given_layer
from tests.analyzer.strategies import described, describes
from tests.building import (
    Config,
    called,
    compiled,
    functional,
    layer,
    report_on,
    tensor,
)
from tests.building import (
    source as entry,
)
from tests.rules.judging import BINARY, SPARSE, followed_by, head, judge, only

SHAPE = (None, 5, 3)


@pytest.mark.parametrize(
    "link",
    [
        lambda n: layer("GRU", n, units=4, activation="tanh", recurrent_activation="sigmoid", return_sequences=True),
        lambda n: layer("RNN", n, return_sequences=True),
    ],
    ids=["GRU", "RNN whose cell is not stored"],
)
def test_a_chain_of_recurrent_layers_is_walked(tmp_path: Path, link: Callable[[str], Config]) -> None:
    layers, last = [entry(shape=(None, 7, 4))], "x"
    for number in range(2000):
        layers.append(called(link(f"r{number}"), tensor(last, (None, 7, 4))))
        last = f"r{number}"
    report = report_on(tmp_path, compiled(functional(layers, [[last, 0, 0]]), SPARSE))
    assert report.error is None


@pytest.mark.parametrize("left", [between(1.0, 2.0), scores(), logits()], ids=["positive", "scores", "logits"])
def test_a_division_by_0_is_survived(left: Value) -> None:
    arithmetic.divide(left, arithmetic.constant(0.0), "layer")


def test_classes_sorted_along_another_axis_are_no_distribution() -> None:
    assert result(call(operation("Sort", axis=1), (distribution(), SHAPE))).kind is Kind.UNIT_INTERVAL


def test_entries_taken_for_each_class_are_no_distribution() -> None:
    called_ = call(operation("TakeAlongAxis", axis=1), (distribution(), SHAPE), (logits("indices"), SHAPE))
    assert result(called_).kind is Kind.UNIT_INTERVAL


@pytest.mark.parametrize(
    ("axis", "weights"), [(-1, [1.0, 2.0, 3.0]), (1, [[1.0, 2.0, 3.0]] * 5)], ids=["of classes", "for each number"]
)
def test_an_average_with_weights_is_neither_constant_nor_a_distribution(axis: int, weights: object) -> None:
    value = result(call(operation("Average", axis=axis), (distribution(), SHAPE), kwargs={"weights": weights}))
    assert value.axis is None
    assert value.low != value.high


def test_an_average_of_distributions_with_a_weight_for_each_is_one() -> None:
    weights = [1.0, 0.0, 3.0, 0.5, 2.0]
    value = result(call(operation("Average", axis=1), (distribution(), SHAPE), kwargs={"weights": weights}))
    assert (value.kind, value.axis) == (Kind.PROBABILITIES, -1)


@pytest.mark.parametrize("name", ["Max", "Min"])
def test_the_initial_number_of_an_extreme_is_one_of_its_numbers(name: str) -> None:
    initial = 5.0 if name == "Max" else -5.0
    assert describes(result(call(operation(name, axis=1, initial=initial), (scores(), SHAPE))), initial)


@given(described(), drawn.floats(0.25, 4))
def test_a_celu_stays_within_the_claimed_bounds(operand: Value, alpha: float) -> None:
    value, number = operand
    assert describes(
        FUNCTIONS["celu"](value, {"alpha": alpha}), number if number >= 0 else alpha * math.expm1(number / alpha)
    )


def test_the_minimum_of_mish_is_within_the_claimed_bounds() -> None:
    x = -1.192431
    assert describes(FUNCTIONS["mish"](unbounded(), {}), x * math.tanh(math.log1p(math.exp(x))))


def test_the_approximate_gelu_is_within_the_claimed_bounds() -> None:
    x = -0.752461
    assert describes(
        FUNCTIONS["gelu"](unbounded(), {}), x * (1 + math.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3))) / 2
    )


def test_a_thresholded_relu_is_0_at_theta() -> None:
    assert FUNCTIONS["thresholded_relu"](between(1.0, 3.0), {"theta": 1.0}).low == 0.0


def test_resizing_to_an_aspect_ratio_pads_with_the_fill_value() -> None:
    value = result(call(given_layer("Resizing", pad_to_aspect_ratio=True, fill_value=5.0), (scores(), (None, 8, 6, 3))))
    assert value.high >= 5.0


@pytest.mark.parametrize("axis", [[1], [1, 2], 1])
def test_standardised_numbers_are_counted_along_their_axes(axis: object) -> None:
    bare = given_layer("LayerNormalization", axis=axis, scale=False, center=False)
    assert result(call(bare, (logits(), (None, 10, 2)))).high >= 3.0


@pytest.mark.parametrize(
    ("activation", "loss", "code", "wanted", "position"),
    [
        ("sigmoid", SPARSE, "LC108", "softmax", 0),
        ("softmax", BINARY, "LC109", "sigmoid", 1),
        ("log_softmax", SPARSE, "LC103", "softmax", 0),
    ],
)
def test_an_activation_layer_is_to_be_another_one(
    tmp_path: Path, activation: str, loss: object, code: str, wanted: str, position: int
) -> None:
    model = followed_by(layer("Activation", "last", activation=activation))
    fix = only(judge(tmp_path, model, loss), code).fixes[position]
    assert "behind layer" not in fix
    assert f"Activation({wanted!r}) in place of layer 'last'" in fix


@pytest.mark.parametrize(("version", "binary"), [("2.15.0", "tf.keras.losses.BinaryCrossentropy(from_logits=True)")])
def test_a_file_of_keras_2_is_mended_in_tf_keras(tmp_path: Path, version: str, binary: str) -> None:
    assert binary in only(judge(tmp_path, head(units=1), SPARSE, version), "LC106").fixes[0]


def test_keras_without_the_flag_is_not_offered_it(tmp_path: Path) -> None:
    assert "from_logits" not in only(judge(tmp_path, head(units=1), SPARSE, "2.2.4"), "LC106").fixes[0]


@pytest.mark.parametrize("name", ["softmax_cross_entropy_with_logits", "sparse_softmax_cross_entropy_with_logits"])
def test_raw_losses_read_classes_along_the_last_axis_with_and_without_v2(name: str) -> None:
    assert losses.read(name, 3) == losses.Loss(name=name, form=losses.LossForm.FUNCTION, label=name, axis=-1)


def test_a_logarithm_clipped_above_0_is_none() -> None:
    assert result(call(operation("Clip", x_min=1.0, x_max=2.0), (log_distribution(), SHAPE))).log_of is None


@pytest.mark.parametrize("name", ["tanh_shrink", "relu with a slope"])
def test_an_activation_without_bounds_keeps_the_reason(name: str) -> None:
    parameters = {"negative_slope": 0.1} if name != "tanh_shrink" else {}
    value = FUNCTIONS["relu" if parameters else name](anything("it is custom", "mine"), parameters)
    assert value.unknown is not None


def test_an_inverted_integer_lookup_may_put_out_negative_tokens() -> None:
    assert result(call(given_layer("IntegerLookup", invert=True), (logits(), (None, 1)))).low < 0

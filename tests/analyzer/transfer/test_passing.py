from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from logitcheck.analyzer.transfer import passing, shapes
from logitcheck.analyzer.values import INFINITY, Kind, Value
from logitcheck.model import Shape
from tests.analyzer.given import bounded, call, distribution, layer, logits, operation, result, scores

SHAPE: Shape = (None, 3)
DROPOUTS = ["Dropout", "SpatialDropout1D", "SpatialDropout2D", "SpatialDropout3D"]
NOISES = ["GaussianDropout", "GaussianNoise", "AlphaDropout"]


@pytest.mark.parametrize("name", [*passing.LAYERS, *(set(passing.OPERATIONS) - {"ActiveDropout"})])
def test_the_numbers_are_handed_on(name: str) -> None:
    config: dict[str, Any] = {"rate": 0.5} if name in DROPOUTS else {}
    passes = layer(name, **config) if name in passing.LAYERS else operation(name)
    called = call(passes, (distribution(), SHAPE))
    value = result(called)
    assert (value.kind, value.axis, value.applied) == (Kind.PROBABILITIES, -1, distribution().applied)
    assert shapes(called) == [SHAPE]


def test_the_layer_activity_regularization_hands_on_the_very_tensor() -> None:
    operand = distribution()
    assert result(call(layer("ActivityRegularization"), (operand, SHAPE))) is operand


def test_the_layer_identity_hands_on_the_very_tensor_but_in_keras_2() -> None:
    operand = distribution()
    value = result(call(layer("Identity"), (operand, SHAPE)))
    assert value == replace(operand, copied_in_keras_2=True)


def test_masking_makes_another_tensor() -> None:
    assert not result(call(layer("Masking"), (distribution(), SHAPE))).direct


@pytest.mark.parametrize("name", ["Identity", "ActivityRegularization"])
def test_a_layer_that_computes_in_16_bits_casts_what_was_activated_in_32(name: str) -> None:
    half = replace(layer(name), compute_dtype="float16")
    assert not result(call(half, (distribution(), SHAPE))).direct


@pytest.mark.parametrize("name", [*DROPOUTS, *NOISES])
def test_a_dropout_is_remembered(name: str) -> None:
    once = result(call(layer(name, rate=0.5), (distribution(), SHAPE)))
    twice = result(call(layer(name, rate=0.5), (once, SHAPE)))
    assert (once.after_dropout, twice.after_dropout) == (True, True)


def test_a_dropout_behind_another_tensor_is_not_behind_an_activation() -> None:
    masked = result(call(layer("Masking"), (distribution(), SHAPE)))
    assert not result(call(layer("Dropout", rate=0.5), (masked, SHAPE))).after_dropout


@pytest.mark.parametrize(
    ("operand", "config", "low", "high"),
    [
        (scores(), {"rate": 0.5}, 0.0, 2.0),
        (bounded(0.5, 1.0), {"rate": 0.5}, 0.0, 2.0),
        (bounded(-2.0, -1.0), {"rate": 0.75}, -8.0, 0.0),
        (logits(), {"rate": 0.5}, float("-inf"), float("inf")),
    ],
    ids=["scores", "positive", "negative", "logits"],
)
def test_a_dropout_that_is_always_active_scales_and_drops(
    operand: Value, config: dict[str, Any], low: float, high: float
) -> None:
    value = result(call(layer("Dropout", **config), (operand, SHAPE), kwargs={"training": True}))
    assert (value.low, value.high, value.applied) == (low, high, None)


@pytest.mark.parametrize("rate", [None, 1.0, "x"])
def test_an_active_dropout_of_unknown_rate_is_unknown(rate: object) -> None:
    value = result(call(layer("Dropout", rate=rate), (scores(), SHAPE), kwargs={"training": True}))
    assert value.kind is Kind.UNKNOWN


@pytest.mark.parametrize("name", NOISES)
def test_noise_that_is_always_active_keeps_logits_only(name: str) -> None:
    assert result(call(layer(name), (logits(), SHAPE), kwargs={"training": True})).kind is Kind.LOGITS
    assert result(call(layer(name), (scores(), SHAPE), kwargs={"training": True})).kind is Kind.UNKNOWN


def test_the_training_flag_of_an_augmentation_is_overridden_by_predict() -> None:
    assert result(call(layer("RandomFlip"), (scores(), SHAPE), kwargs={"training": True})).kind is Kind.UNIT_INTERVAL


@pytest.mark.parametrize(
    ("target", "operand", "low", "high"),
    [
        pytest.param("int32", bounded(-1.5, 2.7), -1.0, 2.0, id="whole"),
        pytest.param("uint8", bounded(0.0, INFINITY), 0.0, INFINITY, id="not negative"),
        pytest.param("bool", bounded(-1.5, 2.7), 0.0, 1.0, id="truth"),
    ],
)
def test_a_cast_to_whole_numbers_cuts_decimals_off(target: str, operand: Value, low: float, high: float) -> None:
    value = result(call(operation("Cast", dtype=target), (operand, SHAPE)))
    assert (value.low, value.high, value.integer) == (low, high, True)


def test_distributions_cast_to_whole_numbers_are_none() -> None:
    assert result(call(operation("Cast", dtype="int32"), (distribution(), SHAPE))).kind is Kind.UNIT_INTERVAL
    assert result(call(operation("Cast", dtype="float16"), (distribution(), SHAPE))).kind is Kind.PROBABILITIES

"""Units whose biases can make them differ, so that there is something to standardise whatever comes in."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

import numpy
import pytest

from logitcheck.analyzer.transfer import units
from logitcheck.analyzer.values import Kind
from logitcheck.model import Shape
from tests.analyzer.transfer.test_places import of
from tests.building import Config, called, dense, layer, operation, tensor

SHAPE: Shape = (None, 3)
HELD: Config = {"class_name": "NonNeg", "config": {}}
NORM = layer("LayerNormalization", "y", axis=-1, scale=True, center=False)


def held(units: int = 2, activation: object = "gelu", **config: object) -> Config:
    """Units whose kernel and biases are not negative, so that only their high end is known to be reached."""
    constrained = {"kernel_constraint": HELD, "bias_constraint": HELD, **config}
    return called(dense("x", units, activation, **constrained), tensor("a", SHAPE))


def standardised(folder: Path, *steps: Config, count: int = 2, on: str = "x") -> Kind:
    value = of(folder, *steps, called(NORM, tensor(on, (None, count))), shape=SHAPE)
    assert value.is_balanced is (value.kind is Kind.LOGITS)
    return value.kind


@pytest.mark.parametrize("activation", sorted(units.ACTIVATIONS))
def test_an_activation_makes_different_numbers_of_some_that_are_not_negative(activation: str) -> None:
    with_names = importlib.import_module("keras").activations
    biases = numpy.array([[0.0, 1.0], [0.0, 6.0], [1.0, 0.0]], dtype="float32")
    numbers = numpy.asarray(with_names.get(activation)(biases))
    assert (abs(numbers[:, 0] - numbers[:, 1]) > 0.1).sum() >= 1


@pytest.mark.parametrize("activation", sorted(units.ACTIVATIONS))
def test_units_with_biases_of_their_own_go_off_with_a_learned_scale(tmp_path: Path, activation: str) -> None:
    assert standardised(tmp_path, held(activation=activation)) is Kind.LOGITS


@pytest.mark.parametrize(
    "config",
    [
        pytest.param({"use_bias": False}, id="without a bias"),
        pytest.param({"trainable": False}, id="frozen"),
        pytest.param({"bias_constraint": {"class_name": "UnitNorm", "config": {}}}, id="biases of norm 1"),
        pytest.param({"kernel_constraint": {"class_name": "UnitNorm", "config": {}}}, id="weights of norm 1"),
        pytest.param({"activation": "sparsemax"}, id="an activation with a wrong threshold"),
        pytest.param({"activation": layer("ReLU", "r", max_value=1.0)}, id="an activation with parameters"),
    ],
)
def test_units_that_may_all_be_alike_may_leave_nothing(tmp_path: Path, config: Config) -> None:
    step = held()
    step["config"] |= config
    assert standardised(tmp_path, step) is Kind.UNKNOWN


def test_of_a_single_unit_nothing_is_left(tmp_path: Path) -> None:
    assert standardised(tmp_path, held(1), count=1) is Kind.UNIT_INTERVAL


def test_other_layers_need_not_keep_units_apart(tmp_path: Path) -> None:
    below = called(layer("ReLU", "r", max_value=0.5), tensor("x", (None, 2)))
    assert standardised(tmp_path, held(), below, on="r") is Kind.UNKNOWN


@pytest.mark.parametrize(
    ("first", "second", "kind"),
    [(0.25, 0.75, Kind.LOGITS), (0.75, -0.25, Kind.LOGITS), (0.5, -0.4999, Kind.UNKNOWN), (1e-6, 1e-6, Kind.UNKNOWN)],
)
def test_so_do_multiples_of_them_unless_little_is_left(tmp_path: Path, first: float, second: float, kind: Kind) -> None:
    unit = tensor("x", (None, 2))
    scaled = [called(layer("Rescaling", name, scale=by), unit) for name, by in (("b", first), ("c", second))]
    added = called(operation("Add", "d"), tensor("b", (None, 2)), tensor("c", (None, 2)))
    assert standardised(tmp_path, held(), *scaled, added, on="d") is kind


IMAGE: Shape = (None, 4, 3)


@pytest.mark.parametrize(
    ("config", "norm", "kind"),
    [
        pytest.param({}, {"groups": 2}, Kind.LOGITS, id="two channels in a group"),
        pytest.param({}, {"groups": 4}, Kind.UNKNOWN, id="one channel in a group"),
        pytest.param({}, {"groups": 4, "axis": 1}, Kind.LOGITS, id="groups of steps"),
        pytest.param({"filters": 1}, {"groups": 2, "axis": 1}, Kind.UNKNOWN, id="groups of steps of one channel"),
        pytest.param({"data_format": "channels_first"}, {"groups": 2}, Kind.UNKNOWN, id="channels first"),
    ],
)
def test_a_group_needs_several_channels(tmp_path: Path, config: Config, norm: Config, kind: Kind) -> None:
    """All steps hold the same: they are those of a repeated vector."""
    constrained = {"kernel_constraint": HELD, "bias_constraint": HELD}
    sizes = {"filters": 4, "kernel_size": [1], "strides": [1], **constrained, **config}
    repeated = called(layer("RepeatVector", "r", n=4), tensor("a", SHAPE))
    step = called(layer("Conv1D", "x", activation="relu", **sizes), tensor("r", IMAGE))
    grouping = layer("GroupNormalization", "y", **{"axis": -1, "scale": True, "center": False, **norm})
    made: Shape = (None, 4, int(str(sizes["filters"])))
    assert of(tmp_path, repeated, step, called(grouping, tensor("x", made)), shape=SHAPE).kind is kind


def test_a_call_without_tensors_is_given_no_units() -> None:
    given: Any = importlib.import_module("tests.analyzer.given")
    assert not units.differ(given.call(given.layer("LayerNormalization")))

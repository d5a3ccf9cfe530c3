"""The layer Normalization with the numbers that it learned of data, and what is standardised with a padding."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from logitcheck import loader
from logitcheck.analyzer import analyze
from logitcheck.analyzer.transfer.normalising import LEARNED_FROM_DATA
from logitcheck.analyzer.values import Kind, Value, anything
from logitcheck.model import Layer, SavedModel, Shape, Statistics
from tests.analyzer.given import bounded, call, layer, logits, result
from tests.analyzer.transfer.test_places import of
from tests.building import Config, called, dense, functional, source, tensor, write
from tests.building import layer as stored

UNKNOWN = anything("it is custom", "mine")


def test_of_numbers_without_a_bound_no_mean_would_tell_more() -> None:
    value = result(call(layer("Normalization"), (UNKNOWN, (None, 3))))
    assert value.unknown == UNKNOWN.unknown


def learned(means: list[float], variances: list[float], dtype: str | None = None, **config: Any) -> Layer:
    statistics = Statistics(mean=tuple(means), variance=tuple(variances))
    return replace(layer("Normalization", **config), statistics=statistics, compute_dtype=dtype)


def test_numbers_in_the_weights_count_like_those_in_the_config() -> None:
    value = result(call(learned([0.0, 2.0], [1.0, 4.0]), (bounded(-2.0, 2.0), (None, 2))))
    assert (value.low, value.high) == (-2.0, 2.0)


@pytest.mark.parametrize(
    ("normalising", "shape"),
    [
        pytest.param(learned([0.0, 2.0], [1.0, 4.0]), (None, 3), id="another size"),
        pytest.param(learned([0.0, 2.0], [1.0, 4.0], axis=[1, 2]), (None, 2, 3), id="another size of two axes"),
        pytest.param(learned([0.0, 2.0], [1.0, 4.0], axis=[]), (None, 3), id="several for all"),
        pytest.param(learned([0.0], [1.0], "float16", axis=None), (None, 3), id="half precision"),
        pytest.param(learned([0.0], [1.0], "bfloat16", axis=None), (None, 3), id="a shorter mantissa"),
    ],
)
def test_numbers_in_the_weights_that_do_not_fit_are_not_known(normalising: Layer, shape: Shape) -> None:
    value = result(call(normalising, (bounded(-2.0, 2.0), shape)))
    assert value.unknown is not None
    assert value.unknown.reason == LEARNED_FROM_DATA


@pytest.mark.parametrize("at_once", [True, False])
@pytest.mark.parametrize("scale", [[10.0, 1.0], [10.0, -10.0], [3.0, 3.0]], ids=str)
def test_so_is_a_bound_of_elements_that_are_rescaled_each_by_its_own(scale: list[float], at_once: bool) -> None:
    """Whichever element reaches the ends of the operand, it need not be the one that is scaled most."""
    operand = replace(bounded(-1.0, 1.0), reaches_low=True, reaches_high=True, at_once=at_once)
    rescaled = result(call(layer("Rescaling", scale=scale), (operand, (None, 2))))
    assert (rescaled.low, rescaled.high) == (-max(scale), max(scale))
    is_reached = at_once or len({abs(each) for each in scale}) == 1
    assert (rescaled.reaches_low, rescaled.reaches_high) == (is_reached, is_reached)


@pytest.mark.parametrize("at_once", [True, False])
def test_a_bound_of_elements_that_differ_is_reached_only_where_all_are_at_once(at_once: bool) -> None:
    """One of them may be stretched to where only another one goes."""
    operand = replace(bounded(-2.0, 2.0), reaches_low=True, reaches_high=True, at_once=at_once)
    assert operand.comes_at_once == at_once
    apart = result(call(learned([0.0, 3.0], [1.0, 4.0]), (operand, (None, 2))))
    assert (apart.low, apart.high) == (-2.5, 2.0)
    assert (apart.reaches_low, apart.reaches_high) == (at_once, at_once)
    # Where all elements have one and the same end, it does not matter which of them comes there.
    same_low = result(call(learned([0.0, 2.0], [1.0, 4.0]), (operand, (None, 2))))
    assert (same_low.low, same_low.high) == (-2.0, 2.0)
    assert (same_low.reaches_low, same_low.reaches_high) == (True, at_once)
    alike = result(call(learned([2.0, 2.0], [4.0, 4.0]), (operand, (None, 2))))
    assert (alike.low, alike.high, alike.reaches_low, alike.reaches_high) == (-2.0, 0.0, True, True)


def test_an_end_without_a_bound_is_reached_by_whichever_element_goes_there() -> None:
    endless = replace(bounded(0.0, math.inf), reaches_low=True, reaches_high=True, at_once=False)
    value = result(call(learned([0.0, 2.0], [1.0, 4.0]), (endless, (None, 2))))
    assert (value.low, value.high, value.reaches_low, value.reaches_high) == (-1.0, math.inf, False, True)


def test_the_reverse_multiplies_and_adds() -> None:
    value = result(call(learned([0.0, 2.0], [1.0, 4.0], invert=True), (bounded(-2.0, 2.0), (None, 2))))
    assert (value.low, value.high) == (-2.0, 6.0)


def test_logits_stay_logits() -> None:
    assert result(call(learned([0.0, 2.0], [1.0, 4.0]), (logits(), (None, 2)))).kind is Kind.LOGITS


def standardised_with_a_border(folder: Path, padding: Config, norm: Config, **unit: object) -> Value:
    """What becomes of one number, of one unit, that is repeated in an image and standardised with a border of zeros."""
    steps = [
        called(dense("x", 1, unit.pop("activation", "relu"), **unit), tensor("a", (None, 3))),
        called(stored("Reshape", "r", target_shape=[1, 1, 1]), tensor("x", (None, 1))),
        called(stored("UpSampling2D", "u", size=[2, 4]), tensor("r", (None, 1, 1, 1))),
        called(stored("ZeroPadding2D", "p", **padding), tensor("u", (None, 2, 4, 1))),
        called(stored(norm.pop("class_name"), "y", **norm), tensor("p", (None, 4, 6, 1))),
    ]
    return of(folder, *steps, shape=(None, 3))


GROUPS = {"class_name": "GroupNormalization", "groups": 1, "axis": -1, "scale": True, "center": False}
LAYERS = {"class_name": "LayerNormalization", "scale": True, "center": False}
AROUND = {"padding": [[1, 1], [1, 1]]}


@pytest.mark.parametrize(
    ("padding", "norm"),
    [
        pytest.param(AROUND, GROUPS, id="group"),
        pytest.param(AROUND, LAYERS | {"axis": [1, 2]}, id="layer"),
        pytest.param({"padding": [[0, 1], [0, 0]]}, LAYERS | {"axis": 1}, id="a row beneath"),
    ],
)
def test_numbers_differ_from_the_zeros_around_them(tmp_path: Path, padding: Config, norm: Config) -> None:
    value = standardised_with_a_border(tmp_path, dict(padding), dict(norm))
    assert (value.kind, value.is_balanced, value.has_copies) == (Kind.LOGITS, True, True)


@pytest.mark.parametrize(
    ("padding", "norm", "unit"),
    [
        pytest.param({"padding": [[0, 0], [0, 0]]}, GROUPS, {}, id="no padding"),
        pytest.param({"padding": "much"}, GROUPS, {}, id="unreadable"),
        pytest.param(AROUND, LAYERS | {"axis": 1}, {}, id="columns of zeros alone"),
        pytest.param(AROUND, GROUPS | {"axis": 1}, {}, id="rows in groups"),
        pytest.param(AROUND | {"data_format": "channels_first"}, GROUPS, {}, id="channels first"),
        pytest.param(
            AROUND, GROUPS, {"kernel_constraint": "max_norm", "bias_constraint": "max_norm"}, id="maybe zeros inside"
        ),
    ],
)
def test_where_zeros_may_be_alone_nothing_is_said(
    tmp_path: Path, padding: Config, norm: Config, unit: dict[str, Any]
) -> None:
    assert standardised_with_a_border(tmp_path, dict(padding), dict(norm), **unit).kind is Kind.UNKNOWN


@pytest.mark.parametrize(
    ("activation", "times", "kind"),
    [("tanh", 2, Kind.LOGITS), ("linear", 2, Kind.LOGITS), ("relu", 2, Kind.UNKNOWN), ("tanh", 3, Kind.UNKNOWN)],
)
def test_a_learned_scale_that_enters_twice_leaves_the_signs_and_takes_them_anywhere(
    tmp_path: Path, activation: str, times: int, kind: Kind
) -> None:
    shape: Shape = (None, 3)
    calls = [{"args": [tensor("x", shape)], "kwargs": {}}]
    calls += [{"args": [tensor("n", shape, call=time)], "kwargs": {}} for time in range(times - 1)]
    norm = stored("RMSNormalization", "n", axis=-1) | {"inbound_nodes": calls}
    model = functional(
        [source("a", shape), called(dense("x", 3, activation), tensor("a", shape)), norm], [["n", times - 1, 0]]
    )
    loaded = loader.load(write(tmp_path / "model.keras", model))
    assert isinstance(loaded, SavedModel)
    assert analyze(loaded)[0].value.kind is kind


def test_a_scale_of_0_leaves_nothing_of_what_is_not_known() -> None:
    value = result(call(layer("Rescaling", scale=0.0, offset=-1.0), (UNKNOWN, (None, 3))))
    assert (value.kind, value.low, value.high) == (Kind.RANGE, -1.0, -1.0)

"""Rows that a maximum of nothing but NaN takes part in are left out, and no others."""

from __future__ import annotations

import importlib
import warnings
from collections.abc import Iterator
from typing import Any

import numpy
import pytest

from tests.generated.blocks import GENERATIONS
from tests.generated.maxima import left_out
from tests.generated.running import runs


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """Keras 3 remarks that a model of a list of one input is called on that one."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


DRAWS = {"times": 4, "rows": 12}


def overflowing(generation: str, *, pooled: bool) -> Any:
    """A model that multiplies an exponential by 0, which makes NaN of infinity, pools that and squares it."""
    keras = pytest.importorskip(generation, reason="the extra [test] brings it")
    entry = keras.Input((4, 1))
    layers = keras.layers
    large = layers.Rescaling(1e20)(layers.Dense(1, activation="exponential")(entry))
    nothing = layers.Rescaling(0.0)(layers.Rescaling(1e15)(large))
    pooled_once = layers.MaxPooling1D(1)(nothing) if pooled else nothing
    return keras.Model([entry], [layers.Multiply()([pooled_once, pooled_once])])


@pytest.mark.parametrize("generation", GENERATIONS)
def test_rows_with_a_maximum_of_nothing_are_left_out(generation: str) -> None:
    model = overflowing(generation, pooled=True)
    with numpy.errstate(all="ignore"):
        found = list(runs(model, 0, **DRAWS))
        cleared = left_out(model, generation, found, 0, **DRAWS)
    assert any(numpy.isinf(turn[0]).any() for turn in found), "the square of the lowest number is infinite"
    assert not any(numpy.isinf(turn[0]).any() for turn in cleared)
    kept = [numpy.isnan(after[0]) | (after[0] == before[0]) for before, after in zip(found, cleared, strict=True)]
    assert all(same.all() for same in kept)
    assert any((after[0] == 0).any() for after in cleared), "the other rows stay"


@pytest.mark.parametrize("generation", GENERATIONS)
def test_infinite_numbers_of_another_origin_stay(generation: str) -> None:
    model = overflowing(generation, pooled=False)
    found = [(numpy.full((12, 4, 1), numpy.inf),)]
    assert left_out(model, generation, found, 0, times=1, rows=12)[0][0].max() == numpy.inf


def test_a_model_that_cannot_be_looked_into_keeps_its_results() -> None:
    keras = importlib.import_module(GENERATIONS[0])
    found = [(numpy.ones((12, 1)),)]
    model = keras.Sequential()
    assert left_out(model, GENERATIONS[0], found, 0, times=1, rows=12) == found

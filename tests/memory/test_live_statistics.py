"""What Normalization layers of a model in memory learned: their variables, where the model computes with them."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import Any

import pytest

import logitcheck


@pytest.fixture(params=["keras", "tf_keras"])
def model(request: pytest.FixtureRequest) -> Iterator[Any]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        layers = (keras := pytest.importorskip(request.param, reason="the extra [test] brings it")).layers
        yield keras.Sequential([keras.Input((3,)), layers.Activation("sigmoid"), layers.Normalization(name="n")])


def test_the_numbers_of_a_layer_are_known_as_they_are_now(model: Any) -> None:
    assert logitcheck.inspect(model).outputs[0].kind.value == "unit_interval"
    layer = model.get_layer("n")
    layer.adapt_mean.assign([1.0, 2.0, 3.0])
    layer.finalize_state()
    report = logitcheck.inspect(model)
    assert (report.outputs[0].low, report.outputs[0].high) == (-3.0, 0.0)
    assert "in the weights" in report.outputs[0].evidence[-1].effect


def test_numbers_that_are_saved_but_not_computed_with_are_not_known(model: Any) -> None:
    model.get_layer("n").adapt_mean.assign([1.0, 2.0, 3.0])
    assert logitcheck.inspect(model).outputs[0].kind.value == "unknown"


def test_too_many_numbers_are_not_known(model: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("logitcheck.loader.learned.MOST_NUMBERS", 2)
    assert logitcheck.inspect(model).outputs[0].kind.value == "unknown"

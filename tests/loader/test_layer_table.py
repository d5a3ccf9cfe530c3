"""Layers are read when they are asked for; what could be malformed is read while loading."""

from __future__ import annotations

from typing import Any

import pytest

from logitcheck.errors import ErrorCode
from tests.building import Config, called, custom, dense, functional, layer, source, tensor
from tests.loader.older import graph_of, refusal

SHAPE = (None, 4)


def model(*layers: Config) -> Config:
    """A functional model with layers that no output needs."""
    return functional([source(), called(dense("head", 3), tensor("x", SHAPE)), *layers], [["head", 0, 0]])


def test_a_layer_is_read_once() -> None:
    layers = graph_of(model()).layers
    assert layers["head"] is layers["head"]


def test_layers_come_in_the_order_of_the_file() -> None:
    layers = graph_of(model(dense("b", 3), dense("a", 3))).layers
    assert list(layers) == ["x", "head", "b", "a"]
    assert len(layers) == 4
    assert [entry.name for entry in layers.values()] == list(layers)


def test_a_layer_that_is_not_there_is_not_there() -> None:
    layers = graph_of(model()).layers
    assert "gone" not in layers
    assert layers.get("gone") is None


BROKEN: dict[str, Config] = {
    "a nested model": functional([source()], [["gone", 0, 0]], name="inner"),
    "a wrapped model": layer("TimeDistributed", "w", layer=functional([source()], [3], name="inner")),
    "a backward layer": layer(
        "Bidirectional",
        "w",
        layer=layer("LSTM", "l", units=3),
        backward_layer=layer("RNN", "l", cell={"class_name": "StackedRNNCells", "config": {"cells": [3]}}),
    ),
    "a cell": layer("RNN", "r", cell={"class_name": "StackedRNNCells", "config": {"cells": [None]}}),
}


@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN.keys())
def test_what_is_malformed_inside_of_a_layer_comes_up_while_loading(broken: Config) -> None:
    assert refusal(graph_of, model(broken)).code is ErrorCode.MALFORMED_GRAPH


@pytest.mark.parametrize("config", [None, 3, "text", True, []], ids=repr)
def test_a_config_of_a_wrong_type_in_a_custom_layer_is_an_empty_one(config: Any) -> None:
    assert dict(graph_of(model(custom("Mine", "m") | {"config": config})).layers["m"].config) in ({}, {"layers": []})


@pytest.mark.parametrize("config", [None, 3, "text", True], ids=repr)
def test_a_config_of_a_wrong_type_is_malformed_where_its_parameters_would_be_taken_from_it(config: Any) -> None:
    """A Dense without a config would be one with a linear activation, as a right head for logits is."""
    broken = model(dense("m", 3) | {"config": config})
    assert refusal(graph_of, broken).code is ErrorCode.MALFORMED_GRAPH

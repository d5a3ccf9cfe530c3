"""Call numbers of nested models: keras-facts, "Node-index rules".

Every model here calls the inner one twice, on "x" and on "y"; "after" takes the output of one of these calls.
"""

from __future__ import annotations

from typing import Any

import pytest

from logitcheck.errors import ErrorCode
from logitcheck.model import Graph, Slice, TensorReference
from tests.building import Config, called, dense, functional, sequential, source, tensor
from tests.loader import older
from tests.loader.older import graph_of, reference, refusal

SHAPE = (None, 4)
INNER = "inner"


def inner_functional() -> Config:
    return functional([source("i"), called(dense("h", 4), tensor("i", SHAPE))], [["h", 0, 0]], name=INNER)


def inner_sequential() -> Config:
    return sequential(dense("h", 4), name=INNER)


def older_inner_functional() -> Config:
    layers = [older.source("i"), older.layer("Dense", "h", [reference("i")], units=4)]
    return older.functional(layers, [["h", 0, 0]], name=INNER)


def older_inner_sequential() -> Config:
    config = {"name": INNER, "layers": [older.layer("Dense", "h", units=4, batch_input_shape=[None, 4])]}
    return {"class_name": "Sequential", "config": config}


def modern(inner: Config, inbound: int, outputs: list[int]) -> Graph:
    """A model of Keras 3: `inbound` is the number by which "after" refers to the inner model."""
    shared = called(called(inner, tensor("x", SHAPE)), tensor("y", SHAPE))
    after = called(dense("after", 3), tensor(INNER, SHAPE, inbound))
    stored = [["after", 0, 0], *([INNER, number, 0] for number in outputs)]
    return graph_of(functional([source("x"), source("y"), shared, after], stored))


def old(inner: Config, inbound: int, outputs: list[int]) -> Graph:
    """The same of Keras 2."""
    shared = inner | {"name": INNER, "inbound_nodes": [[reference("x")], [reference("y")]]}
    after = older.layer("Dense", "after", [reference(INNER, inbound)], units=3)
    stored = [["after", 0, 0], *([INNER, number, 0] for number in outputs)]
    return graph_of(older.functional([older.source("x"), older.source("y"), shared, after], stored))


def used(graph: Graph) -> int:
    """Which call of the inner model "after" takes."""
    (taken,) = graph.layers["after"].calls[0].tensors
    assert taken.layer == INNER
    return taken.call


def shown(graph: Graph) -> list[int]:
    """Which calls of the inner model are outputs."""
    return [output.call for output in graph.outputs if output.layer == INNER]


@pytest.mark.parametrize("call", [0, 1])
@pytest.mark.parametrize("inner", [inner_functional, inner_sequential], ids=["Functional", "Sequential"])
def test_keras_3_counts_no_hidden_call_in_inbound_nodes(inner: Any, call: int) -> None:
    assert used(modern(inner(), call, [])) == call


@pytest.mark.parametrize("call", [0, 1])
def test_keras_3_counts_the_hidden_call_of_a_functional_model_in_its_outputs(call: int) -> None:
    assert shown(modern(inner_functional(), 0, [call + 1])) == [call]


@pytest.mark.parametrize("call", [0, 1])
def test_keras_3_counts_no_hidden_call_of_a_sequential_model_in_its_outputs(call: int) -> None:
    assert shown(modern(inner_sequential(), 0, [call])) == [call]


def test_keras_3_may_count_differently_in_one_model() -> None:
    graph = modern(inner_functional(), 1, [1, 2])
    assert used(graph) == 1
    assert shown(graph) == [0, 1]


@pytest.mark.parametrize("call", [0, 1])
@pytest.mark.parametrize("inner", [older_inner_functional, older_inner_sequential], ids=["Functional", "Sequential"])
def test_keras_2_counts_the_hidden_call_everywhere(inner: Any, call: int) -> None:
    graph = old(inner(), call + 1, [call + 1])
    assert used(graph) == call
    assert shown(graph) == [call]


@pytest.mark.parametrize("inner", [older_inner_functional, older_inner_sequential], ids=["Functional", "Sequential"])
def test_keras_2_counts_it_in_models_with_both_calls(inner: Any) -> None:
    graph = old(inner(), 1, [2])
    assert used(graph) == 0
    assert shown(graph) == [1]


def test_a_number_that_shows_that_none_is_hidden_is_believed() -> None:
    graph = old(older_inner_functional(), 0, [1])
    assert used(graph) == 0
    assert shown(graph) == [1]


def test_a_plain_layer_has_no_hidden_call() -> None:
    shared = called(called(dense(INNER, 4), tensor("x", SHAPE)), tensor("y", SHAPE))
    graph = graph_of(functional([source("x"), source("y"), shared], [[INNER, 0, 0], [INNER, 1, 0]]))
    assert shown(graph) == [0, 1]


@pytest.mark.parametrize("number", [-1, 3, 7])
def test_a_call_that_was_never_made_is_malformed(number: int) -> None:
    assert refusal(old, older_inner_functional(), number, []).code is ErrorCode.MALFORMED_GRAPH
    assert refusal(modern, inner_functional(), number, []).code is ErrorCode.MALFORMED_GRAPH
    assert refusal(modern, inner_functional(), 0, [number]).code is ErrorCode.MALFORMED_GRAPH


def test_references_are_renumbered_wherever_they_stand_in_the_arguments() -> None:
    inner = older_inner_functional() | {"name": INNER, "inbound_nodes": [[reference("x")]]}
    keywords = {"values": [[INNER, 1, 0], 5], "axis": 1, "index": {"start": 0, "stop": 1, "step": None}}
    layers = [
        older.source("x"),
        inner,
        older.layer("TFOpLambda", "listed", [reference(INNER, 1, **keywords), reference("x")], function="mine"),
        older.layer("TFOpLambda", "keyed", {"a": reference(INNER, 1)}, function="mine"),
    ]
    graph = graph_of(older.functional(layers, [["listed", 0, 0], ["keyed", 0, 0]]))
    first = TensorReference(INNER, 0, 0)
    assert graph.layers["listed"].calls[0].args == ([first, TensorReference("x", 0, 0)],)
    assert graph.layers["listed"].calls[0].kwargs == {"values": [first, 5], "axis": 1, "index": Slice(0, 1, None)}
    assert graph.layers["keyed"].calls[0].args == ({"a": first},)

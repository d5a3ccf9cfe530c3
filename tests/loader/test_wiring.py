"""Graphs that cannot be."""

from __future__ import annotations

from itertools import pairwise

import pytest

from logitcheck.errors import ErrorCode
from tests.building import Config, called, dense, functional, layer, source, tensor
from tests.loader.older import graph_of, refusal

SHAPE = (None, 4)


def message(*layers: Config, output: tuple[str, int, int] = ("d", 0, 0), inputs: object = None) -> str:
    """What is said of a graph that cannot be."""
    error = refusal(graph_of, functional([source(), *layers], [list(output)], inputs))
    assert error.code is ErrorCode.MALFORMED_GRAPH
    assert "model.save(" in error.hint
    return error.message


def test_a_layer_that_feeds_itself_is_a_cycle() -> None:
    told = message(called(dense("d", 4), tensor("d", SHAPE)))
    assert told == "Layer 'd' feeds itself: the graph has a cycle."


def test_layers_that_feed_each_other_are_a_cycle() -> None:
    told = message(called(dense("d", 4), tensor("e", SHAPE)), called(dense("e", 4), tensor("d", SHAPE)))
    assert "the graph has a cycle" in told


def test_a_cycle_behind_an_output_is_found() -> None:
    cycle = [called(dense(name, 4), tensor(fed, SHAPE)) for name, fed in ["ab", "bc", "ca"]]
    assert "the graph has a cycle" in message(*cycle, called(dense("d", 4), tensor("b", SHAPE)))


def test_a_shared_layer_fed_by_its_own_first_call_is_no_cycle() -> None:
    shared = called(called(dense("d", 4), tensor("x", SHAPE)), tensor("d", SHAPE))
    assert graph_of(functional([source(), shared], [["d", 1, 0]])).layers["d"].calls


def test_a_shared_layer_whose_calls_feed_each_other_is_a_cycle() -> None:
    shared = called(called(dense("d", 4), tensor("d", SHAPE, 1)), tensor("d", SHAPE, 0))
    assert "the graph has a cycle" in message(shared)


def test_an_output_of_a_missing_layer_is_told() -> None:
    assert message(output=("gone", 0, 0)) == "The graph refers to a layer 'gone' that it does not hold."


def test_a_call_on_a_missing_layer_is_told() -> None:
    assert "refers to a layer 'gone'" in message(called(dense("d", 4), tensor("gone", SHAPE)))


def test_an_input_of_a_missing_layer_is_told() -> None:
    assert "refers to a layer 'gone'" in message(output=("x", 0, 0), inputs=[["gone", 0, 0]])


@pytest.mark.parametrize("call", [1, -1, 10**20])
def test_a_call_that_was_never_made_is_told(call: int) -> None:
    told = message(called(dense("d", 4), tensor("x", SHAPE)), output=("d", call, 0))
    assert told == f"The graph refers to call {call} of layer 'd', never made."


def test_an_output_number_below_zero_is_malformed() -> None:
    assert message(called(dense("d", 4), tensor("x", SHAPE)), output=("d", 0, -1))


def test_a_layer_that_was_never_called_is_told() -> None:
    assert message(dense("d", 4)) == "Layer 'd' is used but never called."


def test_what_no_output_needs_may_be_wrong() -> None:
    """Dangling layers are legal: `add_loss` of Keras 2 leaves them behind."""
    broken = called(layer("AddLoss", "loss"), tensor("gone", SHAPE))
    unused = dense("unused", 4)
    head = called(dense("d", 4), tensor("x", SHAPE))
    assert graph_of(functional([source(), broken, unused, head], [["d", 0, 0]])).outputs


def test_a_graph_of_many_layers_is_checked_without_recursion() -> None:
    names = ["x", *(f"d{number}" for number in range(5_000))]
    chain = [called(dense(name, 4), tensor(fed, SHAPE)) for fed, name in pairwise(names)]
    assert graph_of(functional([source(), *chain], [[names[-1], 0, 0]])).outputs


def test_a_graph_of_many_paths_is_checked_once_each_layer() -> None:
    """Two branches after one another, sixty times: 2 ** 60 paths."""
    names = ["x", *(f"s{number}" for number in range(60))]
    chain = [called(layer("Add", name), [tensor(fed, SHAPE), tensor(fed, SHAPE)]) for fed, name in pairwise(names)]
    assert graph_of(functional([source(), *chain], [[names[-1], 0, 0]])).outputs

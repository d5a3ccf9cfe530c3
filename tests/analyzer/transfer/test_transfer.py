"""The tables of rules together, and what wrappers make of the layer inside them."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import Any

import pytest

from logitcheck.analyzer import transfer
from logitcheck.analyzer.transfer import LAYERS, OPERATIONS
from logitcheck.analyzer.values import INFINITY, Kind, Value, anything
from logitcheck.model import Layer, LayerKind, Shape
from tests.analyzer.given import bounded, call, distribution, layer, log_distribution, logits, operation, scores, source

SHAPE: Shape = (None, 7, 3)


def wrapper(rule: str, **config: Any) -> Layer:
    return replace(layer(rule, **config), kind=LayerKind.WRAPPER)


@pytest.mark.parametrize("name", sorted(LAYERS))
def test_every_layer_says_something_of_logits(name: str) -> None:
    called = call(layer(name), (logits("a"), SHAPE), (logits("b"), SHAPE))
    assert transfer.apply(called)
    assert transfer.shapes(called)


@pytest.mark.parametrize("name", sorted(OPERATIONS))
def test_every_operation_says_something_of_logits(name: str) -> None:
    called = call(operation(name), (logits("a"), SHAPE), (logits("b"), SHAPE))
    assert transfer.apply(called)
    assert transfer.shapes(called)


@pytest.mark.parametrize("name", sorted(LAYERS))
def test_every_layer_bears_to_know_nothing(name: str) -> None:
    called = call(layer(name))
    assert transfer.apply(called)
    assert transfer.shapes(called)


@pytest.mark.parametrize("name", sorted(OPERATIONS))
def test_every_operation_bears_to_know_nothing(name: str) -> None:
    called = call(operation(name))
    assert transfer.apply(called)
    assert transfer.shapes(called)


OPERANDS = [
    *(logits("a"), anything("no reason", "layer", source("a")), distribution(), scores(), log_distribution()),
    *(bounded(2.0, INFINITY), bounded(-INFINITY, -2.0), bounded(-3.0, 4.0), Value(high=5.0, sources=source("b"))),
]


@pytest.mark.parametrize("rows", [SHAPE, None], ids=["known rank", "unknown rank"])
@pytest.mark.parametrize("name", sorted({*LAYERS, *OPERATIONS}))
def test_what_is_unknown_says_why(name: str, rows: Shape | None) -> None:
    kinds = [kind(name) for kind, table in ((layer, LAYERS), (operation, OPERATIONS)) if name in table]
    for applied, left, right in itertools.product(kinds, OPERANDS, OPERANDS):
        for value in transfer.apply(call(applied, (left, rows), (right, rows), (right, rows))):
            assert value.low <= value.high
            assert value.kind is not Kind.UNKNOWN or (value.unknown is not None and value.unknown.layer)


@pytest.mark.parametrize(
    ("unknown", "reason"),
    [
        pytest.param(layer("FromTheFuture"), "does not know the layer class FromTheFuture", id="layer"),
        pytest.param(operation("Softest"), "does not know the operation Softest", id="operation"),
        pytest.param(
            replace(layer("Mine"), kind=LayerKind.OPAQUE, reason="it is custom"), "it is custom", id="opaque layer"
        ),
        pytest.param(replace(layer("Mine"), kind=LayerKind.OPAQUE), "it is opaque", id="opaque without a reason"),
    ],
)
def test_what_has_no_rule_is_unknown_with_a_reason(unknown: Layer, reason: str) -> None:
    (value,) = transfer.apply(call(unknown, (scores("a"), SHAPE)))
    assert value.unknown is not None
    assert reason in value.unknown.reason
    assert transfer.shapes(call(unknown, (scores("a"), SHAPE))) == [None]


def test_what_has_no_rule_depends_on_what_comes_in_and_on_itself() -> None:
    unknown = layer("FromTheFuture")
    (value,) = transfer.apply(call(unknown, (scores("a"), SHAPE)))
    assert value.sources > source("a")


def test_a_layer_is_no_operation_of_the_same_name() -> None:
    assert transfer.rule_for(layer("Argmax")) is None
    assert transfer.rule_for(operation("Dense")) is None


def test_a_layer_inside_time_distributed_gives_another_tensor() -> None:
    inner = distribution()
    (value,) = transfer.wrapped(call(wrapper("TimeDistributed")), inner, None)
    assert (value.kind, value.direct) == (Kind.PROBABILITIES, False)


def test_other_wrappers_hand_on_the_very_tensor() -> None:
    inner = distribution()
    assert transfer.wrapped(call(wrapper("SpectralNormalization")), inner, None) == (inner,)


@pytest.mark.parametrize(
    ("mode", "inner", "kind", "high"),
    [
        ("concat", bounded(-1.0, 1.0), Kind.RANGE, 1.0),
        ("sum", bounded(-1.0, 1.0), Kind.RANGE, 2.0),
        ("ave", bounded(-1.0, 1.0), Kind.RANGE, 1.0),
        ("mul", bounded(-1.0, 1.0), Kind.RANGE, 1.0),
        ("ave", distribution(), Kind.PROBABILITIES, 1.0),
        ("concat", distribution(), Kind.UNIT_INTERVAL, 1.0),
        ("sum", logits(), Kind.LOGITS, float("inf")),
        ("mul", logits(), Kind.LOGITS, float("inf")),
    ],
)
def test_two_directions_vary_independently(mode: str, inner: Value, kind: Kind, high: float) -> None:
    (value,) = transfer.wrapped(call(wrapper("Bidirectional", merge_mode=mode), (logits("x"), SHAPE)), inner, None)
    assert (value.kind, value.high) == (kind, high)


def test_the_backward_layer_has_an_activation_of_its_own() -> None:
    called = call(wrapper("Bidirectional", merge_mode="concat"), (logits("x"), SHAPE))
    (value,) = transfer.wrapped(called, scores(), bounded(-1.0, 1.0))
    assert (value.kind, value.low) == (Kind.RANGE, -1.0)


@pytest.mark.parametrize(
    ("wrapping", "inner", "after"),
    [
        pytest.param(wrapper("TimeDistributed"), (None, 5), [(None, 7, 5)], id="time put back"),
        pytest.param(wrapper("TimeDistributed"), None, [None], id="unknown rank inside"),
        pytest.param(wrapper("Bidirectional", merge_mode="concat"), (None, 5), [(None, 10)], id="side by side"),
        pytest.param(wrapper("Bidirectional", merge_mode="concat"), (None, None), [(None, None)], id="unknown size"),
        pytest.param(wrapper("Bidirectional", merge_mode="sum"), (None, 5), [(None, 5)], id="added"),
        pytest.param(wrapper("Bidirectional", merge_mode=None), (None, 5), [(None, 5), (None, 5)], id="not merged"),
        pytest.param(wrapper("SpectralNormalization"), (None, 5), [(None, 5)], id="another wrapper"),
    ],
)
def test_shapes_of_wrappers(wrapping: Layer, inner: Shape | None, after: list[Shape | None]) -> None:
    assert transfer.wrapped_shapes(call(wrapping, (logits(), SHAPE)), [inner]) == after


def test_the_time_axis_of_an_unknown_rank_is_unknown() -> None:
    assert transfer.wrapped_shapes(call(wrapper("TimeDistributed"), (logits(), None)), [(None, 5)]) == [(None, None, 5)]


@pytest.mark.parametrize(
    ("outside", "kind"),
    [
        (distribution(-1), Kind.PROBABILITIES),
        (distribution(-2), Kind.UNIT_INTERVAL),
        (log_distribution(-1), Kind.LOG_PROBABILITIES),
        (logits(), Kind.LOGITS),
    ],
    ids=["along the last axis", "along another", "logarithm", "logits"],
)
def test_what_goes_into_time_distributed_is_seen_step_by_step(outside: Value, kind: Kind) -> None:
    folded = transfer.folded(outside)
    assert folded.kind is kind
    assert folded.axis in {None, -1}


@pytest.mark.parametrize(
    ("stored", "shape"),
    [([None, 3], (None, 3)), (None, None), ("x", None), ([None, "x"], None)],
    ids=["sizes", "none", "text", "text inside"],
)
def test_the_shape_of_an_input_is_read_from_its_config(stored: object, shape: Shape | None) -> None:
    assert transfer.stored_shape(layer("InputLayer", batch_shape=stored)) == shape


def test_what_two_directions_make_unknown_together_says_why() -> None:
    both = wrapper("Bidirectional", merge_mode="mul")
    (value,) = transfer.wrapped(call(both), replace(bounded(-INFINITY, 5.0), reaches_low=False), bounded(-3.0, 4.0))
    assert value.kind is Kind.UNKNOWN
    assert value.unknown is not None
    assert (value.unknown.reason, value.unknown.layer) == ("nothing bounds what it computes", "bidirectional")

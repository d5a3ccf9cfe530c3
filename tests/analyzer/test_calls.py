from __future__ import annotations

from dataclasses import replace

import pytest

from logitcheck.analyzer.calls import LayerCall, always, flatten, listed, number, numbers, same_shape, whole
from logitcheck.analyzer.values import Kind
from logitcheck.model import Call, ConstantArray, TensorReference
from tests.analyzer.given import Given, call, layer, logits, operation, scores, source


@pytest.mark.parametrize(
    ("stored", "meaning"),
    [
        pytest.param(3, 3, id="whole number"),
        pytest.param(True, None, id="boolean"),
        pytest.param(3.0, None, id="float"),
        pytest.param("3", None, id="text"),
        pytest.param(None, None, id="nothing"),
    ],
)
def test_only_a_whole_number_is_one(stored: object, meaning: int | None) -> None:
    assert whole(stored) == meaning


def test_what_is_no_whole_number_may_have_a_default() -> None:
    assert whole("x", 7) == 7


@pytest.mark.parametrize(
    ("stored", "meaning"),
    [
        pytest.param(3, 3.0, id="whole number"),
        pytest.param(-0.5, -0.5, id="float"),
        pytest.param(ConstantArray([[2.0]]), 2.0, id="array of one"),
        pytest.param(ConstantArray(2), 2.0, id="array without axes"),
        pytest.param(ConstantArray([1.0, 2.0]), None, id="array of two"),
        pytest.param(ConstantArray([]), None, id="empty array"),
        pytest.param(True, None, id="boolean"),
        pytest.param(float("inf"), None, id="infinite"),
        pytest.param(float("nan"), None, id="not a number"),
        pytest.param(10**400, None, id="too large for a float"),
        pytest.param("1", None, id="text"),
    ],
)
def test_a_number_is_finite(stored: object, meaning: float | None) -> None:
    assert number(stored) == meaning


@pytest.mark.parametrize(
    ("stored", "meaning"),
    [
        pytest.param([1, [2, 3.5]], [1.0, 2.0, 3.5], id="nested lists in order"),
        pytest.param(ConstantArray([[1], [2]]), [1.0, 2.0], id="array"),
        pytest.param([1, None], [], id="one of them is no number"),
        pytest.param(4, [4.0], id="a single one"),
    ],
)
def test_numbers_are_told_all_or_none(stored: object, meaning: list[float]) -> None:
    assert numbers(stored) == meaning


def test_of_too_many_numbers_none_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("logitcheck.analyzer.calls._MOST_CONSTANTS", 3)
    assert numbers([1, 2, 3]) == [1.0, 2.0, 3.0]
    assert numbers([1, 2, 3, 4]) == []


def test_flattening_stops_at_the_most() -> None:
    assert list(flatten([list(range(10))], most=3)) == [0, 1, 2]


def test_flattening_does_not_recurse() -> None:
    nested: object = 1
    for _ in range(20_000):
        nested = [nested]
    assert list(flatten(nested, most=1)) == [1]


@pytest.mark.parametrize(
    ("stored", "items"),
    [
        pytest.param([1, 2], [1, 2], id="list"),
        pytest.param((1, 2), [1, 2], id="tuple"),
        pytest.param(None, [], id="nothing"),
        pytest.param(3, [3], id="single item"),
    ],
)
def test_anything_can_be_listed(stored: object, items: list[object]) -> None:
    assert listed(stored) == items


def test_a_call_without_a_tensor_has_an_operand_of_which_nothing_is_known() -> None:
    value = call(layer("Add")).value()
    assert value.kind is Kind.UNKNOWN
    assert value.unknown is not None
    assert value.unknown.reason == "it is called without a tensor"


def test_a_call_without_a_tensor_has_no_shape() -> None:
    assert same_shape(call(layer("Add"))) is None


def test_values_come_in_the_order_of_the_tensors() -> None:
    assert [value.kind for value in call(layer("Add"), (logits(), None), (scores(), None)).values()] == [
        Kind.LOGITS,
        Kind.UNIT_INTERVAL,
    ]


def test_the_input_shape_of_a_layers_config_stands_in_for_an_unknown_one() -> None:
    configured = replace(layer("Dense"), input_shape=(None, 7))
    assert call(configured, (logits(), (None, 3))).shape() == (None, 7)


def test_the_shape_that_a_reference_holds_wins_over_that_of_the_config() -> None:
    configured = replace(layer("Dense"), input_shape=(None, 7))
    held = TensorReference("operand", 0, 0, shape=(None, 3))
    called = LayerCall(configured, Call((held,), {}, (held,)), Given([(logits(), (None, 3))]), "dense")
    assert called.shape() == (None, 3)


def test_an_option_is_taken_from_the_keywords_of_the_call_first() -> None:
    called = call(operation("Softmax", axis=-1), (logits(), None), kwargs={"axis": 1})
    assert (called.option("axis"), called.option("dtype", "float32")) == (1, "float32")


def test_an_argument_may_be_positional_or_a_keyword() -> None:
    assert call(operation("Clip"), (logits(), None), args=("x", 0.0)).argument(1, "x_min") == 0.0
    assert call(operation("Clip"), (logits(), None), kwargs={"x_min": 0.0}).argument(1, "x_min") == 0.0
    assert call(operation("Clip", x_min=0.5), (logits(), None)).argument(1, "x_min") == 0.5


def test_a_call_draws_on_the_sources_of_all_its_operands() -> None:
    called = call(layer("Add"), (logits("a"), None), (logits("b"), None))
    assert called.sources() == source("a") | source("b")


def test_two_calls_of_one_layer_have_the_same_source() -> None:
    shared = layer("Dense", units=3)
    assert call(shared, (logits(), (None, 4))).own_source() == call(shared, (scores(), (None, 4))).own_source()


def test_two_layers_have_sources_of_their_own() -> None:
    first, second = layer("Dense", units=3), layer("Dense", units=3)
    assert call(first, (logits(), None)).own_source().isdisjoint(call(second, (logits(), None)).own_source())


@pytest.mark.parametrize(
    ("shape", "width"), [((None, 4), 4), (None, None), ((), None)], ids=["known", "rank", "scalar"]
)
def test_the_width_of_a_source_is_the_last_size_that_comes_in(
    shape: tuple[int | None, ...] | None, width: int | None
) -> None:
    (own,) = call(layer("Dense"), (logits(), shape)).own_source()
    assert own.width() == width


def test_always_cuts_whatever_the_layer() -> None:
    assert always(layer("Embedding"))


@pytest.mark.parametrize(
    ("called", "axis"),
    [
        pytest.param(call(operation("Sort"), (logits(), None), args=("x", 1)), 1, id="positional"),
        pytest.param(call(operation("Sort"), (logits(), None), args=("x", None)), None, id="positional, null"),
        pytest.param(call(operation("Sort"), (logits(), None), kwargs={"axis": None}), None, id="keyword, null"),
        pytest.param(call(operation("Sort", axis=None), (logits(), None)), None, id="config, null"),
        pytest.param(call(operation("Sort"), (logits(), None)), -1, id="not given"),
    ],
)
def test_a_default_stands_in_only_for_an_argument_that_is_not_given(called: LayerCall, axis: int | None) -> None:
    assert called.argument(1, "axis", -1) == axis

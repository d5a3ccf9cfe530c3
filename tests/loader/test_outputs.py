"""Which loss belongs to which output (keras-facts: "Matching losses/metrics to outputs")."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from logitcheck.errors import ErrorCode
from logitcheck.loader import outputs
from logitcheck.loader.outputs import NamedOutput, name_outputs
from logitcheck.model import TensorReference
from tests.building import Config
from tests.building import loss as loss_object
from tests.loader.older import refusal

both = pytest.mark.parametrize("generation", [2, 3], ids=["Keras 2", "Keras 3"])


def leaf(layer: str, *path: str | int, call: int = 0, number: int = 0) -> tuple[outputs.Path, TensorReference]:
    """One leaf of an output structure."""
    return path, TensorReference(layer, call, number)


LIST = [leaf("a", 0), leaf("b", 1)]
DICT = [leaf("la", "a"), leaf("lb", "b")]
NESTED = [leaf("a", 0), leaf("b", 1, 0), leaf("c", 1, 1)]
NESTED_DICT = [leaf("la", "k", "a"), leaf("lb", "k", "b"), leaf("lc", "l")]


def given(
    leaves: Sequence[tuple[outputs.Path, TensorReference]], stored: object, generation: int = 3, **settings: Any
) -> list[list[str]]:
    """The names of the losses that each output gets."""
    matched = outputs.match(name_outputs(leaves, generation), {"loss": stored, **settings}, generation)
    return [[loss.name for loss in output.losses] for output in matched]


def left_over(
    leaves: Sequence[tuple[outputs.Path, TensorReference]], stored: object, generation: int = 3
) -> list[str | None]:
    """Why nothing can be said of each output, which is because of losses that fit none."""
    matched = outputs.match(name_outputs(leaves, generation), {"loss": stored}, generation)
    return [next((loss.reason for loss in output.losses if loss.reason is not None), None) for output in matched]


# Names


def names(leaves: Sequence[tuple[outputs.Path, TensorReference]], generation: int) -> list[str | None]:
    return [output.name for output in name_outputs(leaves, generation)]


@both
def test_an_output_has_the_name_of_its_layer(generation: int) -> None:
    assert names(LIST, generation) == ["a", "b"]


@both
def test_an_output_of_a_dict_has_the_name_of_its_key(generation: int) -> None:
    assert names(DICT, generation) == ["a", "b"]


@both
def test_of_nested_dicts_the_innermost_key_counts(generation: int) -> None:
    assert names(NESTED_DICT, generation) == ["a", "b", "l"]


@pytest.mark.parametrize(
    ("generation", "expected"), [(1, ["a", "a_1", "a_2"]), (2, ["a", "a_1", "a_2"]), (3, ["a"] * 3)]
)
def test_keras_2_numbers_repeated_names_and_keras_3_does_not(generation: int, expected: list[str]) -> None:
    assert names([leaf("a", 0), leaf("a", 1, call=1), leaf("a", 2, number=1)], generation) == expected


# One output


@both
@pytest.mark.parametrize("path", [(), (0,), ("key",)], ids=["flat", "list of one", "dict of one"])
def test_one_loss_is_that_of_the_one_output(path: outputs.Path, generation: int) -> None:
    assert given([leaf("a", *path)], "mse", generation) == [["MeanSquaredError"]]


@both
@pytest.mark.parametrize("path", [(), (0,)], ids=["flat", "list of one"])
def test_a_list_of_one_loss_is_that_loss(path: outputs.Path, generation: int) -> None:
    assert given([leaf("a", *path)], ["mse"], generation) == [["MeanSquaredError"]]


@pytest.mark.parametrize("path", [(), (0,)], ids=["flat", "list of one"])
def test_keras_3_applies_every_loss_of_a_list_to_one_output(path: outputs.Path) -> None:
    assert given([leaf("a", *path)], ["mse", "mae"]) == [["MeanSquaredError", "MeanAbsoluteError"]]


@pytest.mark.parametrize("path", [(), (0,)], ids=["flat", "list of one"])
def test_keras_2_uses_only_the_first_loss_of_a_list_for_one_output(path: outputs.Path) -> None:
    assert given([leaf("a", *path)], ["mse", "mae"], 2) == [["MeanSquaredError"]]


@both
@pytest.mark.parametrize("key", ["a", "key"])
def test_a_dict_of_one_loss_is_that_of_the_one_output(key: str, generation: int) -> None:
    assert given([leaf("a", "key")], {key: "mse"}, generation) == [["MeanSquaredError"]]


@both
@pytest.mark.parametrize("stored", [None, [], [None], {}], ids=repr)
def test_no_loss_is_no_loss(stored: object, generation: int) -> None:
    assert given([leaf("a", 0)], stored, generation) == [[]]


@both
def test_a_serialized_loss_is_no_dict_of_losses(generation: int) -> None:
    assert given([leaf("a", 0)], loss_object("Poisson"), generation) == [["Poisson"]]


@both
@pytest.mark.parametrize(
    "stored",
    [{"anything": "mse"}, {"a": "mse", "b": "poisson"}, ["mse", "poisson"], {"a": ["mse", {"b": "poisson"}]}],
    ids=repr,
)
def test_a_model_that_cannot_be_walked_has_one_output_with_all_losses(stored: object, generation: int) -> None:
    """Which of its outputs they are for, nobody can tell; that there are none would be wrong."""
    matched = outputs.match([NamedOutput((), None, None)], {"loss": stored}, generation)
    names = ["MeanSquaredError", "Poisson"][: str(stored).count("'mse'") + str(stored).count("'poisson'")]
    assert [(output.name, [loss.name for loss in output.losses]) for output in matched] == [(None, names)]


def test_more_losses_than_any_model_has_are_refused() -> None:
    nested = [["mse"] * 400] * 2
    error = refusal(outputs.match, [NamedOutput((), None, None)], {"loss": nested}, 3)
    assert error.code is ErrorCode.TOO_LARGE


# Several outputs


@both
@pytest.mark.parametrize("leaves", [LIST, DICT, NESTED], ids=["list", "dict", "nested"])
def test_one_loss_is_for_every_output(leaves: list[Any], generation: int) -> None:
    assert given(leaves, "mse", generation) == [["MeanSquaredError"]] * len(leaves)


@both
def test_one_loss_object_is_for_every_output(generation: int) -> None:
    assert given(LIST, loss_object("Poisson"), generation) == [["Poisson"], ["Poisson"]]


@both
def test_a_list_of_losses_goes_by_position(generation: int) -> None:
    assert given(LIST, ["mse", "poisson"], generation) == [["MeanSquaredError"], ["Poisson"]]


@both
def test_null_in_a_list_is_no_loss(generation: int) -> None:
    assert given(LIST, [None, "poisson"], generation) == [[], ["Poisson"]]


@both
def test_a_short_list_leaves_the_last_outputs_without_loss(generation: int) -> None:
    assert given(LIST, ["mse"], generation) == [["MeanSquaredError"], []]


@both
def test_a_dict_of_losses_goes_by_name(generation: int) -> None:
    assert given(LIST, {"b": "poisson", "a": "mse"}, generation) == [["MeanSquaredError"], ["Poisson"]]


def test_keras_2_leaves_outputs_that_a_dict_does_not_name_without_loss() -> None:
    assert given(LIST, {"b": "poisson"}, 2) == [[], ["Poisson"]]


@both
def test_a_dict_of_losses_goes_by_the_keys_of_a_dict_of_outputs(generation: int) -> None:
    assert given(DICT, {"a": "mse", "b": "poisson"}, generation) == [["MeanSquaredError"], ["Poisson"]]


@both
def test_a_dict_of_losses_for_a_dict_of_outputs_may_be_partial(generation: int) -> None:
    assert given(DICT, {"b": "poisson"}, generation) == [[], ["Poisson"]]


def test_keras_2_also_takes_the_names_of_layers_for_a_dict_of_outputs() -> None:
    assert given(DICT, {"la": "mse", "lb": "poisson"}, 2) == [["MeanSquaredError"], ["Poisson"]]


@both
def test_nested_lists_of_losses_mirror_the_outputs(generation: int) -> None:
    stored = ["mse", ["poisson", "mae"]]
    assert given(NESTED, stored, generation) == [["MeanSquaredError"], ["Poisson"], ["MeanAbsoluteError"]]


@both
def test_nested_dicts_of_losses_mirror_the_outputs(generation: int) -> None:
    stored = {"k": {"a": "mse", "b": "poisson"}, "l": "mae"}
    assert given(NESTED_DICT, stored, generation) == [["MeanSquaredError"], ["Poisson"], ["MeanAbsoluteError"]]


def test_keras_2_matches_repeated_names_by_their_numbers() -> None:
    leaves = [leaf("a", 0), leaf("a", 1, call=1)]
    assert given(leaves, {"a": "mse", "a_1": "poisson"}, 2) == [["MeanSquaredError"], ["Poisson"]]


@both
@pytest.mark.parametrize("stored", [3, True, [3, 4], {"a": 3, "b": []}], ids=repr)
def test_losses_of_a_wrong_type_are_custom_ones(stored: object, generation: int) -> None:
    matched = outputs.match(name_outputs(LIST, generation), {"loss": stored}, generation)
    assert all(loss.reason is not None for output in matched for loss in output.losses)
    assert all(output.losses for output in matched)


# Weights


@both
@pytest.mark.parametrize(
    "weights", [[0, 1], {"a": 0, "b": 1}, {"a": 0.0}, [0.0, None]], ids=["list", "dict", "partial dict", "floats"]
)
def test_a_loss_of_weight_zero_is_no_loss(weights: object, generation: int) -> None:
    assert given(LIST, ["mse", "poisson"], generation, loss_weights=weights) == [[], ["Poisson"]]


@both
def test_one_weight_is_for_every_output(generation: int) -> None:
    assert given(LIST, "mse", generation, loss_weights=0) == [[], []]
    assert given(LIST, "mse", generation, loss_weights=0.5) == [["MeanSquaredError"]] * 2


@both
@pytest.mark.parametrize("weights", [None, [], [1], {}, {"other": 0}, "text"], ids=repr)
def test_an_output_without_weight_has_its_loss(weights: object, generation: int) -> None:
    assert given(LIST, "mse", generation, loss_weights=weights) == [["MeanSquaredError"]] * 2


def test_the_weights_of_several_losses_of_one_output_go_by_position() -> None:
    assert given([leaf("a", 0)], ["mse", "poisson"], loss_weights=[0, 1]) == [["Poisson"]]


@both
def test_weights_of_nested_outputs_mirror_them(generation: int) -> None:
    read = given(NESTED, ["mse", ["poisson", "mae"]], generation, loss_weights=[1, [0, 1]])
    assert read == [["MeanSquaredError"], [], ["MeanAbsoluteError"]]


@both
def test_weights_of_a_dict_of_outputs_go_by_key(generation: int) -> None:
    stored = {"a": "mse", "b": "poisson"}
    assert given(DICT, stored, generation, loss_weights={"a": 0}) == [[], ["Poisson"]]


# What fits no output

NOT_THERE = "losses are compiled for outputs that the model does not have ({}), and the first fit fails"


@pytest.mark.parametrize("generation", [1, 2, 3])
def test_with_losses_for_outputs_that_are_not_there_nothing_is_known_of_any_output(generation: int) -> None:
    stored = {"a": "mse", "b": "mse", "c": "mse"}
    assert left_over(LIST, stored, generation) == [NOT_THERE.format("c")] * 2


def test_with_more_losses_than_outputs_nothing_is_known_in_keras_3() -> None:
    assert left_over(LIST, ["mse", "mse", "mae", "mae"]) == [NOT_THERE.format("number 3, number 4")] * 2


def test_keras_2_leaves_losses_beyond_the_outputs_alone() -> None:
    assert given(LIST, ["mse", "poisson", "mae"], 2) == [["MeanSquaredError"], ["Poisson"]]


FITTING: dict[str, tuple[list[Any], Config | list[Any] | str]] = {
    "names": (LIST, {"a": "mse", "b": "mse"}),
    "keys": (DICT, {"a": "mse", "b": "mse"}),
    "layers": (DICT, {"la": "mse"}),
    "a list": (LIST, ["mse", "mse"]),
    "a list that goes on with nothing": (LIST, ["mse", None, None]),
    "one loss": (LIST, "mse"),
    "one object": (LIST, loss_object("Poisson")),
    "nested": (NESTED_DICT, {"k": {"a": "mse"}, "l": "mse"}),
}


@pytest.mark.parametrize(("leaves", "stored"), FITTING.values(), ids=FITTING.keys())
def test_of_settings_that_fit_nothing_is_left_over(leaves: list[Any], stored: object) -> None:
    assert set(left_over(leaves, stored)) == {None}


@pytest.mark.parametrize("generation", [1, 2, 3])
def test_a_loss_for_an_output_that_is_not_there_is_no_loss_of_the_one_that_is(generation: int) -> None:
    """No Keras trains such a model: it does not take the one loss for the one output whatever they are called."""
    assert given([leaf("a", 0)], {"b": "mse"}, generation) == [["b"]]
    assert left_over([leaf("a", 0)], {"b": "mse"}, generation) == [NOT_THERE.format("b")]

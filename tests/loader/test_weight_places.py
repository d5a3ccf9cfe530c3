"""Where the weights of Normalization layers should be, as the config tells."""

from __future__ import annotations

from typing import Any

import pytest

from logitcheck.loader import weight_places
from tests.building import Config, custom, dense, layer, sequential
from tests.loader.adapted import normalization


def steps(model: Config) -> list[Any]:
    return [found.wanted["steps"] for found in weight_places.find(model, in_groups=False)]


def groups(model: Config) -> list[tuple[Any, ...]]:
    found = weight_places.find(model, in_groups=True)
    return [tuple(each.wanted[key] for key in ("group", "name", "position", "count", "alone")) for each in found]


NESTED = sequential(
    normalization("a"),
    sequential(normalization("b"), dense("d", 3), normalization("c"), name="one"),
    sequential(sequential(normalization("e"), name="three"), name="two"),
    normalization("f"),
)


def test_groups_are_numbered_by_class_in_each_model() -> None:
    assert steps(NESTED) == [
        [["normalization", 0, 2, "a"]],
        [["sequential", 0, 2, "one"], ["normalization", 0, 2, "b"]],
        [["sequential", 0, 2, "one"], ["normalization", 1, 2, "c"]],
        [["sequential", 1, 2, "two"], ["sequential", 0, 1, "three"], ["normalization", 0, 1, "e"]],
        [["normalization", 1, 2, "f"]],
    ]


def test_layers_of_the_model_have_groups_of_their_own_and_those_inside_an_order() -> None:
    assert groups(NESTED) == [
        ("a", "a", 0, 1, True),
        ("one", "b", 0, 2, False),
        ("one", "c", 1, 2, False),
        ("two", "e", 0, 1, False),
        ("f", "f", 0, 1, True),
    ]


def test_a_layer_whose_numbers_are_in_its_config_is_counted_but_not_asked_for() -> None:
    fixed = layer("Normalization", "fixed", axis=[-1], mean=[0.0], variance=[1.0])
    assert steps(sequential(fixed, normalization())) == [[["normalization", 1, 2, "norm"]]]


def test_a_class_of_ones_own_with_the_same_name_takes_a_number_too() -> None:
    assert steps(sequential(custom("Normalization", "own"), normalization())) == [[["normalization", 1, 2, "norm"]]]


@pytest.mark.parametrize("name", ["Normalization_1", "normalization_7"])
def test_a_class_whose_group_could_be_that_of_another_layer_leaves_all_unknown(name: str) -> None:
    assert steps(sequential(custom(name, "own"), normalization())) == []


@pytest.mark.parametrize(
    "holding",
    [
        pytest.param(layer("TimeDistributed", "t", layer=normalization()), id="a wrapper"),
        pytest.param(custom("Mine", "m", layers=[normalization()]), id="a class of one's own"),
        pytest.param(sequential(normalization()) | {"registered_name": "mine>Sequential"}, id="a model of one's own"),
        pytest.param(layer("Pipeline", "p", layers=[normalization()]), id="a pipeline"),
        pytest.param(normalization() | {"registered_name": "mine>Normalization"}, id="a layer of one's own"),
        pytest.param(layer("Normalization", "n", axis="last"), id="an axis that is none"),
        pytest.param(layer("Normalization", "n", axis=[True]), id="an axis that is no number"),
    ],
)
def test_what_is_in_code_of_others_is_not_asked_for(holding: Config) -> None:
    assert steps(sequential(holding)) == []


@pytest.mark.parametrize(
    ("axis", "axes"),
    [(-1, (-1,)), ([1, 2], (1, 2)), ([], ()), (None, ()), ({"class_name": "__tuple__", "items": [-1]}, (-1,))],
)
def test_axes_are_read_in_every_form(axis: object, axes: tuple[int, ...]) -> None:
    (found,) = weight_places.find(sequential(layer("Normalization", "n", axis=axis)), in_groups=False)
    assert found.axes == axes


def test_the_place_of_an_entry_leads_to_it() -> None:
    for found in weight_places.find(NESTED, in_groups=False):
        entry: Any = NESTED
        for key in found.place:
            entry = entry[key]
        assert entry["class_name"] == "Normalization"
        assert entry["name"] == found.names[-1]


def test_what_is_nested_too_deep_is_left_alone() -> None:
    model = sequential(normalization())
    for _ in range(40):
        model = sequential(model)
    assert steps(model) == []

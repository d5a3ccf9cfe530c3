"""Which metrics belong to which output (keras-facts: "Matching losses/metrics to outputs", "Metrics forms")."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from logitcheck.errors import ErrorCode
from logitcheck.loader import metric_places
from logitcheck.loader.outputs import Path, name_outputs
from logitcheck.model import TensorReference
from tests.building import metric
from tests.loader.older import refusal

OBJECT = metric("AUC", from_logits=False)

ONE = [((), TensorReference("a", 0, 0))]
LIST = [((0,), TensorReference("a", 0, 0)), ((1,), TensorReference("b", 0, 0))]
DICT = [(("a",), TensorReference("la", 0, 0)), (("b",), TensorReference("lb", 0, 0))]
NESTED: Sequence[tuple[Path, TensorReference]] = [
    ((0,), TensorReference("a", 0, 0)),
    ((1, 0), TensorReference("b", 0, 0)),
    ((1, 1), TensorReference("c", 0, 0)),
]


def placed(
    leaves: Sequence[tuple[Path, TensorReference]], stored: object, generation: int = 3, **settings: Any
) -> list[list[str]]:
    """The labels of the metrics that each output gets."""
    outputs = name_outputs(leaves, generation)
    found = metric_places.place(outputs, {"metrics": stored, **settings}, generation, by_name=False)
    return [[metric.label for metric in metrics] for metrics in found]


@pytest.mark.parametrize("generation", [1, 2, 3])
@pytest.mark.parametrize(
    ("stored", "labels"),
    [
        pytest.param(["acc", "mse"], ["acc", "mse"], id="list"),
        pytest.param([["acc", "mse"]], ["acc", "mse"], id="list of lists"),
        pytest.param({"a": "acc"}, ["acc"], id="dict"),
        pytest.param({"a": ["acc", "mse"]}, ["acc", "mse"], id="dict of lists"),
        pytest.param([OBJECT, None, "acc"], ["AUC", "acc"], id="object and null"),
        pytest.param([[None]], [], id="null in a list of lists"),
        pytest.param([], [], id="empty"),
        pytest.param(None, [], id="nothing"),
    ],
)
def test_one_output_gets_all(stored: object, labels: list[str], generation: int) -> None:
    assert placed(ONE, stored, generation) == [labels]


@pytest.mark.parametrize(
    ("stored", "generation", "labels"),
    [
        pytest.param(["acc", "mse"], 3, [["acc"], ["mse"]], id="Keras 3 takes one for each"),
        pytest.param([["acc", "mae"], "mse"], 3, [["acc", "mae"], ["mse"]], id="or a list for each"),
        pytest.param(["acc"], 3, [[], []], id="Keras 3 refuses too few"),
        pytest.param(["acc", "mse", "mae"], 3, [[], []], id="Keras 3 refuses too many"),
        pytest.param(["acc", "mse"], 2, [["acc", "mse"], ["acc", "mse"]], id="Keras 2 gives all to each"),
        pytest.param(["acc"], 1, [["acc"], ["acc"]], id="Keras 1 too"),
        pytest.param("acc", 1, [["acc"], ["acc"]], id="a bare string"),
        pytest.param("acc", 3, [[], []], id="a bare string in Keras 3"),
        pytest.param([OBJECT], 2, [["AUC"], ["AUC"]], id="an object is no structure"),
        pytest.param([["acc"], [OBJECT, "mse"]], 2, [["acc"], ["AUC", "mse"]], id="list of lists in Keras 2"),
        pytest.param([["acc"]], 2, [["acc"], []], id="list of lists that is too short"),
        pytest.param([[None], ["acc"]], 2, [[], ["acc"]], id="null in a list of lists"),
        pytest.param({"b": ["acc"]}, 2, [[], ["acc"]], id="dict"),
        pytest.param({"b": "acc", "a": ["mse"]}, 3, [["mse"], ["acc"]], id="dict in Keras 3"),
        pytest.param({"z": "acc"}, 3, [[], []], id="dict for another output"),
        pytest.param(5, 3, [[], []], id="damaged"),
    ],
)
def test_several_outputs(stored: object, generation: int, labels: list[list[str]]) -> None:
    assert placed(LIST, stored, generation) == labels


@pytest.mark.parametrize("generation", [2, 3])
def test_outputs_of_a_dict_are_found_by_key(generation: int) -> None:
    assert placed(DICT, {"b": ["acc"], "a": "mse"}, generation) == [["mse"], ["acc"]]


def test_outputs_of_a_dict_are_found_in_the_order_of_their_keys_once_keras_2_resolved_them() -> None:
    assert placed(DICT, [["acc"], ["mse"]], 2) == [["acc"], ["mse"]]


def test_metrics_can_mirror_nested_outputs() -> None:
    assert placed(NESTED, ["acc", ["mse", ["mae", "mape"]]]) == [[], ["mse"], ["mae", "mape"]]


def test_weighted_metrics_come_after_the_others() -> None:
    assert placed(ONE, ["acc"], weighted_metrics=["mse"]) == [["acc", "mse"]]
    assert placed(LIST, None, weighted_metrics={"b": "acc"}) == [[], ["acc"]]


def test_weighted_metrics_are_known_as_such() -> None:
    settings = {"metrics": ["acc"], "weighted_metrics": ["mse"]}
    (found,) = metric_places.place(name_outputs(ONE, 3), settings, 3, by_name=False)
    assert [metric.weighted for metric in found] == [False, True]


@pytest.mark.parametrize("key", ["metrics", "weighted_metrics"])
def test_more_metrics_than_anybody_compiles_are_refused_and_not_passed_over(key: str) -> None:
    most = ["acc"] * metric_places.MOST_OF_ONE_OUTPUT
    assert [len(labels) for labels in placed(ONE, None, **{key: most})] == [len(most)]
    error = refusal(lambda: placed(ONE, None, **{key: [*most, "acc"]}))
    assert error.code is ErrorCode.TOO_LARGE


def test_metrics_of_all_outputs_are_counted_with_each() -> None:
    many = [((at,), TensorReference(f"o{at}", 0, 0)) for at in range(20)]
    assert refusal(placed, many, ["acc"] * 600, 2).code is ErrorCode.TOO_LARGE
    assert len(placed(many, ["acc"] * 400, 2)) == 20


def test_structures_nested_as_deep_as_json_goes_are_read() -> None:
    stored: object = "acc"
    for _ in range(3000):
        stored = [stored]
    assert placed(ONE, stored) == [["acc"]]

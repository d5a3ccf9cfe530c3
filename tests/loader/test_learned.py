"""A model completed with the numbers in its weights: what the reading process says is checked against the config."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from logitcheck.loader import isolation, learned, statistics, stored
from logitcheck.loader.stored import StoredModel
from logitcheck.model import ContainerFormat, Statistics
from tests.building import sequential
from tests.loader.adapted import model, normalization

GOOD = {"shape": [3], "mean": [0.0, 2.0, 4.0], "variance": [1.0, 4.0, 16.0]}


def parsed(config: Any, container: ContainerFormat = ContainerFormat.KERAS) -> StoredModel:
    return StoredModel(format=container, config=config, compile_settings=None, keras_version="3.15.1", backend=None)


def completed(monkeypatch: pytest.MonkeyPatch, config: Any, answer: object) -> StoredModel | None:
    monkeypatch.setattr(isolation, "statistics", lambda *_: answer)
    return learned.completed(Path("model"), parsed(config))


def test_the_numbers_are_put_into_the_config_and_the_original_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    config = model()
    found = completed(monkeypatch, config, [GOOD])
    assert found is not None
    inner: Any = found.config
    expected = Statistics(mean=(0.0, 2.0, 4.0), variance=(1.0, 4.0, 16.0))
    assert inner["config"]["layers"][2]["config"][statistics.KEY] == expected
    assert config == model()


@pytest.mark.parametrize(
    "answer",
    [
        *(None, 7, {}, [], [GOOD, GOOD], [None], [7]),
        [GOOD | {"shape": [4]}],
        [GOOD | {"shape": [3, 1]}],
        [GOOD | {"shape": None}],
        [GOOD | {"mean": [0.0, 2.0]}],
        [GOOD | {"mean": [0.0, 2.0, "4"]}],
        [GOOD | {"mean": [0.0, 2.0, float("nan")]}],
        [GOOD | {"mean": [0.0, 2.0, 1e30]}],
        [GOOD | {"variance": [1.0, 4.0, float("inf")]}],
        [GOOD | {"variance": [1.0, 4.0, 0.0]}],
        [GOOD | {"variance": [1.0, 4.0, -1.0]}],
        [{"shape": [0], "mean": [], "variance": []}],
    ],
)
def test_an_answer_that_does_not_fit_changes_nothing(answer: object, monkeypatch: pytest.MonkeyPatch) -> None:
    assert completed(monkeypatch, model(), answer) is None


def test_layers_that_are_not_known_stay_as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    found = completed(monkeypatch, sequential(normalization("a"), normalization("b")), [GOOD, None])
    assert found is not None
    layers: Any = found.config["config"]
    assert [statistics.KEY in entry["config"] for entry in layers["layers"]] == [False, True, False]


def test_no_model_has_so_many_layers(monkeypatch: pytest.MonkeyPatch) -> None:
    many = [normalization(f"n{number}") for number in range(learned.MOST_LAYERS + 1)]
    assert completed(monkeypatch, sequential(*many), [GOOD] * len(many)) is None
    assert completed(monkeypatch, sequential(*many[1:]), [GOOD] * len(many[1:])) is not None


@pytest.mark.parametrize("container", [ContainerFormat.SAVED_MODEL, ContainerFormat.JSON])
def test_other_containers_are_not_asked(container: ContainerFormat, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(isolation, "statistics", lambda *_: [GOOD])
    assert learned.completed(Path("model"), parsed(model(), container)) is None


def test_no_file_can_say_itself_what_a_layer_learned() -> None:
    said = {"name": "n", statistics.KEY: {"mean": [0.0], "variance": [1.0]}}
    assert statistics.split(said) == ({"name": "n"}, None)
    assert stored.model_object(model(), "config.json") == model()

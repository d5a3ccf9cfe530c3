"""What paths stand for: a file of a model folder for that folder, and what settings exclude for nothing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from logitcheck import inputs
from logitcheck.loader.search import Found
from tests.building import dense, sequential, write

MODEL = sequential(dense("d", 3, "softmax"))


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("a.keras", "models/b.keras", "models/old/c.keras"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        write(tmp_path / name, MODEL)
    for name in ("saved/saved_model.pb", "saved/keras_metadata.pb", "saved/variables/variables.index"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def told(*paths: str, excludes: Callable[[str], bool] | None = None) -> list[str]:
    given = inputs.gather(paths, excludes)
    return [item if isinstance(item, str) else item.path for each in given for item in each.items]


@pytest.mark.usefixtures("place")
class TestModelFolders:
    @pytest.mark.parametrize("name", ["saved_model.pb", "keras_metadata.pb"])
    def test_a_file_of_a_saved_model_stands_for_its_folder(self, name: str) -> None:
        assert told(f"saved/{name}") == ["saved"]

    def test_they_count_once(self) -> None:
        assert told("saved/saved_model.pb", "saved/keras_metadata.pb", "saved") == ["saved"]
        assert told(".", "saved/saved_model.pb") == ["./a.keras", "./saved", "./models/b.keras", "./models/old/c.keras"]

    def test_weights_of_an_unpacked_archive_stand_for_it(self, place: Path) -> None:
        (place / "unpacked").mkdir()
        for name in ("config.json", "metadata.json", "model.weights.h5"):
            (place / "unpacked" / name).touch()
        assert told("unpacked/model.weights.h5") == ["unpacked"]

    def test_in_the_current_folder_they_stand_for_that(self, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(place / "saved")
        assert told("saved_model.pb") == ["."]

    def test_other_files_stand_for_themselves(self) -> None:
        assert told("saved/variables/variables.index", "model.weights.h5", "saved_model.pb") == [
            "saved/variables/variables.index",
            "model.weights.h5",
            "saved_model.pb",
        ]


@pytest.mark.usefixtures("place")
class TestExcluding:
    def test_a_search_passes_over_what_is_excluded(self) -> None:
        assert told("models", excludes=lambda path: "old" in path) == ["models/b.keras"]
        assert told("models", excludes=lambda path: path.endswith("b.keras")) == ["models/old/c.keras"]

    def test_what_is_given_is_inspected_all_the_same(self) -> None:
        assert told("models/old/c.keras", excludes=lambda path: "old" in path) == ["models/old/c.keras"]

    def test_unless_that_is_forced(self) -> None:
        (each,) = inputs.gather(["models/old/c.keras"], None, force=lambda path: "old" in path)
        assert (each.items, each.is_shortened) == ((), True)

    def test_a_folder_of_which_all_is_excluded_is_told(self) -> None:
        (each,) = inputs.gather(["models"], lambda _: True)
        (item,) = each.items
        assert isinstance(item, Found)
        assert item.error is not None
        assert "that the settings do not exclude" in item.error.message

    def test_a_folder_without_models_is_not_said_to_be_excluded(self, place: Path) -> None:
        (place / "empty").mkdir()
        assert told("empty", excludes=lambda path: "old" in path) == ["empty"]

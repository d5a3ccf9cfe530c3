"""Where a model is in its repository."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from logitcheck.model import ContainerFormat
from logitcheck.reporter import places
from tests.reporter.reports import model


def place(path: str | Path, **changes: object) -> str | None:
    return places.of(model(os.fspath(path), **changes))


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    root = tmp_path / "repository"
    (root / ".git").mkdir(parents=True)
    (root / "models" / "old").mkdir(parents=True)
    return root


@pytest.mark.parametrize("path", ["models/old/a.keras", "./models/old/a.keras", "models/../models/old/a.keras"])
def test_a_path_begins_at_the_root_of_the_repository(
    path: str, repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(repository)
    assert place(path) == "models/old/a.keras"
    monkeypatch.chdir(repository / "models" / "old")
    assert place("a.keras") == "models/old/a.keras"
    assert place("../b.h5") == "models/b.h5"
    monkeypatch.chdir("/")
    assert place(repository / path) == "models/old/a.keras"


def test_the_nearest_root_counts_and_may_be_marked_by_a_file(repository: Path) -> None:
    (repository / "models" / ".git").write_text("gitdir: ../.git/modules/models")
    assert place(repository / "models" / "old" / "a.keras") == "old/a.keras"


def test_without_a_repository_paths_begin_at_the_current_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert place("models/a.keras") == "models/a.keras"
    assert place(tmp_path / "models" / "a.keras") == "models/a.keras"
    (tmp_path / "below").mkdir()
    monkeypatch.chdir("below")
    assert place("../models/a.keras") is None


@pytest.mark.parametrize("path", ["", "."])
def test_the_root_itself_is_no_place(path: str, repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(repository)
    assert place(path) is None


def test_a_link_is_where_it_is(repository: Path, tmp_path: Path) -> None:
    (tmp_path / "store.keras").touch()
    (repository / "models" / "a.keras").symlink_to(tmp_path / "store.keras")
    assert place(repository / "models" / "a.keras") == "models/a.keras"


@pytest.mark.parametrize(
    ("container", "names", "shown"),
    [
        (ContainerFormat.SAVED_MODEL, ["saved_model.pb", "keras_metadata.pb"], "models/old/saved_model.pb"),
        (ContainerFormat.SAVED_MODEL, ["keras_metadata.pb"], "models/old/keras_metadata.pb"),
        (ContainerFormat.SAVED_MODEL, [], "models/old"),
        (ContainerFormat.KERAS_FOLDER, ["config.json", "metadata.json"], "models/old/config.json"),
        (ContainerFormat.JSON, ["config.json"], "models/old"),
        (None, ["saved_model.pb"], "models/old"),
    ],
)
def test_a_folder_is_shown_as_its_main_file(
    container: ContainerFormat | None, names: list[str], shown: str, repository: Path
) -> None:
    for name in names:
        (repository / "models" / "old" / name).touch()
    assert place(repository / "models" / "old", format=container) == shown


@pytest.mark.parametrize("name", ["a\0b", "x" * 5000, "\udc80", "größer\n.keras", "\\"])
def test_names_that_no_system_takes_do_no_harm(name: str, repository: Path) -> None:
    assert place(f"{repository}/{name}") == name


def test_a_current_folder_that_is_gone_does_no_harm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    assert place("a.keras") is None

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from logitcheck.loader import search
from tests.building import compiled, dense, sequential, write
from tests.loader.older import write_hdf5
from tests.loader.test_folder import saved_model, unpacked

MODEL = compiled(sequential(dense("d", 3, "softmax")), "mse")


def found(path: Path) -> list[str]:
    """The inputs found in a folder that are to be opened."""
    return [_below(path, each.path) for each in search.find(path) if each.error is None]


def refused(path: Path) -> dict[str, str]:
    """The inputs found in a folder that are not to be opened, each with the code of the reason."""
    return {_below(path, each.path): each.error.code.value for each in search.find(path) if each.error is not None}


def _below(folder: Path, path: str) -> str:
    return Path(path).relative_to(folder).as_posix()


def test_models_are_found_by_content(tmp_path: Path) -> None:
    write(tmp_path / "archive", MODEL)
    write_hdf5(tmp_path / "hdf5.bin", MODEL)
    assert found(tmp_path) == ["archive", "hdf5.bin"]


def test_files_that_are_no_models_are_not_found(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("words", "utf-8")
    (tmp_path / "empty").touch()
    with zipfile.ZipFile(tmp_path / "other.zip", "w") as opened:
        opened.writestr("readme.txt", "x")
    assert found(tmp_path) == []


@pytest.mark.parametrize("name", ["a.keras", "a.h5", "a.hdf5", "a.hdf", "A.KERAS", "a.H5"])
def test_files_with_the_suffix_of_a_model_are_found_whatever_they_hold(tmp_path: Path, name: str) -> None:
    """A pointer of Git LFS or an empty file must not be passed over in silence."""
    (tmp_path / name).touch()
    assert found(tmp_path) == [name]


def test_a_broken_link_with_the_suffix_of_a_model_is_found(tmp_path: Path) -> None:
    (tmp_path / "a.keras").symlink_to("gone")
    assert found(tmp_path) == ["a.keras"]


def test_folders_that_are_models_are_found_and_not_entered(tmp_path: Path) -> None:
    write_hdf5(unpacked(tmp_path / "one") / "model.weights.h5", MODEL)
    write_hdf5(saved_model(tmp_path / "two") / "inner.h5", MODEL)
    assert found(tmp_path) == ["one", "two"]


def test_models_are_found_in_subfolders_in_sorted_order(tmp_path: Path) -> None:
    for name in ["b/z.keras", "b/a.keras", "a/deep/x.keras", "c.keras"]:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        write(path, MODEL)
    assert found(tmp_path) == ["c.keras", "a/deep/x.keras", "b/a.keras", "b/z.keras"]


@pytest.mark.parametrize("name", [".git", ".venv", "venv", "node_modules", "__pycache__", "site-packages"])
def test_hidden_folders_and_those_of_tools_are_skipped(tmp_path: Path, name: str) -> None:
    (tmp_path / name).mkdir()
    write(tmp_path / name / "a.keras", MODEL)
    assert found(tmp_path) == []


def test_hidden_files_are_skipped(tmp_path: Path) -> None:
    write(tmp_path / ".a.keras", MODEL)
    assert found(tmp_path) == []


def test_links_to_folders_are_not_followed(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    write(tmp_path / "real" / "a.keras", MODEL)
    (tmp_path / "real" / "again").symlink_to(tmp_path, target_is_directory=True)
    assert found(tmp_path) == ["real/a.keras"]


def test_a_folder_called_like_a_model_is_searched(tmp_path: Path) -> None:
    (tmp_path / "models.keras").mkdir()
    write(tmp_path / "models.keras" / "a.keras", MODEL)
    assert found(tmp_path) == ["models.keras/a.keras"]


def test_an_empty_folder_gives_nothing(tmp_path: Path) -> None:
    assert found(tmp_path) == []

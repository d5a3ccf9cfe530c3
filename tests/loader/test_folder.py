from __future__ import annotations

import json
import os
import zipfile
from pathlib import Path

import pytest

from logitcheck.errors import ErrorCode
from logitcheck.loader import document, folder
from logitcheck.model import ContainerFormat
from tests.building import compiled, dense, sequential, write
from tests.loader.older import refusal, refused, write_hdf5

MODEL = compiled(sequential(dense("d", 3, "softmax")), "mse")


def unpacked(path: Path, config: str | None = None) -> Path:
    """An unpacked `.keras` folder at `path`."""
    path.mkdir(parents=True, exist_ok=True)
    (path / "config.json").write_text(config if config is not None else json.dumps(MODEL), "utf-8")
    (path / "metadata.json").write_text('{"keras_version": "3.9.2"}', "utf-8")
    return path


def saved_model(path: Path, member: str = "saved_model.pb") -> Path:
    """What looks like a SavedModel folder at `path`."""
    path.mkdir(parents=True, exist_ok=True)
    (path / member).write_bytes(b"\x08\x01")
    return path


def found(path: Path) -> list[str]:
    return [Path(entry).relative_to(path).as_posix() for entry in folder.find(path)]


def test_an_unpacked_folder_is_read(tmp_path: Path) -> None:
    model = folder.read(unpacked(tmp_path))
    assert model.format is ContainerFormat.KERAS_FOLDER
    assert model.keras_version == "3.9.2"
    assert model.compile_settings is not None


def test_a_folder_with_a_config_alone_is_not_one_of_keras(tmp_path: Path) -> None:
    """Models of Hugging Face are folders with a config.json too."""
    (tmp_path / "config.json").write_text('{"model_type": "bert"}', "utf-8")
    assert not folder.is_keras_folder(tmp_path)
    assert refusal(folder.read, tmp_path).code is ErrorCode.NO_MODEL_FOUND


def test_an_empty_folder_holds_no_model(tmp_path: Path) -> None:
    assert refusal(folder.read, tmp_path).code is ErrorCode.NO_MODEL_FOUND


def test_folders_called_like_the_members_are_no_members(tmp_path: Path) -> None:
    (tmp_path / "config.json").mkdir()
    (tmp_path / "metadata.json").mkdir()
    (tmp_path / "saved_model.pb").mkdir()
    assert refusal(folder.read, tmp_path).code is ErrorCode.NO_MODEL_FOUND


@pytest.mark.parametrize("member", ["saved_model.pb", "saved_model.pbtxt", "keras_metadata.pb"])
def test_a_saved_model_is_told_and_not_read(tmp_path: Path, member: str) -> None:
    error = refusal(folder.read, saved_model(tmp_path, member))
    assert error.code is ErrorCode.UNSUPPORTED_FORMAT
    assert "SavedModel" in error.message
    assert ".keras" in error.hint


def test_broken_json_in_a_folder_is_told(tmp_path: Path) -> None:
    assert refusal(folder.read, unpacked(tmp_path, "{")).code is ErrorCode.BAD_JSON


def test_a_config_larger_than_any_is_not_read(tmp_path: Path) -> None:
    unpacked(tmp_path)
    with (tmp_path / "config.json").open("wb") as file:
        file.truncate(document.LARGEST + 1)
    error = refusal(folder.read, tmp_path)
    assert error.code is ErrorCode.TOO_LARGE
    assert error.message.startswith("config.json")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_config_without_the_right_to_read_is_told(tmp_path: Path) -> None:
    (unpacked(tmp_path) / "config.json").chmod(0)
    assert refused(tmp_path).code is ErrorCode.PERMISSION_DENIED


def test_a_path_that_may_not_be_looked_at_is_no_folder(tmp_path: Path) -> None:
    beyond_limits = tmp_path / ("a" * 5_000)
    assert not folder.is_folder(beyond_limits)
    assert not folder.is_keras_folder(beyond_limits)
    assert not folder.is_saved_model(beyond_limits)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_folder_without_the_right_to_enter_hides_no_other(tmp_path: Path) -> None:
    closed = unpacked(tmp_path / "closed")
    write(tmp_path / "open.keras", MODEL)
    closed.chmod(0)
    assert found(tmp_path) == ["open.keras"]
    closed.chmod(0o700)


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

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from logitcheck.errors import ErrorCode
from logitcheck.loader import document, folder
from logitcheck.model import ContainerFormat
from tests.building import compiled, dense, sequential
from tests.loader.older import refusal, refused

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


def test_an_empty_folder_is_told_as_such(tmp_path: Path) -> None:
    assert refusal(folder.read, tmp_path).code is ErrorCode.EMPTY_FOLDER


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

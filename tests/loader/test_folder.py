from __future__ import annotations

import json
from pathlib import Path

import pytest

from logitcheck.errors import ErrorCode
from logitcheck.loader import document, folder
from logitcheck.model import ContainerFormat
from tests import saved_models
from tests.building import compiled, dense, sequential
from tests.loader.older import refusal, refused
from tests.rights import open_to_all, without_rights

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


@pytest.mark.parametrize("member", ["metadata.json", "model.weights.h5", "model.weights.npz", "model.weights.json"])
def test_a_config_beside_weights_or_metadata_is_enough(tmp_path: Path, member: str) -> None:
    """Keras itself loads a folder without metadata.json."""
    (tmp_path / "config.json").write_text(json.dumps(MODEL), "utf-8")
    (tmp_path / member).write_bytes(b"{}")
    assert folder.read(tmp_path).keras_version is None


def test_a_config_that_is_a_link_within_the_folder_is_read(tmp_path: Path) -> None:
    (unpacked(tmp_path) / "config.json").rename(tmp_path / "real.json")
    (tmp_path / "config.json").symlink_to("real.json")
    assert folder.read(tmp_path).keras_version == "3.9.2"


@pytest.mark.parametrize("name", ["config.json", "metadata.json"])
def test_a_member_that_is_a_link_out_of_the_folder_is_not_followed(tmp_path: Path, name: str) -> None:
    """The cache of Hugging Face links every file of a model to another folder."""
    path = unpacked(tmp_path / "snapshot")
    (path / name).rename(tmp_path / "blob")
    (path / name).symlink_to("../blob")
    error = refusal(folder.read, path)
    assert error.code is ErrorCode.LINK_OUTSIDE
    assert error.message.startswith(name)
    assert "cp -rL" in error.hint


def test_a_folder_that_is_given_by_a_link_is_read(tmp_path: Path) -> None:
    unpacked(tmp_path / "real")
    (tmp_path / "link").symlink_to("real")
    assert folder.read(tmp_path / "link").keras_version == "3.9.2"


def test_a_config_that_is_a_pointer_is_told_as_one(tmp_path: Path) -> None:
    pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 5000\n"
    assert refusal(folder.read, unpacked(tmp_path, pointer)).code is ErrorCode.LFS_POINTER


@pytest.mark.parametrize(
    ("names", "code"),
    [
        ([".gitkeep"], ErrorCode.EMPTY_FOLDER),
        (["checkpoint"], ErrorCode.TF_CHECKPOINT),
        (["w.index", "w.data-00000-of-00001"], ErrorCode.TF_CHECKPOINT),
        (["orbax.checkpoint"], ErrorCode.ORBAX_CHECKPOINT),
        (["_CHECKPOINT_METADATA"], ErrorCode.ORBAX_CHECKPOINT),
        (["notes.txt"], ErrorCode.NO_MODEL_FOUND),
    ],
    ids=repr,
)
def test_a_folder_without_a_model_is_told_by_what_is_in_it(tmp_path: Path, names: list[str], code: ErrorCode) -> None:
    for name in names:
        (tmp_path / name).touch()
    assert refusal(folder.read, tmp_path).code is code


def test_an_orbax_checkpoint_is_told_by_its_steps(tmp_path: Path) -> None:
    (tmp_path / "12").mkdir()
    (tmp_path / "12" / "_CHECKPOINT_METADATA").touch()
    assert refusal(folder.read, tmp_path).code is ErrorCode.ORBAX_CHECKPOINT


def test_a_folder_with_a_number_for_a_name_is_no_checkpoint(tmp_path: Path) -> None:
    (tmp_path / "2024").mkdir()
    assert refusal(folder.read, tmp_path).code is ErrorCode.NO_MODEL_FOUND


def test_an_empty_folder_is_told_as_such(tmp_path: Path) -> None:
    assert refusal(folder.read, tmp_path).code is ErrorCode.EMPTY_FOLDER


def test_folders_called_like_the_members_are_no_members(tmp_path: Path) -> None:
    (tmp_path / "config.json").mkdir()
    (tmp_path / "metadata.json").mkdir()
    (tmp_path / "saved_model.pb").mkdir()
    assert refusal(folder.read, tmp_path).code is ErrorCode.NO_MODEL_FOUND


@pytest.mark.parametrize("member", ["saved_model.pb", "saved_model.pbtxt", "keras_metadata.pb"])
def test_a_saved_model_is_known_by_any_of_its_members(tmp_path: Path, member: str) -> None:
    assert folder.is_saved_model(saved_model(tmp_path, member))
    assert refusal(folder.read, tmp_path).code is not ErrorCode.NO_MODEL_FOUND


def test_a_saved_model_is_read(tmp_path: Path) -> None:
    metadata = {"class_name": "Sequential", "config": {"layers": []}, "keras_version": "2.9.0"}
    model = folder.read(saved_models.write(tmp_path, None, saved_models.described(metadata)))
    assert (model.format, model.keras_version) == (ContainerFormat.SAVED_MODEL, "2.9.0")


def test_broken_json_in_a_folder_is_told(tmp_path: Path) -> None:
    assert refusal(folder.read, unpacked(tmp_path, "{")).code is ErrorCode.BAD_JSON


def test_a_config_larger_than_any_is_not_read(tmp_path: Path) -> None:
    unpacked(tmp_path)
    with (tmp_path / "config.json").open("wb") as file:
        file.truncate(document.LARGEST + 1)
    error = refusal(folder.read, tmp_path)
    assert error.code is ErrorCode.TOO_LARGE
    assert error.message.startswith("config.json")


def test_a_config_without_the_right_to_read_is_told() -> None:
    with open_to_all() as place:
        (unpacked(place) / "config.json").chmod(0)
        with without_rights():
            assert refused(place).code is ErrorCode.PERMISSION_DENIED


def test_a_path_that_may_not_be_looked_at_is_no_folder(tmp_path: Path) -> None:
    beyond_limits = tmp_path / ("a" * 5_000)
    assert not folder.is_folder(beyond_limits)
    assert not folder.is_keras_folder(beyond_limits)
    assert not folder.is_saved_model(beyond_limits)

"""Reads unpacked `.keras` folders, and tells which folders are models."""

from __future__ import annotations

import os
from pathlib import Path

from logitcheck.loader import document, identify, opening
from logitcheck.loader.stored import StoredModel, of_archive
from logitcheck.model import ContainerFormat

_BESIDE_CONFIG = ("metadata.json", "model.weights.h5", "model.weights.npz", "model.weights.json")
SAVED_MODEL_MEMBERS = ("saved_model.pb", "saved_model.pbtxt", "keras_metadata.pb")


def entries(path: str | Path) -> list[os.DirEntry[str]]:
    """List a folder in sorted order.

    Raises OSError also for one that may be listed, but not entered: what is in it cannot be read either.
    """
    os.stat(f"{path}{os.sep}.")  # noqa: PTH116  Path drops the dot
    with os.scandir(path) as listing:
        return sorted(listing, key=lambda entry: entry.name)


def is_keras_folder(path: Path) -> bool:
    """Tell whether a folder is an unpacked `.keras` archive: other folders have a config.json, too, but alone.

    Keras itself loads it without metadata.json, but not without weights.
    """
    return is_file(path / "config.json") and any(is_file(path / member) for member in _BESIDE_CONFIG)


def is_model(path: Path) -> bool:
    """Tell whether a folder is a model itself, and not one to be searched for models."""
    return is_keras_folder(path) or is_saved_model(path)


def is_saved_model(path: Path) -> bool:
    """Tell whether a folder is a TensorFlow SavedModel."""
    return any(is_file(path / member) for member in SAVED_MODEL_MEMBERS)


def is_folder(path: Path) -> bool:
    """Tell whether `path` is a folder; one that may not be looked at counts as none, and is refused when it is read."""
    return os.path.isdir(path)  # noqa: PTH112  the method of Path raises PermissionError


def is_file(path: Path) -> bool:
    """Tell whether `path` is a regular file; one that may not be looked at counts as none."""
    return os.path.isfile(path)  # noqa: PTH113  the method of Path raises PermissionError


def read(path: Path) -> StoredModel:
    """Read the model and compile settings of the SavedModel or unpacked `.keras` folder at `path`.

    Raises UnreadableInputError for a folder that is no model, or a damaged one.
    """
    if is_saved_model(path):
        from logitcheck.loader import saved_model

        return saved_model.read(path)
    return of_archive(*members(path), ContainerFormat.KERAS_FOLDER)


def members(path: Path) -> tuple[bytes, bytes | None]:
    """Read `config.json` and, if there is one, `metadata.json` of the unpacked archive at `path`; raises as `read`."""
    if not is_keras_folder(path):
        from logitcheck.loader import absent

        raise absent.no_model_in(path)
    return _member(path, "config.json"), _member(path, "metadata.json") if is_file(path / "metadata.json") else None


def _member(folder: Path, name: str) -> bytes:
    """Read one file of an unpacked archive."""
    path = folder / name
    try:
        with opening.member(path, folder) as file:
            raw = document.read(file, name)
    except OSError as error:
        raise identify.read_error(error) from error
    if not raw.lstrip().startswith(b"{"):
        from logitcheck.loader import foreign

        error_of_kind = foreign.recognise(path, raw[:1024])
        if error_of_kind is not None:
            raise error_of_kind
    return raw

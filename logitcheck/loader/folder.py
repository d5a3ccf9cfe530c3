"""Reads unpacked `.keras` folders, and finds the models inside any other folder."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from logitcheck.errors import ErrorCode, UnreadableInputError
from logitcheck.loader import document, identify
from logitcheck.loader.stored import StoredModel, of_archive
from logitcheck.model import ContainerFormat

MODEL_SUFFIXES = (".keras", ".h5", ".hdf5", ".hdf")
_SKIPPED_FOLDERS = frozenset({"__pycache__", "node_modules", "venv", "site-packages"})
_SAVED_MODEL_MEMBERS = ("saved_model.pb", "saved_model.pbtxt", "keras_metadata.pb")


def is_keras_folder(path: Path) -> bool:
    """Tell whether a folder is an unpacked `.keras` archive; other folders with a config.json have no metadata.json."""
    return _is_file(path / "config.json") and _is_file(path / "metadata.json")


def is_saved_model(path: Path) -> bool:
    """Tell whether a folder is a TensorFlow SavedModel."""
    return any(_is_file(path / member) for member in _SAVED_MODEL_MEMBERS)


def is_folder(path: Path) -> bool:
    """Tell whether `path` is a folder; one that may not be looked at counts as none, and is refused when it is read."""
    return os.path.isdir(path)  # noqa: PTH112  the method of Path raises PermissionError


def _is_file(path: Path) -> bool:
    return os.path.isfile(path)  # noqa: PTH113  the method of Path raises PermissionError


def read(path: Path) -> StoredModel:
    """Read the model and compile settings of the unpacked `.keras` folder at `path`.

    Raises UnreadableInputError for a SavedModel, which this version does not read, and for a folder that is no model.
    """
    if is_saved_model(path):
        message = "This is a TensorFlow SavedModel folder, which this version of logitcheck does not read."
        hint = "Save the model with model.save('name.keras') and inspect that."
        raise UnreadableInputError(ErrorCode.UNSUPPORTED_FORMAT, message, hint)
    if not is_keras_folder(path):
        raise no_model_found()
    try:
        config = _read_capped(path / "config.json")
        metadata = _read_capped(path / "metadata.json")
    except OSError as error:
        raise identify.read_error(error) from error
    return of_archive(config, metadata, ContainerFormat.KERAS_FOLDER)


def no_model_found() -> UnreadableInputError:
    """Make the error for a folder that is no model itself."""
    message = "The folder is no model: it holds no config.json with a metadata.json beside it."
    hint = "Give the path of a model; logitcheck.inspect_all and the command line search folders for models."
    return UnreadableInputError(ErrorCode.NO_MODEL_FOUND, message, hint)


def find(path: Path) -> Iterator[str]:
    """Every model below the folder `path`, in sorted order; symbolic links to folders are not followed.

    A file counts by its content, and by its suffix also where the content is none (a Git LFS pointer, an empty file).
    """
    for folder, subfolders, files in os.walk(path):
        here = Path(folder)
        subfolders[:] = sorted(name for name in subfolders if not name.startswith(".") and name not in _SKIPPED_FOLDERS)
        models = [name for name in subfolders if is_keras_folder(here / name) or is_saved_model(here / name)]
        subfolders[:] = [name for name in subfolders if name not in models]
        found = [name for name in files if not name.startswith(".") and _is_candidate(here, name)]
        for name in sorted([*models, *found]):
            yield f"{folder}{os.sep}{name}"


def has_model_suffix(name: str) -> bool:
    """Tell whether a file is called as models are."""
    return name.lower().endswith(MODEL_SUFFIXES)


def _is_candidate(folder: Path, name: str) -> bool:
    if has_model_suffix(name):
        return True
    path = folder / name
    container = identify.container_of(path)
    if container is identify.Container.ARCHIVE:
        from logitcheck.loader import archive

        return archive.holds_model(path)
    return container is identify.Container.HDF5


def _read_capped(path: Path) -> bytes:
    size = path.stat().st_size
    if size > document.LARGEST:
        document.refuse_size(size, path.name)
    with path.open("rb") as file:
        return file.read(document.LARGEST + 1)

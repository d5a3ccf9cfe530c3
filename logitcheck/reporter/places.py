"""Where a model is in its repository: code-review services know files by the path from its root, with slashes."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from logitcheck.model import ContainerFormat
from logitcheck.report import ModelReport

_MAIN_FILES: Mapping[ContainerFormat | None, tuple[str, ...]] = {
    ContainerFormat.SAVED_MODEL: ("saved_model.pb", "saved_model.pbtxt", "keras_metadata.pb"),
    ContainerFormat.KERAS_FOLDER: ("config.json",),
}
"""What stands for a model that is a folder: reviews show files only."""


def of(model: ModelReport) -> str | None:
    """Give the path of a model from the root of its repository, or None if it lies outside.

    The root is the nearest folder above with a `.git` in it, which is a file in work trees and submodules; where there
    is none, the current folder. Links are not followed: what is committed is the link. Nothing needs to exist.
    """
    try:
        file = main_file(model)
        root = next(filter(is_repository, (file, *file.parents)), None) or Path.cwd()
    except OSError:  # the current folder is gone
        return None
    if not model.path or file == root or not file.is_relative_to(root):
        return None
    return file.relative_to(root).as_posix()


def main_file(model: ModelReport) -> Path:
    """Give the absolute path of a model, or of the file that stands for it where it is a folder.

    Raises OSError where there is no current folder that its path could be relative to.
    """
    given = Path(os.path.abspath(model.path))  # noqa: PTH100  Path.resolve would follow links
    names = _MAIN_FILES.get(model.format, ())
    return next((given / name for name in names if _exists(given / name)), given)


def is_repository(folder: Path) -> bool:
    """Whether Git keeps its things here: in a folder, or behind a file in a work tree or submodule."""
    return _exists(folder / ".git")


def _exists(path: Path) -> bool:
    return os.path.lexists(path)  # never raises, as the method of Path does for a name that is too long

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
        given = Path(os.path.abspath(model.path))  # noqa: PTH100  Path.resolve would follow links
        root = next((folder for folder in (given, *given.parents) if _exists(folder / ".git")), None) or Path.cwd()
    except OSError:  # the current folder is gone
        return None
    if not model.path or given == root or not given.is_relative_to(root):
        return None
    names = _MAIN_FILES.get(model.format, ())
    main_file = next((given / name for name in names if _exists(given / name)), given)
    return main_file.relative_to(root).as_posix()


def _exists(path: Path) -> bool:
    return os.path.lexists(path)  # never raises, as the method of Path does for a name that is too long

"""Finds the models in a folder. What could be a model and is not read, is found too, with the reason.

Nothing is opened outside the folder: a symbolic link that leads out of it is named, not followed.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from logitcheck.errors import ErrorCode, InputError
from logitcheck.loader import folder, identify

MODEL_SUFFIXES = (".keras", ".h5", ".hdf5", ".hdf")
_SKIPPED_FOLDERS = frozenset({"__pycache__", "node_modules", "venv", "site-packages", "lost+found"})


@dataclass(frozen=True, slots=True)
class Found:
    """One input: a path as given, or found below a given folder.

    by_content: whether only its content, no suffix, says that it could be a model. error: why it is not to be opened.
    """

    path: str
    by_content: bool = False
    error: InputError | None = None


def find(root: Path) -> Iterator[Found]:
    """Every model below the folder `root`, in sorted order; symbolic links to folders are not searched.

    A file counts by its content, and by its suffix also where the content is none (a Git LFS pointer, an empty file),
    or where the file is not there, but a pointer of DVC to it. Folders that may not be listed are found as such.
    """
    pending = [str(root)]
    while pending:
        here = pending.pop()
        try:
            entries = folder.entries(here)
        except OSError as failure:
            yield Found(here, error=identify.read_error(failure).error)
            continue
        deeper: list[str] = []
        for entry in entries:
            if entry.name.startswith(".") or entry.name in _SKIPPED_FOLDERS:
                continue
            if not _is_folder(entry):
                yield from _file(entry, root)
            elif folder.is_model(Path(entry.path)):
                yield _leading_out(entry, root) or Found(entry.path)
            elif not entry.is_symlink():
                deeper.append(entry.path)
        pending.extend(reversed(deeper))


def has_model_suffix(name: str) -> bool:
    """Tell whether a file is called as models are."""
    return name.lower().endswith(MODEL_SUFFIXES)


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False


def _file(entry: os.DirEntry[str], root: Path) -> Iterator[Found]:
    """Find the model that a file is, or stands for."""
    if has_model_suffix(entry.name):
        yield _leading_out(entry, root) or Found(entry.path)
        return
    tracked = entry.path.removesuffix(".dvc")
    if tracked != entry.path and has_model_suffix(tracked):
        if not os.path.lexists(tracked):
            yield Found(tracked)
    elif _holds_model(entry, root):
        yield Found(entry.path, by_content=True)


def _leading_out(entry: os.DirEntry[str], root: Path) -> Found | None:
    """Refuse a link that leads out of the folder searched, to something that is there; None for all else."""
    if not entry.is_symlink() or not os.path.exists(entry.path):  # noqa: PTH110  the method of Path raises PermissionError
        return None
    if folder.leads_below(entry.path, root):
        return None
    error = InputError(
        code=ErrorCode.LINK_OUTSIDE,
        message=f"The symbolic link leads out of the folder that was searched, to {os.path.realpath(entry.path)!r}.",
        hint="Links out of a folder are not followed; to inspect what it leads to, give the path of the link itself.",
    )
    return Found(entry.path, error=error)


def _holds_model(entry: os.DirEntry[str], root: Path) -> bool:
    """Tell whether the content of a file is that of a model; of a link that leads out, it is not looked at."""
    if entry.is_symlink() and not folder.leads_below(entry.path, root):
        return False
    path = Path(entry.path)
    match identify.container_of(path):
        case identify.Container.ARCHIVE:
            from logitcheck.loader import archive

            return archive.holds_model(path)
        case identify.Container.JSON:
            from logitcheck.loader import json_file

            return json_file.may_hold_model(path)
        case identify.Container.HDF5:
            return True
        case identify.Container.FOLDER | None:
            return False

"""Finds the models in a folder. What could be a model and is not read, is found too, with the reason.

Nothing is opened outside the folder but `dvc.yaml` and `dvc.lock` of the DVC project that it is in, which may list what
belongs in it: a symbolic link that leads out is named, not followed.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

from logitcheck.errors import ErrorCode, InputError
from logitcheck.loader import folder, identify, opening

if TYPE_CHECKING:
    from logitcheck.loader.dvc import Missing

MODEL_SUFFIXES = (".keras", ".h5", ".hdf5", ".hdf")
_SUFFIXES = ("", ".json", *MODEL_SUFFIXES)
_OF_DVC = (".dvc", "dvc.yaml", "dvc.lock")
_NO_MODELS = " If no models are in it, give the paths of those that are to be inspected."
_SKIPPED_FOLDERS = frozenset({"__pycache__", "node_modules", "venv", "site-packages", "lost+found"})


@dataclass(frozen=True, slots=True)
class Found:
    """One input: a path as given, or found below a given folder.

    by_content: whether only its content, no suffix, says that it could be a model. error: why it is not to be opened.
    """

    path: str
    by_content: bool = False
    error: InputError | None = None


def find(root: Path, passes_over: Callable[[str], bool] | None = None) -> Iterator[Found]:
    """Every model below the folder `root`, in sorted order; symbolic links to folders are not searched.

    passes_over: tells of files and folders whether the search is not to look at them.

    A file counts by its content, and by its suffix also where the content is none (an empty file). What was not fetched
    counts where it is called as a model may be: by a pointer of Git LFS or git-annex in its place, or by a file of DVC
    that lists it. Folders that may not be listed are found as such.
    """
    for kept in _kept_around(root):
        if passes_over is None or not passes_over(kept.path):
            yield kept
    for here, entries in folders(root, passes_over):
        if isinstance(entries, OSError):
            yield Found(here, error=identify.read_error(entries).error)
            continue
        for entry in entries:
            if not _is_folder(entry):
                yield from _file(entry, root)
            elif folder.is_model(Path(entry.path)):
                yield _leading_out(entry, root) or Found(entry.path)


def folders(
    root: Path, passes_over: Callable[[str], bool] | None = None
) -> Iterator[tuple[str, list[os.DirEntry[str]] | OSError]]:
    """Every folder below `root` that is searched, with what is in it, or with why it may not be listed."""
    pending = [str(root)]
    while pending:
        here = pending.pop()
        try:
            entries = [entry for entry in folder.entries(here) if not _is_skipped(entry.name)]
        except OSError as failure:
            yield here, failure
            continue
        if passes_over is not None:
            entries = [entry for entry in entries if not passes_over(entry.path)]
        yield here, entries
        inner = (entry for entry in entries if _is_folder(entry) and not entry.is_symlink())
        pending.extend(reversed([entry.path for entry in inner if not folder.is_model(Path(entry.path))]))


def may_be_called(name: str) -> bool:
    """Tell whether a model may be called so, as far as its suffix tells: files without one are often models."""
    return PurePath(name).suffix.lower() in _SUFFIXES or name in folder.SAVED_MODEL_MEMBERS


def _is_skipped(name: str) -> bool:
    return name.startswith(".") or name in _SKIPPED_FOLDERS


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
    if entry.name.endswith(_OF_DVC) and _leading_out(entry, root) is None:
        from logitcheck.loader import dvc

        yield from _not_fetched(dvc.missing(Path(entry.path).parent, dvc.listed(Path(entry.path))), root)
    if _holds_model(entry, root):
        yield Found(entry.path, by_content=True)


def _kept_around(root: Path) -> Iterator[Found]:
    """Find what belongs into the folder according to the pipelines of DVC in the folders around it."""
    from logitcheck.loader import dvc, dvc_files

    for above in dvc.folders_above(root):
        yield from _not_fetched(dvc.missing(above, dvc_files.of_pipeline(above)), root)


def _not_fetched(missing: Iterable[Missing], root: Path) -> Iterator[Found]:
    """Find those missing outputs of DVC that may be models, or folders with some, and belong below `root`."""
    from logitcheck.loader import dvc

    for place, output in missing:
        below = PurePath(os.path.relpath(place, root))
        is_wanted = output.is_folder or may_be_called(below.name)
        if is_wanted and not any(map(_is_skipped, below.parts)):
            path = f"{root}{os.sep}{below}"
            error = dvc.error_of(path, output)
            yield Found(path, error=replace(error, hint=f"{error.hint}{_NO_MODELS}") if output.is_folder else error)


def _stands_in(entry: os.DirEntry[str]) -> bool:
    """Tell whether a file that is called as a model may be is a pointer to what was not fetched."""
    if not may_be_called(entry.name):
        return False
    from logitcheck.loader import stand_ins

    return stand_ins.error_of(entry.path) is not None


def _leading_out(entry: os.DirEntry[str], root: Path) -> Found | None:
    """Refuse a link that leads out of the folder searched, to something that is there; None for all else."""
    if not entry.is_symlink() or not os.path.exists(entry.path):  # noqa: PTH110  the method of Path raises PermissionError
        return None
    if opening.leads_below(entry.path, root):
        return None
    error = InputError(
        code=ErrorCode.LINK_OUTSIDE,
        message=f"The symbolic link leads out of the folder that was searched, to {os.path.realpath(entry.path)!r}.",
        hint="Links out of a folder are not followed; to inspect what it leads to, give the path of the link itself.",
    )
    return Found(entry.path, error=error)


def _holds_model(entry: os.DirEntry[str], root: Path) -> bool:
    """Tell whether the content of a file is that of a model, or stands for one that was not fetched.

    What a link leads to out of the folder is not looked at; a link of git-annex leads to nothing.
    """
    if entry.is_symlink() and not opening.leads_below(entry.path, root):
        return _leading_out(entry, root) is None and _stands_in(entry)
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
            return _stands_in(entry)

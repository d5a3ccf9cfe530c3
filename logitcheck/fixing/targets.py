"""Where a result goes: a new file, or the place of the model itself, whose old file becomes the backup."""

from __future__ import annotations

import errno
import os
from dataclasses import dataclass
from pathlib import Path

from logitcheck.fixing.result import NotWrittenError
from logitcheck.fixing.sources import Source
from logitcheck.loader import folder
from logitcheck.loader.identify import Container

_SUFFIXES = frozenset({".keras", ".h5", ".hdf5", ".json"})
"""What Keras goes by when it loads a file, and people when they open one."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """Where the result is asked for.

    output: a new file or folder, or None for the place of the model itself. backup: what is put behind the name of the
    file from before, or None for no backup. force: whether `output` may be a file that is there.
    """

    output: str | None = None
    backup: str | None = ".bak"
    force: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Target:
    """Where the result is written.

    path: with links resolved. is_folder: whether it is that of a copy of a folder, and not of a file.
    backup: where the old file goes. may_replace: whether a file may be there. notes: what else there is to know of it.
    """

    path: Path
    is_folder: bool = False
    backup: Path | None = None
    may_replace: bool = True
    notes: tuple[str, ...] = ()


def choose(source: Source, wanted: Wanted) -> Target:
    """Tell where the result of fixing a model is written.

    Raises NotWrittenError if it cannot be written there, as far as that can be told before.
    """
    return _in_place(source, wanted) if wanted.output is None else _output(source, wanted.output, force=wanted.force)


def _in_place(source: Source, wanted: Wanted) -> Target:
    path = Path(os.path.realpath(source.file))
    if not _may(path, os.W_OK):
        raise NotWrittenError(f"{source.file} is read-only: it may not be changed with the rights of this user.")
    _check_folder(path.parent)
    backup = None
    if wanted.backup is not None:
        if not wanted.backup or os.sep in wanted.backup:
            raise NotWrittenError(f"--backup: {wanted.backup!r} cannot be put behind a file name; '.bak' can.")
        backup = path.with_name(path.name + wanted.backup)
        if os.path.lexists(backup) and not backup.samefile(path):
            raise NotWrittenError(f"{backup} is there already: move it away, or choose another one with --backup.")
    return Target(path=path, backup=backup, notes=_notes(source.file, path))


def _notes(given: Path, path: Path) -> tuple[str, ...]:
    notes = []
    if given.is_symlink():
        notes.append(f"{given} is a link and stays one; the file that it leads to was replaced: {path}")
    others = path.stat().st_nlink - 1
    if others:
        names = "another name (a hard link)" if others == 1 else f"{others} other names (hard links)"
        notes.append(f"the file has {names}, under which the old content stays")
    return tuple(notes)


def _output(source: Source, output: str, *, force: bool) -> Target:
    given = Path(output)
    is_there = os.path.lexists(given)
    if is_there and given.exists() and any(given.samefile(each) for each in (source.path, source.file)):
        raise NotWrittenError(f"{given} is the model itself: give another name, or --in-place (in_place=True).")
    if source.container is Container.FOLDER:
        return _output_folder(source, given, is_there=is_there)
    if folder.is_folder(given):
        raise NotWrittenError(f"{given} is a folder: give the name of a file, such as {given / source.path.name}.")
    if is_there and not force:
        raise NotWrittenError(f"{given} is there already: give another name, or --force (force=True) to replace it.")
    if given.exists() and not given.is_file():
        raise NotWrittenError(f"{given} is no file that could be replaced.")
    _check_suffix(source, given)
    path = Path(os.path.realpath(given))
    _check_folder(path.parent)
    return Target(path=path, may_replace=force)


def _output_folder(source: Source, given: Path, *, is_there: bool) -> Target:
    if is_there:
        raise NotWrittenError(f"{given} is there already: a folder is not replaced, give another name.")
    path = Path(os.path.realpath(given))
    if path.is_relative_to(os.path.realpath(source.path)):
        raise NotWrittenError(f"{given} is in the folder of the model: give a name outside of it.")
    _check_folder(path.parent)
    return Target(path=path, is_folder=True, may_replace=False)


def _check_suffix(source: Source, given: Path) -> None:
    """Refuse a name by which Keras would take the file for one of another kind."""
    own, new = source.path.suffix.lower(), given.suffix.lower()
    if own in _SUFFIXES and new in _SUFFIXES and own != new and {own, new} != {".h5", ".hdf5"}:
        raise NotWrittenError(
            f"{given}: the result is of the same kind as the model, so that its name must end in {own}."
        )


def _check_folder(path: Path) -> None:
    if not folder.is_folder(path):
        raise NotWrittenError(f"There is no folder {path} to write into.")
    if not _may(path, os.W_OK | os.X_OK):
        raise NotWrittenError(f"In the folder {path} nothing may be written with the rights of this user.")


def _may(path: Path, mode: int) -> bool:
    """Whether this process, whoever started it, may do such things with a file or a folder."""
    return os.access(path, mode, effective_ids=os.access in os.supports_effective_ids)


def sentence(error: OSError, path: Path) -> str:
    """Say in one sentence why a file could not be written."""
    match error.errno:
        case errno.ENOSPC | errno.EDQUOT:
            why = "the disk is full"
        case errno.EFBIG:
            why = "it would be larger than files may be here"
        case errno.EROFS:
            why = "it is on a file system that is read-only"
        case errno.EACCES | errno.EPERM:
            why = "that may not be done with the rights of this user"
        case errno.EEXIST:
            why = "a file of that name came to be there meanwhile"
        case _:
            why = error.strerror or str(error)
    return f"{path} could not be written: {why}. Nothing has changed."

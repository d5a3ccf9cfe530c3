"""What stands in a folder for files that were not fetched, where nothing else was found in it.

Then nobody may say that there is no model: any of them may be one, whatever it is called.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from logitcheck.errors import ErrorCode, InputError, UnreadableInputError
from logitcheck.loader import dvc, dvc_files, identify, search

_POINTERS = frozenset({ErrorCode.LFS_POINTER, ErrorCode.ANNEX_POINTER})
_MOST_NAMED = 5


def error_of(path: str) -> InputError | None:
    """Give the error of a file that is a pointer of Git LFS or git-annex; None for any other."""
    try:
        identify.identify(Path(path))
    except UnreadableInputError as error:
        return error.error if error.error.code in _POINTERS else None
    return None


def none_below(folder: str, nothing: InputError) -> InputError:
    """Say why no model was found below a folder: `nothing`, unless something was not fetched or could not be read."""
    root = Path(folder)
    found = list(_below(root))
    if found:
        names = ", ".join(repr(os.path.relpath(path, root)) for path, _ in found[:_MOST_NAMED])
        names += " …" if len(found) > _MOST_NAMED else ""
        message = f"There is no model in the folder as it is, but stand-ins for files that were not fetched: {names}."
        return InputError(code=found[0][1].code, message=message, hint=found[0][1].hint)
    unread = next(_unread(root), None)
    if unread is not None:
        message = f"{nothing.message} Which files a stage of DVC makes is written in a way that is not read ({unread})."
        return InputError(code=nothing.code, message=message, hint=nothing.hint)
    return nothing


def _below(root: Path) -> Iterator[tuple[str, InputError]]:
    """Give the paths and errors of all that was not fetched; links that lead to something are not followed."""
    for _, entries in search.folders(root):
        for entry in entries if isinstance(entries, list) else ():
            if entry.is_symlink() and os.path.exists(entry.path):  # noqa: PTH110  the method of Path raises PermissionError
                continue
            if error := error_of(entry.path):
                yield entry.path, error
            for place, output in dvc.missing(Path(entry.path).parent, dvc.listed(Path(entry.path))):
                yield place, dvc.error_of(os.path.relpath(place), output)


def _unread(root: Path) -> Iterator[str]:
    """Name what was not read of the pipelines of DVC in and around a folder."""
    places = [*(Path(here) for here, _ in search.folders(root)), *dvc.folders_above(root)]
    return (unread for place in places if (unread := dvc_files.of_pipeline(place).unread) is not None)

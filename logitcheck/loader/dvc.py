"""What DVC keeps elsewhere and did not fetch: nothing stands in its place, it is only listed in a file of DVC."""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from logitcheck.errors import ErrorCode, InputError
from logitcheck.loader import dvc_files
from logitcheck.loader.dvc_files import Listing, Output
from logitcheck.loader.folder import entries, is_file, is_folder
from logitcheck.loader.quoting import quoted

_MOST_POINTERS = 1000
"""Files called `.dvc` that are read beside a path that is missing."""

_MOST_NAMED = 5


class Missing(NamedTuple):
    """An output that is not there: its absolute path, and what the file of DVC tells of it."""

    place: str
    output: Output


def missing(folder: Path, listing: Listing) -> Iterator[Missing]:
    """Give the outputs that a file of DVC in `folder` lists and that are not there, but for those on other machines."""
    for output in listing.outputs:
        place = os.path.normpath(folder.absolute() / output.path)
        if "://" not in output.path and not os.path.lexists(place):
            yield Missing(place, output)


def listed(path: Path) -> Listing:
    """Read what a file of DVC lists; `dvc.yaml` and `dvc.lock` are read together, and what is none lists nothing."""
    if path.name in {dvc_files.PIPELINE, dvc_files.LOCK}:
        return dvc_files.of_pipeline(path.parent)
    is_pointer = path.name.endswith(dvc_files.POINTER) and is_file(path)
    return dvc_files.of_pointer(path) if is_pointer else Listing()


def folders_above(folder: Path) -> list[Path]:
    """Give the folders around `folder`, up to the root of its DVC project; none if it is in no project."""
    place = Path(os.path.normpath(folder.absolute()))
    places = [place, *place.parents]
    root = next((at for at, here in enumerate(places) if is_folder(here / dvc_files.POINTER)), 0)
    return places[1 : root + 1]


def error_of(shown: str, output: Output) -> InputError:
    """Make the error for an output that is not there; `shown` is its path as the user would write it."""
    if not output.is_made:
        message = f"The stage {output.stage!r} of {output.source} should make it, and has not been run."
        return _error(message, f"Run `dvc repro {quoted(output.stage)}` in the folder of {output.source}.")
    what = "folder" if output.is_folder else "file"
    size = f" of {output.size:,} bytes" if output.size is not None else ""
    stage = f", as an output of the stage {output.stage!r}" if output.stage else ""
    message = f"The {what}{size} is tracked by DVC ({output.source}{stage}) and was not fetched."
    return _error(message, f"Run `dvc pull {quoted(shown)}`.")


def _error(message: str, hint: str) -> InputError:
    return InputError(code=ErrorCode.DVC_POINTER, message=message, hint=hint)


def refusal(path: Path) -> InputError | None:
    """Make the error for a path at which nothing is, where DVC keeps it, a folder that it is in, or what is in it."""
    place = os.path.normpath(path.absolute())
    inside: list[Missing] = []
    try:
        beside = list(_beside(path))
    except OSError:  # the folder around it may not be listed
        return None
    for found in beside:
        if found.place == place or place.startswith(found.place + os.sep):
            return error_of(_shown(path, found.place), found.output)
        if found.place.startswith(place + os.sep):
            inside.append(found)
    if not inside:
        return None
    shown = [_shown(path, found.place) for found in inside]
    named = ", ".join(map(repr, shown[:_MOST_NAMED])) + (" …" if len(shown) > _MOST_NAMED else "")
    message = f"The folder is not there: DVC tracks what belongs in it ({named}), and none of it was fetched."
    return _error(message, f"Run `dvc pull {' '.join(map(quoted, shown[:_MOST_NAMED]))}`.")


def unread(path: Path) -> str | None:
    """Name what could not be read, if anything, of the pipelines that may make what belongs at `path`."""
    listings = (dvc_files.of_pipeline(folder) for folder in _around(path))
    return next((listing.unread for listing in listings if listing.unread is not None), None)


def _beside(path: Path) -> Iterator[Missing]:
    """Give what is missing according to the files of DVC around a path."""
    nearest, *above = _around(path)
    pointers = (Path(entry.path) for entry in entries(nearest) if entry.name.endswith(dvc_files.POINTER))
    for pointer in islice(filter(is_file, pointers), _MOST_POINTERS):
        yield from missing(nearest, dvc_files.of_pointer(pointer))
    for folder in (nearest, *above):
        yield from missing(folder, dvc_files.of_pipeline(folder))


def _around(path: Path) -> list[Path]:
    """Give the folder that is nearest to where nothing is, and those above it up to the root of the project."""
    nearest = next(filter(is_folder, Path(os.path.normpath(path.absolute())).parents))
    return [nearest, *folders_above(nearest)]


def _shown(path: Path, place: str) -> str:
    """Write an absolute path relative to the same folder as a path that was given."""
    return place if path.is_absolute() else os.path.relpath(place)

"""Which inputs are the same, however their paths are written: each is inspected once, where it is mentioned first."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from logitcheck.loader.search import Found

    Inputs = list[tuple[str, list[str | Found]]]

_SEPARATORS = os.sep + (os.altsep or "")


def left_out(inputs: Inputs) -> tuple[Inputs, set[int]]:
    """Leave out what was there before, and tell at which positions something was left out.

    inputs: each path given, with what it stands for: itself, or what was found in the folder.
    A file that is given by its name counts as given also where a search found it first, which may pass over it.
    """
    places = _Places()
    given = {places.of(path): path for path, items in inputs if items == [path]}
    seen: set[tuple[str, str]] = set()
    kept: Inputs = []
    shortened: set[int] = set()
    for position, (path, items) in enumerate(inputs):
        kept.append((path, []))
        for item in items:
            place = places.of(item if isinstance(item, str) else item.path)
            if place in seen:
                shortened.add(position)
            else:
                seen.add(place)
                kept[-1][1].append(item if isinstance(item, str) else given.get(place, item))
    return kept, shortened


class _Places:
    """Tells where paths lead to, but for a link at the end: a link and its target are two inputs."""

    def __init__(self) -> None:
        self._folders: dict[str, str] = {}

    def of(self, path: str) -> tuple[str, str]:
        """Give the folder and the name, which are the same for all the ways in which one path can be written."""
        folder, name = os.path.split(path.rstrip(_SEPARATORS) or path)
        if path and name in {"", ".", ".."}:
            folder, name = os.path.split(os.path.realpath(path))
        if folder not in self._folders:
            self._folders[folder] = folder if "\0" in folder else os.path.realpath(folder)
        return self._folders[folder], name

"""Where the reports of a run go: never onto what the run reads, and no two of them into one file."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from logitcheck.errors import SettingsError
from logitcheck.formats import Format


@dataclass(frozen=True, slots=True)
class Target:
    """One report of a run: its format, and the file that it goes to; None for standard output."""

    output_format: Format
    file: str | None = None


def refuse_overwriting(targets: Iterable[Target], read: Iterable[str]) -> None:
    """Look at where reports are to go before anything is done.

    read: paths of what the run reads: models, settings, baselines.
    Raises SettingsError if a report would take the place of one of these, or of another report.
    """
    files = [target.file for target in targets if target.file is not None]
    if not files:
        return
    sources = set(_places(read))
    seen: set[str] = set()
    for file in files:
        place = os.path.realpath(file)
        if place in sources:
            raise SettingsError(f"--format: {file} is read by this run, and the report would take its place.")
        if place in seen and os.path.isfile(place):  # noqa: PTH113  two may go to one pipe or terminal
            raise SettingsError(f"--format: two reports would go into {file}.")
        seen.add(place)


def _places(paths: Iterable[str]) -> Iterator[str]:
    for path in paths:
        if path and "\0" not in path:
            yield os.path.realpath(path)

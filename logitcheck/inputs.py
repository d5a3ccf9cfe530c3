"""What the paths of a run stand for: a model as given, or those found in a folder, each of them once."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from logitcheck.errors import ErrorCode, InputError
from logitcheck.loader import folder

if TYPE_CHECKING:
    from logitcheck.loader.search import Found

Excludes = Callable[[str], bool]

_MEMBERS = frozenset(
    {*folder.SAVED_MODEL_MEMBERS, "metadata.json", "model.weights.h5", "model.weights.npz", "model.weights.json"}
)
"""Files that stand for the model folder that they are in: a commit names its files one by one."""


@dataclass(frozen=True, slots=True)
class Given:
    """One path of a run, and the inputs it stands for.

    is_shortened: whether some were left out, since they are given elsewhere or excluded: then none may be left.
    """

    path: str
    items: tuple[str | Found, ...]
    is_shortened: bool = False


def gather(paths: Iterable[str], excludes: Excludes | None = None, *, force: Excludes | None = None) -> list[Given]:
    """Give what each path stands for, in order.

    What is given twice, or given and found in a folder that is given as well, is there once, where it comes first.

    excludes: tells which files and folders a search passes over. force: which paths, though they are given.
    """
    inputs = [_given(path, excludes, force) for path in paths]
    if sum(len(each.items) for each in inputs) < 2:
        return inputs
    from logitcheck import repetition

    kept, shortened = repetition.left_out([(each.path, list(each.items)) for each in inputs])
    return [
        Given(path, tuple(items), is_shortened=inputs[position].is_shortened or position in shortened)
        for position, (path, items) in enumerate(kept)
    ]


def _given(path: str, excludes: Excludes | None, force: Excludes | None) -> Given:
    if force is not None and path and force(path):
        return Given(path, (), is_shortened=True)
    here = Path(path)
    if path and folder.is_folder(here) and not folder.is_model(here):
        return Given(path, tuple(_found_in(here, excludes)) or (path,))
    return Given(path, (_model_around(path) or path,))


def _model_around(path: str) -> str | None:
    """Give the folder of a model for a file in it that stands for it."""
    parent, name = os.path.split(path)
    if name in _MEMBERS and folder.is_model(Path(parent)):
        return parent or os.curdir
    return None


def _found_in(root: Path, excludes: Excludes | None) -> Iterable[Found]:
    from logitcheck.loader import search

    if excludes is None:
        return search.find(root)
    passed_over: list[str] = []

    def passes_over(path: str) -> bool:
        if excludes(path):
            passed_over.append(path)
            return True
        return False

    found = list(search.find(root, passes_over))
    if not found and passed_over:
        return [search.Found(str(root), error=_ALL_EXCLUDED)]
    return found


_ALL_EXCLUDED = InputError(
    code=ErrorCode.NO_MODEL_FOUND,
    message="There is no model in the folder that the settings do not exclude.",
    hint="See `logitcheck check --show-settings`, and give the path of a model, or of a folder with some.",
)

"""Labels for the numbers of a loss: the user's, checked against the output, or drawn with equal chances."""

from __future__ import annotations

from typing import Any

import numpy as np

from logitcheck.probing.child import array_files
from logitcheck.probing.errors import ProbeErrorCode, RefusalError
from logitcheck.probing.request import Reading

Array = Any
_HINT = "Give one label for each sample: class ids, one-hot rows, or 0 and 1 for a binary loss."


class Labels:
    """The labels of a run: of each output by its name, or of the only one."""

    def __init__(self, path: str | None, names: list[str | None], seed: int) -> None:
        self._random = np.random.default_rng(seed)
        self._given: dict[str | None, Array] = {}
        if path is None:
            return
        arrays = array_files.arrays(path, ProbeErrorCode.BAD_LABELS)
        if isinstance(arrays, dict):
            unknown = [name for name in arrays if name not in names]
            if unknown and not (len(arrays) == len(names) == 1):
                raise _refusal(f"the names are {sorted(arrays)}, but the outputs are called {names}")
            self._given.update(zip(names, arrays.values(), strict=True) if unknown else arrays)
        elif len(names) == 1:
            self._given = {names[0]: arrays}
        else:
            raise _refusal(f"one array is given for the {len(names)} outputs {names}: give an .npz with one for each")

    def are_given_for(self, name: str | None) -> bool:
        """Whether the user gave labels for an output."""
        return name in self._given

    def are_rows(self, name: str | None, values: Array) -> bool:
        """Whether the user gave a share of each class for an output, and no class ids."""
        given = self._given.get(name)
        return given is not None and given.ndim == values.ndim and given[:1].size == values[:1].size

    def of(self, name: str | None, values: Array, reads: Reading, rows: Array, axis: int = -1) -> Array:
        """Give labels in the shape of `values`, whose classes lie along the last axis.

        rows: the numbers of the samples. axis: along which the classes of the output, and so of labels, lie.
        """
        given = self._given.get(name)
        if given is None:
            return self._drawn(values, reads)
        if given.dtype.kind not in "biuf":
            raise _refusal(f"numbers were expected, and {given.dtype} was found")
        if len(given) <= int(rows.max(initial=-1)):
            raise _refusal(f"there are {len(given)} labels for {int(rows.max()) + 1} samples")
        chosen = np.asarray(given[rows])
        if chosen.ndim == values.ndim:
            chosen = np.moveaxis(chosen, axis, -1)
        return _shares(chosen, values) if reads is Reading.CATEGORICAL else _targets(chosen, values)

    def _drawn(self, values: Array, reads: Reading) -> Array:
        if reads is Reading.BINARY:
            return self._random.integers(0, 2, size=values.shape).astype("float64")
        ids = self._random.integers(0, values.shape[-1], size=values.shape[:-1])
        return _ones_at(ids, values.shape[-1])


def _shares(labels: Array, values: Array) -> Array:
    """Give class ids or rows of shares as rows of shares."""
    classes = values.shape[-1]
    if labels.shape == values.shape and classes > 1:
        return labels.astype("float64")
    if labels.shape == (*values.shape[:-1], 1):
        labels = labels[..., 0]
    if labels.shape != values.shape[:-1]:
        wanted = f"labels of shape {_sizes(values[..., 0])} or {_sizes(values)}"
        raise _refusal(f"{wanted} were expected, and {_sizes(labels)} was found")
    ids = labels.astype("int64")
    if (ids != labels).any() or ids.min(initial=0) < 0 or ids.max(initial=0) >= classes:
        found = f"values from {labels.min()} to {labels.max()} were found"
        raise _refusal(f"class ids from 0 to {classes - 1} were expected, and {found}")
    return _ones_at(ids, classes)


def _ones_at(ids: Array, classes: int) -> Array:
    """Give rows that are 1 at the class and 0 elsewhere."""
    rows = np.zeros((*ids.shape, classes))
    np.put_along_axis(rows, ids[..., None], 1.0, axis=-1)
    return rows


def _targets(labels: Array, values: Array) -> Array:
    """Give labels from 0 to 1 in the shape of the output."""
    if labels.shape == values.shape[:-1] and values.shape[-1] == 1:
        labels = labels[..., None]
    if labels.shape != values.shape:
        raise _refusal(f"labels of shape {_sizes(values)} were expected, and {_sizes(labels)} was found")
    if labels.min(initial=0) < 0 or labels.max(initial=0) > 1:
        raise _refusal(f"labels from 0 to 1 were expected, and values from {labels.min()} to {labels.max()} found")
    return labels.astype("float64")


def _sizes(array: Array) -> str:
    """Write a shape whose first size, the number of samples, does not matter."""
    return str(("samples", *array.shape[1:])).replace("'", "")


def _refusal(what: str) -> RefusalError:
    return RefusalError(ProbeErrorCode.BAD_LABELS, f"The labels do not fit: {what}.", _HINT)

"""Reads the mean and variance of Normalization layers from weights in HDF5, in the process that reads for others.

Only groups and small arrays that stand in the file itself are opened, along hard links: nothing is followed. What is
not exactly as Keras writes it is not known.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from logitcheck.errors import UnreadableInputError
from logitcheck.loader import fields, learned, weights_file

if TYPE_CHECKING:
    import h5py

_MOST_NAMES = 20_000
"""Members of a group, or weights of a layer."""

_LARGEST_ATTRIBUTE = 1 << 20
_PARTS = ("mean", "variance", "count")
_FLOATS = frozenset({2, 4, 8})

_DAMAGED = (UnreadableInputError, OSError, EOFError, RuntimeError, LookupError, ValueError, TypeError, MemoryError)
"""What h5py and zipfile raise for what they find damaged, depending on where."""

Numbers = dict[str, object]


class _UnknownError(Exception):
    """The numbers are not there, or not as Keras writes them."""


def read(path: Path, wanted: object) -> list[Numbers | None] | None:
    """Read the numbers at each place that is wanted (`weight_places`); None for those that are not known."""
    import h5py

    try:
        with weights_file.opened(path) as stream, h5py.File(stream, "r") as file:
            left = learned.MOST_NUMBERS
            found: list[Numbers | None] = []
            for place in fields.sequence(wanted):
                numbers = _numbers(file, place, left)
                left -= len(fields.sequence(numbers["mean"])) if numbers is not None else 0
                found.append(numbers)
            return found
    except _DAMAGED:
        return None


def _numbers(file: h5py.File, place: object, most: int) -> Numbers | None:
    known = fields.mapping(place)
    try:
        mean, variance, count = _of_class(file, known["steps"]) if "steps" in known else _of_layer(file, known)
        if count.shape != () or count.dtype.kind not in "iu" or mean.shape != variance.shape:
            return None
        return {"shape": list(mean.shape), "mean": _array(mean, most), "variance": _array(variance, most)}
    except (_UnknownError, AttributeError, *_DAMAGED):
        return None


def _of_class(file: h5py.File, steps: object) -> list[h5py.Dataset]:
    """Give the arrays of a layer in the groups of its class and those of the models that it is in."""
    group: h5py.Group = file
    for step in fields.sequence(steps):
        match step:
            case [str(stem), int(number), int(count), str(name)]:
                group = _member(_group(group, "layers"), stem, number, count, name)
            case _:
                raise _UnknownError
    variables = _group(group, "vars")
    if sorted(_names(variables)) != ["0", "1", "2"]:
        raise _UnknownError
    return [_dataset(variables, name) for name in ("0", "1", "2")]


def _member(container: h5py.Group, stem: str, number: int, count: int, name: str) -> h5py.Group:
    """Give the group of one layer, if there are no more groups of its class than the config has layers of it."""
    expected = {stem if index == 0 else f"{stem}_{index}" for index in range(count)}
    if any(re.fullmatch(rf"{stem}(_[0-9]+)?", other) and other not in expected for other in _names(container)):
        raise _UnknownError
    group = _group(container, stem if number == 0 else f"{stem}_{number}")
    if "vars" in _names(group):
        attributes = _group(group, "vars").attrs
        # Keras 3 notes there what the layer is called.
        if "name" in attributes and attributes["name"] != name:
            raise _UnknownError
    return group


def _of_layer(file: h5py.File, place: object) -> list[h5py.Dataset]:
    """Give the arrays of a layer in the group of the layer of the model itself that it is, or is in.

    All weights with the names of a Normalization's must be of one that the config has there, in the same order.
    """
    known = fields.mapping(place)
    group: h5py.Group = _group(file, "model_weights")
    for part in str(known["group"]).split("/"):
        group = _group(group, part)
    names = list(_weight_names(group))
    if known["alone"] is True and len(names) != len(_PARTS):
        raise _UnknownError
    of_interest = [name for name in names if _split(name)[1] in _PARTS]
    position, count = known["position"], known["count"]
    if not isinstance(position, int) or not isinstance(count, int) or len(of_interest) != len(_PARTS) * count:
        raise _UnknownError
    chosen = of_interest[len(_PARTS) * position :][: len(_PARTS)]
    owners = {_split(name)[0] for name in chosen}
    owner = owners.pop()
    is_own = f"/{owner}".endswith(f"/{known['name']}") or (known["alone"] is True and not owner)  # as in Keras 3.0
    if owners or not is_own or tuple(_split(name)[1] for name in chosen) != _PARTS:
        raise _UnknownError
    return [_along(group, name) for name in chosen]


def _split(name: str) -> tuple[str, str]:
    """Split the name of a weight into that of its layer and its own; Keras 2 puts a number behind that."""
    owner, _, own = re.sub(r":[0-9]+$", "", name).rpartition("/")
    return owner, own


def _along(group: h5py.Group, path: str) -> h5py.Dataset:
    *groups, last = path.split("/")
    for part in groups:
        group = _group(group, part)
    return _dataset(group, last)


def _weight_names(group: h5py.Group) -> Iterator[str]:
    attribute = group.attrs.get_id("weight_names")
    if len(attribute.shape) != 1 or attribute.shape[0] > _MOST_NAMES:
        raise _UnknownError
    if attribute.get_storage_size() > _LARGEST_ATTRIBUTE:
        raise _UnknownError
    for name in group.attrs["weight_names"]:
        yield name.decode("utf-8") if isinstance(name, bytes) else str(name)


def _names(group: h5py.Group) -> list[str]:
    if len(group) > _MOST_NAMES:
        raise _UnknownError
    return list(group)


def _group(group: h5py.Group, name: str) -> h5py.Group:
    import h5py

    found = _own(group, name)
    if not isinstance(found, h5py.Group):
        raise _UnknownError
    return found


def _dataset(group: h5py.Group, name: str) -> h5py.Dataset:
    import h5py

    found = _own(group, name)
    if not isinstance(found, h5py.Dataset):
        raise _UnknownError
    return found


def _own(group: h5py.Group, name: str) -> object:
    """Give a member that is in the file itself: links by name could lead anywhere."""
    import h5py

    if not name or name == "." or "/" in name or not isinstance(group.get(name, getlink=True), h5py.HardLink):
        raise _UnknownError
    return group[name]


def _array(dataset: h5py.Dataset, most: int) -> list[float]:
    """Read a small array of numbers that stand in the file as they are."""
    from h5py import h5d

    layout = dataset.id.get_create_plist()
    if layout.get_layout() not in {h5d.CONTIGUOUS, h5d.COMPACT}:  # and neither in pieces nor those of other files
        raise _UnknownError
    if layout.get_external_count() or layout.get_nfilters():
        raise _UnknownError
    kind = dataset.dtype
    if kind.kind != "f" or kind.itemsize not in _FLOATS or dataset.shape is None or dataset.size > most:
        raise _UnknownError
    if dataset.id.get_storage_size() != dataset.size * kind.itemsize:
        raise _UnknownError
    numbers = [float(number) for number in dataset[()].ravel()]
    if not all(map(math.isfinite, numbers)):
        raise _UnknownError
    return numbers

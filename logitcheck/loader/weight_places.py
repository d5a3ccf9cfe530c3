"""Where the weights of Normalization layers are, in each of the two ways in which Keras lays weights out in HDF5.

`model.weights.h5` has groups named after classes, numbered in the order of the layers, each model's within its own:
`layers/functional/layers/normalization_1/vars/0` (Keras 3 and 2.13+, saving_lib.py). `model.save("x.h5")` has a group
for each layer of the model itself, with the names of all weights in it in order (legacy_h5_format.py, hdf5_format.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from logitcheck.loader import envelopes, fields, graphs, layers
from logitcheck.loader.envelopes import Envelope
from logitcheck.model import Shape

_MODELS = frozenset({"Functional", "Model", "Sequential"})
"""Classes of nested models that are looked into: of one of the user's own nobody knows where it keeps its layers."""

_ADAPTED = "Normalization"
_DEEPEST = 8

Place = tuple[str | int, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """A Normalization without numbers in its config.

    place: of its entry in the serialized model. names: its own, behind those of the models that it is in.
    wanted: where its numbers would be, for `hdf5_statistics`.
    axes: those along which it keeps numbers apart. input_shape: that it was built with, if stored.
    """

    place: Place
    names: tuple[str, ...]
    wanted: Mapping[str, object]
    axes: tuple[int, ...]
    input_shape: Shape | None


@dataclass(frozen=True, slots=True)
class _Step:
    """A layer among those of its model: what groups of its class are called, its number, and how many there are."""

    stem: str
    number: int
    count: int
    name: str

    def as_json(self) -> list[object]:
        return [self.stem, self.number, self.count, self.name]


@dataclass(frozen=True, slots=True)
class _Adapted:
    place: Place
    steps: tuple[_Step, ...]
    axes: tuple[int, ...]
    input_shape: Shape | None


def find(model: Mapping[str, object], *, in_groups: bool) -> Iterator[Found]:
    """Find the Normalization layers of a serialized model, in the models in it as well, but not inside wrappers.

    in_groups: whether weights are in a group for each layer, as in `.h5` files.
    """
    envelope = envelopes.read(model)
    adapted = list(_adapted(envelope, (), (), 0)) if envelope is not None else []
    for each in adapted:
        first = each.place[2]
        alike = [other for other in adapted if other.place[2] == first]
        group: dict[str, object] = {
            "group": each.steps[0].name,
            "name": each.steps[-1].name,
            "position": alike.index(each),
            "count": len(alike),
            "alone": len(each.steps) == 1,
        }
        wanted = group if in_groups else {"steps": [step.as_json() for step in each.steps]}
        names = tuple(step.name for step in each.steps)
        yield Found(place=each.place, names=names, wanted=wanted, axes=each.axes, input_shape=each.input_shape)


def _adapted(envelope: Envelope, place: Place, above: tuple[_Step, ...], depth: int) -> Iterator[_Adapted]:
    """Give the adapted layers of a model in the order of its layers, which is that of its weights."""
    if depth > _DEEPEST or not graphs.is_walkable(envelope):
        return
    entries = fields.sequence(envelope.config.get("layers"))
    inner = [envelopes.read(entry) for entry in entries]
    stems = [_stem(each.class_name) if each is not None else "" for each in inner]
    for position, (entry, each) in enumerate(zip(entries, inner, strict=True)):
        if each is None or each.is_custom or each.class_name not in {_ADAPTED, *_MODELS}:
            continue
        stored, stem = fields.mapping(entry), stems[position]
        if any(re.fullmatch(rf"{stem}_[0-9]+", other) for other in stems):
            continue  # a class whose name ends with a number could have the group of another one
        step = _Step(stem, stems[:position].count(stem), stems.count(stem), layers.name_of(stored))
        here, steps = (*place, "config", "layers", position), (*above, step)
        if each.class_name in _MODELS:
            yield from _adapted(each, here, steps, depth + 1)
        elif each.config.get("mean") is None and each.config.get("variance") is None:
            kept = _axes(each.config.get("axis", -1))
            build = fields.mapping(stored.get("build_config"))
            if kept is not None:
                yield _Adapted(here, steps, kept, fields.shape(build.get("input_shape")))


def _stem(class_name: str) -> str:
    """Give the name of a class as Keras writes it into paths (`to_snake_case`)."""
    name = re.sub(r"\W+", "", class_name)
    name = re.sub("(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub("([a-z])([A-Z])", r"\1_\2", name).lower()


def _axes(raw: object) -> tuple[int, ...] | None:
    """Read the axes that a layer keeps: a number, a list of them, or null for none."""
    if raw is None:
        return ()
    listed = fields.mapping(raw).get("items", raw)
    numbers = [fields.integer(item) for item in (listed if isinstance(listed, list) else [listed])]
    known = tuple(number for number in numbers if number is not None)
    return known if len(known) == len(numbers) else None

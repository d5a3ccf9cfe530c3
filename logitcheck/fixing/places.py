"""Where each loss and metric of an output stands in the compile settings.

The loader itself is asked, with settings whose leaves remember their places: what is changed is what was judged.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from logitcheck.fixing.spans import Place
from logitcheck.loader import metric_places, outputs
from logitcheck.loader.outputs import NamedOutput
from logitcheck.model import ModelOutput, SavedModel


class _Text(str):
    """A text in the settings that remembers its place."""

    __slots__ = ("place",)
    place: Place


class _Object(dict[str, object]):
    """A serialized object in the settings that remembers its place."""

    __slots__ = ("place",)
    place: Place


@dataclass(frozen=True, kw_only=True, slots=True)
class Places:
    """For each output of a model the places of its losses and metrics, in their order; None for none to be changed.

    users: for each place the positions of the outputs that it is for.
    """

    losses: tuple[tuple[Place | None, ...], ...]
    metrics: tuple[tuple[Place | None, ...], ...]
    users: Mapping[Place, frozenset[int]]


def find(model: SavedModel, settings: Mapping[str, object]) -> Places:
    """Find the places of the losses and metrics of `model`, which was read from these settings."""
    marked = {key: _marked(value, (key,)) for key, value in settings.items()}
    named = [NamedOutput(output.path, output.name, output.tensor) for output in model.outputs]
    losses = tuple(
        _padded([_place(raw) for raw in _losses(output, position, len(named), marked, model.generation)], of_model)
        for position, (output, of_model) in enumerate(zip(named, model.outputs, strict=True))
    )
    stored = metric_places.stored_metrics(named, marked, model.generation)
    metrics = tuple(tuple(_place(raw) for _, raw in entry) for entry in stored)
    users: dict[Place, set[int]] = {}
    for position, (own_losses, own_metrics) in enumerate(zip(losses, metrics, strict=True)):
        for place in (*own_losses, *own_metrics):
            if place is not None:
                users.setdefault(place, set()).add(position)
    return Places(losses=losses, metrics=metrics, users={place: frozenset(who) for place, who in users.items()})


def _padded(found: list[Place | None], output: ModelOutput) -> tuple[Place | None, ...]:
    """Give a place, which is none, to the loss that stands for all those which fit no output."""
    return (*found, *[None] * (len(output.losses) - len(found)))


def _losses(
    output: NamedOutput, position: int, count: int, settings: Mapping[str, object], generation: int
) -> Iterator[object]:
    stored, weights = settings.get("loss"), settings.get("loss_weights")
    return outputs.stored_losses(output, position, count, stored, weights, generation)


def _place(raw: object) -> Place | None:
    return raw.place if isinstance(raw, (_Text, _Object)) else None


def _marked(value: object, place: Place) -> object:
    """Copy settings with leaves that remember their places; lists and dicts without a class stay what they are."""
    match value:
        case list():
            return [_marked(item, (*place, position)) for position, item in enumerate(value)]
        case dict() if "class_name" not in value:
            return {key: _marked(item, (*place, key)) for key, item in value.items()}
        case dict():
            leaf = _Object(value)
            leaf.place = place
            return leaf
        case str():
            text = _Text(value)
            text.place = place
            return text
        case _:
            return value

"""Completes a model that was read with what its Normalization layers learned of data, which only the weights hold.

Where the numbers of a layer are in the weights is told by the config; a place that is not certain is no place.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import cast

from logitcheck.loader import fields, statistics, weight_places
from logitcheck.loader.stored import StoredModel
from logitcheck.loader.weight_places import Found
from logitcheck.model import ContainerFormat, Shape, Statistics

MOST_NUMBERS = 65_536
"""Of all layers together, means and variances each."""

MOST_LAYERS = 64
"""Normalization layers that are asked for; a model has one for each column of a table at most."""

_WITH_WEIGHTS = frozenset({ContainerFormat.KERAS, ContainerFormat.KERAS_FOLDER, ContainerFormat.HDF5})

_LEAST_VARIANCE = 1e-12
"""Its root is well above the epsilon that Keras puts in the place of smaller ones, which is a setting of the user's."""

_LARGEST = 1e15
"""Of a mean or variance: what is computed of them stays far from the infinity of float32."""


def completed(path: Path, stored: StoredModel) -> StoredModel | None:
    """Give the model at `path` with the mean and variance of its adapted layers in their configs; None without any.

    All of them are asked for at once: an output may hang on several, of which the analysis names the first.
    """
    from logitcheck.loader import isolation

    found = find(stored) if stored.format in _WITH_WEIGHTS else []
    return put(stored, found, isolation.statistics(path, [each.wanted for each in found])) if found else None


def find(stored: StoredModel) -> list[Found]:
    """Find the adapted layers of a model; none where they are more than any model has."""
    found = list(weight_places.find(stored.config, in_groups=stored.format is ContainerFormat.HDF5))
    return found if len(found) <= MOST_LAYERS else []


def put(stored: StoredModel, found: Sequence[Found], answers: object) -> StoredModel | None:
    """Give the model with what was answered of its layers in their configs; None if nothing of it is certain."""
    if not isinstance(answers, list) or len(answers) != len(found):
        return None
    config: object = stored.config
    for each, answer in zip(found, answers, strict=True):
        numbers = _statistics(each, answer)
        if numbers is not None:
            config = _with(config, (*each.place, "config", statistics.KEY), numbers)
    return replace(stored, config=fields.mapping(config)) if config is not stored.config else None


def _with(whole: object, place: Sequence[str | int], value: object) -> object:
    """Give a copy of a document with a value at a place; what is beside the way there is shared with the original."""
    if not place:
        return value
    key, *rest = place
    if isinstance(whole, list):
        copy = list(whole)
        copy[cast("int", key)] = _with(copy[cast("int", key)], rest, value)
        return copy
    known = fields.mapping(whole)
    return {**known, str(key): _with(known.get(str(key)), rest, value)}


def _statistics(found: Found, answer: object) -> Statistics | None:
    """Check the numbers of a layer against its config, whoever gave them."""
    known = fields.mapping(answer)
    means, variances = _numbers(known.get("mean")), _numbers(known.get("variance"))
    shape = fields.shape(known.get("shape"))
    if not means or not variances or shape is None or len(means) != len(variances):
        return None
    if math.prod(size or 0 for size in shape) != len(means) or not _fits(shape, found):
        return None
    if any(abs(mean) > _LARGEST for mean in means):
        return None
    if not all(_LEAST_VARIANCE <= variance <= _LARGEST for variance in variances):
        return None
    return Statistics(mean=means, variance=variances)


def _numbers(raw: object) -> tuple[float, ...]:
    listed = fields.sequence(raw)
    known = tuple(item for item in listed if isinstance(item, float) and math.isfinite(item))
    return known if len(known) == len(listed) else ()


def _fits(shape: Shape, found: Found) -> bool:
    """Whether numbers have one size for each axis that the layer keeps, and that of its input, if that is stored."""
    if len(shape) != len(found.axes):
        return False
    built = found.input_shape
    if built is None:
        return True
    if any(not -len(built) <= axis < len(built) for axis in found.axes):
        return False
    kept = sorted(axis % len(built) for axis in found.axes)
    return all(built[axis] in {None, size} for axis, size in zip(kept, shape, strict=True))

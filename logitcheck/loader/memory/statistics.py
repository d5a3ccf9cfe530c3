"""What Normalization layers of a model in memory learned of data: their variables are read, and not changed."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from logitcheck.loader import learned
from logitcheck.loader.stored import StoredModel


def completed(model: Any, stored: StoredModel) -> StoredModel | None:
    """Give what was read of a model with the mean and variance of its adapted layers; None where none is known."""
    found = learned.find(stored)
    return learned.put(stored, found, [_numbers(model, each.names) for each in found])


def _numbers(model: Any, names: tuple[str, ...]) -> object:
    """Give the numbers of a layer, as the process that reads files gives them; None where they are not known.

    A layer computes with constants that it makes of its variables when it is adapted or loaded, and saves those: where
    somebody has assigned one without the other, what holds of the model does not hold of its file.
    """
    try:
        layer = _layer(model, names)
        shape = [int(size) for size in layer.adapt_mean.shape]
        if math.prod(shape) > learned.MOST_NUMBERS:
            return None
        mean, variance = list(_flat(layer.adapt_mean)), list(_flat(layer.adapt_variance))
        if mean != list(_flat(layer.mean)) or variance != list(_flat(layer.variance)):
            return None
    except Exception:  # noqa: BLE001  tensors of three libraries, on any device, raise what they like
        return None
    return {"shape": shape, "mean": mean, "variance": variance}


def _layer(model: Any, names: tuple[str, ...]) -> Any:
    for name in names:
        (model,) = (layer for layer in model.layers if layer.name == name)
    return model


def _flat(tensor: Any) -> Iterator[float]:
    """Give the numbers of a variable or tensor of any backend."""
    value = getattr(tensor, "value", tensor)
    value = value() if callable(value) else value
    listed = value.tolist() if hasattr(value, "tolist") else value.numpy().tolist()
    pending = [listed]
    while pending:
        item = pending.pop()
        if isinstance(item, list):
            pending.extend(reversed(item))
        else:
            yield item

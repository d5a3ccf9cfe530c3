"""Cross-entropies of outputs as they are, and their gradients, under both values of from_logits: numpy only.

The formulas are those of Keras without the repairs of its TensorFlow backend, which look behind the output: what is
wanted here is what the numbers of the output themselves give.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

Array = Any

LOW = float(np.float32(1e-7))
HIGH = float(np.float32(1) - np.float32(1e-7))
"""Between these Keras cuts what it takes for probabilities (keras.config.epsilon, in 32 bits)."""


@dataclass(frozen=True, slots=True)
class Slope:
    """A mean loss, and its derivative by each element of the output."""

    loss: float
    gradient: Array


def categorical(values: Array, labels: Array, *, from_logits: bool, sparse: bool) -> Slope:
    """Give the cross-entropy over the last axis; `labels` are shares of the classes, one distribution a row.

    sparse: whether the loss takes class ids; then TensorFlow cuts the values before it divides them by their sum, and
    all others after.
    """
    rows = values.size / values.shape[-1]
    with np.errstate(all="ignore"):
        if from_logits:
            shifted = values - values.max(axis=-1, keepdims=True)
            powers = np.exp(shifted)
            total = powers.sum(axis=-1, keepdims=True)
            losses = labels * (np.log(total) - shifted)
            gradient = labels.sum(axis=-1, keepdims=True) * powers / total - labels
        elif sparse:
            kept = np.clip(values, LOW, HIGH)
            total = kept.sum(axis=-1, keepdims=True)
            losses = labels * (np.log(total) - np.log(kept))
            gradient = (labels.sum(axis=-1, keepdims=True) / total - labels / kept) * _inside(values)
        else:
            total = values.sum(axis=-1, keepdims=True)
            shares = values / total
            kept = np.clip(shares, LOW, HIGH)
            losses = -labels * np.log(kept)
            by_shares = -labels / kept * _inside(shares)
            gradient = (by_shares - (by_shares * shares).sum(axis=-1, keepdims=True)) / total
    return Slope(float(losses.sum() / rows), gradient / rows)


def binary(values: Array, labels: Array, *, from_logits: bool) -> Slope:
    """Give the cross-entropy of each element on its own, against labels from 0 to 1."""
    with np.errstate(all="ignore"):
        if from_logits:
            losses = np.maximum(values, 0) - values * labels + np.log1p(np.exp(-abs(values)))
            gradient = np.where(values >= 0, 1 / (1 + np.exp(-abs(values))), 0)
            small = np.exp(-abs(values))
            gradient = np.where(values >= 0, gradient, small / (1 + small)) - labels
        else:
            kept = np.clip(values, LOW, HIGH)
            losses = -labels * np.log(kept) - (1 - labels) * np.log(1 - kept)
            gradient = (kept - labels) / (kept * (1 - kept)) * _inside(values)
    return Slope(float(losses.mean()), gradient / values.size)


def cut(values: Array) -> float:
    """Give the share of elements that from_logits=False cuts."""
    return 1 - float(_inside(values).mean()) if values.size else 0.0


def _inside(values: Array) -> Array:
    return (values >= LOW) & (values <= HIGH)

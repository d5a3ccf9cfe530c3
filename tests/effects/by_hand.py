"""Losses and training steps computed by hand with numpy, for each thing a backend can make of a mismatch.

`logits` are what the last Dense puts out before any activation, `output` is what the model returns. Everything is in
64 bits, but for the bounds Keras cuts values to, which are those of 32 bits.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy

_ONE_AND_MORE = float(numpy.float32(1) + numpy.float32(1e-7))

Array = Any
Compute = Callable[[Array], Array]
"""Makes one array of another."""

LOW = float(numpy.float32(1e-7))
HIGH = float(numpy.float32(1) - numpy.float32(1e-7))


def softmax(values: Array, axis: int = -1) -> Array:
    powers = numpy.exp(values - values.max(axis=axis, keepdims=True))
    return powers / powers.sum(axis=axis, keepdims=True)


def sigmoid(values: Array) -> Array:
    return 1 / (1 + numpy.exp(-values))


def log_softmax(values: Array) -> Array:
    return values - values.max(axis=-1, keepdims=True) + numpy.log(softmax(values).max(axis=-1, keepdims=True))


def log_sigmoid(values: Array) -> Array:
    return numpy.log(sigmoid(values))


def relu(values: Array) -> Array:
    return numpy.maximum(values, 0.0)


def softplus(values: Array) -> Array:
    return numpy.log1p(numpy.exp(values))


def hard_sigmoid(values: Array) -> Array:
    return numpy.clip(values / 6 + 0.5, 0.0, 1.0)


def identity(values: Array) -> Array:
    return values


def share(values: Array) -> Array:
    """Divide values by their (signed) sum, as categorical cross-entropies do before they take the logarithm."""
    return values / values.sum(axis=-1, keepdims=True)


def cut(values: Array) -> Array:
    return numpy.clip(values, LOW, HIGH)


CATEGORICAL = frozenset(
    {
        *("CategoricalCrossentropy", "SparseCategoricalCrossentropy", "CategoricalFocalCrossentropy"),
        *("softmax_cross_entropy_with_logits", "sparse_softmax_cross_entropy_with_logits"),
    }
)


def activate(loss: str, values: Array) -> Array:
    """Apply the activation that goes with a loss, over the axis it reads."""
    return softmax(values) if loss in CATEGORICAL else sigmoid(values)


def crossentropy(loss: str, labels: Array, probabilities: Array) -> Array:
    """Give the mean cross-entropy of probabilities that are what the loss takes them for."""
    with numpy.errstate(divide="ignore", invalid="ignore"):
        if loss in CATEGORICAL:
            wanted = labels if labels.shape == probabilities.shape else numpy.eye(probabilities.shape[-1])[labels]
            losses = -wanted * numpy.log(probabilities)
            if loss == "CategoricalFocalCrossentropy":
                losses = losses * 0.25 * (1 - probabilities) ** 2
            return losses.sum(axis=-1).mean()
        losses = -labels * numpy.log(probabilities) - (1 - labels) * numpy.log(1 - probabilities)
        if loss == "BinaryFocalCrossentropy":
            losses = losses * (1 - labels * probabilities - (1 - labels) * (1 - probabilities)) ** 2
        return losses.mean()


def focal_of_keras_2(labels: Array, probabilities: Array, again: Array) -> Array:
    """Give a binary focal cross-entropy that sees behind the output in one factor, and not in the other."""
    losses = -labels * numpy.log(probabilities) - (1 - labels) * numpy.log(1 - probabilities)
    return (losses * (1 - labels * again - (1 - labels) * (1 - again)) ** 2).mean()


def as_given(loss: str, labels: Array, output: Array, *, sparse_is_cut_first: bool, adds_epsilon: bool) -> Array:
    """Give the loss of an output that is taken for probabilities whatever it is (keras-facts: plain formula).

    sparse_is_cut_first: TensorFlow cuts the values of a sparse categorical cross-entropy and then lets a softmax of
    their logarithms divide by the sum; everybody else divides first. adds_epsilon: Keras 2 adds 1e-7 in each logarithm
    of a binary cross-entropy.
    """
    if loss == "KLDivergence":
        wanted, given = numpy.clip(labels, LOW, 1.0), numpy.clip(output, LOW, 1.0)
        return (wanted * numpy.log(wanted / given)).sum(axis=-1).mean()
    if loss in CATEGORICAL:
        with numpy.errstate(invalid="ignore", divide="ignore"):
            first = loss == "SparseCategoricalCrossentropy" and sparse_is_cut_first
            return crossentropy(loss, labels, share(cut(output)) if first else cut(share(output)))
    given = cut(output)
    if not adds_epsilon:
        return crossentropy(loss, labels, given)
    return (-labels * numpy.log(given + LOW) - (1 - labels) * numpy.log(_ONE_AND_MORE - given)).mean()


def gradient(loss: Callable[[Array, Array], Array], kernel: Array, bias: Array) -> tuple[Array, Array]:
    """Give the derivatives of a loss by the weights of a Dense layer, by central differences."""
    step = 1e-6
    slopes = [numpy.zeros_like(kernel), numpy.zeros_like(bias)]
    for weights, slope in zip((kernel, bias), slopes, strict=True):
        for place in numpy.ndindex(weights.shape):
            kept = weights[place]
            weights[place] = kept + step
            above = loss(kernel, bias)
            weights[place] = kept - step
            slope[place] = (above - loss(kernel, bias)) / (2 * step)
            weights[place] = kept
    return slopes[0], slopes[1]

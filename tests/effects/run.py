"""Runs the rows of the table with real Keras: `evaluate`, one step of training, and what is needed to check them.

As a program it runs every row in a process of its own, with the backend that KERAS_BACKEND names, and writes JSON.
"""

from __future__ import annotations

import json
import sys
import warnings
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy

from tests.effects.rows import ROWS, Row

RATE = 0.5
"""The learning rate of the one step."""

EXAMPLES = 6


@dataclass(frozen=True)
class Run:
    """What a model said and did: arrays as nested lists, so that they go through JSON.

    before, after: the weights around one step of training. evaluated, evaluated_elsewhere: the loss with the weights
    before it, and with quite other ones.
    """

    files: list[str]
    inputs: list[Any]
    labels: list[Any]
    before: list[Any]
    after: list[Any]
    predicted: list[Any]
    evaluated: float
    evaluated_elsewhere: float


def run(keras: Any, name: str, folder: Path, suffixes: Sequence[str] = ("keras", "h5")) -> Run:
    """Build the row, save it in each format, and run it."""
    row = ROWS[name]
    generator = numpy.random.default_rng(7)
    x = keras.Input(row.shape)
    model = keras.Model(x, row.head(keras, x))
    kernel = generator.normal(size=(row.shape[-1], row.units))
    model.set_weights([kernel, generator.normal(size=row.units)])
    model.compile(optimizer=keras.optimizers.SGD(RATE), loss=_loss(keras, row), run_eagerly=row.eagerly)
    inputs = generator.normal(size=(EXAMPLES, *row.shape)).astype("float32")
    labels = _labels(row, generator)
    files = [str(folder / f"{name.replace(' ', '_').replace(',', '')}.{suffix}") for suffix in suffixes]
    for file in files:
        model.save(file)
    called = model(inputs)
    predicted = keras.ops.convert_to_numpy(called) if hasattr(keras, "ops") else called.numpy()
    before = model.get_weights()
    evaluated = float(model.evaluate(inputs, labels, batch_size=EXAMPLES, verbose=0))
    model.set_weights([weights[::-1] * 2 + 0.5 for weights in before])
    elsewhere = float(model.evaluate(inputs, labels, batch_size=EXAMPLES, verbose=0))
    model.set_weights(before)
    model.train_on_batch(inputs, labels)
    return Run(
        files,
        inputs.tolist(),
        labels.tolist(),
        [weights.tolist() for weights in before],
        [weights.tolist() for weights in model.get_weights()],
        numpy.asarray(predicted, "float64").tolist(),
        evaluated,
        elsewhere,
    )


def _loss(keras: Any, row: Row) -> Any:
    if row.loss.endswith("_with_logits"):
        import tensorflow

        return getattr(tensorflow.nn, row.loss)
    return getattr(keras.losses, row.loss)(**row.settings)


def _labels(row: Row, generator: Any) -> Any:
    places = (EXAMPLES, *row.shape[:-1])
    if row.loss in {"SparseCategoricalCrossentropy", "CategoricalGeneralizedCrossEntropy"}:
        return generator.integers(0, row.units, size=places)
    if row.loss == "KLDivergence" or (row.loss.startswith(("Categorical", "softmax")) and row.units > 1):
        return numpy.eye(row.units, dtype="float32")[generator.integers(0, row.units, size=places)]
    labels = generator.integers(0, 2, size=(*places, row.units)).astype("float32")
    return labels[..., 0] if row.squeezed else labels


def run_all(keras: Any, where: str, folder: Path) -> dict[str, dict[str, Any]]:
    """Run every row that can be shown there."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return {name: asdict(run(keras, name, folder)) for name, row in ROWS.items() if where in row.where}


if __name__ == "__main__":
    import keras

    json.dump(run_all(keras, f"keras3 {keras.backend.backend()}", Path(sys.argv[1])), sys.stdout)

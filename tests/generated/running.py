"""Runs a model on wide random inputs with wide random weights, within what its constraints allow."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy

Results = tuple[Any, ...]
"""One array for each output, in double precision."""

IDS = 4
_UNKNOWN_LENGTH = 8
"""Long enough to be pooled several times."""

_INPUT_SCALES = (0.01, 0.1, 1.0, 10.0, 100.0)
_TAME_SCALES = (0.01, 0.1, 1.0)
_WEIGHT_SCALES = (0.1, 1.0, 10.0, 1.0)
_Powers = tuple[float, float]
_POWERS: Sequence[_Powers] = ((-1, 1), (-2, 4))
"""Of ten, by which later draws scale each variable: near 1, where activations bend, or far from it."""

TAME_DRAWS = 2
"""Of the first draws inputs and weights are so small that float32 keeps its digits in differences of large numbers."""

_FIXED = ("seed", "count", "vector_u", "sn_u")


def adapt(model: Any, seed: int) -> None:
    """Give each Normalization without numbers in its config some, as data would: a file of the model has them.

    Some keep a mean of 0 and a variance of 1, as they have before they are adapted; later draws leave all as they are.
    """
    random = numpy.random.default_rng(seed)
    for layer in model._flatten_layers():
        if _is_adapted(layer) and random.integers(4):
            shape = tuple(layer.adapt_mean.shape)
            scale = random.choice((0.01, 1.0, 100.0))
            layer.adapt_mean.assign((random.normal(size=shape) * scale).astype("float32"))
            layer.adapt_variance.assign((random.gamma(1.0, size=shape) * scale + 1e-6).astype("float32"))
            layer.finalize_state()


def _is_adapted(layer: Any) -> bool:
    return type(layer).__name__ == "Normalization" and layer.built and layer.input_mean is None


def runs(model: Any, seed: int, times: int, rows: int, *, through: Any = None) -> Iterator[Results]:
    """Give the outputs under `times` draws of weights and of as many inputs as `rows`.

    Later draws give each variable a scale of its own, so that a small one may meet a large one, and maybe a sign.
    through: a model of the same inputs and layers that puts out other tensors of theirs, which are given instead.
    """
    random = numpy.random.default_rng(seed)
    for turn in range(times):
        powers = None if turn < len(_WEIGHT_SCALES) else _POWERS[turn % len(_POWERS)]
        _randomise(model, random, 1.0 if powers else _WEIGHT_SCALES[turn], powers)
        scales = _TAME_SCALES if turn < TAME_DRAWS else _INPUT_SCALES
        inputs = _inputs(model, random, rows, scales)
        yield _outputs((model if through is None else through)(inputs, training=False))


def _outputs(outputs: Any) -> Results:
    listed = outputs if isinstance(outputs, (list, tuple)) else [outputs]
    return tuple(numpy.asarray(output).astype("float64") for output in listed)


def _inputs(model: Any, random: numpy.random.Generator, rows: int, scales: Sequence[float]) -> Any:
    made = [_input(tensor, random, rows, scales) for tensor in model.inputs]
    return made[0] if len(made) == 1 else made


def _input(tensor: Any, random: numpy.random.Generator, rows: int, scales: Sequence[float]) -> Any:
    """Give rows of every scale; one of zeros, one of ones, one without negative numbers and one without positive."""
    shape = (rows, *(_UNKNOWN_LENGTH if size is None else size for size in tuple(tensor.shape)[1:]))
    if "int" in str(tensor.dtype):
        return random.integers(0, IDS, size=shape).astype("int32")
    values = random.normal(size=shape) * random.choice(scales, size=(rows, *(1 for _ in shape[1:])))
    values[0], values[1] = 0, 1
    values[2], values[3] = abs(values[2]), -abs(values[3])
    return values.astype("float32")


def _randomise(model: Any, random: numpy.random.Generator, scale: float, powers: _Powers | None) -> None:
    adapted = [each for layer in model._flatten_layers() if _is_adapted(layer) for each in layer.weights]
    kept = {id(variable) for variable in adapted}
    for variable in model.weights:
        name = getattr(variable, "path", variable.name)
        is_statistic = "mean" in name or "variance" in name
        if "float" not in str(variable.dtype) or any(part in name for part in _FIXED):
            continue
        if id(variable) in kept or (not variable.trainable and not is_statistic):
            continue
        value = (_numbers(random, tuple(variable.shape), powers) * scale).astype("float32")
        if "variance" in name:
            value = abs(value) + 0.01
        constraint = getattr(variable, "constraint", None)
        variable.assign(value if constraint is None else constraint(_tensor(value)))


def _numbers(random: numpy.random.Generator, shape: tuple[int, ...], powers: _Powers | None) -> Any:
    """Give weights; between two powers of ten, they have a scale of their own, and half of the time one sign."""
    numbers = random.normal(size=shape)
    if powers is None:
        return numbers
    numbers = random.choice([numbers, abs(numbers), -abs(numbers), numbers])
    return numbers * 10 ** random.uniform(*powers)


def _tensor(value: Any) -> Any:
    import tensorflow

    return tensorflow.convert_to_tensor(value)

"""Formulas that people write behind a model, in files of real Keras 3 and Keras 2: each is recognised, and holds.

Operators and functions of the library alike; `keras.ops` in Keras 3, TensorFlow's own functions in Keras 2.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy
import pytest

import logitcheck
from logitcheck.analyzer.values import Kind

pytestmark = pytest.mark.usefixtures("every_saved_model_is_the_same")

CLASSES = 4


@dataclass(frozen=True)
class Model:
    """A Keras under construction: its layers, its functions, and the tensor that heads start from."""

    keras: Any
    ops: Any
    x: Any

    def dense(self, units: int = CLASSES, activation: str | None = None) -> Any:
        return self.keras.layers.Dense(units, activation=activation)(self.x)


Pattern = Callable[[Model], Any]


def _tensorflow() -> Any:
    """TensorFlow's functions under the names of `keras.ops`."""
    tf = pytest.importorskip("tensorflow", reason="the extra [test] brings it")
    return SimpleNamespace(
        exp=tf.exp,
        log=tf.math.log,
        log1p=tf.math.log1p,
        sum=tf.reduce_sum,
        max=tf.reduce_max,
        mean=tf.reduce_mean,
        logsumexp=tf.reduce_logsumexp,
        log_softmax=tf.nn.log_softmax,
        softmax=tf.nn.softmax,
        sigmoid=tf.sigmoid,
        relu=tf.nn.relu,
        subtract=tf.subtract,
        divide=tf.divide,
        multiply=tf.multiply,
        maximum=tf.maximum,
        clip=tf.clip_by_value,
        stack=tf.stack,
        concatenate=tf.concat,
        cast=tf.cast,
    )


def _divided_by_its_sum(positive: Pattern) -> Pattern:
    def pattern(model: Model) -> Any:
        x = positive(model)
        return x / model.ops.sum(x, axis=-1, keepdims=True)

    return pattern


def _softmax_by_hand(model: Model) -> Any:
    logits = model.dense()
    powers = model.ops.exp(logits - model.ops.max(logits, axis=-1, keepdims=True))
    return model.ops.divide(powers, model.ops.sum(powers, axis=-1, keepdims=True))


def _softmax_by_hand_twice(model: Model) -> Any:
    logits = model.dense()
    return model.ops.exp(logits) / model.ops.sum(model.ops.exp(logits), axis=-1, keepdims=True)


def _divided_by_more_than_its_sum(model: Model) -> Any:
    x = model.dense(activation="relu")
    return x / (model.ops.sum(x, axis=-1, keepdims=True) + 1e-6)


def _divided_by_another_sum(model: Model) -> Any:
    x, other = model.dense(activation="relu"), model.dense(activation="relu")
    return x / model.ops.sum(other, axis=-1, keepdims=True)


def _divided_by_its_sum_over_time(model: Model) -> Any:
    x = model.dense(activation="sigmoid")
    return x / model.ops.sum(x, axis=1, keepdims=True)


def _less_its_log_sum(model: Model) -> Any:
    logits = model.dense()
    return logits - model.ops.logsumexp(logits, axis=-1, keepdims=True)


def _less_its_log_sum_by_hand(model: Model) -> Any:
    logits = model.dense()
    total = model.ops.sum(model.ops.exp(logits), axis=-1, keepdims=True)
    return model.ops.subtract(logits, model.ops.log(total))


def _less_its_maximum(model: Model) -> Any:
    logits = model.dense()
    return logits - model.ops.max(logits, axis=-1, keepdims=True)


def _log_odds(model: Model) -> Any:
    p = model.dense(activation="sigmoid")
    return model.ops.log(p / (1.0 - p))


def _difference_of_logarithms(model: Model) -> Any:
    p = model.dense(activation="sigmoid")
    return model.ops.log(p) - model.ops.log(1.0 - p)


def _difference_of_logarithms_one_on(model: Model) -> Any:
    p = model.dense(activation="sigmoid")
    return model.ops.log(p) - model.ops.log1p(-p)


def _both_sides_stacked(model: Model) -> Any:
    p = model.dense(3, "sigmoid")
    return model.ops.stack([1.0 - p, p], axis=-1)


def _both_sides_concatenated(model: Model) -> Any:
    p = model.dense(1, "sigmoid")
    return model.ops.concatenate([1.0 - p, p], axis=-1)


def _both_sides_of_several(model: Model) -> Any:
    p = model.dense(3, "sigmoid")
    return model.ops.concatenate([1.0 - p, p], axis=-1)


def _ensemble(*weights: float) -> Pattern:
    def pattern(model: Model) -> Any:
        total = weights[0] * model.dense(activation="softmax")
        for weight in weights[1:]:
            total = total + weight * model.dense(activation="softmax")
        return total

    return pattern


def _halved_sum(model: Model) -> Any:
    return (model.dense(activation="softmax") + model.dense(activation="softmax")) / 2.0


def _average(model: Model) -> Any:
    return model.keras.layers.Average()([model.dense(activation="softmax") for _ in range(3)])


def _mean_of_a_stack(model: Model) -> Any:
    parts = [model.dense(activation="softmax") for _ in range(3)]
    return model.ops.mean(model.ops.stack(parts, axis=0), axis=0)


def _active_dropout(model: Model) -> Any:
    return model.keras.layers.Dropout(0.5)(model.dense(activation="softmax"), training=True)


def _layer(make: Callable[[Any], Any], activation: str | None) -> Pattern:
    return lambda model: make(model.keras.layers)(model.dense(activation=activation))


SIMPLEX = (Kind.PROBABILITIES, -1)
UNIT = (Kind.UNIT_INTERVAL, None)
LOGITS = (Kind.LOGITS, None)
LOG = (Kind.LOG_PROBABILITIES, -1)
UNKNOWN = (Kind.UNKNOWN, None)
RANGE = (Kind.RANGE, None)

PATTERNS: dict[str, tuple[Pattern, tuple[Kind, int | None]]] = {
    "sigmoid / its sum": (_divided_by_its_sum(lambda model: model.dense(activation="sigmoid")), SIMPLEX),
    "softplus / its sum": (_divided_by_its_sum(lambda model: model.dense(activation="softplus")), SIMPLEX),
    "exp / its sum": (_divided_by_its_sum(lambda model: model.ops.exp(model.dense())), SIMPLEX),
    "power / its sum": (_divided_by_its_sum(lambda model: model.dense(activation="softmax") ** 2), SIMPLEX),
    "linear / its sum": (_divided_by_its_sum(lambda model: model.dense()), LOGITS),
    "softmax by hand": (_softmax_by_hand, SIMPLEX),
    "softmax by hand, twice the exponential": (_softmax_by_hand_twice, SIMPLEX),
    "relu / (its sum + eps)": (_divided_by_more_than_its_sum, UNIT),
    "relu / the sum of another": (_divided_by_another_sum, RANGE),
    "sigmoid / its sum over time": (_divided_by_its_sum_over_time, (Kind.PROBABILITIES, -2)),
    "x - logsumexp(x)": (_less_its_log_sum, LOG),
    "x - log(sum(exp(x)))": (_less_its_log_sum_by_hand, LOG),
    "x - max(x)": (_less_its_maximum, RANGE),
    "exp(log_softmax)": (lambda model: model.ops.exp(model.ops.log_softmax(model.dense(), axis=-1)), SIMPLEX),
    "log(softmax)": (lambda model: model.ops.log(model.dense(activation="softmax")), LOG),
    "log(p / (1 - p))": (_log_odds, LOGITS),
    "log(p) - log(1 - p)": (_difference_of_logarithms, LOGITS),
    "log(p) - log1p(-p)": (_difference_of_logarithms_one_on, LOGITS),
    "-log(1 / p - 1)": (lambda model: -model.ops.log(1.0 / model.dense(activation="sigmoid") - 1.0), LOGITS),
    "1 - sigmoid": (lambda model: 1.0 - model.dense(activation="sigmoid"), UNIT),
    "1 - softmax": (lambda model: 1.0 - model.dense(activation="softmax"), UNIT),
    "[1 - p, p] stacked": (_both_sides_stacked, SIMPLEX),
    "[1 - p, p] concatenated": (_both_sides_concatenated, SIMPLEX),
    "[1 - p, p] of several": (_both_sides_of_several, UNIT),
    "one column": (lambda model: model.dense(activation="softmax")[:, :, 1], UNIT),
    "one column, kept": (lambda model: model.dense(activation="softmax")[:, :, 1:2], UNIT),
    "all columns": (lambda model: model.dense(activation="softmax")[:, :, :], SIMPLEX),
    "one step": (lambda model: model.dense(activation="softmax")[:, 0], SIMPLEX),
    "last steps": (lambda model: model.dense(activation="softmax")[:, -2:, :], SIMPLEX),
    "0.3 a + 0.7 b": (_ensemble(0.3, 0.7), SIMPLEX),
    "a / 4 + b / 4 + c / 2": (_ensemble(0.25, 0.25, 0.5), SIMPLEX),
    "0.6 a + 0.6 b": (_ensemble(0.6, 0.6), RANGE),
    "(a + b) / 2": (_halved_sum, SIMPLEX),
    "Average": (_average, SIMPLEX),
    "mean of a stack": (_mean_of_a_stack, SIMPLEX),
    "clip(p, eps, 1 - eps)": (
        lambda model: model.ops.clip(model.dense(activation="softmax"), 1e-7, 1 - 1e-7),
        SIMPLEX,
    ),
    "logits / temperature": (lambda model: model.ops.softmax(model.dense() / 2.5, axis=-1), SIMPLEX),
    "scaled logits": (lambda model: model.dense() * 0.5, LOGITS),
    "linear in float32": (_layer(lambda layers: layers.Activation("linear", dtype="float32"), "softmax"), SIMPLEX),
    "rescaled": (_layer(lambda layers: layers.Rescaling(2.0, -1.0), "sigmoid"), RANGE),
    "normalised": (_layer(lambda layers: layers.Normalization(mean=0.5, variance=0.25), "sigmoid"), RANGE),
    "active dropout": (_active_dropout, RANGE),
    "cast to whole numbers": (lambda model: model.ops.cast(model.dense(activation="softmax"), "int32"), UNIT),
}
_NOT_IN_KERAS_2_ARCHIVES = {"one column", "one column, kept", "all columns", "one step", "last steps"}


@pytest.fixture(scope="module", params=["keras", "tf_keras"])
def keras(request: pytest.FixtureRequest) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return pytest.importorskip(request.param, reason="the extra [test] brings it")


@pytest.mark.parametrize("suffix", [".keras", ".h5"])
@pytest.mark.parametrize("name", PATTERNS)
def test_a_formula_is_recognised_and_holds_when_the_model_runs(
    keras: Any, name: str, suffix: str, tmp_path: Path
) -> None:
    pattern, (kind, axis) = PATTERNS[name]
    if keras.__name__ == "tf_keras" and suffix == ".keras" and name in _NOT_IN_KERAS_2_ARCHIVES:
        pytest.skip("Keras 2 cannot save a slice in the .keras format")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        keras.backend.clear_session()
        x = keras.Input((3, 5), name="x")
        functions = keras.ops if keras.__name__ == "keras" else _tensorflow()
        model = keras.Model(x, pattern(Model(keras, functions, x)))
        path = tmp_path / f"model{suffix}"
        model.save(path)
        results = _results(model)
    (output,) = logitcheck.inspect(path).outputs
    assert (output.kind, output.axis) == (kind, axis)
    finite = results[numpy.isfinite(results)]
    assert finite.size
    assert output.low is None or finite.min() >= output.low - 1e-4
    assert output.high is None or finite.max() <= output.high + 1e-4
    if kind is Kind.LOGITS:
        assert finite.min() < 0
        assert finite.max() > 1
    if axis is not None:
        sums = (numpy.exp(results) if kind is Kind.LOG_PROBABILITIES else results).sum(axis=axis)
        numpy.testing.assert_allclose(sums[numpy.isfinite(sums)], 1, atol=1e-3)


def _results(model: Any) -> Any:
    """Outputs for wide random inputs under several wide random weights, as one row."""
    random = numpy.random.default_rng(0)
    found = []
    for scale in (0.1, 0.5, 2.0):
        for variable in model.weights:
            variable.assign(random.normal(size=tuple(variable.shape)) * scale)
        inputs = random.normal(size=(32, 3, 5)) * random.choice([0.1, 1.0, 5.0], size=(32, 1, 1))
        found.append(numpy.asarray(model(inputs.astype("float32"), training=False), dtype="float64"))
    return numpy.concatenate(found)

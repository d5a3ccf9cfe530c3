"""The table of effects, as models: each row is a small head with a loss that does not fit, or barely does.

A row can be built with Keras 3 on every backend and with Keras 2, unless it says otherwise. Nothing here imports
Keras: it is handed in, so that one table serves every process.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.effects.by_hand import (
    Compute,
    hard_sigmoid,
    identity,
    log_sigmoid,
    log_softmax,
    relu,
    sigmoid,
    softmax,
    softplus,
)

TENSORFLOW_3, TENSORFLOW_2, JAX, TORCH = "keras3 tensorflow", "keras2 tensorflow", "keras3 jax", "keras3 torch"
EVERYWHERE = frozenset({TENSORFLOW_3, TENSORFLOW_2, JAX, TORCH})
KERAS_3 = EVERYWHERE - {TENSORFLOW_2}
ON_TENSORFLOW = frozenset({TENSORFLOW_3, TENSORFLOW_2})

SPARSE, CATEGORICAL = "SparseCategoricalCrossentropy", "CategoricalCrossentropy"
BINARY, CATEGORICAL_FOCAL = "BinaryCrossentropy", "CategoricalFocalCrossentropy"
BINARY_FOCAL = "BinaryFocalCrossentropy"
LOGITS = {"from_logits": True}


@dataclass(frozen=True)
class Row:
    """A model of one Dense layer (its units, its activation), what comes behind it, and a loss.

    head: makes the output of (keras, input tensor); it has one Dense layer. output: the same of the layer's raw
    numbers, by hand. squeezed: whether labels lack the output's last axis. eagerly: whether it runs without a graph.
    half: whether 16 bits make its numbers coarse. raw: whether TensorFlow's
    own function activates. stacked: whether the model itself activates twice.
    where: the Keras and backends that can show it.
    """

    head: Callable[[Any, Any], Any]
    output: Compute
    loss: str
    settings: dict[str, Any] = field(default_factory=dict)
    units: int = 3
    shape: tuple[int, ...] = (4,)
    squeezed: bool = False
    eagerly: bool = False
    half: bool = False
    raw: bool = False
    stacked: bool = False
    where: frozenset[str] = EVERYWHERE


def _dense(activation: Any = None, units: int = 3, **options: Any) -> Callable[[Any, Any], Any]:
    return lambda keras, x: keras.layers.Dense(units, activation=activation, **options)(x)


def _then(activation: Any, *layers: Callable[[Any], Any], units: int = 3, **options: Any) -> Callable[[Any, Any], Any]:
    def head(keras: Any, x: Any) -> Any:
        x = keras.layers.Dense(units, activation=activation, **options)(x)
        for layer in layers:
            x = layer(keras.layers)(x)
        return x

    return head


def _nested(activation: str, units: int = 3) -> Callable[[Any, Any], Any]:
    def head(keras: Any, x: Any) -> Any:
        inner = keras.Input((4,))
        return keras.Model(inner, keras.layers.Dense(units, activation=activation)(inner))(x)

    return head


def _nested_sequential(keras: Any, x: Any) -> Any:
    return keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, activation="softmax")])(x)


def _shared(keras: Any, x: Any) -> Any:
    activation = keras.layers.Activation("softmax")
    activation(x)
    return activation(keras.layers.Dense(3)(x))


def _operation(name: str) -> Callable[[Any, Any], Any]:
    return lambda keras, x: getattr(keras.ops, name)(keras.layers.Dense(3)(x))


def _raw(name: str) -> Callable[[Any, Any], Any]:
    def head(keras: Any, x: Any) -> Any:
        import tensorflow

        return keras.layers.Dense(3, activation=getattr(tensorflow.nn, name))(x)

    return head


def _averaged(keras: Any, x: Any) -> Any:
    once = keras.layers.Dense(3, activation="softmax")(x)
    return keras.layers.Average()([once, once])


def _cast(keras: Any, x: Any) -> Any:
    return keras.ops.cast(keras.layers.Dense(3, activation="softmax")(x), "float32")


def _timed(keras: Any, x: Any) -> Any:
    return keras.layers.TimeDistributed(keras.layers.Dense(3, activation="softmax"))(x)


def _over_time(values: Any) -> Any:
    return softmax(values, axis=-2)


def _twice(values: Any) -> Any:
    return softmax(softmax(values))


HALF = {"dtype": "mixed_float16"}

ROWS: dict[str, Row] = {
    "softmax, sparse, logits": Row(_dense("softmax"), softmax, SPARSE, LOGITS),
    "softmax, categorical, logits": Row(_dense("softmax"), softmax, CATEGORICAL, LOGITS),
    "sigmoid, binary, logits": Row(_dense("sigmoid", 1), sigmoid, BINARY, LOGITS, units=1),
    "labels, binary, logits": Row(_dense("sigmoid"), sigmoid, BINARY, LOGITS),
    "Activation": Row(_then(None, lambda layers: layers.Activation("softmax")), softmax, SPARSE, LOGITS),
    "nested": Row(_nested("softmax"), softmax, SPARSE, LOGITS),
    "nested sigmoid": Row(_nested("sigmoid", 1), sigmoid, BINARY, LOGITS, units=1),
    "nested Sequential": Row(_nested_sequential, softmax, SPARSE, LOGITS),
    "shared activation": Row(_shared, softmax, SPARSE, LOGITS, units=3),
    "layer Softmax": Row(_then(None, lambda layers: layers.Softmax()), softmax, SPARSE, LOGITS),
    "operation softmax": Row(_operation("softmax"), softmax, SPARSE, LOGITS, where=KERAS_3),
    "operation sigmoid": Row(_operation("sigmoid"), sigmoid, BINARY, LOGITS, where=KERAS_3),
    "raw softmax": Row(_raw("softmax"), softmax, SPARSE, LOGITS, where=ON_TENSORFLOW),
    "raw sigmoid": Row(_raw("sigmoid"), sigmoid, BINARY, LOGITS, where=ON_TENSORFLOW),
    "raw softmax, eager": Row(
        _raw("softmax"), softmax, SPARSE, LOGITS, eagerly=True, raw=True, where=frozenset({TENSORFLOW_3})
    ),
    "softmax, eager": Row(_dense("softmax"), softmax, SPARSE, LOGITS, eagerly=True),
    "Reshape": Row(_then("softmax", lambda layers: layers.Reshape((3,))), softmax, SPARSE, LOGITS),
    "Reshape, binary": Row(_then("sigmoid", lambda layers: layers.Reshape((3,))), sigmoid, BINARY, LOGITS),
    "TimeDistributed": Row(_timed, softmax, SPARSE, LOGITS, shape=(5, 4)),
    "a dense layer over time": Row(_dense("softmax"), softmax, SPARSE, LOGITS, shape=(5, 4)),
    "Average": Row(_averaged, softmax, SPARSE, LOGITS),
    "Dropout": Row(_then("softmax", lambda layers: layers.Dropout(1e-9)), softmax, SPARSE, LOGITS),
    "Dropout, binary": Row(_then("sigmoid", lambda layers: layers.Dropout(1e-9)), sigmoid, BINARY, LOGITS),
    "GaussianNoise": Row(_then("softmax", lambda layers: layers.GaussianNoise(1e-9)), softmax, SPARSE, LOGITS),
    "linear Activation": Row(_then("softmax", lambda layers: layers.Activation("linear")), softmax, SPARSE, LOGITS),
    "Identity": Row(_then("softmax", lambda layers: layers.Identity()), softmax, SPARSE, LOGITS),
    "ActivityRegularization": Row(
        _then("softmax", lambda layers: layers.ActivityRegularization(0.0)), softmax, SPARSE, LOGITS
    ),
    "cast to the same type": Row(_cast, softmax, SPARSE, LOGITS, where=KERAS_3),
    "16 bits": Row(_dense("softmax", **HALF), softmax, SPARSE, LOGITS, half=True),
    "16 bits, activated in 32": Row(
        _then(None, lambda layers: layers.Activation("softmax", dtype="float32"), **HALF),
        *(softmax, SPARSE, LOGITS),
        half=True,
    ),
    "16 bits, cast after": Row(
        _then("softmax", lambda layers: layers.Activation("linear", dtype="float32"), **HALF),
        *(softmax, SPARSE, LOGITS),
        half=True,
    ),
    "32 bits, cast to 16 after": Row(
        _then("softmax", lambda layers: layers.Activation("linear", **HALF)), softmax, SPARSE, LOGITS, half=True
    ),
    "ignore_class": Row(_dense("softmax"), softmax, SPARSE, {**LOGITS, "ignore_class": 99}),
    "categorical focal": Row(_dense("softmax"), softmax, CATEGORICAL_FOCAL, LOGITS),
    "binary focal": Row(_dense("sigmoid"), sigmoid, BINARY_FOCAL, LOGITS),
    "raw loss": Row(_dense("softmax"), softmax, "softmax_cross_entropy_with_logits", where=ON_TENSORFLOW),
    "raw binary loss": Row(_dense("sigmoid"), sigmoid, "sigmoid_cross_entropy_with_logits", where=ON_TENSORFLOW),
    "hard sigmoid, logits": Row(_dense("hard_sigmoid"), hard_sigmoid, BINARY, LOGITS, where=KERAS_3),
    "labels fewer by an axis": Row(_dense("sigmoid", 1), sigmoid, BINARY, LOGITS, units=1, shape=(5, 4), squeezed=True),
    "labels of the same axes": Row(_dense("sigmoid", 1), sigmoid, BINARY, LOGITS, units=1, shape=(5, 4)),
    "sigmoid, sparse, logits": Row(_dense("sigmoid"), sigmoid, SPARSE, LOGITS),
    "softmax, binary, logits": Row(_dense("softmax"), softmax, BINARY, LOGITS),
    "other axis, logits": Row(
        _then(None, lambda layers: layers.Softmax(axis=1)), _over_time, CATEGORICAL, LOGITS, shape=(5, 4)
    ),
    "linear, sparse": Row(_dense(), identity, SPARSE),
    "linear, categorical": Row(_dense(), identity, CATEGORICAL),
    "linear, binary": Row(_dense(None, 1), identity, BINARY, units=1),
    "log-softmax, sparse": Row(_dense("log_softmax"), log_softmax, SPARSE, where=KERAS_3),
    "log-softmax, categorical": Row(_dense("log_softmax"), log_softmax, CATEGORICAL, where=KERAS_3),
    "log-softmax, binary": Row(_dense("log_softmax"), log_softmax, BINARY, where=KERAS_3),
    "log-sigmoid, binary": Row(_dense("log_sigmoid"), log_sigmoid, BINARY, where=KERAS_3),
    "relu, sparse": Row(_dense("relu"), relu, SPARSE),
    "relu, categorical": Row(_dense("relu"), relu, CATEGORICAL),
    "relu, binary": Row(_dense("relu"), relu, BINARY),
    "softplus, sparse": Row(_dense("softplus"), softplus, SPARSE),
    "softplus, categorical": Row(_dense("softplus"), softplus, CATEGORICAL),
    "softplus, binary": Row(_dense("softplus"), softplus, BINARY),
    "sigmoid, sparse": Row(_dense("sigmoid"), sigmoid, SPARSE),
    "sigmoid, categorical": Row(_dense("sigmoid"), sigmoid, CATEGORICAL),
    "sigmoid, categorical focal": Row(_dense("sigmoid"), sigmoid, CATEGORICAL_FOCAL),
    "sigmoid, Reshape, categorical": Row(_then("sigmoid", lambda layers: layers.Reshape((3,))), sigmoid, CATEGORICAL),
    "softmax, binary": Row(_dense("softmax"), softmax, BINARY),
    "other axis": Row(_then(None, lambda layers: layers.Softmax(axis=1)), _over_time, CATEGORICAL, shape=(5, 4)),
    "other axis, sparse": Row(_then(None, lambda layers: layers.Softmax(axis=1)), _over_time, SPARSE, shape=(5, 4)),
    "other axis, divergence": Row(
        _then(None, lambda layers: layers.Softmax(axis=1)), _over_time, "KLDivergence", shape=(5, 4)
    ),
    "softmax over one, binary": Row(_dense("softmax", 1), softmax, BINARY, units=1),
    "softmax over one, binary, logits": Row(_dense("softmax", 1), softmax, BINARY, LOGITS, units=1),
    "softmax over one, categorical": Row(_dense("softmax", 1), softmax, CATEGORICAL, units=1),
    "softmax over one, Reshape, binary": Row(
        _then("softmax", lambda layers: layers.Reshape((1,)), units=1), softmax, BINARY, units=1
    ),
    "one unit, categorical": Row(_dense(None, 1), identity, CATEGORICAL, units=1),
    "one unit, categorical, logits": Row(_dense(None, 1), identity, CATEGORICAL, LOGITS, units=1),
    "one sigmoid, categorical": Row(_dense("sigmoid", 1), sigmoid, CATEGORICAL, units=1),
    "one relu, categorical": Row(_dense("relu", 1), relu, CATEGORICAL, units=1),
    "one unit, sparse": Row(_dense(None, 1), identity, SPARSE, units=1),
    "softmax on softmax": Row(_then("softmax", lambda layers: layers.Softmax()), _twice, SPARSE, stacked=True),
    "linear, divergence": Row(_dense(), identity, "KLDivergence"),
    "linear, Poisson": Row(_dense(), identity, "Poisson"),
    "linear, generalised": Row(_dense(), identity, "CategoricalGeneralizedCrossEntropy", where=KERAS_3),
}

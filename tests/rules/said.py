"""Models, each with the loss it is compiled with, of which every form of the messages about losses is said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from logitcheck.declarations import NO_DECLARATIONS, Declarations
from tests.building import (
    KERAS,
    Config,
    called,
    custom,
    dense,
    function,
    functional,
    layer,
    loss,
    operation,
    source,
    tensor,
)
from tests.rules.judging import BINARY, CATEGORICAL, SPARSE, followed_by, head, masked, softmax


@dataclass(frozen=True, kw_only=True)
class Said:
    """A compiled model, who saved it (`.h5` if a backend is given), and what settings say of code that is not in it."""

    model: Config
    loss: Any = None
    version: str = KERAS
    backend: str | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)
    declarations: Declarations = NO_DECLARATIONS


def flagged(name: str, **config: Any) -> Config:
    return loss(name, from_logits=True, **config)


def two_outputs(first: str, second: str) -> Config:
    layers = [
        source(),
        called(dense("kind", 3, first), tensor("x", (None, 4))),
        called(dense("score", 1, second), tensor("x", (None, 4))),
    ]
    return functional(layers, [["kind", 0, 0], ["score", 0, 0]])


def behind(*layers: Config) -> Config:
    """A graph of layers on the tensor of a linear head."""
    chain = [source(), called(dense("head", 3), tensor("x", (None, 4)))]
    for before, following in zip(("head", *(item["name"] for item in layers)), layers, strict=False):
        chain.append(called(following, tensor(before, (None, 3))))
    return functional(chain, [[layers[-1]["name"], 0, 0]])


RESHAPED = followed_by(layer("Reshape", "grid", target_shape=[2, 5]), activation="softmax")
DROPPED = followed_by(layer("Dropout", "dropout", rate=0.5), activation="softmax")
OTHER_AXIS = followed_by(softmax(1), shape=(None, 7, 4))
PICTURE = followed_by(
    layer("Conv2D", "pixels", filters=3, kernel_size=[1, 1], activation="linear"), shape=(None, 8, 8, 4)
)


CASES: Mapping[str, Said] = {
    # LC101
    "softmax as logits": Said(model=head("softmax"), loss=flagged("SparseCategoricalCrossentropy")),
    "softmax as logits, smoothed": Said(
        model=head("softmax"), loss=flagged("CategoricalCrossentropy", label_smoothing=0.1)
    ),
    "softmax as logits, TensorFlow": Said(
        model=head("softmax"), loss=flagged("CategoricalCrossentropy"), backend="tensorflow"
    ),
    "softmax as logits, JAX": Said(model=head("softmax"), loss=flagged("CategoricalCrossentropy"), backend="jax"),
    "softmax as logits, Keras 2.15": Said(
        model=head("softmax"), loss=flagged("CategoricalCrossentropy"), version="2.15.0", backend="tensorflow"
    ),
    "softmax as logits, TF 2.3 or 2.4": Said(
        model=head("softmax"), loss=flagged("CategoricalCrossentropy"), version="2.4.0", backend="tensorflow"
    ),
    "softmax as logits, Keras 2.3": Said(
        model=head("softmax"), loss=flagged("CategoricalCrossentropy"), version="2.3.1", backend="tensorflow"
    ),
    "softmax as logits behind a reshape": Said(model=RESHAPED, loss=flagged("SparseCategoricalCrossentropy")),
    "softmax as logits behind a dropout": Said(model=DROPPED, loss=flagged("SparseCategoricalCrossentropy")),
    "softmax as logits behind a dropout, TensorFlow": Said(
        model=DROPPED, loss=flagged("SparseCategoricalCrossentropy"), backend="tensorflow"
    ),
    "softmax of two as logits": Said(model=head("softmax", 2), loss=flagged("SparseCategoricalCrossentropy")),
    "softmax as logits over another axis": Said(model=OTHER_AXIS, loss=flagged("CategoricalCrossentropy")),
    "softmax as logits over the axis of the loss": Said(
        model=OTHER_AXIS, loss=flagged("CategoricalCrossentropy", axis=1)
    ),
    "softmax as logits with a class to ignore": Said(
        model=head("softmax"), loss=flagged("SparseCategoricalCrossentropy", ignore_class=0)
    ),
    "softmax as logits, focal": Said(model=head("softmax"), loss=flagged("CategoricalFocalCrossentropy")),
    "softmax as logits, CTC": Said(model=head("softmax"), loss=loss("CTC")),
    "softmax as logits, raw": Said(model=head("softmax"), loss=function("softmax_cross_entropy_with_logits_v2")),
    "softmax as logits, raw by name": Said(model=head("softmax"), loss="softmax_cross_entropy_with_logits_v2"),
    "softmax as logits, raw, Keras 1": Said(
        model=head("softmax"),
        loss=function("softmax_cross_entropy_with_logits"),
        version="1.2.2",
        backend="tensorflow",
    ),
    "softmax of TensorFlow as logits": Said(
        model=followed_by(dense("raw", 3, function("softmax_v2"))), loss=flagged("SparseCategoricalCrossentropy")
    ),
    "softmax as binary logits": Said(model=head("softmax", 3), loss=flagged("BinaryCrossentropy")),
    "sigmoid as logits": Said(model=head("sigmoid", 1), loss=flagged("BinaryCrossentropy")),
    "sigmoid as logits, focal": Said(model=head("sigmoid", 1), loss=flagged("BinaryFocalCrossentropy")),
    "sigmoid as logits of classes": Said(model=head("sigmoid", 3), loss=flagged("CategoricalCrossentropy")),
    "sigmoid as logits over positions": Said(
        model=followed_by(activation="sigmoid", units=1, shape=(None, 6, 4)), loss=flagged("BinaryCrossentropy")
    ),
    "hard sigmoid as logits": Said(model=head("hard_sigmoid", 1), loss=flagged("BinaryCrossentropy")),
    "one of two outputs as logits": Said(
        model=two_outputs("softmax", "sigmoid"),
        loss=[flagged("SparseCategoricalCrossentropy"), loss("BinaryCrossentropy")],
    ),
    # LC102
    "logits, sparse": Said(model=head(), loss=SPARSE),
    "logits, categorical object": Said(model=head(), loss=loss("CategoricalCrossentropy", label_smoothing=0.1)),
    "logits, binary": Said(model=head(units=1), loss=BINARY),
    "logits, sparse, JAX": Said(model=head(), loss=SPARSE, backend="jax"),
    "logits, sparse, TensorFlow": Said(model=head(), loss=SPARSE, backend="tensorflow"),
    "logits, Keras 2.15": Said(model=head(), loss=SPARSE, version="2.15.0", backend="tensorflow"),
    "logits, tf_keras": Said(model=head(), loss=SPARSE, version="2.16.0", backend="tensorflow"),
    "logits, TF 2.3": Said(model=head(), loss=SPARSE, version="2.3.0-tf", backend="tensorflow"),
    "logits, by their shape": Said(model=head(), loss="crossentropy"),
    "a logit, by its shape": Said(model=head(units=1), loss="ce"),
    "logits, Keras 1": Said(model=head(), loss=CATEGORICAL, version="1.2.2", backend="tensorflow"),
    "logits by function": Said(model=head(), loss=function(SPARSE)),
    "logits of pixels": Said(model=PICTURE, loss=loss("CategoricalCrossentropy", axis=1)),
    "logits behind a reshape": Said(model=followed_by(layer("Reshape", "grid", target_shape=[2, 5])), loss=SPARSE),
    "logits of several positions": Said(model=followed_by(shape=(None, 6, 4), units=3), loss=SPARSE),
    "logits behind an addition": Said(
        model=functional(
            [
                source(),
                called(dense("one", 3), tensor("x", (None, 4))),
                called(dense("other", 3), tensor("x", (None, 4))),
                called(layer("Add", "sum"), [tensor("one", (None, 3)), tensor("other", (None, 3))]),
            ],
            [["sum", 0, 0]],
        ),
        loss=SPARSE,
    ),
    "logits behind an operation": Said(model=behind(operation("Negative", "negative")), loss=SPARSE),
    "logits of one of two outputs": Said(model=two_outputs("linear", "sigmoid"), loss=[SPARSE, BINARY]),
    # LC103
    "log-softmax, sparse": Said(model=head("log_softmax"), loss=SPARSE),
    "log-softmax, categorical": Said(model=head("log_softmax"), loss=CATEGORICAL),
    "log-softmax, categorical, JAX": Said(model=head("log_softmax"), loss=CATEGORICAL, backend="jax"),
    "log-softmax behind a reshape, sparse": Said(
        model=followed_by(layer("Reshape", "grid", target_shape=[2, 5]), activation="log_softmax"), loss=SPARSE
    ),
    "log-softmax, Keras 2.2": Said(model=head("log_softmax"), loss=SPARSE, version="2.2.4", backend="tensorflow"),
    "log-sigmoid, binary": Said(model=head("log_sigmoid", 1), loss=BINARY),
    # LC104
    "relu, sparse": Said(model=head("relu"), loss=SPARSE),
    "relu, categorical": Said(model=head("relu"), loss=CATEGORICAL),
    "tanh, binary": Said(model=head("tanh", 1), loss=BINARY),
    "tanh as logits of classes": Said(model=head("tanh"), loss=flagged("CategoricalCrossentropy")),
    "tanh as logits": Said(model=head("tanh", 1), loss=flagged("BinaryCrossentropy")),
    "relu as logits": Said(model=head("relu", 1), loss=flagged("BinaryCrossentropy")),
    "log-softmax as binary logits": Said(model=head("log_softmax"), loss=flagged("BinaryCrossentropy")),
    "bare LSTM": Said(
        model=followed_by(
            layer("LSTM", "lstm", units=3, activation="tanh", recurrent_activation="sigmoid"), shape=(None, 6, 4)
        ),
        loss=SPARSE,
    ),
    # LC105 to LC110
    "softmax over one, binary": Said(model=head("softmax", 1), loss=BINARY),
    "softmax over one, JAX": Said(model=head("softmax", 1), loss=BINARY, backend="jax"),
    "softmax over one along another axis": Said(
        model=followed_by(softmax(1), shape=(None, 1, 4), units=3), loss=CATEGORICAL
    ),
    "softmax over one, no loss": Said(model=head("softmax", 1)),
    "a softmax layer over one, binary": Said(model=followed_by(softmax(), units=1), loss=BINARY),
    "a sigmoid layer on one, categorical": Said(
        model=followed_by(layer("Activation", "score", activation="sigmoid"), units=1), loss=CATEGORICAL
    ),
    "one unit behind an operation, categorical logits": Said(
        model=followed_by(layer("Rescaling", "scaled", scale=2.0, offset=0.0), units=1),
        loss=flagged("CategoricalCrossentropy"),
    ),
    "one unit behind an operation, categorical": Said(
        model=followed_by(layer("Rescaling", "scaled", scale=2.0, offset=0.0), units=1), loss=CATEGORICAL
    ),
    "one sigmoid behind an operation, categorical": Said(
        model=followed_by(layer("Rescaling", "scaled", scale=2.0, offset=0.0), activation="sigmoid", units=1),
        loss=CATEGORICAL,
    ),
    "one sigmoid, sparse": Said(model=head("sigmoid", 1), loss=SPARSE),
    "softmax over one, twice": Said(model=followed_by(softmax(), activation="softmax", units=1), loss=BINARY),
    "one unit, categorical": Said(model=head("sigmoid", 1), loss=CATEGORICAL),
    "one linear unit, categorical logits": Said(model=head(units=1), loss=flagged("CategoricalCrossentropy")),
    "one unit, categorical logits, behind an operation": Said(
        model=followed_by(layer("Permute", "turned", dims=[1, 2]), units=1, shape=(None, 5, 4)),
        loss=flagged("CategoricalCrossentropy"),
    ),
    "one relu unit, categorical": Said(model=head("relu", 1), loss=CATEGORICAL),
    "softmax over another axis": Said(model=OTHER_AXIS, loss=CATEGORICAL),
    "softmax over another axis, JAX": Said(model=OTHER_AXIS, loss=CATEGORICAL, backend="jax"),
    "softmax over another axis than that of the loss": Said(
        model=followed_by(softmax(2), shape=(None, 7, 5, 4)), loss=loss("CategoricalCrossentropy", axis=1)
    ),
    "softmax over another axis, divergence": Said(model=OTHER_AXIS, loss="kl_divergence"),
    "two sigmoids, categorical": Said(model=head("sigmoid", 2), loss=CATEGORICAL),
    "sigmoids behind a reshape, categorical": Said(
        model=followed_by(layer("Reshape", "grid", target_shape=[2, 5]), activation="sigmoid"), loss=CATEGORICAL
    ),
    "sigmoids, categorical": Said(model=head("sigmoid", 3), loss=CATEGORICAL),
    "sigmoids, sparse, JAX": Said(model=head("sigmoid", 3), loss=SPARSE, backend="jax"),
    "softmax, binary": Said(model=head("softmax", 3), loss=BINARY),
    "softmax, binary, JAX": Said(model=head("softmax", 3), loss=BINARY, backend="jax"),
    "softmax of two, binary": Said(model=head("softmax", 2), loss=BINARY),
    "softmax of two, binary, JAX": Said(model=head("softmax", 2), loss=BINARY, backend="jax"),
    "softmax behind a reshape, binary": Said(model=RESHAPED, loss=BINARY),
    "softmax twice": Said(model=followed_by(softmax(), activation="softmax", units=3), loss=SPARSE),
    "sigmoid on softmax": Said(
        model=followed_by(layer("Activation", "again", activation="sigmoid"), activation="softmax", units=3)
    ),
    "sigmoid twice": Said(
        model=followed_by(layer("Activation", "again", activation="sigmoid"), activation="sigmoid", units=1),
        loss=BINARY,
    ),
    "softmax of two twice": Said(model=followed_by(softmax(), activation="softmax", units=2), loss=SPARSE),
    "softmax over unknown classes twice": Said(
        model=followed_by(softmax(), activation="softmax", shape=(None, None, 4), units=3), loss=SPARSE
    ),
    "hard sigmoid on sigmoid": Said(
        model=followed_by(layer("Activation", "again", activation="hard_sigmoid"), activation="sigmoid", units=1),
        loss=BINARY,
    ),
    "softmax on sigmoid": Said(model=followed_by(softmax(), activation="sigmoid", units=3), loss=SPARSE),
    # LC111 to LC113
    **{f"logits, {name}": Said(model=head(), loss=name) for name in ("kl_divergence", "poisson", "dice", "tversky")},
    "logits, generalised": Said(model=head(), loss=loss("CategoricalGeneralizedCrossEntropy", q=0.5)),
    "sigmoids, divergence": Said(model=head("sigmoid"), loss="kl_divergence"),
    "relu, dice": Said(model=head("relu"), loss="dice"),
    **{f"sigmoid, {name}": Said(model=head("sigmoid", 1), loss=name) for name in ("hinge", "squared_hinge")},
    "softmax, categorical hinge": Said(model=head("softmax"), loss="categorical_hinge"),
    "argmax": Said(model=behind(operation("Argmax", "label", axis=-1)), loss=BINARY),
    # LC4xx
    "logits that fit": Said(model=head(), loss=flagged("SparseCategoricalCrossentropy")),
    "logits that fit, Keras 2.15": Said(
        model=head(), loss=flagged("SparseCategoricalCrossentropy"), version="2.15.0", backend="tensorflow"
    ),
    "a logit that fits": Said(model=head(units=1), loss=flagged("BinaryCrossentropy")),
    "logits of pixels that fit": Said(model=PICTURE, loss=flagged("CategoricalCrossentropy", axis=1)),
    "logits of two outputs that fit": Said(
        model=two_outputs("linear", "linear"),
        loss=[flagged("SparseCategoricalCrossentropy"), flagged("BinaryCrossentropy")],
    ),
    "a custom layer": Said(model=followed_by(custom("Mine", "mine")), loss=SPARSE),
    "a masked softmax": Said(model=masked(), loss=CATEGORICAL),
    "a custom loss": Said(model=head(), loss={"class_name": "mine>Odd", "config": {}}),
    "a custom loss with a flag": Said(model=head(), loss={"class_name": "mine>Odd", "config": {"from_logits": True}}),
    "a function of one's own": Said(model=head(), loss=function("my_loss")),
    "classes that are not told, by their shape": Said(
        model=followed_by(layer("Reshape", "grid", target_shape=[2, -1]), shape=(None, None, 4)), loss="crossentropy"
    ),
    "a string that is no loss": Said(model=head(), loss="ce", version="2.15.0"),
    "not compiled": Said(model=head("softmax")),
    "not compiled, .h5": Said(model=head("softmax"), backend="tensorflow"),
    "a loss for no output": Said(model=two_outputs("softmax", "sigmoid"), loss={"nowhere": BINARY}),
    "tanh by function": Said(model=head("tanh", 1), loss=function(BINARY)),
    "log-softmax by function": Said(model=head("log_softmax"), loss=function(CATEGORICAL)),
    "log-softmax of pixels by function": Said(
        model=followed_by(layer("Activation", "logs", activation="log_softmax"), shape=(None, 7, 4)),
        loss=function(CATEGORICAL),
    ),
    "log-softmax over another axis by function": Said(
        model=functional(
            [
                source(shape=(None, 7, 4)),
                called(dense("head", 3), tensor("x", (None, 7, 4))),
                called(operation("LogSoftmax", "logs", "keras.src.ops.nn", axis=1), tensor("head", (None, 7, 3))),
            ],
            [["logs", 0, 0]],
        ),
        loss=function(CATEGORICAL),
    ),
    "probabilities by function": Said(model=head("softmax"), loss=function(SPARSE)),
}

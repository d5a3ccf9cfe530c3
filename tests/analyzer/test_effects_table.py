"""The table of effects, row by row and version by version, as it was measured with each of them.

Columns: Keras 3 on TensorFlow, Keras 3 on JAX and PyTorch, Keras 2.15, 2.10, 2.8, and Keras of TensorFlow 2.3 and
older, where 2.4.0 is also what TensorFlow 2.4 writes.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from logitcheck.analyzer.effects import Effect
from tests.building import (
    Config,
    called,
    compiled,
    dense,
    function,
    functional,
    layer,
    loss,
    operation,
    report_on,
    sequential,
    source,
    tensor,
)
from tests.rules.judging import Shape, softmax

VERSIONS = ("3.15.1", "2.15.0", "2.10.0", "2.8.0", "2.2.4-tf", "2.3.1")
REPAIRED, EVALUATE, TWICE = Effect.REPAIRED, Effect.REPAIRED_IN_EVALUATE_ONLY, Effect.APPLIED_TWICE
OTHER, CLIPPED, CONSTANT, NAN, PLAIN = (
    Effect.OTHER_FUNCTION,
    Effect.CLIPPED,
    Effect.CONSTANT,
    Effect.NAN,
    Effect.UNKNOWN,
)

SPARSE_LOGITS = loss("SparseCategoricalCrossentropy", from_logits=True)
CATEGORICAL_LOGITS = loss("CategoricalCrossentropy", from_logits=True)
BINARY_LOGITS = loss("BinaryCrossentropy", from_logits=True)
SPARSE, CATEGORICAL, BINARY = (
    *("sparse_categorical_crossentropy", "categorical_crossentropy"),
    "binary_crossentropy",
)
Layers = tuple[Config, ...]


def head(activation: Any = "linear", units: int = 5, **config: Any) -> Config:
    return dense("head", units, activation, **config)


def activation(name: Any, **config: Any) -> Config:
    return layer("Activation", "last", activation=name, **config)


HALF = {"dtype": "mixed_float16"}
SAME = (REPAIRED, TWICE, REPAIRED, REPAIRED, REPAIRED, TWICE, TWICE)
NEVER = (TWICE,) * 7

LOGITS_EXPECTED: dict[str, tuple[Layers, Any, tuple[Effect, ...]]] = {
    "softmax": ((head("softmax"),), SPARSE_LOGITS, SAME),
    "softmax, one-hot": ((head("softmax"),), CATEGORICAL_LOGITS, SAME),
    "sigmoid": ((head("sigmoid", 1),), BINARY_LOGITS, SAME),
    "Activation": ((head(), activation("softmax")), SPARSE_LOGITS, SAME),
    "nested": ((sequential(head("softmax"), name="inner"),), SPARSE_LOGITS, SAME),
    "layer Softmax": (
        (head(), softmax()),
        *(SPARSE_LOGITS, (REPAIRED, TWICE, REPAIRED, REPAIRED, TWICE, TWICE, TWICE)),
    ),
    "raw softmax": (
        (head(function("softmax_v2")),),
        *(SPARSE_LOGITS, (REPAIRED, TWICE, REPAIRED, REPAIRED, TWICE, TWICE, TWICE)),
    ),
    "Reshape": ((head("softmax"), layer("Reshape", "last", target_shape=[5])), SPARSE_LOGITS, NEVER),
    "TimeDistributed": (
        (layer("TimeDistributed", "last", layer=head("softmax")),),
        *(SPARSE_LOGITS, NEVER),
    ),
    "Dropout": (
        (head("softmax"), layer("Dropout", "last", rate=0.5)),
        *(SPARSE_LOGITS, (EVALUATE, TWICE, TWICE, TWICE, TWICE, TWICE, TWICE)),
    ),
    "noise": (
        (head("softmax"), layer("GaussianNoise", "last", stddev=0.1)),
        *(SPARSE_LOGITS, (EVALUATE, TWICE, EVALUATE, EVALUATE, EVALUATE, TWICE, TWICE)),
    ),
    "linear Activation": ((head("softmax"), activation("linear")), SPARSE_LOGITS, SAME),
    "ActivityRegularization": ((head("softmax"), layer("ActivityRegularization", "last")), SPARSE_LOGITS, SAME),
    "Identity": (
        (head("softmax"), layer("Identity", "last")),
        *(SPARSE_LOGITS, (REPAIRED, TWICE, TWICE, TWICE, TWICE, TWICE, TWICE)),
    ),
    "16 bits": (
        (head("softmax", **HALF),),
        *(SPARSE_LOGITS, (TWICE, TWICE, REPAIRED, REPAIRED, REPAIRED, TWICE, TWICE)),
    ),
    "16 bits, activated in 32": ((head(**HALF), activation("softmax", dtype="float32")), SPARSE_LOGITS, SAME),
    "16 bits, cast after": ((head("softmax", **HALF), activation("linear", dtype="float32")), SPARSE_LOGITS, NEVER),
    "cast to 16 bits after": ((head("softmax"), activation("linear", **HALF)), SPARSE_LOGITS, NEVER),
    "ignore_class": (
        (head("softmax"),),
        loss("SparseCategoricalCrossentropy", from_logits=True, ignore_class=0),
        (TWICE, TWICE, REPAIRED, REPAIRED, REPAIRED, TWICE, TWICE),
    ),
    "categorical focal": (
        (head("softmax"),),
        loss("CategoricalFocalCrossentropy", from_logits=True),
        (TWICE, TWICE, REPAIRED, REPAIRED, REPAIRED, TWICE, TWICE),
    ),
    "binary focal": ((head("sigmoid"),), loss("BinaryFocalCrossentropy", from_logits=True), NEVER),
    "raw loss": ((head("softmax"),), function("softmax_cross_entropy_with_logits_v2"), NEVER),
    "sigmoid, sparse": (
        (head("sigmoid"),),
        *(SPARSE_LOGITS, (OTHER, TWICE, OTHER, OTHER, OTHER, TWICE, TWICE)),
    ),
    "softmax, binary": (
        (head("softmax"),),
        *(BINARY_LOGITS, (OTHER, TWICE, OTHER, OTHER, OTHER, TWICE, TWICE)),
    ),
    "raw sigmoid, sparse": ((head(function("sigmoid_v2")),), SPARSE_LOGITS, NEVER),
    "sigmoid, Dropout, sparse": (
        (head("sigmoid"), layer("Dropout", "last", rate=0.5)),
        *(SPARSE_LOGITS, NEVER),
    ),
    "other axis": (
        (head(), softmax(1)),
        *(CATEGORICAL_LOGITS, (OTHER, TWICE, OTHER, TWICE, TWICE, TWICE, TWICE)),
    ),
}

EVERYWHERE_OTHER, EVERYWHERE_CLIPPED, EVERYWHERE_CONSTANT = (OTHER,) * 7, (CLIPPED,) * 7, (CONSTANT,) * 7
EVERYWHERE_PLAIN, EVERYWHERE_NAN = (PLAIN,) * 7, (NAN,) * 7
CUT_FIRST = (CLIPPED, OTHER, CLIPPED, CLIPPED, CLIPPED, CLIPPED, CLIPPED)

PROBABILITIES_EXPECTED: dict[str, tuple[Layers, Any, tuple[Effect, ...]]] = {
    "linear, sparse": ((head(),), SPARSE, EVERYWHERE_CLIPPED),
    "linear, categorical": ((head(),), CATEGORICAL, EVERYWHERE_CLIPPED),
    "linear, binary": ((head(),), BINARY, EVERYWHERE_CLIPPED),
    "log-softmax, sparse": ((head("log_softmax"),), SPARSE, CUT_FIRST),
    "log-softmax, categorical": ((head("log_softmax"),), CATEGORICAL, EVERYWHERE_OTHER),
    "log-softmax, binary": ((head("log_softmax"),), BINARY, EVERYWHERE_CLIPPED),
    "softplus, sparse": ((head("softplus"),), SPARSE, CUT_FIRST),
    "softplus, categorical": ((head("softplus"),), CATEGORICAL, EVERYWHERE_OTHER),
    "softplus, binary": ((head("softplus"),), BINARY, EVERYWHERE_CLIPPED),
    "tanh, sparse": ((head("tanh"),), SPARSE, EVERYWHERE_CLIPPED),
    "tanh, categorical": ((head("tanh"),), CATEGORICAL, EVERYWHERE_CLIPPED),
    "sigmoid, sparse": ((head("sigmoid"),), SPARSE, EVERYWHERE_OTHER),
    "sigmoid, categorical": ((head("sigmoid"),), CATEGORICAL, EVERYWHERE_OTHER),
    "softmax, binary": ((head("softmax"),), BINARY, (OTHER, PLAIN, OTHER, OTHER, OTHER, PLAIN, PLAIN)),
    "softmax, Reshape, binary": (
        (head("softmax"), layer("Reshape", "last", target_shape=[5])),
        *(BINARY, EVERYWHERE_PLAIN),
    ),
    "layer Softmax, binary": (
        (head(), softmax()),
        *(BINARY, (OTHER, PLAIN, OTHER, PLAIN, PLAIN, PLAIN, PLAIN)),
    ),
    "other axis": ((head(), softmax(1)), CATEGORICAL, EVERYWHERE_OTHER),
    "other axis, divergence": ((head(), softmax(1)), "kl_divergence", EVERYWHERE_PLAIN),
    "softmax over one, binary": (
        (head("softmax", 1),),
        *(BINARY, (OTHER, CONSTANT, OTHER, OTHER, OTHER, CONSTANT, CONSTANT)),
    ),
    "softmax over one, categorical": ((head("softmax", 1),), CATEGORICAL, EVERYWHERE_CONSTANT),
    "softmax over one, squared error": ((head("softmax", 1),), "mse", EVERYWHERE_CONSTANT),
    "one unit, categorical": ((head(units=1),), CATEGORICAL, EVERYWHERE_CONSTANT),
    "one relu, categorical": ((head("relu", 1),), CATEGORICAL, EVERYWHERE_NAN),
    "one relu, sparse": ((head("relu", 1),), SPARSE, (CONSTANT, NAN, *(CONSTANT,) * 5)),
    "linear, divergence": ((head(),), "kl_divergence", EVERYWHERE_CLIPPED),
    "sigmoid, divergence": ((head("sigmoid"),), "kl_divergence", EVERYWHERE_PLAIN),
    "linear, Poisson": ((head(),), "poisson", EVERYWHERE_NAN),
    "softmax, hinge": ((head("softmax"),), "hinge", EVERYWHERE_PLAIN),
    "softmax on softmax": ((head("softmax"), softmax()), SPARSE, NEVER),
}
TABLE = {
    **{f"{name}, logits": row for name, row in LOGITS_EXPECTED.items()},
    **PROBABILITIES_EXPECTED,
}


def found(folder: Path, layers: Layers, compiled_loss: Any, version: str) -> tuple[Effect | None, Effect | None]:
    timed = any(entry["class_name"] == "TimeDistributed" or entry["config"].get("axis") == 1 for entry in layers)
    shape: Shape = (None, 7, 4) if timed else (None, 4)
    report = report_on(folder, compiled(sequential(*layers, shape=shape), compiled_loss), version)
    effects = next(finding.effect for finding in report.findings if finding.effect is not None)
    assert effects.jax is effects.torch
    return effects.tensorflow, effects.jax


@pytest.mark.parametrize("name", TABLE)
def test_keras_3_does_one_thing_on_tensorflow_and_another_elsewhere(tmp_path: Path, name: str) -> None:
    layers, compiled_loss, (tensorflow, elsewhere, *_) = TABLE[name]
    assert found(tmp_path, layers, compiled_loss, "3.15.1") == (tensorflow, elsewhere)


@pytest.mark.parametrize(("position", "version"), list(enumerate(VERSIONS[1:], 2)))
@pytest.mark.parametrize("name", TABLE)
def test_older_keras_does_what_its_version_did(tmp_path: Path, name: str, position: int, version: str) -> None:
    layers, compiled_loss, expected = TABLE[name]
    assert found(tmp_path, layers, compiled_loss, version) == (expected[position], None)


@pytest.mark.parametrize(
    ("layers", "compiled_loss", "told"),
    [
        pytest.param((head("softmax"),), SPARSE_LOGITS, PLAIN, id="softmax"),
        pytest.param((head("softmax"),), BINARY, PLAIN, id="softmax, binary"),
        pytest.param((head("softmax", 1),), BINARY, PLAIN, id="softmax over one"),
        pytest.param((head("sigmoid"),), SPARSE, OTHER, id="sigmoid, sparse: another function either way"),
        pytest.param((head("softmax", 1),), SPARSE, CONSTANT, id="one class: constant either way"),
        pytest.param((head(), softmax()), SPARSE_LOGITS, TWICE, id="layer Softmax: neither repairs"),
    ],
)
def test_tensorflow_2_3_and_2_4_write_the_same_version(
    tmp_path: Path, layers: Layers, compiled_loss: Any, told: Effect
) -> None:
    assert found(tmp_path, layers, compiled_loss, "2.4.0") == (told, None)


@pytest.mark.parametrize("name", ["Softmax", "Sigmoid"])
def test_operations_of_keras_3_are_repaired_on_tensorflow(tmp_path: Path, name: str) -> None:
    config = {"axis": -1} if name == "Softmax" else {}
    node = called(operation(name, "last", module="keras.src.ops.nn", **config), tensor("head", (None, 5)))
    layers = [source(), called(head(), tensor("x", (None, 4))), node]
    model = functional(layers, [["last", 0, 0]])
    flagged = SPARSE_LOGITS if name == "Softmax" else BINARY_LOGITS
    (finding,) = report_on(tmp_path, compiled(model, flagged)).findings
    assert finding.effect is not None
    assert (finding.effect.tensorflow, finding.effect.jax) == (REPAIRED, TWICE)


@pytest.mark.parametrize(("dtype", "told"), [("float32", REPAIRED), ("float16", TWICE)])
def test_a_cast_to_the_same_type_hands_the_tensor_on(tmp_path: Path, dtype: str, told: Effect) -> None:
    node = called(operation("Cast", "last", module="keras.src.ops.core", dtype=dtype), tensor("head", (None, 5)))
    layers = [source(), called(head("softmax"), tensor("x", (None, 4))), node]
    finding, *_ = report_on(tmp_path, compiled(functional(layers, [["last", 0, 0]]), SPARSE_LOGITS)).findings
    assert finding.effect is not None
    assert finding.effect.tensorflow is told

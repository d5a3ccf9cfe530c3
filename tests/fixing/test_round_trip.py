"""Files of real Keras are fixed, and the same Keras loads them: the loss is right, and nothing else is different.

TensorFlow is imported once. Each model is trained for an epoch first, so that its metrics are what Keras makes of them.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import logitcheck
from logitcheck import FixStatus, Outcome
from tests.building import codes

Compile = Callable[[Any, bool], dict[str, Any]]
"""Gives the arguments of compile(), wrong or right, for a module like keras."""

RANDOM = np.random.default_rng(0)
X = RANDOM.normal(size=(32, 4)).astype("float32")
IDS = RANDOM.integers(0, 3, size=32)
ONE_HOT = np.eye(3, dtype="float32")[IDS]
BITS = RANDOM.integers(0, 2, size=(32, 1)).astype("float32")
WEIGHTS = RANDOM.uniform(0.5, 2, size=32).astype("float32")


@dataclass(frozen=True)
class Case:
    """A model with heads of so many units and an activation, how it is compiled, and its labels."""

    heads: dict[str, tuple[int, str | None]]
    compile: Compile
    labels: Any
    as_dict: bool = False
    only: tuple[str, ...] = field(default=("keras", "tf_keras"))


def _flag(right: bool) -> dict[str, bool]:
    return {"from_logits": True} if right else {}


def _sparse(keras: Any, right: bool) -> dict[str, Any]:
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True) if right else "sparse_categorical_crossentropy"
    own = keras.metrics.SparseCategoricalCrossentropy(name="sparse_categorical_crossentropy", from_logits=True)
    return {"loss": loss, "metrics": ["accuracy", own if right else "sparse_categorical_crossentropy"]}


def _smoothed(keras: Any, right: bool) -> dict[str, Any]:
    return {
        "loss": keras.losses.BinaryCrossentropy(label_smoothing=0.2, **_flag(right)),
        "metrics": [
            keras.metrics.BinaryAccuracy(name="accuracy", threshold=0.0) if right else "accuracy",
            keras.metrics.AUC(num_thresholds=50, name="area", **_flag(right)),
            keras.metrics.Precision(thresholds=0.0 if right else None, name="p"),
        ],
        "weighted_metrics": [
            keras.metrics.Recall(thresholds=[0.0] if right else [0.5], name="r"),
            keras.metrics.BinaryCrossentropy(label_smoothing=0.2, name="own", **_flag(right)),
        ],
    }


def _activated(keras: Any, right: bool) -> dict[str, Any]:
    return {
        "loss": keras.losses.CategoricalCrossentropy(from_logits=not right, label_smoothing=0.1),
        "metrics": [keras.metrics.CategoricalCrossentropy(from_logits=not right, name="own"), "accuracy"],
    }


def _focal(keras: Any, right: bool) -> dict[str, Any]:
    return {"loss": keras.losses.BinaryFocalCrossentropy(gamma=3.0, apply_class_balancing=True, **_flag(right))}


def _dicts(keras: Any, right: bool) -> dict[str, Any]:
    binary = keras.losses.BinaryCrossentropy(**_flag(right))
    accuracy = keras.metrics.BinaryAccuracy(name="acc", threshold=0.0) if right else "acc"
    return {
        "loss": {"species": "categorical_crossentropy", "ripe": binary if right else "binary_crossentropy"},
        "loss_weights": {"species": 0.5, "ripe": 2.0},
        "metrics": {"species": ["accuracy"], "ripe": [accuracy]},
        "weighted_metrics": {
            "ripe": [keras.metrics.AUC(name="area", **_flag(right))],
            "species": ["mean_absolute_error"],
        },
    }


def _lists(keras: Any, right: bool) -> dict[str, Any]:
    return {
        "loss": [keras.losses.CategoricalCrossentropy(), keras.losses.BinaryCrossentropy(**_flag(right))],
        "metrics": [["accuracy"], [keras.metrics.TruePositives(thresholds=0.0 if right else None, name="tp")]],
    }


TWO = {"species": (3, "softmax"), "ripe": (1, None)}
CASES = {
    "string": Case({"head": (3, None)}, _sparse, IDS),
    "label smoothing, metrics of all kinds": Case({"head": (1, None)}, _smoothed, BITS),
    "activated": Case({"head": (3, "softmax")}, _activated, ONE_HOT),
    "focal": Case({"head": (1, None)}, _focal, BITS),
    "dicts": Case(TWO, _dicts, {"species": ONE_HOT, "ripe": BITS}),
    "dict outputs": Case(TWO, _dicts, {"species": ONE_HOT, "ripe": BITS}, as_dict=True),
    "lists": Case(TWO, _lists, [ONE_HOT, BITS]),
}


@pytest.fixture(scope="module", params=["keras", "tf_keras"])
def keras(request: pytest.FixtureRequest) -> Iterator[Any]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        module = pytest.importorskip(request.param, reason="the extra [test] brings it")
        import tensorflow

        tensorflow.config.run_functions_eagerly(True)  # a step or two are not worth compiling
        yield module
        tensorflow.config.run_functions_eagerly(False)


def built(keras: Any, case: Case) -> Any:
    keras.backend.clear_session()
    keras.utils.set_random_seed(1)
    x = keras.Input((4,), name="x")
    outputs = {
        name: keras.layers.Dense(units, activation=activation, name=name)(x)
        for name, (units, activation) in case.heads.items()
    }
    values = list(outputs.values())
    return keras.Model(x, outputs if case.as_dict else values if len(values) > 1 else values[0])


def weights_of(case: Case) -> Any:
    """Weights of samples, one for each output where there are several; Keras 3 takes no dict of them everywhere."""
    if isinstance(case.labels, dict):
        return None
    return [WEIGHTS] * len(case.labels) if isinstance(case.labels, list) else WEIGHTS


def measured(model: Any, case: Case) -> dict[str, float]:
    found = model.evaluate(X, case.labels, sample_weight=weights_of(case), verbose=0, return_dict=True, batch_size=32)
    # Keras 2 puts the name of an output before that of a metric again whenever it loads a `.keras` file
    return {name.replace("ripe_ripe_", "ripe_"): float(value) for name, value in found.items()}


def predicted(model: Any) -> list[bytes]:
    import tensorflow

    return [np.asarray(value).tobytes() for value in tensorflow.nest.flatten(model(X, training=False))]


KINDS = [".keras", ".h5", "folder"]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", CASES)
def test_a_fixed_file_is_as_if_it_had_been_compiled_right(keras: Any, name: str, kind: str, tmp_path: Path) -> None:
    if kind == "folder" and keras.__name__ == "tf_keras":
        pytest.skip("Keras 2 writes no unpacked archives")
    case = CASES[name]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = built(keras, case)
        model.compile("adam", **case.compile(keras, False))
        model.fit(X, case.labels, epochs=1, verbose=0)
        path, fixed = tmp_path / f"model{kind}".replace("folder", ""), tmp_path / f"fixed{kind}".replace("folder", "")
        model.save(path, **({"zipped": False} if kind == "folder" else {}))
        result = logitcheck.fix(path, output=fixed, assume_keras=True)
        assert result.status is FixStatus.FIXED, result.refusals
        report = logitcheck.inspect(fixed)
        assert (report.outcome, codes(report)) == (Outcome.OK, [])
        before, after = (keras.models.load_model(each, compile=True) for each in (path, fixed))
        assert predicted(after) == predicted(before) == predicted(model)
        assert same_optimizer(before, after)
        was, now = measured(before, case), measured(after, case)
        assert list(now) == list(was)
        right = built(keras, case)
        right.set_weights(model.get_weights())
        right.compile("adam", **case.compile(keras, True))
        assert now == pytest.approx(measured(right, case), rel=1e-5)
        is_repaired = name == "activated"  # by TensorFlow
        assert (was["loss"] == pytest.approx(now["loss"], rel=1e-5)) is is_repaired


def same_optimizer(before: Any, after: Any) -> bool:
    """Whether training goes on where it stopped."""
    pairs = [[np.asarray(value) for value in _variables(model.optimizer)] for model in (before, after)]
    return len(pairs[0]) == len(pairs[1]) > 1 and all(map(np.array_equal, *pairs))


def _variables(optimizer: Any) -> Any:
    variables = optimizer.variables
    return variables() if callable(variables) else variables


def test_the_fixed_file_trains_on(keras: Any, tmp_path: Path) -> None:
    case = CASES["dicts"]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = built(keras, case)
        model.compile("adam", **case.compile(keras, False))
        path = tmp_path / "model.keras"
        model.save(path)
        logitcheck.fix(path, in_place=True)
        loaded = keras.models.load_model(path)
        history = loaded.fit(X, case.labels, epochs=2, verbose=0).history
    assert all(np.isfinite(history["loss"]))
    assert {"ripe_acc", "ripe_area", "species_accuracy"} <= set(history)

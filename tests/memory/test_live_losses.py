"""Losses and metrics of models in memory: as in the file, and more where the objects themselves tell more."""

from __future__ import annotations

import functools
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import logitcheck
from logitcheck import Outcome
from logitcheck.report import ModelReport
from tests.memory.same import compare, state

Made = Callable[[Any], Any]
"""Makes a loss of a module like keras."""


def model_of(keras: Any, activation: str | None = None, units: int = 3) -> Any:
    return keras.Sequential([keras.Input((4,)), keras.layers.Dense(units, activation=activation)])


def inspected(keras: Any, loss: Any, activation: str | None = None, **settings: Any) -> ModelReport:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = model_of(keras, activation)
        model.compile("sgd", loss=loss, **settings)
        before = state(model)
        report = logitcheck.inspect(model)
        assert state(model) == before
    return report


def codes(report: ModelReport) -> list[str]:
    return [finding.code for finding in report.findings]


SAVED: dict[str, Made] = {
    "a text": lambda _: "sparse_categorical_crossentropy",
    "the name of a class": lambda _: "SparseCategoricalCrossentropy",
    "an object": lambda keras: keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    "nothing": lambda _: None,
    "a list": lambda keras: [keras.losses.CategoricalCrossentropy(label_smoothing=0.1)],
    "a list of two": lambda keras: ["mse", keras.losses.CategoricalCrossentropy()],
    "a dict": lambda keras: {"dense": keras.losses.Poisson()},
    "a config": lambda keras: keras.losses.serialize(keras.losses.Hinge()),
    "a lambda": lambda _: lambda *tensors: tensors[1],
    "a function of one's own": lambda _: _own,
    "an object of one's own": lambda keras: _custom_class(keras)(),
}


def _own(*tensors: Any) -> Any:
    return tensors[1]


def _custom_class(keras: Any) -> Any:
    class Own(keras.losses.Loss):  # type: ignore[misc]
        def call(self, *tensors: Any) -> Any:
            return tensors[1]

    return Own


@pytest.mark.parametrize("name", SAVED)
def test_what_can_be_saved_is_as_in_the_file(keras: Any, name: str, tmp_path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        keras.backend.clear_session()
        model = model_of(keras)
        model.compile("sgd", loss=SAVED[name](keras), metrics=["accuracy"])
        model.save(tmp_path / "model.keras")
        compare(model, tmp_path / "model.keras")


def test_losses_of_several_outputs_are_as_in_the_file(keras: Any, tmp_path: Path) -> None:
    x = keras.Input((4,))
    outputs = {name: keras.layers.Dense(3, name=name)(x) for name in ("a", "b")}
    model = keras.Model(x, outputs)
    model.compile("sgd", loss={"a": "mse", "b": _own}, loss_weights={"a": 1.0, "b": 0}, metrics={"a": ["mae", _own]})
    model.save(tmp_path / "model.keras")
    compare(model, tmp_path / "model.keras")


def test_the_function_of_keras_itself_is_no_question(keras: Any) -> None:
    report = inspected(keras, keras.losses.sparse_categorical_crossentropy, "softmax")
    assert report.outcome is Outcome.OK
    assert codes(report) == []


@pytest.mark.parametrize("name", ["sigmoid_cross_entropy_with_logits", "softmax_cross_entropy_with_logits"])
def test_functions_of_tensorflow_are_known(keras: Any, name: str) -> None:
    import tensorflow

    report = inspected(keras, getattr(tensorflow.nn, name), "softmax" if "softmax" in name else "sigmoid")
    assert "LC101" in codes(report)


def test_a_function_with_the_name_of_one_of_keras_is_not_taken_for_it(keras: Any) -> None:
    def sparse_categorical_crossentropy(y_true: Any, y_pred: Any) -> Any:
        return keras.losses.sparse_categorical_crossentropy(y_true, y_pred, from_logits=True)

    report = inspected(keras, sparse_categorical_crossentropy)
    assert report.outcome is Outcome.UNDETERMINED
    assert codes(report) == ["LC403"]
    assert "a function of your own with the name of one of Keras" in report.findings[0].message


def test_an_object_around_a_namesake_is_not_taken_for_one_of_keras_either() -> None:
    keras = pytest.importorskip("tf_keras", reason="the extra [test] brings it")

    def binary_crossentropy(*tensors: Any) -> Any:
        return tensors[1]

    wrapper = keras.src.losses.LossFunctionWrapper
    report = inspected(keras, wrapper(binary_crossentropy), "sigmoid")
    assert codes(report) == ["LC403"]
    assert codes(inspected(keras, wrapper(keras.losses.binary_crossentropy), "sigmoid")) == []


def test_a_partial_of_a_function_of_keras_is_read(keras: Any) -> None:
    with_flag = functools.partial(keras.losses.sparse_categorical_crossentropy, from_logits=True)
    assert codes(inspected(keras, with_flag, "softmax")) == ["LC101"]
    assert codes(inspected(keras, with_flag)) == ["LC401"]
    without = functools.partial(keras.losses.sparse_categorical_crossentropy, axis=-1)
    assert codes(inspected(keras, without)) == ["LC102"]


def test_a_partial_of_a_partial_is_one(keras: Any) -> None:
    inner = functools.partial(keras.losses.categorical_crossentropy, label_smoothing=0.1)
    report = inspected(keras, functools.partial(inner, from_logits=True), "softmax")
    assert codes(report) == ["LC101"]
    assert "label_smoothing=0.1" in report.findings[0].message


PARTIALS: dict[str, Made] = {
    "of a function of one's own": lambda _: functools.partial(_own),
    "with a tensor": lambda keras: functools.partial(keras.losses.mean_squared_error, y_true=1.0),
    "with a position": lambda keras: functools.partial(keras.losses.mean_squared_error, 1.0),
    "with what it does not take": lambda keras: functools.partial(keras.losses.mean_squared_error, depth=1),
    "with an object": lambda keras: functools.partial(keras.losses.categorical_crossentropy, axis=object()),
    "of an object": lambda keras: functools.partial(keras.losses.CategoricalCrossentropy()),
    "of a builtin": lambda _: functools.partial(max),
}


@pytest.mark.parametrize("name", PARTIALS)
def test_other_partials_are_unknown(keras: Any, name: str) -> None:
    report = inspected(keras, PARTIALS[name](keras))
    assert report.outcome is Outcome.UNDETERMINED
    assert codes(report) == ["LC403"]


def test_a_class_is_the_loss_that_it_makes_in_keras_3() -> None:
    keras = pytest.importorskip("keras", reason="the extra [test] brings it")
    assert codes(inspected(keras, keras.losses.SparseCategoricalCrossentropy)) == ["LC102"]
    assert codes(inspected(keras, _custom_class(keras))) == ["LC403"]


def test_a_class_is_no_loss_in_keras_2() -> None:
    keras = pytest.importorskip("tf_keras", reason="the extra [test] brings it")
    report = inspected(keras, keras.losses.SparseCategoricalCrossentropy)
    assert codes(report) == ["LC403"]
    assert "SparseCategoricalCrossentropy()" in report.findings[0].message


class Unconfigured:
    def __call__(self, *tensors: Any) -> Any:
        return tensors[1]


class Refusing(Unconfigured):
    def get_config(self) -> Any:
        raise ValueError("I will not be saved")


@pytest.mark.parametrize(
    ("loss", "said"), [(Unconfigured(), "which Keras cannot save"), (Refusing(), "I will not be saved")]
)
def test_what_cannot_be_saved_is_unknown_and_raises_nothing(keras: Any, loss: Any, said: str) -> None:
    report = inspected(keras, loss)
    assert codes(report) == ["LC403"]
    assert said in report.findings[0].message


def test_metrics_are_read_alike(keras: Any) -> None:
    def binary_accuracy(y_true: Any, y_pred: Any) -> Any:
        return keras.metrics.binary_accuracy(y_true, y_pred, threshold=0.0)

    given = {
        "LC201": keras.metrics.binary_accuracy,
        "LC203": functools.partial(keras.metrics.sparse_categorical_crossentropy, from_logits=False),
        "": binary_accuracy,
        " ": functools.partial(keras.metrics.sparse_categorical_crossentropy, from_logits=True),
        "  ": Refusing(),
        "   ": lambda *tensors: tensors[1],
    }
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    for code, metric in given.items():
        found = [each for each in codes(inspected(keras, loss, metrics=[metric])) if each < "LC4"]
        assert found == ([code] if code.strip() else []), (code, metric)


def test_weights_of_losses_that_cannot_be_saved_are_not_zero(keras: Any) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = model_of(keras)
        model.compile("sgd", loss="mse")
        model._compile_config.config["loss_weights"] = object()
        assert logitcheck.inspect(model).outputs[0].loss is not None


def test_a_compile_config_of_ones_own_is_as_in_the_file(keras: Any, tmp_path: Path) -> None:
    class Own(keras.Sequential):  # type: ignore[misc]
        def get_compile_config(self) -> Any:
            return {"loss": "sparse_categorical_crossentropy"}

    model = Own([keras.Input((4,)), keras.layers.Dense(3)])
    model.compile("sgd", loss="mse")
    model.save(tmp_path / "model.keras")
    compare(model, tmp_path / "model.keras")
    assert "LC102" in codes(logitcheck.inspect(model))


def test_a_compile_config_that_raises_leaves_the_loss_unknown(keras: Any) -> None:
    class Own(keras.Sequential):  # type: ignore[misc]
        def get_compile_config(self) -> Any:
            raise KeyError("loss")

    model = Own([keras.Input((4,)), keras.layers.Dense(3)])
    model.compile("sgd", loss="mse")
    report = logitcheck.inspect(model)
    assert codes(report) == ["LC403"]
    assert "the compile settings cannot be saved (KeyError" in report.findings[0].message

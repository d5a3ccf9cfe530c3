"""Models in memory that Keras would not save, or would save as something else: the rest of them is read."""

from __future__ import annotations

import functools
import tempfile
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import numpy
import pytest

import logitcheck
from logitcheck import Outcome
from logitcheck.analyzer.values import Kind
from logitcheck.report import ModelReport
from tests.memory.same import state

Head = Callable[[Any, Any], Any]
"""Makes outputs of (a module like keras, a tensor of shape (None, 6, 4))."""


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def inspected(model: Any) -> ModelReport:
    """Report on a model, which is as it was."""
    before = state(model)
    report = logitcheck.inspect(model)
    assert state(model) == before
    return report


def refuses_to_be_saved(model: Any) -> None:
    """Make sure that it is one of those that are meant here: each fails in its way, but none at the disk."""
    with tempfile.TemporaryDirectory() as folder, pytest.raises((TypeError, ValueError, RuntimeError)):
        model.save(f"{folder}/model.keras")


def own_layer(keras: Any, method: str = "get_config") -> Any:
    """A layer whose config cannot be had."""

    class Own(keras.layers.Layer):  # type: ignore[misc]
        def call(self, inputs: Any) -> Any:
            return inputs

        def compute_output_shape(self, shape: Any) -> Any:
            return shape

    def fails(_: Any) -> Any:
        raise RuntimeError("not\ntoday")

    setattr(Own, method, fails)
    return Own


UNKNOWN: dict[str, Head] = {
    "a layer of one's own": lambda keras, x: own_layer(keras)()(x),
    "one that cannot tell how it was built": lambda keras, x: own_layer(keras, "get_build_config")()(x),
    "within a wrapper": lambda keras, x: keras.layers.TimeDistributed(own_layer(keras)())(x),
    "within a nested model": lambda keras, x: _nested(keras, own_layer(keras)())(x),
    "within a Sequential": lambda keras, x: keras.Sequential([own_layer(keras)()])(x),
    "an activation": lambda keras, x: keras.layers.Dense(3, activation=functools.partial(_identity))(x),
    "an initializer": lambda keras, x: keras.layers.Dense(3, kernel_initializer=_Initializer())(x),
    "the activation of a cell": lambda keras, x: keras.layers.RNN(
        keras.layers.SimpleRNNCell(3, activation=functools.partial(_identity))
    )(x),
    "a config that is no JSON": lambda keras, x: _with(keras, {"axes": {1, 2}})()(x),
    "a config that holds itself": lambda keras, x: _with(keras, _endless())()(x),
}


def _identity(values: Any) -> Any:
    return values


class _Initializer:
    def __call__(self, shape: Any, dtype: Any = None, **_: Any) -> Any:
        import tensorflow

        return tensorflow.zeros(shape, dtype)


def _nested(keras: Any, layer: Any) -> Any:
    x = keras.Input((6, 4))
    return keras.Model(x, layer(x))


def _with(keras: Any, more: Any) -> Any:
    class Own(keras.layers.Layer):  # type: ignore[misc]
        def call(self, inputs: Any) -> Any:
            return inputs

        def get_config(self) -> Any:
            return {**super().get_config(), **more}

    return Own


def _endless() -> dict[str, Any]:
    endless: dict[str, Any] = {}
    endless["again"] = endless
    return endless


@pytest.mark.parametrize("name", UNKNOWN)
def test_what_cannot_be_saved_is_unknown_with_the_reason(keras: Any, name: str) -> None:
    x = keras.Input((6, 4))
    model = keras.Model(x, UNKNOWN[name](keras, keras.layers.Dense(4, activation="softmax")(x)))
    model.compile("sgd", loss="sparse_categorical_crossentropy")
    refuses_to_be_saved(model)
    report = inspected(model)
    assert report.outcome is Outcome.UNDETERMINED
    assert report.outputs[0].kind is Kind.UNKNOWN
    assert [finding.code for finding in report.findings] == ["LC402"]
    if "cell" not in name:
        assert "cannot be saved" in report.findings[0].message
    assert "\n" not in report.findings[0].message


@pytest.mark.parametrize("name", UNKNOWN)
def test_what_comes_behind_it_is_known(keras: Any, name: str) -> None:
    x = keras.Input((6, 4))
    head = keras.layers.Dense(3, name="head")(UNKNOWN[name](keras, x))
    model = keras.Model(x, head)
    model.compile("sgd", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    report = inspected(model)
    assert [finding.code for finding in report.findings] == ["LC102"]
    assert report.findings[0].layer == "head"


def test_a_loss_that_cannot_be_saved_leaves_the_layers_known(keras: Any) -> None:
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, activation="softmax")])
    model.compile("sgd", loss=functools.partial(keras.losses.categorical_crossentropy, from_logits=True))
    refuses_to_be_saved(model)
    assert [finding.code for finding in inspected(model).findings] == ["LC101"]


def test_so_does_one_of_a_nested_model(keras: Any) -> None:
    inner = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, activation="softmax")])
    inner.compile("sgd", loss=functools.partial(_identity))
    model = keras.Sequential([keras.Input((4,)), inner])
    model.compile("sgd", loss=keras.losses.CategoricalCrossentropy(from_logits=True))
    refuses_to_be_saved(model)
    assert [finding.code for finding in inspected(model).findings] == ["LC101"]


def test_an_operation_that_cannot_be_saved_is_unknown() -> None:
    keras = pytest.importorskip("keras", reason="the extra [test] brings it")

    class Own(keras.Operation):  # type: ignore[misc]
        def __init__(self, scale: Any) -> None:
            super().__init__()
            self.scale = scale

        def call(self, values: Any) -> Any:
            return values * 2

        def compute_output_spec(self, values: Any) -> Any:
            return keras.KerasTensor(values.shape, values.dtype)

    x = keras.Input((4,))
    model = keras.Model(x, keras.layers.Dense(3)(Own(object())(keras.layers.Dense(4)(x))))
    model.compile("sgd", loss="sparse_categorical_crossentropy")
    refuses_to_be_saved(model)
    assert [finding.code for finding in inspected(model).findings] == ["LC102"]


def test_an_object_among_the_arguments_of_a_call_leaves_the_whole_graph_unknown() -> None:
    keras = pytest.importorskip("keras", reason="the extra [test] brings it")

    class Own(keras.layers.Layer):  # type: ignore[misc]
        def call(self, inputs: Any, **_: Any) -> Any:
            return inputs

        def compute_output_spec(self, inputs: Any, **_: Any) -> Any:
            return keras.KerasTensor(inputs.shape, inputs.dtype)

    x = keras.Input((4,))
    model = keras.Model(x, keras.layers.Dense(3)(Own()(x, scale=object())))
    model.compile("sgd", loss="sparse_categorical_crossentropy")
    refuses_to_be_saved(model)
    report = inspected(model)
    assert report.outcome is Outcome.UNDETERMINED
    assert report.model_class == "Functional"
    assert "its config cannot be saved (TypeError: Cannot serialize object" in report.findings[0].message


def test_a_subclassed_model_is_what_it_is_in_its_file(keras: Any) -> None:
    class Own(keras.Model):  # type: ignore[misc]
        def __init__(self, function: Any) -> None:
            super().__init__()
            self.head = keras.layers.Dense(3)
            self.function = function

        def call(self, inputs: Any) -> Any:
            return self.head(inputs)

    model = Own(object())
    model.compile("sgd", loss="sparse_categorical_crossentropy")
    report = inspected(model)
    assert report.outcome is Outcome.UNDETERMINED
    assert report.model_class == "Own"
    assert report.outputs[0].name is None


def test_a_model_that_is_not_built_is_known_as_far_as_its_layers_tell(keras: Any) -> None:
    model = keras.Sequential([keras.layers.Dense(3)])
    model.compile("sgd", loss="sparse_categorical_crossentropy")
    assert [finding.code for finding in inspected(model).findings] == ["LC102"]
    assert not model.built


def test_so_is_one_without_layers(keras: Any) -> None:
    model = keras.Sequential()
    model.compile("sgd", loss="sparse_categorical_crossentropy")
    report = inspected(model)
    assert report.outcome in {Outcome.UNDETERMINED, Outcome.UNREADABLE}


def softmax(values: Any) -> Any:
    """An activation of one's own that is called like one of Keras."""
    return 2 * values


NAMESAKES: dict[str, Head] = {
    "Dense": lambda keras, x: keras.layers.Dense(3, activation=softmax)(x),
    "Activation": lambda keras, x: keras.layers.Activation(softmax)(x),
    "Lambda": lambda keras, x: keras.layers.Lambda(softmax)(x),
    "SimpleRNN": lambda keras, x: keras.layers.SimpleRNN(3, activation=softmax)(x),
    "TimeDistributed": lambda keras, x: keras.layers.TimeDistributed(keras.layers.Dense(3, activation=softmax))(x),
    "nested": lambda keras, x: _nested(keras, keras.layers.Dense(3, activation=softmax))(x),
}


@pytest.mark.parametrize("name", NAMESAKES)
def test_a_function_that_is_called_like_an_activation_is_not_taken_for_it(keras: Any, name: str) -> None:
    x = keras.Input((6, 4))
    model = keras.Model(x, NAMESAKES[name](keras, x))
    report = inspected(model)
    assert report.outputs[0].kind is Kind.UNKNOWN
    if name != "Lambda":
        assert f"the custom function '{__name__}.softmax'" in report.outputs[0].evidence[-1].effect


def test_the_functions_of_keras_are_taken_for_what_they_are(keras: Any) -> None:
    x = keras.Input((6, 4))
    model = keras.Model(x, keras.layers.Dense(3, activation=keras.activations.softmax)(x))
    assert inspected(model).outputs[0].kind is Kind.PROBABILITIES


def test_a_model_that_was_trained_is_not_changed(keras: Any) -> None:
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dropout(0.5), keras.layers.Dense(3)])
    model.compile("adam", loss="mse", metrics=["mae"])
    model.fit(numpy.zeros((4, 4)), numpy.zeros((4, 3)), verbose=0)
    predicted = model.predict(numpy.ones((2, 4)), verbose=0)
    inspected(model)
    assert (model.predict(numpy.ones((2, 4)), verbose=0) == predicted).all()
    model.fit(numpy.zeros((4, 4)), numpy.zeros((4, 3)), verbose=0)

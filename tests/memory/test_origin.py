"""Which functions are those of Keras and TensorFlow themselves, and which only look like them."""

from __future__ import annotations

import functools
from types import FunctionType
from typing import Any

import pytest

from logitcheck.loader import activations
from logitcheck.loader.memory import origin
from logitcheck.loader.memory.origin import Origin


@pytest.fixture
def home(keras: Any) -> Origin:
    found = origin.of(keras.Sequential())
    assert found is not None
    return found


def public(module: Any) -> dict[str, Any]:
    return {name: value for name, value in vars(module).items() if isinstance(value, (FunctionType, type))}


def test_every_loss_and_metric_of_keras_is_its_own(keras: Any, home: Origin) -> None:
    for module in (keras.losses, keras.metrics, keras.activations):
        assert [name for name, value in public(module).items() if not home.owns(value)] == []
        assert len(public(module)) > 10


def test_so_is_what_a_name_of_an_activation_stands_for(keras: Any, home: Origin) -> None:
    known = [name for name in activations.KNOWN if hasattr(keras.activations, name)]
    assert len(known) > 10
    assert [name for name in known if not home.owns(keras.activations.get(name))] == []


def test_every_function_of_tensorflow_is_taken_for_one(home: Origin) -> None:
    tensorflow: Any = pytest.importorskip("tensorflow", reason="the extra [test] brings it")
    for module in (tensorflow, tensorflow.nn, tensorflow.math):
        functions = {name: value for name, value in public(module).items() if isinstance(value, FunctionType)}
        assert [name for name, value in functions.items() if not home.owns(value)] == []
        assert len(functions) > 50


def test_what_a_decorator_makes_look_like_one_is_none(keras: Any, home: Origin) -> None:
    tensorflow: Any = pytest.importorskip("tensorflow", reason="the extra [test] brings it")

    def softmax(values: Any) -> Any:
        return values, lambda gradient: gradient

    lookalikes = [
        functools.wraps(tensorflow.nn.softmax)(lambda values: values),
        functools.wraps(keras.activations.softmax)(lambda values: values),
        tensorflow.custom_gradient(softmax),
        softmax,
    ]
    assert [home.owns(each) for each in lookalikes] == [False] * 4


def test_what_has_no_name_is_nobodys(home: Origin) -> None:
    assert not home.owns(object())
    assert not home.owns(functools.partial(max))
    assert not home.owns(None)


def test_functions_of_another_keras_are_not_those_of_this_one(keras: Any, home: Origin) -> None:
    other = pytest.importorskip("tf_keras" if keras.__name__ == "keras" else "keras")
    assert not home.owns(other.losses.binary_crossentropy)

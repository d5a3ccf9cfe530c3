"""What adapted Normalization layers of real Keras put out: their numbers are found in every file that Keras writes.

Each layer has numbers of its own, so far from those of the others that a range tells whose it rests on.
"""

from __future__ import annotations

import itertools
import warnings
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy
import pytest

import logitcheck

pytestmark = pytest.mark.usefixtures("every_saved_model_is_the_same")

Make = Callable[[Any], Any]


@pytest.fixture(scope="module", params=["keras", "tf_keras"])
def keras(request: pytest.FixtureRequest) -> Iterator[Any]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        module = pytest.importorskip(request.param, reason="the extra [test] brings it")
        yield module


def saved(model: Any, path: Path) -> Path:
    """Save a model as a file or, without a suffix, as an archive that somebody unpacked."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if path.suffix:
            model.save(path)
            return path
        model.save(path.with_suffix(".keras"))
    with zipfile.ZipFile(path.with_suffix(".keras")) as archive:
        archive.extractall(path)
    return path


def adapted(model: Any) -> Any:
    """The model with numbers of their own for each of its Normalization layers."""
    numbers = itertools.count(1)
    for layer in model._flatten_layers():
        if type(layer).__name__ == "Normalization":
            number = next(numbers)
            shape = tuple(layer.adapt_mean.shape)
            layer.adapt_mean.assign(10.0 * number + numpy.arange(numpy.prod(shape)).reshape(shape) / 4)
            layer.adapt_variance.assign(numpy.full(shape, (number + 1) ** 2))
            layer.finalize_state()
    return model


def _sequential(keras: Any) -> Any:
    layers = keras.layers
    return keras.Sequential(
        [
            keras.Input((3,)),
            layers.Activation("sigmoid"),
            layers.Normalization(name="own_name"),
            layers.Activation("tanh"),
            layers.Normalization(axis=None),
        ]
    )


def _built_later(keras: Any) -> Any:
    layers = keras.layers
    inner = keras.Sequential([layers.Normalization(), layers.Activation("sigmoid")], name="inner")
    model = keras.Sequential([layers.Normalization(), inner, layers.Normalization(axis=(1, 2))])
    model.build((None, 2, 3))
    return model


def _nested(keras: Any) -> Any:
    layers = keras.layers
    x = keras.Input((3,))
    first = keras.Sequential([keras.Input((3,)), layers.Normalization(), layers.Activation("sigmoid")], name="first")
    entry = keras.Input((3,))
    y = layers.Activation("sigmoid")(layers.Normalization()(entry))
    second = keras.Model(entry, layers.Normalization(name="last")(layers.Dense(3, "sigmoid")(y)), name="second")
    shared = layers.Normalization(name="shared")
    after = layers.Normalization(invert=True, name="after")
    return keras.Model(x, [shared(first(x)), after(layers.Activation("sigmoid")(shared(x))), second(x)])


def _deep(keras: Any) -> Any:
    layers = keras.layers
    entry = keras.Input((3,))
    inner = keras.Model(entry, layers.Normalization(name="a")(layers.Activation("sigmoid")(entry)), name="one")
    for name in ("b", "c"):
        entry = keras.Input((3,))
        y = layers.Normalization(name=name)(layers.Activation("sigmoid")(inner(entry)))
        inner = keras.Model(entry, y, name=f"in_{name}")
    return inner


def _twice_by_one_name(keras: Any) -> Any:
    """Two layers of one name in one model inside the model, each in a model of its own; no `.h5` file can hold them."""
    layers = keras.layers
    entry = keras.Input((3,))
    y = entry
    for name in ("one", "two"):
        inside = keras.Input((3,))
        inner = keras.Model(inside, layers.Normalization(name="same")(layers.Activation("sigmoid")(inside)), name=name)
        y = inner(y)
    return keras.Model(entry, keras.Model(entry, y, name="both")(entry))


MODELS: tuple[Make, ...] = (_sequential, _built_later, _nested, _deep)
CASES = [*itertools.product(MODELS, (".keras", ".h5", "")), (_twice_by_one_name, ".keras")]


@pytest.mark.parametrize(("make", "suffix"), CASES)
def test_the_numbers_of_each_layer_are_found(keras: Any, make: Make, suffix: str, tmp_path: Path) -> None:
    model = adapted(make(keras))
    report = logitcheck.inspect(saved(model, tmp_path / f"model{suffix}"))
    inputs = numpy.random.default_rng(0).normal(size=(200, *model.input_shape[1:])) * 1e4
    results = model(inputs.astype("float32"))
    for output, result in zip(report.outputs, results if isinstance(results, list) else [results], strict=True):
        assert output.low is not None
        assert output.high is not None
        numbers, slack = numpy.asarray(result), 1e-4
        assert output.low - slack <= numbers.min() <= numbers.max() <= output.high + slack
        assert output.high - output.low < 2.5 or output.evidence[-1].layer == "after"
        assert "in the weights" in output.evidence[-1].effect


def _in_a_wrapper(keras: Any) -> Any:
    x = keras.Input((4, 3))
    layers = keras.layers
    return keras.Model(x, layers.TimeDistributed(layers.Normalization())(layers.Activation("sigmoid")(x)))


def _in_half_precision(keras: Any) -> Any:
    x = keras.Input((3,))
    return keras.Model(x, keras.layers.Normalization(dtype="mixed_float16")(keras.layers.Activation("sigmoid")(x)))


@pytest.mark.parametrize("suffix", [".keras", ".h5"])
@pytest.mark.parametrize("make", [_in_a_wrapper, _in_half_precision])
def test_what_is_not_certain_stays_unknown(keras: Any, make: Make, suffix: str, tmp_path: Path) -> None:
    report = logitcheck.inspect(saved(adapted(make(keras)), tmp_path / f"model{suffix}"))
    assert [output.kind.value for output in report.outputs] == ["unknown"]
    assert report.outputs[0].evidence[-1].effect.endswith("its mean and variance are learned from data")

"""SavedModels that TensorFlow writes during the test run: by Keras 2, exported from Keras 2 and 3, and of modules.

What logitcheck claims of the outputs of an export is held against what it serves. TensorFlow is imported once.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy
import pytest

import logitcheck
from logitcheck.analyzer.values import Kind
from logitcheck.model import ContainerFormat
from logitcheck.report import ModelReport, Outcome, OutputReport
from tests.building import all_codes, codes

pytestmark = pytest.mark.usefixtures("every_saved_model_is_the_same")


class Libraries(NamedTuple):
    """TensorFlow with both Keras."""

    tensorflow: Any
    keras: Any
    keras_2: Any


@pytest.fixture(scope="module")
def libraries() -> Iterator[Libraries]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        names = ("tensorflow", "keras", "tf_keras")
        modules = [pytest.importorskip(name, reason="the extra [test] brings it") for name in names]
        yield Libraries(*modules)


@pytest.fixture(autouse=True)
def _without_warnings() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def kinds(report: ModelReport) -> dict[str | None, str]:
    assert report.error is None, report.error
    return {output.name: output.kind.value for output in report.outputs}


def saved(model: Any, folder: Path) -> ModelReport:
    """What logitcheck says of a model of Keras 2 that is saved as a SavedModel."""
    model.save(folder, save_format="tf")
    report = logitcheck.inspect(folder)
    assert report.format is ContainerFormat.SAVED_MODEL
    assert report.keras_version is not None
    assert report.keras_version.startswith("2.")
    assert report.backend == "tensorflow"
    return report


@pytest.mark.parametrize(
    ("activation", "from_logits", "expected"),
    [("softmax", True, ["LC101"]), ("softmax", False, []), (None, True, []), (None, False, ["LC102"])],
)
def test_a_sequential_model_is_judged_with_its_loss(
    libraries: Libraries, tmp_path: Path, activation: str | None, from_logits: bool, expected: list[str]
) -> None:
    keras = libraries.keras_2
    layers = keras.layers
    model = keras.Sequential(
        [keras.Input((6, 6, 1)), layers.Conv2D(2, 3), layers.Flatten(), layers.Dense(3, activation)]
    )
    model.compile(loss=keras.losses.SparseCategoricalCrossentropy(from_logits=from_logits), metrics=["accuracy"])
    report = saved(model, tmp_path)
    assert codes(report) == expected
    assert report.outcome is (Outcome.MISMATCH if expected else Outcome.OK)


def test_every_output_of_a_functional_model_has_its_loss(libraries: Libraries, tmp_path: Path) -> None:
    keras = libraries.keras_2
    inputs = keras.Input((4,))
    inner = keras.Sequential([keras.Input((4,)), keras.layers.Dense(4, "relu")], name="inner")
    hidden = inner(inner(inputs))
    outputs = {
        "scores": keras.layers.Dense(3, name="s")(hidden),
        "chance": keras.layers.Dense(1, "sigmoid", name="c")(hidden),
    }
    model = keras.Model(inputs, outputs)
    losses = {"scores": "categorical_crossentropy", "chance": keras.losses.BinaryCrossentropy(from_logits=True)}
    model.compile(loss=losses, metrics={"chance": ["accuracy"]})
    report = saved(model, tmp_path)
    assert kinds(report) == {"chance": "unit_interval", "scores": "logits"}
    assert {finding.code: finding.output for finding in report.findings if finding.code < "LC2"} == {
        "LC101": "chance",
        "LC102": "scores",
    }


def test_a_model_that_was_not_compiled_is_told(libraries: Libraries, tmp_path: Path) -> None:
    keras = libraries.keras_2
    report = saved(keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, "softmax", name="end")]), tmp_path)
    assert not report.compiled
    assert (kinds(report), all_codes(report)) == ({"end": "probabilities"}, ["LC404"])
    assert "no training_config" in report.findings[0].message


def subclassed(libraries: Libraries, end: Callable[[Any, Any, Any, Any], Any], activation: str | None = None) -> Any:
    """A model of Keras 2 that ends in what `end` makes of TensorFlow, the model, a tensor and whether it trains."""
    keras, tensorflow = libraries.keras_2, libraries.tensorflow

    class Own(keras.Model):  # type: ignore[misc]  # of a library without types
        def __init__(self) -> None:
            super().__init__()
            self.hidden = keras.layers.Dense(4, "relu")
            self.dropout = keras.layers.Dropout(0.5)
            self.head = keras.layers.Dense(3, activation)

        def call(self, inputs: Any, training: Any = None) -> Any:
            hidden = self.dropout(self.hidden(inputs), training=training)
            return end(tensorflow, self, hidden, training)

    return Own()


def plain(_tensorflow: Any, model: Any, hidden: Any, _training: Any) -> Any:
    return model.head(hidden)


@pytest.mark.parametrize(
    ("activation", "from_logits", "expected"),
    [("softmax", True, ["LC101"]), ("softmax", False, []), (None, True, []), (None, False, ["LC102"])],
)
def test_a_subclassed_model_is_judged_by_what_its_call_returns(
    libraries: Libraries, tmp_path: Path, activation: str | None, from_logits: bool, expected: list[str]
) -> None:
    model = subclassed(libraries, plain, activation)
    model.compile(loss=libraries.keras_2.losses.SparseCategoricalCrossentropy(from_logits=from_logits))
    model(numpy.zeros((1, 4), "float32"))
    report = saved(model, tmp_path)
    assert report.model_class == "Own"
    assert [*kinds(report).values()] == ["probabilities" if activation else "logits"]
    assert codes(report) == expected


def test_whether_tensorflow_repairs_an_activation_of_a_subclassed_model_is_not_claimed(
    libraries: Libraries, tmp_path: Path
) -> None:
    model = subclassed(libraries, lambda tf, model, hidden, _: tf.nn.softmax(model.head(hidden)))
    model.compile(loss=libraries.keras_2.losses.SparseCategoricalCrossentropy(from_logits=True))
    model(numpy.zeros((1, 4), "float32"))
    (finding,) = [found for found in saved(model, tmp_path).findings if found.code == "LC101"]
    assert finding.effect is not None
    assert finding.effect.tensorflow is not None
    assert finding.effect.tensorflow.value == "unknown"
    assert "does not tell which" in finding.message


def test_a_model_that_activates_in_prediction_only_is_not_judged(libraries: Libraries, tmp_path: Path) -> None:
    """The loss is given logits, and predict() returns probabilities: no mistake, and a common way to write it."""

    def end(tensorflow: Any, model: Any, hidden: Any, training: Any) -> Any:
        return model.head(hidden) if training else tensorflow.nn.softmax(model.head(hidden))

    model = subclassed(libraries, end)
    model.compile(loss=libraries.keras_2.losses.SparseCategoricalCrossentropy(from_logits=True))
    model(numpy.zeros((1, 4), "float32"))
    report = saved(model, tmp_path)
    assert report.outcome is Outcome.UNDETERMINED
    assert "in training it is made in another way" in report.outputs[0].evidence[0].effect


def test_a_signature_that_activates_does_not_stand_for_the_model(libraries: Libraries, tmp_path: Path) -> None:
    tensorflow, model = libraries.tensorflow, subclassed(libraries, plain)
    model.compile(loss=libraries.keras_2.losses.SparseCategoricalCrossentropy(from_logits=True))
    model(numpy.zeros((1, 4), "float32"))
    serve = tensorflow.function(lambda x: {"probabilities": tensorflow.nn.softmax(model(x, training=False))})
    asked = serve.get_concrete_function(tensorflow.TensorSpec((None, 4), name="x"))
    model.save(tmp_path, save_format="tf", signatures={"serving_default": asked})
    report = logitcheck.inspect(tmp_path)
    assert (report.outcome, [*kinds(report).values()]) == (Outcome.OK, ["logits"])


@pytest.mark.parametrize(
    ("end", "losses", "expected"),
    [
        (lambda m, h: [m.head(h), m.hidden(h)], ["mse", "mse"], {"output_1": "logits", "output_2": "range"}),
        (lambda m, h: {"b": m.head(h), "a": m.hidden(h)}, {"a": "mse", "b": "mse"}, {"a": "range", "b": "logits"}),
    ],
    ids=["a list", "a dict"],
)
def test_outputs_of_a_subclassed_model_are_told_apart(
    libraries: Libraries, tmp_path: Path, end: Any, losses: Any, expected: dict[str, str]
) -> None:
    model = subclassed(libraries, lambda _tensorflow, model, hidden, _training: end(model, hidden))
    model.compile(loss=losses)
    model(numpy.zeros((1, 4), "float32"))
    report = saved(model, tmp_path)
    assert kinds(report) == expected
    assert [output.loss is not None for output in report.outputs] == [True, True]


Head = Callable[[Any, Any], Any]
"""Makes an output of (a module like keras, a tensor of shape (None, 6, 4))."""

HEADS: dict[str, tuple[Head, str, int | None]] = {
    "softmax": (lambda keras, x: keras.layers.Dense(3, activation="softmax")(x), "probabilities", -1),
    "sigmoid": (lambda keras, x: keras.layers.Dense(3, activation="sigmoid")(x), "unit_interval", None),
    "linear": (lambda keras, x: keras.layers.Dense(3)(x), "logits", None),
    "log_softmax": (lambda keras, x: keras.layers.Dense(3, activation="log_softmax")(x), "log_probabilities", -1),
    "relu": (lambda keras, x: keras.layers.Dense(3, activation="relu")(x), "range", None),
    "tanh": (lambda keras, x: keras.layers.Dense(3, activation="tanh")(x), "range", None),
    "conv": (lambda keras, x: keras.layers.Conv1D(3, 3)(x), "logits", None),
    "conv transposed": (lambda keras, x: keras.layers.Conv1DTranspose(3, 3)(x), "logits", None),
    "conv softmax": (lambda keras, x: keras.layers.Conv1D(3, 3, activation="softmax")(x), "probabilities", -1),
    "softmax, reshaped": (
        lambda keras, x: keras.layers.Reshape((2, 3, 4))(keras.layers.Softmax()(x)),
        "probabilities",
        -1,
    ),
    "softmax, averaged": (
        lambda keras, x: keras.layers.GlobalAveragePooling1D()(keras.layers.Softmax()(x)),
        "probabilities",
        -1,
    ),
    "softmax, flattened": (lambda keras, x: keras.layers.Flatten()(keras.layers.Softmax()(x)), "unit_interval", None),
    "softmax, rescaled": (lambda keras, x: keras.layers.Rescaling(2.0)(keras.layers.Softmax()(x)), "range", None),
    "softmax, one class": (lambda keras, x: keras.layers.Softmax()(x)[..., 1], "unit_interval", None),
    "softmax over another axis": (lambda keras, x: keras.layers.Softmax(axis=1)(x), "unknown", None),
    "without a bias": (lambda keras, x: keras.layers.Dense(3, use_bias=False)(x), "unknown", None),
    "frozen": (lambda keras, x: keras.layers.Dense(3, trainable=False)(x), "unknown", None),
    "normalised": (lambda keras, x: keras.layers.BatchNormalization()(keras.layers.Dense(3)(x)), "unknown", None),
    "LSTM": (lambda keras, x: keras.layers.LSTM(3)(x), "unknown", None),
    "softmax by hand": (
        lambda keras, x: keras.layers.Dense(3, activation="exponential")(x),
        "range",
        None,
    ),
}


@pytest.fixture(scope="module", params=["keras", "keras_2"])
def exported(
    request: pytest.FixtureRequest, libraries: Libraries, tmp_path_factory: pytest.TempPathFactory
) -> tuple[ModelReport, dict[str, Any]]:
    """What logitcheck says of an export with every head as an output, and what it serves for wide random inputs."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        keras = getattr(libraries, request.param)
        inputs = keras.Input((6, 4))
        hidden = keras.layers.Dense(4)(inputs)
        model = keras.Model(inputs, {name: head(keras, hidden) for name, (head, _, _) in HEADS.items()})
        random = numpy.random.default_rng(7)
        model.set_weights([random.normal(scale=3, size=weight.shape) ** 2 for weight in model.get_weights()])
        folder = tmp_path_factory.mktemp(request.param)
        model.export(str(folder))
        served = libraries.tensorflow.saved_model.load(str(folder))
        values = served.serve(libraries.tensorflow.constant(random.normal(scale=5, size=(200, 6, 4)), "float32"))
        return logitcheck.inspect(folder), {name: numpy.asarray(value) for name, value in values.items()}


@pytest.mark.parametrize("name", HEADS)
def test_the_head_of_an_export_is_told(exported: tuple[ModelReport, dict[str, Any]], name: str) -> None:
    output = _named(exported[0], name)
    _, kind, axis = HEADS[name]
    assert (output.kind.value, output.axis) == (kind, axis)


def _named(report: ModelReport, name: str) -> OutputReport:
    """The output of an export; Keras 2 and 3 call those of a dict by its keys."""
    return next(output for output in report.outputs if output.name == name)


@pytest.mark.parametrize("name", HEADS)
def test_what_is_claimed_of_an_export_holds_for_what_it_serves(
    exported: tuple[ModelReport, dict[str, Any]], name: str
) -> None:
    output, values = _named(exported[0], name), exported[1][name]
    assert output.low is None or values.min() >= output.low - 1e-5
    assert output.high is None or values.max() <= output.high + 1e-5
    if output.kind is Kind.PROBABILITIES:
        assert output.axis is not None
        numpy.testing.assert_allclose(values.sum(output.axis), 1, atol=1e-4)
    if output.kind is Kind.LOG_PROBABILITIES:
        numpy.testing.assert_allclose(numpy.exp(values).sum(-1), 1, atol=1e-4)
    if output.kind is Kind.LOGITS:
        assert numpy.ptp(values) > 10


def test_a_module_of_tensorflow_is_told(libraries: Libraries, tmp_path: Path) -> None:
    tensorflow = libraries.tensorflow
    module = tensorflow.Module()
    module.weights, module.bias = tensorflow.Variable(numpy.ones((4, 3), "f")), tensorflow.Variable(numpy.ones(3, "f"))

    def serve(x: Any) -> Any:
        logits = tensorflow.matmul(x, module.weights) + module.bias
        return {"logits": logits, "probabilities": tensorflow.nn.softmax(logits)}

    module.serve = tensorflow.function(serve)
    asked = module.serve.get_concrete_function(tensorflow.TensorSpec((None, 4), name="x"))
    tensorflow.saved_model.save(module, str(tmp_path), signatures=asked)
    report = logitcheck.inspect(tmp_path)
    assert kinds(report) == {"logits": "logits", "probabilities": "probabilities"}
    assert all_codes(report) == ["LC404"]

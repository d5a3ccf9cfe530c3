"""Files that real Keras writes during the test run: what logitcheck claims of them holds when the models run.

Each head is built with Keras 3 and, where it exists there, with tf-keras (Keras 2), saved as `.keras` and `.h5`,
inspected, and then run on wide random inputs with wide random weights. TensorFlow is imported once.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy
import pytest

import logitcheck
from logitcheck.analyzer.values import Kind
from logitcheck.report import ModelReport, OutputReport

pytestmark = pytest.mark.usefixtures("every_saved_model_is_the_same")

Head = Callable[[Any, Any], Any]
"""Makes outputs of (a module like keras, a tensor of shape (None, 6, 4))."""


@pytest.fixture(scope="module", params=["keras", "tf_keras"])
def keras(request: pytest.FixtureRequest) -> Iterator[Any]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        module = pytest.importorskip(request.param, reason="the extra [test] brings it")
        yield module


def _dense(activation: str | None) -> Head:
    return lambda keras, x: keras.layers.Dense(3, activation=activation)(x)


def _after(activation: str, *layers: Callable[[Any], Any]) -> Head:
    def head(keras: Any, x: Any) -> Any:
        x = keras.layers.Dense(4, activation=activation)(x)
        for layer in layers:
            x = layer(keras.layers)(x)
        return x

    return head


def _branches(merge: str, *activations: str) -> Head:
    def head(keras: Any, x: Any) -> Any:
        return getattr(keras.layers, merge)()([keras.layers.Dense(3, activation=name)(x) for name in activations])

    return head


def _nested(keras: Any, x: Any) -> Any:
    inner_input = keras.Input((6, 4))
    inner = keras.Model(inner_input, keras.layers.Dense(4, activation="softmax")(inner_input), name="inner")
    return inner(inner(x))


def _shared(keras: Any, x: Any) -> Any:
    shared = keras.layers.Dense(4)
    return keras.layers.Softmax()(shared(keras.layers.ReLU()(shared(x))))


def _difference_with_itself(keras: Any, x: Any) -> Any:
    x = keras.layers.Dense(3)(x)
    return x - x


def _product_with_itself(keras: Any, x: Any) -> Any:
    x = keras.layers.Dense(3)(x)
    return x * x


ACTIVATIONS = (
    *("linear", "softmax", "sigmoid", "hard_sigmoid", "tanh", "softsign", "relu", "relu6", "softplus", "exponential"),
    *("elu", "selu", "gelu", "silu", "mish", "leaky_relu", "log_softmax"),
)
HEADS: dict[str, Head] = {
    **{f"dense {name}": _dense(name) for name in ACTIVATIONS},
    "softmax, reshape": _after("softmax", lambda layers: layers.Reshape((3, 2, 4))),
    "softmax, reshape breaking the classes": _after("softmax", lambda layers: layers.Reshape((3, 8))),
    "softmax, flatten": _after("softmax", lambda layers: layers.Flatten()),
    "softmax, permute": _after("softmax", lambda layers: layers.Permute((2, 1))),
    "softmax, dropout": _after("softmax", lambda layers: layers.Dropout(0.5)),
    "softmax, pooling": _after("softmax", lambda layers: layers.GlobalAveragePooling1D()),
    "softmax, max pooling": _after("softmax", lambda layers: layers.GlobalMaxPooling1D()),
    "softmax, average pooling": _after("softmax", lambda layers: layers.AveragePooling1D(2)),
    "softmax, cropping": _after("softmax", lambda layers: layers.Cropping1D(1)),
    "softmax, zero padding": _after("softmax", lambda layers: layers.ZeroPadding1D(1)),
    "softmax, upsampling": _after("softmax", lambda layers: layers.UpSampling1D(2)),
    "softmax, batch normalisation": _after("softmax", lambda layers: layers.BatchNormalization()),
    "softmax, unit normalisation": _after("softmax", lambda layers: layers.UnitNormalization()),
    "sigmoid, rescaling": _after("sigmoid", lambda layers: layers.Rescaling(2.0, -1.0)),
    "linear, softmax over time": _after("linear", lambda layers: layers.Softmax(axis=1)),
    "linear, layer normalisation": _after("linear", lambda layers: layers.LayerNormalization()),
    "linear, leaky relu": _after("linear", lambda layers: layers.LeakyReLU()),
    "linear, relu to 6": _after("linear", lambda layers: layers.ReLU(max_value=6.0)),
    "relu, dense": _after("relu", lambda layers: layers.Dense(3)),
    "relu, constrained dense": _after(
        "relu", lambda layers: layers.Dense(3, kernel_constraint="non_neg", bias_constraint="non_neg")
    ),
    "lstm": lambda keras, x: keras.layers.LSTM(3)(x),
    "lstm softmax": lambda keras, x: keras.layers.LSTM(3, activation="softmax")(x),
    "gru": lambda keras, x: keras.layers.GRU(3, return_sequences=True)(x),
    "simple rnn softmax": lambda keras, x: keras.layers.SimpleRNN(3, activation="softmax")(x),
    "bidirectional": lambda keras, x: keras.layers.Bidirectional(keras.layers.LSTM(3))(x),
    "time distributed": lambda keras, x: keras.layers.TimeDistributed(keras.layers.Dense(3, activation="softmax"))(x),
    "convolution softmax": lambda keras, x: keras.layers.Conv1D(3, 2, activation="softmax")(x),
    "average of softmaxes": _branches("Average", "softmax", "softmax"),
    "sum of softmaxes": _branches("Add", "softmax", "softmax"),
    "product of sigmoids": _branches("Multiply", "sigmoid", "sigmoid"),
    "linear times sigmoid": _branches("Multiply", "linear", "sigmoid"),
    "maximum of softmaxes": _branches("Maximum", "softmax", "softmax"),
    "difference of sigmoids": _branches("Subtract", "sigmoid", "sigmoid"),
    "concatenated softmaxes": _branches("Concatenate", "softmax", "softmax"),
    "concatenated kinds": _branches("Concatenate", "linear", "sigmoid"),
    "linear plus relu": _branches("Add", "linear", "relu"),
    "attention": lambda keras, x: keras.layers.Attention()([x, keras.layers.Dense(4, activation="softmax")(x)]),
    "nested twice": _nested,
    "shared twice": _shared,
    "one minus sigmoid": lambda keras, x: 1.0 - keras.layers.Dense(3, activation="sigmoid")(x),
    "softmax column": lambda keras, x: keras.layers.Dense(3, activation="softmax")(x)[:, :, 1],
    "weighted ensemble": lambda keras, x: (
        0.25 * keras.layers.Dense(3, activation="softmax")(x) + 0.75 * keras.layers.Dense(3, activation="softmax")(x)
    ),
    "difference with itself": _difference_with_itself,
    "product with itself": _product_with_itself,
    "input itself": lambda keras, x: keras.layers.Reshape((24,))(x),
    "input plus linear": lambda keras, x: keras.layers.Add()([x, keras.layers.Dense(4)(x)]),
}
_ONLY_KERAS_3 = {"dense silu", "dense leaky_relu", "dense log_softmax", "dense relu6"}
KINDS = {
    "dense linear": Kind.LOGITS,
    "dense softmax": Kind.PROBABILITIES,
    "dense log_softmax": Kind.LOG_PROBABILITIES,
    "dense tanh": Kind.RANGE,
    "softmax, reshape breaking the classes": Kind.UNIT_INTERVAL,
    "softmax, average pooling": Kind.PROBABILITIES,
    "weighted ensemble": Kind.PROBABILITIES,
    "difference with itself": Kind.UNIT_INTERVAL,
    "product with itself": Kind.RANGE,
    "concatenated kinds": Kind.UNKNOWN,
    "input itself": Kind.UNKNOWN,
    "nested twice": Kind.PROBABILITIES,
    "shared twice": Kind.PROBABILITIES,
}


@pytest.mark.parametrize("suffix", [".keras", ".h5"])
@pytest.mark.parametrize("name", HEADS)
def test_what_is_claimed_of_a_head_holds_when_the_model_runs(
    keras: Any, name: str, suffix: str, tmp_path: Path
) -> None:
    if keras.__name__ == "tf_keras" and name in _ONLY_KERAS_3:
        pytest.skip("Keras 2 has no such activation under this name")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        keras.backend.clear_session()
        model = _built(keras, HEADS[name])
        path = tmp_path / f"model{suffix}"
        if keras.__name__ == "tf_keras" and suffix == ".keras" and name == "softmax column":
            pytest.skip("Keras 2 cannot save a slice in the .keras format")
        model.save(path)
        results = _results(model)
    report = logitcheck.inspect(path)
    assert report.error is None
    assert report.outcome is logitcheck.Outcome.NOT_APPLICABLE or report.findings
    _check(report.outputs[0], results)
    if name in KINDS:
        assert report.outputs[0].kind is KINDS[name]


def _built(keras: Any, head: Head) -> Any:
    x = keras.Input((6, 4), name="x")
    return keras.Model(x, head(keras, x))


def _results(model: Any) -> Any:
    """Outputs for wide random inputs under several wide random weights, stacked along the batch."""
    random = numpy.random.default_rng(0)
    found = []
    for scale in (0.1, 1.0, 10.0):
        for variable in model.weights:
            value = random.normal(size=tuple(variable.shape)) * scale
            if "variance" in variable.name or getattr(variable, "constraint", None) is not None:
                value = numpy.abs(value) + 0.01
            variable.assign(value)
        inputs = random.normal(size=(64, 6, 4)) * random.choice([0.1, 1.0, 100.0], size=(64, 1, 1))
        found.append(numpy.asarray(model(inputs.astype("float32"), training=False), dtype="float64"))
    return numpy.concatenate(found)


def _check(output: OutputReport, results: Any) -> None:
    """Check every claim of an output against what the model really put out."""
    finite = results[numpy.isfinite(results)]
    if output.low is not None:
        assert finite.min() >= output.low - 1e-4
    if output.high is not None:
        assert finite.max() <= output.high + 1e-4
    match output.kind:
        case Kind.LOGITS:
            assert finite.min() < 0
            assert finite.max() > 1
        case Kind.PROBABILITIES:
            assert finite.min() >= -1e-6
            numpy.testing.assert_allclose(results.sum(axis=output.axis), 1, atol=1e-4)
        case Kind.LOG_PROBABILITIES if output.axis is not None:
            numpy.testing.assert_allclose(numpy.exp(results).sum(axis=output.axis), 1, atol=1e-4)
        case Kind.UNIT_INTERVAL | Kind.LOG_PROBABILITIES | Kind.RANGE | Kind.UNKNOWN:
            pass


LOSSES = {
    "CategoricalCrossentropy": ("softmax", 3),
    "SparseCategoricalCrossentropy": ("softmax", 3),
    "BinaryCrossentropy": ("sigmoid", 1),
    "CategoricalFocalCrossentropy": ("softmax", 3),
    "BinaryFocalCrossentropy": ("sigmoid", 1),
}


@pytest.mark.parametrize("suffix", [".keras", ".h5"])
@pytest.mark.parametrize("from_logits", [False, True])
@pytest.mark.parametrize("activated", [False, True])
@pytest.mark.parametrize("loss", LOSSES)
def test_every_pair_of_head_and_flag_is_judged(
    keras: Any, loss: str, activated: bool, from_logits: bool, suffix: str, tmp_path: Path
) -> None:
    activation, units = LOSSES[loss]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        keras.backend.clear_session()
        head = keras.layers.Dense(units, activation=activation if activated else None)
        model = keras.Sequential([keras.Input((4,)), head])
        model.compile("sgd", loss=getattr(keras.losses, loss)(from_logits=from_logits))
        path = tmp_path / f"model{suffix}"
        model.save(path)
    report = logitcheck.inspect(path)
    wrong = {(True, True): ["LC101"], (False, False): ["LC102"]}.get((activated, from_logits), [])
    assert _codes(report) == wrong
    assert report.outcome is (logitcheck.Outcome.MISMATCH if wrong else logitcheck.Outcome.OK)


def _codes(report: ModelReport) -> list[str]:
    return [finding.code for finding in report.findings if finding.severity is not logitcheck.Severity.INFO]

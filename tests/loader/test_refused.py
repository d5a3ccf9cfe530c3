from __future__ import annotations

import pytest

from logitcheck.loader import refused
from logitcheck.model import LayerKind
from tests.building import dense, layer, operation
from tests.loader.older import one_layer


@pytest.mark.parametrize(
    ("class_name", "config", "needed"),
    [
        ("Dense", {"activation": "softmax"}, "units"),
        ("Dense", {"activation": "softmax", "units": None}, "units"),
        ("Dense", {"filters": 3}, "units"),
        ("LSTM", {"activation": "sigmoid"}, "units"),
        ("Conv2D", {"units": 3, "kernel_size": [1, 1]}, "filters"),
        ("Convolution2D", {"nb_row": 3, "nb_col": 3}, "filters"),
        ("Conv2DTranspose", {"kernel_size": [1, 1]}, "filters"),
        ("SeparableConv1D", {"kernel_size": [1]}, "filters"),
        ("ConvLSTM2D", {"kernel_size": [1, 1]}, "filters"),
        ("LocallyConnected1D", {"kernel_size": [1]}, "filters"),
        ("Embedding", {"input_dim": 3}, "output_dim"),
    ],
)
def test_a_layer_without_the_size_of_its_weights_is_opaque(
    class_name: str, config: dict[str, object], needed: str
) -> None:
    read = one_layer(layer(class_name, "l", **config))
    assert (read.kind, read.reason) == (
        LayerKind.OPAQUE,
        f"its config has no {needed}, without which Keras does not build it",
    )


@pytest.mark.parametrize("class_name", ["Activation", "Softmax", "ReLU", "LeakyReLU", "ELU", "ThresholdedReLU"])
@pytest.mark.parametrize("size", ["units", "filters"])
def test_a_function_without_weights_that_has_their_size_is_opaque(class_name: str, size: str) -> None:
    read = one_layer(layer(class_name, "l", activation="softmax", **{size: 3}))
    assert (read.kind, read.reason) == (
        LayerKind.OPAQUE,
        f"its config has {size}, with which Keras does not build it",
    )


@pytest.mark.parametrize(
    "stored",
    [
        dense("d", 3),
        layer("Dense", "d", output_dim=3, activation="linear"),
        layer("Convolution1D", "c", nb_filter=3, filter_length=1, activation="linear"),
        layer("CuDNNLSTM", "r", units=3),
        layer("Embedding", "e", input_dim=5, output_dim=3),
        layer("Activation", "a", activation="softmax"),
        layer("Dropout", "d", rate=0.5),
    ],
    ids=lambda stored: stored["class_name"],
)
def test_a_layer_of_any_version_that_has_what_it_needs_is_read(stored: dict[str, object]) -> None:
    assert one_layer(stored).kind is LayerKind.LAYER


WITH_ACTIVATION = [
    *("Dense", "EinsumDense", "Activation", "Highway", "SimpleRNN", "LSTM", "GRU", "SimpleRNNCell", "LSTMCell"),
    *("GRUCell", "Conv1D", "Conv2D", "Conv3D", "Conv2DTranspose", "SeparableConv2D", "DepthwiseConv2D", "ConvLSTM2D"),
    *("LocallyConnected1D", "Convolution2D", "AtrousConvolution2D", "Deconvolution2D", "TimeDistributedDense"),
]


@pytest.mark.parametrize("class_name", WITH_ACTIVATION)
def test_a_layer_whose_activation_is_gone_is_not_a_linear_one(class_name: str) -> None:
    """One bit of the key is enough; Keras refuses the file, since it does not know the parameter."""
    sizes = {} if class_name == "Activation" else {"units": 3, "filters": 3}
    read = one_layer(layer(class_name, "l", **sizes, activatioo="softmax"))
    assert (read.kind, read.reason) == (
        LayerKind.OPAQUE,
        "its config has no activation, which every version of Keras writes",
    )


@pytest.mark.parametrize("class_name", ["LSTM", "GRU", "LSTMCell", "GRUCell", "ConvLSTM2D"])
def test_gates_whose_activation_is_gone_are_not_those_of_a_sigmoid(class_name: str) -> None:
    read = one_layer(layer(class_name, "l", units=3, filters=3, activation="tanh"))
    assert read.kind is LayerKind.OPAQUE


def test_a_softmax_whose_axis_is_gone_is_not_one_over_the_last() -> None:
    assert one_layer(layer("Softmax", "s", axir=1)).kind is LayerKind.OPAQUE


@pytest.mark.parametrize("class_name", ["Softmax", "LogSoftmax"])
def test_nor_is_an_operation(class_name: str) -> None:
    stored = operation(class_name, "s", "keras.src.ops.nn", axir=1)
    assert one_layer(stored).reason == "its config has no axis, which every version of Keras writes"
    assert one_layer(operation(class_name, "s", "keras.src.ops.nn", axis=1)).kind is LayerKind.OPERATION


def test_nor_is_one_that_is_an_activation() -> None:
    read = one_layer(dense("d", 3, layer("Softmax", "s", axir=1)))
    assert read.activation is not None
    assert read.activation.name is None
    assert read.activation.reason == (
        "its activation is a Softmax, and its config has no axis, which every version of Keras writes"
    )


def test_an_activation_of_null_is_there() -> None:
    read = one_layer(dense("d", 3, None))
    assert (read.kind, read.activation and read.activation.name) == (LayerKind.LAYER, "linear")


def test_a_parameter_that_nothing_is_known_of_refuses_nothing() -> None:
    assert refused.reason("Dense", {"units": 3, "activation": None, "of_a_later_version": 1}) is None

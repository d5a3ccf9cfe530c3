from __future__ import annotations

import pytest

from logitcheck.loader import refused
from logitcheck.model import LayerKind
from tests.building import dense, layer
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
        layer("Dense", "d", output_dim=3),
        layer("Convolution1D", "c", nb_filter=3, filter_length=1),
        layer("CuDNNLSTM", "r", units=3),
        layer("Embedding", "e", input_dim=5, output_dim=3),
        layer("Activation", "a", activation="softmax"),
        layer("Dropout", "d", rate=0.5),
    ],
    ids=lambda stored: stored["class_name"],
)
def test_a_layer_of_any_version_that_has_what_it_needs_is_read(stored: dict[str, object]) -> None:
    assert one_layer(stored).kind is LayerKind.LAYER


def test_a_parameter_that_nothing_is_known_of_refuses_nothing() -> None:
    assert refused.reason("Dense", {"units": 3, "of_a_later_version": 1}) is None

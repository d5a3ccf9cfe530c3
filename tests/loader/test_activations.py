"""Every form in which layer configs store an activation (keras-facts: "Activations in layer configs")."""

from __future__ import annotations

import pytest

from logitcheck.loader import activations
from logitcheck.model import ActivationSource
from tests.building import function

KERAS, TENSORFLOW, LAYER = ActivationSource.KERAS, ActivationSource.TENSORFLOW, ActivationSource.LAYER


def test_no_activation_is_linear() -> None:
    assert activations.read(None) == activations.LINEAR


@pytest.mark.parametrize("name", sorted(activations.KNOWN))
def test_a_built_in_is_a_plain_string(name: str) -> None:
    read = activations.read(name)
    assert (read.name, read.label, read.source, read.reason) == (name, name, KERAS, None)


@pytest.mark.parametrize(
    ("stored", "name"),
    [("swish", "silu"), ("hard_swish", "hard_silu"), ("exp", "exponential"), ("identity", "linear")],
)
def test_other_names_of_a_built_in_are_known(stored: str, name: str) -> None:
    read = activations.read(stored)
    assert (read.name, read.label) == (name, stored)


@pytest.mark.parametrize(
    ("stored", "name"), [("softmax_v2", "softmax"), ("log_softmax_v2", "log_softmax"), ("crelu_v2", "crelu")]
)
def test_raw_functions_of_tensorflow_end_in_v2(stored: str, name: str) -> None:
    read = activations.read(stored)
    assert (read.name, read.label, read.source) == (name, stored, TENSORFLOW)


@pytest.mark.parametrize(
    ("stored", "name"),
    [
        *(("softmax_v2", "softmax"), ("log_softmax_v2", "log_softmax"), ("swish", "silu"), ("exp", "exponential")),
        *(("crelu_v2", "crelu"), ("sigmoid", "sigmoid"), ("log_softmax", "log_softmax")),
    ],
)
def test_a_function_object_of_a_known_name_is_tensorflows(stored: str, name: str) -> None:
    read = activations.read(function(stored))
    assert (read.name, read.label, read.source) == (name, stored, TENSORFLOW)


@pytest.mark.parametrize("name", ["mine>my_act", "my_act", "softmax2", "Softmax", ""])
def test_a_function_object_of_another_name_is_custom(name: str) -> None:
    read = activations.read(function(name))
    assert read.name is None
    assert read.reason == f"its activation is the custom function {name!r}"


@pytest.mark.parametrize("name", ["my_act", "mine>my_act", "SOFTMAX", "softmax_v3", ""])
def test_an_unknown_string_is_no_activation_of_keras(name: str) -> None:
    read = activations.read(name)
    assert (read.name, read.label) == (None, name)
    assert read.reason == f"its activation {name!r} is not one of Keras"


@pytest.mark.parametrize(
    ("class_name", "stored"),
    [("PjitFunction", "sigmoid"), ("custom_jvp", "relu"), ("PjitFunction", "softmax"), ("PjitFunction", "silu")],
)
def test_functions_of_jax_are_known_by_name(class_name: str, stored: str) -> None:
    read = activations.read({"module": "jaxlib._jax", "class_name": class_name, "config": stored})
    assert (read.name, read.source) == (stored, TENSORFLOW)


@pytest.mark.parametrize("config", ["mine", None, {}, 3], ids=repr)
def test_other_functions_of_jax_are_unknown(config: object) -> None:
    read = activations.read({"module": "jaxlib.xla_extension", "class_name": "PjitFunction", "config": config})
    assert read.name is None
    assert read.reason is not None


@pytest.mark.parametrize(
    "stored",
    [
        {"value": ["4wEAAAA=", None, None]},
        {"class_name": "__lambda__", "config": {"value": ["4wEAAAA=", None, None]}},
        {"class_name": "__lambda__", "config": {"code": "4wEAAAA=", "defaults": None, "closure": None}},
    ],
    ids=["value alone", "lambda of Keras 2.13", "lambda of Keras 3"],
)
def test_a_lambda_is_never_run(stored: object) -> None:
    read = activations.read(stored)
    assert read.name is None
    assert read.reason == "its activation is a Python lambda, whose code is never run"


@pytest.mark.parametrize(
    ("class_name", "name"),
    [("Softmax", "softmax"), ("ReLU", "relu"), ("LeakyReLU", "leaky_relu"), ("ELU", "elu"), ("PReLU", "prelu")],
)
@pytest.mark.parametrize("module", ["keras.layers", None, "tf_keras.src.layers"], ids=["archive", "HDF5", "tf-keras"])
def test_a_layer_may_be_an_activation(class_name: str, name: str, module: str | None) -> None:
    stored = {"class_name": class_name, "config": {"name": "activation", "axis": 1}}
    read = activations.read(stored if module is None else {"module": module, **stored})
    assert (read.name, read.label, read.source) == (name, class_name, LAYER)
    assert read.config["axis"] == 1


def test_parameters_of_an_activation_layer_have_todays_names() -> None:
    read = activations.read({"class_name": "LeakyReLU", "config": {"name": "a", "alpha": 0.3}})
    assert read.config["negative_slope"] == 0.3


def test_a_layer_may_be_an_activation_by_its_name_alone() -> None:
    read = activations.read("LeakyReLU")
    assert (read.name, read.source, dict(read.config)) == ("leaky_relu", LAYER, {})


@pytest.mark.parametrize(
    "stored",
    [
        {"module": "mine", "class_name": "Softmax", "config": {}, "registered_name": "mine>Softmax"},
        {"class_name": "mine>Softmax", "config": {}},
        {"module": "mine", "class_name": "Squash", "config": {"scale": 2}},
        {"class_name": "Dense", "config": {"units": 3}},
    ],
    ids=["a class called Softmax", "a registered one in HDF5", "another class", "a layer that is no activation"],
)
def test_an_object_of_a_custom_class_is_unknown(stored: dict[str, object]) -> None:
    read = activations.read(stored)
    assert read.name is None
    assert read.reason == f"its activation is an object of the custom class {stored['class_name']!r}"


@pytest.mark.parametrize(
    "stored", [3, True, 1.5, [], ["softmax"], {}, {"class_name": 3}, {"class_name": None, "config": {}}], ids=repr
)
def test_a_form_that_keras_never_writes_is_unknown(stored: object) -> None:
    read = activations.read(stored)
    assert read.name is None
    assert read.reason == "its activation is stored in a form that Keras never writes"


@pytest.mark.parametrize("config", [None, 3, ["softmax"], {}], ids=repr)
def test_a_function_object_without_a_name_is_unknown(config: object) -> None:
    assert activations.read({"class_name": "function", "config": config}).name is None

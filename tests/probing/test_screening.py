"""Configs that would run code, or call for code that is elsewhere, are refused before any library sees them."""

from __future__ import annotations

from typing import Any

import pytest

from logitcheck.probing import screening
from logitcheck.probing.errors import ProbeErrorCode

MARSHALLED = ["4wEAAAAAAAAAAAAAAAEAAAAC\n", None, None]


def layer(class_name: str, module: str | None = "keras.layers", registered: str | None = None, **config: Any) -> Any:
    return {
        "module": module,
        "class_name": class_name,
        "registered_name": registered,
        "config": {"name": "head", **config},
    }


def model(*layers: Any, **more: Any) -> dict[str, Any]:
    return {
        "module": "keras",
        "class_name": "Sequential",
        "config": {"name": "model", "layers": list(layers)},
        "registered_name": "Sequential",
        **more,
    }


def function(name: str, module: str | None) -> Any:
    return {"module": module, "class_name": "function", "config": name, "registered_name": "function"}


def told(config: dict[str, Any], *imports: str, unsafe: bool = False) -> tuple[ProbeErrorCode, str] | None:
    error = screening.refusal(config, imports, unsafe=unsafe)
    return None if error is None else (error.code, error.message)


UNSAFE: dict[str, Any] = {
    "Lambda of Keras 3": layer("Lambda", function={"class_name": "__lambda__", "config": {"code": "4wEAAA=="}}),
    "Lambda of Keras 2": layer("Lambda", None, function=MARSHALLED, function_type="lambda"),
    "Lambda of Keras 1": layer("Lambda", None, function="\\u00e3\\u0001", function_type="lambda"),
    "Lambda in a wrapper": layer("TimeDistributed", layer=layer("Lambda", None, function=MARSHALLED)),
    "Lambda in a nested model": model(layer("Lambda", None, function=MARSHALLED)),
    "activation": layer("Dense", activation={"class_name": "__lambda__", "config": {"value": MARSHALLED}}),
    "Lambda that loads models (CVE-2025-9906)": layer("Lambda", function=function("load_model", "keras.models")),
    "Lambda that downloads (CVE-2025-8747)": layer("Lambda", function=function("get_file", "keras.utils")),
    "Lambda that switches safe mode off": layer(
        "Lambda", function=function("enable_unsafe_deserialization", "keras.config")
    ),
    "another SavedModel (CVE-2026-1462)": layer("TFSMLayer", filepath="/tmp/evil"),
    "a pickle (CVE-2025-49655)": layer("TorchModuleWrapper", pickled="gASV"),
    "a vocabulary in a file (CVE-2025-12058)": layer("StringLookup", vocabulary="/etc/passwd"),
    "an operation that writes": layer("TFOpLambda", function="io.write_file"),
    "an operation that loads": layer("TFOpLambda", function="keras.models.load_model"),
    "an operation of Python": layer("TFOpLambda", function="numpy_function"),
    "an operation of version 1 that writes": layer("TFOpLambda", function="compat.v1.io.write_file"),
    "a method of another class": layer("ClassMethod", cls_symbol="io.gfile.GFile", cls_method_name="write"),
    "a private attribute": layer("InstanceProperty", attr_name="__globals__"),
    "a specification that is none": {
        "class_name": "__typespec__",
        "spec_name": "delete_file",
        "module": "tensorflow.python.lib.io.file_io",
        "config": ["/etc/passwd"],
    },
}


@pytest.mark.parametrize("name", UNSAFE)
def test_what_would_run_code_is_refused_unless_it_is_asked_for(name: str) -> None:
    config = model(layer("Dense"), UNSAFE[name])
    refused = told(config)
    assert refused is not None
    assert refused[0] is ProbeErrorCode.UNSAFE_CODE
    assert told(config, "my.package") == refused
    assert told(config, unsafe=True) is None


ELSEWHERE: dict[str, Any] = {
    "a module of the user's": layer("Head", "my_package.layers", "Head"),
    "a registered class": layer("Head", None, "my_package>Head"),
    "a registered class in HDF5": layer("my_package>Head", None),
    "a function of the user's": layer("Dense", activation=function("squash", "my_package.layers")),
    "an add-on": layer("WeightNormalization", "tensorflow_addons.layers", "Addons>WeightNormalization"),
    "a module of Python (keras-team/tf-keras#910)": layer("Lambda", None, function=function("system", "os")),
    "a class of Python": layer("Popen", "subprocess"),
    "a package that begins as Keras does": layer("Head", "keras_evil.layers"),
}


@pytest.mark.parametrize("name", ELSEWHERE)
def test_code_that_is_elsewhere_is_asked_for_whatever_else_is_allowed(name: str) -> None:
    config = model(layer("Dense"), ELSEWHERE[name])
    for refused in (told(config), told(config, unsafe=True)):
        assert refused is not None
        assert refused[0] is ProbeErrorCode.CUSTOM_OBJECT
        assert "whose code is not in the file" in refused[1]


def test_a_module_that_was_named_may_be_used_and_no_other() -> None:
    own = layer("Head", "my_package.layers", "Head")
    assert told(model(own), "my_package.registration") is None
    assert told(model(own), "other.layers") is not None
    assert told(model(layer("Head", None, "anything>Head")), "other.layers") is None
    assert told(model(own, layer("Lambda", None, function=function("system", "os"))), "my_package.layers") is not None


PLAIN: dict[str, Any] = {
    "layers": layer("Dense", activation="softmax", kernel_initializer=layer("GlorotUniform", "keras.initializers")),
    "layers of Keras 2": layer("Dense", "keras.src.layers.core.dense"),
    "layers without a module": layer("Dense", None),
    "operations": layer("Softmax", "keras.src.ops.nn"),
    "operations of TensorFlow": layer("TFOpLambda", function="math.reduce_sum"),
    "operations without a namespace": layer("TFOpLambda", function="concat"),
    "operations of version 1": layer("TFOpLambda", function="compat.v1.nn.softmax"),
    "operators": layer("TFOpLambda", function="__operators__.add"),
    "activations": layer("Dense", activation=function("softmax_v2", "builtins")),
    "a named function in a Lambda": layer("Lambda", function=function("softmax", "builtins")),
    "a named function in a Lambda of Keras 2": layer("Lambda", None, function="softmax", function_type="function"),
    "models of KerasHub": layer("BertBackbone", "keras_hub.src.models.bert.bert_backbone", "keras_hub>BertBackbone"),
    "a vocabulary": layer("StringLookup", vocabulary=["a", "b"]),
    "specifications": {
        "class_name": "__typespec__",
        "spec_name": "TensorSpec",
        "module": "tensorflow.python.framework",
    },
    "constants": {"class_name": "__numpy__", "config": {"value": [1.0], "dtype": "float32"}},
    "what is no object": {"class_name": 7, "module": ["a"], "config": None},
}


@pytest.mark.parametrize("name", PLAIN)
def test_what_is_keras_s_own_is_let_through(name: str) -> None:
    assert told(model(PLAIN[name])) is None


def test_a_loss_of_the_user_s_is_no_obstacle_since_it_is_not_loaded() -> None:
    loss = layer("MyLoss", "my_package.losses")
    assert told(model(layer("Dense"), compile_config={"loss": loss})) is None


def test_the_first_of_several_obstacles_is_named_with_its_layer() -> None:
    error = screening.refusal(
        model(layer("First", "a.b", name="one"), layer("Second", "c.d", name="two")), (), unsafe=False
    )
    assert error is not None
    assert error.message == "Layer 'one' needs the class 'First', whose code is not in the file."
    assert error.hint == "Type --import a.b, the module that defines and registers it."


def test_a_deep_config_is_no_matter() -> None:
    deep: Any = layer("Lambda", None, function=MARSHALLED)
    for _ in range(20_000):
        deep = {"config": [deep]}
    assert told(model(deep)) is not None

"""Every layer and operation that Keras and TensorFlow offer has a row, be it one that says why nothing is followed.

The lists are theirs: what a new release adds fails here until it has a row too.
"""

from __future__ import annotations

import importlib
import inspect
import warnings
from types import ModuleType
from typing import Any

import pytest

from logitcheck.analyzer import transfer
from logitcheck.analyzer.transfer import LAYERS, OPERATIONS
from logitcheck.analyzer.values import Kind
from logitcheck.loader import layers, names
from logitcheck.loader.tensorflow_functions import FUNCTIONS, NODES
from logitcheck.loader.tensorflow_operations import read_function
from tests.analyzer.given import call, layer, logits, operation, result

KERAS_1_AND_2 = (
    *("Dense", "TimeDistributedDense", "MaxoutDense", "Highway", "Merge", "Lambda", "Masking", "Reshape", "Permute"),
    *("Convolution1D", "Convolution2D", "Convolution3D", "AtrousConvolution1D", "AtrousConvolution2D"),
    *(
        "Deconvolution2D",
        "Deconvolution3D",
        "SeparableConvolution1D",
        "SeparableConvolution2D",
        "Convolution2DTranspose",
    ),
    *(
        "Convolution3DTranspose",
        "DepthwiseConvolution2D",
        "LocallyConnected1D",
        "LocallyConnected2D",
        "ThresholdedReLU",
    ),
    *("AvgPool1D", "AvgPool2D", "AvgPool3D", "MaxPool1D", "MaxPool2D", "MaxPool3D", "GlobalAvgPool1D"),
    *("GlobalAvgPool2D", "GlobalMaxPool1D", "GlobalMaxPool2D", "CuDNNLSTM", "CuDNNGRU", "ConvLSTM2DCell"),
    *("BatchNormalizationV1", "BatchNormalizationV2", "SyncBatchNormalization", "LSTMV1", "LSTMV2", "GRUV1", "GRUV2"),
    *("GroupedQueryAttention", "DenseFeatures", "RandomHeight", "RandomWidth", "AddLoss", "AddMetric"),
)
"""Classes that only older versions of Keras have, or that these wrote under other names."""

OPERATION_MODULES = ("nn", "numpy", "core", "math", "image", "linalg", "einops")
TENSORFLOW_NAMESPACES = (
    *("", "math", "nn", "linalg", "image", "signal", "bitwise", "random", "strings", "sparse", "ragged", "audio", "io"),
    *("quantization", "dtypes", "sets", "debugging"),
)


def _has_layer(name: str) -> bool:
    known = layers.WRAPPERS | layers.INPUT_CLASSES
    return name in known or names.CLASSES.get(name, name) in LAYERS


def _imported(name: str) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return pytest.importorskip(name, reason="the extra [test] brings it")


def _classes(module: ModuleType, base: type) -> list[str]:
    """Classes of the module that are a `base`, under the names that files have."""
    members = (getattr(module, name) for name in dir(module))
    return sorted({member.__name__ for member in members if inspect.isclass(member) and issubclass(member, base)})


@pytest.mark.parametrize("module", ["keras", "tf_keras"])
def test_every_public_layer_has_a_row(module: str) -> None:
    keras = _imported(module)
    public = _classes(keras.layers, keras.layers.Layer)
    assert len(public) > 100
    assert [name for name in public if not _has_layer(name)] == []


@pytest.mark.parametrize("name", KERAS_1_AND_2)
def test_every_older_layer_has_a_row(name: str) -> None:
    assert _has_layer(name)


@pytest.mark.parametrize("name", sorted({*names.CLASSES.values(), *names.MERGE_MODES.values()}))
def test_every_name_that_an_older_one_is_read_as_has_a_row(name: str) -> None:
    assert _has_layer(name)


@pytest.mark.parametrize("module", OPERATION_MODULES)
def test_every_operation_of_keras_has_a_row(module: str) -> None:
    _imported("keras")
    source = importlib.import_module(f"keras.src.ops.{module}")
    base = importlib.import_module("keras.src.ops.operation").Operation
    public = [name for name in _classes(source, base) if getattr(source, name).__module__ == source.__name__]
    assert public
    assert [name for name in public if name not in OPERATIONS] == []


def test_every_activation_of_keras_is_known_as_a_function() -> None:
    keras = _imported("keras")
    public = [name for name in dir(keras.activations) if inspect.isfunction(getattr(keras.activations, name))]
    helpers = {"deserialize", "get", "serialize"}
    needs_arguments = {"threshold"}
    heads = {
        name: call(layer("Activation", _canonical(name)), (logits(), (None, 4)))
        for name in set(public) - helpers - needs_arguments
    }
    assert len(heads) > 20
    assert [name for name, head in heads.items() if result(head).kind is Kind.UNKNOWN] == []


def _canonical(name: str) -> str:
    from logitcheck.loader import activations

    found = activations.read(name).name
    return found if found is not None else name


@pytest.mark.parametrize("namespace", TENSORFLOW_NAMESPACES)
def test_every_function_of_tensorflow_that_a_graph_of_keras_2_can_hold_has_a_row(namespace: str) -> None:
    tensorflow = _imported("tensorflow")
    dispatch = importlib.import_module("tensorflow.python.util.dispatch")
    export = importlib.import_module("tensorflow.python.util.tf_export")
    module = getattr(tensorflow, namespace) if namespace else tensorflow
    functions = [getattr(module, name) for name in dir(module)]
    graphed = [function for function in functions if hasattr(function, dispatch.FALLBACK_DISPATCH_ATTR)]
    exported = {export.get_canonical_name_for_symbol(function) for function in graphed} - {None}
    assert exported or namespace == "dtypes"
    assert [name for name in sorted(exported) if not _has_function(name)] == []


def _has_function(name: str) -> bool:
    rule, _, _ = read_function(name, ())
    return transfer.rule_for(operation(rule)) is not None


@pytest.mark.parametrize("name", sorted({entry.rule for entry in (*FUNCTIONS.values(), *NODES.values())}))
def test_every_operation_that_a_function_of_tensorflow_is_read_as_has_a_row(name: str) -> None:
    assert name in OPERATIONS


@pytest.mark.parametrize("name", ["Densest", "dense", "", "linalg.*", "Softmax2D"])
def test_a_layer_that_keras_does_not_have_has_no_row(name: str) -> None:
    assert not _has_layer(name)
    unknown = result(call(layer(name), (logits(), (None, 4)))).unknown
    assert unknown is not None
    assert unknown.reason == f"logitcheck does not know the layer class {name}"


@pytest.mark.parametrize("name", ["Softmaxed", "softmax", "", "nn.softest_max", "math.nothing", "nowhere.softmax"])
def test_an_operation_that_keras_does_not_have_has_no_row(name: str) -> None:
    unknown = result(call(operation(name), (logits(), (None, 4)))).unknown
    assert unknown is not None
    assert unknown.reason == f"logitcheck does not know the operation {name}"


def test_every_opaque_row_says_why() -> None:
    from logitcheck.analyzer.transfer import opaque

    for name in (*opaque.LAYERS, *opaque.OPERATIONS):
        made = layer(name) if name in opaque.LAYERS else operation(name)
        unknown = result(call(made, (logits(), (None, 4)))).unknown
        assert unknown is not None, name
        assert "does not know" not in unknown.reason, name

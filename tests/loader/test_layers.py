from __future__ import annotations

from typing import Any

import pytest

from logitcheck.errors import ErrorCode
from logitcheck.loader.layers import DEEPEST_NESTING, WRAPPERS
from logitcheck.model import LayerKind, TensorReference
from tests.building import Config, custom, dense, function, functional, operation, sequential, source, tensor
from tests.building import layer as modern
from tests.loader import older
from tests.loader.older import one_layer, reference, refusal

LAMBDA = {"class_name": "__lambda__", "config": {"code": "4wEAAAA=", "defaults": None, "closure": None}}
CUDA = ["CuDNNLSTM", "CuDNNGRU"]


def in_hdf5(class_name: str, *args: Any, **config: Any) -> Config:
    """A node of a Keras 3 HDF5 file, which stores no module."""
    nodes = [{"args": list(args), "kwargs": {}}]
    return {"class_name": class_name, "config": {"name": "n", **config}, "name": "n", "inbound_nodes": nodes}


@pytest.mark.parametrize("raw", [None, 3, "Dense", [], {}, {"class_name": 3}, {"config": {"name": "d"}}], ids=repr)
def test_an_entry_without_a_class_name_is_malformed(raw: object) -> None:
    assert refusal(one_layer, raw).code is ErrorCode.MALFORMED_GRAPH


def test_a_built_in_layer_keeps_its_name_class_and_config() -> None:
    read = one_layer(dense("d", 3, "softmax"))
    assert (read.name, read.class_name, read.rule, read.kind) == ("d", "Dense", "Dense", LayerKind.LAYER)
    assert read.config["units"] == 3


def test_the_outer_name_wins_over_that_in_the_config() -> None:
    assert one_layer(dense("inner", 3) | {"name": "outer"}).name == "outer"


def test_a_layer_without_a_name_has_an_empty_one() -> None:
    assert one_layer({"class_name": "Dense", "config": {"name": None}, "name": None}).name == ""


@pytest.mark.parametrize("name", [3, ["d"], {"name": "d"}, "d" * 1001], ids=lambda name: repr(name)[:9])
def test_a_name_that_is_no_text_or_endless_is_malformed(name: object) -> None:
    entry = {"class_name": "Dense", "config": {}, "name": name}
    assert refusal(one_layer, entry).code is ErrorCode.MALFORMED_GRAPH


@pytest.mark.parametrize("units", [True, "3", [3], {}], ids=repr)
@pytest.mark.parametrize(
    ("class_name", "parameter"),
    [("Dense", "units"), ("Dense", "output_dim"), ("Conv2D", "filters"), ("Convolution2D", "nb_filter")],
)
def test_units_that_are_no_number_are_malformed(class_name: str, parameter: str, units: object) -> None:
    """Of one unit a softmax is constant, and `true` is one to Keras: that must not pass as a number not known."""
    stored = modern(class_name, "d", **{parameter: units})
    assert refusal(one_layer, stored).code is ErrorCode.MALFORMED_GRAPH


def test_a_lone_surrogate_in_a_name_is_kept() -> None:
    assert one_layer(dense("d\ud800", 3)).name == "d\ud800"


@pytest.mark.parametrize("class_name", ["InputLayer", "Input"])
def test_an_input_is_one(class_name: str) -> None:
    assert one_layer(source() | {"class_name": class_name}).kind is LayerKind.INPUT


def test_a_custom_class_called_input_layer_is_opaque() -> None:
    assert one_layer(custom("InputLayer", "i")).kind is LayerKind.OPAQUE


def test_the_input_shape_of_keras_2_has_todays_name() -> None:
    assert one_layer(older.source(shape=(None, 7))).config["batch_shape"] == [None, 7]


def test_an_old_class_keeps_its_name_for_messages_and_has_the_rule_of_the_new_one() -> None:
    read = one_layer(older.layer("Convolution2D", "c", nb_filter=8))
    assert (read.class_name, read.rule, read.config["filters"]) == ("Convolution2D", "Conv2D", 8)


def test_a_layer_without_activation_has_none() -> None:
    assert one_layer(modern("Flatten", "f")).activation is None


@pytest.mark.parametrize(("stored", "name"), [("softmax", "softmax"), (None, "linear")])
def test_the_activation_is_read(stored: str | None, name: str) -> None:
    activation = one_layer(dense("d", 3, stored)).activation
    assert activation is not None
    assert activation.name == name


@pytest.mark.parametrize("class_name", CUDA)
def test_layers_that_write_no_activation_have_the_one_they_always_use(class_name: str) -> None:
    activation = one_layer(older.layer(class_name, "r", units=3)).activation
    assert activation is not None
    assert activation.name == "tanh"


# Shapes and types


def test_the_input_shape_is_that_of_the_build() -> None:
    assert one_layer(dense("d", 3) | {"build_config": {"input_shape": [None, 4]}}).input_shape == (None, 4)


@pytest.mark.parametrize("build", [None, 3, [], {}, {"input_shape": "text"}, {"input_shape": [["x"]]}], ids=repr)
def test_an_odd_build_config_tells_no_shape(build: object) -> None:
    assert one_layer(dense("d", 3) | {"build_config": build}).input_shape is None


def test_a_shared_layer_may_have_other_shapes_than_it_was_built_with() -> None:
    node = {"args": [tensor("x", [None, 4])], "kwargs": {}}
    stored = dense("d", 3) | {"build_config": {"input_shape": [None, 4]}, "inbound_nodes": [node, node]}
    assert one_layer(stored).input_shape is None


@pytest.mark.parametrize(
    ("stored", "computed"),
    [
        ("float32", "float32"),
        ("mixed_float16", "float16"),
        ({"module": "keras", "class_name": "DTypePolicy", "config": {"name": "mixed_bfloat16"}}, "bfloat16"),
        ({"module": "keras.mixed_precision", "class_name": "Policy", "config": {"name": "mixed_float16"}}, "float16"),
        ({"class_name": "PolicyV1", "config": {"name": "float64"}}, "float64"),
        ({"class_name": "QuantizedDTypePolicy", "config": {"mode": "int8", "source_name": "float32"}}, "float32"),
        ({"class_name": "Policy", "config": {}}, None),
        ({"class_name": "Policy"}, None),
        (None, None),
        (16, None),
        (["float32"], None),
    ],
    ids=repr,
)
def test_the_type_a_layer_computes_in_is_read_from_its_policy(stored: object, computed: str | None) -> None:
    assert one_layer(dense("d", 3, dtype=stored)).compute_dtype == computed


# Operations of Keras 3


@pytest.mark.parametrize("module", ["keras.src.ops.nn", "keras.src.ops.numpy", "keras.ops.nn"])
def test_a_node_of_keras_ops_is_an_operation(module: str) -> None:
    read = one_layer(operation("Softmax", "s", module, axis=1))
    assert (read.kind, read.rule, read.config["axis"]) == (LayerKind.OPERATION, "Softmax", 1)


def test_the_relu_of_keras_activations_is_an_operation() -> None:
    assert one_layer(operation("ReLU", "r", "keras.src.activations.activations")).kind is LayerKind.OPERATION


COLLIDING = ["Add", "Average", "Concatenate", "Dot", "Maximum", "Minimum", "Multiply", "ReLU", "Reshape", "Softmax"]


@pytest.mark.parametrize("class_name", [*COLLIDING, "Subtract"])
def test_in_hdf5_an_operation_is_told_from_a_layer_by_trainable(class_name: str) -> None:
    call = tensor("x", [None, 4])
    assert one_layer(in_hdf5(class_name, call, axis=-1)).kind is LayerKind.OPERATION
    assert one_layer(in_hdf5(class_name, call, trainable=True, axis=-1)).kind is LayerKind.LAYER


@pytest.mark.parametrize("class_name", ["SpatialDropout1D", "SpatialDropout2D", "Discretization", "Pipeline"])
def test_layers_that_forget_to_write_trainable_are_still_layers(class_name: str) -> None:
    assert one_layer(in_hdf5(class_name, tensor("x", [None, 4]))).kind is LayerKind.LAYER


def test_a_layer_of_keras_2_that_writes_no_trainable_is_a_layer() -> None:
    stored = {"class_name": "Softmax", "config": {"name": "s", "axis": -1}, "name": "s"}
    stored |= {"inbound_nodes": [[reference("x")]]}
    assert one_layer(stored).kind is LayerKind.LAYER


# Opaque layers


@pytest.mark.parametrize(
    "stored",
    [custom("Dense", "d"), older.layer("mine>Dense", "d"), modern("Dense", "d") | {"module": None}],
    ids=["registered", "registered in HDF5", "of the main module"],
)
def test_a_custom_class_is_opaque_whatever_its_name(stored: Config) -> None:
    read = one_layer(stored)
    assert read.kind is LayerKind.OPAQUE
    assert read.reason is not None
    assert "is not part of Keras" in read.reason


def test_a_custom_class_is_called_by_its_full_name() -> None:
    assert one_layer(custom("Squash", "s")).class_name == "mine>Squash"


@pytest.mark.parametrize(
    ("class_name", "reason"),
    [
        ("ClassMethod", "it is a call of a Python class method"),
        ("InstanceMethod", "it is a call of a Python method"),
        ("InstanceProperty", "it is a Python property"),
        ("TFSMLayer", "it runs another SavedModel"),
        ("TorchModuleWrapper", "it runs a PyTorch module"),
        ("JaxLayer", "it runs a JAX function"),
        ("FlaxLayer", "it runs a Flax module"),
        ("KerasLayer", "it runs a module of TensorFlow Hub"),
    ],
)
def test_layers_that_run_something_else_are_opaque(class_name: str, reason: str) -> None:
    read = one_layer(older.layer(class_name, "l"))
    assert (read.kind, read.reason) == (LayerKind.OPAQUE, reason)


# Lambda


@pytest.mark.parametrize(
    "stored",
    [LAMBDA, ["4wEAAAA=", None, None], {"class_name": "__tuple__", "items": ["4wE=", None]}, "code", None, 3],
    ids=["Keras 3", "Keras 2", "SavedModel", "Keras 1", "missing", "a number"],
)
def test_the_code_of_a_lambda_is_never_run(stored: object) -> None:
    read = one_layer(modern("Lambda", "l", function=stored))
    assert (read.kind, read.reason) == (LayerKind.OPAQUE, "its Python code is never run")


@pytest.mark.parametrize(
    ("stored", "name"), [("softmax", "softmax"), ("softmax_v2", "softmax"), ("sigmoid", "sigmoid")]
)
def test_a_lambda_of_a_named_activation_is_that_activation(stored: str, name: str) -> None:
    read = one_layer(modern("Lambda", "l", function=function(stored), arguments={}))
    assert (read.kind, read.rule, read.class_name) == (LayerKind.LAYER, "Activation", "Lambda")
    assert read.activation is not None
    assert read.activation.name == name


def test_a_lambda_of_another_function_is_opaque() -> None:
    assert one_layer(modern("Lambda", "l", function=function("mine"))).kind is LayerKind.OPAQUE


def test_a_lambda_with_arguments_is_opaque() -> None:
    """`Lambda(tf.nn.softmax, arguments={"axis": 1})` is another function."""
    read = one_layer(modern("Lambda", "l", function=function("softmax_v2"), arguments={"axis": 1}))
    assert read.kind is LayerKind.OPAQUE


# Merge of Keras 1


@pytest.mark.parametrize(
    ("mode", "rule"),
    [
        *(("sum", "Add"), ("mul", "Multiply"), ("ave", "Average"), ("concat", "Concatenate"), ("dot", "Dot")),
        *(("cos", "Dot"), ("max", "Maximum")),
    ],
)
def test_a_merge_of_keras_1_is_the_layer_of_its_mode(mode: str, rule: str) -> None:
    stored = older.layer(
        "Merge", "m", [["x", 0, 0], ["y", 0, 0]], mode=mode, mode_type="raw", concat_axis=1, dot_axes=2
    )
    read = one_layer(stored)
    assert (read.kind, read.rule, read.class_name) == (LayerKind.LAYER, rule, "Merge")
    assert (read.config["axis"], read.config["axes"]) == (1, 2)
    assert read.config["normalize"] is (mode == "cos")


@pytest.mark.parametrize(
    "config",
    [
        {"mode": "code", "mode_type": "lambda"},
        {"mode": "sum", "mode_type": "function"},
        {"mode": "other"},
        {"mode": 3},
        {},
    ],
    ids=repr,
)
def test_a_merge_by_python_code_is_opaque(config: dict[str, Any]) -> None:
    read = one_layer(older.layer("Merge", "m", **config))
    assert (read.kind, read.reason) == (LayerKind.OPAQUE, "its merge mode is Python code, which is never run")


# Wrappers


@pytest.mark.parametrize("class_name", sorted(WRAPPERS))
def test_a_wrapper_holds_the_graph_of_its_layer(class_name: str) -> None:
    read = one_layer(modern(class_name, "w", layer=dense("d", 3, "softmax")))
    assert read.kind is LayerKind.WRAPPER
    assert read.graph is not None
    assert read.graph.outputs == (TensorReference("d", 0, 0),)
    assert read.graph.layers["d"].calls[0].tensors == read.graph.inputs


def test_the_layer_in_a_wrapper_may_have_no_name() -> None:
    read = one_layer(modern("TimeDistributed", "w", layer={"class_name": "Dense", "config": {}}))
    assert read.graph is not None
    assert read.graph.outputs == (TensorReference("layer", 0, 0),)


@pytest.mark.parametrize(
    ("outer", "inner", "kept"),
    [
        ([None, 2, 4], [None, 4], (None, 4)),
        ([8, None, 4], [8, 4], (8, 4)),
        ([None, 2, 4], [4], None),
        ([None, 2, 4], [None, 2, 4], None),
        ([], [None, 4], None),
        (None, [None, 4], None),
    ],
)
def test_the_shape_that_a_layer_was_built_with_counts_in_a_time_distributed_only_if_the_wrapper_confirms_it(
    outer: list[int | None] | None, inner: list[int | None], kept: tuple[int | None, ...] | None
) -> None:
    head = dense("d", 3) | {"build_config": {"input_shape": inner}}
    read = one_layer(modern("TimeDistributed", "w", layer=head) | {"build_config": {"input_shape": outer}})
    assert read.graph is not None
    assert read.graph.layers["d"].input_shape == kept


def test_a_wrapper_may_hold_a_model() -> None:
    read = one_layer(modern("TimeDistributed", "w", layer=sequential(dense("d", 3), name="inner")))
    assert read.graph is not None
    assert read.graph.layers["inner"].kind is LayerKind.MODEL


def test_both_directions_of_a_bidirectional_are_read() -> None:
    forward, backward = (modern("LSTM", f"{way}_r", units=3, activation="tanh") for way in ("forward", "backward"))
    read = one_layer(modern("Bidirectional", "b", layer=forward, backward_layer=backward, merge_mode="concat"))
    assert read.graph is not None
    assert read.backward is not None
    assert "forward_r" in read.graph.layers
    assert "backward_r" in read.backward.layers


def test_a_bidirectional_of_keras_2_stores_one_direction() -> None:
    read = one_layer(older.layer("Bidirectional", "b", layer=older.layer("LSTM", "r", units=3)))
    assert read.graph is not None
    assert read.backward is None


@pytest.mark.parametrize("inner", [None, 3, [], {}, {"class_name": None}], ids=repr)
def test_a_wrapper_without_a_layer_is_opaque(inner: object) -> None:
    read = one_layer(modern("TimeDistributed", "w", layer=inner))
    assert (read.kind, read.reason) == (LayerKind.OPAQUE, "the layer that it wraps is not stored")


@pytest.mark.parametrize(
    "class_name", ["Addons>WeightNormalization", "Vitis>QuantizeWrapper", "tfmot>QuantizeWrapperV2"]
)
def test_wrappers_of_known_packages_are_wrappers(class_name: str) -> None:
    assert one_layer(older.layer(class_name, "w", layer=dense("d", 3))).kind is LayerKind.WRAPPER


def test_a_wrapper_of_another_package_is_opaque() -> None:
    assert one_layer(older.layer("mine>TimeDistributed", "w", layer=dense("d", 3))).kind is LayerKind.OPAQUE


# Cells


def test_the_cell_of_an_rnn_is_read() -> None:
    cell = modern("LSTMCell", "c", units=3, activation="tanh", recurrent_activation="sigmoid")
    read = one_layer(modern("RNN", "r", cell=cell))
    assert [inner.rule for inner in read.cells] == ["LSTMCell"]
    assert read.cells[0].activation is not None


def test_stacked_cells_are_read_in_order() -> None:
    cells = [modern("LSTMCell", "a", units=3), modern("GRUCell", "b", units=3)]
    stacked = {"class_name": "StackedRNNCells", "config": {"cells": cells}}
    assert [inner.name for inner in one_layer(modern("RNN", "r", cell=stacked)).cells] == ["a", "b"]


def test_a_custom_cell_is_opaque() -> None:
    read = one_layer(modern("RNN", "r", cell=custom("MyCell", "c", units=3)))
    assert [inner.kind for inner in read.cells] == [LayerKind.OPAQUE]


@pytest.mark.parametrize("cell", [None, 3, [], {}], ids=repr)
def test_an_rnn_may_have_no_cell(cell: object) -> None:
    assert one_layer(modern("RNN", "r", cell=cell)).cells == ()


def test_a_stack_of_cells_that_are_none_is_malformed() -> None:
    stacked = {"class_name": "StackedRNNCells", "config": {"cells": [3]}}
    assert refusal(one_layer, modern("RNN", "r", cell=stacked)).code is ErrorCode.MALFORMED_GRAPH


# Nested models


def test_a_nested_functional_model_is_one() -> None:
    read = one_layer(functional([source()], [["x", 0, 0]], name="inner"))
    assert read.kind is LayerKind.MODEL
    assert read.graph is not None


def test_a_nested_sequential_model_is_one() -> None:
    assert one_layer(sequential(dense("d", 3), name="inner")).kind is LayerKind.MODEL


def test_a_nested_functional_model_of_a_custom_class_can_be_walked() -> None:
    stored = functional([source()], [["x", 0, 0]], name="inner")
    assert one_layer(stored | {"module": "mine", "class_name": "Mine"}).kind is LayerKind.MODEL


def nested(depth: int, wrapper: bool = False) -> Config:
    """A layer inside of models or wrappers inside of each other."""
    model = dense("d", 3)
    for number in range(depth):
        name = f"m{number}"
        model = modern("TimeDistributed", name, layer=model) if wrapper else sequential(model, name=name)
    return model


@pytest.mark.parametrize("wrapper", [False, True], ids=["models", "wrappers"])
def test_nesting_ends_somewhere(wrapper: bool) -> None:
    assert one_layer(nested(DEEPEST_NESTING - 2, wrapper)).graph is not None
    error = refusal(one_layer, nested(DEEPEST_NESTING + 2, wrapper))
    assert error.code is ErrorCode.MALFORMED_GRAPH
    assert "more than 64 deep" in error.message

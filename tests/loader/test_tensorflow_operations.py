"""TFOpLambda, SlicingOpLambda and TensorFlowOpLayer as `keras.ops` operations (keras-facts: "Name correspondence")."""

from __future__ import annotations

from typing import Any

import pytest

from logitcheck.loader import calls
from logitcheck.loader.tensorflow_operations import read_function, read_node
from logitcheck.model import Call, LayerKind, Slice, TensorReference
from tests.loader.older import functional, graph_of, layer, one_layer, reference, source

X, Y, Z = (TensorReference(name, 0, 0) for name in "xyz")


def function_call(function: str, *args: object, **kwargs: object) -> tuple[str, Call]:
    """One call of a TFOpLambda, converted."""
    rule, options, (call,) = read_function(function, (calls.call(args, kwargs),))
    assert options == {}
    return rule, call


def node_call(
    op: str, *tensors: TensorReference, constants: dict[str, Any] | None = None, **attributes: Any
) -> tuple[str, Call]:
    """One call of a TensorFlowOpLayer, converted."""
    config = {"node_def": {"name": op, "op": op, "attr": attributes}, "constants": constants or {}}
    argument = tensors[0] if len(tensors) == 1 else list(tensors)
    rule, options, (call,) = read_node(config, (calls.call((argument,), {}),))
    assert options == {}
    return rule, call


# TFOpLambda


@pytest.mark.parametrize(
    ("function", "rule"),
    [
        *(("nn.softmax", "Softmax"), ("compat.v1.nn.softmax", "Softmax"), ("nn.log_softmax", "LogSoftmax")),
        *(("math.sigmoid", "Sigmoid"), ("nn.sigmoid", "Sigmoid"), ("math.log_sigmoid", "LogSigmoid")),
        *(("math.tanh", "Tanh"), ("nn.relu", "Relu"), ("nn.relu6", "Relu6"), ("math.softplus", "Softplus")),
        *(("nn.elu", "Elu"), ("nn.selu", "Selu"), ("nn.gelu", "Gelu"), ("nn.silu", "Silu"), ("nn.swish", "Silu")),
        *(("math.exp", "Exp"), ("math.log", "Log"), ("math.abs", "Abs"), ("math.square", "Square")),
        *(("math.negative", "Negative"), ("identity", "Identity"), ("stop_gradient", "StopGradient")),
        *(("cast", "Cast"), ("math.reduce_mean", "Mean"), ("math.reduce_sum", "Sum"), ("math.reduce_max", "Max")),
        *(("math.reduce_min", "Min"), ("math.argmax", "Argmax"), ("one_hot", "OneHot")),
        *(("reshape", "Reshape"), ("transpose", "Transpose"), ("compat.v1.transpose", "Transpose")),
        *(("expand_dims", "ExpandDims"), ("compat.v1.squeeze", "Squeeze"), ("concat", "Concatenate")),
        *(("math.l2_normalize", "L2Normalize"), ("stack", "Stack")),
        *(("split", "Split"), ("tile", "Tile"), ("clip_by_value", "Clip"), ("linalg.matmul", "Matmul")),
        *(("keras.backend.softmax", "Softmax"), ("convert_to_tensor", "ConvertToTensor")),
    ],
)
def test_a_function_of_tensorflow_is_an_operation(function: str, rule: str) -> None:
    assert function_call(function, X)[0] == rule


@pytest.mark.parametrize(
    ("function", "rule"),
    [
        *(("__operators__.add", "Add"), ("math.add", "Add"), ("math.subtract", "Subtract")),
        ("math.multiply", "Multiply"),
        *(("math.truediv", "TrueDivide"), ("math.divide", "TrueDivide"), ("math.pow", "Power")),
        *(("math.maximum", "Maximum"), ("math.minimum", "Minimum"), ("math.greater", "Greater"), ("math.less", "Less")),
    ],
)
def test_the_second_operand_may_be_a_keyword(function: str, rule: str) -> None:
    read, call = function_call(function, X, y=2.0, name=None)
    assert read == rule
    assert call.args == (X, 2.0)
    assert call.kwargs == {}


def test_a_second_operand_that_is_a_tensor_counts_as_one() -> None:
    _, call = function_call("math.subtract", 1.0, y=X)
    assert call.args == (1.0, X)
    assert call.tensors == (X,)


@pytest.mark.parametrize(
    ("function", "stored", "read"),
    [
        ("nn.softmax", {"axis": 1, "name": "n"}, {"axis": 1}),
        ("math.reduce_mean", {"axis": -1, "keepdims": True}, {"axis": -1, "keepdims": True}),
        ("compat.v1.reduce_sum", {"reduction_indices": 1, "keep_dims": True}, {"axis": 1, "keepdims": True}),
        ("clip_by_value", {"clip_value_min": 0, "clip_value_max": 1}, {"x_min": 0, "x_max": 1}),
        ("reshape", {"shape": [-1, 3]}, {"newshape": [-1, 3]}),
        ("compat.v1.transpose", {"perm": [0, 2, 1]}, {"axes": [0, 2, 1]}),
        ("compat.v1.squeeze", {"squeeze_dims": [1]}, {"axis": [1]}),
        ("one_hot", {"depth": 5}, {"num_classes": 5}),
        ("split", {"num_or_size_splits": 2, "axis": 1}, {"indices_or_sections": 2, "axis": 1}),
        ("math.argmax", {"dimension": 1}, {"axis": 1}),
        ("tile", {"multiples": [1, 2]}, {"repeats": [1, 2]}),
        ("nn.leaky_relu", {"alpha": 0.1}, {"negative_slope": 0.1}),
        ("compat.v1.gather", {"params": 1}, {"x": 1}),
        ("pad", {"paddings": [[0, 0], [1, 1]]}, {"pad_width": [[0, 0], [1, 1]]}),
    ],
)
def test_options_have_the_names_of_keras(function: str, stored: dict[str, object], read: dict[str, object]) -> None:
    assert function_call(function, X, **stored)[1].kwargs == read


@pytest.mark.parametrize(
    "function", ["image.unheard_of", "mine.softmax", "tfp.nn.softmax", "nn.unheard_of", "softmax.nn", "", "."]
)
def test_an_unknown_function_keeps_its_name_and_its_call(function: str) -> None:
    rule, call = function_call(function, X, size=3)
    assert rule == function
    assert (call.args, call.kwargs) == ((X,), {"size": 3})


def test_every_call_of_a_function_is_converted() -> None:
    _, _, converted = read_function("math.add", (calls.call((X,), {"y": 1}), calls.call((Y,), {"y": 2})))
    assert [call.args for call in converted] == [(X, 1), (Y, 2)]


def test_indexing_is_get_item_with_its_index_second() -> None:
    rule, call = function_call("__operators__.getitem", X, slice_spec=[..., Slice(None, 2, None)])
    assert rule == "GetItem"
    assert call.args == (X, [..., Slice(None, 2, None)])


@pytest.mark.parametrize("class_name", ["TFOpLambda", "SlicingOpLambda"])
@pytest.mark.parametrize("function", [None, 3, [], {}], ids=repr)
def test_a_function_layer_without_a_function_is_an_unknown_operation(class_name: str, function: object) -> None:
    read = one_layer(layer(class_name, "f", reference("x"), function=function))
    assert (read.kind, read.rule) == (LayerKind.OPERATION, class_name)


def test_a_function_in_a_graph_is_an_operation_of_that_name() -> None:
    head = layer("TFOpLambda", "tf.nn.softmax", reference("x", axis=1), function="nn.softmax")
    read = graph_of(functional([source(), head], [["tf.nn.softmax", 0, 0]])).layers["tf.nn.softmax"]
    assert (read.kind, read.rule, read.class_name) == (LayerKind.OPERATION, "Softmax", "TFOpLambda")
    assert read.calls[0].kwargs == {"axis": 1}


# TensorFlowOpLayer


@pytest.mark.parametrize(
    ("op", "rule"),
    [
        *(("Softmax", "Softmax"), ("LogSoftmax", "LogSoftmax"), ("Sigmoid", "Sigmoid"), ("Tanh", "Tanh")),
        *(("Relu", "Relu"), ("Relu6", "Relu6"), ("Softplus", "Softplus"), ("Exp", "Exp"), ("Log", "Log")),
        *(("Neg", "Negative"), ("Square", "Square"), ("Rsqrt", "Rsqrt"), ("Identity", "Identity"), ("Cast", "Cast")),
    ],
)
def test_a_node_of_one_operand_is_an_operation(op: str, rule: str) -> None:
    read, call = node_call(op, X)
    assert read == rule
    assert (call.args, call.kwargs) == ((X,), {})


@pytest.mark.parametrize(
    ("op", "rule"),
    [
        *(("Add", "Add"), ("AddV2", "Add"), ("BiasAdd", "Add"), ("Sub", "Subtract"), ("Mul", "Multiply")),
        *(("RealDiv", "TrueDivide"), ("Maximum", "Maximum"), ("Minimum", "Minimum"), ("Pow", "Power")),
        *(("MatMul", "Matmul"), ("BatchMatMulV2", "Matmul"), ("Greater", "Greater")),
    ],
)
def test_a_node_of_two_operands_is_an_operation(op: str, rule: str) -> None:
    read, call = node_call(op, X, Y)
    assert read == rule
    assert call.args == (X, Y)


@pytest.mark.parametrize(
    ("constants", "args"), [({"1": 2.0}, (X, 2.0)), ({"0": 2.0}, (2.0, X))], ids=["second", "first"]
)
def test_constants_stand_at_their_positions(constants: dict[str, float], args: tuple[object, ...]) -> None:
    assert node_call("Sub", X, constants=constants)[1].args == args


def test_constants_stand_between_tensors() -> None:
    assert node_call("SelectV2", X, Y, constants={"1": 0.5})[1].args == (X, 0.5, Y)


def test_keys_of_constants_that_are_no_positions_do_not_count() -> None:
    assert node_call("Sub", X, constants={"first": 1.0, "1": 2.0})[1].args == (X, 2.0)


def test_positions_beyond_the_operands_leave_gaps() -> None:
    assert node_call("Sub", X, constants={"7": 1.0})[1].args == (X, None)


@pytest.mark.parametrize(
    ("op", "rule"),
    [("Mean", "Mean"), ("Sum", "Sum"), ("Max", "Max"), ("Min", "Min"), ("ArgMax", "Argmax"), ("ArgMin", "Argmin")],
)
def test_the_axis_of_a_reduction_is_its_second_operand(op: str, rule: str) -> None:
    read, call = node_call(op, X, constants={"1": -1})
    assert read == rule
    assert call.args == (X,)
    assert call.kwargs["axis"] == -1


@pytest.mark.parametrize(
    ("stored", "keepdims"), [({"b": True}, True), ({"b": False}, False), ({}, False), (None, False)]
)
def test_reductions_keep_dimensions_if_they_say_so(stored: object, keepdims: bool) -> None:
    assert node_call("Mean", X, constants={"1": 1}, keep_dims=stored)[1].kwargs["keepdims"] is keepdims


@pytest.mark.parametrize(
    ("op", "rule", "name"),
    [
        *(("Reshape", "Reshape", "newshape"), ("Transpose", "Transpose", "axes"), ("ExpandDims", "ExpandDims", "axis")),
        *(("Tile", "Tile", "repeats"), ("OneHot", "OneHot", "num_classes")),
    ],
)
def test_constant_second_operands_are_options(op: str, rule: str, name: str) -> None:
    read, call = node_call(op, X, constants={"1": [0, 1]})
    assert read == rule
    assert (call.args, call.kwargs[name]) == ((X,), [0, 1])


def test_concatenation_has_its_axis_last() -> None:
    rule, call = node_call("ConcatV2", X, Y, constants={"2": 1})
    assert rule == "Concatenate"
    assert (call.args, call.kwargs["axis"]) == (([X, Y],), 1)


@pytest.mark.parametrize(("op", "rule"), [("Pack", "Stack"), ("AddN", "AddN")])
def test_operations_on_lists_take_one_list(op: str, rule: str) -> None:
    read, call = node_call(op, X, Y)
    assert read == rule
    assert call.args == ([X, Y],)


@pytest.mark.parametrize(
    ("stored", "axis"), [({"i": "1"}, 1), ({"i": "-1"}, -1), ({"i": 2}, 2), ({"i": "one"}, None), ({"i": None}, None)]
)
def test_the_axis_of_a_stack_is_an_attribute(stored: object, axis: int | None) -> None:
    assert node_call("Pack", X, Y, axis=stored)[1].kwargs["axis"] == axis


@pytest.mark.parametrize(
    ("stored", "axes"),
    [({"list": {"i": ["1", "-1"]}}, [1, -1]), ({"list": {"i": [2]}}, [2]), ({"list": {}}, []), (None, []), (3, [])],
)
def test_the_axes_of_a_squeeze_are_an_attribute(stored: object, axes: list[int]) -> None:
    assert node_call("Squeeze", X, squeeze_dims=stored)[1].kwargs["axis"] == axes


def slices(begin: list[int], end: list[int], strides: list[int], /, **masks: int) -> object:
    """The index that a StridedSlice stands for; `masks` are its bit masks."""
    attributes = {f"{name}_mask": {"i": str(bits)} for name, bits in masks.items()}
    rule, call = node_call("StridedSlice", X, constants={"1": begin, "2": end, "3": strides}, **attributes)
    assert rule == "GetItem"
    assert call.args[0] == X
    return call.args[1]


def test_a_strided_slice_is_a_list_of_slices() -> None:
    assert slices([0, 1], [5, 3], [1, 2]) == [Slice(0, 5, 1), Slice(1, 3, 2)]


def test_bits_of_the_begin_mask_are_open_starts() -> None:
    assert slices([9, 1], [5, 3], [1, 1], begin=0b01) == [Slice(None, 5, 1), Slice(1, 3, 1)]


def test_bits_of_the_end_mask_are_open_stops() -> None:
    assert slices([0, 1], [5, 9], [1, 1], end=0b10) == [Slice(0, 5, 1), Slice(1, None, 1)]


def test_bits_of_the_shrink_mask_are_single_positions() -> None:
    assert slices([0, -1], [0, 0], [1, 1], begin=0b01, end=0b01, shrink_axis=0b10) == [Slice(None, None, 1), -1]


def test_bits_of_the_new_axis_mask_are_new_axes() -> None:
    assert slices([0, 0], [0, 0], [1, 1], begin=0b01, end=0b01, new_axis=0b10) == [Slice(None, None, 1), None]


def test_bits_of_the_ellipsis_mask_are_ellipses() -> None:
    assert slices([0, 0], [0, 3], [1, 1], ellipsis=0b01, begin=0b10) == [..., Slice(None, 3, 1)]


def test_the_ellipsis_wins_over_other_bits() -> None:
    assert slices([0], [0], [1], ellipsis=1, new_axis=1, shrink_axis=1) == [...]


def test_a_mask_that_is_no_number_has_no_bits() -> None:
    constants = {"1": [0], "2": [2], "3": [1]}
    assert node_call("StridedSlice", X, constants=constants, begin_mask={"list": {}})[1].args == (X, [Slice(0, 2, 1)])


def test_a_strided_slice_with_too_few_operands_is_left_alone() -> None:
    rule, call = node_call("StridedSlice", X, constants={"1": [0]})
    assert rule == "GetItem"
    assert call.args == (X,)


@pytest.mark.parametrize("op", ["MirrorPad", "Unheard", "softmax"])
def test_an_unknown_node_keeps_its_name(op: str) -> None:
    assert node_call(op, X, constants={"1": 3})[0] == op


@pytest.mark.parametrize(
    "config",
    [{}, {"node_def": None}, {"node_def": "text"}, {"node_def": {"op": 3}}, {"node_def": {}, "constants": []}],
    ids=repr,
)
def test_a_node_without_an_op_is_unknown(config: dict[str, object]) -> None:
    assert read_node(config, ()) == ("TensorFlowOpLayer", {}, ())


def test_constants_of_a_wrong_type_are_none() -> None:
    config = {"node_def": {"op": "Softmax", "attr": []}, "constants": [1]}
    rule, _, (call,) = read_node(config, (calls.call((X,), {}),))
    assert (rule, call.args) == ("Softmax", (X,))


def test_a_node_goes_by_its_outer_name() -> None:
    """The config of a TensorFlowOpLayer has the name of the node, not that of the layer."""
    stored = layer("TensorFlowOpLayer", "tf_op_layer_Softmax", [reference("x")], node_def={"op": "Softmax"})
    stored["config"]["name"] = "Softmax"
    graph = graph_of(functional([source(), stored], [["tf_op_layer_Softmax", 0, 0]]))
    assert graph.layers["tf_op_layer_Softmax"].rule == "Softmax"

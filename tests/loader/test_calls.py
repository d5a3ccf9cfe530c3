"""Inbound nodes of Keras 1, 2 and 3 (keras-facts: "Functional")."""

from __future__ import annotations

import pytest

from logitcheck.errors import ErrorCode
from logitcheck.loader import calls
from logitcheck.model import Call, ConstantArray, Slice, TensorReference
from tests.building import tensor
from tests.loader.older import reference, refusal

NAMES = frozenset({"a", "b", "c", "d", "e", "i"})
A, B = TensorReference("a", 0, 0), TensorReference("b", 0, 0)
SHAPE = (None, 4)


def read_one(node: object) -> Call:
    read = calls.read([node], "layer", NAMES)
    assert len(read) == 1
    return read[0]


def modern(*args: object, **kwargs: object) -> Call:
    return read_one({"args": list(args), "kwargs": kwargs})


@pytest.mark.parametrize("raw", [None, []], ids=repr)
def test_a_layer_may_have_no_calls(raw: object) -> None:
    assert calls.read(raw, "layer", NAMES) == ()


@pytest.mark.parametrize("raw", ["text", 3, {}, {"args": []}, True], ids=repr)
def test_inbound_nodes_are_a_list(raw: object) -> None:
    error = refusal(calls.read, raw, "layer", NAMES)
    assert error.code is ErrorCode.MALFORMED_GRAPH
    assert "'layer' should be a list" in error.message


def test_every_node_is_a_call() -> None:
    node = {"args": [tensor("a", SHAPE)], "kwargs": {}}
    assert len(calls.read([node, node, node], "layer", NAMES)) == 3


# Keras 3


def test_keras_3_stores_a_tensor_with_its_shape() -> None:
    (read,) = modern(tensor("a", SHAPE, 2, 1)).tensors
    assert (read.layer, read.call, read.tensor, read.shape) == ("a", 2, 1, (None, 4))


def test_keras_3_stores_a_list_of_tensors() -> None:
    call = modern([tensor("a", SHAPE), tensor("b", SHAPE)])
    assert call.args == ([A, B],)
    assert call.tensors == (A, B)


def test_tensors_in_dicts_come_in_sorted_order() -> None:
    assert modern({"z": tensor("a", SHAPE), "b": tensor("b", SHAPE)}).tensors == (B, A)


def test_tensors_may_be_keyword_arguments() -> None:
    assert modern(tensor("a", SHAPE), value=tensor("b", SHAPE)).tensors == (A, B)


@pytest.mark.parametrize("keyword", ["mask", "attention_mask", "query_mask", "value_mask", "key_mask"])
def test_masks_carry_no_values(keyword: str) -> None:
    call = modern(tensor("a", SHAPE), **{keyword: tensor("b", SHAPE)})
    assert call.tensors == (A,)
    assert call.kwargs[keyword] == B


@pytest.mark.parametrize("constant", [None, True, 3, 1.5, "text", [1, [2]]], ids=repr)
def test_constants_are_kept_as_they_are(constant: object) -> None:
    assert modern(tensor("a", SHAPE), constant).args[1] == constant


@pytest.mark.parametrize("class_name", ["__numpy__", "__tensor__"])
def test_constant_arrays_are_kept_with_their_values(class_name: str) -> None:
    stored = {"class_name": class_name, "config": {"value": [[1.0, 2.0]], "dtype": "float32"}}
    assert modern(stored).args == (ConstantArray([[1.0, 2.0]]),)


def test_a_slice_keeps_its_parts() -> None:
    stored = {"class_name": "__slice__", "config": {"start": None, "stop": tensor("b", SHAPE), "step": 2}}
    call = modern(tensor("a", SHAPE), [stored])
    assert call.args[1] == [Slice(None, B, 2)]
    assert call.tensors == (A, B)


def test_an_ellipsis_is_one() -> None:
    assert modern(tensor("a", SHAPE), {"class_name": "__ellipsis__", "config": {}}).args[1] is ...


def test_keyword_arguments_of_a_wrong_type_are_malformed() -> None:
    node = {"args": [tensor("a", SHAPE)], "kwargs": [1, 2]}
    assert refusal(calls.read, [node], "layer", NAMES).code is ErrorCode.MALFORMED_GRAPH


def test_keyword_arguments_may_be_missing_or_null() -> None:
    assert read_one({"args": [tensor("a", SHAPE)]}).kwargs == {}
    assert read_one({"args": [tensor("a", SHAPE)], "kwargs": None}).kwargs == {}
    assert read_one([["a", 0, 0, None]]).kwargs == {}


@pytest.mark.parametrize("class_name", ["__keras_tensoz__", None, 3, {}], ids=repr)
def test_a_tensor_whose_class_is_damaged_is_malformed_and_not_left_out(class_name: object) -> None:
    stored = tensor("a", SHAPE) | {"class_name": class_name}
    assert refusal(calls.read, [{"args": [[stored, tensor("b", SHAPE)]]}], "layer", NAMES).code is (
        ErrorCode.MALFORMED_GRAPH
    )


def test_a_tensor_without_a_config_is_malformed() -> None:
    stored = {"class_name": "__keras_tensor__", "konfig": {"keras_history": ["a", 0, 0]}}
    assert refusal(calls.read, [{"args": [stored]}], "layer", NAMES).code is ErrorCode.MALFORMED_GRAPH


@pytest.mark.parametrize(
    "history",
    [None, [], ["a"], ["a", 0], ["a", 0, 0, 0], [0, 0, 0], ["a", "0", 0], ["a", 0, 1.0], "a00", {"a": 0}],
    ids=repr,
)
def test_a_tensor_without_a_history_is_malformed(history: object) -> None:
    stored = {"class_name": "__keras_tensor__", "config": {"shape": [None], "keras_history": history}}
    assert refusal(calls.read, [{"args": [stored]}], "layer", NAMES).code is ErrorCode.MALFORMED_GRAPH


@pytest.mark.parametrize("shape", [None, "text", 5, [None, "4"], [[]]], ids=repr)
def test_an_odd_static_shape_is_unknown(shape: object) -> None:
    stored = {"class_name": "__keras_tensor__", "config": {"shape": shape, "keras_history": ["a", 0, 0]}}
    assert modern(stored).tensors[0].shape is None


@pytest.mark.parametrize("wrap", [lambda inner: [inner], lambda inner: {"key": inner}], ids=["lists", "dicts"])
def test_arguments_nested_too_deep_are_malformed(wrap: object) -> None:
    nested: object = tensor("a", SHAPE)
    for _ in range(60):
        nested = wrap(nested)  # type: ignore[operator]
    error = refusal(calls.read, [{"args": [nested]}], "layer", NAMES)
    assert error.code is ErrorCode.MALFORMED_GRAPH
    assert "nested more than" in error.message


# Keras 2 and 1


def test_keras_2_stores_a_list_of_references_with_keywords() -> None:
    call = read_one([reference("a", 2, 1, training=False)])
    assert call.args == (TensorReference("a", 2, 1),)
    assert call.kwargs == {"training": False}


def test_keras_1_stores_references_without_keywords() -> None:
    assert read_one([["a", 0, 0]]).tensors == (A,)


def test_several_references_are_one_list_argument() -> None:
    call = read_one([reference("a"), reference("b")])
    assert call.args == ([A, B],)
    assert call.tensors == (A, B)


def test_the_keywords_stand_with_the_first_reference() -> None:
    assert read_one([reference("a", axis=1), reference("b")]).kwargs == {"axis": 1}


def test_operation_layers_drop_one_level() -> None:
    call = read_one(reference("a", y=reference("b")[:3]))
    assert call.args == (A,)
    assert call.kwargs == {"y": B}
    assert call.tensors == (A, B)


def test_a_call_on_a_dict_of_tensors() -> None:
    assert read_one([{"q": reference("b"), "p": reference("a")}]).tensors == (A, B)


def test_a_call_on_a_dict_of_tensors_with_one_level_less() -> None:
    assert read_one({"q": reference("b"), "p": reference("a")}).tensors == (A, B)


def test_a_call_on_a_list_of_lists_of_tensors() -> None:
    assert read_one([[reference("a"), reference("b")], reference("c")]).tensors == (A, B, TensorReference("c", 0, 0))


def test_the_first_argument_may_be_a_constant() -> None:
    call = read_one(["_CONSTANT_VALUE", -1, 1.0, {"y": ["a", 0, 0]}])
    assert call.args == (1.0,)
    assert call.tensors == (A,)


def test_a_constant_may_stand_without_keywords() -> None:
    assert read_one([["_CONSTANT_VALUE", -1, [1, 2]]]).args == ([1, 2],)


def test_tensors_among_the_keywords_are_told_by_their_layers() -> None:
    call = read_one([reference("a", values=[["b", 0, 0], ["b", 0, 0, {}]], names=["nobody", 0, 0])])
    assert call.kwargs == {"values": [B, B], "names": ["nobody", 0, 0]}
    assert call.tensors == (A, B, B)


def test_masks_of_keras_2_carry_no_values() -> None:
    assert read_one([reference("a", mask=["b", 0, 0])]).tensors == (A,)


def test_slices_and_ellipses_of_keras_2() -> None:
    parts = [{"class_name": "__ellipsis__"}, {"start": 0, "stop": ["b", 0, 0], "step": None}, None]
    call = read_one(reference("a", slice_spec=parts))
    assert call.kwargs["slice_spec"] == [..., Slice(0, B, None), None]
    assert call.tensors == (A, B)


def test_other_dicts_among_the_keywords_are_constants() -> None:
    assert read_one([reference("a", options={"deep": 1})]).kwargs == {"options": {"deep": 1}}


@pytest.mark.parametrize("rest", [[3], ["text"], [[]]], ids=repr)
def test_keywords_of_a_wrong_type_are_malformed(rest: list[object]) -> None:
    assert refusal(calls.read, [[["a", 0, 0, *rest]]], "layer", NAMES).code is ErrorCode.MALFORMED_GRAPH


@pytest.mark.parametrize(
    "node",
    [
        *(None, 3, "text", True),
        *(["a"], ["a", 0], ["a", 0, 0, {}, {}], ["a", "0", 0], ["a", 0, None], ["a", 0.0, 0]),
        *([["a"]], [["a", 0]], [[0, 0, 0]], [["a", 0, 0, {}, {}]], [3], [None], [["a", 0, 0], 3], [[]]),
        *({"q": 3}, {"q": ["a"]}, [{"q": None}], {"args": 3}, {"kwargs": {}}),
    ],
    ids=repr,
)
def test_calls_on_what_is_no_tensor_are_malformed(node: object) -> None:
    assert refusal(calls.read, [node], "layer", NAMES).code is ErrorCode.MALFORMED_GRAPH


def test_keywords_nested_too_deep_are_malformed() -> None:
    nested: object = 1
    for _ in range(60):
        nested = [nested]
    assert refusal(calls.read, [[reference("a", key=nested)]], "layer", NAMES).code is ErrorCode.MALFORMED_GRAPH

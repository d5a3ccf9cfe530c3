from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest

from logitcheck.errors import ErrorCode, UnreadableInputError
from logitcheck.loader import envelopes, graphs
from logitcheck.loader.assemble import assemble
from logitcheck.loader.stored import of_archive
from logitcheck.model import ContainerFormat, Graph, LayerKind, TensorReference
from tests.building import Config, called, compiled, custom, dense, functional, layer, sequential, source, tensor
from tests.loader import older
from tests.loader.older import graph_of, reference, refusal

SHAPE = (None, 4)


def diamond() -> Config:
    """A functional model of Keras 3: two branches of one input, added."""
    return functional(
        [
            source(),
            called(dense("a", 4, "relu"), tensor("x", SHAPE)),
            called(dense("b", 4), tensor("x", SHAPE)),
            called(layer("Add", "sum"), [tensor("a", SHAPE), tensor("b", SHAPE)]),
        ],
        [["sum", 0, 0]],
    )


def older_diamond() -> Config:
    """The same model of Keras 2."""
    return older.functional(
        [
            older.source(),
            older.layer("Dense", "a", [reference("x")], units=4, activation="relu"),
            older.layer("Dense", "b", [reference("x")], units=4, activation="linear"),
            older.layer("Add", "sum", [reference("a"), reference("b")]),
        ],
        [["sum", 0, 0]],
    )


def oldest_diamond() -> Config:
    """The same model of Keras 1."""
    return older.functional(
        [
            older.source(),
            older.layer("Dense", "a", [["x", 0, 0]], output_dim=4, activation="relu"),
            older.layer("Dense", "b", [["x", 0, 0]], output_dim=4, activation="linear"),
            older.layer("Merge", "sum", [["a", 0, 0], ["b", 0, 0]], mode="sum", mode_type="raw"),
        ],
        [["sum", 0, 0]],
        class_name="Model",
    )


# Functional


@pytest.mark.parametrize("model", [diamond, older_diamond, oldest_diamond], ids=["Keras 3", "Keras 2", "Keras 1"])
def test_a_functional_model_of_every_generation_is_the_same_graph(model: Any) -> None:
    graph = graph_of(model())
    assert graph.inputs == (TensorReference("x", 0, 0),)
    assert graph.outputs == (TensorReference("sum", 0, 0),)
    assert {name: entry.rule for name, entry in graph.layers.items()} == {
        "x": "InputLayer",
        "a": "Dense",
        "b": "Dense",
        "sum": "Add",
    }
    assert graph.layers["sum"].calls[0].tensors == (TensorReference("a", 0, 0), TensorReference("b", 0, 0))


@pytest.mark.parametrize("class_name", ["Functional", "Model", "Network", "Container", "MyModel", "mine>MyModel"])
def test_a_functional_model_is_told_by_its_structure(class_name: str) -> None:
    assert graph_of(diamond() | {"class_name": class_name}).outputs == (TensorReference("sum", 0, 0),)


@pytest.mark.parametrize(
    "config",
    [None, {}, 3, "text", {"layers": {}}, {"name": "m", "units": 3, "layers": []}, {"output_layers": []}],
    ids=repr,
)
def test_a_config_without_layers_and_outputs_cannot_be_walked(config: object) -> None:
    read = envelopes.read({"class_name": "MyModel", "module": "mine", "config": config, "registered_name": None})
    assert read is not None
    assert graphs.read(read) is None


@pytest.mark.parametrize(
    ("outputs", "leaves"),
    [
        (["o", 0, 0], [((), "o")]),
        ([["o", 0, 0]], [((0,), "o")]),
        ([["o", 0, 0], ["p", 1, 2]], [((0,), "o"), ((1,), "p")]),
        ({"z": ["o", 0, 0], "b": ["p", 0, 0]}, [(("b",), "p"), (("z",), "o")]),
        ([["o", 0, 0], [["p", 0, 0], ["q", 0, 0]]], [((0,), "o"), ((1, 0), "p"), ((1, 1), "q")]),
        ({"k": [["o", 0, 0], {"l": ["p", 0, 0]}]}, [(("k", 0), "o"), (("k", 1, "l"), "p")]),
        ({"class_name": "__tuple__", "items": [["o", 0, 0]]}, [((0,), "o")]),
        ([], []),
    ],
    ids=["flat", "list of one", "list", "dict, sorted", "nested lists", "lists in a dict", "tuple", "none"],
)
def test_every_form_of_the_outputs_is_a_list_of_leaves(outputs: object, leaves: object) -> None:
    assert [(path, read.layer) for path, read in graphs.leaves(outputs)] == leaves


def test_a_leaf_keeps_its_numbers() -> None:
    assert [read for _, read in graphs.leaves(["o", 2, 1])] == [TensorReference("o", 2, 1)]


@pytest.mark.parametrize(
    "outputs",
    [
        None,
        3,
        "o",
        True,
        ["o"],
        ["o", 0],
        ["o", "0", 0],
        ["o", 0.0, 0],
        ["o", 0, 0, 0],
        [["o", 0, 0], None],
        {"a": None},
    ],
    ids=repr,
)
def test_outputs_that_are_no_references_are_malformed(outputs: object) -> None:
    assert refusal(graph_of, functional([source()], outputs)).code is ErrorCode.MALFORMED_GRAPH


def test_outputs_nested_too_deep_are_malformed() -> None:
    outputs: object = ["x", 0, 0]
    for _ in range(20):
        outputs = [outputs]
    error = refusal(graph_of, functional([source()], outputs))
    assert error.code is ErrorCode.MALFORMED_GRAPH
    assert "more than 16 deep" in error.message


@pytest.mark.parametrize("inputs", [["x", 0, 0], [["x", 0, 0]], {"key": ["x", 0, 0]}], ids=["flat", "list", "dict"])
def test_every_form_of_the_inputs_is_read(inputs: object) -> None:
    assert graph_of(functional([source()], [["x", 0, 0]], inputs)).inputs == (TensorReference("x", 0, 0),)


def test_the_inputs_may_be_missing() -> None:
    model = diamond()
    del model["config"]["input_layers"]
    assert graph_of(model).inputs == ()


def test_two_layers_of_one_name_are_malformed() -> None:
    twice = called(dense("a", 3), tensor("x", SHAPE))
    error = refusal(graph_of, functional([source(), twice, twice], [["a", 0, 0]]))
    assert error.code is ErrorCode.MALFORMED_GRAPH
    assert error.message == "Two layers of the model are called 'a'."


def test_an_entry_that_is_no_layer_is_malformed() -> None:
    assert refusal(graph_of, functional([source()], [["x", 0, 0]]) | {"config": {"layers": [3], "output_layers": []}})


def test_a_lone_surrogate_in_a_name_is_a_name() -> None:
    model = functional([source("\ud800"), called(dense("d\udfff", 3), tensor("\ud800", SHAPE))], [["d\udfff", 0, 0]])
    assert graph_of(model).outputs == (TensorReference("d\udfff", 0, 0),)


def test_a_shared_layer_has_a_call_for_every_use() -> None:
    shared = called(called(dense("d", 4), tensor("x", SHAPE)), tensor("d", SHAPE))
    graph = graph_of(functional([source(), shared], [["d", 1, 0]]))
    assert [call.tensors[0] for call in graph.layers["d"].calls] == [
        TensorReference("x", 0, 0),
        TensorReference("d", 0, 0),
    ]


# Sequential


def chain(model: Config) -> list[tuple[str, list[str]]]:
    """The names of a graph's layers and what each is called on."""
    graph = graph_of(model)
    return [
        (name, [read.layer for call in entry.calls for read in call.tensors]) for name, entry in graph.layers.items()
    ]


def test_a_sequential_model_of_keras_3_is_a_chain() -> None:
    model = sequential(dense("a", 3), dense("b", 3))
    assert chain(model) == [("x", []), ("a", ["x"]), ("b", ["a"])]
    assert graph_of(model).outputs == (TensorReference("b", 0, 0),)


def test_a_sequential_model_of_keras_2_may_lack_its_input() -> None:
    first = older.layer("Dense", "a", units=3, batch_input_shape=[None, 4])
    graph = graph_of({"class_name": "Sequential", "config": {"name": "s", "layers": [first]}})
    (entry,) = graph.inputs
    assert graph.layers[entry.layer].kind is LayerKind.INPUT
    assert graph.layers[entry.layer].config["batch_shape"] == [None, 4]
    assert graph.layers["a"].calls[0].tensors == (entry,)


def test_the_shape_of_a_missing_input_may_stand_beside_the_layers() -> None:
    config = {"name": "s", "layers": [dense("a", 3)], "build_input_shape": [None, 9]}
    graph = graph_of({"class_name": "Sequential", "config": config})
    assert graph.layers[graph.inputs[0].layer].config["batch_shape"] == [None, 9]


@pytest.mark.parametrize("name", ["input", "implicit_input"])
def test_a_missing_input_does_not_take_the_name_of_a_layer(name: str) -> None:
    graph = graph_of({"class_name": "Sequential", "config": {"layers": [dense(name, 3)]}})
    assert len(graph.layers) == 2
    assert graph.outputs == (TensorReference(name, 0, 0),)
    assert graph.layers[name].calls[0].tensors == graph.inputs


def test_the_config_of_an_old_sequential_model_is_the_list_itself() -> None:
    model = {"class_name": "Sequential", "config": [dense("a", 3), dense("b", 3)]}
    assert chain(model)[-1] == ("b", ["a"])
    assert graph_of(model).outputs == (TensorReference("b", 0, 0),)


def test_an_empty_sequential_model_gives_its_input() -> None:
    graph = graph_of({"class_name": "Sequential", "config": {"layers": []}})
    assert graph.outputs == graph.inputs


def test_layers_without_names_are_a_chain_all_the_same() -> None:
    unnamed = {"class_name": "Dense", "config": {}}
    read = chain({"class_name": "Sequential", "config": [unnamed, unnamed, unnamed]})
    assert len(read) == 4
    assert [fed for _, fed in read[1:]] == [[name] for name, _ in read[:-1]]


def test_layers_of_one_name_are_told_apart_by_their_position() -> None:
    """Keras refuses them, but a chain is a chain."""
    model = sequential(dense("a", 3), dense("a", 3))
    assert chain(model) == [("x", []), ("a", ["x"]), ("a#2", ["a"])]


def test_stored_calls_in_a_sequential_model_do_not_count() -> None:
    model = sequential(called(dense("a", 3), tensor("nobody", SHAPE)))
    assert chain(model) == [("x", []), ("a", ["x"])]


def test_a_sequential_subclass_without_a_config_of_its_own_is_a_chain() -> None:
    model = sequential(dense("a", 3)) | {"module": "mine", "class_name": "Mine", "registered_name": "mine>Mine"}
    assert chain(model) == [("x", []), ("a", ["x"])]


def test_a_subclass_with_a_config_of_its_own_cannot_be_walked() -> None:
    model = sequential(dense("a", 3)) | {"module": "mine", "class_name": "Mine", "registered_name": "mine>Mine"}
    model["config"]["temperature"] = 2.0
    read = envelopes.read(model)
    assert read is not None
    assert graphs.read(read) is None


def test_a_model_in_a_sequential_model_is_one_link() -> None:
    inner = functional([source("i")], [["i", 0, 0]], name="inner")
    graph = graph_of(sequential(inner, dense("a", 3)))
    assert graph.layers["inner"].kind is LayerKind.MODEL
    assert graph.layers["a"].calls[0].tensors == (TensorReference("inner", 0, 0),)


# Wrong types anywhere


def everything() -> Config:
    """A compiled model of Keras 3 with most of what a config can hold."""
    inner = functional([source("i"), called(dense("h", 4, "relu"), tensor("i", SHAPE))], [["h", 0, 0]], name="inner")
    cell = {"class_name": "StackedRNNCells", "config": {"cells": [layer("LSTMCell", "c", units=3)]}}
    recurrent = layer("RNN", "r", cell=cell) | {"build_config": {"input_shape": [None, 2, 4]}}
    index = [{"class_name": "__slice__", "config": {"start": 0, "stop": None, "step": None}}]
    model = functional(
        [
            source(),
            called(inner, tensor("x", SHAPE)),
            called(layer("Reshape", "wide", target_shape=[2, 2]), tensor("inner", SHAPE)),
            called(recurrent, tensor("wide", (None, 2, 2)), mask=None),
            called(layer("GetItem", "part"), tensor("r", (None, 3)), index),
            called(layer("TimeDistributed", "t", layer=dense("td", 3, "softmax")), tensor("wide", (None, 2, 2))),
            called(custom("Mine", "m"), [tensor("part", SHAPE)]),
            called(layer("Softmax", "s", axis=-1), tensor("part", (None, 3))),
        ],
        {"one": ["s", 0, 0], "two": [["t", 0, 0], ["m", 0, 0]]},
    )
    return compiled(model, {"one": "mse", "two": [None, "mae"]}, loss_weights={"one": 1.0})


def older_everything() -> Config:
    """A compiled model of Keras 2 with operations of TensorFlow."""
    slices = {"1": [0, 0], "2": [0, 2], "3": [1, 1]}
    masks = {"begin_mask": {"i": "3"}, "end_mask": {"i": "1"}}
    model = older.functional(
        [
            older.source(),
            older.layer("Dense", "d", [reference("x")], units=4, activation="softmax"),
            older.layer("TFOpLambda", "f", reference("d", axis=-1), function="nn.softmax"),
            older.layer("TFOpLambda", "c", ["_CONSTANT_VALUE", -1, 1.0, {"y": ["f", 0, 0]}], function="math.add"),
            older.layer(
                "TensorFlowOpLayer",
                "v",
                [reference("c")],
                node_def={"op": "StridedSlice", "attr": masks},
                constants=slices,
            ),
            older.layer("Concatenate", "z", [reference("v"), reference("d")], axis=-1),
            older.layer("Lambda", "l", [reference("z")], function=["4wE=", None, None], arguments={}),
        ],
        [["l", 0, 0], ["z", 0, 0]],
    )
    return compiled(model, ["mse", {"class_name": "BinaryCrossentropy", "config": {"from_logits": True}}])


def places(value: object, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """The path of everything inside `value`."""
    entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in entries:
        yield (*path, key)
        yield from places(item, (*path, key))


def read_whole(graph: Graph) -> bool:
    """Read every layer, also those that no output asks for."""
    return all(entry.graph is None or read_whole(entry.graph) for entry in graph.layers.values())


WRONG: list[Any] = [None, True, -1, 10**20, 1.5, "text", [], {}, [[]], {"class_name": "Dense"}]
MODELS = {"Keras 3": everything, "Keras 2": older_everything}
PLACES = [(name, place) for name, model in MODELS.items() for place in places(model())]


def test_the_models_that_get_wrong_types_are_right_without_them() -> None:
    for model in MODELS.values():
        raw = json.dumps(model()).encode()
        assert assemble(of_archive(raw, None, ContainerFormat.KERAS)).graph is not None


@pytest.mark.parametrize(("name", "place"), PLACES, ids=["/".join(map(str, (name, *place))) for name, place in PLACES])
def test_a_wrong_type_in_any_field_is_read_or_refused_and_never_crashes(
    name: str, place: tuple[str | int, ...]
) -> None:
    for wrong in WRONG:
        model: Any = MODELS[name]()
        inside = model
        for step in place[:-1]:
            inside = inside[step]
        inside[place[-1]] = copy.deepcopy(wrong)
        try:
            read = assemble(of_archive(json.dumps(model).encode(), None, ContainerFormat.KERAS))
        except UnreadableInputError as error:
            assert error.error.code in {ErrorCode.MALFORMED_GRAPH, ErrorCode.NOT_A_MODEL}  # noqa: PT017  it may be read just as well
        else:
            assert read.graph is None or read_whole(read.graph)


@pytest.mark.parametrize("name", ["layers", "output_layers"])
def test_a_functional_model_needs_its_fields(name: str) -> None:
    model = diamond()
    del model["config"][name]
    read = envelopes.read(model)
    assert read is not None
    assert graphs.read(read) is None


@pytest.mark.parametrize("wrong", [None, 3, "text", True, [None], [3], [["x"]], {"x": 3}], ids=repr)
@pytest.mark.parametrize("place", [("layers", 1), ("layers", 1, "inbound_nodes", 0)], ids=["a layer", "a call"])
def test_what_is_no_layer_and_no_call_is_malformed(place: tuple[str | int, ...], wrong: Any) -> None:
    model = diamond()
    inside: Any = model["config"]
    for step in place[:-1]:
        inside = inside[step]
    inside[place[-1]] = wrong
    assert refusal(graph_of, model).code is ErrorCode.MALFORMED_GRAPH


@pytest.mark.parametrize(
    "config", [sequential(dense("d", 3)), functional([source()], [["x", 0, 0]])], ids=["chain", "graph"]
)
def test_a_layer_of_keras_with_the_config_of_a_model_is_malformed(config: Config) -> None:
    """Keras makes no Dense of such a config, so that nothing may be told of it."""
    entry = config | {"module": "keras.layers", "class_name": "Dense"}
    assert refusal(graph_of, sequential(entry)).code is ErrorCode.MALFORMED_GRAPH


@pytest.mark.parametrize("class_name", ["TensorFlowOpLayer", "TFOpLambda", "SlicingOpLambda"])
def test_nor_is_an_operation_of_tensorflow_a_model(class_name: str) -> None:
    inner = older.functional([older.source()], [["x", 0, 0]])
    entry = older.layer(class_name, "l", [older.reference("x")]) | {"config": inner["config"]}
    error = refusal(graph_of, older.functional([older.source(), entry], [["l", 0, 0]]))
    assert error.code is ErrorCode.MALFORMED_GRAPH


@pytest.mark.parametrize("class_name", [{}, [], 3, None], ids=repr)
def test_a_custom_model_whose_first_layer_has_a_class_of_a_wrong_type_cannot_be_walked(class_name: object) -> None:
    stored = sequential(dense("d", 3)) | {"module": "mine", "class_name": "Mine"}
    stored["config"]["layers"][0]["class_name"] = class_name
    envelope = envelopes.read(stored)
    assert envelope is not None
    assert graphs.read(envelope) is None


def test_so_it_is_where_only_the_name_of_the_class_is_stored() -> None:
    entry = {"class_name": "Dense", "config": functional([source()], [["x", 0, 0]])["config"], "name": "d"}
    assert refusal(graph_of, sequential(entry)).code is ErrorCode.MALFORMED_GRAPH

"""The end of an exported graph: what is followed, what decides an output, and where the way ends."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import logitcheck
from logitcheck.analyzer.values import Kind
from logitcheck.errors import ErrorCode
from logitcheck.loader.graphs import MOST_OUTPUTS
from logitcheck.report import OutputReport
from tests import saved_models
from tests.loader.older import refused
from tests.saved_models import (
    FLOAT,
    HALF,
    INT32,
    calling,
    children,
    constant,
    described,
    function,
    kind,
    node,
    objects,
    root,
    saved,
    shape,
    shapes,
    signature,
    span,
    variable,
    varint,
    whole,
)

OUT = "y"
FREE, FROZEN = [root(), variable(), variable()], [root(), variable(trained=False), variable(trained=False)]
READS = [node("w/read", "ReadVariableOp", "w"), node("b/read", "ReadVariableOp", "b")]
DENSE = [
    *READS,
    node("product", "MatMul", "x", "w/read:value:0", T=kind(FLOAT)),
    node("sum", "BiasAdd", "product:product:0", "b/read:value:0", T=kind(FLOAT), _output_shapes=shapes([None, 3])),
]


def served(
    nodes: Iterable[bytes],
    tensor: str,
    kept: Sequence[bytes] = FREE,
    bound: Sequence[int] = (1, 2),
    functions: Iterable[bytes] = (),
) -> bytes:
    """A SavedModel that serves what a function of `x` and the variables `w` and `b` returns."""
    body = function("serve", ["x", "w", "b"], nodes, out=tensor)
    outer = [
        node("serving_x", "Placeholder", dtype=kind(FLOAT)),
        node("w", "VarHandleOp"),
        node("b", "VarHandleOp"),
        node("call", "StatefulPartitionedCall", "serving_x", "w", "b", f=calling("serve")),
    ]
    return saved(
        outer, [body, *functions], {"serving_default": signature(**{OUT: "call:0"})}, objects(kept, {"serve": bound})
    )


def output(folder: Path, graph: bytes) -> OutputReport:
    report = logitcheck.inspect(saved_models.write(folder, graph))
    assert report.error is None
    (only,) = report.outputs
    return only


def of_nodes(folder: Path, nodes: Iterable[bytes], tensor: str) -> OutputReport:
    return output(folder, served(nodes, tensor))


def reason(found: OutputReport) -> str:
    assert found.kind is Kind.UNKNOWN
    return found.evidence[0].effect.removeprefix("unknown: ")


def test_a_product_with_weights_and_a_bias_puts_out_logits(tmp_path: Path) -> None:
    found = of_nodes(tmp_path, DENSE, "sum:output:0")
    assert (found.name, found.kind, found.classes) == (OUT, Kind.LOGITS, 3)
    assert [(step.layer, step.class_name) for step in found.evidence] == [("sum", "MatMul")]


@pytest.mark.parametrize(
    ("op", "expected", "axis"),
    [
        ("Softmax", Kind.PROBABILITIES, -1),
        ("LogSoftmax", Kind.LOG_PROBABILITIES, -1),
        ("Sigmoid", Kind.UNIT_INTERVAL, None),
        ("Tanh", Kind.RANGE, None),
        ("Relu", Kind.RANGE, None),
    ],
)
def test_an_operation_at_the_end_decides(tmp_path: Path, op: str, expected: Kind, axis: int | None) -> None:
    found = of_nodes(tmp_path, [*DENSE, node("end", op, "sum:output:0", T=kind(FLOAT))], "end:y:0")
    assert (found.kind, found.axis) == (expected, axis)


def test_one_softmax_on_another_is_told_without_a_loss(tmp_path: Path) -> None:
    nodes = [*DENSE, node("one", "Softmax", "sum:output:0"), node("two", "Softmax", "one:softmax:0")]
    report = logitcheck.inspect(saved_models.write(tmp_path, served(nodes, "two:softmax:0")))
    assert "LC110" in [finding.code for finding in report.findings]


@pytest.mark.parametrize("op", ["Identity", "StopGradient", "CheckNumerics", "Snapshot"])
def test_what_only_hands_on_is_passed(tmp_path: Path, op: str) -> None:
    nodes = [*DENSE, node("end", "Softmax", "sum:output:0"), node("same", op, "end:softmax:0", "^sum")]
    found = of_nodes(tmp_path, nodes, "same:output:0")
    assert (found.kind, found.evidence[-1].layer) == (Kind.PROBABILITIES, "end")


def test_of_many_tensors_that_are_handed_on_the_right_one_is_followed(tmp_path: Path) -> None:
    nodes = [*DENSE, node("end", "Softmax", "sum:output:0"), node("both", "IdentityN", "sum:output:0", "end:softmax:0")]
    assert of_nodes(tmp_path / "0", nodes, "both:output:0").kind is Kind.LOGITS
    assert of_nodes(tmp_path / "1", nodes, "both:output:1").kind is Kind.PROBABILITIES
    assert of_nodes(tmp_path / "2", nodes, "both:output:2").kind is Kind.UNKNOWN


def test_a_cast_and_a_reshape_are_passed(tmp_path: Path) -> None:
    nodes = [
        *DENSE,
        node("end", "Softmax", "sum:output:0", _output_shapes=shapes([None, 3])),
        node("cast", "Cast", "end:softmax:0", SrcT=kind(HALF), DstT=kind(FLOAT), _output_shapes=shapes([None, 3])),
        node("sizes", "Pack", "x", "x"),
        node("moved", "Reshape", "cast:y:0", "sizes:output:0", _output_shapes=shapes([None, 1, 3])),
    ]
    found = of_nodes(tmp_path, nodes, "moved:output:0")
    assert (found.kind, found.axis) == (Kind.PROBABILITIES, -1)


def test_a_reshape_that_splits_the_classes_leaves_no_distribution(tmp_path: Path) -> None:
    nodes = [
        *DENSE,
        node("end", "Softmax", "sum:output:0", _output_shapes=shapes([None, 4])),
        constant("sizes", [-1, 2, 2]),
        node("moved", "Reshape", "end:softmax:0", "sizes:output:0"),
    ]
    assert of_nodes(tmp_path, nodes, "moved:output:0").kind is Kind.UNIT_INTERVAL


@pytest.mark.parametrize(("order", "axis"), [([0, 2, 1], -2), ([1, 0, 2], -1)])
def test_a_transposition_takes_the_classes_along(tmp_path: Path, order: list[int], axis: int) -> None:
    nodes = [
        *DENSE,
        node("end", "Softmax", "sum:output:0", _output_shapes=shapes([None, 4, 3])),
        constant("order", order),
        node("moved", "Transpose", "end:softmax:0", "order:output:0"),
    ]
    found = of_nodes(tmp_path, nodes, "moved:y:0")
    assert (found.kind, found.axis) == (Kind.PROBABILITIES, axis)


def test_a_transposition_of_unknown_order_is_unknown(tmp_path: Path) -> None:
    nodes = [
        *DENSE,
        node("end", "Softmax", "sum:output:0"),
        node("order", "Range", "x", "x", "x"),
        node("moved", "Transpose", "end:softmax:0", "order:output:0"),
    ]
    assert reason(of_nodes(tmp_path, nodes, "moved:y:0")).startswith("it takes several tensors")


def test_a_mean_over_positions_keeps_a_distribution_and_one_over_classes_does_not(tmp_path: Path) -> None:
    for axis, expected in ((1, Kind.PROBABILITIES), (2, Kind.UNIT_INTERVAL)):
        nodes = [
            *DENSE,
            node("end", "Softmax", "sum:output:0", _output_shapes=shapes([None, 4, 3])),
            constant("axis", [axis]),
            node("mean", "Mean", "end:softmax:0", "axis:output:0"),
        ]
        assert of_nodes(tmp_path / str(axis), nodes, "mean:output:0").kind is expected


def test_a_constant_takes_part_in_arithmetic(tmp_path: Path) -> None:
    content = span(4, struct.pack("<f", 2.0))
    two = node("two", "Const", value=span(8, whole(1, FLOAT) + span(2, b"") + content), dtype=kind(FLOAT))
    nodes = [*DENSE, node("end", "Sigmoid", "sum:output:0"), two, node("twice", "Mul", "end:y:0", "two:output:0")]
    found = of_nodes(tmp_path, nodes, "twice:z:0")
    assert (found.kind, found.low, found.high) == (Kind.RANGE, 0.0, 2.0)


@pytest.mark.parametrize(
    "value",
    [
        whole(1, FLOAT) + span(2, b"") + span(5, struct.pack("<f", 2.0)),
        whole(1, FLOAT) + span(2, shape([3])) + span(5, struct.pack("<f", 2.0)),
        whole(1, INT32) + span(2, shape([2])) + whole(7, 2),
        whole(1, 2) + span(2, shape([1, 1])) + span(6, struct.pack("<d", 2.0)),
        whole(1, 9) + span(2, b"") + span(10, b"\x02"),
    ],
    ids=["a float", "one float for three", "one integer for two", "a double in a matrix", "a long integer"],
)
def test_constants_are_read_in_every_form(tmp_path: Path, value: bytes) -> None:
    two = node("two", "Const", value=span(8, value))
    nodes = [*DENSE, node("end", "Sigmoid", "sum:output:0"), two, node("twice", "Mul", "end:y:0", "two:output:0")]
    assert of_nodes(tmp_path, nodes, "twice:z:0").high == 2.0


@pytest.mark.parametrize(
    "value",
    [
        whole(1, FLOAT) + span(2, b"") + span(4, b"abc"),
        whole(1, FLOAT) + span(2, b"") + span(5, b"abc"),
        whole(1, FLOAT) + span(2, shape([None])) + span(4, b"\0" * 4),
        whole(1, FLOAT) + span(2, shape([2**40])) + span(5, b"\0" * 4),
        whole(1, FLOAT) + span(2, b"") + span(5, b"\0" * 8),
        whole(1, FLOAT) + span(2, b"") + varint(5 << 3 | 5) + b"\0\0\0\x40",
        whole(1, FLOAT) + span(2, shape([2])) + span(5, b"\0" * 4) * 2,
        whole(1, INT32) + span(2, shape([1] * 65)) + span(4, b"\0" * 4),
        whole(1, INT32) + span(2, shape([2])) + span(7, varint(1) * 3),
        whole(1, 7) + span(2, b"") + span(8, "text"),
        whole(1, 99) + span(2, b"") + span(4, b"\0" * 4),
        span(2, whole(3, 1)) + whole(1, FLOAT) + span(4, b"\0" * 4),
    ],
    ids=[
        *("3 bytes", "3 bytes packed", "no size", "too many", "two for one", "one float unpacked", "packed twice"),
        *("65 axes", "three integers for two", "a text", "no type", "no rank"),
    ],
)
def test_a_constant_that_cannot_be_read_is_not_guessed(tmp_path: Path, value: bytes) -> None:
    some = node("some", "Const", value=span(8, value))
    nodes = [*DENSE, node("end", "Sigmoid", "sum:output:0"), some, node("times", "Mul", "end:y:0", "some:output:0")]
    assert of_nodes(tmp_path, nodes, "times:z:0").kind is Kind.UNKNOWN


@pytest.mark.parametrize(
    "product",
    ["MatMul", "BatchMatMulV2", "Einsum", "Conv2D", "Conv3D", "DepthwiseConv2dNative"],
)
@pytest.mark.parametrize("total", ["BiasAdd", "AddV2", "Add"])
def test_every_product_with_a_bias_puts_out_logits(tmp_path: Path, product: str, total: str) -> None:
    nodes = [*READS, node("p", product, "x", "w/read:value:0"), node("s", total, "p:output:0", "b/read:value:0")]
    assert of_nodes(tmp_path, nodes, "s:z:0").kind is Kind.LOGITS


def test_the_bias_may_stand_first_and_be_cast_and_reshaped(tmp_path: Path) -> None:
    nodes = [
        *READS,
        node("w/cast", "Cast", "w/read:value:0", DstT=kind(HALF)),
        node("p", "Conv2D", "x", "w/cast:y:0"),
        constant("sizes", [1, 1, 1, 3]),
        node("b/moved", "Reshape", "b/read:value:0", "sizes:output:0"),
        node("p/moved", "Squeeze", "p:output:0"),
        node("s", "AddV2", "b/moved:output:0", "p/moved:output:0"),
    ]
    assert of_nodes(tmp_path, nodes, "s:z:0").kind is Kind.LOGITS


@pytest.mark.parametrize(
    ("nodes", "tensor", "why"),
    [
        ([*READS, node("p", "MatMul", "x", "w/read:value:0")], "p:product:0", "it is a product without a bias"),
        ([*READS, node("s", "AddV2", "x", "b/read:value:0")], "s:z:0", "it takes several tensors"),
        ([*READS, node("p", "MatMul", "x", "x"), node("s", "AddV2", "p:o:0", "b/read:o:0")], "s:z:0", "it takes"),
        (
            [*READS, node("p", "MatMul", "w/read:o:0", "w/read:o:0"), node("s", "AddV2", "p:o:0", "b/read:o:0")],
            "s:z:0",
            "it takes several tensors",
        ),
        ([*DENSE, node("s", "AddV2", "sum:o:0", "sum:o:0")], "s:z:0", "it takes several tensors"),
        (READS, "w/read:value:0", "it is a variable of the model"),
        ([], "w", "it is a variable of the model"),
        ([node("odd", "Mystery", "x")], "odd:y:0", "the operation Mystery is not followed"),
        ([node("jax", "XlaCallModule", "x")], "jax:output:0", "it runs a program that was compiled from JAX"),
        ([*DENSE, node("top", "TopKV2", "sum:o:0")], "top:values:0", "the operation TopKV2 is not followed"),
        ([], "gone:y:0", "the graph does not hold what it refers to"),
        ([], "x", "an input of the model: its values are not known"),
        ([node("own", "Identity", "own:output:0")], "own:output:0", "the graph behind it does not end"),
        ([node("own", "Relu", "own:output:0")], "own:output:0", "the graph behind it does not end"),
    ],
    ids=[
        *(
            "no bias",
            "no product",
            "no weights",
            "no tensor",
            "a sum of outputs",
            "a variable",
            "a handle",
            "no such op",
        ),
        *("JAX", "several outputs", "a node that is missing", "the input", "a wire to itself", "a node of itself"),
    ],
)
def test_what_is_not_known_is_not_claimed(tmp_path: Path, nodes: list[bytes], tensor: str, why: str) -> None:
    assert reason(of_nodes(tmp_path, nodes, tensor)).startswith(why)


def test_a_bias_that_is_not_trained_may_be_any_constant(tmp_path: Path) -> None:
    assert reason(output(tmp_path, served(DENSE, "sum:output:0", FROZEN))).startswith("its bias is not trained")


@pytest.mark.parametrize(("listed", "expected"), [({"0": 1, "1": 2}, Kind.LOGITS), ({"0": 1}, Kind.UNKNOWN)])
def test_a_bias_that_keras_does_not_list_among_the_trained_ones_is_frozen(
    tmp_path: Path, listed: dict[str, int], expected: Kind
) -> None:
    kept = [children(trainable_variables=3), variable(), variable(), children(**listed)]
    assert output(tmp_path, served(DENSE, "sum:output:0", kept)).kind is expected


@pytest.mark.parametrize("bound", [(), (1, 99), (1, -1), (1, 0)], ids=str)
def test_a_bias_that_the_object_graph_does_not_tell_is_not_known_to_be_trained(
    tmp_path: Path, bound: tuple[int, ...]
) -> None:
    assert output(tmp_path, served(DENSE, "sum:output:0", FREE, bound)).kind is Kind.UNKNOWN


def test_functions_are_followed_inside_functions_and_named_by_their_calls(tmp_path: Path) -> None:
    inner = function("head", ["z"], [node("Softmax", "Softmax", "z")], out="Softmax:softmax:0")
    nodes = [*DENSE, node("probabilities/PartitionedCall", "PartitionedCall", "sum:output:0", f=calling("head"))]
    found = output(tmp_path, served(nodes, "probabilities/PartitionedCall:output:0", functions=[inner]))
    assert found.kind is Kind.PROBABILITIES
    assert [step.layer for step in found.evidence] == ["sum", "probabilities/Softmax"]


def test_a_function_that_is_called_by_its_name_is_followed(tmp_path: Path) -> None:
    inner = function("head", ["z"], [node("Softmax", "Softmax", "z")], out="Softmax:softmax:0")
    nodes = [*DENSE, node("call", "head", "sum:output:0")]
    assert output(tmp_path, served(nodes, "call:out:0", functions=[inner])).kind is Kind.PROBABILITIES


def test_a_function_that_hands_back_its_argument_is_passed(tmp_path: Path) -> None:
    same = function("same", ["first", "second"], [], out="second")
    call = node("call", "PartitionedCall", "x", "sum:output:0", f=calling("same"))
    assert output(tmp_path, served([*DENSE, call], "call:output:0", functions=[same])).kind is Kind.LOGITS


@pytest.mark.parametrize(
    "body",
    [
        function("again", ["z"], [node("c", "PartitionedCall", "z", f=calling("again"))], out="c:output:0"),
        function("again", ["z"], [node("c", "PartitionedCall", "z", f=calling("serve"))], out="c:output:0"),
        function("again", ["z"], [], out="gone:output:0"),
        function("again", ["z"], [], other="z"),
        function("again", [], [], out="z"),
        span(1, b""),
    ],
    ids=["calls itself", "calls its caller", "returns nothing", "returns less", "takes nothing", "has no name"],
)
def test_a_function_that_cannot_be_followed_ends_the_way(tmp_path: Path, body: bytes) -> None:
    nodes = [node("call", "PartitionedCall", "x", f=calling("again"))]
    assert output(tmp_path, served(nodes, "call:output:1", functions=[body])).kind is Kind.UNKNOWN
    assert output(tmp_path, served(nodes, "call:output:0", functions=[body])).kind is Kind.UNKNOWN


def test_a_graph_without_functions_is_followed(tmp_path: Path) -> None:
    nodes = [node("x", "Placeholder"), node("end", "Softmax", "x")]
    graph = saved(nodes, (), {"serving_default": signature(y="end:0")})
    assert output(tmp_path, graph).kind is Kind.PROBABILITIES


def test_variables_of_tensorflow_1_are_not_known_to_be_trained(tmp_path: Path) -> None:
    nodes = [
        node("x", "Placeholder"),
        node("w", "VariableV2"),
        node("b", "VariableV2"),
        node("p", "MatMul", "x", "w"),
        node("s", "Add", "p", "b"),
    ]
    assert reason(output(tmp_path, saved(nodes, (), {"serving_default": signature(y="s:0")}))).startswith("its bias is")


def test_outputs_come_in_the_order_of_their_names(tmp_path: Path) -> None:
    nodes = [node("x", "Placeholder"), node("soft", "Softmax", "x"), node("sig", "Sigmoid", "x")]
    graph = saved(nodes, (), {"serving_default": signature(b="soft:0", a="sig:0", c="soft:0")})
    report = logitcheck.inspect(saved_models.write(tmp_path, graph))
    assert [(found.name, found.kind) for found in report.outputs] == [
        ("a", Kind.UNIT_INTERVAL),
        ("b", Kind.PROBABILITIES),
        ("c", Kind.PROBABILITIES),
    ]


def test_nodes_of_one_name_in_two_functions_are_two_layers(tmp_path: Path) -> None:
    first = function("first", ["z"], [node("end", "Softmax", "z")], out="end:softmax:0")
    second = function("second", ["z"], [node("end", "Sigmoid", "z")], out="end:y:0")
    nodes = [
        node("x", "Placeholder"),
        node("one", "PartitionedCall", "x", f=calling("first")),
        node("two", "PartitionedCall", "x", f=calling("second")),
    ]
    graph = saved(nodes, [first, second], {"serving_default": signature(a="one:0", b="two:0")})
    report = logitcheck.inspect(saved_models.write(tmp_path, graph))
    assert [found.kind for found in report.outputs] == [Kind.PROBABILITIES, Kind.UNIT_INTERVAL]


@pytest.mark.parametrize(
    ("names", "asked"),
    [
        (["serving_default", "other"], "serving_default"),
        (["only", "__saved_model_init_op"], "only"),
        (["serve", "score"], None),
        (["__saved_model_init_op"], None),
        ([], None),
    ],
    ids=["the default one", "the only one", "two others", "none but the initializer", "none"],
)
def test_the_signature_that_is_asked_by_default_is_the_one(tmp_path: Path, names: list[str], asked: str | None) -> None:
    nodes = [node("x", "Placeholder"), node("end", "Softmax", "x")]
    found = output(tmp_path, saved(nodes, (), {name: signature(**{name: "end:0"}) for name in names}))
    assert found.name == asked
    assert found.kind is (Kind.PROBABILITIES if asked else Kind.UNKNOWN)


def test_of_several_graphs_the_one_for_serving_is_read(tmp_path: Path) -> None:
    served_ends = {"serving_default": signature(y="end:0")}
    training = saved([node("end", "Sigmoid", "x")], (), served_ends, tag="train")
    serving = saved([node("end", "Softmax", "x")], (), served_ends)
    assert output(tmp_path, training + serving).kind is Kind.PROBABILITIES


def exported_with(outputs: int) -> bytes:
    """An export of one softmax under so many names."""
    nodes = [node("x", "Placeholder"), node("end", "Softmax", "x")]
    return saved(nodes, (), {"serving_default": signature(**{f"y{at:03}": "end:0" for at in range(outputs)})})


def test_every_output_of_an_export_is_told(tmp_path: Path) -> None:
    report = logitcheck.inspect(saved_models.write(tmp_path, exported_with(MOST_OUTPUTS)))
    assert [output.kind for output in report.outputs] == [Kind.PROBABILITIES] * MOST_OUTPUTS


def test_an_export_with_more_outputs_than_any_model_has_is_refused_and_not_cut(tmp_path: Path) -> None:
    error = refused(saved_models.write(tmp_path, exported_with(MOST_OUTPUTS + 1)))
    assert error.code is ErrorCode.TOO_LARGE
    assert error.message == "The model has 501 outputs; none has more than 500."


@pytest.mark.parametrize("others", [15, 16])
def test_of_many_graphs_none_is_passed_over(tmp_path: Path, others: int) -> None:
    served_ends = {"serving_default": signature(y="end:0")}
    training = saved([node("end", "Sigmoid", "x")], (), served_ends, tag="train")
    serving = saved([node("end", "Softmax", "x")], (), served_ends)
    folder = saved_models.write(tmp_path, training * others + serving)
    if others < 16:
        assert logitcheck.inspect(folder).outputs[0].kind is Kind.PROBABILITIES
    else:
        assert refused(folder).code is ErrorCode.TOO_LARGE


TWICE: dict[str, tuple[list[bytes], list[bytes]]] = {
    "a node with two names": (
        [*DENSE, node("end", "Softmax", "sum:output:0") + span(1, "other")],
        [],
    ),
    "an attribute of two kinds": (
        [*DENSE, node("end", "PartitionedCall", "sum:output:0", f=calling("head") + whole(3, 1))],
        [function("head", ["z"], [node("s", "Softmax", "z")], out="s:softmax:0")],
    ),
    "a function with two signatures": (
        [*DENSE, node("end", "PartitionedCall", "sum:output:0", f=calling("head"))],
        [function("head", ["z"], [node("s", "Softmax", "z")], out="s:softmax:0") + span(1, span(1, "head"))],
    ),
    "a function with two names": (
        [*DENSE, node("end", "head", "sum:output:0")],
        [span(1, span(1, "head") + span(3, span(1, "out")) + span(1, "other"))],
    ),
}


@pytest.mark.parametrize(("nodes", "functions"), TWICE.values(), ids=TWICE.keys())
def test_what_should_be_there_once_and_is_there_twice_is_refused(
    tmp_path: Path, nodes: list[bytes], functions: list[bytes]
) -> None:
    graph = served(nodes, "end:output:0", functions=functions)
    assert refused(saved_models.write(tmp_path, graph)).code is ErrorCode.TRUNCATED


def test_of_two_operations_of_a_node_the_last_one_counts(tmp_path: Path) -> None:
    twice = node("end", "Softmax", "sum:output:0") + span(2, "Identity")
    assert of_nodes(tmp_path, [*DENSE, twice], "end:output:0").kind is Kind.LOGITS


def test_an_export_says_that_no_loss_is_stored(tmp_path: Path) -> None:
    report = logitcheck.inspect(saved_models.write(tmp_path, served(DENSE, "sum:output:0")))
    assert [finding.code for finding in report.findings] == ["LC404"]
    assert "exported for serving, which stores no loss" in report.findings[0].message
    assert report.outcome.value == "not_applicable"
    assert "keras_metadata.pb" not in report.findings[0].message


@pytest.mark.parametrize("identifier", ["_tf_keras_sequential", "_tf_keras_network", "_tf_keras_model"])
def test_a_model_of_keras_without_its_metadata_may_have_lost_them(tmp_path: Path, identifier: str) -> None:
    """TensorFlow 2.5 to 2.15 keep the loss in keras_metadata.pb, which `tf.saved_model.save` does not write."""
    kept = [span(4, span(1, identifier)), variable(), variable()]
    graph = served(DENSE, "sum:output:0", kept)
    (alone,) = logitcheck.inspect(saved_models.write(tmp_path, graph)).findings
    assert alone.code == "LC404"
    assert "; or keras_metadata.pb, which model.save(...) of Keras 2 writes beside saved_model.pb" in alone.message
    metadata = described({"class_name": "Mine", "config": {}, "training_config": {"loss": "mse"}})
    assert logitcheck.inspect(saved_models.write(tmp_path, metadata=metadata)).compiled


once_per_example = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


@once_per_example
@given(data=st.data())
def test_any_damage_gives_a_report(tmp_path: Path, data: st.DataObject) -> None:
    raw = bytearray(served([*DENSE, node("end", "Softmax", "sum:output:0")], "end:softmax:0"))
    for _ in range(data.draw(st.integers(min_value=1, max_value=6))):
        raw[data.draw(st.integers(min_value=0, max_value=len(raw) - 1))] = data.draw(st.integers(0, 255))
    logitcheck.inspect(saved_models.write(tmp_path, bytes(raw)))

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from logitcheck.report import Severity, Verdict
from tests.building import Config, called, dense, functional, layer, loss, operation, sequential, source, tensor
from tests.rules.judging import BINARY, SPARSE, findings, judge, only

CODE = "LC301"
POLICY = {"module": "keras", "class_name": "DTypePolicy", "config": {"name": "mixed_float16"}, "registered_name": None}
POLICY_OF_KERAS_2 = {"class_name": "Policy", "config": {"name": "mixed_float16"}}
CAST = layer("Activation", "cast", activation="linear", dtype="float32")


def half(activation: str = "softmax", dtype: Any = "mixed_float16", units: int = 3) -> Config:
    return dense("head", units, activation, dtype=dtype)


@pytest.mark.parametrize(
    ("model", "compiled_loss"),
    [
        pytest.param(sequential(half()), SPARSE, id="mixed policy"),
        pytest.param(sequential(half(dtype=POLICY)), SPARSE, id="policy object"),
        pytest.param(sequential(half(dtype=POLICY_OF_KERAS_2)), SPARSE, id="policy object of Keras 2"),
        pytest.param(sequential(half(dtype="float16")), SPARSE, id="float16 throughout"),
        pytest.param(sequential(half(dtype="mixed_bfloat16")), SPARSE, id="bfloat16"),
        pytest.param(sequential(half("sigmoid", units=1)), BINARY, id="sigmoid"),
        pytest.param(sequential(half(), CAST), SPARSE, id="cast afterwards"),
        pytest.param(sequential(half("linear"), layer("Softmax", "last", axis=-1, dtype="float16")), None, id="layer"),
        pytest.param(sequential(half()), None, id="not compiled"),
        pytest.param(sequential(half("sigmoid", units=1)), "mse", id="another loss"),
    ],
)
def test_an_activation_in_16_bits_is_a_warning(tmp_path: Path, model: Config, compiled_loss: Any) -> None:
    report = judge(tmp_path, model, compiled_loss)
    finding = only(report, CODE)
    assert finding.severity is Severity.WARNING
    assert finding.effect is None
    assert report.outputs[0].verdict is not Verdict.MISMATCH


@pytest.mark.parametrize(
    ("model", "compiled_loss"),
    [
        pytest.param(sequential(half(dtype="float32")), SPARSE, id="32 bits"),
        pytest.param(sequential(half(dtype="float64")), SPARSE, id="64 bits"),
        pytest.param(sequential(dense("head", 3, "softmax")), SPARSE, id="no dtype"),
        pytest.param(
            sequential(half("linear"), layer("Activation", "last", activation="softmax", dtype="float32")),
            SPARSE,
            id="activation in 32 bits",
        ),
        pytest.param(sequential(half("linear")), loss("CategoricalCrossentropy", from_logits=True), id="logits"),
        pytest.param(sequential(half("relu")), "mse", id="another activation"),
        pytest.param(sequential(half(), dense("last", 3, "softmax")), SPARSE, id="in the middle"),
    ],
)
def test_everything_else_is_not(tmp_path: Path, model: Config, compiled_loss: Any) -> None:
    assert findings(judge(tmp_path, model, compiled_loss), CODE) == []


@pytest.mark.parametrize(("dtype", "apart", "rounded"), [("float16", "0.0005", "99.98"), ("bfloat16", "0.004", "99.8")])
def test_the_message_says_what_is_lost(tmp_path: Path, dtype: str, apart: str, rounded: str) -> None:
    assert only(judge(tmp_path, sequential(half(dtype=f"mixed_{dtype}")), SPARSE), CODE).message == (
        f"The softmax of layer 'head' is computed in {dtype}, whose numbers just below 1 are {apart} apart:"
        f" probabilities above {rounded} % become exactly 1. A cast to float32 behind it does not bring them back."
        " The weights fit a head in 32 bits as they are."
    )


HEAD_FIX = "Compute layer 'head' in 32 bits: "


@pytest.mark.parametrize(
    ("last", "fix"),
    [
        pytest.param(half(), f"{HEAD_FIX}Dense(3, activation='softmax', dtype='float32')", id="dense"),
        pytest.param(
            layer("Activation", "head", activation="softmax", dtype="mixed_float16"),
            f"{HEAD_FIX}Activation('softmax', dtype='float32')",
            id="activation",
        ),
        pytest.param(
            layer("Softmax", "head", axis=-1, dtype="mixed_float16"),
            f"{HEAD_FIX}Softmax(axis=-1, dtype='float32')",
            id="softmax",
        ),
        pytest.param(
            layer("EinsumDense", "head", equation="ab,bc->ac", output_shape=[3], activation="softmax", dtype="float16"),
            f"{HEAD_FIX}EinsumDense(..., activation='softmax', dtype='float32')",
            id="any other layer",
        ),
    ],
)
def test_the_fix_is_the_layer_in_32_bits(tmp_path: Path, last: Config, fix: str) -> None:
    assert only(judge(tmp_path, sequential(last), SPARSE), CODE).fixes == (fix,)


def test_it_comes_beside_a_loss_that_does_not_fit(tmp_path: Path) -> None:
    report = judge(tmp_path, sequential(half()), loss("SparseCategoricalCrossentropy", from_logits=True))
    assert [finding.code for finding in report.findings] == ["LC101", "LC301"]
    assert report.outputs[0].verdict is Verdict.MISMATCH


# Operations, casts and wrappers


def computed(operation_class: str, dtype: str, *layers: Config, axis: int = -1, **arguments: Any) -> Config:
    """A Dense layer in 16 bits, an operation on its output of the stored type, and more layers."""
    made = tensor("head", (None, 3))
    made["config"]["dtype"] = dtype
    config = {"axis": axis} if operation_class == "Softmax" else {}
    node = called(operation(operation_class, "op", "keras.src.ops.nn", **config), made, **arguments)
    names = ["op", *(item["name"] for item in layers)]
    later = [called(item, tensor(name, (None, 3))) for name, item in zip(names, layers, strict=False)]
    first = called(half("linear"), tensor("x", (None, 4)))
    return functional([source(), first, node, *later], [[names[-1], 0, 0]])


@pytest.mark.parametrize("name", ["Softmax", "Sigmoid"])
def test_an_operation_computes_in_the_type_of_its_operand(tmp_path: Path, name: str) -> None:
    assert only(judge(tmp_path, computed(name, "float16"), None), CODE).fixes == (
        f"Put a layer in the place of operation 'op': Activation('{name.lower()}', dtype='float32')",
    )
    assert findings(judge(tmp_path, computed(name, "float32"), None), CODE) == []


def test_an_operation_over_another_axis_keeps_it(tmp_path: Path) -> None:
    finding = only(judge(tmp_path, computed("Softmax", "bfloat16", axis=0), None), CODE)
    assert finding.fixes == ("Put a layer in the place of operation 'op': Softmax(axis=-2, dtype='float32')",)


def test_an_operation_of_tensorflow_computes_in_the_type_of_the_layer_before(tmp_path: Path) -> None:
    fix = "Put a layer in the place of operation 'tf.nn.softmax': Activation('softmax', dtype='float32')"
    for dtype, expected in ((POLICY_OF_KERAS_2, [(fix,)]), ("float32", [])):
        node = layer("TFOpLambda", "tf.nn.softmax", function="nn.softmax", dtype=dtype)
        layers = [
            source() | {"inbound_nodes": []},
            half("linear", dtype) | {"inbound_nodes": [[["x", 0, 0, {}]]]},
            node | {"inbound_nodes": [["head", 0, 0, {}]]},
        ]
        report = judge(tmp_path, functional(layers, [["tf.nn.softmax", 0, 0]]), None, "2.15.0")
        assert [finding.fixes for finding in findings(report, CODE)] == expected


@pytest.mark.parametrize(
    ("last", "fix"),
    [
        pytest.param(
            layer("Reshape", "last", target_shape=[3], dtype="mixed_float16"),
            "Compute layer 'last' in 32 bits: Reshape(..., dtype='float32')",
            id="reshape",
        ),
        pytest.param(
            layer("Dropout", "last", rate=0.5, dtype="float16"),
            "Compute layer 'last' in 32 bits: Dropout(..., dtype='float32')",
            id="dropout",
        ),
        pytest.param(
            layer("Activation", "last", activation="linear", dtype="mixed_float16"),
            "Compute layer 'last' in 32 bits: Activation(..., dtype='float32')",
            id="linear activation",
        ),
    ],
)
def test_a_layer_in_16_bits_rounds_what_was_computed_in_32(tmp_path: Path, last: Config, fix: str) -> None:
    finding = only(judge(tmp_path, sequential(dense("head", 3, "softmax", dtype="float32"), last), SPARSE), CODE)
    assert finding.message.startswith("The softmax of layer 'head' is cast to float16 by layer 'last', whose numbers")
    assert finding.fixes == (fix,)


def test_a_cast_rounds_as_well(tmp_path: Path) -> None:
    softmaxed = called(dense("head", 3, "softmax", dtype="float32"), tensor("x", (None, 4)))
    cast = called(operation("Cast", "cast", "keras.src.ops.core"), tensor("head", (None, 3)), dtype="bfloat16")
    finding = only(judge(tmp_path, functional([source(), softmaxed, cast], [["cast", 0, 0]]), None), CODE)
    assert "is cast to bfloat16 by layer 'cast'" in finding.message
    assert finding.fixes == ("Leave out 'cast'",)


def test_layers_behind_it_need_32_bits_as_well(tmp_path: Path) -> None:
    last = layer("Reshape", "last", target_shape=[3], dtype="mixed_float16")
    finding = only(judge(tmp_path, sequential(half(), last), SPARSE), CODE)
    assert finding.message.startswith("The softmax of layer 'head' is computed in float16")
    assert finding.fixes == (
        ("Compute layer 'head', and all layers behind it, in 32 bits: Dense(3, activation='softmax', dtype='float32')"),
    )


@pytest.mark.parametrize(
    ("outer", "inner", "fires"),
    [
        pytest.param(POLICY, "float32", True, id="Keras 3"),
        pytest.param("mixed_float16", "float32", True, id="first Keras 3"),
        pytest.param("float32", POLICY, False, id="Keras 3 in 32 bits"),
        pytest.param(POLICY, POLICY, True, id="both"),
        pytest.param("float16", "float16", True, id="both, without a policy"),
        pytest.param(POLICY_OF_KERAS_2, "float32", False, id="Keras 2 in 32 bits"),
        pytest.param("float32", POLICY_OF_KERAS_2, True, id="Keras 2"),
        pytest.param("float16", "float32", False, id="cannot be told"),
    ],
)
def test_time_distributed_decides_in_keras_3_and_the_layer_in_it_in_keras_2(
    tmp_path: Path, outer: Any, inner: Any, *, fires: bool
) -> None:
    wrapper = layer("TimeDistributed", "each", layer=half(dtype=inner), dtype=outer)
    found = findings(judge(tmp_path, sequential(wrapper, shape=(None, 5, 4)), SPARSE), CODE)
    assert [finding.fixes for finding in found] == [
        (
            (
                "Compute layer 'each/head' in 32 bits: TimeDistributed(Dense(3, activation='softmax', dtype='float32'),"
                " dtype='float32')"
            ),
        )
    ] * fires


def test_a_layer_in_a_nested_model_is_named_with_its_path(tmp_path: Path) -> None:
    nested = sequential(half(), name="inner")
    nested = nested | {"name": "inner"}
    assert only(judge(tmp_path, sequential(nested), SPARSE), CODE).fixes == (
        "Compute layer 'inner/head' in 32 bits: Dense(3, activation='softmax', dtype='float32')",
    )


def test_the_gate_of_a_recurrent_layer_is_no_head(tmp_path: Path) -> None:
    recurrent = layer("LSTM", "head", units=1, activation="sigmoid", dtype="mixed_float16")
    assert findings(judge(tmp_path, sequential(recurrent, shape=(None, 5, 4)), BINARY), CODE) == []

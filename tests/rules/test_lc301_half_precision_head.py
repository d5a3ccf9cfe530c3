from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from logitcheck.report import Severity, Verdict
from tests.building import Config, dense, layer, loss, sequential
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

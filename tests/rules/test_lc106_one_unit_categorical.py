from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from logitcheck.analyzer.effects import Effect
from logitcheck.report import Severity, Verdict
from tests.building import Config, codes, custom, layer, loss, sequential
from tests.rules.judging import BINARY, CATEGORICAL, SPARSE, effect, findings, head, judge, only

CODE = "LC106"
SPARSE_LOGITS = loss("SparseCategoricalCrossentropy", from_logits=True)


@pytest.mark.parametrize(
    ("model", "compiled_loss"),
    [
        pytest.param(head(units=1), SPARSE, id="linear, sparse"),
        pytest.param(head(units=1), CATEGORICAL, id="linear, categorical"),
        pytest.param(head(units=1), SPARSE_LOGITS, id="linear, the flag"),
        pytest.param(head("sigmoid", 1), SPARSE, id="sigmoid"),
        pytest.param(head("softplus", 1), loss("CategoricalFocalCrossentropy"), id="softplus, focal"),
    ],
)
def test_one_unit_under_a_categorical_loss_is_an_error(tmp_path: Path, model: Config, compiled_loss: Any) -> None:
    report = judge(tmp_path, model, compiled_loss)
    finding = only(report, CODE)
    assert finding.severity is Severity.ERROR
    assert finding.effect == effect(Effect.CONSTANT, Effect.CONSTANT)
    assert report.outputs[0].verdict is Verdict.MISMATCH


@pytest.mark.parametrize(
    ("model", "compiled_loss"),
    [
        pytest.param(head("sigmoid", 1), BINARY, id="binary"),
        pytest.param(head("softmax", 2), SPARSE, id="two units"),
        pytest.param(head("sigmoid", 1), "crossentropy", id="crossentropy, which is binary for one unit"),
        pytest.param(sequential(custom("Mine", "mine")), SPARSE, id="unknown"),
        pytest.param(
            sequential(custom("Mine", "mine"), layer("Reshape", "one", target_shape=[1])),
            SPARSE,
            id="unknown, one unit",
        ),
        pytest.param(head(units=1), "mse", id="a regression"),
        pytest.param(head(units=1), None, id="not compiled"),
    ],
)
def test_everything_else_is_not(tmp_path: Path, model: Config, compiled_loss: Any) -> None:
    assert findings(judge(tmp_path, model, compiled_loss), CODE) == []


@pytest.mark.parametrize("activation", ["linear", "sigmoid", "relu", "tanh", "log_sigmoid"])
@pytest.mark.parametrize("compiled_loss", [SPARSE, SPARSE_LOGITS], ids=["probabilities", "logits"])
def test_it_silences_the_other_rules_about_the_loss(tmp_path: Path, activation: str, compiled_loss: Any) -> None:
    assert codes(judge(tmp_path, head(activation, 1), compiled_loss)) == [CODE]


def test_it_reads_the_class_axis_of_the_loss(tmp_path: Path) -> None:
    convolution = layer(
        "Conv2D", "head", filters=1, kernel_size=[1, 1], activation="linear", data_format="channels_first"
    )
    model = sequential(convolution, shape=(None, 3, 8, 8))
    assert len(findings(judge(tmp_path, model, loss("CategoricalCrossentropy", from_logits=True, axis=1)), CODE)) == 1


def test_the_message_says_that_the_loss_is_0(tmp_path: Path) -> None:
    message = only(judge(tmp_path, head("sigmoid", 1), SPARSE), CODE).message
    assert "has one unit (layer 'head' (Dense, 1 unit, sigmoid))" in message
    assert "the loss is 0 for every input" in message


@pytest.mark.parametrize(
    ("activation", "binary"),
    [("linear", "keras.losses.BinaryCrossentropy(from_logits=True)"), ("sigmoid", "'binary_crossentropy'")],
)
def test_the_binary_loss_that_is_shown_fits_the_output(tmp_path: Path, activation: str, binary: str) -> None:
    one, two = only(judge(tmp_path, head(activation, 1), SPARSE), CODE).fixes
    assert one == f"Two classes in one unit: model.compile(..., loss={binary})"
    assert two == "One unit for each class, the same loss: Dense(2, activation='softmax')"


def test_a_unit_that_puts_out_0_makes_the_loss_nan(tmp_path: Path) -> None:
    finding = only(judge(tmp_path, head("relu", 1), CATEGORICAL), CODE)
    assert finding.effect == effect(Effect.NAN, Effect.NAN)
    assert "Where the unit puts out 0, it is 0 / 0: NaN." in finding.message
    assert finding.fixes[0].startswith("Two classes in one unit: Dense(1, activation='sigmoid') and model.compile")

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from logitcheck.analyzer.effects import Effect
from logitcheck.report import Severity, Verdict
from tests.building import Config, custom, function, layer, loss, sequential
from tests.rules.judging import BINARY, CATEGORICAL, SPARSE, effect, findings, followed_by, head, judge, only

CODE = "LC102"


@pytest.mark.parametrize(
    ("model", "compiled_loss"),
    [
        pytest.param(head(), SPARSE, id="string"),
        pytest.param(head(), CATEGORICAL, id="categorical"),
        pytest.param(head(units=1), BINARY, id="binary"),
        pytest.param(head(), function(SPARSE), id="function"),
        pytest.param(head(), loss("SparseCategoricalCrossentropy"), id="object without a flag"),
        pytest.param(head(), loss("SparseCategoricalCrossentropy", from_logits=False), id="object"),
        pytest.param(head(), loss("CategoricalFocalCrossentropy"), id="focal"),
        pytest.param(head(units=1), loss("BinaryFocalCrossentropy"), id="binary focal"),
        pytest.param(head(), "ce", id="the string ce"),
        pytest.param(followed_by(layer("Reshape", "reshape", target_shape=[10])), SPARSE, id="behind a Reshape"),
        pytest.param(followed_by(layer("BatchNormalization", "normal", axis=-1)), SPARSE, id="batch normalisation"),
        pytest.param(followed_by(layer("Rescaling", "warm", scale=0.5, offset=0.0)), SPARSE, id="a temperature"),
        pytest.param(head("leaky_relu"), SPARSE, id="leaky relu"),
    ],
)
def test_logits_under_a_cross_entropy_without_the_flag_are_an_error(
    tmp_path: Path, model: Config, compiled_loss: Any
) -> None:
    report = judge(tmp_path, model, compiled_loss)
    assert only(report, CODE).severity is Severity.ERROR
    assert report.outputs[0].verdict is Verdict.MISMATCH


@pytest.mark.parametrize(
    ("model", "compiled_loss"),
    [
        pytest.param(head("softmax"), SPARSE, id="softmax"),
        pytest.param(head("sigmoid", 1), BINARY, id="sigmoid"),
        pytest.param(head(), loss("SparseCategoricalCrossentropy", from_logits=True), id="the flag"),
        pytest.param(head(), "mse", id="a regression"),
        pytest.param(head(), "hinge", id="a margin"),
        pytest.param(head(), "kld", id="a divergence, which is another rule's business"),
        pytest.param(head("relu"), SPARSE, id="relu, which is another rule's business"),
        pytest.param(followed_by(custom("Mine", "mine")), SPARSE, id="unknown"),
        pytest.param(head(), None, id="not compiled"),
    ],
)
def test_everything_else_is_not(tmp_path: Path, model: Config, compiled_loss: Any) -> None:
    assert findings(judge(tmp_path, model, compiled_loss), CODE) == []


def test_the_message_names_loss_layer_and_what_it_puts_out(tmp_path: Path) -> None:
    message = only(judge(tmp_path, head(), SPARSE), CODE).message
    assert "'sparse_categorical_crossentropy' (from_logits=False) expects probabilities" in message
    assert "layer 'head' (Dense, 10 units, linear) puts out any real number" in message
    assert "setting the flag alone does not mend them" in message


@pytest.mark.parametrize(
    ("model", "compiled_loss", "words"),
    [
        pytest.param(head(), SPARSE, "(on JAX and PyTorch after it divides them by their sum)", id="sparse"),
        pytest.param(head(), CATEGORICAL, "the loss of one example is capped at 16.118", id="categorical"),
        pytest.param(head(units=1), BINARY, "capped near 16", id="binary"),
    ],
)
def test_the_message_says_what_keras_makes_of_them(
    tmp_path: Path, model: Config, compiled_loss: Any, words: str
) -> None:
    assert words in only(judge(tmp_path, model, compiled_loss), CODE).message


@pytest.mark.parametrize(
    ("model", "compiled_loss", "activation", "name"),
    [
        pytest.param(head(), SPARSE, "softmax", "SparseCategoricalCrossentropy", id="categorical"),
        pytest.param(head(units=1), BINARY, "sigmoid", "BinaryCrossentropy", id="binary"),
    ],
)
def test_both_ways_out_are_shown(tmp_path: Path, model: Config, compiled_loss: Any, activation: str, name: str) -> None:
    add, flag = only(judge(tmp_path, model, compiled_loss), CODE).fixes
    assert add.startswith("Add the activation, keep the loss: Dense(")
    assert f"activation='{activation}'" in add
    assert flag == f"Keep the logits: model.compile(..., loss=keras.losses.{name}(from_logits=True))"


def test_a_layer_without_units_gets_an_activation_behind_it(tmp_path: Path) -> None:
    model = followed_by(layer("BatchNormalization", "normal", axis=-1))
    assert "Activation('softmax') behind layer 'normal'" in only(judge(tmp_path, model, SPARSE), CODE).fixes[0]


def test_a_convolution_gets_an_activation_of_its_own(tmp_path: Path) -> None:
    convolution = layer("Conv2D", "head", filters=5, kernel_size=[1, 1], activation="linear")
    fixes = only(judge(tmp_path, sequential(convolution, shape=(None, 8, 8, 3)), SPARSE), CODE).fixes
    assert "Conv2D(5, ..., activation='softmax')" in fixes[0]


@pytest.mark.parametrize(
    ("version", "count"), [("2.2.4", 1), ("2.2.4-tf", 2), ("2.3.1", 2), ("2.15.0", 2), ("3.0.5", 2)]
)
def test_the_flag_is_a_way_out_only_where_keras_has_it(tmp_path: Path, version: str, count: int) -> None:
    assert len(only(judge(tmp_path, head(), SPARSE, version), CODE).fixes) == count


def test_the_effect_is_clipping_on_every_backend(tmp_path: Path) -> None:
    assert only(judge(tmp_path, head(), SPARSE), CODE).effect == effect(Effect.CLIPPED, Effect.CLIPPED)

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from logitcheck.analyzer.effects import Effect
from logitcheck.report import Severity, Verdict
from tests.building import Config, codes, dense, layer, sequential
from tests.rules.judging import BINARY, SPARSE, effect, findings, followed_by, head, judge, only, softmax

CODE = "LC110"


def activation(name: str) -> Config:
    return layer("Activation", "last", activation=name)


@pytest.mark.parametrize("outer", ["softmax", "sigmoid", "hard_sigmoid", "log_softmax"])
@pytest.mark.parametrize("inner", ["softmax", "sigmoid"])
@pytest.mark.parametrize("compiled_loss", [None, "mse", SPARSE], ids=["not compiled", "mse", "sparse"])
def test_one_normalising_activation_on_another_is_an_error_whatever_the_loss(
    tmp_path: Path, inner: str, outer: str, compiled_loss: Any
) -> None:
    report = judge(tmp_path, followed_by(activation(outer), activation=inner), compiled_loss)
    assert only(report, CODE).severity is Severity.ERROR
    assert report.outputs[0].verdict is Verdict.MISMATCH


@pytest.mark.parametrize(
    "between",
    [
        pytest.param(layer("Dropout", "between", rate=0.5), id="Dropout"),
        pytest.param(layer("Reshape", "between", target_shape=[10]), id="Reshape"),
        pytest.param(layer("Activation", "between", activation="linear"), id="linear Activation"),
    ],
)
def test_layers_that_keep_the_values_do_not_hide_it(tmp_path: Path, between: Config) -> None:
    assert len(findings(judge(tmp_path, followed_by(between, softmax(), activation="softmax"), None), CODE)) == 1


def test_layers_behind_that_keep_the_values_do_not_hide_it(tmp_path: Path) -> None:
    behind = layer("Reshape", "behind", target_shape=[10])
    assert len(findings(judge(tmp_path, followed_by(softmax(), behind, activation="softmax"), None), CODE)) == 1


def test_it_is_found_inside_a_nested_model(tmp_path: Path) -> None:
    model = sequential(sequential(dense("head", 10, "softmax"), name="inner"), softmax())
    assert "in layer 'inner/head'" in only(judge(tmp_path, model, None), CODE).message


@pytest.mark.parametrize(
    "model",
    [
        pytest.param(head("softmax"), id="one softmax"),
        pytest.param(followed_by(softmax()), id="a softmax on logits"),
        pytest.param(followed_by(softmax(), activation="relu"), id="a softmax on relu"),
        pytest.param(followed_by(softmax(), activation="tanh"), id="a softmax on tanh"),
        pytest.param(followed_by(activation("relu"), activation="softmax"), id="relu on softmax"),
        pytest.param(followed_by(dense("again", 10, "softmax"), activation="softmax"), id="a Dense between"),
        pytest.param(
            followed_by(layer("Rescaling", "warm", scale=9.0, offset=0.0), softmax(), activation="sigmoid"),
            id="scaled between",
        ),
    ],
)
def test_everything_else_is_not(tmp_path: Path, model: Config) -> None:
    assert findings(judge(tmp_path, model, SPARSE), CODE) == []


def test_it_silences_no_other_rule(tmp_path: Path) -> None:
    report = judge(tmp_path, followed_by(activation("sigmoid"), activation="softmax"), SPARSE)
    assert sorted(codes(report)) == ["LC108", CODE]


def test_the_message_names_both_layers(tmp_path: Path) -> None:
    message = only(judge(tmp_path, followed_by(softmax(), activation="sigmoid"), None), CODE).message
    assert "Activation softmax in layer 'softmax' follows sigmoid in layer 'head'" in message


@pytest.mark.parametrize(
    ("inner", "outer", "words"),
    [("softmax", "softmax", "more than 23.2 %"), ("sigmoid", "sigmoid", "between 50 and 73.1 %")],
)
def test_the_message_says_what_scores_are_left(tmp_path: Path, inner: str, outer: str, words: str) -> None:
    assert words in only(judge(tmp_path, followed_by(activation(outer), activation=inner), None), CODE).message


def test_any_scores_under_a_sigmoid_end_between_50_and_73(tmp_path: Path) -> None:
    message = only(judge(tmp_path, followed_by(activation("sigmoid"), activation="softmax"), BINARY), CODE).message
    assert "Every score lies between 50 and 73.1 %." in message


def test_either_layer_can_go(tmp_path: Path) -> None:
    finding = only(judge(tmp_path, followed_by(softmax(), activation="softmax"), None), CODE)
    assert finding.layer == "softmax"
    assert finding.fixes == (
        "Remove layer 'softmax', or its activation",
        "Make layer 'head' linear: its activation=None",
    )
    assert finding.effect == effect(Effect.APPLIED_TWICE, Effect.APPLIED_TWICE)

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from logitcheck.declarations import Declarations, DeclaredInput
from logitcheck.report import Severity, Verdict
from tests.building import (
    Config,
    called,
    codes,
    compiled,
    custom,
    dense,
    function,
    functional,
    layer,
    loss,
    report_on,
    sequential,
    source,
    tensor,
)
from tests.rules.judging import SPARSE, findings, followed_by, head, judge, only

CODE = "LC403"
CUSTOM = loss("SmoothedCrossentropy", from_logits=True) | {"module": "mine", "registered_name": "mine>Smoothed"}


@pytest.mark.parametrize(
    ("compiled_loss", "name"),
    [
        pytest.param("my_own", "my_own", id="string"),
        pytest.param(function("softmax_cross_entropy"), "softmax_cross_entropy", id="function"),
        pytest.param({"class_name": "__lambda__", "config": {"value": []}}, "<lambda>", id="lambda"),
        pytest.param(CUSTOM, "mine>Smoothed", id="object"),
    ],
)
def test_a_loss_of_somebodys_own_is_information(tmp_path: Path, compiled_loss: Any, name: str) -> None:
    report = judge(tmp_path, head("softmax"), compiled_loss)
    finding = only(report, CODE)
    assert finding.severity is Severity.INFO
    assert name in finding.message
    assert report.outputs[0].verdict is Verdict.UNDETERMINED
    assert codes(report) == []


@pytest.mark.parametrize("compiled_loss", [SPARSE, "mse", None])
def test_losses_of_keras_are_not(tmp_path: Path, compiled_loss: Any) -> None:
    assert findings(judge(tmp_path, head("softmax"), compiled_loss), CODE) == []


def test_a_flag_in_its_config_is_a_hint(tmp_path: Path) -> None:
    assert "Its config says from_logits=True." in only(judge(tmp_path, head("softmax"), CUSTOM), CODE).message


def test_no_hint_is_invented(tmp_path: Path) -> None:
    assert "from_logits" not in only(judge(tmp_path, head("softmax"), "my_own"), CODE).message


@pytest.mark.parametrize(
    ("model", "given"),
    [
        pytest.param(head(), "any real number", id="logits"),
        pytest.param(head("sigmoid"), "values in [0, 1]", id="scores"),
        pytest.param(sequential(custom("Mine", "mine")), "something unknown", id="unknown"),
    ],
)
def test_it_says_what_the_loss_is_given(tmp_path: Path, model: Config, given: str) -> None:
    fix, _ = only(judge(tmp_path, model, "my_loss"), "LC403").fixes
    assert fix == f"Check by hand whether it takes logits or probabilities: it is given {given}"


@pytest.mark.parametrize(
    ("compiled_loss", "entry"),
    [
        pytest.param("my_loss", 'my_loss = "logits"', id="function"),
        pytest.param(CUSTOM, '"mine>SmoothedCrossentropy" = "logits"', id="class"),
        pytest.param(CUSTOM | {"config": {"from_logits": False}}, '" = "probabilities"', id="with the other flag"),
    ],
)
def test_it_says_how_to_declare_that_very_loss(tmp_path: Path, compiled_loss: Any, entry: str) -> None:
    _, fix = only(judge(tmp_path, head(), compiled_loss), CODE).fixes
    assert fix.startswith("Say in settings what it takes: [tool.logitcheck.losses] ")
    assert f"{entry} (or " in fix


def test_a_string_of_keras_that_leaves_it_open_cannot_be_declared(tmp_path: Path) -> None:
    model = followed_by(layer("Reshape", "grid", target_shape=[2, -1]), shape=(None, None, 4))
    (fix,) = only(judge(tmp_path, model, "crossentropy"), CODE).fixes
    assert "pyproject.toml" not in fix


def test_what_it_says_to_declare_is_taken(tmp_path: Path) -> None:
    declarations = Declarations(losses={"mine>SmoothedCrossentropy": DeclaredInput.PROBABILITIES})
    report = judge(tmp_path, head("softmax"), CUSTOM, declarations=declarations)
    assert (report.outputs[0].verdict, report.findings) == (Verdict.OK, ())


def test_losses_for_outputs_that_are_not_there_are_named(tmp_path: Path) -> None:
    layers = [source(), *(called(dense(name, 3), tensor("x", (None, 4))) for name in "ab")]
    model = functional(layers, [["a", 0, 0], ["b", 0, 0]])
    report = report_on(tmp_path, compiled(model, loss={"a": "mse", "c": "mse"}))
    assert {finding.output for finding in findings(report, CODE)} == {"a", "b"}
    assert {output.verdict for output in report.outputs} == {Verdict.UNDETERMINED}
    assert "outputs that the model does not have (c)" in findings(report, CODE)[0].message


@pytest.mark.parametrize("config", [{"from_mogits": True}, {"axis": "x"}, {"label_smoothing": "x"}], ids=repr)
def test_a_loss_of_keras_that_was_damaged_is_not_the_default_one(tmp_path: Path, config: Config) -> None:
    report = judge(tmp_path, head("softmax"), loss("CategoricalCrossentropy", **config))
    assert report.outputs[0].verdict is Verdict.UNDETERMINED
    assert (
        "'CategoricalCrossentropy' of output 'head' expects cannot be told: it is stored with "
        in only(report, CODE).message
    )

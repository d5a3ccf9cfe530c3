from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from logitcheck.declarations import Declarations, DeclaredOutput
from logitcheck.report import Severity, Verdict
from tests.building import Config, codes, compiled, custom, dense, layer, loss, report_on, sequential
from tests.rules.judging import SPARSE, findings, followed_by, head, judge, masked, only, softmax

CODE = "LC402"
MAXIMUM = followed_by(layer("GlobalMaxPooling1D", "pool"), activation="softmax", shape=(None, 7, 4))
FROZEN = followed_by(dense("frozen", 3, trainable=False, kernel_initializer="zeros"))


@pytest.mark.parametrize(
    ("model", "words"),
    [
        pytest.param(sequential(custom("Mine", "mine")), "layer 'mine': ", id="a custom layer"),
        pytest.param(MAXIMUM, "has values in [0, 1]", id="known too little"),
        pytest.param(masked(), "has values in [0, 1]", id="a mask that may hide every class"),
        pytest.param(followed_by(softmax([1, 2])), "has values in [0, 1]", id="a softmax over several axes"),
        pytest.param(FROZEN, "layer 'frozen': its weights are frozen constants", id="frozen constants"),
        pytest.param(
            sequential(layer("Dropout", "dropout", rate=0.5)), "straight from an input", id="an input of the model"
        ),
    ],
)
def test_what_the_file_does_not_prove_is_information(tmp_path: Path, model: Config, words: str) -> None:
    report = judge(tmp_path, model, SPARSE)
    finding = only(report, CODE)
    assert finding.severity is Severity.INFO
    assert words in finding.message
    assert "model.predict" in finding.fixes[0]
    assert report.outputs[0].verdict is Verdict.UNDETERMINED
    assert codes(report) == []


@pytest.mark.parametrize(
    ("model", "compiled_loss"),
    [
        pytest.param(head("softmax"), SPARSE, id="a right pair"),
        pytest.param(head(), SPARSE, id="a mismatch"),
        pytest.param(sequential(custom("Mine", "mine")), "mse", id="a loss that takes anything"),
        pytest.param(sequential(custom("Mine", "mine")), "my_own", id="an unknown loss, which is told instead"),
        pytest.param(sequential(custom("Mine", "mine")), None, id="not compiled"),
    ],
)
def test_everything_else_is_not(tmp_path: Path, model: Config, compiled_loss: Any) -> None:
    assert findings(judge(tmp_path, model, compiled_loss), CODE) == []


def test_a_known_value_is_described_with_the_loss_that_it_is_not_proved_for(tmp_path: Path) -> None:
    message = only(judge(tmp_path, MAXIMUM, loss("CategoricalCrossentropy")), CODE).message
    assert message.startswith("Output 'pool' has values in [0, 1]")
    assert "CategoricalCrossentropy(from_logits=False)" in message


SUBCLASSED: Config = {
    "module": "theirs",
    "class_name": "MyModel",
    "config": {},
    "registered_name": "theirs>MyModel",
}


@pytest.mark.parametrize(
    ("model", "key"),
    [
        pytest.param(sequential(custom("Mine", "mine")), "mine>Mine", id="a custom layer"),
        pytest.param(
            sequential(layer("Mine", "mine") | {"module": "theirs", "registered_name": "Mine"}),
            "Mine",
            id="unregistered",
        ),
        pytest.param(followed_by(layer("Lambda", "halved")), "Lambda:halved", id="a Lambda"),
        pytest.param(head("softermax"), "Dense:head", id="an activation of one's own"),
        pytest.param(sequential(head("softermax") | {"name": "inner"}), "Dense:inner/head", id="nested"),
        pytest.param(
            sequential(custom("Mine", "mine"), layer("Rescaling", "scaled", scale=2.0, offset=0.0)),
            "mine>Mine",
            id="behind which something is computed",
        ),
        pytest.param(SUBCLASSED, "theirs>MyModel", id="a subclassed model"),
    ],
)
def test_it_says_how_to_declare_that_very_layer_and_that_is_taken(tmp_path: Path, model: Config, key: str) -> None:
    _, fix = only(judge(tmp_path, model, SPARSE), CODE).fixes
    written = key if key.isalnum() else f'"{key}"'
    assert fix.startswith(
        f'Say in settings what it puts out: [tool.logitcheck.layers] {written} = "probabilities" (or "logits", '
    )
    report = judge(tmp_path, model, SPARSE, declarations=Declarations(layers={key: DeclaredOutput.LOGITS}))
    assert report.declarations_used == (f"layers.{key}",)
    assert findings(report, CODE) == []


@pytest.mark.parametrize(
    "model",
    [
        pytest.param(MAXIMUM, id="a value that is known"),
        pytest.param(FROZEN, id="frozen constants"),
        pytest.param(sequential(layer("Dropout", "dropout", rate=0.5)), id="an input of the model"),
        pytest.param(sequential(dense("broken", True)), id="a layer that no Keras builds"),
    ],
)
def test_what_cannot_be_declared_is_not_said_to_be(tmp_path: Path, model: Config) -> None:
    report = report_on(tmp_path, compiled(model, SPARSE))
    assert not any("pyproject.toml" in fix for finding in report.findings for fix in finding.fixes)


def test_scores_that_were_declared_can_be_declared_a_distribution(tmp_path: Path) -> None:
    declarations = Declarations(layers={"Mine": DeclaredOutput.UNIT_INTERVAL})
    report = judge(tmp_path, sequential(custom("Mine", "mine")), SPARSE, declarations=declarations)
    assert only(report, CODE).fixes[1].endswith('[tool.logitcheck.layers] Mine = "probabilities"')

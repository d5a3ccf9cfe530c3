"""The documentation of every rule, run: its examples, and the numbers that Keras is said to compute."""

from __future__ import annotations

from math import isnan, log
from pathlib import Path
from typing import Any

import pytest

from logitcheck import inspect
from logitcheck.report import ModelReport, Severity
from logitcheck.rules import catalogue, documentation
from logitcheck.rules.base import Rule

each_rule = pytest.mark.parametrize("rule", catalogue.ALL, ids=lambda rule: rule.code)


pytestmark = pytest.mark.filterwarnings("ignore")  # Keras warns of some of the mistakes, and of NumPy


@pytest.fixture
def keras() -> Any:
    return pytest.importorskip("keras", reason="the extra [test] brings it")


def report_on(example: str, keras: Any, folder: Path) -> ModelReport:
    """Run an example, save its model, inspect the file."""
    names: dict[str, Any] = {"keras": keras}
    exec(example, names)
    path = folder / "model.keras"
    names["model"].save(path)
    return inspect(path)


@each_rule
def test_the_first_example_fires_the_rule_and_nothing_else(rule: Rule, keras: Any, tmp_path: Path) -> None:
    findings = report_on(documentation.of(rule).firing, keras, tmp_path).findings
    beside_the_loss = rule in catalogue.BESIDE_THE_LOSS  # on a right pair of logits, of which LC401 informs
    fired = [finding for finding in findings if not (beside_the_loss and finding.severity is Severity.INFO)]
    assert [(finding.code, finding.severity) for finding in fired] == [(rule.code, rule.severity)]


@each_rule
def test_the_second_example_does_not_and_is_right(rule: Rule, keras: Any, tmp_path: Path) -> None:
    report = report_on(documentation.of(rule).silent, keras, tmp_path)
    assert rule.code not in {finding.code for finding in report.findings}
    assert report.ok
    assert all(finding.severity is Severity.INFO for finding in report.findings)


LOG_SOFTMAX = [-0.4076059, -1.4076059, -2.4076059]
"""Of the logits 2, 1, 0."""

CLIP = -log(1e-7)


@pytest.mark.parametrize(
    ("loss", "true", "output", "expected"),
    [
        pytest.param("BinaryCrossentropy", [1.0], [-5.0], CLIP, id="LC102 binary, a positive is capped"),
        pytest.param("BinaryCrossentropy", [0.0], [5.0], 23 * log(2), id="LC102 binary, a negative is capped"),
        pytest.param("CategoricalCrossentropy", [1, 0, 0], [-5.0, 1, 1], 0, id="LC102 a negative sum turns the order"),
        pytest.param("CategoricalCrossentropy", [0, 1, 0], [-5.0, 1, 1], CLIP, id="LC102 against the larger ones"),
        pytest.param("CategoricalCrossentropy", [1, 0, 0], LOG_SOFTMAX, 2.337957, id="LC103 the likeliest costs most"),
        pytest.param("CategoricalCrossentropy", [0, 0, 1], LOG_SOFTMAX, 0.561870, id="LC103 the unlikeliest least"),
        pytest.param("SparseCategoricalCrossentropy", [0], LOG_SOFTMAX, log(3), id="LC103 sparse, always ln n"),
        pytest.param("SparseCategoricalCrossentropy", [2], LOG_SOFTMAX, log(3), id="LC103 sparse, whatever the label"),
        pytest.param("BinaryCrossentropy", [1.0], [-1.5], CLIP, id="LC103 a positive"),
        pytest.param("BinaryCrossentropy", [0.0], [-1.5], 0, id="LC103 a negative"),
        pytest.param("CategoricalCrossentropy", [1, 0, 0], [0.0, 0, 0], float("nan"), id="LC104 relus that are all 0"),
        pytest.param("CategoricalCrossentropy", [1.0], [0.3], 0, id="LC106 one class"),
        pytest.param("KLDivergence", [1, 0, 0], [3.0, -1, -1], 0, id="LC111 a logit above 1 costs nothing"),
        pytest.param("Poisson", [0.0], [-1.0], float("nan"), id="LC111 a negative rate"),
        pytest.param("Dice", [1, 0, 0], [3.0, -1, -1], -2, id="LC111 Dice of logits"),
        pytest.param("Tversky", [1, 0, 0], [3.0, -1, -1], -2, id="LC111 Tversky of logits"),
        pytest.param("Hinge", [-1.0], [0.0], 1, id="LC112 the best negative"),
        pytest.param("CategoricalHinge", [0, 1], [0.0, 1.0], 0, id="LC112 a probability of 1"),
    ],
)
def test_keras_computes_what_the_documentation_says(
    loss: str, true: list[float], output: list[float], expected: float, keras: Any
) -> None:
    if keras.backend.backend() != "tensorflow":
        pytest.skip("the documentation gives other numbers for other backends")
    targets, outputs = keras.ops.array([true]), keras.ops.array([output], dtype="float32")
    computed = float(getattr(keras.losses, loss)()(targets, outputs))
    assert isnan(computed) if isnan(expected) else computed == pytest.approx(expected, abs=2e-6)

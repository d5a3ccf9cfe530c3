"""Losses of which only settings tell what they take: no more is claimed of them than that."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from logitcheck.analyzer.effects import Effect
from logitcheck.declarations import Declarations, DeclaredInput
from logitcheck.report import Finding, ModelReport, Severity, Verdict
from tests.building import Config, all_codes, codes, function, layer, loss, metric
from tests.rules.judging import BINARY, effect, followed_by, head, judge, only

LOGITS, PROBABILITIES = DeclaredInput.LOGITS, DeclaredInput.PROBABILITIES
UNIT, ANY = DeclaredInput.UNIT_INTERVAL, DeclaredInput.ANY
FORMS = [
    pytest.param(function("my_ce"), "my_ce", id="function"),
    pytest.param("my_ce", "my_ce", id="name"),
    pytest.param(loss("Odd", from_logits=True) | {"module": "mine", "registered_name": "mine>Odd"}, "Odd", id="class"),
    pytest.param(function(BINARY), BINARY, id="a name that Keras knows"),
]
HEADS = ["linear", "softmax", "sigmoid", "tanh", "relu", "elu", "softplus", "log_softmax", "log_sigmoid"]
NUMBER = re.compile(r"\d+\.\d+")


def judged(folder: Path, model: Config, takes: DeclaredInput, stored: Any = "my_ce", key: str = "my_ce") -> ModelReport:
    """What is said of a model under a declared loss."""
    return judge(folder, model, stored, declarations=Declarations(losses={key: takes}))


@pytest.mark.parametrize(
    ("activation", "units", "takes", "code", "verdict"),
    [
        ("linear", 10, LOGITS, None, Verdict.OK),
        ("softmax", 10, LOGITS, "LC101", Verdict.MISMATCH),
        ("sigmoid", 1, LOGITS, "LC101", Verdict.MISMATCH),
        ("relu", 10, LOGITS, "LC104", Verdict.MISMATCH),
        ("tanh", 10, LOGITS, "LC104", Verdict.MISMATCH),
        ("elu", 10, LOGITS, None, Verdict.UNDETERMINED),
        ("gelu", 10, LOGITS, None, Verdict.UNDETERMINED),
        ("log_softmax", 10, LOGITS, None, Verdict.UNDETERMINED),
        ("log_sigmoid", 1, LOGITS, "LC104", Verdict.MISMATCH),
        ("linear", 10, PROBABILITIES, "LC102", Verdict.MISMATCH),
        ("softmax", 10, PROBABILITIES, None, Verdict.OK),
        ("softmax", 1, PROBABILITIES, "LC105", Verdict.MISMATCH),
        ("sigmoid", 10, PROBABILITIES, "LC108", Verdict.MISMATCH),
        ("sigmoid", 1, PROBABILITIES, None, Verdict.UNDETERMINED),
        ("relu", 10, PROBABILITIES, "LC104", Verdict.MISMATCH),
        ("log_softmax", 10, PROBABILITIES, "LC103", Verdict.MISMATCH),
        ("linear", 1, UNIT, "LC102", Verdict.MISMATCH),
        ("softmax", 10, UNIT, None, Verdict.OK),
        ("sigmoid", 10, UNIT, None, Verdict.OK),
        ("tanh", 1, UNIT, "LC104", Verdict.MISMATCH),
        ("log_sigmoid", 1, UNIT, "LC103", Verdict.MISMATCH),
        ("linear", 10, ANY, None, Verdict.NOT_APPLICABLE),
        ("softmax", 10, ANY, None, Verdict.NOT_APPLICABLE),
    ],
)
def test_it_is_judged_by_what_it_takes(
    tmp_path: Path, activation: str, units: int, takes: DeclaredInput, code: str | None, verdict: Verdict
) -> None:
    report = judged(tmp_path, head(activation, units), takes)
    assert codes(report) == ([code] if code is not None else [])
    assert report.outputs[0].verdict is verdict


@pytest.mark.parametrize(("stored", "key"), FORMS)
@pytest.mark.parametrize("activation", HEADS)
@pytest.mark.parametrize("takes", DeclaredInput)
def test_nothing_is_claimed_of_what_it_computes(
    tmp_path: Path, activation: str, takes: DeclaredInput, stored: Any, key: str
) -> None:
    report = judged(tmp_path, head(activation, 3), takes, stored, key)
    for finding in report.findings:
        assert finding.effect in {None, effect(Effect.UNKNOWN, Effect.UNKNOWN)}
        assert not NUMBER.search(finding.message)
        words = [finding.message, *finding.fixes]
        assert not any("from_logits" in word or "losses." in word.replace("logitcheck.losses", "") for word in words)


@pytest.mark.parametrize(("stored", "key"), FORMS)
def test_it_is_no_unknown_loss_any_more(tmp_path: Path, stored: Any, key: str) -> None:
    for takes in DeclaredInput:
        assert {"LC402", "LC403", "LC405"}.isdisjoint(
            all_codes(judged(tmp_path, head("softmax", 3), takes, stored, key))
        )


def of_each_pair(folder: Path) -> Iterator[Finding]:
    for activation in HEADS:
        for takes in DeclaredInput:
            yield from judged(folder, head(activation, 3), takes).findings


def test_every_finding_that_is_more_than_information_names_what_was_declared(tmp_path: Path) -> None:
    found = [finding for finding in of_each_pair(tmp_path) if finding.severity is not Severity.INFO]
    assert {finding.code for finding in found} == {"LC101", "LC102", "LC103", "LC104", "LC108"}
    assert all("'my_ce' (declared to take " in finding.message for finding in found)


def test_a_fix_of_the_loss_is_a_change_of_the_declaration(tmp_path: Path) -> None:
    drop, keep = only(judged(tmp_path, head("softmax"), LOGITS), "LC101").fixes
    entry = '[tool.logitcheck.losses] my_ce = "probabilities"'
    assert drop == "Drop the activation, keep the loss: Dense(10)"
    assert keep == f"Keep the output: let the loss take probabilities, and say so in pyproject.toml: {entry}"


def test_one_unit_is_no_distribution(tmp_path: Path) -> None:
    add, keep = only(judged(tmp_path, head(units=1), PROBABILITIES), "LC102").fixes
    assert "Dense(1, activation='sigmoid')" in add
    assert add.endswith('my_ce = "unit_interval"')
    assert keep.endswith('my_ce = "logits"')


@pytest.mark.parametrize("takes", [LOGITS, PROBABILITIES])
def test_the_axis_of_the_classes_is_not_guessed(tmp_path: Path, takes: DeclaredInput) -> None:
    model = followed_by(layer("Softmax", "softmax", axis=1), shape=(None, 7, 4))
    report = judged(tmp_path, model, takes)
    assert codes(report) == (["LC101"] if takes is LOGITS else [])
    assert "LC107" not in all_codes(report)


def test_a_metric_without_the_flag_is_told_of_where_the_loss_is_said_to_take_logits(tmp_path: Path) -> None:
    crossentropy = metric("CategoricalCrossentropy", from_logits=False)
    told = {
        takes: codes(
            judge(
                tmp_path,
                head(),
                "my_ce",
                declarations=Declarations(losses={"my_ce": takes}),
                metrics=[crossentropy],
            )
        )
        for takes in DeclaredInput
    }
    assert told == {LOGITS: ["LC203"], PROBABILITIES: ["LC102"], UNIT: ["LC102"], ANY: ["LC203"]}


@pytest.mark.parametrize("name", ["BinaryAccuracy", "Precision", "AUC", "F1Score"])
def test_metrics_that_need_to_know_the_activation_are_not_judged(tmp_path: Path, name: str) -> None:
    declarations = Declarations(losses={"my_ce": LOGITS})
    stored = metric(name, threshold=0.5, from_logits=False)
    assert codes(judge(tmp_path, head(units=1), "my_ce", declarations=declarations, metrics=[stored])) == []

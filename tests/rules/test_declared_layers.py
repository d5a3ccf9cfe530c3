"""Layers of which only settings tell what they put out: nothing is claimed of how they make it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from logitcheck.analyzer.effects import Effect
from logitcheck.declarations import Declarations, DeclaredOutput
from logitcheck.report import ModelReport, Verdict
from tests.building import Config, codes, custom, layer, loss
from tests.rules.judging import BINARY, CATEGORICAL, SPARSE, effect, followed_by, judge, only, softmax

LOGITS, PROBABILITIES = DeclaredOutput.LOGITS, DeclaredOutput.PROBABILITIES
UNIT, LOGS = DeclaredOutput.UNIT_INTERVAL, DeclaredOutput.LOG_PROBABILITIES
UNCHANGED = DeclaredOutput.UNCHANGED
MINE = followed_by(custom("Mine", "mine"))
FLAGGED = loss("SparseCategoricalCrossentropy", from_logits=True)


def judged(folder: Path, output: DeclaredOutput, compiled_loss: Any, model: Config = MINE, **more: Any) -> ModelReport:
    """What is said of a model if settings tell what its own layer puts out."""
    return judge(folder, model, compiled_loss, declarations=Declarations(layers={"Mine": output}), **more)


@pytest.mark.parametrize(
    ("output", "compiled_loss", "code", "verdict"),
    [
        (PROBABILITIES, SPARSE, None, Verdict.OK),
        (PROBABILITIES, BINARY, None, Verdict.OK),
        (PROBABILITIES, FLAGGED, "LC101", Verdict.MISMATCH),
        (PROBABILITIES, "hinge", "LC112", Verdict.MISMATCH),
        (PROBABILITIES, "kl_divergence", None, Verdict.OK),
        (PROBABILITIES, "mse", None, Verdict.NOT_APPLICABLE),
        (LOGITS, SPARSE, "LC102", Verdict.MISMATCH),
        (LOGITS, FLAGGED, None, Verdict.OK),
        (LOGITS, "poisson", "LC111", Verdict.MISMATCH),
        (UNIT, BINARY, None, Verdict.OK),
        (UNIT, "dice", None, Verdict.OK),
        (UNIT, loss("BinaryCrossentropy", from_logits=True), "LC101", Verdict.MISMATCH),
        (UNIT, CATEGORICAL, None, Verdict.UNDETERMINED),  # it may be a distribution all the same: LC108 is silent
        (UNIT, "kl_divergence", None, Verdict.UNDETERMINED),  # and so is LC111
        (LOGS, CATEGORICAL, "LC103", Verdict.MISMATCH),
        (LOGS, FLAGGED, None, Verdict.OK),
        (LOGS, loss("BinaryCrossentropy", from_logits=True), "LC104", Verdict.MISMATCH),
        (UNCHANGED, SPARSE, "LC102", Verdict.MISMATCH),
    ],
)
def test_it_is_judged_by_what_it_puts_out(
    tmp_path: Path, output: DeclaredOutput, compiled_loss: Any, code: str | None, verdict: Verdict
) -> None:
    report = judged(tmp_path, output, compiled_loss)
    assert codes(report) == ([code] if code is not None else [])
    assert report.outputs[0].verdict is verdict


@pytest.mark.parametrize(
    ("version", "tensorflow", "elsewhere"),
    [
        ("3.15.1", Effect.UNKNOWN, Effect.APPLIED_TWICE),
        ("2.15.0", Effect.UNKNOWN, None),
        ("2.4.0", Effect.UNKNOWN, None),
        ("2.3.1", Effect.APPLIED_TWICE, None),
        ("2.2.4-tf", Effect.APPLIED_TWICE, None),
    ],
)
@pytest.mark.parametrize("output", [PROBABILITIES, UNCHANGED])
def test_whether_tensorflow_finds_an_activation_in_it_is_not_told(
    tmp_path: Path, output: DeclaredOutput, version: str, tensorflow: Effect, elsewhere: Effect | None
) -> None:
    model = followed_by(custom("Mine", "mine"), activation="softmax")
    finding = only(judged(tmp_path, output, FLAGGED, model, version=version), "LC101")
    assert finding.effect == effect(tensorflow, elsewhere)
    assert "loss + accuracy" not in finding.message


@pytest.mark.parametrize("output", [PROBABILITIES, UNCHANGED])
def test_behind_another_tensor_there_is_nothing_to_find(tmp_path: Path, output: DeclaredOutput) -> None:
    grid = layer("Reshape", "grid", target_shape=[10])
    model = followed_by(custom("Mine", "mine"), grid, activation="softmax")
    found = only(judged(tmp_path, output, FLAGGED, model), "LC101").effect
    assert found == effect(Effect.APPLIED_TWICE, Effect.APPLIED_TWICE)


@pytest.mark.parametrize(
    "behind", [softmax(), layer("Activation", "again", activation="sigmoid")], ids=["softmax", "sigmoid"]
)
def test_a_distribution_is_activated_twice_by_what_follows_but_other_numbers_may_be_features(
    tmp_path: Path, behind: Config
) -> None:
    told = {
        output: "LC110" in codes(judged(tmp_path, output, "mse", followed_by(custom("Mine", "mine"), behind)))
        for output in (PROBABILITIES, UNIT, LOGITS, LOGS)
    }
    assert told == {PROBABILITIES: True, UNIT: False, LOGITS: False, LOGS: False}


def test_that_its_numbers_are_cast_to_16_bits_is_not_said_of_an_activation(tmp_path: Path) -> None:
    half = layer("Reshape", "grid", target_shape=[10], dtype="float16")
    assert codes(judged(tmp_path, PROBABILITIES, SPARSE, followed_by(custom("Mine", "mine"), half))) == []


def test_no_fix_gives_a_class_of_ones_own_an_activation(tmp_path: Path) -> None:
    for output in (PROBABILITIES, UNIT, LOGS, LOGITS):
        for compiled_loss in (SPARSE, BINARY, FLAGGED, "hinge", "kl_divergence", "poisson", "dice"):
            report = judged(tmp_path, output, compiled_loss)
            fixes = [fix for finding in report.findings for fix in finding.fixes]
            assert not any("Mine(" in fix or "in place of layer 'mine'" in fix for fix in fixes)

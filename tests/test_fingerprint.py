"""Fingerprints: the same after training again, another where anything that matters changed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from logitcheck import fingerprint
from logitcheck.report import ModelReport
from tests.building import (
    Config,
    called,
    compiled,
    dense,
    functional,
    loss,
    metric,
    report_on,
    sequential,
    source,
    tensor,
)

SHAPE = (None, 4)
FLAGGED = loss("CategoricalCrossentropy", from_logits=True)
OTHER_LOSS = loss("CategoricalFocalCrossentropy", from_logits=True)


def model(name: str = "head", activation: str = "softmax", units: int = 3, given: Config = FLAGGED) -> Config:
    return compiled(sequential(dense(name, units, activation)), given)


def fingerprints(folder: Path, config: Config, code: str = "LC101") -> list[str]:
    report: ModelReport = report_on(folder, config)
    return [fingerprint.of(report, finding) for finding in report.findings if finding.code == code]


def test_it_is_the_same_for_the_same_model(tmp_path: Path) -> None:
    (first,) = fingerprints(tmp_path, model())
    assert fingerprints(tmp_path, model()) == [first]
    assert len(first) == 32


def test_it_outlasts_the_numbers_that_keras_counts_up(tmp_path: Path) -> None:
    assert fingerprints(tmp_path, model("dense")) == fingerprints(tmp_path, model("dense_17"))


@pytest.mark.parametrize(
    "changed",
    [model("scores"), model(units=4), model(activation="sigmoid"), model(given=OTHER_LOSS)],
    ids=["layer", "units", "activation", "loss"],
)
def test_it_changes_with_what_the_finding_hangs_on(tmp_path: Path, changed: Config) -> None:
    (other,) = fingerprints(tmp_path, changed)
    assert other not in fingerprints(tmp_path, model())


def test_outputs_that_differ_by_a_number_only_are_told_apart(tmp_path: Path) -> None:
    heads = [called(dense(name, 3, "softmax"), tensor("x", SHAPE)) for name in ("dense", "dense_1")]
    config = functional([source(), *heads], [["dense", 0, 0], ["dense_1", 0, 0]])
    assert len(set(fingerprints(tmp_path, compiled(config, FLAGGED)))) == 2


def of_metric(**settings: Any) -> Config:
    sparse = loss("BinaryCrossentropy", from_logits=True)
    return compiled(sequential(dense("head", 1)), sparse, metrics=[metric("BinaryAccuracy", **settings)])


def test_that_of_a_metric_changes_with_its_threshold(tmp_path: Path) -> None:
    (half,) = fingerprints(tmp_path, of_metric(threshold=0.5), "LC201")
    (third,) = fingerprints(tmp_path, of_metric(threshold=0.3), "LC201")
    assert half != third

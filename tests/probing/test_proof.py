"""What is seen of the sample models and of random ones is what logitcheck says of their files."""

from __future__ import annotations

import logging
import warnings
from pathlib import Path

import pytest

from logitcheck.analyzer.values import Kind
from logitcheck.probing.agreement import Agreement
from logitcheck.probing.errors import ProbeErrorCode
from logitcheck.probing.probe import Options, probe
from logitcheck.probing.process import Runner
from logitcheck.probing.report import ProbeOutcome

SAMPLES = Path(__file__).parent.parent.parent / "sample_models"
SHARE = """
import keras

@keras.saving.register_keras_serializable(package="sample_models")
class SquaredShare(keras.layers.Layer):
    def call(self, inputs):
        squares = keras.ops.square(inputs)
        return squares / keras.ops.sum(squares, axis=-1, keepdims=True)
"""
OK, WRONG, NONE = ProbeOutcome.OK, ProbeOutcome.MISMATCH, ProbeOutcome.NOT_APPLICABLE
P, U, L, R = Kind.PROBABILITIES, Kind.UNIT_INTERVAL, Kind.LOGITS, Kind.RANGE
EXPECTED: dict[str, tuple[ProbeOutcome, list[Kind]]] = {
    "bare_lstm.h5": (WRONG, [R]),
    "custom_head.keras": (OK, [P]),
    "half_precision.keras": (OK, [P]),
    "logits_good.keras": (OK, [L]),
    "logits_without_flag.h5": (WRONG, [L]),
    "metrics_on_logits.keras": (OK, [L]),
    "multilabel_sigmoid_categorical.keras": (WRONG, [U]),
    "nested.keras": (OK, [P]),
    "sigmoid_from_logits.keras": (WRONG, [U]),
    "sigmoid_good.h5": (OK, [U]),
    "softmax_behind_reshape.keras": (WRONG, [P]),
    "softmax_from_logits.keras": (WRONG, [P]),
    "softmax_good.keras": (OK, [P]),
    "softmax_one_unit.h5": (WRONG, [P]),
    "stacked_softmax.keras": (WRONG, [P]),
    "two_outputs.keras": (WRONG, [R, P]),  # of these weights, "ripe" never gets above 1
    "uncompiled.keras": (NONE, [P]),
}


def test_every_sample_model_is_here() -> None:
    assert sorted(EXPECTED) == sorted(path.name for path in SAMPLES.iterdir() if path.suffix in {".keras", ".h5"})


@pytest.mark.parametrize("name", EXPECTED)
def test_a_sample_model_is_what_its_file_says(
    name: str, runner: Runner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "squared_share.py").write_text(SHARE)
    monkeypatch.chdir(tmp_path)
    imports = ("squared_share",) if name == "custom_head.keras" else ()
    report = probe(str(SAMPLES / name), Options(imports=imports), runner)
    assert report.error is None
    outcome, kinds = EXPECTED[name]
    assert report.outcome is outcome
    assert [output.observed.kind for output in report.outputs] == kinds
    agreements = {output.agreement for output in report.outputs}
    if name == "custom_head.keras":
        assert agreements == {Agreement.UNCLAIMED}
    elif name == "two_outputs.keras":
        assert agreements == {Agreement.SAME, Agreement.WITHIN}
    else:
        assert agreements == {Agreement.SAME}


MODELS = 60
"""The rest of 200 and as many as wanted: `python -m benchmarks.probing`."""


def test_random_models_are_what_their_files_say(
    runner: Runner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.probing import generated

    logging.getLogger("absl").setLevel(logging.ERROR)
    generated.write_modules(tmp_path)
    monkeypatch.chdir(tmp_path)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        figures = generated.examine(range(MODELS), tmp_path, runner)
    assert figures.broken == []
    assert figures.models > MODELS * 0.8
    assert figures.agreements["contradicted"] == 0
    assert figures.agreements["same"] > figures.agreements["within"] * 2


def test_a_file_of_keras_1_that_nothing_loads_is_said_to_be_one(runner: Runner) -> None:
    old = SAMPLES.parent / "tests" / "data" / "old" / "keras1.2.2"
    error = probe(str(old / "softmax_scce_good.h5"), Options(), runner).error
    assert error is not None
    assert error.code is ProbeErrorCode.LOAD_FAILED
    assert error.message.startswith("The model was saved by Keras 1, and tf-keras does not load it. ")
    assert "batch_input_shape" not in error.message


OLD = ("keras2.1.6", "keras2.3.1", "keras3.0.5", "keras3.6.0", "keras3.9.2", "tf1.15", "tf2.3", "tf2.8", "tf2.15")


@pytest.mark.parametrize("version", OLD)
def test_files_of_older_versions_are_what_they_say(version: str, runner: Runner) -> None:
    for path in sorted((SAMPLES.parent / "tests" / "data" / "old" / version).glob("*")):
        report = probe(str(path), Options(samples=32), runner)
        assert report.error is None, path
        assert {output.agreement for output in report.outputs} == {Agreement.SAME}, path

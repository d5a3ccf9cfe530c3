"""What is concluded of what was seen, and how it is told to people and to programs."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest

import logitcheck
from logitcheck.analyzer import analyze
from logitcheck.analyzer.losses import Expects
from logitcheck.analyzer.values import Kind
from logitcheck.loader import load
from logitcheck.model import SavedModel
from logitcheck.probing import drawing, json_form, text
from logitcheck.probing.command import ProbeExit, exit_status
from logitcheck.probing.errors import ProbeError, ProbeErrorCode
from logitcheck.probing.observations import Histogram, Isolation, Observations, OutputSeen
from logitcheck.probing.probe import judged
from logitcheck.probing.report import ProbeOutcome, ProbeReport
from logitcheck.probing.request import Reading
from logitcheck.report import Verdict
from tests.probing.seen import ACCURACY, NUMBERS, SHARES, claim, observations, output

SAMPLES = Path(__file__).parent.parent.parent / "sample_models"
ROOT = Path(logitcheck.__file__).parent
SCHEMA = json.loads((ROOT / "probing" / "probe.schema.json").read_text(encoding="utf-8"))
MODEL_SCHEMA = json.loads((ROOT / "reporter" / "report.schema.json").read_text(encoding="utf-8"))


def of_sample(name: str, *outputs: OutputSeen) -> ProbeReport:
    """The report of a sample model of which something was seen."""
    path = SAMPLES / name
    loaded = load(path)
    assert isinstance(loaded, SavedModel)
    return judged(logitcheck.inspect(path), analyze(loaded), observations(*outputs))


def failed(message: str = "It took more than 1 seconds while the model ran, and was ended.") -> ProbeReport:
    error = ProbeError(code=ProbeErrorCode.TIMEOUT, message=message, hint="Allow it more time: --timeout SECONDS")
    report = of_sample("softmax_good.keras", SHARES)
    return replace(report, observations=None, outputs=(), outcome=ProbeOutcome.FAILED, error=error)


LOGITS = output(-3.0, 4.0)
REPORTS: dict[str, tuple[ProbeReport, ProbeOutcome, ProbeExit]] = {
    "right": (of_sample("softmax_good.keras", SHARES), ProbeOutcome.OK, ProbeExit.CONSISTENT),
    "proved wrong": (of_sample("softmax_from_logits.keras", SHARES), ProbeOutcome.MISMATCH, ProbeExit.FOUND),
    "observed right": (of_sample("custom_head.keras", SHARES), ProbeOutcome.OK, ProbeExit.CONSISTENT),
    "observed wrong": (of_sample("custom_head.keras", LOGITS), ProbeOutcome.MISMATCH, ProbeExit.FOUND),
    "observed nothing": (
        of_sample("custom_head.keras", output(0.5, 0.5)),
        ProbeOutcome.UNDETERMINED,
        ProbeExit.CONSISTENT,
    ),
    "no loss": (of_sample("uncompiled.keras", SHARES), ProbeOutcome.NOT_APPLICABLE, ProbeExit.CONSISTENT),
    "contradicted": (of_sample("softmax_good.keras", LOGITS), ProbeOutcome.DISAGREEMENT, ProbeExit.FOUND),
    "another number of outputs": (
        of_sample("softmax_good.keras", SHARES, SHARES),
        ProbeOutcome.DISAGREEMENT,
        ProbeExit.FOUND,
    ),
    "not run": (failed(), ProbeOutcome.FAILED, ProbeExit.NOT_RUN),
}


@pytest.mark.parametrize("name", REPORTS)
def test_the_outcome_and_the_exit_status(name: str) -> None:
    report, outcome, status = REPORTS[name]
    assert report.outcome is outcome
    assert exit_status(report) is status


@pytest.mark.parametrize("name", REPORTS)
def test_json_is_as_the_schema_says(name: str) -> None:
    document = json.loads(json_form.render(REPORTS[name][0], "0.1.0"))
    jsonschema.validate(document, SCHEMA, jsonschema.Draft202012Validator)
    model = {"$ref": "#/$defs/model", "$defs": MODEL_SCHEMA["$defs"]}
    jsonschema.validate(document["model"], model, jsonschema.Draft202012Validator)


def test_json_with_a_loss_and_accuracies_is_as_the_schema_says() -> None:
    numbers = replace(NUMBERS, accuracy=ACCURACY, labels_given=True)
    document = json.loads(json_form.render(of_sample("softmax_good.keras", replace(SHARES, loss=numbers)), "0.1.0"))
    jsonschema.validate(document, SCHEMA, jsonschema.Draft202012Validator)
    loss = document["outputs"][0]["seen"]["loss"]
    assert loss["from_logits"]["true"] == {"loss": 1.101, "at_outputs": 0.21, "at_weights": 0.05}
    assert loss["accuracy"] == {"largest": None, "above_half": 0.625, "above_zero": 0.91}
    assert loss["labels"] == "given"


def test_every_code_stands_in_the_schema() -> None:
    listed: Any = SCHEMA["properties"]["error"]["oneOf"][1]["properties"]["code"]["enum"]
    assert listed == [code.value for code in ProbeErrorCode]


def written(report: ProbeReport, width: int = 80, *, ascii_only: bool = False) -> str:
    lines = text.lines(report, width, ascii_only=ascii_only)
    return "\n".join("".join(piece for piece, _ in line).rstrip() for line in lines)


def test_the_text_of_a_model_that_is_wrong() -> None:
    report = of_sample("softmax_from_logits.keras", replace(SHARES, loss=NUMBERS))
    shown = written(report).replace(str(SAMPLES), "sample_models")
    assert shown.partition("softmax_from_logits.keras: ")[2] == (
        """\
MISMATCH
  run with Keras 3.15.1 on TensorFlow 2.21.0 on 256 samples of made inputs, in
  0.5 s

  Output 'predictions': probabilities that sum to 1 along axis -1; observed on
  256 samples, not proved
    shape (any, 3), float32, from 0.001 to 0.998, mean 0.3333
    all in [0, 1]
    sums along axis -1: 1 to 1
    0.05 [▁ █▁▂] 0.88  (ordinary inputs)
    From the file alone: the same.
    Loss SparseCategoricalCrossentropy(from_logits=True): does not fit, as the
    file proves

    categorical cross-entropy on 64 samples, labels drawn at random:
                                         loss  gradient (predictions/kernel)
      from_logits=False                 1.167  0.25
      from_logits=True, as compiled     1.101  0.05
      who knows nothing (ln 3)          1.099
    The outputs are probabilities: from_logits=True, as compiled, does not fit.
    With from_logits=True the loss activates them once more: it stays between
    0.551 and 1.551; the gradient is 5 times smaller here.
    Keras on TensorFlow sees the activation behind this output and does without
    the second one in training; JAX and PyTorch get the numbers above.

  Found in the file: LC101 probabilities-as-logits (logitcheck inspect says
  more)"""
    )


def test_the_text_of_a_disagreement_says_that_it_is_a_bug_and_where_to_tell() -> None:
    shown = " ".join(written(REPORTS["contradicted"][0]).split())
    assert ": DISAGREEMENT: a bug of logitcheck run with" in shown
    assert "From the file alone: probabilities." in shown
    assert "It cannot be: -3 is below 0" in shown
    assert "https://github.com/logitcheck/logitcheck/issues" in shown


def test_the_text_of_what_fills_in_where_the_file_tells_nothing() -> None:
    shown = " ".join(written(REPORTS["observed wrong"][0]).split())
    assert "From the file alone: unknown." in shown
    assert "does not fit, as observed" in shown
    assert "numbers on both sides of [0, 1], as logits are" in shown


def test_the_text_of_a_failure_is_a_sentence_and_what_to_do() -> None:
    assert written(failed()).splitlines()[1:] == [
        "  timeout: It took more than 1 seconds while the model ran, and was ended.",
        "  What to do: Allow it more time: --timeout SECONDS",
    ]


def test_what_a_model_says_reaches_no_terminal_as_it_is() -> None:
    shown = written(failed("ValueError: \x1b[31mred\x1b[0m ::error::"))
    assert "\x1b" not in shown
    assert "\\x1b[31mred" in shown
    numbers = replace(NUMBERS, weights="a/\x1b[2Jb")
    assert "\x1b" not in written(of_sample("softmax_good.keras", replace(SHARES, loss=numbers)))


@pytest.mark.parametrize("width", [20, 40, 80, 200])
def test_lines_keep_to_the_width_but_for_tables(width: int) -> None:
    lines = written(of_sample("softmax_good.keras", SHARES), width).splitlines()
    assert max(map(len, lines)) <= max(width, 50)


def test_plain_letters_are_enough() -> None:
    report = of_sample("softmax_from_logits.keras", replace(SHARES, loss=NUMBERS))
    assert written(report, ascii_only=True).isascii()


def test_what_no_kernel_held_is_told() -> None:
    open_ = Isolation(network="python", files="none", processes="group")
    report = of_sample("softmax_good.keras", SHARES)
    assert report.observations is not None
    shown = written(replace(report, observations=replace(report.observations, isolation=open_)))
    assert "the network was closed to Python code only and the model could write files" in " ".join(shown.split())
    assert "On this system" not in written(report)


def test_shares_of_what_is_odd_are_told() -> None:
    seen = replace(output(-3.0, 4.0, exponential_sums=()), nan=0.1, above_all=0.2, whole=True, rising=True)
    shown = " ".join(written(of_sample("custom_head.keras", seen)).split())
    assert "50 % below 0, 50 % above 1, 10 % not a number (only on extreme made inputs, such as all zeros)" in shown
    assert "20 % infinite" in shown
    assert "all whole" in shown
    assert "never falling along the last axis" in shown
    nothing = replace(SHARES, low=None, high=None, mean=None, histogram=None, sums=())
    assert "none of its 768 values is a number" in written(of_sample("custom_head.keras", nothing))


def test_a_share_of_nan_says_what_it_came_of() -> None:
    seen = replace(SHARES, nan=0.1, nan_ordinary=0.05)
    report = of_sample("custom_head.keras", seen)
    assert "10 % not a number (on ordinary inputs, too)" in " ".join(written(report).split())
    assert report.observations is not None
    given = replace(report, observations=replace(report.observations, made=False))
    assert "10 % not a number (one makes the loss of its batch NaN)" in " ".join(written(given).split())


@pytest.mark.parametrize("name", ["custom_head.keras", "softmax_good.keras", "uncompiled.keras"])
def test_an_output_of_nothing_but_nan_is_told_and_fails_whatever_the_file_says(name: str) -> None:
    seen = replace(SHARES, low=None, high=None, mean=None, nan=1.0, nan_ordinary=0.5, histogram=None, sums=())
    report = of_sample(name, replace(seen, loss=NUMBERS))
    assert report.outcome is ProbeOutcome.NO_NUMBERS
    assert exit_status(report) is ProbeExit.FOUND
    shown = " ".join(written(report).split())
    assert f"{name}: NO NUMBERS, only NaN or infinity" in shown
    assert "Nothing that it puts out is a finite number: look for a division by 0" in shown
    assert "cross-entropy on" not in shown
    jsonschema.validate(json.loads(json_form.render(report, "1")), SCHEMA, jsonschema.Draft202012Validator)


def test_data_with_nan_gets_a_line() -> None:
    report = of_sample("softmax_good.keras", SHARES)
    assert report.observations is not None
    odd = replace(report, observations=replace(report.observations, made=False, odd_inputs=3))
    assert "3 samples of your data hold NaN or infinite numbers" in " ".join(written(odd).split())
    assert "NaN" not in written(report)


def test_only_made_inputs_are_ordinary_ones() -> None:
    report = of_sample("softmax_good.keras", SHARES)
    assert report.observations is not None
    given = replace(report, observations=replace(report.observations, made=False))
    assert "] 0.88\n" in written(given)


def test_the_headline_says_of_a_mismatch_whether_it_was_only_observed() -> None:
    assert ": MISMATCH, as observed\n" in written(REPORTS["observed wrong"][0])
    assert ": MISMATCH\n" in written(REPORTS["proved wrong"][0])


def test_of_a_loss_of_ones_own_no_table_is_said_to_be_its_own() -> None:
    report = of_sample("custom_head.keras", replace(SHARES, loss=NUMBERS))
    said = claim(Kind.UNKNOWN, verdict=Verdict.UNDETERMINED)
    assert said.loss is not None
    own = replace(said, loss=replace(said.loss, name="Mine", label="mine>Mine", expects=Expects.UNKNOWN))
    loaded = load(SAMPLES / "custom_head.keras")
    assert isinstance(loaded, SavedModel)
    seen = observations(replace(SHARES, loss=NUMBERS))
    shown = " ".join(written(judged(replace(report.model, outputs=(own,)), analyze(loaded), seen)).split())
    assert "cannot be told: what it takes is unknown" in shown
    assert "for comparison, categorical cross-entropy on 64 samples" in shown
    assert "the numbers are for comparison only" in shown
    assert "fits" not in shown


def test_numbers_that_are_nearly_equal_are_in_no_order() -> None:
    nearly = output(0.49999, 0.50001, rising=True)
    assert "never falling" not in written(of_sample("custom_head.keras", nearly))


def test_labels_that_had_to_be_converted_are_told() -> None:
    numbers = replace(NUMBERS, labels_given=True, labels_converted=True)
    shown = " ".join(written(of_sample("custom_head.keras", replace(SHARES, loss=numbers))).split())
    assert "your labels, converted to the form that the loss takes:" in shown


def test_a_histogram_in_a_line() -> None:
    drawn = Histogram(low=-1.0, high=2.5, counts=(0, 1, 1000, 500))
    assert drawing.line(drawn, ascii_only=False) == "-1 [ ▁█▄] 2.5"
    assert drawing.line(drawn, ascii_only=True) == "-1 [ .@=] 2.5"
    assert drawing.line(Histogram(low=2.0, high=2.0, counts=(7,)), ascii_only=False) == "always 2"


def test_accuracies_are_rows_of_the_table() -> None:
    numbers = replace(NUMBERS, reads=Reading.BINARY, classes=1, accuracy=ACCURACY, labels_given=True)
    shown = written(of_sample("custom_head.keras", replace(LOGITS, loss=numbers)))
    assert "      accuracy above 0.5                62.5%\n      accuracy above 0                  91.0%\n" in shown


def test_observations_are_what_the_reader_makes_of_them() -> None:
    assert isinstance(observations(SHARES), Observations)

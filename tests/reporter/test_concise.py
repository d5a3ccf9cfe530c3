"""A line for a finding."""

from __future__ import annotations

import pytest

from logitcheck.report import ModelReport, Severity, SkippedBy
from logitcheck.reporter import concise
from tests.reporter.reports import finding, model, output, report, skipped, unreadable, written


def lines(*models: ModelReport, width: int = 80) -> list[str]:
    return [written(line) for line in concise.lines(report(*models), width)]


def test_a_finding_is_a_line_with_the_first_sentence_of_its_message() -> None:
    first = "The loss expects logits, but layer 'head' puts out values in [0, 1]."
    assert lines(model("a.keras", finding(), finding(Severity.WARNING))) == [
        f"a.keras: error LC101 probabilities-as-logits: {first}",
        f"a.keras: warning LC108 independent-scores-exclusive-loss: {first}",
        "1 model read: 1 error, 1 warning. Learn more: logitcheck explain LC101 LC108",
    ]


def test_of_several_outputs_the_one_is_named() -> None:
    several = model("a.keras", finding(output="ripe"), outputs=(output("ripe"), output("species")))
    assert lines(several)[0].startswith("a.keras: error LC101 probabilities-as-logits (output 'ripe'): The loss")


def test_outputs_without_a_name_need_none() -> None:
    several = model("a.keras", finding(output=None), outputs=(output(None), output(None)))
    assert lines(several)[0].startswith("a.keras: error LC101 probabilities-as-logits: The loss")


def test_what_is_right_has_no_line() -> None:
    assert lines(model("a.keras"), model("b.keras")) == ["2 models read: 0 errors, 0 warnings; 2 ok."]


def test_an_unreadable_input_is_a_line_with_what_to_do() -> None:
    assert lines(unreadable("b.h5")) == [
        "b.h5: unreadable lfs-pointer: The file is a pointer of Git LFS. Fetch it: git lfs pull",
        "0 models read: 0 errors, 0 warnings; 1 unreadable.",
    ]


def test_what_is_skipped_for_a_reason_is_a_line_and_what_is_not_only_counted() -> None:
    kept_quiet = (skipped("scores are ranked"), skipped(None), skipped("old", SkippedBy.BASELINE))
    assert lines(model("a.keras", finding(), skipped=kept_quiet))[1:] == [
        "a.keras: skipped LC108 independent-scores-exclusive-loss: scores are ranked (ignore)",
        "a.keras: skipped LC108 independent-scores-exclusive-loss: old (baseline)",
        "1 model read: 1 error, 0 warnings; 3 findings skipped. Learn more: logitcheck explain LC101",
    ]


def test_a_code_is_explained_once() -> None:
    told = lines(model("a.keras", finding(), finding()), model("b.keras", finding()))
    assert told[-1].endswith("Learn more: logitcheck explain LC101")


@pytest.mark.parametrize("width", [1, 20, 500])
def test_no_line_is_broken_at_any_width(width: int) -> None:
    models = (model("a.keras", finding()), unreadable())
    assert lines(*models, width=width) == lines(*models)


def test_styles_are_those_of_the_report_in_full() -> None:
    first, last = concise.lines(report(model("a.keras", finding())), 80)
    assert first[:4] == [
        ("a.keras", "bold"),
        (": ", ""),
        ("error LC101", "bold red"),
        (" probabilities-as-logits", "bold"),
    ]
    assert last[0][1] == "bold"

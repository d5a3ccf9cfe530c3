"""The summary of a step, as it is shown."""

from __future__ import annotations

import pytest

from logitcheck.report import ModelReport, Outcome, Severity, SkippedBy
from logitcheck.reporter import markdown_report
from tests.reporter.formats import MARKDOWN_TAGS
from tests.reporter.markdown_pages import Page, shown
from tests.reporter.reports import MESSAGE, finding, model, output, report, skipped, unreadable

MOST = 1 << 20


def written(*models: ModelReport) -> str:
    text = markdown_report.render(report(*models), "1.2.3")
    assert text.endswith("\n")
    assert not text.endswith("\n\n")
    assert text.isascii()
    assert len(text) < MOST
    return text


def page(*models: ModelReport) -> Page:
    read = shown(written(*models))
    assert set(read.tags) <= MARKDOWN_TAGS
    assert read.tags.count("details") == read.text.count("and how it is done right")
    return read


def test_what_is_right_is_a_headline_and_no_more() -> None:
    assert written(model("a.keras"), model("b.keras")) == (
        "## logitcheck read 2 models: 0 errors, 0 warnings; 2 ok\n\n<sub>logitcheck 1.2.3</sub>\n"
    )


def test_the_table_has_the_models_with_something_to_tell_and_the_worst_on_top() -> None:
    text = written(
        model("right.keras"),
        model("quiet.keras", skipped=(skipped(None),)),
        model("custom.keras", outcome=Outcome.UNDETERMINED),
        model("told.keras", finding(Severity.INFO), outcome=Outcome.OK),
        model("warned.keras", finding(Severity.WARNING), finding(Severity.INFO)),
        model("wrong.keras", finding()),
        unreadable("b.h5", message="It is cut off.", hint="Fetch it."),
    )
    assert [line for line in text.splitlines() if line.startswith("|")] == [
        "| Model | Outcome | Findings |",
        "| --- | --- | --- |",
        "| <code>wrong.keras</code> | **mismatch** | error LC101 probabilities-as-logits |",
        "| <code>b.h5</code> | **unreadable** | lfs-pointer: It is cut off. Fetch it. |",
        (
            "| <code>warned.keras</code> | **mismatch** | warning LC108 independent-scores-exclusive-loss"
            "<br>info LC404 not-compiled |"
        ),
        "| <code>told.keras</code> | ok | info LC404 not-compiled |",
        "| <code>custom.keras</code> | undetermined | the file does not prove whether output and loss fit |",
    ]


def test_a_finding_is_seen_in_full_on_a_click() -> None:
    text = written(model("a.keras", finding(fixes=("Keep it: f(a)", "End it in g(1) and use h()", "Remove it"))))
    link = "https://github.com/logitcheck/logitcheck/blob/main/docs/rules.md#lc101"
    assert text[text.index("<details>") : text.index("</details>")].split("\n\n")[:-1] == [
        "<details><summary><b>error</b> LC101 probabilities-as-logits: <code>a.keras</code></summary>",
        MESSAGE.replace("[", "&#91;").replace("]", "&#93;"),
        "**Fix A** Keep it:",
        "<pre><code>f(a)</code></pre>",
        "**Fix B** End it in <code>g(1)</code> and use <code>h()</code>",
        "**Fix C** Remove it",
        f"[What LC101 means, and how it is done right]({link})",
    ]
    assert page(model("a.keras", finding())).attributes == [("href", link)]


def test_errors_come_first() -> None:
    read = page(model("a.keras", finding(Severity.INFO), finding(Severity.WARNING)), model("b.keras", finding()))
    order = [
        read.text.index(f"{severity.value} {code}: {path}")
        for severity, code, path in (
            (Severity.ERROR, "LC101 probabilities-as-logits", "b.keras"),
            (Severity.WARNING, "LC108 independent-scores-exclusive-loss", "a.keras"),
            (Severity.INFO, "LC404 not-compiled", "a.keras"),
        )
    ]
    assert order == sorted(order)


def test_of_several_outputs_the_one_is_named() -> None:
    read = page(model("a.keras", finding(output="ripe"), outputs=(output("ripe"), output("species"))))
    assert read.text.count("LC101 probabilities-as-logits (output 'ripe')") == 2


def test_what_is_skipped_is_listed_with_its_reason() -> None:
    text = written(model("a.keras", skipped=(skipped("ranked"), skipped(None), skipped("old", SkippedBy.BASELINE))))
    rule = "LC108 independent-scores-exclusive-loss"
    assert text.split("\n\n")[1:3] == [
        "### Skipped",
        f"- <code>a.keras</code>: {rule}: ranked (ignore)\n- <code>a.keras</code>: {rule}: old (baseline)",
    ]
    assert "3 findings skipped" in text


@pytest.mark.parametrize("count", [1, 500, 5000])
def test_a_summary_that_would_be_too_long_is_cut_and_says_so(count: int) -> None:
    models = [model(f"{number}.keras", finding(Severity.WARNING), skipped=(skipped("why"),)) for number in range(count)]
    text = written(*models, model("wrong.keras", finding(message="Wrong.")))
    read = page(*models, model("wrong.keras", finding(message="Wrong.")))
    assert read.tags.count("h2") == 1
    rows, details = read.tags.count("tr") - 1, read.tags.count("details")
    told = read.text.count("(ignore)")
    assert ("Left out" in text) == (count == 5000)
    if count == 5000:
        left_out = f"{5001 - rows} rows, {5001 - details} findings, {5000 - told} skipped findings"
        assert f"because GitHub shows no more than 1 MiB: {left_out}.**" in text
        assert min(rows, details, told) > 500
    assert "Wrong." in text


def test_a_giant_leaves_room_for_all_others() -> None:
    text = written(model("a.keras", finding(message="A" * 2 * MOST)), model("b.keras", finding(message="Wrong.")))
    assert "Wrong." in text
    assert "Left out, because GitHub shows no more than 1 MiB: 1 finding.**" in text

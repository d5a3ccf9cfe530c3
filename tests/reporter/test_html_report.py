"""The report for notebooks: golden files, and names that would like to be markup."""

from __future__ import annotations

import dataclasses
from html.parser import HTMLParser
from pathlib import Path

import pytest

import logitcheck
from logitcheck.report import EvidenceStep, ModelReport, Outcome, Report, Severity
from logitcheck.reporter import html_report
from tests.reporter.reports import finding, model, output, report, skipped, unreadable
from tests.reporter.test_golden import GOLDEN, SAMPLES, report_on

ALONE = ("softmax_behind_reshape.keras", "two_outputs.keras", "metrics_on_logits.keras", "uncompiled.keras")
TAGS = {"div", "p", "strong", "ul", "ol", "li", "code", "a", "span", "details", "summary"}
ATTRIBUTES = {"class", "style", "href", "open"}
HOSTILE = (
    "<script>alert('1')</script>\"><img src=x onerror=alert(1)>&lt;b&gt;\x1b[31m\u202e$E=mc^2$ \\(x\\) </li></ul></div>"
)


class Reader(HTMLParser):
    """What a notebook makes of it: the tags, whether each is closed where it was opened, and the text."""

    def __init__(self, written: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.links: list[str] = []
        self.text = ""
        self.feed(written)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in TAGS
        assert {name for name, _ in attrs} <= ATTRIBUTES
        self.open.append(tag)
        self.tags.append(tag)
        self.links += [value or "" for name, value in attrs if name == "href"]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def samples(*names: str) -> Report:
    return report_on(*(path for path in SAMPLES if not names or path.name in names))


@pytest.mark.parametrize("name", ALONE)
def test_one_model_is_as_it_was(name: str) -> None:
    assert html_report.render(samples(name)) == (GOLDEN / f"{name}.html").read_text(encoding="utf-8")


def test_several_models_are_as_they_were() -> None:
    written = html_report.render(samples())
    assert written == (GOLDEN / "all.html").read_text(encoding="utf-8")
    read = Reader(written)
    assert read.tags.count("details") == len(SAMPLES)
    assert set(read.links) <= {each.docs_url for model in samples().models for each in model.findings}


def test_a_report_shows_itself_in_a_notebook() -> None:
    path = next(path for path in SAMPLES if path.name == "softmax_behind_reshape.keras")
    shown = logitcheck.inspect(path)._repr_html_()
    assert "<li>pixels (Conv2D): softmax, 3 units" in shown
    assert shown == logitcheck.inspect_all([str(path)])._repr_html_()


def test_the_tree_is_a_list_in_the_order_in_which_values_flow() -> None:
    read = Reader(html_report.render(samples("softmax_behind_reshape.keras")))
    assert read.tags.count("ol") == 1
    assert read.text.index("pixels (Conv2D)") < read.text.index("predictions (Reshape)")


def hostile() -> ModelReport:
    step = EvidenceStep(layer=HOSTILE, class_name=HOSTILE, effect=HOSTILE)
    evil = dataclasses.replace(output(name=HOSTILE), evidence=(step,))
    wrong = finding(message=HOSTILE, fixes=(HOSTILE, f"Dense({HOSTILE})"), layer=HOSTILE, output=HOSTILE)
    changes = {"model_class": HOSTILE, "keras_version": HOSTILE, "backend": HOSTILE}
    return model(HOSTILE, wrong, outputs=(evil,), skipped=(skipped(HOSTILE),), **changes)


@pytest.mark.parametrize(
    "shown",
    [report(hostile()), report(hostile(), hostile()), report(unreadable(HOSTILE, message=HOSTILE, hint=HOSTILE))],
    ids=["one", "several", "unreadable"],
)
def test_a_name_is_never_markup(shown: Report) -> None:
    written = html_report.render(shown)
    read = Reader(written)
    assert "<script>alert('1')</script>" in read.text
    assert "\x1b" not in written
    assert "\u202e" not in written
    assert r"\x1b[31m\u202e" in read.text


def test_a_name_is_never_a_formula() -> None:
    written = html_report.render(report(hostile()))
    assert written.startswith('<div class="logitcheck tex2jax_ignore mathjax_ignore">')
    assert written.count("$") == written.count("<span>$</span>") > 0
    assert written.count("\\") == written.count("<span>\\</span>") > 0


def test_what_is_skipped_has_its_reason() -> None:
    quiet = model(skipped=(skipped("measured to be fine"), skipped(None)))
    text = Reader(html_report.render(report(quiet))).text
    assert "skipped LC108 independent-scores-exclusive-loss (ignore): measured to be fine" in text
    assert "(ignore): no reason is given" in text


def test_only_what_is_wrong_is_unfolded() -> None:
    warned = model("warned.keras", finding(Severity.WARNING), outcome=Outcome.OK)
    written = html_report.render(report(model("good.keras"), warned, unreadable()))
    assert [line.startswith("<details open>") for line in written.splitlines() if "<details" in line] == [
        False,
        True,
        True,
    ]


def test_a_notebook_is_not_flooded() -> None:
    written = html_report.render(report(*[model()] * 1234))
    assert written.count("<details") == 200
    assert "The first 200 of 1,234 models are shown" in written


def write_golden() -> None:
    """Write the expected outputs anew."""
    for name in ALONE:
        Path(GOLDEN / f"{name}.html").write_text(html_report.render(samples(name)), encoding="utf-8")
    Path(GOLDEN / "all.html").write_text(html_report.render(samples()), encoding="utf-8")


if __name__ == "__main__":
    write_golden()

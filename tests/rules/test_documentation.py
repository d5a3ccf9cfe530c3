"""The documentation of every rule: complete, in one format, and with numbers that are computed here once more."""

from __future__ import annotations

import ast
import re
from math import e, exp, log
from pathlib import Path

import pytest

from logitcheck.report import Severity
from logitcheck.rules import catalogue, documentation
from logitcheck.rules.base import Rule
from logitcheck.rules.documentation import Block, BlockKind, Section, UndocumentedError
from logitcheck.rules.wording import double_softmax_ceiling

each_rule = pytest.mark.parametrize("rule", catalogue.ALL, ids=lambda rule: rule.code)


@each_rule
def test_every_section_is_there_in_order_and_says_something(rule: Rule) -> None:
    sections = documentation.of(rule).sections
    assert tuple(section.heading for section in sections) == documentation.headings(rule.severity)
    assert all(section.text for section in sections)


@each_rule
def test_the_title_is_one_sentence_on_one_line(rule: Rule) -> None:
    title = documentation.of(rule).title
    assert re.fullmatch(r"[A-Z][^\n]{20,110}[^\n.]\.", title)
    assert ". " not in title


@each_rule
def test_an_example_is_code_and_nothing_else(rule: Rule) -> None:
    examples = documentation.of(rule).sections[2:4]
    assert [[block.kind for block in example.blocks()] for example in examples] == [[BlockKind.CODE], [BlockKind.CODE]]


@each_rule
def test_the_two_examples_are_python_and_differ(rule: Rule) -> None:
    told = documentation.of(rule)
    assert ast.dump(ast.parse(told.firing)) != ast.dump(ast.parse(told.silent))


@each_rule
def test_code_is_at_most_100_columns_wide(rule: Rule) -> None:
    blocks = [block for section in documentation.of(rule).sections for block in section.blocks()]
    code = [block.text for block in blocks if block.kind is BlockKind.CODE]
    assert max(len(line) for text in code for line in text.splitlines()) <= 100


@each_rule
def test_references_are_a_list(rule: Rule) -> None:
    kinds = {block.kind for block in documentation.of(rule).sections[5].blocks()}
    assert kinds == {BlockKind.ITEM}


@each_rule
def test_all_of_it_can_be_printed_on_any_terminal(rule: Rule) -> None:
    assert documentation.text(rule).isascii()


@each_rule
def test_no_word_of_it_is_lost_when_it_is_taken_apart(rule: Rule) -> None:
    told = documentation.of(rule)
    pieces = [told.title]
    for section in told.sections:
        pieces += [section.heading, *(block.text for block in section.blocks())]
    marks = re.compile(r"^(## |- |```(python)?$)", re.MULTILINE)
    assert " ".join(pieces).split() == marks.sub("", documentation.text(rule)).split()


@each_rule
def test_the_rule_has_tests_of_its_own(rule: Rule) -> None:
    name = type(rule).__module__.rpartition(".")[2]
    assert f'"{rule.code}"' in (Path(__file__).parent / f"test_{name}.py").read_text(encoding="utf-8")


def percent(share: float) -> str:
    return f"{100 * share:.1f} %"


def sigmoid(logit: float) -> float:
    return 1 / (1 + exp(-logit))


FLOORS = {n: f"{double_softmax_ceiling(n) - 1:.3f}" for n in (2, 10, 100)}
CEILINGS = [percent(e / (e + n - 1)) for n in (2, 10, 100)]
CLIPPED = f"{-log(1e-7):.3f}"
CERTAIN_IN_32_BITS = f"{-log(2**-23):.3f}"
"""1 - 1e-7 is 1 - 2**-23 in 32 bits."""

NUMBERS = {
    "LC101": [
        *FLOORS.values(),
        *CEILINGS,
        f"{double_softmax_ceiling(10):.3f}",
        f"{-log(sigmoid(1)):.3f}",
        f"{-log(sigmoid(0)):.3f}",
        f"{-log(1 - sigmoid(1)):.3f}",
        f"{(-log(sigmoid(1)) - log(1 - sigmoid(0))) / 2:.3f}",
    ],
    "LC102": [CLIPPED, CERTAIN_IN_32_BITS],
    "LC103": [CLIPPED, f"{log(3):.3f}", f"{log(10):.3f}"],
    "LC104": [
        percent(1 / (1 + 9 * exp(-2))),
        f"{log(1 + 9 * exp(-2)):.3f}",
        f"{log(1 + 99 * exp(-2)):.3f}",
        percent(sigmoid(-1)),
        percent(sigmoid(1)),
        f"{-log(1 - sigmoid(0)):.3f}",
    ],
    "LC108": [percent(sigmoid(1)), percent(1 - sigmoid(1)), percent(sigmoid(2))],
    "LC109": [percent(sigmoid(1)), percent(1 - sigmoid(1)), percent(sigmoid(2))],
    "LC110": [*CEILINGS, FLOORS[10]],
    "LC201": [percent(sigmoid(0.5)), percent(sigmoid(1))],
    "LC202": [percent(sigmoid(1)), f"{sigmoid(1):.3f}"],
    "LC203": [CLIPPED, f"{-log(sigmoid(-1)):.3f}"],
    "LC301": [
        f"{2**-11:.4f}",
        f"{2**-8:.3f}",
        f"{100 * (1 - 2**-12):.2f} %",
        f"{100 * (1 - 2**-9):.1f} %",
        f"{100 * 2**-25:.6f} %",
    ],
    "LC401": [percent(sigmoid(0.5))],
}
"""What stands in the documentation with a decimal point, but for versions, settings and what references quote."""

_SETTINGS = {"0.5"}
_VERSION = re.compile(r"\b(?:Keras|TensorFlow|tf\.keras of about) \d+\.\d+(?:(?:, | and | to )\d+\.\d+)*")


@each_rule
def test_every_number_is_the_one_that_is_computed(rule: Rule) -> None:
    *sections, _ = documentation.of(rule).sections
    prose = " ".join(
        block.text for section in sections for block in section.blocks() if block.kind is not BlockKind.CODE
    )
    found = set(re.findall(r"\d+\.\d+(?: %)?", _VERSION.sub("", prose)))
    assert found - _SETTINGS == set(NUMBERS.get(rule.code, []))


class TestTakingApart:
    def test_paragraphs_become_one_line_each(self) -> None:
        section = Section(heading="", text="One\nline.\n\nAnother.")
        assert [block.text for block in section.blocks()] == ["One line.", "Another."]

    def test_items_of_a_list_need_no_blank_line_between_them(self) -> None:
        section = Section(heading="", text="Two:\n\n- one\n  more\n- two")
        assert list(section.blocks()) == [
            Block(kind=BlockKind.PARAGRAPH, text="Two:"),
            Block(kind=BlockKind.ITEM, text="one more"),
            Block(kind=BlockKind.ITEM, text="two"),
        ]

    def test_code_keeps_its_lines_its_blanks_and_what_looks_like_a_heading_or_an_item(self) -> None:
        code = "def f():\n    return 1\n\n## no heading\n- x"
        section = Section(heading="", text=f"Before\n```python\n{code}\n```\nafter")
        assert list(section.blocks()) == [
            Block(kind=BlockKind.PARAGRAPH, text="Before"),
            Block(kind=BlockKind.CODE, text=code),
            Block(kind=BlockKind.PARAGRAPH, text="after"),
        ]

    def test_a_heading_in_code_begins_no_section(self) -> None:
        class Noted(type(catalogue.ALL[0])):  # type: ignore[misc]
            """Title.

            ## What it finds

            ```python
            ## a comment
            ```
            """

        (section,) = documentation.of(Noted()).sections
        assert section.text == "```python\n## a comment\n```"


def test_information_has_examples_that_fire_and_not_ones_that_are_wrong() -> None:
    assert documentation.headings(Severity.INFO)[2:4] == ("Fires", "Silent")
    assert documentation.headings(Severity.WARNING)[2:4] == ("Wrong", "Right")


def test_a_rule_whose_docstring_was_dropped_says_who_dropped_it(monkeypatch: pytest.MonkeyPatch) -> None:
    rule = catalogue.ALL[0]
    monkeypatch.setattr(type(rule), "__doc__", None)
    with pytest.raises(UndocumentedError, match=r"LC101 is missing.*-OO"):
        documentation.of(rule)

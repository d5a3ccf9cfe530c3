"""The rules as text: prose is broken at the width, code never."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import pairwise

import pytest

from logitcheck.reporter import rules_text
from logitcheck.reporter.wrapping import Line
from logitcheck.rules import catalogue, documentation
from logitcheck.rules.base import Rule
from logitcheck.rules.documentation import BlockKind

each_rule = pytest.mark.parametrize("rule", catalogue.ALL, ids=lambda rule: rule.code)
both = pytest.mark.parametrize("lines", [rules_text.list_lines, rules_text.page_lines], ids=["list", "pages"])

Lines = Callable[[Iterable[Rule], int], Iterable[Line]]


def written(lines: Iterable[Line]) -> list[str]:
    return ["".join(text for text, _ in line) for line in lines]


def code_of(rule: Rule) -> list[str]:
    """Every line of code in the documentation of a rule."""
    blocks = [block for section in documentation.of(rule).sections for block in section.blocks()]
    return [line for block in blocks if block.kind is BlockKind.CODE for line in block.text.splitlines()]


def test_the_list_has_two_lines_for_a_rule_where_there_is_room_and_ends_with_what_to_do_next() -> None:
    rule = catalogue.ALL[4]
    assert written(rules_text.list_lines([rule], 80)) == [
        "LC105 softmax-over-one (error)",
        "    The softmax of a single number is 1, whatever the number.",
        "",
        "`logitcheck explain CODE` tells all about one of them.",
    ]


def test_the_list_names_every_rule_with_its_severity() -> None:
    heads = [line for line in written(rules_text.list_lines(catalogue.ALL, 80)) if line.startswith("LC")]
    assert heads == [f"{rule.code} {rule.name} ({rule.severity.value})" for rule in catalogue.ALL]


@each_rule
def test_a_page_begins_with_the_rule_and_its_title_and_has_every_heading(rule: Rule) -> None:
    lines = written(rules_text.page_lines([rule], 100))
    assert lines[0] == f"{rule.code} {rule.name} ({rule.severity.value})"
    assert " ".join(lines[1:]).startswith(documentation.of(rule).title)
    headings = [line for before, line in pairwise(lines) if not before and line[:1].strip()]
    assert tuple(headings) == documentation.headings(rule.severity)


@each_rule
@pytest.mark.parametrize("width", [40, 80, 120])
def test_prose_fits_the_width_and_code_stays_whole(rule: Rule, width: int) -> None:
    lines = written(rules_text.page_lines([rule], width))
    code = [f"    {line}" if line else "" for line in code_of(rule)]
    wide = [line for line in lines if len(line) > width]
    assert set(wide) <= set(code)
    assert set(code) <= set(lines)


@each_rule
def test_no_word_is_lost_between_the_docstring_and_the_page(rule: Rule) -> None:
    told = documentation.of(rule)
    words = [rule.code, rule.name, f"({rule.severity.value})", *told.title.split()]
    for section in told.sections:
        words += section.heading.split()
        for block in section.blocks():
            words += (["-"] if block.kind is BlockKind.ITEM else []) + block.text.split()
    assert " ".join(written(rules_text.page_lines([rule], 1000))).split() == words


def test_code_carries_no_style() -> None:
    code = {f"    {line}" for line in code_of(catalogue.ALL[0])}
    styles = {style for line in rules_text.page_lines(catalogue.ALL[:1], 80) for text, style in line if text in code}
    assert styles == {""}


def test_pages_are_two_lines_apart() -> None:
    lines = written(rules_text.page_lines(catalogue.ALL[:2], 80))
    start = next(number for number, line in enumerate(lines) if line.startswith("LC102"))
    assert lines[start - 3] != ""
    assert lines[start - 2 : start] == ["", ""]


@both
def test_lines_are_no_wider_than_those_of_reports(lines: Lines) -> None:
    assert written(lines(catalogue.ALL, 100)) == written(lines(catalogue.ALL, 300))


@both
def test_nothing_is_written_but_ascii_and_no_line_ends_in_a_space(lines: Lines) -> None:
    made = written(lines(catalogue.ALL, 80))
    assert all(line.isascii() and line == line.rstrip() for line in made)

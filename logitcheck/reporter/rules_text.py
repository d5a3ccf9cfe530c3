"""The rules for people: all of them in a list, or the whole documentation of some.

Prose is broken at the width of the terminal; code is never broken, so that it can be pasted.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import assert_never

from logitcheck.reporter.text_report import SEVERITY_STYLES, WIDEST
from logitcheck.reporter.wrapping import Line, Piece, wrapped
from logitcheck.rules import documentation
from logitcheck.rules.base import Rule
from logitcheck.rules.documentation import Block, BlockKind

_MORE = "`logitcheck explain CODE` tells all about one of them."


def list_lines(rules: Iterable[Rule], width: int) -> Iterator[Line]:
    """Give the lines of a list of rules: code, name, severity, and below them the title."""
    width = min(width, WIDEST)
    for rule in rules:
        title = documentation.of(rule).title
        yield from wrapped(_head(rule), width, "", "")
        yield from wrapped([(title, "")], width, "    ", "    ")
    yield []
    yield from wrapped([(_MORE, "")], width, "", "")


def page_lines(rules: Iterable[Rule], width: int) -> Iterator[Line]:
    """Give the lines of the documentation of each rule."""
    width = min(width, WIDEST)
    for position, rule in enumerate(rules):
        if position:
            yield from ([], [])
        yield from _page(rule, width)


def _page(rule: Rule, width: int) -> Iterator[Line]:
    told = documentation.of(rule)
    yield from wrapped(_head(rule), width, "", "")
    yield from wrapped([(told.title, "")], width, "", "")
    for section in told.sections:
        yield []
        yield [(section.heading, "bold")]
        before: BlockKind | None = None
        for block in section.blocks():
            if before is not None and (before, block.kind) != (BlockKind.ITEM, BlockKind.ITEM):
                yield []
            yield from _block(block, width)
            before = block.kind


def _head(rule: Rule) -> list[Piece]:
    severity = rule.severity
    return [(f"{rule.code} ", "bold"), (f"{rule.name} ", "bold"), (f"({severity.value})", SEVERITY_STYLES[severity])]


def _block(block: Block, width: int) -> Iterator[Line]:
    match block.kind:
        case BlockKind.PARAGRAPH:
            yield from wrapped([(block.text, "")], width, "  ", "  ")
        case BlockKind.ITEM:
            yield from wrapped([(block.text, "")], width, "  - ", "    ")
        case BlockKind.CODE:
            yield from ([(f"    {line}" if line else "", "")] for line in block.text.splitlines())
        case _:
            assert_never(block.kind)

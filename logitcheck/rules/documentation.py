"""What a rule's docstring says, taken apart: a title, sections, and two examples, of which the first fires the rule."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from logitcheck.errors import LogitcheckError
from logitcheck.report import Severity
from logitcheck.rules.base import Rule

_FENCE = "```"


class BlockKind(Enum):
    """What a piece of a section is: a paragraph, an item of a list, or code."""

    PARAGRAPH = "paragraph"
    ITEM = "item"
    CODE = "code"


@dataclass(frozen=True, kw_only=True, slots=True)
class Block:
    """A piece of a section. Prose is one line, to be broken where there is room; code keeps the lines it has."""

    kind: BlockKind
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Section:
    """A section as the docstring has it, in Markdown."""

    heading: str
    text: str

    def blocks(self) -> Iterator[Block]:
        """Take the section apart into paragraphs, items and code, in their order."""
        prose: list[str] = []
        code: list[str] | None = None
        for line in self.text.splitlines():
            if line.startswith(_FENCE):
                yield from _prose(prose)
                if code is not None:
                    yield Block(kind=BlockKind.CODE, text="\n".join(code))
                prose, code = [], [] if code is None else None
            elif code is not None:
                code.append(line)
            elif not line or line.startswith("- "):
                yield from _prose(prose)
                prose = [line] if line else []
            else:
                prose.append(line.strip())
        yield from _prose(prose)


@dataclass(frozen=True, kw_only=True, slots=True)
class Documentation:
    """Everything a rule says about itself.

    firing, silent: code that makes a `model`; the rule fires on the first and says nothing about the second.
    """

    title: str
    sections: tuple[Section, ...]
    firing: str
    silent: str


class UndocumentedError(LogitcheckError):
    """A rule without its documentation, as under `python -OO`, which takes docstrings away."""

    def __init__(self, rule: Rule) -> None:
        super().__init__(
            f"the documentation of {rule.code} is missing: it is in docstrings, which Python drops when it is started"
            " with -OO or PYTHONOPTIMIZE=2; start it without"
        )


def headings(severity: Severity) -> tuple[str, ...]:
    """Give the headings that the documentation of a rule has, in their order; the examples are the third and fourth."""
    firing, silent = ("Fires", "Silent") if severity is Severity.INFO else ("Wrong", "Right")
    return ("What it finds", "Why it matters", firing, silent, "When to ignore it", "References")


def text(rule: Rule) -> str:
    """Give the docstring of a rule, without its indentation."""
    written = type(rule).__doc__
    if written is None:
        raise UndocumentedError(rule)
    return inspect.cleandoc(written)


def of(rule: Rule) -> Documentation:
    """Read the documentation of a rule."""
    title, *sections = _sections(text(rule))
    firing, silent = headings(rule.severity)[2:4]
    return Documentation(
        title=title.text,
        sections=tuple(sections),
        firing=_code(sections, firing),
        silent=_code(sections, silent),
    )


def _sections(written: str) -> Iterator[Section]:
    """Cut text at its headings; what stands before the first has none."""
    heading, lines, in_code = "", list[str](), False
    for line in written.splitlines():
        if line.startswith(_FENCE):
            in_code = not in_code
        if line.startswith("## ") and not in_code:
            yield Section(heading=heading, text="\n".join(lines).strip())
            heading, lines = line[3:], []
        else:
            lines.append(line)
    yield Section(heading=heading, text="\n".join(lines).strip())


def _code(sections: list[Section], heading: str) -> str:
    """Give the code of the section with this heading."""
    blocks = (block for section in sections if section.heading == heading for block in section.blocks())
    return "\n".join(block.text for block in blocks if block.kind is BlockKind.CODE)


def _prose(lines: list[str]) -> Iterator[Block]:
    """Make a paragraph or an item of its lines, if there are any."""
    if lines:
        is_item = lines[0].startswith("- ")
        joined = " ".join(lines).removeprefix("- ")
        yield Block(kind=BlockKind.ITEM if is_item else BlockKind.PARAGRAPH, text=joined)

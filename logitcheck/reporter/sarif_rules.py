"""The rules as SARIF describes them, made from their docstrings: GitHub shows this beside every alert.

All rules are described, not only those that found something: GitHub asks that files of one version differ in their
results alone, lists the rules that were asked on its status page, and a file without results still says what was
looked for.
"""

from __future__ import annotations

from typing import Any

from logitcheck.report import Severity
from logitcheck.rules import catalogue, documentation
from logitcheck.rules.base import Rule
from logitcheck.rules.documentation import BlockKind, Documentation

LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
INDEX = {rule.code: position for position, rule in enumerate(catalogue.ALL)}
"""Where each rule stands in `tool.driver.rules`."""

_GROUPS = {
    "LC1": ["keras", "correctness", "loss"],
    "LC2": ["keras", "correctness", "metrics"],
    "LC3": ["keras", "correctness", "precision"],
    "LC4": ["keras", "information"],
}
"""Tags to filter by. Neither `security` nor a `security-severity` is given: alerts would count as vulnerabilities."""

_PROBLEM = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "recommendation"}
_PRECISION = {Severity.ERROR: "very-high", Severity.WARNING: "high", Severity.INFO: "high"}
"""What is said is proved, but what is a warning can be on purpose; GitHub shows the most precise ones first."""


def descriptors() -> list[dict[str, Any]]:
    """Give every rule as a `reportingDescriptor`, in the order of their codes."""
    return [_descriptor(rule) for rule in catalogue.ALL]


def _descriptor(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.code,
        # SARIF wants a name that people understand (3.49.7). Its examples are in Pascal case; this is the one that
        # settings and `explain` take.
        "name": rule.name,
        **_words(rule),
        "helpUri": rule.docs_url,
        "defaultConfiguration": {"level": LEVELS[rule.severity]},
        "properties": {
            "tags": _GROUPS[rule.code[:3]],
            "precision": _PRECISION[rule.severity],
            "problem.severity": _PROBLEM[rule.severity],
        },
    }


def _words(rule: Rule) -> dict[str, Any]:
    """Give what GitHub demands in words, also under `python -OO`, which takes docstrings away."""
    try:
        told = documentation.of(rule)
    except documentation.UndocumentedError:
        words = {"text": f"{rule.name.replace('-', ' ').capitalize()}: see {rule.docs_url}."}
        return {"shortDescription": words, "fullDescription": words, "help": words}
    return {
        "shortDescription": {"text": told.title},
        "fullDescription": {"text": _summary(told)},
        "help": {"text": _plain(told), "markdown": _markdown(rule)},
    }


def _summary(told: Documentation) -> str:
    """Give the first paragraph about what a rule finds; GitHub has room for 1024 letters."""
    return next(told.sections[0].blocks()).text


def _markdown(rule: Rule) -> str:
    head = f"# {rule.code} {rule.name}"
    more = f"`logitcheck explain {rule.code}` prints this, and it stands in the [list of rules]({rule.docs_url})."
    return f"{head}\n\n{documentation.text(rule)}\n\n{more}\n"


def _plain(told: Documentation) -> str:
    """Give all of it without marks, items of a list on lines of their own."""
    lines = [told.title]
    for section in told.sections:
        lines += ["", section.heading]
        before: BlockKind | None = None
        for block in section.blocks():
            if (before, block.kind) != (BlockKind.ITEM, BlockKind.ITEM):
                lines.append("")
            lines.append(f"- {block.text}" if block.kind is BlockKind.ITEM else block.text)
            before = block.kind
    return "\n".join(lines)

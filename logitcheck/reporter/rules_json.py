"""The rules as JSON: all of them in a list, or the whole documentation of some. The shape is that of the reports."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from logitcheck.reporter.json_report import SCHEMA_VERSION
from logitcheck.rules import documentation
from logitcheck.rules.base import Rule


def render_list(rules: Iterable[Rule], version: str) -> str:
    """Write code, name, severity, title and address of each rule; `version` is that of logitcheck."""
    return _render([_summary(rule) for rule in rules], version)


def render_pages(rules: Iterable[Rule], version: str) -> str:
    """Write all that each rule says about itself, sections in Markdown; `version` is that of logitcheck."""
    return _render([_page(rule) for rule in rules], version)


def _render(rules: list[dict[str, Any]], version: str) -> str:
    document = {
        "schema_version": SCHEMA_VERSION,
        "tool": {"name": "logitcheck", "version": version},
        "rules": rules,
    }
    return json.dumps(document, indent=2)


def _summary(rule: Rule) -> dict[str, Any]:
    return {
        "code": rule.code,
        "name": rule.name,
        "severity": rule.severity.value,
        "title": documentation.of(rule).title,
        "docs_url": rule.docs_url,
    }


def _page(rule: Rule) -> dict[str, Any]:
    told = documentation.of(rule)
    return {
        **_summary(rule),
        "sections": [{"heading": section.heading, "text": section.text} for section in told.sections],
        "examples": {"fires": told.firing, "silent": told.silent},
    }

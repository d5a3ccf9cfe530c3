"""Finding a rule by what a person types: its code or its name, in any letter case."""

from __future__ import annotations

from logitcheck.rules import catalogue
from logitcheck.rules.base import Rule


def find(wanted: str) -> Rule | None:
    """Give the rule with this code or name."""
    word = _normal(wanted)
    return next((rule for rule in catalogue.ALL if word in {_normal(rule.code), rule.name}), None)


def similar(wanted: str) -> list[str]:
    """Give codes and names like what was typed, the most like it first."""
    from difflib import get_close_matches

    written = {_normal(word): word for rule in catalogue.ALL for word in (rule.code, rule.name)}
    return [written[match] for match in get_close_matches(_normal(wanted), written)]


def _normal(word: str) -> str:
    return word.strip().lower().replace("_", "-")

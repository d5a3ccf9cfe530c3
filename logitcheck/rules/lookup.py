"""Finding a rule by what a person types: its code or its name, in any letter case."""

from __future__ import annotations

import re

from logitcheck.rules import catalogue
from logitcheck.rules.base import Rule


def find(wanted: str) -> Rule | None:
    """Give the rule with this code or name."""
    word = _normal(wanted)
    return next((rule for rule in catalogue.ALL if word in {_normal(rule.code), rule.name}), None)


def similar(wanted: str) -> list[str]:
    """Give codes and names like what was typed, the most like it first."""
    from difflib import get_close_matches

    word = _normal(wanted)
    number = re.fullmatch(r"(?:lc)?-?(\d+)", word)
    if number is None:
        written = {_normal(known): known for rule in catalogue.ALL for known in (rule.code, rule.name)}
        return [written[match] for match in get_close_matches(word, written)]
    code = f"LC{number[1]}"
    near = get_close_matches(code, [rule.code for rule in catalogue.ALL])
    return [code] if code in near else [match for match in near if _is_one_slip(code, match)]


def _is_one_slip(typed: str, meant: str) -> bool:
    """Whether one letter is another one, too many or missing: codes are all alike beyond that."""
    if len(typed) == len(meant):
        return sum(one != other for one, other in zip(typed, meant, strict=True)) == 1
    longer, shorter = sorted((typed, meant), key=len, reverse=True)
    return any(longer[:at] + longer[at + 1 :] == shorter for at in range(len(longer)))


def _normal(word: str) -> str:
    return word.strip().lower().replace("_", "-")

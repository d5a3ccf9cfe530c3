"""Selectors of rules: how they are written, and which of them decides."""

from __future__ import annotations

import pytest

from logitcheck.rules import catalogue
from logitcheck.settings import selectors
from logitcheck.settings.selectors import Ignored, Selector


@pytest.mark.parametrize("rule", catalogue.ALL, ids=lambda rule: rule.code)
@pytest.mark.parametrize("style", [str, str.lower, str.upper])
def test_every_rule_is_known_by_code_and_name(rule: object, style: object) -> None:
    code, name = rule.code, rule.name  # type: ignore[attr-defined]
    for written in (style(code), style(name)):  # type: ignore[operator]
        found = selectors.read(written)
        assert found is not None
        assert found.prefix == code


def covered(written: str) -> list[str]:
    found = selectors.read(written)
    assert found is not None
    return [rule.code for rule in catalogue.ALL if found.covers(rule.code)]


def test_a_group_is_every_rule_that_begins_so() -> None:
    assert covered("LC2") == ["LC201", "LC202", "LC203", "LC204"]
    assert covered("lc11") == ["LC110", "LC111", "LC112", "LC113"]
    assert covered("ALL") == covered("LC") == [rule.code for rule in catalogue.ALL]


@pytest.mark.parametrize("written", ["LC9", "LC119", "", "softmax", "E501", "LC1011"])
def test_what_names_no_rule_is_no_selector(written: str) -> None:
    assert selectors.read(written) is None


def test_the_most_exact_one_decides() -> None:
    every, group, one = Selector("", "ALL"), Selector("LC1", "LC1"), Selector("LC101", "LC101")
    assert selectors.most_exact([every, one, group], "LC101") is one
    assert selectors.most_exact([every, one, group], "LC102") is group
    assert selectors.most_exact([one, group], "LC201") is None
    assert selectors.most_exact_of([Ignored(group), Ignored(one, "so")], "LC101") == Ignored(one, "so")
    assert selectors.most_exact_of([], "LC101") is None

"""Finding a rule by what a person types."""

from __future__ import annotations

import pytest

from logitcheck.rules import catalogue, lookup
from logitcheck.rules.base import Rule


@pytest.mark.parametrize("rule", catalogue.ALL, ids=lambda rule: rule.code)
def test_every_rule_is_found_by_its_code_and_by_its_name(rule: Rule) -> None:
    assert lookup.find(rule.code) is rule
    assert lookup.find(rule.name) is rule


@pytest.mark.parametrize(
    "written", ["lc105", "Lc105", " LC105 ", "SOFTMAX-OVER-ONE", "softmax_over_one"], ids=lambda written: written
)
def test_letter_case_and_spaces_around_do_not_matter(written: str) -> None:
    found = lookup.find(written)
    assert found is not None
    assert found.code == "LC105"


@pytest.mark.parametrize("written", ["", "LC", "LC999", "softmax", "105"], ids=repr)
def test_what_is_no_code_and_no_name_is_not_found(written: str) -> None:
    assert lookup.find(written) is None


@pytest.mark.parametrize(
    ("written", "first"),
    [("105", "LC105"), ("LC1005", "LC105"), ("softmax-over-on", "softmax-over-one"), ("Unknown_Los", "unknown-loss")],
)
def test_the_likest_is_told_first(written: str, first: str) -> None:
    assert lookup.similar(written)[0] == first


@pytest.mark.parametrize("written", ["LC999", "999", "LC0", "LC250"])
def test_a_code_with_two_other_digits_is_like_none(written: str) -> None:
    assert lookup.similar(written) == []


@pytest.mark.parametrize(
    ("written", "codes"),
    [
        ("LC114", {"LC113", "LC112", "LC111"}),
        ("LC302", {"LC402", "LC301", "LC202"}),
        ("LC15", {"LC105"}),
        ("LC1005", {"LC105"}),
        ("105", {"LC105"}),
    ],
)
def test_a_code_is_like_those_that_differ_in_one_place(written: str, codes: set[str]) -> None:
    assert set(lookup.similar(written)) == codes


def test_nothing_is_like_nonsense() -> None:
    assert lookup.similar("qqqq") == []

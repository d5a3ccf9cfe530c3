"""The rules as JSON."""

from __future__ import annotations

import json

from logitcheck.reporter import rules_json
from logitcheck.rules import catalogue, documentation


def test_the_list_has_code_name_severity_title_and_address_of_every_rule() -> None:
    document = json.loads(rules_json.render_list(catalogue.ALL, "1.2.3"))
    assert (document["schema_version"], document["tool"]) == (1, {"name": "logitcheck", "version": "1.2.3"})
    assert [rule["code"] for rule in document["rules"]] == [rule.code for rule in catalogue.ALL]
    assert document["rules"][4] == {
        "code": "LC105",
        "name": "softmax-over-one",
        "severity": "error",
        "title": "The softmax of a single number is 1, whatever the number.",
        "docs_url": "https://github.com/logitcheck/logitcheck/blob/main/docs/rules.md#lc105",
    }


def test_a_page_adds_the_sections_in_order_and_the_code_of_both_examples() -> None:
    rule = catalogue.ALL[0]
    told = documentation.of(rule)
    (page,) = json.loads(rules_json.render_pages([rule], "1.2.3"))["rules"]
    (summary,) = json.loads(rules_json.render_list([rule], "1.2.3"))["rules"]
    assert page == {
        **summary,
        "sections": [{"heading": section.heading, "text": section.text} for section in told.sections],
        "examples": {"fires": told.firing, "silent": told.silent},
    }
    assert "from_logits=True" in page["examples"]["fires"]

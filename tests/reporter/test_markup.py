"""Text that is shown as it is."""

from __future__ import annotations

import pytest

from logitcheck.reporter.markup import code, escaped
from tests.reporter.markdown_pages import shown

TEXTS = [
    "plain text, of 2 words (and more).",
    "snake_case_name",
    "_emphasis_ __strong__ *a* **b** ~~c~~",
    "`code` ``more``",
    "<script>alert(1)</script> <!-- a --> <b onclick='a'>",
    "&amp; &lt; &#64;",
    "[link](https://example.org) ![image](a.png) [^1]",
    "https://example.org www.example.org WWW.example.org a@example.org",
    "@somebody @org/team #123 owner/repo#1 GH",
    ":tada: :+1:",
    "$x^2$ $$y$$ $`z`$",
    "a|b || c",
    r"back\slash \* \\",
    "# heading",
    "- item",
    "+ item",
    "1. item",
    "2) item",
    "> quote",
    "===",
    "---",
    "    indented",
    "```",
    "~~~",
    "größer 出力 вывод",
    "{{ expression }} ${{ secrets.TOKEN }}",
    "'single' \"double\"",
    "::error::x ##[add-mask]y",
]


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize(
    ("markdown", "tags"),
    [
        ("{}", {"p"}),
        ("**a** {} b", {"p", "strong"}),
        ("- {}\n- b", {"ul", "li"}),
        ("| a | b |\n| --- | --- |\n| {} | c |", {"table", "thead", "tbody", "tr", "th", "td"}),
        ("<details><summary>{}</summary>\n\na\n\n</details>", {"details", "summary", "p"}),
        ("<pre>{}</pre>", {"pre"}),
    ],
    ids=["paragraph", "within a paragraph", "list", "table", "summary", "block of code"],
)
def test_text_is_shown_as_it_is_wherever_it_stands(text: str, markdown: str, tags: set[str]) -> None:
    for written in (escaped(text), code(text)):
        page = shown(markdown.replace("{}", written))
        assert text.strip() in page.text
        assert set(page.tags) <= tags | {"span", "code"}
        assert page.attributes == []
        assert page.made_of_text == []
        assert written.isascii()


def test_what_is_invisible_is_shown_as_an_escape() -> None:
    page = shown(escaped("a\n\nb\x1b[31m\u202e\udc80\t\xa0"))
    assert page.text.strip() == r"a\n\nb\x1b[31m\u202e\udc80\t\xa0"


def test_a_cell_stays_one_cell() -> None:
    page = shown(f"| a | b |\n| --- | --- |\n| {escaped('1 | 2')} | {code('|')} |")
    assert page.tags.count("td") == 2

"""Markdown as it is shown: through a real parser, with an eye for what GitHub makes of plain text."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

from markdown_it import MarkdownIt

_MADE_OF_TEXT = re.compile(r"@\w|#\d|:[\w+-]+:|\w://|www\.\w|\$.|.\$|\w@\w", re.IGNORECASE | re.DOTALL)
"""What GitHub makes mentions, references, emoji, links and formulas of, within one node of text."""


@dataclass
class Page(HTMLParser):
    """What a page is made of."""

    tags: list[str] = field(default_factory=list)
    attributes: list[tuple[str, str | None]] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes.extend(attrs)

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    def handle_comment(self, data: str) -> None:
        self.tags.append(f"comment {data}")

    def handle_decl(self, decl: str) -> None:
        self.tags.append(f"declaration {decl}")

    @property
    def text(self) -> str:
        return "".join(self.texts)

    @property
    def made_of_text(self) -> list[str]:
        return [text for text in self.texts if _MADE_OF_TEXT.search(text)]


def shown(markdown: str) -> Page:
    page = Page()
    page.feed(MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).render(markdown))
    page.close()
    return page

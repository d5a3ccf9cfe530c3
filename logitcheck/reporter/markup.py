"""Text from models as text in Markdown and HTML: nothing in a name is markup, a link, a mention or a formula.

GitHub looks for mentions, references, emoji and addresses in the text that comes out of Markdown, where an escaped
sign is again what it was; so a sign that they need stands in a `<span>` of its own, as GitHub recommends for a `$`.
"""

from __future__ import annotations

import re

from logitcheck.reporter.escaping import printable

_SIGNS = re.compile(
    r"""
    (?P<found> [@\#$] | :(?=\S) | (?<=www)\. )
    | [&<>\\`*\[\]{}|~]
    | (?<![^\W_])_ | _(?![^\W_])    # within a word it is plain
    | \A[-+=\d\ ]                   # a list, a block of code, or a line that makes a heading of the one above
    """,
    re.VERBOSE | re.IGNORECASE,
)


def escaped(text: str) -> str:
    """Write text so that it is shown as it is, in ASCII: in a paragraph, a cell of a table, or within HTML."""
    return _SIGNS.sub(_plain, printable(text)).encode("ascii", "xmlcharrefreplace").decode()


def _plain(sign: re.Match[str]) -> str:
    return f"<span>{sign[0]}</span>" if sign["found"] else f"&#{ord(sign[0])};"


def code(text: str) -> str:
    """Write text as code within a line."""
    return f"<code>{escaped(text)}</code>"

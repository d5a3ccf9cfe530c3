"""What is code in a fix and what is prose: prose is wrapped, code never broken, so that it can be pasted."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from logitcheck.reporter.wrapping import columns

_OPENING, _CLOSING = "([{", ")]}"
_EQUALS = " = "
_TO_THE_END = ("def ", "# ")
"""What begins code that takes all the rest of a fix: a function, a comment."""


def rows(fix: str, room: int) -> Iterator[str]:
    """Give the rows of a fix, each of at most `room` columns unless its code alone takes more.

    A fix that fits into one row stays there. Else code behind a colon, and code that does not fit, begins a row.
    """
    if columns(fix) <= room:
        yield fix
        return
    row = ""
    for word in _words(fix):
        is_called = row.endswith(":") and _is_code(word)
        if row and (is_called or columns(f"{row} {word}") > room):
            yield row
            row = word
        else:
            row = f"{row} {word}" if row else word
    yield row


def parts(fix: str) -> Iterator[tuple[str, bool]]:
    """Give the prose and the code of a fix in turn, each with whether it is code; a comment belongs to its code."""
    for is_code, words in groupby(_words(fix), lambda word: _is_code(word) or word.startswith("# ")):
        yield " ".join(words).replace(" # ", "  # "), is_code


def _is_code(word: str) -> bool:
    return word.startswith("def ") or "(" in word[1:]


def _words(fix: str) -> Iterator[str]:
    """Split at spaces, but not within the brackets of a call, nor within `key = "value"`, a line of settings.

    Brackets that begin a word are those of prose.
    """
    start = depth = 0
    is_quoted = False
    for position, letter in enumerate(fix):
        if letter == '"':
            is_quoted = not is_quoted
        elif letter == " " and (
            is_quoted or _EQUALS in {fix[position : position + 3], fix[position - 2 : position + 1]}
        ):
            continue
        if letter in _OPENING and (depth or position > start):
            depth += 1
        elif letter in _CLOSING and depth:
            depth -= 1
        elif letter == " " and not depth:
            if position > start:
                yield fix[start:position]
            start = position + 1
            if fix.startswith(_TO_THE_END, start):
                break
    yield fix[start:]

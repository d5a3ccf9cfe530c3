"""Wrapping of styled text at a number of columns, with hanging indents; wide letters count twice."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from unicodedata import combining, east_asian_width

Piece = tuple[str, str]
"""Some text and its style, as rich names styles."""

Line = list[Piece]

_NARROWEST = 20


def plain(lines: Iterable[Line]) -> Iterator[str]:
    """Give the text of lines, without styles."""
    for line in lines:
        yield "".join(text for text, _ in line)


def columns(text: str) -> int:
    """Tell how many columns of a terminal a text takes."""
    if text.isascii():
        return len(text)
    return sum(0 if combining(letter) else 2 if east_asian_width(letter) in "WF" else 1 for letter in text)


def wrapped(pieces: Iterable[Piece], width: int, indent: str, rest: str) -> Iterator[Line]:
    """Break a paragraph at spaces so that no line takes more than `width` columns.

    The first line begins with `indent`, the others with `rest`. A word wider than a whole line is cut.
    """
    room, room_of_others = (max(_NARROWEST, width - len(each)) for each in (indent, rest))
    line: Line = [(indent, "")] if indent else []
    used = 0
    for word, style in _words(pieces, min(room, room_of_others)):
        if used and used + columns(word.rstrip()) > room:
            yield _trimmed(line)
            line, used, room = [(rest, "")] if rest else [], 0, room_of_others
            word = word.lstrip()  # noqa: PLW2901  a space at a break is gone
        line.append((word, style))
        used += columns(word)
    yield _trimmed(line)


def _words(pieces: Iterable[Piece], room: int) -> Iterator[Piece]:
    """Cut styled text into words, each with the spaces behind it, none wider than `room`.

    A word may go over from one piece to the next: then a break may fall between the two, which is rare and harmless.
    """
    for text, style in pieces:
        start = 0
        while start < len(text):
            space = text.find(" ", start)
            end = len(text) if space < 0 else space + 1
            while end < len(text) and text[end] == " ":
                end += 1
            last = len(text) if space < 0 else space
            while (cut := _fitting(text, start, last, room)) < last:
                yield text[start:cut], style
                start = cut
            yield text[start:end], style
            start = end


def _fitting(text: str, start: int, end: int, room: int) -> int:
    """Tell up to where the letters from `start` on fit into the room, `end` at most; one always does.

    No letter is looked at that is not passed: a word may be as long as the text.
    """
    used = 0
    for position in range(start, end):
        used += columns(text[position])
        if used > room:
            return max(start + 1, position)
    return end


def _trimmed(line: Line) -> Line:
    """Give the line without spaces at its end."""
    trimmed = list(line)
    while trimmed:
        text, style = trimmed.pop()
        if text.rstrip():
            return [*trimmed, (text.rstrip(), style)]
    return trimmed

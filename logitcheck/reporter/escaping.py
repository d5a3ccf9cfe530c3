"""Text from models made harmless: names come from files that strangers wrote."""

from __future__ import annotations


def printable(text: str) -> str:
    """Give `text` with everything invisible written as an escape: control characters, bidi marks, lone surrogates.

    Letters of every script stay as they are; so does a plain space.
    """
    if text.isprintable():
        return text
    return "".join(letter if letter.isprintable() else _escape(letter) for letter in text)


def _escape(letter: str) -> str:
    return letter.encode("unicode_escape").decode("ascii")

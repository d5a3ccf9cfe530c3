"""Text from models made harmless."""

from __future__ import annotations

import pytest

from logitcheck.reporter.escaping import printable


@pytest.mark.parametrize("text", ["dense_1", "Ausgabe größer", "出力", "вывод", "[/bold]", "a/b c"])
def test_letters_of_every_script_stay(text: str) -> None:
    assert printable(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\x1b[31mb", "a\\x1b[31mb"),
        ("a\nb\r", "a\\nb\\r"),
        ("a\u202eb", "a\\u202eb"),
        ("a\u2028b", "a\\u2028b"),
        ("a\udc80b", "a\\udc80b"),
        ("\x00", "\\x00"),
    ],
    ids=["escape", "newlines", "bidi override", "line separator", "lone surrogate", "null"],
)
def test_what_is_invisible_is_written_as_an_escape(text: str, shown: str) -> None:
    assert printable(text) == shown

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from logitcheck.reporter.wrapping import columns, wrapped

WORDS = st.text(alphabet="ab c\u0301漢", max_size=120)
LONG = st.text(alphabet="ab c\u0301漢", min_size=60, max_size=120)


def rows(text: str, width: int) -> list[str]:
    """The lines of a paragraph, as text."""
    return ["".join(piece for piece, _ in line) for line in wrapped([(text, "")], width, "", "")]


@given(text=WORDS, width=st.integers(min_value=20, max_value=40))
def test_no_line_is_wider_than_the_room_and_no_letter_is_lost(text: str, width: int) -> None:
    lines = rows(text, width)
    assert all(columns(line) <= width for line in lines)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")


@given(text=LONG, width=st.integers(min_value=30, max_value=40), indents=st.permutations(["", "  ", "     "]))
def test_lines_behind_a_hanging_indent_are_no_wider(text: str, width: int, indents: list[str]) -> None:
    """They went over by what the second indent is longer than the first: a word at the edge of a terminal was torn."""
    made = wrapped([(text, "")], width, *indents[:2])
    assert all(columns("".join(piece for piece, _ in line)) <= width for line in made)


def test_a_word_wider_than_a_line_is_cut() -> None:
    assert rows("a " + "b" * 45 + " c", 20) == ["a", "b" * 20, "b" * 20, "b" * 5 + " c"]


def test_a_word_ends_where_its_line_does() -> None:
    assert rows("b" * 20 + "  c", 20) == ["b" * 20, "c"]


def test_wide_letters_are_cut_by_columns() -> None:
    assert rows("漢" * 15, 20) == ["漢" * 10, "漢" * 5]


@pytest.mark.parametrize("letter", ["a", "漢", "\u0301"], ids=["plain", "wide", "combining"])
def test_the_time_for_a_word_without_end_grows_with_its_length_only(letter: str) -> None:
    """A name of a million letters took minutes, since what was left of it was measured again for each line."""
    start = time.process_time()
    assert len(rows(letter * 1_000_000, 80)) <= 25_000
    assert time.process_time() - start < 20

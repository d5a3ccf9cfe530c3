"""Standard error: what is said there is one line, which no terminal and no CI service obeys."""

from __future__ import annotations

import sys

import pytest

from logitcheck.streams import complain


def test_it_is_one_line_under_our_name(capsys: pytest.CaptureFixture[str]) -> None:
    complain("the file is gone: \u6a21\u578b")
    assert capsys.readouterr().err == "logitcheck: the file is gone: \u6a21\u578b\n"


@pytest.mark.parametrize("hostile", ["a\n::error::b", "a\r\nb", "a\x1b[31mb", "a##[error]b", "a\u202eb"], ids=ascii)
def test_nothing_in_it_is_obeyed(hostile: str, capsys: pytest.CaptureFixture[str]) -> None:
    complain(hostile)
    said = capsys.readouterr().err
    assert said.endswith("b\n")
    assert said[:-1].isprintable()
    assert "##[" not in said


def test_a_closed_stream_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", None)
    complain("nobody hears this")

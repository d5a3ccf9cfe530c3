"""How far a long run is, on a terminal only."""

from __future__ import annotations

import io
import sys

import pytest

from logitcheck import progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def terminal_of(monkeypatch: pytest.MonkeyPatch, after: float = 0.0) -> Terminal:
    """Put a terminal in the place of standard error; not as a fixture, since pytest changes the stream after those."""
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setattr(progress, "_AFTER", after)
    monkeypatch.setattr(progress, "_EVERY", 0.0)
    return terminal


def test_a_long_run_is_shown_and_the_line_goes_away(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = terminal_of(monkeypatch)
    with progress.shown(100) as watch:
        assert watch is not None
        watch(1)
        watch(50)
    written = terminal.getvalue()
    assert "[############............] 50 of 100 inspected" in written
    assert written.endswith("\r")
    assert written.rsplit("\r", 2)[1].strip() == ""


def test_a_short_run_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = terminal_of(monkeypatch)
    with progress.shown(10) as watch:
        assert watch is None
    assert terminal.getvalue() == ""


def test_a_run_that_is_over_before_a_second_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = terminal_of(monkeypatch, after=60.0)
    with progress.shown(100) as watch:
        assert watch is not None
        watch(99)
    assert terminal.getvalue() == ""


@pytest.mark.parametrize("stream", [io.StringIO(), None], ids=["file", "closed"])
def test_nothing_is_written_without_a_terminal(stream: io.StringIO | None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", stream)
    with progress.shown(1000) as watch:
        assert watch is None

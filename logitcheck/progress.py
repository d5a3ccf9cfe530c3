"""Shows on standard error how far a long run is: on a terminal only, and only once it takes long."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Callable, Iterator

_FROM = 50
"""Inputs below which a run is over before anybody looks."""

_AFTER = 1.0
_EVERY = 0.1
"""Seconds before the first sign, and between two."""


@contextlib.contextmanager
def shown(total: int) -> Iterator[Callable[[int], None] | None]:
    """Give what is to be told how many of `total` inputs are done; None where nobody would see it."""
    if total < _FROM or sys.stderr is None or not sys.stderr.isatty():
        yield None
        return
    line = _Line(total)
    try:
        yield line.tell
    finally:
        line.clear()


@contextlib.contextmanager
def saying() -> Iterator[Callable[[str], None] | None]:
    """Give what is to be told again and again what is being waited for; None where nobody would see it."""
    if sys.stderr is None or not sys.stderr.isatty():
        yield None
        return
    line = _Line(0)
    try:
        yield line.say
    finally:
        line.clear()


class _Line:
    """One line that is written over again and again."""

    def __init__(self, total: int) -> None:
        self._total = total
        self._started = time.monotonic()
        self._next = self._started + _AFTER
        self._width = 0

    def tell(self, done: int) -> None:
        filled = 24 * done // self._total
        self._write(f"[{'#' * filled}{'.' * (24 - filled)}] {done} of {self._total} inspected")

    def say(self, doing: str) -> None:
        self._write(f"{doing} ... {time.monotonic() - self._started:.0f} s")

    def _write(self, text: str) -> None:
        now = time.monotonic()
        if now < self._next:
            return
        self._next = now + _EVERY
        sys.stderr.write(f"\r{text.ljust(self._width)}")
        sys.stderr.flush()
        self._width = len(text)

    def clear(self) -> None:
        if self._width:
            sys.stderr.write(f"\r{' ' * self._width}\r")
            sys.stderr.flush()

"""Runs the process that runs models with stand-ins for TensorFlow and Keras, which start at once and do as told."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from logitcheck.probing import launching

HERE = Path(__file__).parent
STUBS = HERE / "stubs"
SAMPLES = HERE.parent.parent / "sample_models"
GOOD = SAMPLES / "softmax_good.keras"

MODES = ("apart", "kept", "alone")
"""With namespaces, as with Linux that allows them; with the keeper alone; without a keeper, as on other systems."""

_BEFORE_MAIN = "process.main()"
_NOT_APART = "from logitcheck.probing.child import fences\nfences.separate = lambda: False\nprocess.main()"


def put_stubs_first(monkeypatch: pytest.MonkeyPatch, *, also: Path | None = None) -> None:
    """Let the stand-ins, and what is in another folder before them, be found before what is installed."""
    real = launching._path
    first = [str(also)] if also is not None else []
    monkeypatch.setattr(launching, "_path", lambda: [*first, str(STUBS), *real()])


def choose(monkeypatch: pytest.MonkeyPatch, mode: str) -> None:
    """Have processes started in one of the modes."""
    if mode == "kept":
        monkeypatch.setattr(launching, "_CODE", launching._CODE.replace(_BEFORE_MAIN, _NOT_APART))
    elif mode == "alone":
        monkeypatch.setattr(launching, "KEEPER", False)


def model(folder: Path, deed: str) -> str:
    """A good model under a name that makes the stand-in do something when it is loaded."""
    path = folder / f"{deed}.keras"
    shutil.copyfile(GOOD, path)
    return str(path)


def processes_in(folder: Path) -> Iterator[int]:
    """The processes that work in a folder, or in one that was there."""
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            try:
                where = str((entry / "cwd").readlink())
                state = (entry / "stat").read_text().rpartition(")")[2].split()[0]
            except OSError:
                continue
            if where.startswith(str(folder)) and state != "Z":
                yield int(entry.name)


def wait_until_gone(folder: Path, seconds: float = 15.0) -> list[int]:
    """Wait for the last process in a folder to end; give those that do not."""
    deadline = time.monotonic() + seconds
    while (left := list(processes_in(folder))) and time.monotonic() < deadline:
        time.sleep(0.05)
    return left

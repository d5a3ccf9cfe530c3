"""Stands before the real h5py on the path of a process: files of certain names do to it what hostile ones do.

Nothing here is a mock: the process really dies, hangs or fills its memory, in the place where the C library would.
"""

from __future__ import annotations

import ctypes
import importlib
import os
import signal
import sys
import time
from pathlib import Path

_here = str(Path(__file__).parent)
sys.path.remove(_here)
del sys.modules["h5py"]
_real = importlib.import_module("h5py")
sys.path.insert(0, _here)

_open = _real.File
_read: list[str] = []


def _fill_memory() -> None:
    kept = []
    while True:
        kept.append(b"x" * (1 << 24))


def _hang() -> None:
    while True:
        pass


_DEEDS = {
    "segfault": lambda: ctypes.string_at(0),
    "abort": os.abort,
    "killed": lambda: os.kill(os.getpid(), signal.SIGKILL),
    "leave": lambda: os._exit(3),
    "hang": _hang,
    "wait": lambda: time.sleep(600),
    "memory": _fill_memory,
    "defect": lambda: len(7),
    "model": lambda: ctypes.string_at(0),
    "afterwards": lambda: ctypes.string_at(0) if len(_read) > 1 else None,
}


def _file(path: object, *arguments: object, **options: object) -> object:
    """Open a path, or a stream of one: as `model.weights.h5`, which only weights beside a config are."""
    name = Path(str(getattr(path, "name", path))).name
    _read.append(name)
    deed = _DEEDS.get(name.partition("_")[0].partition(".")[0])
    if deed is not None:
        deed()
    return _open(path, *arguments, **options)


_real.File = _file

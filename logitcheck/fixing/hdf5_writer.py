"""Writes an HDF5 file with another `training_config`: a copy of its bytes, of which the library changes that alone."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

from logitcheck.fixing import hdf5_process
from logitcheck.fixing.copying import copied, opened
from logitcheck.fixing.result import NotWrittenError
from logitcheck.loader import child_process
from logitcheck.writing import Draft

_FULL = 28
"""ENOSPC, which the library says in words."""


def write(source: Path, text: str, new: Draft) -> None:
    """Write the HDF5 file at `source` with another text for `training_config`, and compare the two.

    Raises NotWrittenError if that cannot be done, or did anything else.
    """
    with opened(source) as file:
        size = file.seek(0, 2)
        copied(file, new, 0, size)
    request = {"path": str(new.path), "original": str(source.absolute()), "text": text}
    problem = _ask(request, hdf5_process.wall_seconds(size))
    if problem == hdf5_process.FULL:
        raise OSError(_FULL, "No space left on device")
    if problem:
        raise NotWrittenError(f"The HDF5 library could not change the file: {problem}.")


def _ask(request: dict[str, str], seconds: float) -> str:
    """Have a process change and compare the file, and give what went wrong, if anything did."""
    try:
        finished = subprocess.run(  # noqa: S603  this Python, and code of ours
            child_process.python_with("logitcheck.fixing.hdf5_process"),
            input=json.dumps(request).encode("ascii"),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=seconds,
            check=False,
        )
    except child_process.NoProcessError:
        return "HDF5 files are changed in a process of their own, and none can be started here"
    except subprocess.TimeoutExpired:
        return f"it took longer than {seconds:.0f} s"
    if finished.returncode:
        return f"the process that changed it died of it (status {finished.returncode})"
    try:
        return str(json.loads(finished.stdout))
    except ValueError:
        return "the process that changed it did not answer"

"""The process that changes one attribute of an HDF5 file, and compares the file with the one from before.

The file is a copy that nobody else knows yet. Whatever the HDF5 library makes of a hostile one, it does it here.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

from logitcheck.loader import fields, reading_process

ATTRIBUTE = "training_config"
FULL = "full"
"""What is answered where the disk is full; the library says so in the middle of its own words."""

_PROCESSOR_SECONDS, _BYTES_PER_PROCESSOR_SECOND = 20.0, 50_000_000
_WALL_SECONDS, _BYTES_PER_WALL_SECOND = 120.0, 5_000_000
_GROWTH = 16 << 20
"""Bytes that a file may grow by: the library allots space in blocks, and keeps that of the old value."""


def wall_seconds(size: int) -> float:
    """Tell how long a file of `size` bytes may take on the clock, on a slow disk."""
    return _WALL_SECONDS + size / _BYTES_PER_WALL_SECOND


def main() -> None:
    """Read a request from standard input, do it, and answer with what went wrong, or nothing, as JSON."""
    request = fields.mapping(json.loads(sys.stdin.buffer.read()))
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints must not get into the answer
    answers.write(json.dumps(_answer(request)).encode("ascii"))
    answers.close()


def _answer(request: Any) -> str:
    path, text = Path(request["path"]), str(request["text"])
    os.environ.update(reading_process.ENVIRONMENT)
    import h5py  # noqa: F401  before memory is limited

    size = path.stat().st_size
    reading_process.limit_resources(size + 2 * len(text) + _GROWTH)
    reading_process.limit_time(_PROCESSOR_SECONDS + size / _BYTES_PER_PROCESSOR_SECOND, wall_seconds(size))
    try:
        _change(path, text)
        return _difference(Path(request["original"]), path)
    except Exception as error:  # noqa: BLE001  h5py raises what it likes for damaged files; nothing is kept then
        said = f"{type(error).__name__}: {error}"
        return FULL if "No space left" in said or "errno = 28" in said else said[:500]


def _change(path: Path, text: str) -> None:
    import h5py

    with h5py.File(path, "r+", locking=False) as file:
        attribute = file.attrs.get_id(ATTRIBUTE)
        kind, raw = attribute.get_type(), text.encode("utf-8")
        if kind.is_variable_str():
            encoding = "utf-8" if kind.get_cset() == h5py.h5t.CSET_UTF8 else "ascii"
            attribute.write(_array(raw, attribute.shape, h5py.string_dtype(encoding)))
        elif len(raw) + (kind.get_strpad() == h5py.h5t.STR_NULLTERM) <= kind.get_size():
            _write_padded(attribute, raw)
        else:
            _make_longer(file, attribute, raw)


def _write_padded(attribute: Any, raw: bytes) -> None:
    """Write a value of the fixed length that the type of the attribute has: its header stays as it is."""
    import h5py

    kind = attribute.get_type()
    padding = b" " if kind.get_strpad() == h5py.h5t.STR_SPACEPAD else b"\0"
    value = _array(raw.ljust(kind.get_size(), padding), attribute.shape, f"S{kind.get_size()}")
    attribute.write(value, mtype=kind)


def _array(raw: bytes, shape: tuple[int, ...], dtype: Any) -> Any:
    import numpy as np

    value = np.empty(shape, dtype=dtype)
    value[...] = raw
    return value


def _make_longer(file: Any, attribute: Any, raw: bytes) -> None:
    """Put an attribute in the place of one whose type has a fixed length that is too short; else it is of that type."""
    import h5py

    kind = attribute.get_type().copy()
    kind.set_size(len(raw) + (kind.get_strpad() == h5py.h5t.STR_NULLTERM))
    name, temporary = ATTRIBUTE.encode(), f"{ATTRIBUTE} of logitcheck".encode()
    made = h5py.h5a.create(file.id, temporary, kind, attribute.get_space())
    _write_padded(made, raw)
    h5py.h5a.delete(file.id, name)
    h5py.h5a.rename(file.id, temporary, name)


def _difference(original: Path, changed: Path) -> str:
    """Tell what differs between two files beside the attribute; nothing if nothing does."""
    from logitcheck.fixing import hdf5_snapshot

    before, after = hdf5_snapshot.of_file(original), hdf5_snapshot.of_file(changed)
    own = f"/@{ATTRIBUTE}"
    differing = {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)} - {own}
    if differing:
        return f"changing {ATTRIBUTE} changed {min(differing)!r}, too"
    return "" if own in after else f"{ATTRIBUTE} is gone"

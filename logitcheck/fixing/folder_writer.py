"""Writes a copy of an unpacked archive with another `config.json`: a folder that is there whole or not at all."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from logitcheck import writing
from logitcheck.fixing.copying import are_equal, copied, opened
from logitcheck.fixing.result import NotWrittenError

_CONFIG = "config.json"


def write(source: Path, text: str, target: Path, prove: Callable[[Path], None]) -> None:
    """Write a copy of the folder `source` to `target`, where nothing may be, with another text for `config.json`.

    prove: raises an error if the copy is not what it should be. Raises NotWrittenError for a folder with links.
    """
    made = Path(tempfile.mkdtemp(prefix=f".{target.name[:50]}.", suffix=".part", dir=target.parent))
    try:
        for file in _files(source, made):
            if file == Path(_CONFIG):
                with writing.draft(made / file, like=source / file) as new:
                    new.write(text.encode("utf-8"))
            else:
                _copy(source / file, made / file)
        prove(made)
        made.chmod(source.stat().st_mode & 0o777)
        _take_name(made, target)
    except BaseException:
        shutil.rmtree(made, ignore_errors=True)
        raise
    writing.sync_folder(target.parent)


def _take_name(made: Path, target: Path) -> None:
    if os.path.lexists(target):
        raise FileExistsError(17, os.strerror(17), str(target))
    os.replace(made, target)  # noqa: PTH105  Path.replace returns what nobody needs


def _files(source: Path, made: Path) -> Iterator[Path]:
    """Give the files in a folder, as paths in it, and make the folders that they are in."""
    pending = [Path()]
    while pending:
        inside = pending.pop()
        with os.scandir(source / inside) as listing:
            for entry in sorted(listing, key=lambda entry: entry.name):
                if entry.is_symlink() or not (entry.is_file() or entry.is_dir()):
                    message = f"{entry.path} is a link or no file: give the copy of the folder that `cp -rL` makes."
                    raise NotWrittenError(message)
                if entry.is_dir():
                    (made / inside / entry.name).mkdir()
                    pending.append(inside / entry.name)
                else:
                    yield inside / entry.name


def _copy(file: Path, copy: Path) -> None:
    with opened(file) as old, writing.draft(copy, like=file) as new:
        size = file.stat().st_size
        copied(old, new, 0, size)
        with new.path.open("rb") as written:
            if not are_equal(old, 0, written, 0, size):
                raise NotWrittenError(f"The copy of {file} is not what it is. Nothing was written.")

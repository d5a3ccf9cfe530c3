"""Writes a file whole or not at all: whoever reads it meanwhile, or after a crash, finds the old one or the new one."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Draft:
    """A file that is being written beside the one whose place it will take. handle: open for reading and writing."""

    path: Path
    handle: int

    def write(self, raw: bytes | bytearray | memoryview) -> None:
        """Write bytes behind those that are there."""
        rest = memoryview(raw)
        while rest:
            rest = rest[os.write(self.handle, rest) :]


def write_text(path: Path, text: str) -> None:
    """Put `text` into the file at `path`, as UTF-8 with lone surrogates escaped; its folder must be there.

    What is no regular file (a device, a pipe) is written to as it is, and a link leads to the file that is replaced.
    Raises OSError if that does not work; then the old file is what it was.
    """
    raw = text.encode("utf-8", "backslashreplace")
    if path.exists() and not path.is_file():
        path.write_bytes(raw)  # and not where its links lead: behind /dev/stdout there may be a pipe without a path
        return
    with draft(Path(os.path.realpath(path))) as new:
        new.write(raw)


@contextlib.contextmanager
def draft(target: Path, *, like: Path | None = None, may_replace: bool = True) -> Iterator[Draft]:
    """Give a file to write that takes the name `target` once all is written, and is gone if anything goes wrong.

    target: no link; a file there is what it was until the new one is whole on the disk, and hands on its permissions.
    like: the file whose permissions a new one has, if it has others than new files. may_replace: whether a file may be
    there; else FileExistsError is raised even if it came only now.
    """
    import tempfile

    handle, name = tempfile.mkstemp(prefix=f".{target.name[:50]}.", suffix=".part", dir=target.parent)
    new = Draft(Path(name), handle)
    try:
        try:
            yield new
            _hand_on(target, like, new.path)
            os.fsync(handle)
        finally:
            os.close(handle)
        _take_name(new.path, target, may_replace=may_replace)
    except BaseException:
        with contextlib.suppress(OSError):
            new.path.unlink()
        raise
    sync_folder(target.parent)


def sync_folder(folder: Path) -> None:
    """Have the names in a folder written to the disk, where the system can: a crash then takes none of them back."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY | getattr(os, "O_DIRECTORY", 0))
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _take_name(new: Path, target: Path, *, may_replace: bool) -> None:
    if not may_replace:
        try:
            os.link(new, target)  # a link never replaces anything
        except FileExistsError:
            raise
        except OSError as error:  # file systems without hard links
            if os.path.lexists(target):
                raise FileExistsError(17, os.strerror(17), str(target)) from error
        else:
            with contextlib.suppress(OSError):  # the target is whole, whatever becomes of its other name
                new.unlink()
            return
    os.replace(new, target)  # noqa: PTH105  Path.replace returns what nobody needs


def _hand_on(target: Path, like: Path | None, new: Path) -> None:
    """Give a new file the permissions of the one that it replaces, owner and access lists as far as the system lets."""
    try:
        old = target.stat()
    except FileNotFoundError:
        new.chmod(_usual_mode() if like is None else like.stat().st_mode & 0o777)
        return
    mode = old.st_mode & 0o7777
    if not _hand_over(new, old):
        mode &= 0o777  # rights to act as the owner are not for another owner
    new.chmod(mode)
    for name in _attributes(target):
        with contextlib.suppress(OSError):
            os.setxattr(new, name, os.getxattr(target, name))


def _attributes(target: Path) -> list[str]:
    """Name the extended attributes of a file, access lists among them."""
    if hasattr(os, "listxattr"):
        with contextlib.suppress(OSError):  # file systems without any
            return os.listxattr(target)
    return []


def _hand_over(new: Path, old: os.stat_result) -> bool:
    """Give a file the owner and the group of another one, as far as the system lets, and tell whether it has both."""
    if not hasattr(os, "chown"):
        return True
    for owner, group in ((old.st_uid, old.st_gid), (-1, old.st_gid)):
        now = new.stat()
        if (now.st_uid, now.st_gid) == (old.st_uid, old.st_gid):
            return True
        with contextlib.suppress(OSError):
            os.chown(new, owner, group)
    now = new.stat()
    return (now.st_uid, now.st_gid) == (old.st_uid, old.st_gid)


def _usual_mode() -> int:
    """Give the permissions that a new file has."""
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask


def written(path: Path, text: str) -> bool:
    """Write a file like `write_text`; tell whether that worked, and say on standard error why not."""
    from logitcheck.streams import complain

    try:
        write_text(path, text)
    except OSError as error:
        complain(f"{path} could not be written: {error.strerror or error}")
        return False
    return True

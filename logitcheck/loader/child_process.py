"""Makes the process that reads HDF5 for this one: forked where that is certain to be safe, elsewhere a new Python.

A forked process starts in a millisecond and imports h5py instead of this process, so that a single file does not pay
for the second process. A new Python pays for its start once in the life of this process.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from io import FileIO
from pathlib import Path
from typing import Protocol

from logitcheck.loader import frames, reading_process

NOBODY_KNOWS = 0
"""Exit status of a process that others have waited for; one in good health ends when it is let go of, with the same."""


class NoProcessError(Exception):
    """No process can be made here."""


class Process(Protocol):
    """What `subprocess.Popen` has, and a forked process as well."""

    returncode: int | None

    def kill(self) -> None:
        """End it, if it has not been waited for yet."""

    def wait(self) -> int:
        """Wait until it has ended and give its exit status, or the negative number of the signal that ended it."""


@dataclass(slots=True)
class Reader:
    """A process that reads, and the two ends of its pipes that are ours."""

    process: Process
    requests: FileIO
    replies: FileIO
    has_read: bool = False

    def ask(self, path: Path, wanted: object = None) -> frames.Reply | None:
        """Have one file read, its attributes or what is wanted of its weights; None if the process died of it."""
        self.has_read = True
        where = path if path.is_absolute() else Path.cwd() / path
        try:
            frames.write(self.requests, frames.request(os.fsencode(where), wanted))
            return frames.read_reply(self.replies)
        except (frames.BrokenReplyError, BrokenPipeError):
            return None

    def close(self) -> None:
        """Let go of the pipes: a process in good health then ends by itself."""
        for stream in (self.requests, self.replies):
            try:
                stream.close()
            except OSError:  # a request that could not be written before cannot be written now
                continue

    def end(self) -> int:
        """End the process and give its exit status."""
        self.process.kill()
        status = self.process.wait()
        self.close()
        return status


def start() -> Reader:
    """Make a process that reads.

    Raises NoProcessError where none can be made.
    """
    try:
        return _fork() if _may_fork() else _spawn()
    except OSError as error:
        raise NoProcessError from error


def _may_fork() -> bool:
    """Tell whether a forked process can inherit neither a lock that nobody opens again nor a library's open files.

    That takes a system that tells of all threads, since those of libraries are not known to `threading`.
    """
    if sys.platform != "linux" or "h5py" in sys.modules:
        return False
    try:
        return len(os.listdir("/proc/self/task")) == 1  # noqa: PTH208  only the names are counted
    except OSError:  # as in a container or a chroot without /proc: a new Python asks for nothing there
        return False


class _Forked:
    """A forked process."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self.returncode: int | None = None

    def kill(self) -> None:
        if self.returncode is None:
            with suppress(ProcessLookupError):  # where SIGCHLD is ignored, the system forgets who has died at once
                os.kill(self._pid, 9)

    def wait(self) -> int:
        if self.returncode is None:
            try:
                self.returncode = os.waitstatus_to_exitcode(os.waitpid(self._pid, 0)[1])
            except ChildProcessError:  # who uses this library reaps all children, or has the system do it
                self.returncode = NOBODY_KNOWS
        return self.returncode


def _fork() -> Reader:
    pipes: list[int] = []
    try:
        pipes += os.pipe()
        pipes += os.pipe()
        pid = os.fork()
    except OSError:
        for number in pipes:
            os.close(number)
        raise
    their_requests, requests, replies, their_replies = pipes
    if pid == 0:
        try:
            _serve(their_requests, their_replies)
        finally:
            os._exit(0)  # what is to be done at exit is to be done by the process that was forked
    os.close(their_requests)
    os.close(their_replies)
    return Reader(_Forked(pid), FileIO(requests, "w"), FileIO(replies))


def _serve(requests: int, replies: int) -> None:
    """Serve in a forked process, which keeps nothing open that was open in the other one."""
    import gc

    gc.freeze()
    while requests <= 2:  # as it is where the standard streams are closed
        requests = os.dup(requests)
    while replies <= 2:
        replies = os.dup(replies)
    null = os.open(os.devnull, os.O_RDWR)
    for number in range(3):
        os.dup2(null, number)
    for number in _open_files():
        if number not in {0, 1, 2, requests, replies}:
            try:
                os.close(number)
            except OSError:  # that of the listing itself
                continue
    reading_process.serve(FileIO(requests), FileIO(replies, "w"))


def _open_files() -> Iterable[int]:
    """Give the numbers of all files that are open, and maybe some that are not."""
    try:
        return map(int, os.listdir("/proc/self/fd"))  # noqa: PTH208  the names are the numbers
    except OSError:
        return range(os.sysconf("SC_OPEN_MAX"))


def _spawn() -> Reader:
    import subprocess

    process = subprocess.Popen(  # noqa: S603  this Python, and code of ours
        python_with("logitcheck.loader.reading_process"),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        bufsize=0,
        creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
    )
    assert isinstance(process.stdin, FileIO)
    assert isinstance(process.stdout, FileIO)
    return Reader(process, process.stdin, process.stdout)


def python_with(module: str) -> list[str]:
    """Give the command that starts a Python like this one and calls `main` of one of our modules.

    Raises NoProcessError where this program is no plain Python.
    """
    name = Path(sys.executable or "").name.lower()
    if getattr(sys, "frozen", False) or not name.startswith(("python", "pypy")):
        raise NoProcessError
    folders = [str(Path(__file__).parents[2]), *map(str, sys.path)]
    code = f"import sys; sys.path[:] = {folders!r}; from importlib import import_module as i; i({module!r}).main()"
    return [sys.executable, "-c", code]

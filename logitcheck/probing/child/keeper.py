"""The process between the one that asks and the one that runs a model: it sees to it that nothing is left behind.

However the other two end, this one ends everything that the model started, removes the folder, says how it went, and
ends itself. It imports no more than it needs for that: a model never runs in it. Linux only.
"""

from __future__ import annotations

import os
import select
import shutil
import signal
import sys
import time
import traceback
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

from logitcheck.probing.child import fences

_LOOK_EVERY = 0.03
"""Seconds between two looks at the process that runs the model."""


def main() -> None:
    """Fork the process that runs models, and outlive it.

    The arguments are the file descriptors of the lifeline and for the status, the folder, and devices to write to.
    """
    lifeline, status = int(sys.argv[1]), int(sys.argv[2])
    folder, devices = sys.argv[3], tuple(sys.argv[4:])
    signal.signal(signal.SIGTERM, _leave)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    fences.adopt_orphans()
    is_apart = fences.separate()
    waiting, ready = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(lifeline)
        os.close(ready)
        _become(waiting, status, folder, devices, is_apart=is_apart)
    os.close(0)
    os.close(1)
    ended: int | None = None
    try:
        os.write(ready, b"1")
        ended = _outlived(child, lifeline)
    finally:
        ended = _end_all(child, ended)
        shutil.rmtree(folder, ignore_errors=True)
        if not is_apart or os.WIFSIGNALED(ended):
            _tell(status, ended)


def _tell(status: int, ended: int) -> None:
    """Say how the process ended that ran models."""
    with suppress(OSError):  # nobody may be there to hear it
        os.write(status, str(os.waitstatus_to_exitcode(ended)).encode("ascii"))


def _leave(*_: object) -> None:
    """Leave by way of what is to be done in the end."""
    raise SystemExit(1)


def _outlived(child: int, lifeline: int) -> int | None:
    """Wait for the end of the child, or of the process that asks; give the child's status in the first case."""
    while True:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return status
        if select.select([lifeline], [], [], _LOOK_EVERY)[0]:
            return None
        _reap_others(child)


def _reap_others(child: int) -> None:
    """Bury adopted processes, so that a model that makes many of them does not fill the table of processes."""
    with suppress(ChildProcessError):
        while True:
            found = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
            if found is None or found.si_pid == child:
                return
            os.waitpid(found.si_pid, 0)


def _end_all(child: int, ended: int | None) -> int:
    """End the child and all that descend from it; give the child's status.

    In a namespace of its own the child is the first process, and the kernel ends all others with it before the wait is
    over (man 7 pid_namespaces). Elsewhere they have become children of this process, or will as their parents end.
    """
    if ended is None:
        with suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
        ended = os.waitpid(child, 0)[1]
    with suppress(ChildProcessError):
        while True:
            for pid in children():
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            if os.waitpid(-1, os.WNOHANG)[0] == 0:
                time.sleep(0.001)
    return ended


def children() -> list[int]:
    """Give the processes whose parent this one is."""
    mine, found = os.getpid(), []
    for name in os.listdir("/proc"):  # noqa: PTH208  only the names are wanted
        if name.isdecimal():
            with suppress(OSError), open(f"/proc/{name}/stat", "rb") as file:  # noqa: PTH123  as above
                if int(file.read().rpartition(b")")[2].split()[1]) == mine:
                    found.append(int(name))
    return found


def _become(waiting: int, status: int, folder: str, devices: tuple[str, ...], *, is_apart: bool) -> NoReturn:
    """Be the process that runs models; in a namespace of its own only its parent, who is the first process there.

    The first process of a namespace hears no signal that it does not handle, not even of its own abort() (man 7
    pid_namespaces): a model that dies of one would not.
    """
    fences.die_with_parent(signal.SIGKILL)
    if os.read(waiting, 1) == b"":  # the keeper ended before its end could be heard of
        os._exit(1)
    os.close(waiting)
    if is_apart:
        child = os.fork()
        if child != 0:
            _be_first(child, status)
        fences.die_with_parent(signal.SIGKILL)
    os.close(status)
    failed = 1
    try:
        _run(folder, devices, is_apart=is_apart)
        failed = 0
    except BaseException:  # noqa: BLE001  into the log, as the last words of this process
        traceback.print_exc()
    finally:
        os._exit(failed)


def _be_first(child: int, status: int) -> NoReturn:
    """Bury whoever loses its parent in this namespace, until the child ends; say how that was."""
    for number in range(3):
        os.close(number)
    while True:
        pid, ended = os.wait()
        if pid == child:
            _tell(status, ended)
            os._exit(0)


def _run(folder: str, devices: tuple[str, ...], *, is_apart: bool) -> None:
    """Put up the fences, then serve."""
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    fences.be_killed_first()
    fences.forbid_core_dumps()
    files = fences.close_files(folder, devices)
    network = fences.close_network()
    if not network and not is_apart:
        fences.close_network_of_python()
    from io import FileIO

    from logitcheck.probing.child import serving

    requests, replies = FileIO(os.dup(0)), FileIO(os.dup(1), "w")
    serving.forget_standard_streams()
    serving.serve(
        requests,
        replies,
        Path(folder),
        {
            "network": "kernel" if network or is_apart else "python",
            "files": "kernel" if files else "none",
            "processes": "kernel" if is_apart else "keeper",
        },
    )

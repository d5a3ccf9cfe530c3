"""The process that reads HDF5 files for another one: a loop from a path to its attributes, within limits.

Whatever a file does to the C library, it does it here. Time is limited by signals whose default is to end the process:
they work inside C code, and also where the process that asked is gone.
"""

from __future__ import annotations

import os
import sys
from io import FileIO
from typing import TYPE_CHECKING

from logitcheck.errors import ErrorCode, InputError, UnreadableInputError
from logitcheck.loader import frames

if TYPE_CHECKING:
    from pathlib import Path

PROCESSOR_SECONDS = 1.0
"""Processor time for one file: reading the attributes of a good one takes milliseconds."""

WALL_SECONDS = 20.0
"""Time for one file on the clock, which a slow disk may need."""

START_SECONDS = 60.0
"""Time on the clock to import h5py."""

ALLOWANCE = 160 * 1024 * 1024
"""Memory that reading may take beyond what importing h5py took."""

MOST_IN_ALL = 1 << 30
"""Memory of the whole process where nobody tells what importing h5py took; that is a tenth of it as a rule."""

ENVIRONMENT = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "HDF5_PLUGIN_PRELOAD": "::"}
"""No threads for the arithmetic that nobody does here, and no plug-ins for what a file asks for (HDF5: H5PL)."""

TIMED_OUT = 1
"""Exit status after a timeout where there are no signals for it (faulthandler.dump_traceback_later)."""


def serve(requests: FileIO, replies: FileIO) -> None:
    """Answer each path with the attributes of that file or numbers from its weights, until the other side closes."""
    from pathlib import Path

    _take_signals()
    limit_time(START_SECONDS, START_SECONDS)
    os.environ.update(ENVIRONMENT)
    problem = _import()
    limit_time(0, 0)
    limit_resources()
    while (request := frames.read(requests)) is not None:
        limit_time(PROCESSOR_SECONDS, WALL_SECONDS)
        path, wanted = frames.read_request(request)
        reply = problem or _answer(Path(os.fsdecode(path)), wanted)
        limit_time(0, 0)
        frames.write_reply(replies, reply)


def main() -> None:
    """Serve on standard input and output: what a process runs that was started and not forked."""
    requests, replies = FileIO(os.dup(0)), FileIO(os.dup(1), "w")
    os.dup2(2, 1)  # what a library prints must not get among the replies
    serve(requests, replies)


def _import() -> str:
    """Import h5py; give the problem of a broken installation, which is told rather than died of."""
    try:
        import h5py  # noqa: F401  only whether it can be imported is asked
    except Exception as error:  # noqa: BLE001  an extension module that does not fit raises what it likes
        return f"{type(error).__name__}: {error}"
    return ""


def _answer(path: Path, wanted: object) -> frames.Reply:
    from logitcheck.loader import hdf5

    try:
        if wanted is not None:
            return _statistics(path, wanted)
        return hdf5.attributes(path)
    except UnreadableInputError as error:
        return error.error
    except MemoryError:
        message = "Reading the HDF5 file takes more memory than any model config needs."
        return InputError(code=ErrorCode.TOO_LARGE, message=message, hint="Check where the file comes from.")
    except Exception as error:  # noqa: BLE001  a defect of ours is told where the report is made
        return f"{type(error).__name__}: {error}"


def _statistics(path: Path, wanted: object) -> frames.Reply:
    import json

    from logitcheck.loader import hdf5_statistics

    return {frames.STATISTICS: json.dumps(hdf5_statistics.read(path, wanted)).encode("ascii")}


def _take_signals() -> None:
    """Let an interrupt be the business of the process that asks, and let timers end this one."""
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(signal, "setitimer"):
        for number in (signal.SIGALRM, signal.SIGPROF, signal.SIGTERM):
            signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGALRM, signal.SIGPROF, signal.SIGTERM})


def limit_time(processor: float, wall: float) -> None:
    """End this process after so many seconds from now; 0 takes the limit away."""
    import signal

    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_PROF, processor)
        signal.setitimer(signal.ITIMER_REAL, wall)
        return
    import faulthandler

    if wall:
        faulthandler.dump_traceback_later(wall, exit=True)
    else:
        faulthandler.cancel_dump_traceback_later()


def limit_resources(largest_file: int = 0) -> None:
    """Limit memory beyond what is used by now and the bytes of a file, and forbid core dumps, where the system can."""
    try:
        import resource
    except ImportError:
        return
    limits = {resource.RLIMIT_CORE: 0, resource.RLIMIT_FSIZE: largest_file}
    try:
        with open("/proc/self/statm", "rb") as file:  # noqa: PTH123  pathlib may not be imported here
            limits[resource.RLIMIT_AS] = int(file.read().split()[0]) * resource.getpagesize() + ALLOWANCE
    except OSError:
        if sys.platform == "linux":
            limits[resource.RLIMIT_AS] = MOST_IN_ALL
    for kind, limit in limits.items():
        hardest = resource.getrlimit(kind)[1]
        if hardest == resource.RLIM_INFINITY or limit < hardest:
            resource.setrlimit(kind, (limit, limit))

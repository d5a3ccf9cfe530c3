"""Has HDF5 read by another process: a file that crashes the C library, hangs it or eats memory costs its own verdict.

One process reads all files of a run, one after the other, and is replaced when it dies.
"""

from __future__ import annotations

import atexit
import json
import os
import sys
import threading
from collections.abc import Mapping
from pathlib import Path

from logitcheck.errors import ErrorCode, InputError, UnreadableInputError
from logitcheck.loader import child_process, frames, reading_process

_CHECK = "The file may be damaged or hostile: check where it comes from, fetch it again, or save the model anew."


def attributes(path: Path) -> Mapping[str, frames.Octets]:
    """Read the root attributes of the HDF5 file at `path`, as `hdf5.attributes` does, whatever that does to a process.

    Raises UnreadableInputError if they cannot be read, RuntimeError if the code that reads is broken.
    """
    try:
        reply = _readers.ask(path)
    except child_process.NoProcessError:
        # An application with an interpreter of its own, or a system out of processes: a verdict without a safety net is
        # what every other reader of HDF5 gives, and worth more than none.
        from logitcheck.loader import hdf5

        return hdf5.attributes(path)
    match reply:
        case InputError():
            raise UnreadableInputError(reply.code, reply.message, reply.hint)
        case str():
            raise RuntimeError(reply)
        case _:
            return reply


def statistics(path: Path, wanted: object) -> object:
    """Read numbers from the weights in the model at `path`, as `hdf5_statistics.read` does; None where that fails.

    Weights are asked only where the model was read: what is wrong with them costs no more than these numbers.
    """
    try:
        reply = _readers.ask(path, wanted)
    except child_process.NoProcessError:
        from logitcheck.loader import hdf5_statistics

        return hdf5_statistics.read(path, wanted)
    if not isinstance(reply, Mapping) or frames.STATISTICS not in reply:
        return None
    try:
        return json.loads(reply[frames.STATISTICS])
    except (ValueError, RecursionError):
        return None


class _Readers:
    """The process that reads for this one: made when it is first needed, and anew after it died."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._reader: child_process.Reader | None = None

    def ask(self, path: Path, wanted: object = None) -> frames.Reply:
        """Have one file read. A process that has read others before may have died of them: then a new one tries.

        But not of them that took too long: each file has a time of its own.
        """
        with self._lock:
            while True:
                reader = self._reader = self._reader or self._start()
                is_first = not reader.has_read
                try:
                    reply = reader.ask(path, wanted)
                except BaseException:  # an interrupt leaves a reply behind that belongs to no later request
                    self._end()
                    raise
                if reply is not None:
                    return reply
                status = self._end()
                if is_first or _has_timed_out(status):
                    return _died(status)

    def end(self) -> None:
        """End the process, if there is one."""
        with self._lock:
            self._end()

    def forget(self) -> None:
        """Leave the process to the one that forked this one, and let go of the pipes, which keep it alive."""
        reader, self._reader, self._lock = self._reader, None, threading.Lock()
        if reader is not None:
            reader.process.returncode = 0  # what is not our child must not be waited for
            reader.close()

    def abandon(self) -> None:
        """End the process at once: whoever is at a request, and so has the lock, gets no further either."""
        reader = self._reader
        if reader is not None:
            reader.process.kill()

    def _start(self) -> child_process.Reader:
        multiprocessing = sys.modules.get("multiprocessing.util")
        if multiprocessing is not None:  # its workers skip what is registered at exit
            multiprocessing.Finalize(None, self.end, exitpriority=0)
        return child_process.start()

    def _end(self) -> int:
        reader, self._reader = self._reader, None
        return reader.end() if reader is not None else 0


_readers = _Readers()
abandon = _readers.abandon
atexit.register(_readers.end)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_readers.forget)


def _has_timed_out(status: int) -> bool:
    if os.name == "nt":
        return status == reading_process.TIMED_OUT
    import signal

    return status in {-signal.SIGALRM, -signal.SIGPROF}


def _died(status: int) -> InputError:
    """Tell why a process has died of a file, from its exit status."""
    import signal

    known = {-number: number.name for number in signal.Signals}
    known[child_process.NOBODY_KNOWS] = "how, the system does not tell"
    cause = known.get(status, f"exit status {status}")
    if _has_timed_out(status):
        message = (
            f"Reading the HDF5 file took more than {reading_process.PROCESSOR_SECONDS:g} s of processor time or"
            f" {reading_process.WALL_SECONDS:g} s on the clock, where milliseconds are usual; it was given up."
        )
        return InputError(code=ErrorCode.TIMEOUT, message=message, hint=_CHECK)
    memory = ", as the system does when it runs out of memory" if cause == "SIGKILL" else ""
    message = f"The process that read the HDF5 file died of it ({cause}{memory})."
    return InputError(code=ErrorCode.READER_CRASHED, message=message, hint=_CHECK)

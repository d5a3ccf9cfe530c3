"""The process that runs models, as the one that asks sees it: started, asked within limits, and ended on every path."""

from __future__ import annotations

import json
import os
import queue
import re
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from enum import Enum
from io import FileIO
from types import TracebackType
from typing import Self

from logitcheck.loader import fields, frames
from logitcheck.probing import launching, observations, watching
from logitcheck.probing.errors import LONGEST, ProbeError, ProbeErrorCode
from logitcheck.probing.observations import Observations
from logitcheck.probing.request import IMPORTED, Request, to_json

START_SECONDS = 300.0
"""For TensorFlow to be imported: on a cold disk the first time takes a minute."""

_LOOK_EVERY = 0.05
"""Seconds between two looks at memory and clock: what takes a gigabyte a second is 50 MB above its limit by then."""

_TO_END = 10.0
"""Seconds in which the keeper has ended everything, or is ended itself."""

_TO_END_ALONE = 1.0
"""Seconds in which a process without a keeper has ended by itself."""

_WORDS_KEPT = 16_000
"""Bytes of the log that are kept, the last ones."""

_UNHARMED = frozenset(
    {
        *(ProbeErrorCode.CUSTOM_OBJECT, ProbeErrorCode.UNSAFE_CODE, ProbeErrorCode.NO_TF_KERAS),
        *(ProbeErrorCode.LOAD_FAILED, ProbeErrorCode.IMPORT_FAILED),
        *(ProbeErrorCode.BAD_DATA, ProbeErrorCode.BAD_LABELS, ProbeErrorCode.INPUT_UNSUPPORTED),
    }
)
"""Reasons after which the process goes on with the next model: of this one nothing has run."""

Watch = Callable[[str], None]
"""Told in a few words what is being done, again and again."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """What one model may take: seconds from its loading on, and megabytes in memory, TensorFlow's own included."""

    seconds: float = 120.0
    megabytes: int = 4096


class _Ended(Enum):
    """What comes from a process that writes no more."""

    REPLIES = "no more replies"
    STATUS = "no more status"


_Message = Mapping[str, object] | int | _Ended
_IMPORTING = "modules are being imported"
_LOADING = "the model is being loaded"
_STAGES = {"ready": _LOADING, "loading": _LOADING, "running": "the model runs"}
_WHILE = {
    "TensorFlow starts": "until TensorFlow had started",
    _IMPORTING: "while modules were being imported",
    _LOADING: "while the model was being loaded",
    "the model runs": "while the model ran",
}

_LOG_LINE = re.compile(r"[IWEF]\d{4} [\d:.]+ +\d+ \S+\]|\d{4}-\d\d-\d\d [\d:.]+: [IWEF] |WARNING: All log messages")
"""How TensorFlow begins what it notes beside: that there is no GPU, and the like."""


class Runner:
    """A process that runs models one after the other; made when it is first needed, and anew after it died."""

    def __init__(self, *, gpu: bool = False) -> None:
        self._gpu = gpu
        self._started: launching.Started | None = None
        self._messages: queue.Queue[_Message] = queue.Queue()
        self._threads: list[threading.Thread] = []
        self._status: FileIO | None = None
        self._words = bytearray()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.end()

    def ask(self, request: Request, limits: Limits, watch: Watch | None = None) -> Observations | ProbeError:
        """Have one model run; whatever it does to the process, the answer is a value."""
        found = self._guarded(request, limits, watch)
        return found if found is not None else self._broken()

    def imported(self, request: Request, limits: Limits, watch: Watch | None = None) -> ProbeError | None:
        """Have the modules of a request imported, where models will be run; tell why not, if that does not work."""
        found = self._guarded(replace(request, only_imports=True), limits, watch)
        return found if found is None or isinstance(found, ProbeError) else self._broken()

    def _guarded(self, request: Request, limits: Limits, watch: Watch | None) -> Observations | ProbeError | None:
        try:
            found = self._ask(request, limits, watch)
        except launching.NoProcessError as error:
            message = f"No process can be started to run the model in: {error}."
            return ProbeError(code=ProbeErrorCode.NO_PROCESS, message=message, hint="Try again with less under way.")
        except BaseException:  # an interrupt must leave nothing behind either
            self.end()
            raise
        if isinstance(found, ProbeError) and (request.unsafe or found.code not in _UNHARMED):
            self.end()  # what failed in it may have left it in any state
        return found

    def end(self) -> int | None:
        """End the process and all that it started; give its exit status, negative for a signal, if it told one."""
        started, self._started = self._started, None
        if started is None:
            return None
        status = _ended(started)
        for thread in self._threads:
            if thread.ident is not None:  # an interrupt may have come before it was started
                thread.join(_TO_END)
        for stream in (started.process.stdin, started.process.stdout, started.process.stderr, self._status):
            with suppress(OSError):
                if stream is not None:
                    stream.close()
        while not self._messages.empty():
            message = self._messages.get_nowait()
            status = message if isinstance(message, int) else status
        shutil.rmtree(started.folder, ignore_errors=True)
        return status

    def _ask(self, request: Request, limits: Limits, watch: Watch | None) -> Observations | ProbeError | None:
        """Ask, and give the answer; None if modules were to be imported, and are."""
        if self._started is None:
            self._start()
            refused = self._wait("TensorFlow starts", START_SECONDS, limits, watch, until="ready")
            if refused is not None:
                return refused if isinstance(refused, ProbeError) else self._broken()
        assert self._started is not None
        assert isinstance(self._started.process.stdin, FileIO)
        with suppress(BrokenPipeError):  # that it died is told by what comes next
            frames.write(self._started.process.stdin, to_json(request))
        if request.only_imports:
            return self._wait(_IMPORTING, limits.seconds, limits, watch, until=IMPORTED)
        return self._wait(_LOADING, limits.seconds, limits, watch)

    def _start(self) -> None:
        self._started = started = launching.start(gpu=self._gpu)
        self._messages, self._words = queue.Queue(), bytearray()
        readers: list[tuple[Callable[..., None], object]] = [
            (self._read_replies, started.process.stdout),
            (self._read_log, started.process.stderr),
        ]
        self._status = FileIO(started.status) if started.status >= 0 else None
        if self._status is not None:
            readers.append((self._read_status, self._status))
        self._threads = [threading.Thread(target=read, args=(stream,), daemon=True) for read, stream in readers]
        for thread in self._threads:
            thread.start()

    def _wait(
        self, doing: str, seconds: float, limits: Limits, watch: Watch | None, until: str = ""
    ) -> Observations | ProbeError | None:
        """Wait for an answer, or for a stage, of which nothing is given; meanwhile look at clock and memory."""
        deadline = time.monotonic() + seconds
        while True:
            message = self._message()
            if isinstance(message, int) or message is _Ended.REPLIES:
                return self._died(message if isinstance(message, int) else None)
            if isinstance(message, Mapping):
                answer = self._answer(message)
                if answer is not None:
                    return answer
                stage = fields.text(message.get("stage")) or ""
                if stage and stage == until:
                    return None
                doing = _STAGES.get(stage, doing)
            if watch is not None:
                watch(doing)
            if self._resident() > limits.megabytes << 20:
                return _out_of_memory(limits)
            if time.monotonic() > deadline:
                return _timed_out(doing, seconds)

    def _message(self) -> _Message | None:
        try:
            return self._messages.get(timeout=_LOOK_EVERY)
        except queue.Empty:
            return None

    def _answer(self, message: Mapping[str, object]) -> Observations | ProbeError | None:
        """Give the answer in a message; None if it only tells how far things are."""
        if "seen" in message:
            return self._read(message["seen"])
        return _refused(fields.mapping(message["refused"])) if "refused" in message else None

    def _resident(self) -> int:
        return watching.resident(self._started.process.pid) if self._started is not None else 0

    def _read(self, seen: object) -> Observations | ProbeError:
        try:
            return observations.read(seen)
        except frames.BrokenReplyError:
            return self._broken()

    def _died(self, status: int | None) -> ProbeError:
        """Tell why the process is no more, after it has been buried."""
        status = self._told() if status is None else status
        ended = self.end()
        return _crashed(ended if status is None else status, self._last_words())

    def _told(self) -> int | None:
        """Wait a moment for how the process ended: its pipes are closed before that is known."""
        deadline = time.monotonic() + _TO_END_ALONE
        while self._started is not None and self._started.status >= 0 and time.monotonic() < deadline:
            message = self._message()
            if isinstance(message, int):
                return message
            if message is _Ended.STATUS:
                break
        return None

    def _broken(self) -> ProbeError:
        message = (
            "The process that ran the model answered with what is no answer: code of the model may have written it."
        )
        return ProbeError(code=ProbeErrorCode.CRASHED, message=message, hint="Look at the code of its layers.")

    def _last_words(self) -> str:
        """Give the last line of the log that is neither a place in some code nor a note of TensorFlow's."""
        lines = bytes(self._words).decode("utf-8", "replace").splitlines()
        told = (line for line in reversed(lines) if line.strip() and not line[0].isspace())
        return next((" ".join(line.split()) for line in told if not _LOG_LINE.match(line)), "")

    # What the threads do

    def _read_replies(self, stream: FileIO) -> None:
        messages = self._messages
        try:
            while (frame := frames.read(stream)) is not None:
                messages.put(fields.mapping(json.loads(frame)))
        except (
            frames.BrokenReplyError,
            ValueError,
            OSError,
            RecursionError,
        ):  # nothing that follows can be read either
            messages.put({"seen": None})
        messages.put(_Ended.REPLIES)

    def _read_log(self, stream: FileIO) -> None:
        words = self._words
        with suppress(OSError, ValueError):
            while some := stream.read(1 << 16):
                words += some
                del words[:-_WORDS_KEPT]

    def _read_status(self, stream: FileIO) -> None:
        messages = self._messages
        with suppress(ValueError, OSError):
            messages.put(int(stream.read()))
        messages.put(_Ended.STATUS)


def _ended(started: launching.Started) -> int | None:
    """End a process, by its keeper where there is one; give its exit status if it had ended by itself."""
    if started.lifeline >= 0:
        with suppress(OSError):
            os.close(started.lifeline)
    with suppress(subprocess.TimeoutExpired):  # if a keeper hangs, its own end is that of all others, too
        started.process.wait(_TO_END if started.status >= 0 else _TO_END_ALONE)
    status = started.process.poll()
    with suppress(OSError):
        if hasattr(os, "killpg"):
            os.killpg(started.process.pid, signal.SIGKILL)
    started.process.kill()
    started.process.wait()
    return status


# Sentences


def _refused(stored: Mapping[str, object]) -> ProbeError:
    message, hint = fields.text(stored.get("message")), fields.text(stored.get("hint"))
    codes = {code.value: code for code in ProbeErrorCode}
    code = codes.get(str(stored.get("code")), ProbeErrorCode.RUN_FAILED)
    return ProbeError(code=code, message=(message or "No reason was given.")[:LONGEST], hint=(hint or "")[:LONGEST])


def _timed_out(doing: str, seconds: float) -> ProbeError:
    message = f"It took more than {seconds:g} seconds {_WHILE.get(doing, '')}, and was ended."
    return ProbeError(code=ProbeErrorCode.TIMEOUT, message=message, hint="Allow it more time: --timeout SECONDS")


def _out_of_memory(limits: Limits) -> ProbeError:
    message = f"It took more than {limits.megabytes} MB of memory, and was ended."
    return ProbeError(code=ProbeErrorCode.OUT_OF_MEMORY, message=message, hint="Allow it more memory: --memory MB")


def _crashed(status: int | None, words: str) -> ProbeError:
    """Tell how a process ended that was not ended by us."""
    hint = "The model, or the TensorFlow installed here, is broken, or code of the model ended it."
    if status is None:
        how = "it tells no more"
    elif status < 0:
        names = {number.value: number.name for number in signal.Signals}
        how = names.get(-status, f"signal {-status}")
        if how == "SIGKILL":
            how += ", as the system does when it runs out of memory"
    else:
        how = f"exit status {status}"
    last = f" Its last words: {words[:300]}" if words and status != 0 else ""
    message = f"The process that ran the model died of it ({how}).{last}"
    return ProbeError(code=ProbeErrorCode.CRASHED, message=message[:LONGEST], hint=hint)

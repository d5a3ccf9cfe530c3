"""Many inputs to one report, in order, on every core."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING

from logitcheck import inspection
from logitcheck.declarations import NO_DECLARATIONS, Declarations
from logitcheck.errors import ErrorCode, InputError
from logitcheck.inputs import Given, gather
from logitcheck.report import ModelReport, Report

if TYPE_CHECKING:
    from logitcheck.loader.search import Found

_PARALLEL_FROM = 400
"""Inputs from which a second process pays for its start; below, one core is done first."""

_SIGNALS = (signal.SIGINT, signal.SIGTERM)
_CHUNK = 50
_NONE_BELOW = InputError(
    code=ErrorCode.NO_MODEL_FOUND,
    message="There is no model in the folder: no .keras archive or folder, HDF5 file, SavedModel or model as JSON.",
    hint="Give the path of a model, or of a folder with some.",
)

Watch = Callable[[int], None]
"""Told how many inputs are done, after each of them."""


def inspect_all(
    paths: Iterable[str], jobs: int | None = None, *, declarations: Declarations = NO_DECLARATIONS
) -> Report:
    """Inspect files and folders; folders are searched for models. The report is in the order given.

    What is given twice, or given and found in a folder that is given as well, is inspected once, where it comes first.

    jobs: processes to use; None takes one for each core if there are many inputs. declarations: as for `inspect`.
    """
    return Report(models=tuple(inspect_given(gather(paths), jobs, declared=lambda _: declarations)))


def inspect_given(
    inputs: Sequence[Given],
    jobs: int | None = None,
    *,
    declared: Callable[[str], Declarations],
    watch: Watch | None = None,
) -> Iterator[ModelReport]:
    """Inspect what paths stand for, in order.

    declared: gives what is declared for the input at a path.
    """
    items = [item for each in inputs for item in each.items]
    declarations = [declared(item if isinstance(item, str) else item.path) for item in items]
    reports = _watched(_reports(items, declarations, jobs), watch)
    for each in inputs:
        judged = [report for report in islice(reports, len(each.items)) if report is not None]
        yield from judged
        if not judged and not each.is_shortened:
            yield inspection.unreadable(each.path, _none_below(each.path))


def _reports(
    items: list[str | Found], declarations: list[Declarations], jobs: int | None
) -> Iterator[ModelReport | None]:
    workers = _workers(len(items), jobs)
    if workers <= 1:
        yield from map(_inspect_input, items, declarations)
        return
    from concurrent.futures import ProcessPoolExecutor

    pool = ProcessPoolExecutor(workers, initializer=_die_when_told)
    try:
        with _signals_held():
            reports = pool.map(_inspect_input, items, declarations, chunksize=_CHUNK)
        yield from reports
    except BaseException:
        threading.excepthook = lambda _: None  # the thread of the pool finds its work cancelled, and says so at length
        for worker in list(pool._processes.values()):  # noqa: SLF001  terminate_workers() came with Python 3.14
            worker.terminate()  # else the exit of this process waits until each has done what it began
        raise
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


@contextlib.contextmanager
def _signals_held() -> Iterator[None]:
    """Let signals wait until all workers are there: Python forgets what a handler raises in the middle of a fork."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _die_when_told() -> None:
    """Let a signal end a worker without a word; the process that started it says what there is to say."""
    for number in _SIGNALS:
        signal.signal(number, _die)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _SIGNALS)


def _die(*_: object) -> None:
    """End this process and the one that reads HDF5 for it, in whatever either is."""
    try:
        isolation = sys.modules.get("logitcheck.loader.isolation")
        if isolation is not None:
            isolation.abandon()
    finally:  # an exception would be one of the task at hand, and the worker would go on with the next
        os._exit(1)


def _watched(reports: Iterator[ModelReport | None], watch: Watch | None) -> Iterator[ModelReport | None]:
    if watch is None:
        yield from reports
        return
    for done, report in enumerate(reports, 1):
        watch(done)
        yield report


def _workers(count: int, jobs: int | None) -> int:
    if jobs is not None:
        return min(jobs, max(1, count // _CHUNK))
    return len(os.sched_getaffinity(0)) if count >= _PARALLEL_FROM and hasattr(os, "sched_getaffinity") else 1


def _inspect_input(given: str | Found, declarations: Declarations) -> ModelReport | None:
    """Inspect one input; one that was only found by its content, and is no Keras model, is none of ours."""
    if isinstance(given, str):
        return _inspect_guarded(given, declarations)
    if given.error is not None:
        return inspection.unreadable(given.path, given.error)
    report = _inspect_guarded(given.path, declarations)
    is_foreign = report.error is not None and report.error.code is ErrorCode.NOT_A_MODEL
    return None if given.by_content and is_foreign else report


def _inspect_guarded(path: str, declarations: Declarations) -> ModelReport:
    try:
        report = inspection.inspect(path, declarations=declarations)
    except Exception as error:  # noqa: BLE001  a defect of ours in one file must not take the others' verdicts away
        message = f"logitcheck failed on this file ({type(error).__name__}: {error})."
        hint = "This is a defect of logitcheck: please report it, with the file if you can."
        return inspection.unreadable(path, InputError(code=ErrorCode.INTERNAL_ERROR, message=message, hint=hint))
    if report.error is not None and report.error.code in {ErrorCode.NO_MODEL_FOUND, ErrorCode.EMPTY_FOLDER}:
        return inspection.unreadable(path, _none_below(path, report.error))
    return report


def _none_below(path: str, error: InputError | None = None) -> InputError:
    from logitcheck.loader import stand_ins

    is_empty = error is not None and error.code is ErrorCode.EMPTY_FOLDER
    return stand_ins.none_below(path, error if error is not None and is_empty else _NONE_BELOW)

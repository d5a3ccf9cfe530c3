"""The command `fix`: what it is asked to do, in which settings, and where its report goes."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from types import FrameType
from typing import assert_never

from logitcheck import __version__, fixing, policy
from logitcheck.errors import SettingsError
from logitcheck.fixing import FixResult, NotWrittenError, Permit, Wanted
from logitcheck.fixing.result import FixStatus
from logitcheck.formats import DocumentFormat
from logitcheck.reporter import fix_json, fix_text
from logitcheck.reporter.wrapping import plain
from logitcheck.run import ExitCode
from logitcheck.settings import Overrides, Plan
from logitcheck.streams import complain, write_lines, write_out


@dataclass(frozen=True, kw_only=True, slots=True)
class FixRequest:
    """What `fix` is asked to do. wanted: where the result goes; None to show the diff and write nothing."""

    path: str
    wanted: Wanted | None
    assume_keras: bool
    output_format: DocumentFormat
    overrides: Overrides


def run(request: FixRequest) -> ExitCode:
    """Do what is asked, and tell the exit status."""
    try:
        with _ended_in_order():
            settings = Plan(request.overrides).of(request.path)
            permit = Permit(
                assume_keras=request.assume_keras,
                why_quiet=lambda finding: policy.why_quiet(finding, request.path, settings),
                declarations=settings.declarations,
            )
            result = _mended(request, permit)
    except (SettingsError, NotWrittenError) as error:
        complain(str(error))
        return ExitCode.UNREADABLE
    is_told = _tell(result, request)
    return _exit_code(result) if is_told else ExitCode.UNREADABLE


def _mended(request: FixRequest, permit: Permit) -> FixResult:
    """Fix the model; what could not be written is an error for people, and a result that says so for programs."""
    try:
        return fixing.mend(request.path, request.wanted, permit)
    except NotWrittenError as error:
        if request.output_format is not DocumentFormat.JSON:
            raise
        complain(str(error))
        planned = fixing.mend(request.path, None, permit)
        return replace(planned, status=FixStatus.NOT_WRITTEN, problem=str(error))


def _exit_code(result: FixResult) -> ExitCode:
    match result.status:
        case FixStatus.FIXED | FixStatus.NOTHING_TO_FIX:
            return ExitCode.CLEAN
        case FixStatus.PARTLY_FIXED:
            return ExitCode.FOUND
        case FixStatus.REFUSED | FixStatus.UNREADABLE | FixStatus.NOT_WRITTEN:
            return ExitCode.UNREADABLE
        case _:
            assert_never(result.status)


def _tell(result: FixResult, request: FixRequest) -> bool:
    """Write the report; the diff is for standard output alone, so that it can be kept or piped on."""
    if request.output_format is DocumentFormat.JSON:
        return write_out(lambda: sys.stdout.write(fix_json.render(result, __version__)), "the report")
    if request.wanted is not None:
        return write_out(
            lambda: write_lines(lambda width, plain: fix_text.lines(result, width, ascii_only=plain)), "the report"
        )
    is_written = write_out(lambda: _write_diff(result), "the diff")
    if sys.stderr is not None:
        write_lines(lambda width, plain: fix_text.lines(result, width, ascii_only=plain), sys.stderr)
    return is_written


def _write_diff(result: FixResult) -> None:
    """Write the diff in colour on a terminal only, whatever FORCE_COLOR says: it may be kept or piped on."""
    if sys.stdout.isatty():
        write_lines(lambda *_: fix_text.diff_lines(result))
    else:
        sys.stdout.writelines(f"{line}\n" for line in plain(fix_text.diff_lines(result)))


@contextlib.contextmanager
def _ended_in_order() -> Iterator[None]:
    """Let what asks the program to end raise an exception, as Ctrl-C does: what is half written is taken away then."""

    def end(number: int, _: FrameType | None) -> None:
        raise SystemExit(128 + number)

    asked = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name) and os.name == "posix"]
    before = {number: signal.getsignal(number) for number in asked}
    changed = [number for number, handler in before.items() if handler is signal.SIG_DFL]
    for number in changed:
        signal.signal(number, end)
    try:
        yield
    finally:
        for number in changed:
            signal.signal(number, signal.SIG_DFL)

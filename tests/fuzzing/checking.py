"""What must hold of every damaged input: an answer in time, that can be shown, and no good word for what is broken."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from pathlib import Path

from logitcheck import inspection
from logitcheck.errors import ErrorCode
from logitcheck.report import ModelReport, Outcome, Report
from logitcheck.reporter import json_report, text_report
from tests.fuzzing import oracle
from tests.fuzzing.formats import Input

SECONDS = 2.0
LARGEST_REPORT = 2_000_000


@dataclass(frozen=True, slots=True)
class Result:
    """What came of one input: its outcome or error code, the seconds it took, and what is wrong with that, if so."""

    told: str
    seconds: float
    problem: str | None


def check(made: Input, folder: Path) -> Result:
    """Write the input below `folder`, inspect it, and look at what came of it."""
    path = folder / f"input{made.format.suffix or '_' + str(made.format.member)}"
    target = path / made.format.member if made.format.member else path
    target.parent.mkdir(exist_ok=True)
    target.write_bytes(made.raw)
    start = time.process_time()
    try:
        report = inspection.inspect(path)
        problem = _unshowable(report)
    except Exception as error:  # noqa: BLE001  that nothing is raised is what is checked
        return Result("exception", time.process_time() - start, f"{type(error).__name__}: {error}"[:300])
    seconds = time.process_time() - start
    told = report.error.code.value if report.error is not None else report.outcome.value
    if seconds > SECONDS:
        problem = f"took {seconds:.1f} s"
    elif report.error is not None and report.error.code is ErrorCode.INTERNAL_ERROR:
        problem = report.error.message
    elif problem is None and report.outcome is Outcome.OK:
        problem = _undeserved(made)
    elif problem is None and report.outcome is Outcome.NOT_APPLICABLE and not report.compiled:
        problem = _unseen(made)
    return Result(told, seconds, problem)


def _unshowable(report: ModelReport) -> str | None:
    """What keeps a report from being shown: a control character, markup, an endless text."""
    whole = Report(models=(report,))
    written = json_report.render(whole, "0")
    lines = ["".join(text for text, _ in line) for line in text_report.lines(whole, 80, ascii_only=False)]
    if json.loads(written)["models"][0]["outcome"] != report.outcome.value:
        return "the JSON report tells another outcome"
    if len(written) > LARGEST_REPORT:
        return f"the report has {len(written):,} characters"
    if not all(line.isprintable() for line in lines):
        return "the text has characters that a terminal would obey"
    return None


def _unseen(made: Input) -> str | None:
    """Why a file should not have been said to hold a model that was never compiled, if so."""
    try:
        _, settings = made.format.config(made.format.read(made.raw))
    except Exception as error:  # noqa: BLE001  whatever keeps a plain reader from reading it
        if made.format.member is not None:  # without what Keras wrote of itself, a SavedModel is an export
            return None
        return f"called not compiled, and cannot be read: {type(error).__name__}: {error}"[:300]
    return "called not compiled, and has compile settings" if oracle.hides_settings(settings) else None


def _undeserved(made: Input) -> str | None:
    """Why a file should not have been called ok, if so."""
    try:
        parts = made.format.read(made.raw)
        config, settings = made.format.config(parts)
    except Exception as error:  # noqa: BLE001  whatever keeps a plain reader from reading it
        return f"called ok, and cannot be read: {type(error).__name__}: {error}"[:300]
    if oracle.contradicts(config, settings):
        return "called ok, and its loss does not fit"
    before = made.format.config(made.seed.parts)
    if oracle.agrees(config, settings):
        return None
    try:
        is_the_same = oracle.decisive(config, settings) == oracle.decisive(*before)
    except (KeyError, TypeError, IndexError, AttributeError) as error:
        return f"called ok, and makes no sense: {type(error).__name__}: {error}"[:300]
    return None if is_the_same else "called ok, though what decides was changed: nobody knows"

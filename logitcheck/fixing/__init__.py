"""Findings to a fixed file: plans changes of the stored compile settings and writes them, never a layer or a weight."""

from __future__ import annotations

import os
from pathlib import Path

from logitcheck import inspection, loader
from logitcheck.declarations import NO_DECLARATIONS, Declarations
from logitcheck.fixing import differences, planning, sources, statistics, targets, verifying, writers
from logitcheck.fixing.planning import FixPlan, Permit
from logitcheck.fixing.result import FixResult, FixStatus, NotWrittenError, Refusal
from logitcheck.fixing.sources import NotFixableError, Source
from logitcheck.fixing.targets import Wanted
from logitcheck.report import ModelReport, Outcome

__all__ = ["FixResult", "NotWrittenError", "Permit", "Wanted", "fix", "mend"]


_EXPORTED = "it was exported for serving, and holds no compile settings that could be fixed"
_FIX_THE_ORIGINAL = "Fix the model that it was exported from, and export that."


def fix(
    path: str | os.PathLike[str],
    *,
    output: str | os.PathLike[str] | None = None,
    in_place: bool = False,
    backup: str | None = ".bak",
    force: bool = False,
    assume_keras: bool = False,
    declarations: Declarations = NO_DECLARATIONS,
) -> FixResult:
    """Change the stored compile settings of one saved model so that its losses and metrics fit its outputs.

    Layers and weights are never touched. Without `output` and `in_place` nothing is written: see what would be.

    output: the new file (of an unpacked `.keras` folder: the new folder). in_place: whether to change the model itself,
    whose old file is kept under its name with `backup` behind, unless that is None. force: whether a file at `output`
    may be replaced. assume_keras: whether a loss or metric that the file knows by name only is taken for that of Keras.
    declarations: what layers of your own put out, as for `inspect`.
    Raises NotWrittenError if the result cannot be written, ValueError for both `output` and `in_place` or `force`
    without `output`, and TypeError for a model in memory. An input that cannot be read, or fixed, is a result that says
    so.
    """
    if not isinstance(path, (str, os.PathLike)):
        raise TypeError(f"fix() takes the path of a saved model, found {type(path).__name__}: compile that one anew.")
    if output is not None and in_place:
        raise ValueError("fix() takes output or in_place, not both.")
    if force and output is None:
        raise ValueError("fix() takes force with output only.")
    new = None if output is None else os.fspath(output)
    wanted = Wanted(output=new, backup=backup, force=force) if in_place or new is not None else None
    return mend(os.fspath(path), wanted, Permit(assume_keras=assume_keras, declarations=declarations))


def mend(path: str, wanted: Wanted | None, permit: Permit) -> FixResult:
    """Plan the changes of a model, and write the result where it is wanted, if it is wanted anywhere.

    Raises NotWrittenError if that cannot be done.
    """
    if not path:
        return _unreadable(inspection.inspect(path))
    try:
        source = sources.read(Path(path))
        plan = planning.plan(statistics.completed(source.stored, source.path, permit.declarations), path, permit)
        text = verifying.new_text(source, plan)
        diff = differences.between(source.stored.compile_settings or {}, plan.settings, path, _output(path, wanted))
    except NotFixableError as error:
        return _not_fixable(inspection.inspect(path, declarations=permit.declarations), error)
    except loader.CAUSES as error:
        return _unreadable(inspection.unreadable(path, loader.reason(error)))
    target = targets.choose(source, wanted) if wanted is not None and plan.edits else None
    if target is not None:
        writers.write(source, plan, text, target)
    return _result(source, plan, diff, wanted, target)


def _output(path: str, wanted: Wanted | None) -> str:
    """Give where the result goes as the user wrote it."""
    return path if wanted is None else wanted.output or path


def _unreadable(report: ModelReport) -> FixResult:
    return FixResult(path=report.path, status=FixStatus.UNREADABLE, before=report, after=report)


def _not_fixable(report: ModelReport, error: NotFixableError) -> FixResult:
    """Say of a model in a container that is not written what is wrong with it, and what to do instead."""
    if report.outcome is Outcome.UNREADABLE:
        return _unreadable(report)
    refusals = tuple(
        Refusal(code=finding.code, output=finding.output, reason=error.reason, fixes=(error.advice, *finding.fixes))
        for finding in report.findings
        if planning.is_left(finding, report.outcome is Outcome.UNDETERMINED)
    )
    if report.exported is not None:
        refusals = (Refusal(code="LC404", output=None, reason=_EXPORTED, fixes=(_FIX_THE_ORIGINAL,)), *refusals)
    status = FixStatus.REFUSED if refusals else FixStatus.NOTHING_TO_FIX
    return FixResult(path=report.path, status=status, refusals=refusals, before=report, after=report)


def _result(
    source: Source, plan: FixPlan, diff: str, wanted: Wanted | None, target: targets.Target | None
) -> FixResult:
    """Tell about a plan, and where its result was written, if it was."""
    path = plan.before.path
    return FixResult(
        path=path,
        status=_status(plan),
        output=_output(path, wanted) if target is not None else None,
        backup=_shown(source, target.backup) if target is not None else None,
        changes=plan.changes,
        refusals=plan.refusals,
        ignored=plan.ignored,
        notes=target.notes if target is not None else (),
        diff=diff,
        before=plan.before,
        after=plan.after,
    )


def _shown(source: Source, backup: Path | None) -> str | None:
    """Write where the old file is as the user wrote where the model is, unless that is a link."""
    if backup is None:
        return None
    return str(backup if source.file.is_symlink() else source.file.with_name(backup.name))


def _status(plan: FixPlan) -> FixStatus:
    match bool(plan.changes), bool(plan.refusals):
        case True, False:
            return FixStatus.FIXED
        case True, True:
            return FixStatus.PARTLY_FIXED
        case False, True:
            return FixStatus.REFUSED
        case _:
            return FixStatus.NOTHING_TO_FIX

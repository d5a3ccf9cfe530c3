"""What a run does to baselines: it takes out what is gone, or writes what was found."""

from __future__ import annotations

import os
from pathlib import Path

from logitcheck import baseline, writing
from logitcheck.baseline import Baseline, Looked
from logitcheck.checking import Checked
from logitcheck.reporter import summary
from logitcheck.settings import Plan
from logitcheck.streams import complain


def shrink(checked: Checked) -> None:
    """Take findings that are gone out of the baselines; where machines run, only say so: nobody would keep the file."""
    for known in checked.known:
        smaller = known.without_gone(_looked(checked))
        count = len(known.entries) - len(smaller.entries)
        if not count:
            continue
        gone = f"{summary.counted(count, 'finding')} of the baseline not found any more"
        if os.environ.get("CI"):
            complain(f"{gone}: run it again with this baseline outside CI, and commit {known.source}")
        elif writing.written(known.source, baseline.render(smaller)):
            complain(f"{gone}, and taken out of {known.source}")


def write(plan: Plan, checked: Checked) -> bool:
    """Write all that was found into the baseline that is set for the current folder, say so, and tell if it worked."""
    configured = plan.in_folder(os.getcwd()).baseline  # noqa: PTH109  as the plan has it
    source = configured or Path(baseline.USUAL_NAME)
    before = next((known for known in checked.known if known.source == source), Baseline(source, ()))
    made = baseline.grown(before, _looked(checked))
    if not writing.written(source, baseline.render(made)):
        return False
    complain(_known_from_now_on(before, made, is_configured=configured is not None))
    for model in checked.report.models:
        if model.error is not None:
            complain(f"{model.path}: unreadable {model.error.code.value}: {model.error.message} {model.error.hint}")
    return True


def _looked(checked: Checked) -> Looked:
    return Looked(models=checked.report.models, asks=checked.asks, folders=checked.searched)


def _known_from_now_on(before: Baseline, made: Baseline, *, is_configured: bool) -> str:
    old, new = set(before.entries), set(made.entries)
    changes = f" ({len(new - old)} added, {len(old - new)} taken out)" if old else ""
    known = f"{summary.counted(len(new), 'finding')} known from now on{changes}: {made.source}"
    if is_configured:
        return known
    return f'{known}, once settings say so (baseline = "{made.source}"), or with --baseline {made.source}'

"""What a run came to, in the same words wherever it is summed up in one sentence."""

from __future__ import annotations

from logitcheck.report import ModelReport, NotObserved, Outcome, Report, Severity, Verdict

_UNDECIDED = {
    Outcome.UNDETERMINED: "undetermined",
    Outcome.NOT_APPLICABLE: "with nothing to compare",
    Outcome.UNREADABLE: "unreadable",
}


def models_read(report: Report) -> str:
    """Say how many models were read; those that could not be are none."""
    return counted(len(report.models) - report.count(Outcome.UNREADABLE), "model")


def counts(report: Report) -> str:
    """Say how many errors and warnings there are, and of all else how many if there are any.

    Only a model that was read, proved to fit and gave no cause for a warning, skipped or not, is counted as ok.
    """
    found = [counted(report.findings(Severity.ERROR), "error"), counted(report.findings(Severity.WARNING), "warning")]
    if report.findings(Severity.INFO):
        found.append(counted(report.findings(Severity.INFO), "info"))
    came_to = {"ok": sum(map(_is_ok, report.models))}
    came_to["mismatched, of which no rule that is asked tells"] = sum(map(_is_untold, report.models))
    came_to |= {words: report.count(outcome) for outcome, words in _UNDECIDED.items()}
    rest = [
        f"{count} {words}{observed(report) if words == 'undetermined' else ''}"
        for words, count in came_to.items()
        if count
    ]
    skipped = sum(len(model.skipped) for model in report.models)
    if skipped:
        rest.append(f"{counted(skipped, 'finding')} skipped")
    return ", ".join(found) + (f"; {', '.join(rest)}" if rest else "")


def observed(report: Report) -> str:
    """Say, in brackets, of how many undetermined models something was seen that counts, or nothing could be seen."""
    told = {
        "observed not to fit": sum(model.observed is Verdict.MISMATCH for model in report.models),
        "not observed": sum(_is_unseen(model) for model in report.models),
    }
    parts = [f"{count} {words}" for words, count in told.items() if count]
    return f" ({', '.join(parts)})" if parts else ""


def counted(count: int, word: str) -> str:
    """Write a number of things."""
    return f"{count} {word}{'' if count == 1 else 's'}"


def _is_unseen(model: ModelReport) -> bool:
    """Whether an output was to be observed, and could not be: it crashed, lacks code, took too long."""
    return any(isinstance(output.observed, NotObserved) for output in model.outputs)


def _is_untold(model: ModelReport) -> bool:
    """Whether settings select rules of which none tells what is wrong: that it is wrong must not vanish with them."""
    return model.outcome is Outcome.MISMATCH and not model.findings and not model.skipped


def _is_ok(model: ModelReport) -> bool:
    return model.outcome is Outcome.OK and model.ok and not model.skipped

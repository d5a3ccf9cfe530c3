"""Markdown for the summary of a step in GitHub Actions: what was found, at a glance, and what to do, on a click."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from string import ascii_uppercase

from logitcheck.report import Finding, ModelReport, Outcome, Report, Severity
from logitcheck.reporter import fixes, summary
from logitcheck.reporter.brief import one_of_several
from logitcheck.reporter.markup import code, escaped

_MOST = 1_000_000
"""Letters, all of them ASCII: GitHub throws away all that a step says in more than 1024 KiB."""

_MOST_OF_TABLE = _MOST // 4
_MOST_OF_SKIPPED = _MOST // 4

_TABLE_HEAD = "| Model | Outcome | Findings |\n| --- | --- | --- |\n"
_OUTCOMES = {
    Outcome.OK: "ok",
    Outcome.MISMATCH: "**mismatch**",
    Outcome.UNDETERMINED: "undetermined",
    Outcome.NOT_APPLICABLE: "nothing to compare",
    Outcome.UNREADABLE: "**unreadable**",
}


def render(report: Report, version: str) -> str:
    """Write what the run came to, a table of the models with something to tell, and what is told of each."""
    rows, rows_left = _fitting(_rows(report), _MOST_OF_TABLE)
    skipped, skipped_left = _fitting(_skipped(report), _MOST_OF_SKIPPED)
    details, details_left = _fitting(_details(report), _MOST - len(rows) - len(skipped))
    blocks = [f"## logitcheck read {summary.models_read(report)}: {summary.counts(report)}\n"]
    if rows:
        blocks.append(_TABLE_HEAD + rows)
    if details:
        blocks.append(details.rstrip("\n") + "\n")
    if skipped:
        blocks.append(f"### Skipped\n\n{skipped}")
    left = {"row": rows_left, "finding": details_left, "skipped finding": skipped_left}
    left_out = ", ".join(summary.counted(count, word) for word, count in left.items() if count)
    if left_out:
        blocks.append(
            f"**Left out, because GitHub shows no more than 1 MiB: {left_out}.** The other formats have all of it.\n"
        )
    blocks.append(f"<sub>logitcheck {version}</sub>\n")
    return "\n".join(blocks)


def _fitting(pieces: Iterable[str], room: int) -> tuple[str, int]:
    """Put together the pieces that there is room for, and count the others: a giant takes away none but itself."""
    kept: list[str] = []
    left_out = 0
    for piece in pieces:
        if len(piece) <= room:
            kept.append(piece)
            room -= len(piece)
        else:
            left_out += 1
    return "".join(kept), left_out


def _rows(report: Report) -> Iterator[str]:
    told = [model for model in report.models if model.findings or model.outcome in _WITHOUT_FINDING]
    for model in sorted(told, key=_rank):
        cells = [code(model.path), _OUTCOMES[model.outcome], _findings(model)]
        yield f"| {' | '.join(cells)} |\n"


_WITHOUT_FINDING = {Outcome.UNDETERMINED, Outcome.UNREADABLE}


def _rank(model: ModelReport) -> int:
    """Say how far down in the table a model stands: the worst is on top."""
    if model.error is not None:
        return 0
    return next((rank for rank, severity in enumerate(Severity) if model.has_at_least(severity)), len(Severity))


def _findings(model: ModelReport) -> str:
    if model.error is not None:
        return f"{model.error.code.value}: {escaped(model.error.message)} {escaped(model.error.hint)}"
    found = [f"{finding.severity.value} {_rule(model, finding)}" for finding in model.findings]
    return "<br>".join(found) or "the file does not prove whether output and loss fit"


def _rule(model: ModelReport, finding: Finding) -> str:
    return escaped(f"{finding.code} {finding.name}{one_of_several(model, finding)}")


def _details(report: Report) -> Iterator[str]:
    told = [(finding, model) for model in report.models for finding in model.findings]
    for finding, model in sorted(told, key=lambda pair: list(Severity).index(pair[0].severity)):
        yield "\n\n".join(_detail(model, finding)) + "\n\n"


def _detail(model: ModelReport, finding: Finding) -> Iterator[str]:
    """Give the paragraphs of a finding; only the first is seen before a click."""
    title = f"<b>{finding.severity.value}</b> {_rule(model, finding)}: {code(model.path)}"
    yield f"<details><summary>{title}</summary>"
    yield escaped(finding.message)
    for letter, fix in zip(ascii_uppercase, finding.fixes, strict=False):
        yield from _fix("**Try**" if finding.severity is Severity.INFO else f"**Fix {letter}**", fix)
    yield f"[What {finding.code} means, and how it is done right]({finding.docs_url})"
    yield "</details>"


def _fix(label: str, fix: str) -> Iterator[str]:
    """Give the paragraphs of a fix: the only code of it, if it is at the end, stands alone to be copied."""
    *before, (last, is_code) = fixes.parts(fix)
    words = [label, *(code(text) if is_code else escaped(text) for text, is_code in before)]
    if is_code and not any(also for _, also in before):
        yield " ".join(words)
        yield f"<pre>{code(last)}</pre>"
    else:
        yield " ".join([*words, code(last) if is_code else escaped(last)])


def _skipped(report: Report) -> Iterator[str]:
    for model in report.models:
        for skipped in model.skipped:
            if skipped.reason is not None:
                rule = _rule(model, skipped.finding)
                yield f"- {code(model.path)}: {rule}: {escaped(skipped.reason)} ({skipped.by.value})\n"

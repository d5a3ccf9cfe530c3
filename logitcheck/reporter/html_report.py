"""The report for notebooks: the tree of the text report as HTML that carries no script, style sheet or picture.

Text has the colours of the notebook, light or dark; all colour of its own is a line at the side that repeats a word.
Trees are lists, so that a screen reader tells how long they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from html import escape
from string import ascii_uppercase

from logitcheck.report import Finding, ModelReport, Outcome, OutputReport, Report, Severity, SkippedFinding
from logitcheck.reporter import fixes, summary
from logitcheck.reporter.escaping import printable
from logitcheck.reporter.text_report import OUTCOME_WORDS, about, expects_words, kind_words, loss_words, output_name

_MOST = 200
"""Models that are shown of a report; a notebook keeps every output in its file."""

_SIDES = {Severity.ERROR: "#c62828", Severity.WARNING: "#b26a00", Severity.INFO: "#1565c0"}
_BOX = '<div class="logitcheck tex2jax_ignore mathjax_ignore">'
"""Names are no formulas: so pandas tells MathJax, too (pandas/io/formats/html.py)."""

_OF_FORMULAS = re.compile(r"[$\\]")


def render(report: Report) -> str:
    """Write the report: one model in full; of several the counts, and each behind its outcome."""
    return "\n".join([_BOX, *_report(report), "</div>"]) + "\n"


def _report(report: Report) -> Iterator[str]:
    if len(report.models) == 1:
        yield f"<p>{_headline(report.models[0])}</p>"
        yield from _model(report.models[0])
        return
    yield f"<p><strong>{_text(summary.models_read(report))}: {_text(summary.counts(report))}</strong></p>"
    for model in report.models[:_MOST]:
        is_bad = model.outcome in {Outcome.MISMATCH, Outcome.UNREADABLE} or model.has_at_least(Severity.WARNING)
        yield f"<details{' open' if is_bad else ''}><summary>{_headline(model)}</summary>"
        yield from _model(model)
        yield "</details>"
    if len(report.models) > _MOST:
        yield f"<p>The first {_MOST} of {len(report.models):,} models are shown; <code>models</code> holds all.</p>"


def _headline(model: ModelReport) -> str:
    return f"<strong>{_text(model.path)}: {_text(OUTCOME_WORDS[model.outcome])}</strong>"


def _model(model: ModelReport) -> Iterator[str]:
    if model.error is not None:
        yield f"<p><strong>{_text(model.error.code.value)}:</strong> {_text(model.error.message)}</p>"
        yield f"<p><strong>What to do:</strong> {_text(model.error.hint)}</p>"
        return
    yield f"<p>{_text(about(model))}</p>"
    missing = "stored" if model.exported is not None else "compiled"
    yield from _list("ul", (_output(output, missing) for output in model.outputs))
    for finding in model.findings:
        yield from _finding(finding)
    if model.skipped:
        yield from _list("ul", map(_skipped, model.skipped))


def _list(kind: str, items: Iterable[str]) -> Iterator[str]:
    yield f"<{kind}>"
    for item in items:
        yield f"<li>{item}</li>"
    yield f"</{kind}>"


def _output(output: OutputReport, missing: str) -> str:
    """Write an output with the layers that decided it, in the order in which the values flow."""
    steps = (f"{_text(step.layer)} ({_text(step.class_name)}): {_text(step.effect)}" for step in output.evidence)
    tree = _list("ol", steps) if output.evidence else ()
    loss = f"no loss is {missing} for it"
    if output.loss is not None:
        loss = f"<strong>{_text(loss_words(output))}</strong> {_text(expects_words(output.loss))}"
    return "\n".join([f"<strong>{_text(output_name(output))}</strong> {_text(kind_words(output))}", *tree, loss])


def _finding(finding: Finding) -> Iterator[str]:
    side = f"border-left: 0.25em solid {_SIDES[finding.severity]}; padding-left: 0.75em; margin: 0.75em 0"
    rule = f'<a href="{escape(finding.docs_url)}">{_text(finding.code)}</a> {_text(finding.name)}'
    yield f'<div style="{side}">'
    yield f"<p><strong>{finding.severity.value} {rule}</strong></p>"
    yield f"<p>{_text(finding.message)}</p>"
    if finding.fixes:
        is_info = finding.severity is Severity.INFO
        labels = ("Try" if is_info else f"Fix {letter}" for letter in ascii_uppercase)
        yield from _list("ul", (_fix(label, fix) for label, fix in zip(labels, finding.fixes, strict=False)))
    yield "</div>"


def _fix(label: str, fix: str) -> str:
    """Write a fix; its code can be selected and pasted."""
    parts = (f"<code>{_text(text)}</code>" if is_code else _text(text) for text, is_code in fixes.parts(fix))
    return f"<strong>{label}</strong> {' '.join(parts)}"


def _skipped(skipped: SkippedFinding) -> str:
    reason = skipped.reason if skipped.reason is not None else "no reason is given"
    rule = f"skipped {skipped.finding.code} {skipped.finding.name} ({skipped.by.value})"
    return f"{_text(rule)}: {_text(reason)}"


def _text(text: str) -> str:
    """Write text so that it is shown as it is: no markup, and none of the signs between which a formula stands."""
    return _OF_FORMULAS.sub(r"<span>\g<0></span>", escape(printable(text)))

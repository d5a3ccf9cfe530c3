"""The report for people: verdict first, then the way to it, then what to do. Colour only repeats what words say.

Lines are made here, as pieces of text with the style each would have in colour; who prints them decides about that.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import assert_never

from logitcheck.analyzer.losses import Expects, Family
from logitcheck.analyzer.values import Kind
from logitcheck.model import ContainerFormat
from logitcheck.report import (
    Finding,
    LossReport,
    ModelReport,
    NotObserved,
    Observation,
    Outcome,
    OutputReport,
    Report,
    Severity,
    SkippedFinding,
    Verdict,
)
from logitcheck.reporter import commands, fixes, observed, summary
from logitcheck.reporter.escaping import printable
from logitcheck.reporter.summary import counted
from logitcheck.reporter.wrapping import Line, Piece, wrapped

UNREADABLE_STYLE = "bold magenta"
_OUTCOME_STYLES = {
    Outcome.OK: "bold green",
    Outcome.MISMATCH: "bold red",
    Outcome.UNDETERMINED: "bold yellow",
    Outcome.NOT_APPLICABLE: "bold cyan",
    Outcome.UNREADABLE: UNREADABLE_STYLE,
}
OUTCOME_WORDS = {
    Outcome.OK: "ok",
    Outcome.MISMATCH: "MISMATCH",
    Outcome.UNDETERMINED: "undetermined",
    Outcome.NOT_APPLICABLE: "nothing to compare",
    Outcome.UNREADABLE: "UNREADABLE",
}
_OBSERVED_WORDS: dict[Verdict | None, Piece] = {
    Verdict.MISMATCH: ("observed: DOES NOT FIT", "bold red"),
    Verdict.OK: ("observed: fits", "green"),
}
SEVERITY_STYLES = {Severity.ERROR: "bold red", Severity.WARNING: "bold yellow", Severity.INFO: "bold blue"}
_KIND_WORDS = {
    Kind.LOGITS: "logits",
    Kind.PROBABILITIES: "probabilities",
    Kind.UNIT_INTERVAL: "values in [0, 1]",
    Kind.LOG_PROBABILITIES: "log-probabilities",
    Kind.UNKNOWN: "unknown",
}
_EXPECTS_WORDS = {
    Expects.PROBABILITIES: "expects probabilities",
    Expects.UNIT_INTERVAL: "expects values in [0, 1]",
    Expects.LOGITS: "expects logits",
    Expects.NON_NEGATIVE: "expects values that are never negative",
    Expects.ANY: "takes any number",
    Expects.UNKNOWN: "is custom: what it expects is unknown",
}
_FORMAT_WORDS = {
    ContainerFormat.KERAS: "a .keras archive",
    ContainerFormat.KERAS_FOLDER: "an unpacked .keras folder",
    ContainerFormat.HDF5: "an HDF5 file",
    ContainerFormat.SAVED_MODEL: "a SavedModel",
    ContainerFormat.JSON: "JSON",
}
WIDEST = 100
_LETTERS = "ABCDEFGH"
_MORE = "Inspect one model alone to see how its outputs were found, and all information."


def lines(report: Report, width: int, *, ascii_only: bool = False) -> Iterator[Line]:
    """Give the lines of the report for `width` columns: one model in full, several in a short block each and a summary.

    ascii_only: draw the trees with plain letters.
    """
    for line in _Writer(min(width, WIDEST), ascii_only=ascii_only).report(report):
        yield commands.inert(line)


class _Writer:
    """Makes paragraphs with hanging indents."""

    def __init__(self, width: int, *, ascii_only: bool) -> None:
        self._width = width
        self._plain = ascii_only

    def report(self, report: Report) -> Iterator[Line]:
        """Write the whole report."""
        alone = len(report.models) == 1
        for model in report.models:
            yield from self._model(model, in_full=alone)
        if not alone:
            yield from self._summary(report)

    def _model(self, model: ModelReport, *, in_full: bool) -> Iterator[Line]:
        """Write one model."""
        yield from self._line("", (printable(model.path), "bold"), (": ", ""), *_verdict(model))
        if model.error is not None:
            yield from self._line("  ", (f"{model.error.code.value}: ", "bold"), (printable(model.error.message), ""))
            yield from self._line("  ", ("What to do: ", "bold"), (printable(model.error.hint), ""))
        elif in_full:
            yield from self._full(model)
        else:
            yield from self._short(model)
        for skipped in model.skipped:
            yield from self._skipped(skipped)
        yield from self._line("")

    def _summary(self, report: Report) -> Iterator[Line]:
        """Write how many models came to which outcome; every outcome is counted."""
        counts = ", ".join(
            f"{report.count(outcome)} {SUMMARY_WORDS[outcome]}"
            + (summary.observed(report) if outcome is Outcome.UNDETERMINED else "")
            for outcome in Outcome
        )
        errors, warnings = report.findings(Severity.ERROR), report.findings(Severity.WARNING)
        found = f"{counted(errors, 'error')} and {counted(warnings, 'warning')}"
        yield from self._line("", (f"{counted(len(report.models), 'model')}: {counts}; {found}.", "bold"))
        yield from self._line("", (_MORE, ""))
        shown = {finding.code for model in report.models for finding in model.findings if _in_short(model, finding)}
        yield from self._explain("", shown)

    def _full(self, model: ModelReport) -> Iterator[Line]:
        yield from self._line("  ", (about(model), ""))
        for output in model.outputs:
            yield from self._line("")
            yield from self._output(output)
            yield from self._tree(output)
            yield from self._loss(output, "stored" if model.exported is not None else "compiled")
            yield from self._observed(output.observed, "    ")
        for finding in model.findings:
            yield from self._line("")
            yield from self._finding(finding)
        if model.findings:
            yield from self._line("")
            yield from self._explain("  ", {finding.code for finding in model.findings})

    def _short(self, model: ModelReport) -> Iterator[Line]:
        for output in model.outputs:
            pieces = [(output_name(output), "bold"), (f" {kind_words(output)}", "")]
            if output.loss is not None:
                pieces.append((f"; {loss_words(output)} {expects_words(output.loss)}", ""))
            yield from self._line("  ", *pieces)
            yield from self._observed(output.observed, "    ")
        for finding in model.findings:
            if finding.severity is not Severity.INFO:
                yield from self._finding(finding)
            elif _in_short(model, finding):
                yield from self._line("  ", *_title(finding), (f": {printable(finding.message)}", ""))

    def _explain(self, indent: str, codes: Collection[str]) -> Iterator[Line]:
        """Lead to the documentation of the rules that were shown."""
        if codes:
            command = f"logitcheck explain {' '.join(sorted(codes))}"
            yield from self._line(indent, ("Learn more: ", "bold"), (command, ""))

    def _output(self, output: OutputReport) -> Iterator[Line]:
        yield from self._line("  ", (f"{output_name(output)} ", "bold"), (kind_words(output), ""))

    def _tree(self, output: OutputReport) -> Iterator[Line]:
        """Write the layers that decided the output, in the order in which the values flow."""
        last = len(output.evidence) - 1
        for position, step in enumerate(output.evidence):
            guide, rest = ("|- ", "|  ") if self._plain else ("├─ ", "│  ")
            if position == last:
                guide, rest = ("`- ", "   ") if self._plain else ("└─ ", "   ")
            name = f"{printable(step.layer)} ({printable(step.class_name)}): "
            pieces = ((name, ""), (printable(step.effect), ""))
            yield from self._line(f"    {guide}", *pieces, rest=f"    {rest}")

    def _loss(self, output: OutputReport, missing: str) -> Iterator[Line]:
        if output.loss is None:
            yield from self._line("    ", (f"no loss is {missing} for it", ""))
        else:
            expects = expects_words(output.loss)
            yield from self._line("    ", (loss_words(output), "bold"), (f" {expects}", ""))

    def _observed(self, seen: Observation | NotObserved | None, indent: str) -> Iterator[Line]:
        """Write what was seen of an output where the file does not decide, if that was asked for."""
        match seen:
            case Observation():
                yield from self._line(indent, ("Observed, not proved: ", "bold"), (observed.sentence(seen), ""))
            case NotObserved():
                yield from self._line(indent, ("Not observed: ", "bold"), (printable(seen.message), ""))
                yield from self._line(indent, ("What to do: ", "bold"), (printable(seen.hint), ""))
            case None:
                return
            case _:
                assert_never(seen)

    def _finding(self, finding: Finding) -> Iterator[Line]:
        yield from self._line("  ", *_title(finding))
        yield from self._line("    ", (printable(finding.message), ""))
        for letter, fix in zip(_LETTERS, finding.fixes, strict=False):
            label = f"Fix {letter}  " if finding.severity is not Severity.INFO else "Try    "
            yield from self._fix(label, printable(fix))

    def _skipped(self, skipped: SkippedFinding) -> Iterator[Line]:
        """Write one line for what settings keep quiet: without it, a mismatch would have no cause."""
        finding, reason = skipped.finding, f": {printable(skipped.reason)}" if skipped.reason is not None else ""
        rule = (f"skipped {finding.code}", "dim"), (f" {finding.name}", "")
        yield from self._line("  ", *rule, (f"{reason} ({skipped.by.value})", ""), rest="    ")

    def _fix(self, label: str, fix: str) -> Iterator[Line]:
        """Write a fix, with its code unbroken."""
        hanging = " " * 11
        first, *others = fixes.rows(fix, self._width - len(hanging))
        yield [("    ", ""), (label, "bold"), (first, "")]
        yield from ([(hanging + row, "")] for row in others)

    def _line(self, indent: str, *pieces: Piece, rest: str | None = None) -> Iterator[Line]:
        """Make one paragraph; lines after the first begin with `rest`."""
        return wrapped(pieces, self._width, indent, indent if rest is None else rest)


SUMMARY_WORDS = {
    Outcome.OK: "ok",
    Outcome.MISMATCH: "mismatch",
    Outcome.UNDETERMINED: "undetermined",
    Outcome.NOT_APPLICABLE: "with nothing to compare",
    Outcome.UNREADABLE: "unreadable",
}


def _in_short(model: ModelReport, finding: Finding) -> bool:
    """Whether a finding is shown of a model among several: information is, where it is the reason of the outcome."""
    if finding.severity is not Severity.INFO:
        return True
    return model.outcome is Outcome.UNDETERMINED and finding.code in {"LC402", "LC403"}


def _verdict(model: ModelReport) -> list[Piece]:
    told = [(OUTCOME_WORDS[model.outcome], _OUTCOME_STYLES[model.outcome])]
    if model.outcome is Outcome.UNDETERMINED and model.observed in _OBSERVED_WORDS:
        told += [("; ", ""), _OBSERVED_WORDS[model.observed]]
    return told


def about(model: ModelReport) -> str:
    """Say of a model which class it is of, and where it comes from."""
    if model.exported is not None:
        return f"a SavedModel {model.exported.value}: layers, loss and Keras version are not stored"
    version = f"Keras {printable(model.keras_version)}" if model.keras_version else "unknown Keras"
    backend = f" on {printable(model.backend)}" if model.backend else ""
    kind = _FORMAT_WORDS[model.format] if model.format is not None else "a file"
    compiled = "compiled" if model.compiled else "not compiled"
    where = f"in memory, {version}{backend}" if model.in_memory else f"saved by {version}{backend} as {kind}"
    own = " (a class of your own: its call and train_step may do otherwise)" if model.own_class else ""
    return f"{printable(model.model_class or 'model')}{own}, {compiled}, {where}"


def output_name(output: OutputReport) -> str:
    """Name an output, with a colon."""
    return f"Output {printable(output.name)!r}:" if output.name else "Output:"


def kind_words(output: OutputReport) -> str:
    """Say what an output is, and how many units it has."""
    if output.classes is None or output.kind is Kind.UNKNOWN:
        return values_words(output)
    return f"{values_words(output)}, {counted(output.classes, 'unit')}"


def values_words(output: OutputReport) -> str:
    """Say what an output is."""
    if output.kind is Kind.RANGE:
        low = "-inf" if output.low is None else f"{output.low:.4g}"
        high = "inf" if output.high is None else f"{output.high:.4g}"
        return f"values from {low} to {high}"
    if output.kind is Kind.LOGITS and output.loss is not None and output.loss.expects is Expects.ANY:
        return "any real number"
    return _KIND_WORDS[output.kind]


def loss_words(output: OutputReport) -> str:
    """Name the loss of an output, with its flag."""
    loss = output.loss
    if loss is None:
        return "no loss"
    if loss.from_logits is None:
        return f"Loss {printable(loss.label)}"
    if loss.label != loss.name:
        return f"Loss {printable(loss.label)!r}, from_logits={loss.from_logits},"
    return f"Loss {printable(loss.name)}(from_logits={loss.from_logits})"


def expects_words(loss: LossReport) -> str:
    """Say what a loss takes."""
    if loss.family is Family.MARGIN:
        return "wants scores on both sides of 0"
    if loss.is_declared:
        return f"{_EXPECTS_WORDS[loss.expects]}, as declared in settings"
    return _EXPECTS_WORDS[loss.expects]


def _title(finding: Finding) -> list[Piece]:
    style = SEVERITY_STYLES[finding.severity]
    return [(f"{finding.severity.value} {finding.code}", style), (f" {finding.name}", "bold")]

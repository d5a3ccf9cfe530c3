"""The report of a probe for people: what was seen, what the file says, and what the loss makes of it."""

from __future__ import annotations

from collections.abc import Iterator

from logitcheck.analyzer.losses import Expects
from logitcheck.probing import conclusions, drawing
from logitcheck.probing.agreement import Agreement
from logitcheck.probing.observations import Accuracy, Flagged, LossNumbers, Observations, OutputSeen
from logitcheck.probing.report import OutputProbe, ProbeOutcome, ProbeReport
from logitcheck.report import Outcome, OutputReport, Severity, Verdict
from logitcheck.reporter import commands, observed, text_report
from logitcheck.reporter.escaping import printable
from logitcheck.reporter.summary import counted
from logitcheck.reporter.wrapping import Line, Piece, wrapped

_LONGEST_NAME = 30
"""Letters of the name of weights, so that the table keeps to 80 columns."""

_NEARLY_EQUAL = 1e-3
"""By what share numbers differ that are in no order worth telling."""

ISSUES = "https://github.com/logitcheck/logitcheck/issues"

_OUTCOMES = {
    ProbeOutcome.OK: ("ok", "bold green"),
    ProbeOutcome.MISMATCH: ("MISMATCH", "bold red"),
    ProbeOutcome.DISAGREEMENT: ("DISAGREEMENT: a bug of logitcheck", "bold magenta"),
    ProbeOutcome.NO_NUMBERS: ("NO NUMBERS, only NaN or infinity", "bold red"),
    ProbeOutcome.UNDETERMINED: ("undetermined", "bold yellow"),
    ProbeOutcome.NOT_APPLICABLE: ("nothing to compare", "bold cyan"),
    ProbeOutcome.FAILED: ("NOT RUN", "bold magenta"),
}


def lines(report: ProbeReport, width: int, *, ascii_only: bool = False) -> Iterator[Line]:
    """Give the lines of a report for `width` columns; ascii_only: draw with plain letters."""
    for line in _Writer(min(width, text_report.WIDEST), ascii_only=ascii_only).report(report):
        yield commands.inert(line)


class _Writer:
    """Makes paragraphs with hanging indents."""

    def __init__(self, width: int, *, ascii_only: bool) -> None:
        self._width = width
        self._plain = ascii_only

    def report(self, report: ProbeReport) -> Iterator[Line]:
        """Write the whole report."""
        yield from self._line("", (printable(report.model.path), "bold"), (": ", ""), _outcome(report))
        if report.error is not None:
            code = report.error.code.value
            yield from self._line("  ", (f"{code}: ", "bold"), (printable(report.error.message), ""))
            yield from self._line("  ", ("What to do: ", "bold"), (printable(report.error.hint), ""))
        if report.observations is not None:
            yield from self._line("  ", (_about(report.observations), ""))
            if report.observations.odd_inputs:
                yield from self._line("  ", (_odd_inputs(report.observations), "bold"))
            for output in report.outputs:
                yield from self._output(output, report.observations)
            yield from self._end(report)

    def _output(self, output: OutputProbe, seen: Observations) -> Iterator[Line]:
        name = printable(output.claim.name) if output.claim is not None and output.claim.name else None
        found = output.observed
        yield []
        yield from self._line(
            "  ",
            (f"Output {name!r}: " if name else "Output: ", "bold"),
            (observed.kind_words(found.kind, found.axis, has_number=not found.has_no_number), ""),
            (f"; observed on {counted(seen.samples, 'sample')}, not proved", "dim"),
        )
        for text in _described(output.seen, made=seen.made):
            yield from self._line("    ", (text, ""))
        if output.seen.histogram is not None:
            drawn = drawing.line(output.seen.histogram, ascii_only=self._plain)
            of_some = seen.made and not drawn.startswith("always")
            yield [("    ", ""), (drawn, ""), ("  (ordinary inputs)" if of_some else "", "dim")]
        yield from self._claim(output)
        yield from self._loss(output)
        if output.seen.loss is not None and not found.has_no_number:
            yield []
            yield from self._table(output.seen.loss, output.claim)
        for sentence in output.conclusions:
            yield from self._line("    ", (sentence, ""))

    def _claim(self, output: OutputProbe) -> Iterator[Line]:
        """Write what the file says, and how that stands to what was seen."""
        match output.agreement:
            case Agreement.UNCLAIMED:
                said = "From the file alone: unknown."
            case Agreement.SAME:
                said = "From the file alone: the same."
            case Agreement.WITHIN | Agreement.CONTRADICTED:
                assert output.claim is not None
                said = f"From the file alone: {text_report.values_words(output.claim)}."
        yield from self._line(
            "    ", (said, ""), (" That is within it." if output.agreement is Agreement.WITHIN else "", "")
        )
        for contradiction in output.contradictions:
            yield from self._line("    ", ("It cannot be: ", "bold magenta"), (contradiction, ""))

    def _loss(self, output: OutputProbe) -> Iterator[Line]:
        if output.claim is None or output.claim.loss is None:
            yield from self._line("    ", ("no loss is compiled for it", ""))
            return
        loss = (f"{text_report.loss_words(output.claim).rstrip(',')}: ", "bold")
        if output.verdict is Verdict.NOT_APPLICABLE:
            yield from self._line("    ", loss, ("takes any number", ""))
            return
        if output.claim.loss.expects is Expects.UNKNOWN and output.verdict is Verdict.UNDETERMINED:
            yield from self._line("    ", loss, ("cannot be told: what it takes is unknown", "bold yellow"))
            return
        how = "as observed" if output.by_observation else "as the file proves"
        style = _STYLES.get(output.verdict, "")
        yield from self._line("    ", loss, (observed.VERDICT_WORDS[output.verdict], style), (f", {how}", ""))

    def _table(self, numbers: LossNumbers, claim: OutputReport | None) -> Iterator[Line]:
        compiled = claim.loss.from_logits if claim is not None and claim.loss is not None else None
        labels = "your labels" if numbers.labels_given else "labels drawn at random"
        if numbers.labels_converted:
            labels += ", converted to the form that the loss takes"
        name = "binary cross-entropy" if numbers.reads.value == "binary" else "categorical cross-entropy"
        if claim is not None and claim.loss is not None and claim.loss.expects is Expects.UNKNOWN:
            name = f"for comparison, {name}"
        yield from self._line("    ", (f"{name} on {counted(numbers.samples, 'sample')}, {labels}:", ""))
        gradient = f"gradient ({_ending(numbers.weights) if numbers.weights else 'outputs'})"
        yield [("    ", ""), (f"{'':32}{'loss':>9}  {gradient}", "dim")]
        for flag, flagged in ((False, numbers.without_logits), (True, numbers.with_logits)):
            label = f"from_logits={flag}{', as compiled' if compiled is flag else ''}"
            size = _gradient(flagged, by_weights=numbers.weights is not None)
            yield [
                ("    ", ""),
                (f"  {label:30}{_number(flagged.loss):>9}  {size}", "bold" if compiled is flag else ""),
            ]
        knows_nothing = f"who knows nothing (ln {2 if numbers.reads.value == 'binary' else numbers.classes})"
        yield [("    ", ""), (f"  {knows_nothing:30}{conclusions.chance(numbers):>9.4g}", "")]
        for label, share in _accuracies(numbers.accuracy):
            yield [("    ", ""), (f"  {label:30}{100 * share:>8.1f}%", "")]

    def _end(self, report: ProbeReport) -> Iterator[Line]:
        for contradiction in report.contradictions:
            yield []
            yield from self._line("  ", ("It cannot be: ", "bold magenta"), (contradiction, ""))
        if report.outcome is ProbeOutcome.DISAGREEMENT:
            text = (
                "What was seen cannot be if what logitcheck says of the file is right. Please report it, with the"
                f" file if you can share it, or with its config.json: {ISSUES}"
            )
            yield []
            yield from self._line("  ", (text, ""))
        findings = [finding for finding in report.model.findings if finding.severity is not Severity.INFO]
        if findings:
            yield []
            named = ", ".join(f"{finding.code} {finding.name}" for finding in findings)
            yield from self._line(
                "  ", ("Found in the file: ", "bold"), (f"{named} (logitcheck inspect says more)", "")
            )
        for text in _unguarded(report.observations):
            yield []
            yield from self._line("  ", (text, ""))

    def _line(self, indent: str, *pieces: Piece) -> Iterator[Line]:
        return wrapped(pieces, self._width, indent, indent)


_STYLES = {Verdict.OK: "bold green", Verdict.MISMATCH: "bold red", Verdict.UNDETERMINED: "bold yellow"}


def _outcome(report: ProbeReport) -> Piece:
    """Give the outcome in words; of a mismatch that the file does not prove, that it was observed."""
    words, style = _OUTCOMES[report.outcome]
    is_observed = report.outcome is ProbeOutcome.MISMATCH and report.model.outcome is not Outcome.MISMATCH
    return (f"{words}, as observed" if is_observed else words), style


def _about(seen: Observations) -> str:
    inputs = "made inputs" if seen.made else "your data"
    return (
        f"run with {printable(seen.library)} on {counted(seen.samples, 'sample')} of {inputs}, in {seen.seconds:.2g} s"
    )


def _odd_inputs(seen: Observations) -> str:
    """Say that the user's data holds no numbers; where it was cut to the type of an input, it may have become so."""
    hold = "holds" if seen.odd_inputs == 1 else "hold"
    return (
        f"{counted(seen.odd_inputs, 'sample')} of your data {hold} NaN or infinite numbers, or ones too large for the"
        " input: what comes of them says little of the model."
    )


def _described(seen: OutputSeen, *, made: bool) -> Iterator[str]:
    shape = ", ".join("any" if size is None else str(size) for size in seen.shape)
    if seen.low is None or seen.high is None:
        yield f"shape ({shape}), {seen.dtype}: none of its {seen.count} values is a number"
        return
    mean = f", mean {seen.mean:.4g}" if seen.mean is not None else ""
    whole = ", all whole" if seen.whole else ""
    yield f"shape ({shape}), {seen.dtype}, from {seen.low:.4g} to {seen.high:.4g}{mean}{whole}"
    shares = [("below 0", seen.below_zero), ("above 1", seen.above_one), (_nan_words(seen, made=made), seen.nan)]
    shares.append(("infinite", seen.below_all + seen.above_all))
    told = [f"{100 * share:.3g} % {name}" for name, share in shares if share > 0]
    yield ", ".join(told) if told else "all in [0, 1]"
    for sums in seen.sums:
        if sums.size > 1 and sums.low is not None and sums.high is not None:
            yield f"sums along axis {sums.axis}: {sums.low:.5g} to {sums.high:.5g}"
    for sums in seen.exponential_sums:
        if sums.size > 1 and sums.low is not None and sums.high is not None:
            yield f"sums of the exponentials along axis {sums.axis}: {sums.low:.5g} to {sums.high:.5g}"
    if seen.rising and seen.high - seen.low > _NEARLY_EQUAL * max(abs(seen.low), abs(seen.high)):
        yield "never falling along the last axis"


def _nan_words(seen: OutputSeen, *, made: bool) -> str:
    """Say of a share of NaN where it comes from, or what it means."""
    if not made:
        return "not a number (one makes the loss of its batch NaN)"
    if seen.nan_ordinary:
        return "not a number (on ordinary inputs, too)"
    return "not a number (only on extreme made inputs, such as all zeros)"


def _ending(path: str) -> str:
    """Give the last two names of a path to weights: the layer, and which of its weights."""
    return printable("/".join(path.split("/")[-2:]))[-_LONGEST_NAME:]


def _gradient(flagged: Flagged, *, by_weights: bool) -> str:
    return _number(flagged.at_weights if by_weights else flagged.at_outputs)


def _number(value: float | None) -> str:
    return "nan" if value is None else f"{value:.4g}"


def _accuracies(accuracy: Accuracy | None) -> Iterator[tuple[str, float]]:
    if accuracy is None:
        return
    named = {
        "accuracy (largest score)": accuracy.largest,
        "accuracy above 0.5": accuracy.above_half,
        "accuracy above 0": accuracy.above_zero,
    }
    for label, share in named.items():
        if share is not None:
            yield label, share


def _unguarded(seen: Observations | None) -> Iterator[str]:
    """Say what was left to trust, where the system does not hold a fence."""
    if seen is None:
        return
    missing = []
    if seen.isolation.network != "kernel":
        missing.append("the network was closed to Python code only")
    if seen.isolation.files != "kernel":
        missing.append("the model could write files")
    if missing:
        yield f"On this system {' and '.join(missing)} while it ran."

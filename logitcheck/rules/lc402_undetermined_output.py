"""LC402: the file does not prove what an output is."""

from __future__ import annotations

from collections.abc import Iterable

from logitcheck.analyzer.evidence import describe
from logitcheck.analyzer.losses import Expects
from logitcheck.analyzer.values import Kind
from logitcheck.report import Finding, Severity
from logitcheck.rules import wording
from logitcheck.rules.base import Case, Rule


class UndeterminedOutput(Rule):
    """What the output is depends on code that is not in the file, or on values the file does not fix.

    Custom layers, Lambda code and subclassed models hold their computation in Python, which logitcheck never runs.
    The model may be right or wrong.

    End the model in a built-in layer, or look at predict(): do rows sum to 1, are there negative values?
    """

    code = "LC402"
    name = "undetermined-output"
    severity = Severity.INFO

    def check(self, case: Case) -> Iterable[Finding]:
        """Inform where an output is unknown, or known too little for its loss."""
        judged = case.judged
        if judged is None or judged.expectation.expects is Expects.UNKNOWN:
            return
        value = case.output.value
        if case.output.kind is Kind.UNKNOWN and value.unknown is not None:
            why = (
                f"layer {value.unknown.layer!r}: {value.unknown.reason}"
                if value.unknown.layer
                else value.unknown.reason
            )
            message = f"What {wording.output_words(case)} is cannot be told from the file ({why})."
        elif case.output.kind is Kind.UNKNOWN:
            message = f"What {wording.output_words(case)} is cannot be told from the file."
        else:
            message = (
                f"{wording.sentence(wording.output_words(case))} has {describe(value)}; whether that is what"
                f" {wording.loss_words(case)} expects, the file does not prove."
            )
        yield self.finding(
            case,
            message,
            fixes=("Look at model.predict(...): do rows sum to 1, are there values below 0 or above 1?",),
        )

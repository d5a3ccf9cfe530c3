"""LC403: the loss is not one of Keras."""

from __future__ import annotations

from collections.abc import Iterable

from logitcheck.analyzer.evidence import describe
from logitcheck.analyzer.losses import Expects
from logitcheck.report import Finding, Severity
from logitcheck.rules import wording
from logitcheck.rules.base import Case, Rule


class UnknownLoss(Rule):
    """The loss is custom code, of which the file holds the name at most.

    Names prove nothing: a function called softmax_cross_entropy_with_logits may take probabilities. A `from_logits`
    in the config of a custom class is shown as a hint, never as a fact.

    Check by hand that the loss expects what the output is.
    """

    code = "LC403"
    name = "unknown-loss"
    severity = Severity.INFO

    def check(self, case: Case) -> Iterable[Finding]:
        """Inform where nothing is known of what the loss expects."""
        judged = case.judged
        if judged is None or judged.expectation.expects is not Expects.UNKNOWN:
            return
        reason = judged.loss.reason or "which cross-entropy it stands for depends on the labels"
        hint = judged.loss.hint_from_logits
        shown = f" Its config says from_logits={hint}." if hint is not None else ""
        where = wording.output_words(case)
        message = f"What the loss {judged.loss.name!r} of {where} expects cannot be told: {reason}.{shown}"
        advice = "Check by hand whether it takes logits or probabilities: this output is"
        yield self.finding(case, message, fixes=(f"{advice} {describe(case.output.value)}",))

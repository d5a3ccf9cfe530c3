"""LC112: a hinge loss on probabilities."""

from __future__ import annotations

from collections.abc import Iterable

from logitcheck.analyzer import effects
from logitcheck.analyzer.effects import Effect
from logitcheck.analyzer.losses import Family
from logitcheck.analyzer.values import Kind
from logitcheck.report import Finding, Severity
from logitcheck.rules import wording
from logitcheck.rules.base import Case, Rule


class MarginLossOnProbabilities(Rule):
    """A hinge loss wants scores on both sides of 0, with a margin of 1; probabilities never get there.

    A sigmoid cannot fall below 0, so that the loss of every negative example stays above 1. The loss never reaches 0.

    Use a linear output (or tanh), or a cross-entropy.
    """

    code = "LC112"
    name = "margin-loss-on-probabilities"
    severity = Severity.WARNING

    def check(self, case: Case) -> Iterable[Finding]:
        """Fire on probabilities or values in [0, 1] under a hinge loss."""
        judged = case.judged
        if judged is None or judged.expectation.family is not Family.MARGIN or case.output.value.integer:
            return
        if case.output.kind not in {Kind.PROBABILITIES, Kind.UNIT_INTERVAL}:
            return
        message = (
            f"The loss {judged.loss.name} wants scores on both sides of 0, but {wording.given(case)}: "
            "the margin of 1 is never reached, and the loss never 0."
        )
        fixes = (
            f"Keep the loss: {wording.without_activation(case)}",
            "Keep the activation: use a cross-entropy as loss",
        )
        yield self.finding(case, message, fixes=fixes, effect=effects.everywhere(case.model, Effect.UNKNOWN))

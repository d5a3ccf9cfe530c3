"""LC113: class ids under a loss."""

from __future__ import annotations

from collections.abc import Iterable

from logitcheck.analyzer import effects
from logitcheck.analyzer.effects import Effect
from logitcheck.analyzer.losses import Family
from logitcheck.report import Finding, Severity
from logitcheck.rules import wording
from logitcheck.rules.base import Case, Rule


class IntegerOutput(Rule):
    """The output is a class id, a rounded or a compared number: it has no gradient, so that nothing is trained.

    argmax, round, comparisons and lookups step from one whole number to the next. Their gradient is zero or undefined.

    Train on the scores, and take argmax after predict().
    """

    code = "LC113"
    name = "integer-output"
    severity = Severity.ERROR

    def check(self, case: Case) -> Iterable[Finding]:
        """Fire on integer values under a cross-entropy or KLDivergence."""
        judged = case.judged
        if judged is None or not case.output.value.integer:
            return
        if not judged.expectation.is_crossentropy and judged.expectation.family is not Family.DIVERGENCE:
            return
        message = (
            f"The loss {wording.loss_words(case)} is computed on whole numbers: {wording.head_words(case)} rounds,"
            " compares or picks class ids. They have no gradient, so this output trains nothing."
        )
        fixes = ("Compile the loss on the scores before this layer, and take argmax of what predict() returns",)
        yield self.finding(case, message, fixes=fixes, effect=effects.everywhere(case.model, Effect.CONSTANT))

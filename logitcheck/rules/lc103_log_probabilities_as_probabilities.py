"""LC103: log-probabilities reach a cross-entropy that expects probabilities."""

from __future__ import annotations

from collections.abc import Iterable

from logitcheck.analyzer import effects
from logitcheck.analyzer.effects import Effect
from logitcheck.analyzer.losses import Expects, Family
from logitcheck.analyzer.values import Kind
from logitcheck.report import Finding, Severity
from logitcheck.rules import wording
from logitcheck.rules.base import Case, Rule


class LogProbabilitiesAsProbabilities(Rule):
    """The output is the logarithm of probabilities, but the loss expects probabilities.

    Logarithms of probabilities are never positive. Keras forces them into [1e-7, 1 - 1e-7] and takes the logarithm
    again. With `from_logits=True` a categorical cross-entropy is right on a log-softmax, since softmax(log p) = p.

    Set the flag, or use softmax instead of log-softmax.
    """

    code = "LC103"
    name = "log-probabilities-as-probabilities"
    severity = Severity.ERROR

    def check(self, case: Case) -> Iterable[Finding]:
        """Fire on log-probabilities under a cross-entropy without from_logits."""
        judged = case.judged
        if judged is None or case.output.kind is not Kind.LOG_PROBABILITIES:
            return
        if not judged.expectation.is_crossentropy or judged.expectation.expects is Expects.LOGITS:
            return
        family = judged.expectation.family
        message = (
            f"The loss {wording.loss_words(case)} expects probabilities, but {wording.given(case)}. "
            "They are never positive: Keras forces them into [1e-7, 1 - 1e-7] and takes the logarithm once more."
        )
        plain = wording.with_activation(case, wording.activation_for(family))
        fixes = [f"Use the plain activation: {plain}"]
        if family is Family.CATEGORICAL and case.output.value.log_axis is not None:
            fixes.append(f"Keep log-softmax: {wording.compile_fix(case, from_logits=True)}")
        yield self.finding(case, message, fixes=tuple(fixes), effect=effects.everywhere(case.model, Effect.CLIPPED))

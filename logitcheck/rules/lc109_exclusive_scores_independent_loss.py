"""LC109: a softmax under binary cross-entropy."""

from __future__ import annotations

from collections.abc import Iterable

from logitcheck.analyzer import effects
from logitcheck.analyzer.effects import Effect
from logitcheck.analyzer.losses import Expects, Family
from logitcheck.analyzer.values import Kind
from logitcheck.report import Finding, Severity
from logitcheck.rules import wording
from logitcheck.rules.base import Case, Rule


class ExclusiveScoresIndependentLoss(Rule):
    """The units share one softmax, but the loss takes each of them for a question of its own.

    On newer TensorFlow, Keras trains the values before the softmax as independent sigmoids, while predict() returns
    a softmax. With two units and one-hot labels the numbers agree with categorical cross-entropy: then this is only
    information.

    If exactly one label is true, use categorical cross-entropy. If several can be, use sigmoid.
    """

    code = "LC109"
    name = "exclusive-scores-independent-loss"
    severity = Severity.WARNING

    def check(self, case: Case) -> Iterable[Finding]:
        """Fire on a distribution that reaches a binary cross-entropy without from_logits."""
        judged, value = case.judged, case.output.value
        if judged is None or judged.expectation.family is not Family.BINARY:
            return
        if judged.expectation.expects is Expects.LOGITS or value.kind is not Kind.PROBABILITIES:
            return
        effect = effects.of_other_function(case.model, value, judged.loss, Effect.UNKNOWN)
        trained = "scores each unit on its own"
        if effect.tensorflow is Effect.OTHER_FUNCTION:
            trained += (
                "; on TensorFlow it trains the values before the softmax as sigmoids, which predict() does not return"
            )
        message = (
            f"{wording.sentence(wording.head_words(case))} lets the units share one probability of 1, but the loss"
            f" {wording.loss_words(case)} {trained}."
        )
        fixes = (
            f"Exactly one label is true: {wording.compile_with(case, repr('categorical_crossentropy'))}",
            f"Several labels can be true: {wording.with_activation(case, 'sigmoid')}",
        )
        few = case.output.classes is None or case.output.classes <= 2
        severity = Severity.INFO if few else Severity.WARNING
        yield self.finding(case, message, fixes=fixes, effect=effect, severity=severity)

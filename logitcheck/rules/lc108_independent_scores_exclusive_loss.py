"""LC108: independent sigmoid scores under a loss for exclusive classes."""

from __future__ import annotations

from collections.abc import Iterable

from logitcheck.analyzer import effects
from logitcheck.analyzer.effects import Effect
from logitcheck.analyzer.losses import Expects, Family
from logitcheck.analyzer.transfer.activation import SIGMOID_LIKE
from logitcheck.analyzer.values import Kind
from logitcheck.report import Finding, Severity
from logitcheck.rules import wording
from logitcheck.rules.base import Case, Rule


class IndependentScoresExclusiveLoss(Rule):
    """Each unit has a sigmoid of its own, but the loss takes the units for exclusive classes.

    On newer TensorFlow, Keras trains the values before the sigmoid as a softmax, while predict() returns sigmoids;
    elsewhere the sigmoids are divided by their sum first. It often trains, but the scores mean something else than
    they seem to.

    If exactly one label is true, use softmax. If several can be, use binary cross-entropy.
    """

    code = "LC108"
    name = "independent-scores-exclusive-loss"
    severity = Severity.WARNING

    def check(self, case: Case) -> Iterable[Finding]:
        """Fire on sigmoid scores of several units that reach a categorical loss without from_logits."""
        judged, value = case.judged, case.output.value
        if judged is None or judged.expectation.family is not Family.CATEGORICAL:
            return
        if judged.expectation.expects is Expects.LOGITS or value.kind is not Kind.UNIT_INTERVAL:
            return
        if value.applied is None or value.applied.name not in SIGMOID_LIKE or judged.units == 1:
            return
        effect = effects.of_other_function(case.model, value, judged.loss, Effect.OTHER_FUNCTION)
        trained = "divides the scores by their sum"
        if effects.looks_behind(case.model, value, judged.loss):
            on_tensorflow = "takes the values before the sigmoid as logits of a softmax"
            trained = on_tensorflow if effect.jax is None else f"{on_tensorflow} on TensorFlow, and elsewhere {trained}"
        message = (
            f"The loss {wording.loss_words(case)} is for exclusive classes, but {wording.head_words(case)}"
            f" scores each unit on its own. Keras {trained}, so that predict() returns other scores than were trained."
        )
        fixes = (
            f"Exactly one label is true: {wording.with_activation(case, 'softmax')}",
            f"Several labels can be true: {wording.compile_with(case, repr('binary_crossentropy'))}",
        )
        yield self.finding(case, message, fixes=fixes, effect=effect)

"""LC107: a softmax over another axis than the one the loss reads."""

from __future__ import annotations

from collections.abc import Iterable

from logitcheck.analyzer import effects
from logitcheck.analyzer.effects import Effect
from logitcheck.analyzer.losses import Family
from logitcheck.analyzer.values import Kind
from logitcheck.report import Finding, Severity
from logitcheck.rules import wording
from logitcheck.rules.base import Case, Rule


class SoftmaxWrongAxis(Rule):
    """The output sums to 1 along one axis, and the loss reads classes along another.

    Typical for `channels_first` images: `Conv2D(..., activation="softmax")` always normalises the last axis, which
    is then a row of the image. The loss renormalises over its own axis, so that training and predict() disagree.

    Use Softmax(axis=...) with the class axis, or move the classes to the last axis with Permute.
    """

    code = "LC107"
    name = "softmax-wrong-axis"
    severity = Severity.ERROR

    def check(self, case: Case) -> Iterable[Finding]:
        """Fire where both axes are known and differ."""
        judged, value = case.judged, case.output.value
        if judged is None or judged.axis is None or value.axis is None or judged.axis == value.axis:
            return
        family = judged.expectation.family
        reads_classes = family in {Family.CATEGORICAL, Family.DIVERGENCE}
        is_activated = case.output.kind is Kind.PROBABILITIES and not _expects_logits(case)
        is_logarithm = case.output.kind is Kind.LOG_PROBABILITIES and _expects_logits(case)
        if not reads_classes or not (is_activated or is_logarithm):
            return
        message = (
            f"The loss {wording.loss_words(case)} reads classes along axis {judged.axis}, but"
            f" {wording.head_words(case)} makes a distribution along axis {value.axis}. What is trained is not what"
            " predict() returns."
        )
        fixes = (
            f"Normalise the class axis: Softmax(axis={judged.axis}) as the only activation",
            f"Move the classes of axis {value.axis} to the last axis with Permute, before or after the softmax",
        )
        effect = effects.of_other_function(case.model, value, judged.loss, Effect.OTHER_FUNCTION)
        yield self.finding(case, message, fixes=fixes, effect=effect)


def _expects_logits(case: Case) -> bool:
    return case.judged is not None and case.judged.expectation.expects.value == "logits"

"""LC105: a softmax over one unit."""

from __future__ import annotations

from collections.abc import Iterable

from logitcheck.analyzer import effects
from logitcheck.analyzer.effects import Effect
from logitcheck.analyzer.values import Kind
from logitcheck.report import Finding, Severity
from logitcheck.rules import wording
from logitcheck.rules.base import Case, Rule


class SoftmaxOverOne(Rule):
    """The softmax of a single number is 1, whatever the number.

    The output is constantly 1 and the accuracy stays at the share of ones. On newer TensorFlow the training loss
    falls all the same, because Keras computes it from what goes into the softmax; the predictions never move.

    Use a sigmoid for one unit, or one unit for each class.
    """

    code = "LC105"
    name = "softmax-over-one"
    severity = Severity.ERROR

    def check(self, case: Case) -> Iterable[Finding]:
        """Fire where the axis along which the output sums to 1 has size 1."""
        if case.output.kind is not Kind.PROBABILITIES or case.output.classes != 1:
            return
        loss = case.judged.loss if case.judged is not None else None
        effect = effects.of_constant_output(case.model, case.output.value, loss)
        falls = ""
        if effect.tensorflow is Effect.OTHER_FUNCTION:
            falls = " On TensorFlow the training loss falls all the same, since Keras takes it from before the softmax."
        message = (
            f"The softmax of {wording.head_words(case)} runs over an axis of size 1: "
            f"{wording.output_words(case)} is 1 for every input, and training cannot change it.{falls}"
        )
        yield self.finding(case, message, fixes=_fixes(), effect=effect)


def _fixes() -> tuple[str, ...]:
    return (
        "Two classes in one unit: Dense(1, activation='sigmoid') with binary_crossentropy",
        "One unit for each class: Dense(2, activation='softmax') with sparse_categorical_crossentropy",
    )

"""LC106: one output unit under a categorical cross-entropy."""

from __future__ import annotations

from collections.abc import Iterable

from logitcheck.analyzer import effects
from logitcheck.analyzer.effects import Effect
from logitcheck.analyzer.losses import Family
from logitcheck.analyzer.values import Kind
from logitcheck.report import Finding, Severity
from logitcheck.rules import wording
from logitcheck.rules.base import Case, Rule
from logitcheck.rules.lc102_logits_as_probabilities import has_flag


class OneUnitCategorical(Rule):
    """A categorical cross-entropy over a single class is constantly 0.

    With one unit the only class has probability p / p = 1, and its logarithm is 0: there is no gradient, and the
    loss shows 0.0000 from the first step. A sparse one accepts no label but 0.

    Use a binary cross-entropy for one unit, or one unit for each class.
    """

    code = "LC106"
    name = "one-unit-categorical"
    severity = Severity.ERROR

    def check(self, case: Case) -> Iterable[Finding]:
        """Fire where the class axis of the loss has size 1 and the output is of a known kind."""
        judged = case.judged
        if judged is None or judged.expectation.family is not Family.CATEGORICAL or judged.units != 1:
            return
        if case.output.kind is Kind.UNKNOWN:
            return
        message = (
            f"The loss {wording.loss_words(case)} chooses between classes, but {wording.output_words(case)} has one"
            f" unit ({wording.head_words(case)}): the loss is 0 for every input, and nothing is learned."
        )
        is_logits = case.output.kind is Kind.LOGITS
        module = "keras" if case.model.generation == 3 else "tf.keras"
        binary = f"{module}.losses.BinaryCrossentropy(from_logits=True)" if is_logits else "'binary_crossentropy'"
        two_in_one = f"Two classes in one unit: {wording.compile_with(case, binary)}"
        if is_logits and not has_flag(case.model):
            two_in_one = "Two classes in one unit: Dense(1, activation='sigmoid') with binary_crossentropy"
        fixes = (two_in_one, "One unit for each class: Dense(2, ...) instead of Dense(1, ...)")
        yield self.finding(case, message, fixes=fixes, effect=effects.everywhere(case.model, Effect.CONSTANT))

"""LC104: an output whose range no cross-entropy can use."""

from __future__ import annotations

from collections.abc import Iterable

from logitcheck.analyzer import effects
from logitcheck.analyzer.effects import Effect
from logitcheck.analyzer.evidence import interval
from logitcheck.analyzer.losses import Expects, Family, limits_logits
from logitcheck.analyzer.values import Kind
from logitcheck.report import Finding, Severity
from logitcheck.rules import wording
from logitcheck.rules.base import Case, Rule
from logitcheck.rules.lc102_logits_as_probabilities import has_flag


class OutputOutOfRange(Rule):
    """The output has a range of its own that is neither that of probabilities nor that of logits.

    Under a cross-entropy that expects probabilities, values of relu, tanh or a bare LSTM leave [0, 1] and are
    clipped: an error. Under one that expects logits they work, but cannot express every answer: logits of tanh stay
    within 1 of 0, those of relu never say no. That is a warning.

    End the model in a layer without such an activation, for instance a Dense with softmax.
    """

    code = "LC104"
    name = "output-out-of-range"
    severity = Severity.ERROR

    def check(self, case: Case) -> Iterable[Finding]:
        """Fire on ranges that leave [0, 1] under probabilities, and on narrow ones under logits."""
        judged = case.judged
        if judged is None or not judged.expectation.is_crossentropy:
            return
        value, family = case.output.value, judged.expectation.family
        if judged.expectation.expects is Expects.LOGITS:
            if not value.integer and limits_logits(value, family):
                yield self._as_logits(case, family)
        elif value.kind is Kind.RANGE and value.leaves_unit and not value.integer:
            yield self._as_probabilities(case, family)

    def _as_probabilities(self, case: Case, family: Family) -> Finding:
        judged = case.judged
        assert judged is not None
        message = (
            f"The loss {wording.loss_words(case)} expects probabilities in [0, 1], but {wording.given(case)}. "
            "Keras forces what lies outside into [1e-7, 1 - 1e-7] on every backend, where gradients get lost."
        )
        activation = wording.activation_for(family)
        fixes = [f"End the model in {wording.new_head(case, activation)}"]
        if has_flag(case.model):
            code = wording.compile_fix(case, from_logits=True)
            fixes.append(f"End it in {wording.new_head(case, None)} and use {code}")
        effect = effects.everywhere(case.model, Effect.CLIPPED)
        return self.finding(case, message, fixes=tuple(fixes), effect=effect)

    def _as_logits(self, case: Case, family: Family) -> Finding:
        judged = case.judged
        assert judged is not None
        reader = "softmax" if family is Family.CATEGORICAL else "sigmoid"
        message = (
            f"The loss {wording.loss_words(case)} takes the output as logits, but {wording.given(case)}. "
            f"The {reader} of numbers in {interval(case.output.value)} cannot express every answer."
        )
        return self.finding(
            case,
            message,
            fixes=(f"End the model in {wording.new_head(case, None)}: logits need no activation",),
            effect=effects.everywhere(case.model, Effect.UNKNOWN),
            severity=Severity.WARNING,
        )

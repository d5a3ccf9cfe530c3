"""LC102: logits reach a cross-entropy that expects probabilities."""

from __future__ import annotations

from collections.abc import Iterable

from logitcheck.analyzer import effects
from logitcheck.analyzer.effects import Effect
from logitcheck.analyzer.losses import Expects, Family
from logitcheck.analyzer.values import Kind
from logitcheck.model import SavedModel
from logitcheck.report import Finding, Severity
from logitcheck.rules import wording
from logitcheck.rules.base import Case, Rule


class LogitsAsProbabilities(Rule):
    """The output is raw numbers, but the loss expects probabilities.

    Without `from_logits=True` a cross-entropy takes the logarithm of what it is given. Keras forces it into
    [1e-7, 1 - 1e-7] first, so that nothing fails: a binary cross-entropy clips each value, a categorical one also
    divides by the signed sum. Gradients get lost, and no backend repairs it.

    Add the activation, or set the flag. Weights that were trained so are not mended by the flag: train again.
    """

    code = "LC102"
    name = "logits-as-probabilities"
    severity = Severity.ERROR

    def check(self, case: Case) -> Iterable[Finding]:
        """Fire on unbounded values under a cross-entropy without from_logits."""
        judged = case.judged
        if judged is None or case.output.kind is not Kind.LOGITS:
            return
        if not judged.expectation.is_crossentropy or judged.expectation.expects is Expects.LOGITS:
            return
        message = (
            f"The loss {wording.loss_words(case)} expects probabilities, but {wording.given(case)}. "
            f"{_consequence(judged.expectation.family)} No backend repairs it. Weights trained so may have learned"
            " little; setting the flag alone does not mend them."
        )
        yield self.finding(case, message, fixes=_fixes(case), effect=effects.everywhere(case.model, Effect.CLIPPED))


def _consequence(family: Family) -> str:
    """Say what Keras does to logits that it takes for probabilities (keras-facts §1.4)."""
    if family is Family.BINARY:
        return (
            "Keras takes them for probabilities and cuts each into [1e-7, 1 - 1e-7]: values outside have no gradient,"
            " and the loss of one is capped near 16."
        )
    return (
        "Keras takes them for probabilities, rescales them by their signed sum and cuts them into [1e-7, 1 - 1e-7]"
        " without a softmax, so that the loss is not the cross-entropy of any prediction."
    )


def _fixes(case: Case) -> tuple[str, ...]:
    judged = case.judged
    assert judged is not None
    activation = wording.activation_for(judged.expectation.family)
    keep = f"Add the activation, keep the loss: {wording.with_activation(case, activation)}"
    if not has_flag(case.model):
        return (keep,)
    return (keep, f"Keep the logits: {wording.compile_fix(case, from_logits=True)}")


def has_flag(model: SavedModel) -> bool:
    """Whether the losses of the Keras that wrote the file have a from_logits parameter (classes: Keras 2.3)."""
    return effects.version(model) >= (2, 3) or "-tf" in (model.keras_version or "")

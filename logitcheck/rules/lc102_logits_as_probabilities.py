"""LC102: logits reach a cross-entropy that expects probabilities."""

from __future__ import annotations

from collections.abc import Iterable

from logitcheck.analyzer import effects
from logitcheck.analyzer.losses import Expects
from logitcheck.analyzer.values import Kind
from logitcheck.model import SavedModel
from logitcheck.report import Effect, Finding, Severity
from logitcheck.rules import wording
from logitcheck.rules.base import Case, Rule


class LogitsAsProbabilities(Rule):
    """The output is raw numbers, but the loss expects probabilities.

    Without `from_logits=True` a cross-entropy takes the logarithm of what it is given. Keras clips it to [1e-7, 1 - 1e-7] first,
    so that nothing fails: values outside have no gradient, the loss is capped near 16.118, and no backend repairs it.

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
            f"The loss {wording.loss_words(judged)} expects probabilities, but {wording.given(case)}. "
            "Keras clips the values to [1e-7, 1 - 1e-7] on every backend: outside there is no gradient, and the loss is"
            " capped near 16.118. Weights trained so may have learned little; setting the flag alone does not mend them."
        )
        yield self.finding(case, message, fixes=_fixes(case), effect=effects.everywhere(case.model, Effect.CLIPPED))


def _fixes(case: Case) -> tuple[str, ...]:
    judged = case.judged
    assert judged is not None
    activation = wording.activation_for(judged.expectation.family)
    keep = f"Add the activation, keep the loss: {wording.layer_code(case, activation)}"
    if not has_flag(case.model):
        return (keep,)
    return (keep, f"Keep the logits: {wording.compile_fix(case.model, judged.loss, from_logits=True)}")


def has_flag(model: SavedModel) -> bool:
    """Whether the losses of the Keras that wrote the file have a from_logits parameter (classes: Keras 2.3)."""
    return effects.version(model) >= (2, 3) or "-tf" in (model.keras_version or "")

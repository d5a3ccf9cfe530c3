"""LC401: the pair is right, and predict() returns logits."""

from __future__ import annotations

from collections.abc import Iterable

from logitcheck.analyzer.losses import Expects, fits
from logitcheck.analyzer.values import Kind
from logitcheck.report import Finding, Severity
from logitcheck.rules import wording
from logitcheck.rules.base import Case, Rule


class PredictReturnsLogits(Rule):
    """Output and loss agree on logits, so that predict() returns logits and not probabilities.

    `from_logits` tells the loss what it is given; it never changes what the model returns. Values below 0 and above
    1 are right. The largest logit is the most probable class; for one unit, 0 is the threshold, not 0.5.

    For probabilities put Softmax() or a sigmoid behind the model when serving.
    """

    code = "LC401"
    name = "predict-returns-logits"
    severity = Severity.INFO

    def check(self, case: Case) -> Iterable[Finding]:
        """Inform where logits meet a loss that expects them."""
        judged = case.judged
        if judged is None or judged.expectation.expects is not Expects.LOGITS or case.output.kind is not Kind.LOGITS:
            return
        if not fits(case.output.value, judged.expectation, axis_matches=True):
            return
        activation = wording.activation_for(judged.expectation.family)
        threshold = "The class is the largest logit." if activation == "softmax" else "The threshold is 0, not 0.5."
        message = f"Right as it is; but predict() returns logits for {wording.output_words(case)}. {threshold}"
        module = "keras" if case.model.generation == 3 else "tf.keras"
        layer = "Softmax()" if activation == "softmax" else "Activation('sigmoid')"
        yield self.finding(
            case, message, fixes=(f"For probabilities: {module}.Sequential([model, {module}.layers.{layer}])",)
        )

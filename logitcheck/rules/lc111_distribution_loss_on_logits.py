"""LC111: a loss without a from_logits flag, on values that it cannot take."""

from __future__ import annotations

from collections.abc import Iterable

from logitcheck.analyzer import effects
from logitcheck.analyzer.effects import Effect
from logitcheck.analyzer.losses import Family
from logitcheck.analyzer.values import Kind
from logitcheck.report import Finding, Severity
from logitcheck.rules import wording
from logitcheck.rules.base import Case, Rule

_NEEDS = {
    Family.DIVERGENCE: "a distribution: values in [0, 1] that sum to 1",
    Family.OVERLAP: "probabilities in [0, 1]",
    Family.RATE: "rates that are never negative",
}
_EFFECTS = {"KLDivergence": Effect.CLIPPED, "Poisson": Effect.NAN, "CategoricalGeneralizedCrossEntropy": Effect.NAN}
_ACTIVATIONS = {Family.DIVERGENCE: "softmax", Family.OVERLAP: "sigmoid", Family.RATE: "softplus"}


class DistributionLossOnLogits(Rule):
    """Losses of distributions, regions and rates have no from_logits: they need activated values.

    On values that can be negative they are meaningless: KLDivergence clips them, Dice turns negative, Poisson and
    generalised cross-entropy become NaN. That is an error; values that can only be too large are a warning.

    Add the activation: softmax for distributions, sigmoid for Dice and Tversky, softplus or exp for Poisson.
    """

    code = "LC111"
    name = "distribution-loss-on-logits"
    severity = Severity.ERROR

    def check(self, case: Case) -> Iterable[Finding]:
        """Fire on values known to leave what the loss can take."""
        judged, value = case.judged, case.output.value
        if judged is None or judged.expectation.family not in _NEEDS or value.integer:
            return
        family = judged.expectation.family
        is_negative = value.reaches_low and value.low < 0
        no_distribution = family is Family.DIVERGENCE and value.kind is Kind.UNIT_INTERVAL and value.applied is not None
        too_large = family is not Family.RATE and (value.leaves_unit or no_distribution)
        if not is_negative and not too_large:
            return
        message = (
            f"The loss {judged.loss.name} needs {_NEEDS[family]}, but {wording.given(case)}. "
            f"{judged.loss.name} has no from_logits: it cannot activate them by itself."
        )
        fix = f"Add the activation: {wording.with_activation(case, _ACTIVATIONS[family])}"
        yield self.finding(
            case,
            message,
            fixes=(fix,),
            effect=effects.everywhere(case.model, _EFFECTS.get(judged.loss.name, Effect.UNKNOWN)),
            severity=Severity.ERROR if is_negative else Severity.WARNING,
        )

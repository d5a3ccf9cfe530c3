"""LC111: a loss without a from_logits flag, on values that it cannot take."""

from __future__ import annotations

from collections.abc import Iterable

from logitcheck.analyzer import JudgedLoss, effects
from logitcheck.analyzer.effects import BackendEffects, Effect
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
_ACTIVATIONS = {Family.DIVERGENCE: "softmax", Family.OVERLAP: "sigmoid", Family.RATE: "softplus"}


class DistributionLossOnLogits(Rule):
    """The loss has no from_logits, and the output is not what it can take.

    ## What it finds

    Losses that need activated values and cannot activate them: KLDivergence and CategoricalGeneralizedCrossEntropy (a
    distribution), Dice and Tversky (values in [0, 1]), Poisson (rates that are never negative). It is

    - an error where the values are known to become negative, as those of a Dense layer without an activation do;
    - a warning where they can only be too large, or are sigmoids where a distribution is needed.

    ## Why it matters

    Keras raises no error, on any backend, but the loss means nothing:

    - KLDivergence clips to [1e-7, 1] and does not divide by the sum. Any number of 1 or more counts as a probability of
      1, for several classes at once, and has no gradient: the loss gets to 0, or below.
    - CategoricalGeneralizedCrossEntropy raises the number of the true class to the power q, 0.5 by default, and Poisson
      takes logarithms: NaN where they are negative, and one NaN makes the loss of the whole batch NaN.
    - Dice and Tversky do not clip: on negative numbers they have no lower bound. Logits of 3, -1 and -1, of which the
      first is true, give a loss of -2.

    ## Wrong

    ```python
    model = keras.Sequential([keras.Input((8,)), keras.layers.Dense(3)])
    model.compile(loss=keras.losses.KLDivergence())
    ```

    ## Right

    ```python
    model = keras.Sequential([keras.Input((8,)), keras.layers.Dense(3, activation="softmax")])
    model.compile(loss=keras.losses.KLDivergence())
    # Sigmoid for Dice and Tversky; softplus or "exponential" for Poisson.
    ```

    ## When to ignore it

    The warning, when you know that the formula is then no divergence or overlap, and want it so. The error: never.

    ## References

    - Keras 3, keras/src/losses/losses.py: `kl_divergence`, `poisson`, `dice`, `tversky`,
      `categorical_generalized_cross_entropy`
    - keras-team/keras#1917: a KLDivergence that is negative without a softmax
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
        is_score = value.applied is not None and value.applied.name != "softmax" and not value.applied.is_declared
        no_distribution = family is Family.DIVERGENCE and value.kind is Kind.UNIT_INTERVAL and is_score
        too_large = family is not Family.RATE and (value.leaves_unit or no_distribution)
        if not is_negative and not too_large:
            return
        effect = effects.of_distribution_loss(case.model, value, judged)
        consequence = _consequence(judged, effect, is_negative=is_negative)
        message = (
            f"The loss {judged.loss.name} needs {_NEEDS[family]}, but {wording.given(case)}. It has no from_logits, and"
            f" cannot activate them by itself.{consequence}"
        )
        fix = f"Add the activation: {wording.with_activation(case, _ACTIVATIONS[family])}"
        severity = Severity.ERROR if is_negative else Severity.WARNING
        yield self.finding(case, message, fixes=(fix,), effect=effect, severity=severity)


def _consequence(judged: JudgedLoss, effect: BackendEffects, *, is_negative: bool) -> str:
    """Say what Keras makes of such values, the same on every backend."""
    match effect.tensorflow:
        case Effect.CLIPPED:
            cut = "Keras cuts them into [1e-7, 1] and does not divide by the sum"
            return f" {cut}: values outside have no gradient, and a wrong answer can cost nothing."
        case Effect.NAN:
            below = "more than 1e-7 below 0" if judged.expectation.family is Family.RATE else "below 0"
            return f" Where a value is {below}, the loss is NaN."
        case _ if judged.expectation.family is Family.OVERLAP and is_negative:
            return " The loss leaves [0, 1], and its fall says nothing about the overlap."
        case _:
            return ""

"""LC112: a hinge loss on probabilities."""

from __future__ import annotations

from collections.abc import Iterable

from logitcheck.analyzer import effects
from logitcheck.analyzer.effects import Effect
from logitcheck.analyzer.losses import Family
from logitcheck.analyzer.values import Kind
from logitcheck.report import Finding, Severity
from logitcheck.rules import wording
from logitcheck.rules.base import Case, Rule

_COST = "an example of the negative class never costs less than 1"
_COSTS = {"CategoricalHinge": "its margin of 1 is only reached where the true class gets all the probability"}


class MarginLossOnProbabilities(Rule):
    """A hinge loss wants scores on both sides of 0, and gets probabilities.

    ## What it finds

    A softmax, a sigmoid, or other values known to lie in [0, 1], under Hinge, SquaredHinge or CategoricalHinge.

    ## Why it matters

    A hinge loss asks for a margin of 1 on the right side of 0 (or, CategoricalHinge, between the right class and the
    others). Probabilities never get there:

    - Hinge and SquaredHinge: the loss of a negative is 1 at least, since its score cannot fall below 0. With as many
      positives as negatives the loss cannot get below 0.5.
    - CategoricalHinge: the margin is reached only by a probability of exactly 1.

    The loss never reaches 0, and pushes on where it should let go. This is so on every backend.

    ## Wrong

    ```python
    model = keras.Sequential([keras.Input((8,)), keras.layers.Dense(1, activation="sigmoid")])
    model.compile(loss="hinge")
    ```

    ## Right

    ```python
    model = keras.Sequential([keras.Input((8,)), keras.layers.Dense(1)])
    model.compile(loss="hinge")
    # Or keep the sigmoid, and use "binary_crossentropy". A tanh suits a hinge loss, too.
    ```

    ## When to ignore it

    When a loss that cannot reach 0 is fine, and only the order of the scores is used.

    ## References

    - Keras 3, keras/src/losses/losses.py: `hinge`, `squared_hinge`, `categorical_hinge`
    """

    code = "LC112"
    name = "margin-loss-on-probabilities"
    severity = Severity.WARNING

    def check(self, case: Case) -> Iterable[Finding]:
        """Fire on probabilities or values in [0, 1] under a hinge loss."""
        judged = case.judged
        if judged is None or judged.expectation.family is not Family.MARGIN or case.output.value.integer:
            return
        if case.output.kind not in {Kind.PROBABILITIES, Kind.UNIT_INTERVAL}:
            return
        message = (
            f"The loss {judged.loss.name} wants scores on both sides of 0, but {wording.given(case)}: "
            f"{_COSTS.get(judged.loss.name, _COST)}."
        )
        fixes = (
            f"Keep the loss: {wording.without_activation(case)}",
            f"Keep the activation: {wording.compile_with(case, repr(_crossentropy(case)))}",
        )
        yield self.finding(case, message, fixes=fixes, effect=effects.everywhere(case.model, Effect.UNKNOWN))


def _crossentropy(case: Case) -> str:
    return "categorical_crossentropy" if case.output.kind is Kind.PROBABILITIES else "binary_crossentropy"

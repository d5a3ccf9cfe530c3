"""LC104: an output whose range no cross-entropy can use."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial

from logitcheck.analyzer import JudgedLoss, effects
from logitcheck.analyzer.effects import BackendEffects, Effect
from logitcheck.analyzer.evidence import interval
from logitcheck.analyzer.losses import Expects, Family, limits_logits
from logitcheck.analyzer.values import Kind
from logitcheck.report import Finding, Severity
from logitcheck.rules import declared_losses, wording
from logitcheck.rules.backends import on_each
from logitcheck.rules.base import Case, Rule


class OutputOutOfRange(Rule):
    """The output has a range of its own that a cross-entropy cannot use in full.

    ## What it finds

    Two things, by what the loss expects:

    - Probabilities (`from_logits=False`): values that are known to leave [0, 1], such as those of relu, tanh, softplus,
      or of an LSTM or GRU as the last layer (a tanh). This is an error.
    - Logits (`from_logits=True`): values too narrow to be logits, which is a warning. For a sigmoid that is what never
      goes below -2, or never beyond 2, and logarithms of probabilities. A softmax bears more, since only differences
      count: for it, what is never negative, what spans 2 at most, and a log-sigmoid.

    ## Why it matters

    As probabilities, the numbers are forced into [1e-7, 1 - 1e-7], without a warning, on every backend:

    - Binary cross-entropies, and sparse ones on TensorFlow, clip each number. What lies outside has no gradient: the
      negative half of a tanh, a relu wherever it is 0.
    - Categorical ones, and sparse ones on JAX and PyTorch, first divide by the signed sum. Where numbers of both signs
      sum to less than 0, their order is turned around; where a relu is 0 for every class, the loss is NaN.

    As logits they train, but there are answers they cannot give:

    - tanh under a softmax with n classes: no probability above 1 / (1 + (n - 1) e^-2), which is 45.1 % for 10 classes;
      the loss cannot fall below 0.797 for 10 classes, 2.667 for 100.
    - tanh under a sigmoid: probabilities between 26.9 % and 73.1 %.
    - relu under a sigmoid: probabilities of 50 % and more. The loss of a negative stays at 0.693 or above.

    ## Wrong

    ```python
    model = keras.Sequential([keras.Input((8,)), keras.layers.Dense(3, activation="relu")])
    model.compile(loss="sparse_categorical_crossentropy")
    ```

    ## Right

    ```python
    model = keras.Sequential(
        [
            keras.Input((8,)),
            keras.layers.Dense(16, activation="relu"),
            keras.layers.Dense(3, activation="softmax"),
        ]
    )
    model.compile(loss="sparse_categorical_crossentropy")
    ```

    ## When to ignore it

    When the narrow range of the logits is wanted, for instance to keep a model from being too sure. The error can be
    ignored only where the loss is a function of your own that shares the name of one of Keras (LC405).

    ## References

    - Keras 3, keras/src/layers/rnn/lstm.py: `activation="tanh"` is the default
    - Keras 3, keras/src/backend/tensorflow/nn.py: the clipping
    - tensorflow/tensorflow#45241: a relu as the last layer, and metrics that refuse 1.62
    """

    code = "LC104"
    name = "output-out-of-range"
    severity = Severity.ERROR

    def check(self, case: Case) -> Iterable[Finding]:
        """Fire on ranges that leave [0, 1] under probabilities, and on narrow ones under logits."""
        judged = case.judged
        if judged is None or not judged.expectation.takes_scores:
            return
        value, readings = case.output.value, judged.expectation.readings
        if judged.expectation.expects is Expects.LOGITS:
            if not value.integer and all(limits_logits(value, family) for family in readings):
                yield self._as_logits(case, readings)
        elif value.kind is Kind.RANGE and value.leaves_unit and not value.integer:
            is_declared = judged.expectation.is_declared
            yield declared_losses.finding(self, case, judged) if is_declared else self._as_probabilities(case, judged)

    def _as_probabilities(self, case: Case, judged: JudgedLoss) -> Finding:
        effect = effects.of_plain_formula(case.model, case.output.value, judged)
        message = (
            f"The loss {wording.loss_words(case)} expects probabilities in [0, 1], but {wording.given(case)}. "
            f"{_consequence(case, judged, effect)} Train again after the fix."
        )
        activation = wording.activation_for(judged.expectation.family)
        fixes = [f"End the model in {wording.new_head(case, activation)}"]
        if wording.has_flag(case.model):
            code = wording.compile_fix(case, from_logits=True)
            fixes.append(f"End it in {wording.new_head(case, None)} and use {code}")
        return self.finding(case, message, fixes=tuple(fixes), effect=effect)

    def _as_logits(self, case: Case, readings: Sequence[Family]) -> Finding:
        reader = " or the ".join(wording.activation_for(family) for family in readings)
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


def _consequence(case: Case, judged: JudgedLoss, effect: BackendEffects) -> str:
    is_categorical = judged.expectation.family is Family.CATEGORICAL
    on_tensorflow = partial(_clause, divides=is_categorical and not effects.cuts_first(judged))
    return on_each(case, effect, on_tensorflow, elsewhere=partial(_clause, divides=is_categorical))


def _clause(effect: Effect, *, divides: bool) -> str:
    if effect is Effect.OTHER_FUNCTION:
        return (
            "Keras divides them by their sum and trains these shares, which predict() does not return; where every unit"
            " is 0 the loss is NaN"
        )
    first = "divides them by their sum, negative ones included, and " if divides else ""
    return f"Keras {first}cuts what lies outside into [1e-7, 1 - 1e-7], where there is no gradient"

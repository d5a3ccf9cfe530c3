"""LC106: one output unit under a categorical cross-entropy."""

from __future__ import annotations

from collections.abc import Iterable

from logitcheck.analyzer import JudgedLoss, effects
from logitcheck.analyzer.effects import BackendEffects, Effect
from logitcheck.analyzer.losses import Expects, Family
from logitcheck.analyzer.values import Kind
from logitcheck.report import Finding, Severity
from logitcheck.rules import wording
from logitcheck.rules.backends import where
from logitcheck.rules.base import Case, Rule


class OneUnitCategorical(Rule):
    """A categorical cross-entropy over a single class is always 0.

    ## What it finds

    One unit along the class axis of a categorical or sparse categorical cross-entropy, with either flag, where the file
    tells what the output is. The string "crossentropy" of Keras 3 is not meant: it becomes binary for one unit.

    ## Why it matters

    The only class has all the probability there is: p / p is 1 with `from_logits=False`, and so is the softmax of one
    number with `from_logits=True`. The loss is -ln 1, which is 0 (1e-7 from clipping), from the first step on, and
    measures nothing. A sparse one accepts no label but 0: on TensorFlow a label of 1 is an error, on JAX it is taken
    without a word, and its loss is 0 too. Where a relu puts out 0, the loss is 0 / 0, which is NaN.

    This is so on every backend. Recent Keras 3 warns for the one-hot losses ("expected y_pred.shape to be (batch_size,
    num_classes) with num_classes > 1").

    ## Wrong

    ```python
    model = keras.Sequential([keras.Input((8,)), keras.layers.Dense(1, activation="sigmoid")])
    model.compile(loss="categorical_crossentropy")
    ```

    ## Right

    ```python
    model = keras.Sequential([keras.Input((8,)), keras.layers.Dense(1, activation="sigmoid")])
    model.compile(loss="binary_crossentropy")
    # Or one unit for each class: Dense(2, activation="softmax") and "sparse_categorical_crossentropy".
    ```

    ## When to ignore it

    Never: nothing can be learned from this loss.

    ## References

    - keras-team/keras#17029: loss 0.0000 from the first step
    - Keras 3, keras/src/losses/losses.py, `categorical_crossentropy`: the warning
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
        effect = effects.of_one_class(case.model, case.output.value, judged)
        message = (
            f"The loss {wording.loss_words(case)} chooses between classes, but {wording.output_words(case)} has one"
            f" unit ({wording.head_words(case)}): the only class has all the probability, and the loss is 0 for every"
            f" input, right or wrong.{_not_a_number(case, effect)} Train again after the fix."
        )
        yield self.finding(case, message, fixes=_fixes(case, judged), effect=effect)


def _not_a_number(case: Case, effect: BackendEffects) -> str:
    place = where(case, effect, Effect.NAN)
    if place is None:
        return ""
    told = "where the unit puts out 0, it is 0 / 0: NaN."
    return f" {wording.sentence(f'{place.rstrip()}, {told}' if place else told)}"


def _fixes(case: Case, judged: JudgedLoss) -> tuple[str, ...]:
    from_logits = judged.expectation.expects is Expects.LOGITS
    binary = wording.compile_with(case, repr("binary_crossentropy"))
    if case.output.kind is Kind.UNIT_INTERVAL:
        one = binary
    elif case.output.kind is Kind.LOGITS and wording.has_flag(case.model):
        logits = f"{wording.library(case.model)}.losses.BinaryCrossentropy(from_logits=True)"
        one = wording.compile_with(case, logits)
    else:
        one = f"{wording.with_activation(case, 'sigmoid')} and {binary}"
    two = wording.with_activation(case, None if from_logits else "softmax", units=2)
    return (f"Two classes in one unit: {one}", f"One unit for each class, the same loss: {two}")

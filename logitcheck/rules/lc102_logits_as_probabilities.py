"""LC102: logits reach a cross-entropy that expects probabilities."""

from __future__ import annotations

from collections.abc import Iterable

from logitcheck.analyzer import JudgedLoss, effects
from logitcheck.analyzer.losses import Expects, Family
from logitcheck.analyzer.values import Kind
from logitcheck.report import Finding, Severity
from logitcheck.rules import declared_losses, wording
from logitcheck.rules.backends import is_saved_elsewhere, is_told_of_one
from logitcheck.rules.base import Case, Rule


class LogitsAsProbabilities(Rule):
    """The output can be any real number, but the loss expects probabilities.

    ## What it finds

    Logits (a Dense or Conv layer without an activation, for instance) under a cross-entropy, focal ones included, that
    was not told so: `from_logits=False`, which is the default, and what a loss given as a string or as a function
    always means.

    ## Why it matters

    A cross-entropy takes the logarithm of what it is given. Keras forces the numbers into [1e-7, 1 - 1e-7] first, so
    that nothing fails and nothing warns. No backend repairs it:

    - Binary: each number is clipped. Those outside have no gradient; the loss of one is at most 16.118, which is
      -ln(1e-7) (15.942 for a negative, in 32 bits).
    - Categorical, and on JAX and PyTorch sparse ones too: the numbers are divided by their signed sum, then clipped.
      Where that sum is negative, the smallest of them gets the largest share.
    - Sparse on TensorFlow: each number is clipped, then the clipped ones are divided by their sum: another loss than on
      JAX.

    Easy data can still reach a good accuracy, which proves nothing. Weights that were trained so are not mended by
    setting the flag, nor by putting a softmax on top: correct the pair, and train again.

    ## Wrong

    ```python
    model = keras.Sequential([keras.Input((8,)), keras.layers.Dense(3)])
    model.compile(loss="sparse_categorical_crossentropy")
    ```

    ## Right

    ```python
    model = keras.Sequential([keras.Input((8,)), keras.layers.Dense(3)])
    model.compile(loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    # Or keep the string and end in keras.layers.Dense(3, activation="softmax").
    ```

    ## When to ignore it

    When the loss was a function of your own that only shares its name with one of Keras, and sets `from_logits=True`
    inside: the file holds the name alone (LC405). Keras itself will load its own function in its place.

    ## References

    - Keras 3, keras/src/backend/tensorflow/nn.py and keras/src/backend/jax/nn.py: the division and the clipping
    - keras-team/keras#18196: logits are rescaled to a sum of 1 without a word
    - keras-team/keras#4744: a model trained for days without its sigmoid
    - tensorflow/tensorflow#28718: Dense(1) and "binary_crossentropy" in a tutorial
    - huggingface/transformers#3389: a default cross-entropy on raw outputs
    """

    code = "LC102"
    name = "logits-as-probabilities"
    severity = Severity.ERROR

    def check(self, case: Case) -> Iterable[Finding]:
        """Fire on unbounded values under a cross-entropy without from_logits."""
        judged = case.judged
        if judged is None or case.output.kind is not Kind.LOGITS:
            return
        if not judged.expectation.takes_scores or judged.expectation.expects is Expects.LOGITS:
            return
        if judged.expectation.is_declared:
            yield declared_losses.finding(self, case, judged)
            return
        message = (
            f"The loss {wording.loss_words(case)} expects probabilities, but {wording.given(case)}. "
            f"{_consequence(case, judged)} No backend repairs it. Weights trained so may have learned little, and"
            " setting the flag alone does not mend them: train again after the fix."
        )
        effect = effects.of_plain_formula(case.model, case.output.value, judged)
        yield self.finding(case, message, fixes=_fixes(case, judged), effect=effect)


def _consequence(case: Case, judged: JudgedLoss) -> str:
    """Say what Keras does to logits that it takes for probabilities (keras-facts §1.4)."""
    taken = "Keras takes them for probabilities and"
    if judged.expectation.family is Family.BINARY:
        return (
            f"{taken} cuts each into [1e-7, 1 - 1e-7]: values outside have no gradient, and the loss of one is capped"
            " near 16."
        )
    if not effects.cuts_first(judged) or is_saved_elsewhere(case):
        return (
            f"{taken} divides them by their sum, negative ones included, and cuts the shares into [1e-7, 1 - 1e-7]:"
            " the loss of one example is capped at 16.118, and is not the cross-entropy of any prediction."
        )
    elsewhere = "" if is_told_of_one(case) else " (on JAX and PyTorch after it divides them by their sum)"
    return (
        f"{taken} cuts them into [1e-7, 1 - 1e-7]{elsewhere}, without a softmax: values outside have no gradient, and"
        " the loss is not the cross-entropy of any prediction."
    )


def _fixes(case: Case, judged: JudgedLoss) -> tuple[str, ...]:
    activation = wording.activation_for(judged.expectation.family)
    keep = f"Add the activation, keep the loss: {wording.with_activation(case, activation)}"
    if not wording.has_flag(case.model):
        return (keep,)
    return (keep, f"Keep the logits: {wording.compile_fix(case, from_logits=True)}")

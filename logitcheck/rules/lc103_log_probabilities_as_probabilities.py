"""LC103: log-probabilities reach a cross-entropy that expects probabilities."""

from __future__ import annotations

from collections.abc import Iterable

from logitcheck.analyzer import effects
from logitcheck.analyzer.effects import Effect
from logitcheck.analyzer.losses import Expects, Family
from logitcheck.analyzer.values import Kind
from logitcheck.report import Finding, Severity
from logitcheck.rules import declared_losses, wording
from logitcheck.rules.backends import on_each
from logitcheck.rules.base import Case, Rule


class LogProbabilitiesAsProbabilities(Rule):
    """The output is the logarithm of probabilities, but the loss expects the probabilities.

    ## What it finds

    A log-softmax or a log-sigmoid under a cross-entropy with `from_logits=False`, which is the default. Under a
    categorical one with `from_logits=True` a log-softmax is right: the softmax of log p is p.

    ## Why it matters

    Logarithms of probabilities are never positive, and the loss takes the logarithm once more:

    - Categorical, and on JAX and PyTorch sparse ones too: Keras divides by the sum, which is negative. The order of the
      classes is turned around: the least probable gets the largest share, and training pushes the wrong way.
    - Sparse on TensorFlow: all are clipped to 1e-7. The loss is ln n for n classes, whatever the model says, 1.099 for
      3 classes and 2.303 for 10, and has no gradient.
    - Binary: all are clipped to 1e-7. The loss is 16.118 for each positive and nearly 0 for each negative, without
      gradient.

    ## Wrong

    ```python
    model = keras.Sequential([keras.Input((8,)), keras.layers.Dense(3, activation="log_softmax")])
    model.compile(loss="sparse_categorical_crossentropy")
    ```

    ## Right

    ```python
    model = keras.Sequential([keras.Input((8,)), keras.layers.Dense(3, activation="log_softmax")])
    model.compile(loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    # Or keep the string and use activation="softmax".
    ```

    ## When to ignore it

    When the loss was a function of your own that only shares its name with one of Keras, and takes logarithms (LC405).

    ## References

    - Keras 3, keras/src/backend/tensorflow/nn.py and keras/src/backend/jax/nn.py: the division and the clipping
    - google-research/bert#765: negative "probabilities" that were a log-softmax
    """

    code = "LC103"
    name = "log-probabilities-as-probabilities"
    severity = Severity.ERROR

    def check(self, case: Case) -> Iterable[Finding]:
        """Fire on log-probabilities under a cross-entropy without from_logits."""
        judged = case.judged
        if judged is None or case.output.kind is not Kind.LOG_PROBABILITIES:
            return
        if not judged.expectation.takes_scores or judged.expectation.expects is Expects.LOGITS:
            return
        if judged.expectation.is_declared:
            yield declared_losses.finding(self, case, judged)
            return
        family = judged.expectation.family
        effect = effects.of_plain_formula(case.model, case.output.value, judged)
        message = (
            f"The loss {wording.loss_words(case)} expects probabilities, but {wording.given(case)}, which are never"
            f" positive. {on_each(case, effect, _clause)}"
        )
        plain = wording.with_activation(case, wording.activation_for(family))
        fixes = [f"Use the plain activation: {plain}"]
        if family is Family.CATEGORICAL and case.output.value.log_axis is not None and wording.has_flag(case.model):
            kept = "log-softmax" if wording.declared_head(case) is None else "the log-probabilities"
            fixes.append(f"Keep {kept}: {wording.compile_fix(case, from_logits=True)}")
        yield self.finding(case, message, fixes=tuple(fixes), effect=effect)


def _clause(effect: Effect) -> str:
    if effect is Effect.CLIPPED:
        return (
            "Keras cuts every one of them to 1e-7: the loss is the same whatever the model answers, and this output"
            " trains nothing"
        )
    return (
        "Keras divides them by their negative sum, which turns them round: the loss falls as the true class gets less"
        " probable, and the weights have to be trained again"
    )

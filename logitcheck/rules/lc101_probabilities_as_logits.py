"""LC101: probabilities reach a loss that expects logits."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from math import log

from logitcheck.analyzer import JudgedLoss, effects
from logitcheck.analyzer.effects import Effect
from logitcheck.analyzer.losses import Expects, Family
from logitcheck.analyzer.values import Kind
from logitcheck.report import Finding, Severity
from logitcheck.rules import declared_losses, wording
from logitcheck.rules.backends import is_told_of_one, on_each
from logitcheck.rules.base import Case, Rule

_PLAIN = frozenset({"BinaryCrossentropy", "CategoricalCrossentropy", "SparseCategoricalCrossentropy"})
"""Losses whose value follows from the scores alone: the numbers of an activation applied twice are theirs."""


class ProbabilitiesAsLogits(Rule):
    """The output is activated already, but the loss expects logits and activates it again.

    ## What it finds

    An output that is proved to be probabilities (a softmax), or to lie in [0, 1] (a sigmoid, for instance), under a
    loss that expects logits: a cross-entropy with `from_logits=True`, CTC, or one of TensorFlow's own functions with
    `_with_logits` in their names. Layers that only hand the numbers on are looked through: Reshape, Flatten, Dropout, a
    nested model.

    `from_logits` tells the loss what it is given. It never changes what the model returns.

    ## Why it matters

    The loss applies its own softmax or sigmoid to numbers that went through one before. What comes of it depends on the
    backend:

    - TensorFlow, with Keras 3 or tf.keras of about 2.4 and newer (for the layer Softmax tf.keras of about 2.10): the
      plain cross-entropies find the values from before the activation and use them instead. Keras warns, and what was
      trained is good: correct the flag, compile again.
    - TensorFlow, where that does not work, and without any warning: another layer behind the activation (Reshape,
      TimeDistributed; Dropout in training), a focal loss, CTC, a function of TensorFlow itself; in Keras 3 also
      `ignore_class`, and activations in 16 bits.
    - TensorFlow, activation and loss of two families (a sigmoid under a categorical loss): it is trained as the other
      activation, which predict() does not apply.
    - JAX, PyTorch and older TensorFlow: the activation is applied twice, always, without a warning.

    A plain categorical cross-entropy (no label smoothing, no weights) on a softmax applied twice, with n classes:

    - It cannot fall below ln(e + n - 1) - 1: 0.313 for 2 classes, 1.461 for 10, 3.622 for 100. A right one comes as
      near to 0 as you like.
    - It sees no probability above e / (e + n - 1): 73.1 % for 2 classes, 23.2 % for 10, 2.7 % for 100.
    - While all classes still score alike, its gradients are n times too small.
    - Once the scores are saturated, loss + accuracy is ln(e + n - 1), 2.461 for 10 classes: look for it in your log.

    Of a sigmoid applied twice, the loss of a positive stays between 0.313 and 0.693, that of a negative between 0.693
    and 1.313; with as many of each it cannot fall below 0.503.

    The accuracy can look fine all the same: a softmax does not change which class scores highest.

    ## Wrong

    ```python
    model = keras.Sequential([keras.Input((8,)), keras.layers.Dense(3, activation="softmax")])
    model.compile(loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    ```

    ## Right

    ```python
    model = keras.Sequential([keras.Input((8,)), keras.layers.Dense(3, activation="softmax")])
    model.compile(loss=keras.losses.SparseCategoricalCrossentropy())
    # Or keep from_logits=True and end in keras.layers.Dense(3): predict() then returns logits.
    ```

    ## When to ignore it

    When the mismatch is on purpose, as in a test of Keras itself; or when the model was trained on TensorFlow in one of
    the cases that are repaired there, and will never be trained or evaluated again: predict() is not affected.

    ## References

    - Keras 3, keras/src/backend/tensorflow/nn.py, `_get_logits`: the repair, which the JAX and PyTorch backends lack
    - tensorflow/tensorflow#50190 and keras-team/keras-io#494: the warning, met by readers of a guide
    - keras-team/keras#16906: the warning beside an accuracy of 5 to 12 %
    - tensorflow/tensorflow#14405: a log in which loss + accuracy is 2.461, which is ln(e + 9), again and again
    - keras-team/keras-hub#1008: a check of this kind in KerasNLP, which keras-team/keras-hub#1541 removed
    """

    code = "LC101"
    name = "probabilities-as-logits"
    severity = Severity.ERROR

    def check(self, case: Case) -> Iterable[Finding]:
        """Fire on probabilities or values in [0, 1] under a loss that expects logits."""
        judged = case.judged
        if judged is None or judged.expectation.expects is not Expects.LOGITS:
            return
        if case.output.kind not in {Kind.PROBABILITIES, Kind.UNIT_INTERVAL}:
            return
        if judged.expectation.is_declared:
            yield declared_losses.finding(self, case, judged)
            return
        effect = effects.of_double_activation(case.model, case.output.value, judged)
        message = (
            f"The loss {wording.loss_words(case)} expects logits, but {wording.given(case)}. "
            f"{on_each(case, effect, partial(_clause, case, judged))}"
        )
        yield self.finding(case, message, fixes=_fixes(case, judged), effect=effect)


def _clause(case: Case, judged: JudgedLoss, effect: Effect) -> str:
    own = wording.activation_for(judged.expectation.family)
    match effect:
        case Effect.REPAIRED:
            return (
                "Keras notices and uses the values before the activation, so that the trained weights are good:"
                f" correct the loss and compile again{_condition(case, judged)}"
            )
        case Effect.REPAIRED_IN_EVALUATE_ONLY:
            training = _twice(case, judged) if is_told_of_one(case) else "it is as on JAX and PyTorch"
            return f"Keras repairs this in evaluate() only; in training {training}"
        case Effect.OTHER_FUNCTION:
            return f"the loss trains the values before the activation as a {own}, which is not what predict() returns"
        case Effect.UNKNOWN if effects.is_hidden(case.output.value):
            return (
                "Keras repairs this if the tensor that the loss is given is the very one of a softmax or sigmoid of"
                " Keras, and else the loss activates it a second time: code that is not seen decides which"
            )
        case Effect.UNKNOWN if effects.is_traced(case.output.value):
            return (
                "TensorFlow repairs this where the activation is one of Keras; of one that TensorFlow computes, not in"
                " every version and mode. The graph that was saved does not tell which it is"
            )
        case Effect.UNKNOWN:
            return (
                "TensorFlow 2.4 repairs this, but in 2.3 the loss activates the output a second time, and both write"
                f" version {case.model.keras_version} into the file"
            )
        case _:
            return _twice(case, judged)


def _condition(case: Case, judged: JudgedLoss) -> str:
    """Say where a repair does not happen after all."""
    if effects.needs_graph(case.output.value):
        return " (with run_eagerly=True it does not, and the loss activates the output twice)"
    is_squeezed = judged.expectation.family is Family.BINARY and judged.units == 1 and (case.output.rank or 3) > 2
    return " (unless labels lack the output's last axis: then the loss activates it twice)" if is_squeezed else ""


def _twice(case: Case, judged: JudgedLoss) -> str:
    return (
        f"the loss activates it a second time{_numbers(case, judged)}; what predict() returns was not trained as"
        " probabilities: train again after the fix"
    )


def _numbers(case: Case, judged: JudgedLoss) -> str:
    """Give the numbers that a log shows, where they follow from the activation and the loss alone."""
    classes, applied = judged.units, case.output.value.applied
    if judged.loss.name not in _PLAIN or judged.loss.settings or len(case.model.outputs) > 1 or applied is None:
        return ""
    if effects.is_hidden(case.output.value):
        return ""
    if (applied.name, judged.expectation.family) == ("sigmoid", Family.BINARY):
        return (
            ": it stays between 0.313 and 1.313 (with balanced labels it starts near 0.724 and cannot fall below"
            " 0.503), and a score of 0.5 was trained as 62.2 %"
        )
    if case.output.kind is not Kind.PROBABILITIES or judged.axis != case.output.value.axis:
        return ""
    if judged.expectation.family is not Family.CATEGORICAL or classes is None or classes < 2:
        return ""
    ceiling = wording.double_softmax_ceiling(classes)
    return (
        f": it starts near {log(classes):.3f} and cannot fall below {ceiling - 1:.3f} or rise above {ceiling:.3f}, and"
        f" loss + accuracy of about {ceiling:.3f} in your log would show it"
    )


def _fixes(case: Case, judged: JudgedLoss) -> tuple[str, ...]:
    drop = f"Drop the activation, keep the loss: {wording.without_activation(case)}"
    if judged.loss.from_logits is None:
        return (drop,)
    compiled = wording.compile_fix(case, from_logits=False)
    if _fits_without_flag(case, judged):
        return (f"Keep the activation: {compiled}", drop)
    own = wording.with_activation(case, wording.activation_for(judged.expectation.family))
    return (f"Use the activation that goes with the loss: {own} and {compiled}", drop)


def _fits_without_flag(case: Case, judged: JudgedLoss) -> bool:
    """Whether the output is right for the loss once the flag is gone."""
    if judged.expectation.family is Family.BINARY:
        return case.output.kind is Kind.UNIT_INTERVAL
    return case.output.kind is Kind.PROBABILITIES and judged.axis == case.output.value.axis

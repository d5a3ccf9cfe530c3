"""LC101: probabilities reach a loss that expects logits."""

from __future__ import annotations

from collections.abc import Iterable
from math import log

from logitcheck.analyzer import effects
from logitcheck.analyzer.effects import BackendEffects, Effect
from logitcheck.analyzer.losses import Expects, Family
from logitcheck.analyzer.values import Kind
from logitcheck.report import Finding, Severity
from logitcheck.rules import wording
from logitcheck.rules.base import Case, Rule

_PLAIN = frozenset({"CategoricalCrossentropy", "SparseCategoricalCrossentropy"})
"""Losses whose value follows from the distribution alone: the numbers of a softmax applied twice are theirs."""


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

    - TensorFlow, with Keras 3 or tf.keras of about 2.4 and newer (for the layer Softmax tf.keras of about 2.14): the
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
        family = judged.expectation.family
        effect = effects.of_double_activation(case.model, case.output.value, judged.loss, family)
        message = (
            f"The loss {wording.loss_words(case)} expects logits, but {wording.given(case)}. "
            f"{_consequence(case, effect, family)}"
        )
        yield self.finding(case, message, fixes=_fixes(case), effect=effect)


def _consequence(case: Case, effect: BackendEffects, family: Family) -> str:
    twice = f"the loss activates it a second time{_floor(case, family)}"
    if case.model.backend in {"jax", "torch"}:
        return f"With {case.model.backend}, which saved the file, {twice}; scores are too timid: retraining is advised."
    match effect.tensorflow:
        case Effect.REPAIRED:
            others = "" if effect.jax is None else f" On JAX and PyTorch {twice}."
            return (
                "On TensorFlow Keras notices and uses the values before the activation, so that the trained weights are"
                f" good: correct the loss and compile again.{others}"
            )
        case Effect.REPAIRED_IN_EVALUATE_ONLY:
            return f"On TensorFlow Keras repairs this in evaluate() only: in training, and elsewhere always, {twice}."
        case Effect.OTHER_FUNCTION:
            others = "" if effect.jax is None else f" On JAX and PyTorch {twice}."
            return (
                "On TensorFlow Keras trains another function than predict() returns: the loss takes the values before"
                f" the activation.{others}"
            )
        case _:
            return f"On every backend {twice}; scores are too timid, and retraining is advised."


def _floor(case: Case, family: Family) -> str:
    classes = case.output.classes
    loss = case.judged.loss if case.judged is not None else None
    plain = loss is not None and loss.name in _PLAIN and not loss.settings and len(case.model.outputs) == 1
    if (
        not plain
        or family is not Family.CATEGORICAL
        or classes is None
        or classes < 2
        or case.output.kind is not Kind.PROBABILITIES
    ):
        return ""
    floor = wording.double_softmax_floor(classes)
    return (
        f": it cannot fall below {floor:.3f} from a start near {log(classes):.3f}"
        f", and loss + accuracy of about {floor + 1:.3f} in your log would show it"
    )


def _fixes(case: Case) -> tuple[str, ...]:
    judged = case.judged
    assert judged is not None
    drop = f"Drop the activation, keep the loss: {wording.without_activation(case)}"
    if judged.loss.from_logits is None:
        return (drop,)
    return (f"Keep the activation: {wording.compile_fix(case, from_logits=False)}", drop)

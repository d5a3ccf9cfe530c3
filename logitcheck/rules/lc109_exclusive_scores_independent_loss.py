"""LC109: a softmax under binary cross-entropy."""

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


class ExclusiveScoresIndependentLoss(Rule):
    """The units share one softmax, but the loss takes each of them for a question of its own.

    ## What it finds

    Probabilities that sum to 1 under a binary cross-entropy with `from_logits=False`. It is information, not a warning,
    for two units, and where their number is not known.

    ## Why it matters

    Binary cross-entropy asks of each unit: true or false? A softmax lets only one of them be true:

    - TensorFlow, with Keras 3 or tf.keras of about 2.4 and newer: the values from before the softmax are trained as
      independent sigmoids. Values of 2 and 1 are trained as 88.1 % and 73.1 %; predict() returns 73.1 % and 26.9 %.
    - JAX, PyTorch and older TensorFlow: the formula is applied to the probabilities as they are. With two units and
      one-hot labels that equals categorical cross-entropy; with more it is a loss of its own, legal but seldom meant.

    If two labels are true at once, they have to share: one of them gets 50 % at most.

    ## Wrong

    ```python
    model = keras.Sequential([keras.Input((8,)), keras.layers.Dense(3, activation="softmax")])
    model.compile(loss="binary_crossentropy")
    ```

    ## Right

    ```python
    model = keras.Sequential([keras.Input((8,)), keras.layers.Dense(3, activation="softmax")])
    model.compile(loss="categorical_crossentropy")
    # If several labels can be true at once: activation="sigmoid", and keep "binary_crossentropy".
    ```

    ## When to ignore it

    When exactly one label is true, the backend is JAX or PyTorch, and the loss was chosen on purpose: it is a legal
    choice.

    ## References

    - keras-team/keras#3396: binary cross-entropy on several classes is valid use
    - suraj-deshmukh/Keras-Multi-Label#4: a softmax where several labels are true
    - Keras 3, keras/src/backend/tensorflow/nn.py, `_get_logits`: any activation that left its input behind is looked
      behind
    """

    code = "LC109"
    name = "exclusive-scores-independent-loss"
    severity = Severity.WARNING

    def check(self, case: Case) -> Iterable[Finding]:
        """Fire on a distribution that reaches a binary cross-entropy without from_logits."""
        judged, value = case.judged, case.output.value
        if judged is None or judged.expectation.family is not Family.BINARY:
            return
        if judged.expectation.expects is Expects.LOGITS or value.kind is not Kind.PROBABILITIES:
            return
        effect = effects.of_other_function(case.model, value, judged, Effect.UNKNOWN)
        trained = f"{_behind(case, effect)}{_of_two(case, judged, effect)}"
        message = (
            f"{wording.sentence(wording.head_words(case))} lets the units share one probability of 1, but the loss"
            f" {wording.loss_words(case)} scores each unit on its own.{trained}"
        )
        fixes = (
            f"Exactly one label is true: {wording.compile_with(case, repr('categorical_crossentropy'))}",
            f"Several labels can be true: {wording.with_activation(case, 'sigmoid')}",
        )
        few = case.output.classes is None or case.output.classes <= 2
        severity = Severity.INFO if few else Severity.WARNING
        yield self.finding(case, message, fixes=fixes, effect=effect, severity=severity)


def _behind(case: Case, effect: BackendEffects) -> str:
    place = where(case, effect, Effect.OTHER_FUNCTION)
    if place is None:
        return ""
    trained = "Keras trains the values before the softmax as sigmoids, which predict() does not return."
    return f" {wording.sentence(place + trained)}"


def _of_two(case: Case, judged: JudgedLoss, effect: BackendEffects) -> str:
    """Say where nothing is wrong: the mean of two binary losses of p and 1 - p is the categorical one."""
    is_plain = judged.loss.name == "BinaryCrossentropy" and not judged.loss.settings
    is_untold = effects.looks_behind(case.model, case.output.value, judged) is None
    place = where(case, effect, Effect.UNKNOWN)
    if case.output.classes != 2 or not is_plain or is_untold or place is None:
        return ""
    same = f"{place}it is the same as categorical cross-entropy if labels are one-hot."
    return f" {wording.sentence(same)}"

"""LC107: a softmax over another axis than the one the loss reads."""

from __future__ import annotations

from collections.abc import Iterable

from logitcheck.analyzer import JudgedLoss, effects
from logitcheck.analyzer.effects import Effect
from logitcheck.analyzer.losses import Expects, Family
from logitcheck.analyzer.values import Kind
from logitcheck.report import Finding, Severity
from logitcheck.rules import wording
from logitcheck.rules.backends import computed_with
from logitcheck.rules.base import Case, Rule


class SoftmaxWrongAxis(Rule):
    """The output sums to 1 along one axis, and the loss reads the classes along another.

    ## What it finds

    A softmax whose axis is not the class axis of a categorical cross-entropy or of KLDivergence, where both are known;
    or a log-softmax, where the loss expects logits.

    It is typical of `channels_first` images: `Conv2D(..., activation="softmax")` always normalises the last axis, which
    is then a row of the image and not the classes.

    ## Why it matters

    What is trained is not what predict() returns:

    - TensorFlow, with Keras 3 or tf.keras of about 2.4 and newer: a cross-entropy takes the values from before the
      softmax and trains a softmax over its own axis. The loss looks right; predict() applies the other one.
    - JAX, PyTorch, older TensorFlow, and wherever the values before the softmax are not found: the cross-entropy
      divides the probabilities by their sum along its own axis.
    - KLDivergence does neither, on any backend: it takes numbers for a distribution that do not sum to 1.

    ## Wrong

    ```python
    model = keras.Sequential(
        [
            keras.Input((3, 8, 8)),
            keras.layers.Conv2D(4, 1, data_format="channels_first", activation="softmax"),
        ]
    )
    model.compile(loss=keras.losses.CategoricalCrossentropy(axis=1))
    ```

    ## Right

    ```python
    model = keras.Sequential(
        [
            keras.Input((3, 8, 8)),
            keras.layers.Conv2D(4, 1, data_format="channels_first"),
            keras.layers.Softmax(axis=1),
        ]
    )
    model.compile(loss=keras.losses.CategoricalCrossentropy(axis=1))
    ```

    ## When to ignore it

    When the other axis is meant: a distribution over places for each channel, say. Then the axis of the loss is what
    has to change.

    ## References

    - Keras 3, keras/src/activations/activations.py, `softmax`: axis -1, unless another is given
    - MrGiovanni/ModelsGenesis#8: a softmax over the width of images
    - keras-team/keras#6380 and #8841: softmax and `channels_first`
    """

    code = "LC107"
    name = "softmax-wrong-axis"
    severity = Severity.ERROR

    def check(self, case: Case) -> Iterable[Finding]:
        """Fire where both axes are known and differ."""
        judged, value = case.judged, case.output.value
        if judged is None or judged.axis is None or value.axis is None or judged.axis == value.axis:
            return
        family = judged.expectation.family
        reads_classes = family in {Family.CATEGORICAL, Family.DIVERGENCE}
        is_activated = case.output.kind is Kind.PROBABILITIES and not _expects_logits(case)
        is_logarithm = case.output.kind is Kind.LOG_PROBABILITIES and _expects_logits(case)
        if not reads_classes or not (is_activated or is_logarithm):
            return
        plain = Effect.UNKNOWN if family is Family.DIVERGENCE else Effect.OTHER_FUNCTION
        effect = effects.of_other_function(case.model, value, judged, plain)
        message = (
            f"The loss {wording.loss_words(case)} reads classes along axis {judged.axis}, but"
            f" {wording.head_words(case)} makes a distribution along axis {value.axis}. {_consequence(case, judged)}"
            " Train again after the fix."
        )
        normalise = f"Normalise the class axis: Softmax(axis={judged.axis}) as the only activation"
        move = f"Move the classes of axis {value.axis} to the last axis with Permute, before or after the softmax"
        fixes = (normalise, move) if judged.axis == -1 else (normalise,)
        yield self.finding(case, message, fixes=fixes, effect=effect)


def _consequence(case: Case, judged: JudgedLoss) -> str:
    if judged.expectation.family is Family.DIVERGENCE:
        return "What it compares are no distributions, so that its minimum is not where they agree."
    if _expects_logits(case):
        return f"It makes a softmax over axis {judged.axis} of them, which is not what predict() returns."
    behind = f"takes the values before the softmax as logits over axis {judged.axis}"
    trained = computed_with(case, judged, behind, f"divides the output by its sums along axis {judged.axis}")
    return f"Keras {trained}, so that predict() returns something other than what was trained."


def _expects_logits(case: Case) -> bool:
    return case.judged is not None and case.judged.expectation.expects is Expects.LOGITS

"""LC108: independent sigmoid scores under a loss for exclusive classes."""

from __future__ import annotations

from collections.abc import Iterable

from logitcheck.analyzer import JudgedLoss, effects
from logitcheck.analyzer.effects import Effect
from logitcheck.analyzer.losses import Expects, Family
from logitcheck.analyzer.transfer.activation import SIGMOID_LIKE
from logitcheck.analyzer.values import Kind
from logitcheck.report import Finding, Severity
from logitcheck.rules import declared_losses, wording
from logitcheck.rules.backends import computed_with
from logitcheck.rules.base import Case, Rule


class IndependentScoresExclusiveLoss(Rule):
    """Each unit has a sigmoid of its own, but the loss takes the units for exclusive classes.

    ## What it finds

    A sigmoid (or hard_sigmoid, sparse_sigmoid) over several units whose scores reach a categorical cross-entropy,
    sparse or not, with `from_logits=False`. With `from_logits=True` it is LC101.

    ## Why it matters

    Sigmoids do not sum to 1, so Keras makes a distribution of them in its own way, and predict() returns something
    else:

    - TensorFlow, with Keras 3 or tf.keras of about 2.4 and newer, on a plain sigmoid: the values from before the
      sigmoid are trained as logits of a softmax. Values of 2 and 1 are trained as 73.1 % and 26.9 %; predict() returns
      88.1 % and 73.1 %.
    - JAX, PyTorch and older TensorFlow, hard sigmoids, focal losses: the scores are divided by their sum.

    Often it trains, and the highest score is the right class. But the scores are not the probabilities that were
    trained, and a threshold on one of them means nothing.

    ## Wrong

    ```python
    model = keras.Sequential([keras.Input((8,)), keras.layers.Dense(3, activation="sigmoid")])
    model.compile(loss="categorical_crossentropy")
    ```

    ## Right

    ```python
    model = keras.Sequential([keras.Input((8,)), keras.layers.Dense(3, activation="softmax")])
    model.compile(loss="categorical_crossentropy")
    # If several labels can be true at once: keep the sigmoid, and use "binary_crossentropy".
    ```

    ## When to ignore it

    When only the order of the scores is used, never their values.

    ## References

    - tensorflow/tensorflow#56555, which is keras-team/keras#16737: the loss of model(x) is not that of predict(x)
    - Keras 3, keras/src/backend/tensorflow/nn.py, `_get_logits`: any activation that left its input behind is looked
      behind
    - keras-team/keras#2166: softmax or sigmoid, by whether labels exclude each other
    """

    code = "LC108"
    name = "independent-scores-exclusive-loss"
    severity = Severity.WARNING

    def check(self, case: Case) -> Iterable[Finding]:
        """Fire on sigmoid scores of several units that reach a categorical loss without from_logits."""
        judged, value = case.judged, case.output.value
        if judged is None or value.kind is not Kind.UNIT_INTERVAL:
            return
        if value.applied is None or value.applied.name not in SIGMOID_LIKE or judged.units == 1:
            return
        if judged.expectation.is_declared:
            yield from self._of_declared(case, judged)
            return
        if judged.expectation.family is not Family.CATEGORICAL or judged.expectation.expects is Expects.LOGITS:
            return
        effect = effects.of_other_function(case.model, value, judged, Effect.OTHER_FUNCTION)
        behind = "takes the values before the sigmoid as logits of a softmax"
        trained = computed_with(case, judged, behind, "divides the scores by their sum")
        message = (
            f"The loss {wording.loss_words(case)} is for exclusive classes, but {wording.head_words(case)}"
            f" scores each unit on its own. Keras {trained}, so that predict() returns other scores than were trained:"
            " the order of the classes holds, the numbers do not."
        )
        binary = wording.compile_with(case, repr("binary_crossentropy"))
        fixes = (
            f"Exactly one label is true: {wording.with_activation(case, 'softmax')}",
            f"Several labels can be true, given as 0 or 1 for each unit: {binary}",
        )
        yield self.finding(case, message, fixes=fixes, effect=effect)

    def _of_declared(self, case: Case, judged: JudgedLoss) -> Iterable[Finding]:
        """Fire where a loss is declared to take a distribution, and certainly more than one unit is given to it."""
        if judged.expectation.expects is not Expects.PROBABILITIES or judged.units is None:
            return
        message = (
            f"The loss {wording.loss_words(case)} wants a distribution, but {wording.head_words(case)} scores each unit"
            f" on its own: the scores need not sum to 1. {declared_losses.OPEN}"
        )
        fixes = (
            f"Exactly one label is true: {wording.with_activation(case, 'softmax')}",
            f"The loss scores each unit on its own: say so in pyproject.toml: {declared_losses.each_alone(judged)}",
        )
        yield self.finding(case, message, fixes=fixes, effect=effects.of_declared_loss(case.model))

"""LC403: the loss is not one of Keras."""

from __future__ import annotations

from collections.abc import Iterable

from logitcheck.analyzer.evidence import describe
from logitcheck.analyzer.losses import Expects
from logitcheck.analyzer.values import Kind
from logitcheck.model import LossForm
from logitcheck.report import Finding, Severity
from logitcheck.rules import settings_wording, wording
from logitcheck.rules.base import Case, Rule


class UnknownLoss(Rule):
    """What the loss expects cannot be told from the file.

    ## What it finds

    A loss of your own (a function, a lambda, a class), of which the file holds a name and settings, never the code.
    Also the strings "crossentropy" and "ce" where they leave open which cross-entropy is meant, or where the Keras that
    wrote the file does not know them. And a loss of Keras with parameters that it does not take, or without one that
    Keras always writes, as only a damaged or rewritten file has; or losses for outputs that the model does not have.

    ## Why it matters

    Names prove nothing: a function called `softmax_cross_entropy_with_logits_of_mine` may take probabilities. A setting
    `from_logits` of a class of your own is shown as a hint, never as a fact. The verdict is "undetermined", and the
    exit status 0, unless `--strict` is given.

    A loss that wraps one of Keras is not looked into. One thing can be checked by hand: whether it hands `from_logits`
    on, and whether that suits what this output is, which the message says.

    Then say in pyproject.toml what the loss takes, and the model is judged by it:

    ```
    [tool.logitcheck.losses]
    my_ce = "logits"
    "pkg>MyLoss" = "probabilities"
    ```

    - `"logits"`: any real number; the loss applies the softmax or sigmoid itself
    - `"probabilities"`: numbers that are never negative and sum to 1 along the last axis
    - `"unit_interval"`: numbers in [0, 1], each on its own
    - `"any"`: any number, as of a mean squared error; then there is nothing to compare

    No more is claimed of such a loss: not what it computes, nor what becomes of a mismatch. Losses of Keras, objects
    and strings, cannot be declared; a function can, since one of your own may share its name (LC405).

    ## Fires

    ```python
    def shifted(y_true, y_pred):
        return keras.losses.sparse_categorical_crossentropy(y_true - 1, y_pred)


    model = keras.Sequential([keras.Input((8,)), keras.layers.Dense(3, activation="softmax")])
    model.compile(loss=shifted)
    ```

    ## Silent

    ```python
    model = keras.Sequential([keras.Input((8,)), keras.layers.Dense(3, activation="softmax")])
    model.compile(loss=keras.losses.SparseCategoricalCrossentropy())
    ```

    ## When to ignore it

    When you know what the loss takes.

    ## References

    - keras-team/keras#8210: a loss of someone's own, called `loss_softmax_cross_entropy_with_logits`
    """

    code = "LC403"
    name = "unknown-loss"
    severity = Severity.INFO

    def check(self, case: Case) -> Iterable[Finding]:
        """Inform where nothing is known of what the loss expects."""
        judged = case.judged
        if judged is None or judged.expectation.expects is not Expects.UNKNOWN:
            return
        reason = judged.loss.reason or "which cross-entropy it stands for depends on the labels"
        hint = judged.loss.hint_from_logits
        shown = f" Its config says from_logits={hint}." if hint is not None else ""
        loss, where = judged.loss.label or judged.loss.name, wording.output_words(case)
        message = f"What the loss {loss!r} of {where} expects cannot be told: {reason}.{shown}"
        value = case.output.value
        taken = "something unknown" if value.kind is Kind.UNKNOWN else describe(value)
        fix = f"Check by hand whether it takes logits or probabilities: it is given {taken}"
        say = settings_wording.say_of_loss(loss, from_logits=hint)
        yield self.finding(case, message, fixes=(fix, say) if judged.loss.form is LossForm.CUSTOM else (fix,))

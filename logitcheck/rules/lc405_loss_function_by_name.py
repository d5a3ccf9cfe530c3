"""LC405: the loss is known by the name of its function only."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from logitcheck.analyzer.losses import Expects, fits, limits_logits
from logitcheck.analyzer.values import Kind
from logitcheck.model import LossForm
from logitcheck.report import Finding, Severity
from logitcheck.rules import wording
from logitcheck.rules.base import Case, Rule


class LossFunctionByName(Rule):
    """The file knows the loss by the name of its function only: one of your own with that name looks the same.

    ## What it finds

    A cross-entropy without `from_logits`, stored as the name of a function. In `.h5` files functions and strings look
    the same; there it is told only where the output is logits, and the question decides the verdict. Of a model in
    memory it is not told: there the function itself can be compared with that of Keras.

    ## Why it matters

    A wrapper such as

    ```python
    def sparse_categorical_crossentropy(y_true, y_pred):
        return keras.losses.sparse_categorical_crossentropy(y_true, y_pred, from_logits=True)
    ```

    is saved under the name of the function in Keras, and the flag is lost. logitcheck judges by what Keras will load,
    which is its own function with `from_logits=False`: the model that is loaded is evaluated, and trained on, with
    another loss than it was saved with. That is so in Keras 2 and 3, in `.keras` and in `.h5`; only a function that is
    registered with Keras keeps a name of its own, in Keras 3.7 and newer.

    If the loss was such a wrapper, a verdict of LC102 is wrong about your training and right about the loaded model;
    and a verdict of "ok" can be wrong about your training. In a `.keras` file, `[tool.logitcheck.losses]` can say what
    yours takes (LC403).

    ## Fires

    ```python
    model = keras.Sequential([keras.Input((8,)), keras.layers.Dense(3, activation="softmax")])
    model.compile(loss=keras.losses.sparse_categorical_crossentropy)
    ```

    ## Silent

    ```python
    model = keras.Sequential([keras.Input((8,)), keras.layers.Dense(3, activation="softmax")])
    model.compile(loss=keras.losses.SparseCategoricalCrossentropy())
    ```

    ## When to ignore it

    When you passed the function of Keras itself.

    ## References

    - Keras 3, keras/src/saving/serialization_lib.py, `serialize_keras_object`: of a function, its name is kept
    - keras-team/keras#8210: a loss whose name says more than the file can
    """

    code = "LC405"
    name = "loss-function-by-name"
    severity = Severity.INFO

    def check(self, case: Case) -> Iterable[Finding]:
        """Inform where a function of one's own could be behind a built-in name, and would matter."""
        judged = case.judged
        if judged is None or not judged.expectation.is_crossentropy or judged.expectation.expects is Expects.LOGITS:
            return
        if case.model.in_memory:
            return
        by_name = judged.loss.form is LossForm.FUNCTION
        ambiguous = judged.loss.form is LossForm.STRING and case.model.functions_by_name
        if not by_name and not (ambiguous and case.output.kind is Kind.LOGITS):
            return
        message = (
            f"The file knows the loss of {wording.output_words(case)} by its name {judged.loss.label!r} only. If you"
            f" passed a function of your own with that name, Keras will load its own in its place. {_otherwise(case)}"
        )
        yield self.finding(case, message, fixes=_fixes(case))


def _fixes(case: Case) -> tuple[str, ...]:
    if not wording.has_flag(case.model):
        return ()
    code = wording.loss_code(case, from_logits=case.output.kind is Kind.LOGITS)
    return (f"Compile with the class, which stores its flag: {code}",)


def _otherwise(case: Case) -> str:
    """Say what a wrapper that sets the flag would make of the verdict."""
    judged, value = case.judged, case.output.value
    assert judged is not None
    wrapped = replace(judged.expectation, expects=Expects.LOGITS)
    if fits(value, wrapped, axis_matches=judged.axis is not None and judged.axis == value.log_axis):
        return "If yours sets from_logits=True, this output fits it."
    if case.output.kind in {Kind.PROBABILITIES, Kind.UNIT_INTERVAL}:
        return "If yours sets from_logits=True, this output is a mismatch (LC101)."
    if limits_logits(value, judged.expectation.family):
        return "If yours sets from_logits=True, this output limits what it can answer (LC104)."
    return "If yours sets from_logits=True, it takes logits, and the verdict is another."

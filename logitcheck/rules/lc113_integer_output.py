"""LC113: class ids under a loss."""

from __future__ import annotations

from collections.abc import Iterable

from logitcheck.analyzer import effects
from logitcheck.analyzer.effects import Effect
from logitcheck.analyzer.losses import Family
from logitcheck.report import Finding, Severity
from logitcheck.rules import wording
from logitcheck.rules.base import Case, Rule


class IntegerOutput(Rule):
    """The output is whole numbers, such as class ids: they have no gradient, so that nothing is trained.

    ## What it finds

    An output that is picked, rounded, compared or looked up (argmax, round, floor, greater, a lookup layer) under a
    cross-entropy or KLDivergence. It decides alone: the other rules about losses are silent on such an output.

    ## Why it matters

    Such a function steps from one whole number to the next, and its gradient is 0 or not defined. On TensorFlow fit()
    fails ("No gradients provided for any variable") if the model has no other output to train on; on JAX it runs, and
    no weight moves. Where another output is trained beside it, this one only adds a number to the loss.

    ## Wrong

    ```python
    inputs = keras.Input((8,))
    scores = keras.layers.Dense(3, activation="softmax")(inputs)
    model = keras.Model(inputs, keras.ops.argmax(scores, axis=-1))
    model.compile(loss="binary_crossentropy")
    ```

    ## Right

    ```python
    inputs = keras.Input((8,))
    scores = keras.layers.Dense(3, activation="softmax")(inputs)
    model = keras.Model(inputs, scores)
    model.compile(loss="sparse_categorical_crossentropy")
    # After training: keras.ops.argmax(model.predict(...), axis=-1)
    ```

    ## When to ignore it

    When the output is there to be read, and its loss is only evaluated. Then compile it without a loss, and use a
    metric.

    ## References

    - TensorFlow, tensorflow/python/ops/math_grad.py: ArgMax, Round and Floor return no gradient, comparisons have none
    """

    code = "LC113"
    name = "integer-output"
    severity = Severity.ERROR

    def check(self, case: Case) -> Iterable[Finding]:
        """Fire on integer values under a cross-entropy or KLDivergence."""
        judged = case.judged
        if judged is None or not case.output.value.integer:
            return
        if not judged.expectation.takes_scores and judged.expectation.family is not Family.DIVERGENCE:
            return
        message = (
            f"The loss {wording.loss_words(case)} is computed on whole numbers: {wording.head_words(case)} puts out"
            " what was rounded, compared, counted or picked as a class id. That has no gradient, so this output trains"
            " nothing."
        )
        fixes = ("Compile the loss on the scores they were made from, and take argmax of what predict() returns",)
        effect = Effect.UNKNOWN if judged.expectation.is_declared else Effect.CONSTANT
        yield self.finding(case, message, fixes=fixes, effect=effects.everywhere(case.model, effect))

"""LC401: the pair is right, and predict() returns logits."""

from __future__ import annotations

from collections.abc import Iterable

from logitcheck.analyzer.losses import Expects, fits
from logitcheck.analyzer.values import Kind
from logitcheck.report import Finding, Severity
from logitcheck.rules import wording
from logitcheck.rules.base import Case, Rule

_AS_THE_LOSS = "For probabilities: apply to what predict() returns the softmax or sigmoid that the loss applies itself"


class PredictReturnsLogits(Rule):
    """Output and loss agree on logits, so that predict() returns logits and not probabilities.

    ## What it finds

    An output of any real number under a loss that expects logits, which is a right pair. It is told because it is what
    people ask most about such models.

    ## Why it matters

    `from_logits=True` tells the loss what it is given; it never changes what the model returns. Negative numbers, and
    numbers above 1, are as they should be:

    - Several classes: the largest logit is the most probable class, and a softmax does not change which it is.
    - One unit, or labels of their own: the threshold is 0. A threshold of 0.5 on a logit is one of 62.2 % on the
      probability.

    Tools that want scores in [0, 1], and metrics that do, get wrong ones from logits.

    ## Fires

    ```python
    model = keras.Sequential([keras.Input((8,)), keras.layers.Dense(3)])
    model.compile(loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    # To serve probabilities: keras.Sequential([model, keras.layers.Softmax()])
    ```

    ## Silent

    ```python
    model = keras.Sequential([keras.Input((8,)), keras.layers.Dense(3, activation="softmax")])
    model.compile(loss=keras.losses.SparseCategoricalCrossentropy())
    ```

    ## When to ignore it

    When whoever reads predict() expects logits.

    ## References

    - keras-team/keras-io#463: a guide's model predicts 5.79 and -7.5, and what do these represent?
    - tensorflow/tensorflow#101296: negative predictions, reported as a defect
    """

    code = "LC401"
    name = "predict-returns-logits"
    severity = Severity.INFO

    def check(self, case: Case) -> Iterable[Finding]:
        """Inform where logits meet a loss that expects them."""
        judged = case.judged
        if judged is None or judged.expectation.expects is not Expects.LOGITS or case.output.kind is not Kind.LOGITS:
            return
        if not fits(case.output.value, judged.expectation, axis_matches=True):
            return
        if judged.expectation.is_declared:
            message = f"Right as it is; but predict() returns logits for {wording.output_words(case)}."
            yield self.finding(case, message, fixes=(_AS_THE_LOSS,))
            return
        activation = wording.activation_for(judged.expectation.family)
        threshold = "The class is the largest logit." if activation == "softmax" else "The threshold is 0, not 0.5."
        message = f"Right as it is; but predict() returns logits for {wording.output_words(case)}. {threshold}"
        axis = "" if judged.axis in {None, -1} else f"axis={judged.axis}"
        yield self.finding(case, message, fixes=(f"For probabilities: {_serving(case, activation, axis)}",))


def _serving(case: Case, activation: str, axis: str) -> str:
    """Write how to get probabilities: a layer behind the model, or a function of what predict() returns.

    A Sequential takes no model with several outputs, in Keras 3 none that returns a list or a dict, of one even.
    """
    model, path = case.model, case.output.path
    is_several = len(model.outputs) > 1
    if is_several or (model.generation == 3 and path):
        is_wrapped = is_several or isinstance(path[0], str)
        taken = "".join(f"[{step!r}]" for step in path) if is_wrapped else ""
        functions = "keras.ops" if model.generation == 3 else "tf.nn"
        return f"{functions}.{activation}(model.predict(...){taken}{axis and f', {axis}'})"
    module = wording.library(model)
    layer = f"Softmax({axis})" if activation == "softmax" else "Activation('sigmoid')"
    return f"{module}.Sequential([model, {module}.layers.{layer}])"

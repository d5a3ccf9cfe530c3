"""LC110: one normalising activation on top of another."""

from __future__ import annotations

import math
from collections.abc import Iterable

from logitcheck.analyzer import effects
from logitcheck.analyzer.effects import Effect
from logitcheck.report import Finding, Severity
from logitcheck.rules import wording
from logitcheck.rules.base import Case, Rule


class StackedActivations(Rule):
    """The output is activated twice in a row, for instance by a softmax on a softmax.

    ## What it finds

    A softmax, sigmoid, log-softmax or log-sigmoid right on top of a softmax or sigmoid, at an output of the model,
    compiled or not. Only layers that hand the numbers on may stand between (Reshape, Dropout). Gates and attention
    inside a model are not looked at.

    It happens easily: `Softmax()` is put on a model to serve it, and the model ends in one already.

    ## Why it matters

    The second activation squashes numbers that lie in [0, 1] once more, and no backend repairs it:

    - A softmax over n such numbers gives none more than e / (e + n - 1): 73.1 % for 2 classes, 23.2 % for 10, 2.7 % for
      100. Trained so, under the loss that seems right, it cannot fall below ln(e + n - 1) - 1, 1.461 for 10 classes.
    - A sigmoid of such a number lies between 50 % and 73.1 %: at a threshold of 0.5 everything is positive.

    The order of the classes stays, so that the accuracy of a softmax looks fine. If the second activation was only
    added for serving, the weights are good: remove it. If it was there in training, the weights learned to make up for
    it: train again without it.

    ## Wrong

    ```python
    model = keras.Sequential(
        [
            keras.Input((8,)),
            keras.layers.Dense(3, activation="softmax"),
            keras.layers.Softmax(),
        ]
    )
    ```

    ## Right

    ```python
    model = keras.Sequential(
        [
            keras.Input((8,)),
            keras.layers.Dense(3),
            keras.layers.Softmax(),
        ]
    )
    ```

    ## When to ignore it

    When the second activation is meant to flatten the probabilities. To do that with a temperature, divide the logits.

    ## References

    - tensorflow/tensorflow#47553 and tensorflow/docs#2003: `Sequential([model, Softmax()])` on a model that puts out
      logits, which is right, and readers who add a second softmax
    """

    code = "LC110"
    name = "stacked-activations"
    severity = Severity.ERROR

    def check(self, case: Case) -> Iterable[Finding]:
        """Fire where the output's own activation was applied to another activation's numbers."""
        if case.output.value.stacked is None:
            return
        inner, outer = case.output.value.stacked
        declared = next((step for step in case.output.evidence if step.layer == inner.layer and step.declared), None)
        followed = inner.name if declared is None else "the declared probabilities"
        where = f"in layer {outer.layer!r} follows {followed} in layer {inner.layer!r}"
        trained = "" if case.judged is None else " What was trained so has to be trained again after the fix."
        message = (
            f"Activation {outer.name} {where} on the way to {wording.output_words(case)}: numbers that are already in"
            f" [0, 1] are squashed a second time.{_ceiling(case, outer.name)}{trained}"
        )
        linear = f"Make layer {inner.layer!r} linear: its activation=None"
        fixes = (
            f"Remove layer {outer.layer!r}, or its activation",
            linear if declared is None else wording.sentence(wording.linear_as_declared(declared)),
        )
        effect = effects.everywhere(case.model, Effect.APPLIED_TWICE)
        yield self.finding(case, message, fixes=fixes, effect=effect)


def _ceiling(case: Case, outer: str) -> str:
    """Say what is left of the range; what goes in lies in [0, 1], whichever activation made it."""
    classes = case.output.classes
    if outer == "softmax" and classes is not None and classes > 1:
        return f" No class can get more than {100 * math.e / (math.e + classes - 1):.1f} %."
    return " Every score lies between 50 and 73.1 %." if outer == "sigmoid" else ""

"""LC105: a softmax over one unit."""

from __future__ import annotations

from collections.abc import Iterable

from logitcheck.analyzer import effects
from logitcheck.analyzer.effects import BackendEffects, Effect
from logitcheck.analyzer.values import Kind
from logitcheck.declarations import DeclaredOutput
from logitcheck.report import Finding, Severity
from logitcheck.rules import settings_wording, wording
from logitcheck.rules.backends import where
from logitcheck.rules.base import Case, Rule


class SoftmaxOverOne(Rule):
    """The softmax of a single number is 1, whatever the number.

    ## What it finds

    A softmax along an axis of size 1 at an output, compiled or not: `Dense(1, activation="softmax")`, in most cases. It
    decides alone: the other rules about losses are silent on such an output.

    ## Why it matters

    The output is 1 for every input, the accuracy stays at the share of ones among the labels, and no gradient passes
    through the softmax. The loss does not always show it:

    - TensorFlow, with Keras 3 or tf.keras of about 2.4 and newer, binary cross-entropy: Keras takes the value from
      before the softmax and trains it as a sigmoid. The loss falls as it should; predict() returns 1 all the same.
    - JAX, PyTorch and older TensorFlow: the loss stays where it is.

    Keras 3.1 and newer warn when the model runs ("This axis has size 1"), earlier ones say nothing.

    ## Wrong

    ```python
    model = keras.Sequential([keras.Input((8,)), keras.layers.Dense(1, activation="softmax")])
    model.compile(loss="binary_crossentropy")
    ```

    ## Right

    ```python
    model = keras.Sequential([keras.Input((8,)), keras.layers.Dense(1, activation="sigmoid")])
    model.compile(loss="binary_crossentropy")
    # Or one unit for each class: Dense(2, activation="softmax") and "sparse_categorical_crossentropy".
    ```

    ## When to ignore it

    Never for an output that should tell anything. A softmax over one element inside a model, as in attention over a
    single step, is not what this rule looks at.

    ## References

    - keras-team/keras#500 and #6066: the output is always 1, the accuracy never moves
    - keras-team/keras#18105 and #19193: how the warning came to be
    - Keras 3, keras/src/ops/nn.py, `softmax`: the warning
    """

    code = "LC105"
    name = "softmax-over-one"
    severity = Severity.ERROR

    def check(self, case: Case) -> Iterable[Finding]:
        """Fire where the axis along which the output sums to 1 has size 1."""
        if case.output.kind is not Kind.PROBABILITIES or case.output.classes != 1:
            return
        effect = effects.of_constant_output(case.model, case.output.value, case.judged)
        message = (
            f"{_distribution(case)} runs over an axis of size 1: "
            f"{wording.output_words(case)} is 1 for every input, and training cannot change it.{_seeming(case, effect)}"
        )
        yield self.finding(case, message, fixes=_fixes(case), effect=effect)


def _distribution(case: Case) -> str:
    made = "distribution" if wording.declared_head(case) is not None else "softmax"
    return f"The {made} of {wording.head_words(case)}"


def _seeming(case: Case, effect: BackendEffects) -> str:
    """Say where the loss seems to learn something."""
    place = where(case, effect, Effect.OTHER_FUNCTION)
    if place is None:
        return ""
    seeming = (
        f"{place}the training loss can fall all the same, since Keras computes it from what goes into the softmax."
    )
    return f" {wording.sentence(seeming)}"


def _fixes(case: Case) -> tuple[str, ...]:
    return (*_of_declared(case), *_of_any(case))


def _of_declared(case: Case) -> tuple[str, ...]:
    """Write how to say what was probably meant: a score of its own, no distribution."""
    head = wording.declared_head(case)
    if head is None or head.key is None:
        return ()
    entry = settings_wording.layer_entry(head.key, DeclaredOutput.UNIT_INTERVAL)
    return (f"If it scores one class by itself, say so in pyproject.toml: {entry}",)


def _of_any(case: Case) -> tuple[str, ...]:
    if case.output.value.axis not in {None, -1}:
        return ("Let the softmax run over the classes: Softmax(axis=-1)",)
    one, two = wording.with_activation(case, "sigmoid"), wording.with_activation(case, "softmax", units=2)
    sparse = wording.compile_with(case, repr("sparse_categorical_crossentropy"))
    return (
        f"Two classes in one unit: {one} and {wording.compile_with(case, repr('binary_crossentropy'))}",
        f"One unit for each class: {two} and {sparse}",
    )

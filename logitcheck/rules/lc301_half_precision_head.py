"""LC301: the last softmax or sigmoid is computed in 16 bits."""

from __future__ import annotations

from collections.abc import Iterable

from logitcheck.analyzer.values import Applied
from logitcheck.report import Finding, Severity
from logitcheck.rules.base import Case, Rule

_PRECISION = {"float16": ("0.0005", "99.98"), "bfloat16": ("0.004", "99.8")}
"""By type: how far apart its numbers just below 1 are (2**-11, 2**-8), and the percentage that is rounded up to 1."""

_HEADS = frozenset({"softmax", "sigmoid"})


class HalfPrecisionHead(Rule):
    """The softmax or sigmoid of an output is computed in float16 or bfloat16.

    ## What it finds

    A softmax or sigmoid that reaches an output, applied by a layer whose dtype policy computes in 16 bits:
    `mixed_float16`, `float16`, `mixed_bfloat16` or `bfloat16`. A cast to float32 behind it comes too late. It needs no
    loss, and says nothing about one: the verdict on the model stays what it is.

    ## Why it matters

    Just below 1, float16 has a number every 0.0005 and bfloat16 every 0.004. Probabilities above 99.98 % (bfloat16:
    99.8 %) become exactly 1, and those below 0.000003 % become 0 in float16. A
    cross-entropy that reads these numbers gets no gradient from those that were rounded to 0 or 1. In Keras 3 on
    TensorFlow, a head in 16 bits also switches off the repair of a wrong `from_logits`.

    ## Wrong

    ```python
    head = keras.layers.Dense(3, activation="softmax", dtype="mixed_float16")
    model = keras.Sequential([keras.Input((8,)), head])
    model.compile(loss="sparse_categorical_crossentropy")
    ```

    ## Right

    ```python
    head = keras.layers.Dense(3, dtype="mixed_float16")
    probabilities = keras.layers.Activation("softmax", dtype="float32")
    model = keras.Sequential([keras.Input((8,)), head, probabilities])
    model.compile(loss="sparse_categorical_crossentropy")
    ```

    ## When to ignore it

    When the model only serves predictions and three digits of them are enough.

    ## References

    - TensorFlow's guide "Mixed precision": a softmax at the end of the model should be float32
    """

    code = "LC301"
    name = "half-precision-head"
    severity = Severity.WARNING

    def check(self, case: Case) -> Iterable[Finding]:
        """Fire where the activation whose numbers the output still has was computed in 16 bits."""
        applied = case.output.value.applied
        if applied is None or applied.half not in _PRECISION or applied.name not in _HEADS:
            return
        apart, rounded = _PRECISION[applied.half]
        message = (
            f"The {applied.name} of layer {applied.layer!r} is computed in {applied.half}, whose numbers just below 1"
            f" are {apart} apart: probabilities above {rounded} % become exactly 1. A cast to float32 behind it does"
            " not bring them back."
        )
        yield self.finding(case, message, fixes=(_fix(case, applied),))


def _fix(case: Case, applied: Applied) -> str:
    """Write the layer as it computes in 32 bits: of the dtype of a layer, its activation takes part."""
    step = next((step for step in case.output.evidence if step.layer == applied.layer), None)
    class_name = step.class_name if step is not None else "Activation"
    activation = f"activation={applied.name!r}"
    match class_name:
        case "Dense" if step is not None and step.units is not None:
            inside = f"{step.units}, {activation}"
        case "Activation":
            inside = repr(applied.name)
        case "Softmax":
            inside = f"axis={applied.axis}"
        case _:
            inside = f"..., {activation}" if step is not None and step.activation == applied.name else "..."
    return f"Compute layer {applied.layer!r} in 32 bits: {class_name}({inside}, dtype='float32')"

"""LC301: the last softmax or sigmoid is computed in 16 bits."""

from __future__ import annotations

from collections.abc import Iterable

from logitcheck.analyzer.evidence import Step
from logitcheck.analyzer.values import Applied
from logitcheck.report import Finding, Severity
from logitcheck.rules.base import Case, Rule

_PRECISION = {"float16": ("0.0005", "99.98"), "bfloat16": ("0.004", "99.8")}
"""By type: how far apart its numbers just below 1 are (2**-11, 2**-8), and the percentage that is rounded up to 1."""

_HEADS = frozenset({"softmax", "sigmoid"})
_CASTS = frozenset({"Cast", "SaturateCast"})


class HalfPrecisionHead(Rule):
    """The softmax or sigmoid of an output is computed in float16 or bfloat16.

    ## What it finds

    A softmax or sigmoid that reaches an output, applied by a layer whose dtype policy computes in 16 bits:
    `mixed_float16`, `float16`, `mixed_bfloat16` or `bfloat16`; or by an operation (`keras.ops.softmax`) on what such a
    layer puts out. Likewise one in 32 bits that a layer behind it casts to 16, as `Reshape` does under such a policy.
    In Keras 3 a layer inside `TimeDistributed` computes in the dtype of that wrapper, whatever its own is. A cast to
    float32 behind all this comes too late. It needs no loss, and says nothing about one: the verdict on the model
    stays what it is.

    ## Why it matters

    Just below 1, float16 has a number every 0.0005 and bfloat16 every 0.004. Probabilities above 99.98 % (bfloat16:
    99.8 %) become exactly 1, and those below 0.000003 % become 0 in float16. A cross-entropy that reads these numbers
    gets no gradient from those that were rounded to 0 or 1. In Keras 3 on TensorFlow, a head in 16 bits also switches
    off the repair of a wrong `from_logits`.

    The weights fit a head in 32 bits as they are, so that a trained model can be given one.

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
        """Fire where the activation whose numbers the output still has was computed in 16 bits, or put into them."""
        value = case.output.value
        applied, rounding = value.applied, value.rounding
        if applied is None or rounding is None or applied.name not in _HEADS:
            return
        apart, rounded = _PRECISION[rounding.dtype]
        if rounding.layer == applied.layer:
            does = f"is computed in {rounding.dtype}"
        else:
            does = f"is cast to {rounding.dtype} by layer {rounding.layer!r}"
        message = (
            f"The {applied.name} of layer {applied.layer!r} {does}, whose numbers just below 1 are {apart} apart:"
            f" probabilities above {rounded} % become exactly 1. A cast to float32 behind it does not bring them back."
            " The weights fit a head in 32 bits as they are."
        )
        yield self.finding(case, message, fixes=(_fix(case, applied, rounding.layer),), subject="")


def _fix(case: Case, applied: Applied, layer: str) -> str:
    """Write the layer as it computes in 32 bits: of the dtype of a layer, its activation takes part."""
    steps = {step.layer: step for step in case.output.evidence}
    step, around = steps.get(layer), layer.rpartition("/")[0]
    last = case.output.evidence[-1].layer if case.output.evidence else layer
    behind = "" if last in {layer, around} else ", and all layers behind it,"
    if step is not None and step.class_name in _CASTS:
        return f"Leave out {layer!r}{behind and ', and compute all layers behind it in 32 bits'}"
    if step is not None and _is_operation(step, applied):
        axis = "" if applied.name != "softmax" or applied.axis in {None, -1} else f"axis={applied.axis}, "
        code = f"Softmax({axis}dtype='float32')" if axis else f"Activation({applied.name!r}, dtype='float32')"
        return f"Put a layer in the place of operation {layer!r}: {code}"
    code = f"{_written(step, applied)}, dtype='float32')"
    if around in steps and steps[around].class_name == "TimeDistributed":
        code = f"TimeDistributed({code}, dtype='float32')"
    return f"Compute layer {layer!r}{behind} in 32 bits: {code}"


def _is_operation(step: Step, applied: Applied) -> bool:
    if step.layer != applied.layer:
        return False
    return applied.mechanism in {"operation", "graph"} or step.class_name in {"TFOpLambda", "TensorFlowOpLayer"}


def _written(step: Step | None, applied: Applied) -> str:
    """Write the call that makes the layer, up to the end of its arguments."""
    class_name = step.class_name if step is not None else "Activation"
    activation = f"activation={applied.name!r}"
    match class_name:
        case _ if step is not None and step.layer != applied.layer:
            return f"{class_name}(..."
        case "Dense" if step is not None and step.units is not None:
            return f"Dense({step.units}, {activation}"
        case "Activation":
            return f"Activation({applied.name!r}"
        case "Softmax":
            return f"Softmax(axis={applied.axis}"
        case _:
            is_own = step is not None and step.activation == applied.name
            return f"{class_name}(..., {activation}" if is_own else f"{class_name}(..."

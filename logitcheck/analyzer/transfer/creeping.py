"""What is left of numbers that go far only in theory, once something is computed from them.

That they lie on both sides of [0, 1] is seen; half of them, or a tenth, need not.
"""

from __future__ import annotations

from dataclasses import replace

from logitcheck.analyzer.calls import LayerCall
from logitcheck.analyzer.ties import CREEPING
from logitcheck.analyzer.values import Value, unreached

_KEEPING = frozenset(
    {
        *("Dropout", "SpatialDropout1D", "SpatialDropout2D", "SpatialDropout3D", "GaussianNoise", "GaussianDropout"),
        *("AlphaDropout", "ActivityRegularization", "Activation", "Identity", "Masking"),
        *("Reshape", "Flatten", "Permute", "Squeeze", "ExpandDims", "Transpose"),
        *("StopGradient", "Cast", "Copy", "Snapshot"),
    }
)
"""Layers and operations that keep all numbers; an activation does where it is none."""


def slowed(value: Value, call: LayerCall) -> Value:
    """Take back that a result goes far where its operand does so in theory only, unless it has the same numbers."""
    if not value.sources >= CREEPING or not any(operand.sources >= CREEPING for operand in call.values()):
        return value
    activation = call.layer.activation
    if call.layer.rule in _KEEPING and (activation is None or activation.name == "linear"):
        return value
    freed = replace(value, sources=value.sources - CREEPING)
    return unreached(freed, "it works on logarithms that go far in theory only", call.path)

"""Layers and operations whose results leap over numbers, however smoothly their operands move.

Of what goes both ways without leaping it is known that it comes near every number between.
"""

from __future__ import annotations

from dataclasses import replace

from logitcheck.analyzer.calls import LayerCall, number
from logitcheck.analyzer.ties import LEAPING
from logitcheck.analyzer.values import Value

RULES = frozenset(
    {
        *("Where", "Select", "Threshold", "HardShrink", "ThresholdedReLU", "Heaviside", "TakeAlongAxis", "GatherNd"),
        *("Divide", "TrueDivide", "DivideNoNan", "Reciprocal", "ReciprocalNoNan", "Mod", "Fmod", "Tan", "Arctan2"),
        *("ActiveDropout", "Nextafter", "Unique", "ScatterUpdate", "SliceUpdate"),
    }
)
"""Those that choose between numbers, cut some out, or have poles."""

_ACTIVATIONS = frozenset({"hard_shrink", "thresholded_relu", "threshold"})


def leaps(value: Value, call: LayerCall) -> bool:
    """Whether what a call puts out may leap."""
    layer = call.layer
    if value.integer or layer.rule in RULES or call.call.kwargs.get("training") is True:
        return True
    if layer.activation is not None and layer.activation.name in _ACTIVATIONS:
        return True
    return layer.rule in {"ReLU", "Relu"} and number(call.option("threshold", 0.0)) != 0


def marked(value: Value, call: LayerCall) -> Value:
    """Note on a value that it may leap; constants do not move at all."""
    if not value.sources or not leaps(value, call):
        return value
    return replace(value, sources=value.sources | LEAPING)

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
    if value.integer or call.call.kwargs.get("training") is True:
        return True
    if layer.rule in RULES and not _divides_by_a_number(call):
        return True
    if layer.activation is not None and layer.activation.name in _ACTIVATIONS:
        return True
    return layer.rule in {"ReLU", "Relu"} and number(call.option("threshold", 0.0)) != 0


def _divides_by_a_number(call: LayerCall) -> bool:
    """Whether nothing but a constant stands below, which has no poles."""
    divides = call.layer.rule in {"Divide", "TrueDivide", "DivideNoNan"}
    return divides and len(call.tensors) == 1 and call.call.args[:1] == call.tensors


def marked(value: Value, call: LayerCall) -> Value:
    """Note on a value that it may leap; constants do not move at all."""
    if not value.sources or not leaps(value, call):
        return value
    return replace(value, sources=value.sources | LEAPING)

"""Layers of which settings say what they put out: imported only where that is so."""

from __future__ import annotations

from dataclasses import replace
from typing import assert_never

from logitcheck.analyzer.calls import LayerCall
from logitcheck.analyzer.ties import TIES
from logitcheck.analyzer.values import INFINITY, Applied, LogOf, Value, anything, between, unbounded
from logitcheck.declarations import DeclaredOutput
from logitcheck.model import Shape


def value(call: LayerCall, output: DeclaredOutput) -> Value:
    """Give what is known of each output of a layer that is declared to put out `output`.

    What it was computed from stays on record: a layer without weights may put out a function of its operands. That
    bounds are reached is claimed of logits only, of which it is what the word means.
    """
    sources = (call.sources() - TIES) | call.own_source()
    match output:
        case DeclaredOutput.LOGITS:
            return unbounded(sources)
        case DeclaredOutput.PROBABILITIES:
            distribution = replace(between(0.0, 1.0, reached=False, sources=sources), sum_axis=-1)
            return _marked(distribution, output, call)
        case DeclaredOutput.UNIT_INTERVAL:
            return _marked(between(0.0, 1.0, reached=False, sources=sources), output, call)
        case DeclaredOutput.LOG_PROBABILITIES:
            logarithm = between(-INFINITY, 0.0, reached=False, sources=sources)
            return _marked(replace(logarithm, log_of=LogOf.SIMPLEX, log_axis=-1), output, call)
        case DeclaredOutput.UNCHANGED:
            return _unchanged(call)
        case _:
            assert_never(output)


def shape(call: LayerCall) -> Shape | None:
    """Give the static shape of what a layer hands on unchanged."""
    return call.shape() if len(call.tensors) == 1 else None


def _marked(result: Value, output: DeclaredOutput, call: LayerCall) -> Value:
    """Note that these are the very numbers, in what may be the very tensor that an activation of Keras returned."""
    axis = result.sum_axis if result.sum_axis is not None else result.log_axis
    return replace(result, applied=Applied(output.value, call.path, axis, "declared"), direct=True)


def _unchanged(call: LayerCall) -> Value:
    """Hand on the numbers; whether in the same tensor, and in training as well, is not said."""
    if len(call.tensors) != 1:
        given = f"{len(call.tensors)} tensors" if call.tensors else "none that is known"
        reason = f"it is declared to hand on what it is given, which is {given}"
        return anything(reason, call.path, call.sources() | call.own_source())
    return replace(call.value(), maybe_copied=True)

"""The logits behind p, in the ways that they are written out: `log(p / (1 - p))` and `log(p) - log(1 - p)`.

They are defined for p between 0 and 1. A p that passes smoothly through both has them on both sides, but none far from
0 in practice: -20 takes a p of 0.000000002.
"""

from __future__ import annotations

import math
from dataclasses import replace

from logitcheck.analyzer.calls import LayerCall
from logitcheck.analyzer.derivation import Derivation
from logitcheck.analyzer.ties import CREEPING
from logitcheck.analyzer.transfer import patterns
from logitcheck.analyzer.transfer.domains import defined_from
from logitcheck.analyzer.values import INFINITY, Value, bounds_only


def behind_odds(call: LayerCall) -> Value | None:
    """Give p where the operand of a call is `p / (1 - p)`; of whole numbers that is never between the ends."""
    maker = call.operands.maker(call.tensors[0]) if call.tensors else None
    if maker is None or maker.layer.rule not in {"Divide", "TrueDivide"} or len(maker.tensors) != 2:
        return None
    complement, numerator = maker.value(1), maker.operands.identity(maker.tensors[0])
    is_odds = patterns.is_derived(complement, numerator, Derivation.COMPLEMENT)
    return maker.value(0) if is_odds and _is_between(maker.value(0)) else None


def value_of(call: LayerCall) -> Value | None:
    """Give `log(p) - log(1 - p)` of a p that does not keep between 0 and 1; None for anything else."""
    if call.layer.rule != "Subtract" or len(call.tensors) != 2 or not patterns.are_of_complements(*call.values()):
        return None
    maker = call.operands.maker(call.tensors[0])
    if maker is None or maker.layer.rule != "Log" or not _is_between(maker.value()):
        return None
    return of(maker.value())


def of(probability: Value) -> Value:
    """Give `log(p / (1 - p))` for the numbers that are between 0 and 1."""
    cut = defined_from(probability, 0.0, 1.0)
    is_passing = (cut.reaches_low and probability.low < 0) or (cut.reaches_high and probability.high > 1)
    sources = cut.sources | CREEPING if is_passing else cut.sources
    return replace(bounds_only(cut), low=_logit(cut.low), high=_logit(cut.high), sources=sources, unknown=None)


def _is_between(probability: Value) -> bool:
    """Whether numbers of it, which are no ids, may lie between 0 and 1."""
    return not probability.integer and probability.high > 0 and probability.low < 1


def _logit(end: float) -> float:
    return -INFINITY if end <= 0 else INFINITY if end >= 1 else math.log(end / (1 - end))

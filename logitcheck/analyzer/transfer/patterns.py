"""Formulas of several steps over one tensor, which interval arithmetic alone cannot see through.

`x / sum(x)`, `x - logsumexp(x)`, `log(p) - log(1 - p)`, `[1 - p, p]`: their operands depend on each other, and what
they make is known exactly because they do. Each is recognised by how the one operand was derived from the other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from logitcheck.analyzer import axes
from logitcheck.analyzer.calls import LayerCall
from logitcheck.analyzer.derivation import Derivation, Derived
from logitcheck.analyzer.ties import LEAPING, TIES
from logitcheck.analyzer.transfer import arithmetic
from logitcheck.analyzer.values import INFINITY, LogOf, Value, balanced, between, unbounded
from logitcheck.model import TensorReference


def derived(call: LayerCall, value: Value, how: Derivation, axis: int | None = None) -> Value:
    """Note on `value` that the call computed it from its first operand."""
    argument = call.tensors[0] if call.tensors else None
    if argument is None:
        return value
    before = call.operands.value(argument).derived
    shortened = replace(before, before=None) if before is not None else None
    return replace(value, derived=Derived(how, call.operands.identity(argument), axis, shortened))


def is_derived(value: Value, of: object, *ways: Derivation) -> bool:
    """Whether `value` was computed from the tensor with that identity in one of these ways."""
    return value.derived is not None and value.derived.how in ways and value.derived.of == of


def quotient(left: Value, right: Value, numerator: object) -> Value | None:
    """Give `left / right` where the right one is the sum of the left one, or its complement; else None."""
    if is_derived(right, numerator, Derivation.COMPLEMENT) and not left.within_unit:
        passes_pole = left.moves_smoothly and left.low < 1 < left.high
        return arithmetic.beside_a_pole(unbounded(left.sources | LEAPING), left) if passes_pole else None
    if left.low < 0:
        # Something on top of the sum is outweighed only by numbers without an end.
        summed = is_derived(right, numerator, Derivation.SUM) or (
            is_derived(right, numerator, Derivation.ABOVE_SUM) and left.is_unbounded
        )
        return balanced(unbounded(left.sources)) if summed and _may_cancel(left, right) else None
    if right.derived is not None and right.derived.how is Derivation.SUM and _is_sum_of(right, left, numerator):
        return shares(left, right.derived.axis)
    if is_derived(right, numerator, Derivation.ABOVE_SUM):
        return between(0.0, 1.0, reached=False, sources=left.sources)
    if is_derived(right, numerator, Derivation.COMPLEMENT) and left.within_unit:
        odds = [INFINITY if end >= 1 else end / (1 - end) for end in (left.low, left.high)]
        reached = (left.reaches_low, left.reaches_high)
        return Value(low=odds[0], high=odds[1], reaches_low=reached[0], reaches_high=reached[1], sources=left.sources)
    return None


def _may_cancel(value: Value, total: Value) -> bool:
    """Whether numbers of both signs add up to as little as one likes, while one of them stays away from 0."""
    along_classes = total.derived is not None and total.derived.axis == -1
    return arithmetic.has_both_signs(value) and along_classes and not value.integer and value.is_free


def shares(value: Value, axis: int | None) -> Value:
    """Give numbers >= 0 divided by their sum along `axis`; a share is everything if one number outweighs the others."""
    outweighs = (value.reaches_low and value.low == 0) or (value.reaches_high and value.high == INFINITY)
    reached = outweighs and axis == -1 and value.sources.isdisjoint(TIES)
    return replace(between(0.0, 1.0, reached=reached, sources=value.sources), sum_axis=axis)


def _is_sum_of(total: Value, value: Value, identity: object) -> bool:
    """Whether `total` sums the tensor up, or another one that was computed in the same way (`exp(x)` twice)."""
    if is_derived(total, identity, Derivation.SUM):
        return True
    own, other = value.derived, total.derived.before if total.derived is not None else None
    return (
        own is not None
        and other is not None
        and (own.how, own.of, own.axis) == (other.how, other.of, other.axis)
        and own.how in _OF_ONE_TENSOR
    )


_OF_ONE_TENSOR = frozenset({Derivation.EXPONENTIAL, Derivation.COMPLEMENT, Derivation.NEGATIVE})


def difference(left: Value, right: Value, minuend: object) -> Value | None:
    """Give `left - right` where both come from one tensor in a way whose difference is known; else None."""
    if right.derived is None:
        return None
    if is_derived(right, minuend, Derivation.MAXIMUM):
        return Value(
            low=min(left.low - left.high, 0.0) if left.low > -INFINITY else -INFINITY,
            high=0.0,
            reaches_low=left.stands_out(right.derived.axis),
            reaches_high=True,
            sources=left.sources,
        )
    if is_derived(right, minuend, Derivation.LOG_SUM_EXP):
        logarithm = between(-INFINITY, 0.0, reached=left.stands_out(right.derived.axis), sources=left.sources)
        return replace(logarithm, log_of=LogOf.SIMPLEX, log_axis=right.derived.axis)
    return _log_odds(left, right)


def _log_odds(left: Value, right: Value) -> Value | None:
    """Give `log(p) - log(1 - p)`, the logits behind p."""
    if not are_of_complements(left, right):
        return None
    return Value(
        low=left.low - right.high,
        high=left.high - right.low,
        reaches_low=left.reaches_low,
        reaches_high=left.reaches_high,
        sources=left.sources,
    )


def are_of_complements(left: Value, right: Value) -> bool:
    """Whether these are the logarithms of p and of 1 - p; of whole numbers they are infinite or undefined."""
    if left.may_vanish or left.derived is None or right.derived is None or right.derived.before is None:
        return False
    are_logarithms = left.derived.how is right.derived.how is Derivation.LOGARITHM
    before = right.derived.before
    return are_logarithms and before.how is Derivation.COMPLEMENT and before.of == left.derived.of


def logarithm_of_sum(value: Value) -> Derived | None:
    """Give how `log(sum(exp(x)))` is derived from x, if the value is such a sum."""
    derivation = value.derived
    if derivation is None or derivation.how is not Derivation.SUM or derivation.before is None:
        return None
    if derivation.before.how is not Derivation.EXPONENTIAL:
        return None
    return Derived(Derivation.LOG_SUM_EXP, derivation.before.of, derivation.axis)


def are_complements(call: LayerCall, references: Sequence[TensorReference]) -> bool:
    """Whether the tensors are p and 1 - p, in either order, with p in [0, 1]."""
    if len(references) != 2:
        return False
    values = [call.operands.value(reference) for reference in references]
    identities = [call.operands.identity(reference) for reference in references]
    mirrors = any(is_derived(values[this], identities[1 - this], Derivation.COMPLEMENT) for this in (0, 1))
    return mirrors and all(value.low >= 0 and value.high <= 1 for value in values)


def with_size_one(call: LayerCall, references: Sequence[TensorReference], axis: int) -> bool:
    """Whether each of the tensors has size 1 along `axis`."""
    return all(axes.size(call.operands.shape(reference), axis) == 1 for reference in references)

"""Where a call goes as all numbers of one tensor are one number that goes off without end: `max(x, pool(x))`.

A tensor whose weights let all of it be one number makes all that is computed from it a function of that number: means
and extremes are the number itself, sums a multiple of it. Where such a function falls on one side and rises on the
other, elements go both ways, however they depend on each other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from logitcheck.analyzer.calls import LayerCall, Operands, number
from logitcheck.analyzer.ties import CREEPING
from logitcheck.analyzer.transfer import formulas, rays
from logitcheck.analyzer.transfer.rays import Ray
from logitcheck.analyzer.values import Value, copied, unbounded
from logitcheck.model import LayerKind, TensorReference

_DEEPEST = 12
_MOST_STEPS = 64


@dataclass(frozen=True, slots=True)
class _Line:
    """What a tensor is far out on both sides; `of` is the identity of the one that is one number, None of constants."""

    of: object | None
    down: Ray
    up: Ray


def value_of(call: LayerCall) -> Value | None:
    """Give what is known of a call that falls without end on one side and rises on the other; else None."""
    if len(call.tensors) < 2 or call.operands.may_be_masked():
        return None
    line = _Following().of_call(call, 0)
    if line is None or not line.down.goes_off or not line.up.goes_off or line.down.is_positive == line.up.is_positive:
        return None
    # Each goes its way together with all the others, which need not go as far: none of them is known to stand out.
    return copied(unbounded(call.sources()))


class _Following:
    """The tensors that a call is made of, each followed once, and only so many of them."""

    def __init__(self) -> None:
        self._known: dict[object, _Line | None] = {}
        self._steps = 0

    def of_call(self, call: LayerCall, depth: int) -> _Line | None:
        """Give where a call goes; None where that is not followed."""
        self._steps += 1
        call = formulas.unfolded(call)
        rule = rays.rule_for(call)
        if rule is None or self._steps > _MOST_STEPS or depth > _DEEPEST:
            return None
        if call.declared is not None or call.half is not None or call.call.kwargs.get("training") is True:
            return None
        lines = [self._of_argument(call, argument, depth + 1) for argument in _arguments(call)]
        known = [line for line in lines if line is not None]
        origins = {line.of for line in known} - {None}
        if not known or len(known) != len(lines) or len(origins) != 1:
            return None
        down, up = (rule(call, side) for side in ([line.down for line in known], [line.up for line in known]))
        return _Line(origins.pop(), down, up) if down is not None and up is not None else None

    def _of_argument(self, call: LayerCall, argument: object, depth: int) -> _Line | None:
        if isinstance(argument, TensorReference):
            return self._of_tensor(call.operands, argument, depth)
        single = number(argument)
        return None if single is None else _Line(None, rays.constant(single), rays.constant(single))

    def _of_tensor(self, operands: Operands, reference: TensorReference, depth: int) -> _Line | None:
        identity = operands.identity(reference)
        if identity not in self._known:
            maker = operands.maker(reference)
            line = self.of_call(maker, depth) if maker is not None else None
            if line is None and _can_be_one_number(operands.value(reference)):
                line = _Line(identity, rays.FALLING, rays.RISING)
            self._known[identity] = line
        return self._known[identity]


def _can_be_one_number(value: Value) -> bool:
    """Whether weights let all of a tensor be any one number."""
    return value.sums_freely and not value.has_copies and not value.sources >= CREEPING


def _arguments(call: LayerCall) -> Sequence[object]:
    """Give what a call computes with: of what only moves or picks numbers, its first tensor alone."""
    rule, given = call.layer.rule, call.call.args[:1]
    if rule in {"Attention", "AdditiveAttention"}:
        return call.tensors[1:2]
    if rule in rays.JOINING:
        return given[0] if given and isinstance(given[0], list) else ()
    if rule not in rays.KEEPING and (rule not in rays.REDUCING or call.layer.kind is LayerKind.LAYER):
        return formulas.arguments(call)
    # A table of constants may be looked into, too, with a tensor of places.
    return call.tensors[:1] if call.layer.kind is LayerKind.LAYER or given == call.tensors[:1] else ()

"""Lines with a kink at 0, over one tensor: `relu(x) - x`, `max(x, 0.2 x)`, `x + abs(x)`.

Each is one multiple of x where x is positive and another where it is negative, and so is what adds them up or takes the
larger. Without a constant in them nothing is lost to rounding but what the multiples themselves lose.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from logitcheck.analyzer.calls import LayerCall, Operands, number
from logitcheck.analyzer.transfer import formulas
from logitcheck.analyzer.transfer.activation import LEAKY_SLOPES
from logitcheck.analyzer.transfer.forms import LEFT_OVER, Factor, Form, Origin, multiple
from logitcheck.analyzer.values import Kind, Value
from logitcheck.model import LayerKind, TensorReference

_DEEPEST = 12


@dataclass(frozen=True, slots=True)
class _Kinked:
    """A multiple of a tensor below 0 and another one above."""

    origin: Origin
    below: Factor
    above: Factor


def value_of(call: LayerCall) -> Value | None:
    """Give what a call puts out that adds up, or picks the larger or smaller of, lines over one tensor; else None."""
    line = _Bending().of_call(call, 0) if len(call.tensors) > 1 else None
    return None if line is None else _judged(line, call)


class _Bending:
    """The lines that a call is made of, as far as they are lines over one tensor."""

    def __init__(self) -> None:
        self._writing = formulas.Writing()
        self._known: dict[object, _Kinked] = {}

    def of_call(self, call: LayerCall, depth: int) -> _Kinked | None:
        """Give the line that a call puts out."""
        if depth > _DEEPEST or call.declared is not None or call.half is not None or not formulas.is_aligned(call):
            return None
        if formulas.heeds_masks(call) or any(map(_wraps_around, map(call.operands.dtype, call.tensors))):
            return None
        slope = slope_below(call)
        if slope is not None:
            return _bent(self._of_tensor(call.operands, call.tensors[0], depth), slope)
        pick = _PICKS.get(call.layer.rule)
        if pick is not None:
            others = [each for each in formulas.arguments(call) if not isinstance(each, TensorReference)]
            lines = [self._of_tensor(call.operands, each, depth) for each in call.tensors]
            return _picked(lines, pick, with_zero=bool(others)) if all(number(each) == 0 for each in others) else None
        form = self._writing.of_call(call, 0)
        return None if form is None else self._of_form(form, depth)

    def _of_tensor(self, operands: Operands, reference: TensorReference, depth: int) -> _Kinked | None:
        return self._of_form(self._writing.of(operands, reference, 0), depth)

    def _of_form(self, form: Form, depth: int) -> _Kinked | None:
        if form.constant.size or not form.terms or any(power != 1 for _, power in form.terms):
            return None
        lines = [_scaled(self._of_origin(origin, depth), factor) for (origin, _), factor in form.terms.items()]
        return _summed(lines)

    def _of_origin(self, origin: Origin, depth: int) -> _Kinked:
        if origin.identity not in self._known:
            maker = origin.operands.maker(origin.reference)
            is_line = maker is not None and (maker.layer.rule in _PICKS or slope_below(maker) is not None)
            line = self.of_call(maker, depth + 1) if maker is not None and is_line else None
            self._known[origin.identity] = line or _Kinked(origin, multiple(1.0), multiple(1.0))
        return self._known[origin.identity]


def _wraps_around(dtype: str | None) -> bool:
    """Whether numbers of a type have no sign, so that less than 0 is a lot."""
    return dtype is not None and dtype.startswith("uint")


def slope_below(call: LayerCall) -> float | None:
    """Give by what a call multiplies negative numbers, where it hands on all the others; None for any other call."""
    layer, activation = call.layer, call.layer.activation
    if len(call.tensors) != 1:
        return None
    if layer.rule == "Activation":
        name, slope = activation.name if activation is not None else None, None
        parameters = activation.config if activation is not None else {}
        if name in _ACTIVATIONS and not parameters.keys() - {"negative_slope"}:
            slope = number(parameters.get("negative_slope", _ACTIVATIONS[name]))
    else:
        default = _SLOPES.get((layer.kind, layer.rule))
        is_plain = call.option("max_value") is None and number(call.option("threshold", 0.0)) == 0
        slope = number(call.option("negative_slope", default)) if default is not None and is_plain else None
    return slope if slope is not None and (slope >= 0 or layer.rule in _DISTANCES) else None


_ACTIVATIONS = {"relu": 0.0, "leaky_relu": LEAKY_SLOPES[LayerKind.OPERATION]}
_DISTANCES = ("Abs", "Absolute")
_SLOPES = {
    (LayerKind.LAYER, "ReLU"): 0.0,
    (LayerKind.LAYER, "LeakyReLU"): LEAKY_SLOPES[LayerKind.LAYER],
    (LayerKind.OPERATION, "Relu"): 0.0,
    (LayerKind.OPERATION, "ReLU"): 0.0,
    (LayerKind.OPERATION, "LeakyRelu"): LEAKY_SLOPES[LayerKind.OPERATION],
    (LayerKind.OPERATION, "LeakyReLU"): LEAKY_SLOPES[LayerKind.OPERATION],
    **{(LayerKind.OPERATION, name): -1.0 for name in _DISTANCES},
}
"""Layers and operations with a kink at 0 -> the slope below it, unless they are told another one."""

_Pick = Callable[[Sequence[Factor]], Factor]


def _largest(factors: Sequence[Factor]) -> Factor:
    return max(factors, key=lambda factor: factor.net)


def _smallest(factors: Sequence[Factor]) -> Factor:
    return min(factors, key=lambda factor: factor.net)


_PICKS: Mapping[str, tuple[_Pick, _Pick]] = {
    "Maximum": (_smallest, _largest),
    "Minimum": (_largest, _smallest),
}
"""Which multiple is picked where a tensor is negative, and where it is positive."""


def _scaled(line: _Kinked, factor: Factor) -> _Kinked:
    return _Kinked(line.origin, line.below.times(factor), line.above.times(factor))


def _summed(lines: Sequence[_Kinked]) -> _Kinked | None:
    first, *others = lines
    if any(line.origin != first.origin for line in others):
        return None
    for line in others:
        first = _Kinked(first.origin, first.below.plus(line.below), first.above.plus(line.above))
    return first


def _picked(lines: Sequence[_Kinked | None], picks: tuple[_Pick, _Pick], *, with_zero: bool) -> _Kinked | None:
    known = [line for line in lines if line is not None]
    if len(known) != len(lines) or any(line.origin != known[0].origin for line in known):
        return None
    if with_zero:
        known.append(_scaled(known[0], multiple(0.0)))
    below, above = picks
    return _Kinked(known[0].origin, below([line.below for line in known]), above([line.above for line in known]))


def _bent(line: _Kinked | None, slope: float) -> _Kinked | None:
    """Give a line of which what is negative is multiplied once more."""
    if line is None:
        return None
    factor = multiple(slope)
    below = line.below.times(factor) if line.below.net > 0 else line.below
    above = line.above.times(factor) if line.above.net < 0 else line.above
    return _Kinked(line.origin, below, above)


def _judged(line: _Kinked, call: LayerCall) -> Value | None:
    """Give the ends of a line: where its tensor ends, and at the kink if it comes there."""
    if any(_is_doubtful(factor) for factor in (line.below, line.above)):
        return None
    value = line.origin.value
    ends = [(_height(line, end), reached) for end, reached in _ends(value)]
    if value.low < 0 < value.high:
        ends.append((0.0, value.moves_smoothly))
    low, high = min(end for end, _ in ends), max(end for end, _ in ends)
    result = Value(
        low=low,
        high=high,
        reaches_low=any(reached and end == low for end, reached in ends),
        reaches_high=any(reached and end == high for end, reached in ends),
        sources=call.sources(),
    )
    return None if result.kind is Kind.UNKNOWN else result


def _ends(value: Value) -> tuple[tuple[float, bool], tuple[float, bool]]:
    return (value.low, value.reaches_low), (value.high, value.reaches_high)


def _height(line: _Kinked, end: float) -> float:
    factor = line.above.net if end > 0 else line.below.net
    return 0.0 if end == 0 or factor == 0 else factor * end


def _is_doubtful(factor: Factor) -> bool:
    """Whether so much of a multiple cancels out that rounding may be all that is left; `x - x` leaves nothing."""
    is_nothing = factor.exact and factor.size <= _SIZE_OF_TWO and not factor.net
    return abs(factor.net) < factor.size * LEFT_OVER and not is_nothing


_SIZE_OF_TWO = 2.0
"""That of `x - x`: of no more terms it does not matter in which order they are added up."""

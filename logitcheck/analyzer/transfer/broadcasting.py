"""What becomes of numbers that are spread over an axis, where tensors of different sizes meet element by element.

Units of a layer each have weights of their own; one unit that is spread to meet several has one number for all.
"""

from __future__ import annotations

from collections.abc import Iterator

from logitcheck.analyzer import axes
from logitcheck.analyzer.calls import LayerCall
from logitcheck.analyzer.derivation import Derivation
from logitcheck.analyzer.transfer import arithmetic
from logitcheck.analyzer.values import Value, copied
from logitcheck.model import ConstantArray, TensorReference

_SUMS = frozenset({"Add", "AddN", "BiasAdd", "Subtract", "Average", "Multiply"})

_RULES = _SUMS | {
    *(
        "Divide",
        "TrueDivide",
        "DivideNoNan",
        "FloorDivide",
        "Mod",
        "Fmod",
        "Power",
        "Maximum",
        "Minimum",
        "Fmax",
        "Fmin",
    ),
    *("Where", "Select", "Arctan2", "Hypot", "Logaddexp", "Logaddexp2", "SquaredDifference", "Xlogy"),
}
"""Layers and operations that meet their operands element by element."""

_REDUCED = frozenset({Derivation.SUM, Derivation.ABOVE_SUM, Derivation.MAXIMUM, Derivation.LOG_SUM_EXP})


def spread(value: Value, call: LayerCall) -> Value:
    """Note that the same number may stand in the result more than once, where an operand has one for several units."""
    if call.layer.rule not in _RULES or not value.sources or value.has_copies:
        return value
    sizes = dict(_sizes(call))
    if len(set(sizes.values())) == 1 and None not in sizes.values():
        return value
    spread_ones = [key for key, size in sizes.items() if size in {1, None} and isinstance(key, TensorReference)]
    if not spread_ones or all(_is_reduced(call, each) for each in spread_ones) or _stays_free(call, sizes):
        return value
    return copied(value)


def _sizes(call: LayerCall) -> Iterator[tuple[object, int | None]]:
    """Give the size along the last axis of every tensor and array among the arguments, the same tensor once."""
    seen: set[object] = set()
    for reference in call.tensors:
        identity = call.operands.identity(reference)
        if identity not in seen:
            seen.add(identity)
            yield reference, axes.size(call.operands.shape(reference), -1)
    for position, argument in enumerate((*call.call.args, *call.call.kwargs.values())):
        length = _length(argument.value if isinstance(argument, ConstantArray) else argument)
        if length is not None:
            yield position, length


def _length(stored: object) -> int | None:
    """Give how many numbers the innermost lists hold; None where there are no lists of numbers."""
    while isinstance(stored, list) and stored and isinstance(stored[0], list):
        stored = stored[0]
    is_array = isinstance(stored, list) and stored and not isinstance(stored[0], TensorReference)
    return len(stored) if isinstance(stored, list) and is_array else None


def _is_reduced(call: LayerCall, reference: TensorReference) -> bool:
    """Whether an operand is a sum or maximum of another one, which hangs on all of it anyway."""
    derived = call.operands.value(reference).derived
    if derived is None or derived.how not in _REDUCED:
        return False
    others = [other for other in call.tensors if other != reference]
    own = {call.operands.identity(other) for other in others}
    made = [call.operands.value(other).derived for other in others]
    before = derived.before
    return derived.of in own or any(
        each is not None and before is not None and (each.how, each.of) == (before.how, before.of) for each in made
    )


def _stays_free(call: LayerCall, sizes: dict[object, int | None]) -> bool:
    """Whether an operand of the full size lets each number be any, whatever is added to it or multiplies it."""
    if call.layer.rule not in _SUMS:
        return False
    values = {key: call.operands.value(key) for key in sizes if isinstance(key, TensorReference)}
    return any(
        sizes[key] not in {1, None}
        and value.is_unbounded
        and value.is_free
        and all(arithmetic.independent([value, other]) for at, other in values.items() if at != key)
        for key, value in values.items()
    )

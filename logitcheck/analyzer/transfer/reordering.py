"""Operations that reshape, transpose and join tensors (keras-facts: "Rearrangement")."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from logitcheck.analyzer import axes
from logitcheck.analyzer.calls import LayerCall, Rule, listed, number, same_shape, whole
from logitcheck.analyzer.transfer import arithmetic, patterns
from logitcheck.analyzer.transfer.merging import concatenated, concatenated_shape
from logitcheck.analyzer.transfer.rearranging import (
    beside,
    class_axis,
    kept_unless,
    moved,
    permuted,
    permuted_shape,
    regrouped,
    resolve,
    unknown_shape,
    without_batch,
)
from logitcheck.analyzer.values import (
    LogOf,
    Value,
    anything,
    between,
    copied,
    join,
    reshaped,
    without_axes,
)
from logitcheck.model import Shape


def _target(call: LayerCall) -> Shape | None:
    target = listed(call.argument(1, "newshape"))
    if not target:
        return None
    before = call.shape()
    if target[0] is None:
        rest = resolve(target[1:], without_batch(before))
        return None if rest is None else (None, *rest)
    if whole(target[0]) == -1 and all((whole(size) or 0) > 0 for size in target[1:]):
        return (None, *(whole(size) for size in target[1:]))
    return resolve(target, before)


def _reshape(call: LayerCall) -> Value:
    return regrouped(call.value(), call.shape(), _target(call))


def _expanded_axis(call: LayerCall) -> int | None:
    return _new_axis(call.argument(1, "axis"), call.shape())


def _new_axis(axis: object, before: Shape | None) -> int | None:
    """Give where an axis that a shape gets in addition is afterwards, from the end."""
    position = whole(axis)
    if position is None or position < 0:
        return position
    return None if before is None else position - len(before) - 1


def _with_axis(shape: Shape | None, new: int | None, size: int) -> Shape | None:
    """Give the shape with one more axis, of that size."""
    if shape is None or new is None or not 0 <= len(shape) + 1 + new <= len(shape):
        return None
    position = len(shape) + 1 + new
    return (*shape[:position], size, *shape[position:])


def _expand(call: LayerCall) -> Value:
    value, new = call.value(), _expanded_axis(call)
    axis = class_axis(value)
    if axis is None or new is None:
        return kept_unless(value, None)
    return moved(value, axis if axis > new else axis - 1)


def _expand_shape(call: LayerCall) -> Shape | None:
    return _with_axis(call.shape(), _expanded_axis(call), 1)


def _squeezed_axes(call: LayerCall) -> list[int] | None:
    stored, shape = call.argument(1, "axis"), call.shape()
    if stored in (None, []):
        return None if shape is None else [axis - len(shape) for axis, size in enumerate(shape) if size == 1]
    return axes.negatives(stored, shape)


def _squeeze(call: LayerCall) -> Value:
    value, gone = call.value(), _squeezed_axes(call)
    axis = class_axis(value)
    if axis is None or gone is None or axis in gone:
        return kept_unless(value, None)
    return moved(value, axis + sum(1 for other in gone if other > axis))


def _squeeze_shape(call: LayerCall) -> Shape | None:
    shape, gone = call.shape(), _squeezed_axes(call)
    if shape is None or gone is None:
        return None
    return tuple(size for axis, size in enumerate(shape) if axis - len(shape) not in gone)


def _order(call: LayerCall) -> list[int] | None:
    stored, shape = call.argument(1, "axes"), call.shape()
    if stored is None:
        return None if shape is None else list(range(len(shape)))[::-1]
    order = [whole(item) for item in listed(stored)]
    counted = [item if item >= 0 else item + len(order) for item in order if item is not None]
    return counted if sorted(counted) == list(range(len(order))) else None


def _swapped(call: LayerCall) -> list[int] | None:
    shape = call.shape()
    first, second = whole(call.argument(1, "axis1")), whole(call.argument(2, "axis2"))
    if (
        shape is None
        or first is None
        or second is None
        or not all(-len(shape) <= axis < len(shape) for axis in (first, second))
    ):
        return None
    order = list(range(len(shape)))
    order[first], order[second] = order[second], order[first]
    return order


def _last_two_swapped(call: LayerCall) -> list[int] | None:
    shape = call.shape()
    if shape is None or len(shape) < 2:
        return None
    rank = len(shape)
    return [*range(rank - 2), rank - 1, rank - 2]


def _moved_order(call: LayerCall) -> list[int] | None:
    shape = call.shape()
    source, target = (
        axes.negatives(call.argument(at, name), shape) for at, name in ((1, "source"), (2, "destination"))
    )
    if shape is None or source is None or target is None or len(source) != len(target):
        return None
    rank = len(shape)
    remaining = [position for position in range(rank) if position - rank not in source]
    for origin, goal in sorted(zip(source, target, strict=True), key=lambda pair: pair[1]):
        remaining.insert(goal + rank, origin + rank)
    return remaining


def _permuting(order_of: Callable[[LayerCall], list[int] | None]) -> Rule:
    return Rule(
        lambda call: permuted(call.value(), order_of(call)), lambda call: permuted_shape(call.shape(), order_of(call))
    )


def _concatenate(call: LayerCall) -> Value:
    if not call.tensors:
        return anything("it is called without a tensor", call.path)
    return concatenated(call, call.tensors, call.option("axis", _second(call, -1)))


def _second(call: LayerCall, default: int) -> object:
    return call.call.args[1] if len(call.call.args) > 1 else default


def _concatenate_shape(call: LayerCall) -> Shape | None:
    shapes = [call.operands.shape(reference) for reference in call.tensors]
    return concatenated_shape(shapes, call.option("axis", _second(call, -1)))


def _stacked_axis(call: LayerCall) -> int | None:
    return _new_axis(call.option("axis", _second(call, 0)), call.shape())


def _stack(call: LayerCall) -> Value:
    values, new = call.values(), _stacked_axis(call)
    if not values:
        return anything("it is called without a tensor", call.path)
    joined = arithmetic.tied(join(values), values)
    if len(values) > 1 and all(value.applied is not None for value in values):
        names = {value.applied.name for value in values if value.applied is not None}
        joined = replace(joined, applied=values[0].applied) if len(names) == 1 else joined
    if new is not None and patterns.are_complements(call, call.tensors):
        return replace(between(0.0, 1.0, reached=False, sources=joined.sources), sum_axis=new)
    axis = class_axis(values[0])
    if axis is None or new is None or any(class_axis(value) != axis for value in values):
        return joined
    after = axis if axis > new else axis - 1
    totals = {value.sum_total for value in values if value.sum_axis is not None}
    if len(totals) == 1 and all(value.sum_axis is not None for value in values):
        return replace(joined, sum_axis=after, sum_total=totals.pop())
    if all(value.log_of is LogOf.SIMPLEX for value in values):
        return replace(joined, log_of=LogOf.SIMPLEX, log_axis=after)
    return joined


def _stack_shape(call: LayerCall) -> Shape | None:
    return _with_axis(call.shape(), _stacked_axis(call), len(call.tensors))


def _pad(call: LayerCall) -> Value:
    value = call.value()
    if str(call.option("mode", "constant")).lower() != "constant":
        return copied(without_axes(value))
    if value.is_unbounded:
        return beside(value, 0.0)
    stored = call.option("constant_values")
    filler = 0.0 if stored is None else number(stored)
    if filler is None:
        return anything("what it pads with is not readable", call.path, value.sources)
    return beside(value, filler)


def _broadcast_to(call: LayerCall) -> Value:
    value, shape = call.value(), call.shape()
    axis = class_axis(value)
    if axis is not None and (axes.size(shape, axis) or 1) == 1:
        return copied(without_axes(value))
    return copied(reshaped(value))


def _broadcast_shape(call: LayerCall) -> Shape | None:
    sizes = [whole(item) for item in listed(call.argument(1, "shape"))]
    return tuple(sizes) if sizes else None


def _flat(call: LayerCall) -> Value:
    return kept_unless(call.value(), None)


def _bounds(call: LayerCall) -> Value:
    """Keep bounds only: the numbers are taken or repeated along some axis."""
    value = call.value()
    return replace(without_axes(value), applied=value.applied, stacked=value.stacked)


OPERATIONS: Mapping[str, Rule] = {
    "Reshape": Rule(_reshape, _target),
    "ExpandDims": Rule(_expand, _expand_shape),
    "Squeeze": Rule(_squeeze, _squeeze_shape),
    "Transpose": _permuting(_order),
    "Swapaxes": _permuting(_swapped),
    "MatrixTranspose": _permuting(_last_two_swapped),
    "Moveaxis": _permuting(_moved_order),
    "Ravel": Rule(_flat, unknown_shape),
    "Roll": Rule(_bounds, same_shape),
    "BroadcastTo": Rule(_broadcast_to, _broadcast_shape),
    "Concatenate": Rule(_concatenate, _concatenate_shape),
    "Stack": Rule(_stack, _stack_shape),
    "Pad": Rule(_pad, unknown_shape),
}

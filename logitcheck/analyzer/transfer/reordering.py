"""Operations that move numbers about: reshape, transpose, indexing, concatenation (keras-facts: "Rearrangement")."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from logitcheck.analyzer import axes
from logitcheck.analyzer.calls import LayerCall, Rule, number, same_shape, whole
from logitcheck.analyzer.transfer.merging import concatenated, concatenated_shape
from logitcheck.analyzer.transfer.rearranging import (
    class_axis,
    kept_unless,
    moved,
    permuted,
    permuted_shape,
    regrouped_axis,
    resolve,
)
from logitcheck.analyzer.values import LogOf, Value, anything, bounds_only, join, reshaped, unbounded, without_axes
from logitcheck.model import Shape, Slice


def _listed(stored: object) -> list[object]:
    return list(stored) if isinstance(stored, (list, tuple)) else [] if stored is None else [stored]


def _target(call: LayerCall) -> Shape | None:
    target = _listed(call.argument(1, "newshape"))
    if not target:
        return None
    before = call.shape()
    if target[0] is None:
        rest = resolve(target[1:], before[1:] if before is not None else None)
        return None if rest is None else (None, *rest)
    if whole(target[0]) == -1 and all((whole(size) or 0) > 0 for size in target[1:]):
        return (None, *(whole(size) for size in target[1:]))
    sizes = resolve(target, before)
    return sizes


def _reshape(call: LayerCall) -> Value:
    value, before, after = call.value(), call.shape(), _target(call)
    axis = class_axis(value)
    if axis is None:
        return reshaped(value)
    if before is None or after is None:
        return without_axes(value)
    return moved(value, regrouped_axis(axis, before, after))


def _expanded_axis(call: LayerCall) -> int | None:
    axis, shape = whole(call.argument(1, "axis")), call.shape()
    if axis is None:
        return None
    return axis if axis < 0 else None if shape is None else axis - len(shape) - 1


def _expand(call: LayerCall) -> Value:
    value, new = call.value(), _expanded_axis(call)
    axis = class_axis(value)
    if axis is None or new is None:
        return kept_unless(value, None)
    return moved(value, axis if axis > new else axis - 1)


def _expand_shape(call: LayerCall) -> Shape | None:
    shape, new = call.shape(), _expanded_axis(call)
    if shape is None or new is None or not 0 <= len(shape) + 1 + new <= len(shape):
        return None
    position = len(shape) + 1 + new
    return (*shape[:position], 1, *shape[position:])


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
    order = [whole(item) for item in _listed(stored)]
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


@dataclass(frozen=True, slots=True)
class _Indexed:
    """What an index does to the axes of an operand.

    kept: for each axis of the result, the operand's axis from 0, or None for a new one. cut: operand axes cut short.
    """

    kept: list[int | None]
    sizes: list[int | None]
    cut: set[int]


def _indexed(call: LayerCall) -> _Indexed | None:
    """Follow a GetItem index; None if it holds anything but numbers, slices, new axes and one ellipsis."""
    shape = call.shape()
    index = call.argument(1, "key")
    items = list(index) if isinstance(index, (list, tuple)) else [index]
    consuming = [item for item in items if item is not None and item is not ...]
    if shape is None or len(consuming) > len(shape) or sum(item is ... for item in items) > 1:
        return None
    if ... not in [item for item in items if item is ...]:
        items.append(...)
    kept: list[int | None] = []
    sizes: list[int | None] = []
    cut: set[int] = set()
    axis = 0
    for item in items:
        if item is None:
            kept.append(None)
            sizes.append(1)
        elif item is ...:
            for _ in range(len(shape) - len(consuming)):
                kept.append(axis)
                sizes.append(shape[axis])
                axis += 1
        elif isinstance(item, Slice):
            size, is_whole = _sliced(item, shape[axis])
            kept.append(axis)
            sizes.append(size)
            cut |= set() if is_whole else {axis}
            axis += 1
        elif whole(item) is not None:
            cut.add(axis)
            axis += 1
        else:
            return None
    return _Indexed(kept, sizes, cut)


def _sliced(item: Slice, size: int | None) -> tuple[int | None, bool]:
    """Give the size of an axis after a slice, and whether the slice leaves it whole."""
    parts = (item.start, item.stop, item.step)
    if any(part is not None and whole(part) is None for part in parts):
        return None, False
    start, stop, step = (whole(part) for part in parts)
    if start in (None, 0) and stop is None and step in (None, 1):
        return size, True
    if size is None or step == 0:
        return None, False
    length = len(range(*slice(start, stop, step).indices(size)))
    return length, length == size


def _get_item(call: LayerCall) -> Value:
    value = call.value()
    axis = class_axis(value)
    indexed = _indexed(call)
    if axis is None:
        return reshaped(value)
    shape = call.shape()
    if indexed is None or shape is None:
        return without_axes(value)
    position = len(shape) + axis
    if position in indexed.cut or position not in indexed.kept:
        return without_axes(value)
    return moved(value, indexed.kept.index(position) - len(indexed.kept))


def _get_item_shape(call: LayerCall) -> Shape | None:
    indexed = _indexed(call)
    return None if indexed is None else tuple(indexed.sizes)


def _taken(call: LayerCall) -> Value:
    """Take entries along one axis, in any order."""
    if call.option("batch_dims", 0) not in {0, None} and class_axis(call.value()) != -1:
        return kept_unless(call.value(), None)
    axis = call.option("axis")
    default = 0 if call.layer.class_name.startswith("TF") else None
    touched = axes.negative(default if axis is None else axis, call.shape())
    value = kept_unless(call.value(), None if touched is None else [touched])
    own = class_axis(value)
    if own is None or touched is None:
        return value
    if whole(call.argument(1, "indices")) is not None:
        return moved(value, own + 1 if touched > own else own)
    return value if own == -1 else without_axes(value)


def _tiled(call: LayerCall) -> Value:
    """Repeat the whole along its axes; classes repeated are no distribution any more."""
    repeats, shape = _listed(call.argument(1, "repeats")), call.shape()
    value = call.value()
    axis = class_axis(value)
    if axis is None or shape is None or len(repeats) != len(shape) or whole(repeats[axis]) != 1:
        return kept_unless(value, None)
    return moved(value, axis)


def _repeated(call: LayerCall) -> Value:
    """Repeat entries along one axis."""
    axis = axes.negative(call.argument(2, "axis"), call.shape())
    return kept_unless(call.value(), None if axis is None else [axis])


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
    axis, shape = whole(call.option("axis", _second(call, 0))), call.shape()
    if axis is None:
        return None
    return axis if axis < 0 else None if shape is None else axis - len(shape) - 1


def _stack(call: LayerCall) -> Value:
    values, new = call.values(), _stacked_axis(call)
    if not values:
        return anything("it is called without a tensor", call.path)
    joined = join(values)
    if len(values) > 1 and all(value.applied is not None for value in values):
        names = {value.applied.name for value in values if value.applied is not None}
        joined = replace(joined, applied=values[0].applied) if len(names) == 1 else joined
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
    shape, new = call.shape(), _stacked_axis(call)
    if shape is None or new is None or not 0 <= len(shape) + 1 + new <= len(shape):
        return None
    position = len(shape) + 1 + new
    return (*shape[:position], len(call.tensors), *shape[position:])


_MOST_PARTS = 4096


def _split_axis(call: LayerCall, at: int, default: int) -> int | None:
    axis = call.option("axis", call.call.args[at] if len(call.call.args) > at else default)
    return axes.negative(axis, call.shape())


def _split(call: LayerCall) -> tuple[Value, ...]:
    axis = _split_axis(call, 2, 0)
    part = kept_unless(call.value(), None if axis is None else [axis])
    return (part,) * _parts(call)


def _parts(call: LayerCall) -> int:
    sections = call.argument(1, "indices_or_sections")
    count = whole(sections)
    if count is None:
        count = len(_listed(sections)) + 1
    return min(max(count, 1), _MOST_PARTS)


def _split_shapes(call: LayerCall) -> list[Shape | None]:
    shape, axis, count = call.shape(), _split_axis(call, 2, 0), _parts(call)
    sections = whole(call.argument(1, "indices_or_sections"))
    if shape is None or axis is None or sections is None:
        return [None] * count
    size = axes.size(shape, axis)
    part = list(shape)
    part[axis] = size // sections if size is not None and sections else None
    return [tuple(part)] * count


def _unstack(call: LayerCall) -> tuple[Value, ...]:
    axis, value = _split_axis(call, 2, 0), call.value()
    count = axes.size(call.shape(), axis) or whole(call.option("num")) or 1
    own = class_axis(value)
    if own is None or axis is None or own == axis:
        part = kept_unless(value, None)
    else:
        part = moved(value, own + 1 if axis > own else own)
    return (part,) * min(count, _MOST_PARTS)


def _pad(call: LayerCall) -> Value:
    value = call.value()
    if value.is_unbounded:
        return unbounded(value.sources)
    if call.option("mode", "constant") != "constant":
        return without_axes(value)
    filler = number(call.option("constant_values")) or 0.0
    constant = Value(low=filler, high=filler, reaches_low=True, reaches_high=True)
    return replace(join([without_axes(value), constant]), log_of=None)


def _flipped(call: LayerCall) -> Value:
    return reshaped(call.value())


def _broadcast_to(call: LayerCall) -> Value:
    value, shape = call.value(), call.shape()
    axis = class_axis(value)
    if axis is not None and (axes.size(shape, axis) or 1) == 1:
        return without_axes(value)
    return reshaped(value)


def _broadcast_shape(call: LayerCall) -> Shape | None:
    sizes = [whole(item) for item in _listed(call.argument(1, "shape"))]
    return tuple(sizes) if sizes else None


def _unknown_shape(_: LayerCall) -> Shape | None:
    return None


def _flat(call: LayerCall) -> Value:
    return kept_unless(call.value(), None)


def _bounds(call: LayerCall) -> Value:
    """Keep bounds only: the numbers are taken or repeated along some axis."""
    value = call.value()
    return replace(bounds_only(value), applied=value.applied, stacked=value.stacked)


OPERATIONS: Mapping[str, Rule] = {
    "Reshape": Rule(_reshape, _target),
    "ExpandDims": Rule(_expand, _expand_shape),
    "Squeeze": Rule(_squeeze, _squeeze_shape),
    "Transpose": _permuting(_order),
    "Swapaxes": _permuting(_swapped),
    "Moveaxis": _permuting(_moved_order),
    "GetItem": Rule(_get_item, _get_item_shape),
    "Take": Rule(_taken, _unknown_shape),
    "TakeAlongAxis": Rule(_taken, _unknown_shape),
    "Ravel": Rule(_flat, _unknown_shape),
    "Flip": Rule(_flipped, same_shape),
    "Roll": Rule(_bounds, same_shape),
    "Sort": Rule(_flipped, same_shape),
    "Tile": Rule(_tiled, _unknown_shape),
    "Repeat": Rule(_repeated, _unknown_shape),
    "BroadcastTo": Rule(_broadcast_to, _broadcast_shape),
    "Concatenate": Rule(_concatenate, _concatenate_shape),
    "Stack": Rule(_stack, _stack_shape),
    "Split": Rule(_split, _split_shapes),
    "Unstack": Rule(_unstack, lambda _: [None]),
    "Pad": Rule(_pad, _unknown_shape),
}

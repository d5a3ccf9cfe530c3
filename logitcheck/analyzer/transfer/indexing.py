"""Operations that pick, repeat or part numbers along an axis (keras-facts: "Rearrangement")."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from logitcheck.analyzer import axes
from logitcheck.analyzer.calls import LayerCall, Rule, listed, same_shape, whole
from logitcheck.analyzer.transfer.rearranging import class_axis, kept_unless, moved, unknown_shape
from logitcheck.analyzer.values import Value, copied, reshaped, without_axes
from logitcheck.model import Shape, Slice


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
    own, is_one = class_axis(value), whole(call.argument(1, "indices")) is not None
    # The same entry may be taken more than once.
    value = value if is_one else copied(value)
    if own is None or touched is None:
        return value
    if is_one:
        return moved(value, own + 1 if touched > own else own)
    return value if own == -1 else without_axes(value)


def _picked(call: LayerCall) -> Value:
    """Take entries by indices of their own for each place: the classes of one place may come from many."""
    return copied(without_axes(call.value()))


def _sorted(call: LayerCall) -> Value:
    """Sort along one axis: a distribution along that very axis stays one, along another its parts are mixed."""
    value = call.value()
    along = axes.negative(call.argument(1, "axis", -1), call.shape())
    return reshaped(value) if along is not None and along == class_axis(value) else without_axes(value)


def sorted_shape(call: LayerCall) -> Shape | None:
    """Shape rule of sorting: without an axis all the numbers come in one row."""
    shape = call.shape()
    if shape is None or call.argument(1, "axis", -1) is not None:
        return shape
    return (axes.product(shape),)


def _tiled(call: LayerCall) -> Value:
    """Repeat the whole along its axes; classes repeated are no distribution any more."""
    repeats, shape = listed(call.argument(1, "repeats")), call.shape()
    value = call.value()
    axis = class_axis(value)
    if axis is None or shape is None or len(repeats) != len(shape) or whole(repeats[axis]) != 1:
        return copied(kept_unless(value, None))
    return copied(moved(value, axis))


def _repeated(call: LayerCall) -> Value:
    """Repeat entries along one axis."""
    axis = axes.negative(call.argument(2, "axis"), call.shape())
    return copied(kept_unless(call.value(), None if axis is None else [axis]))


_MOST_PARTS = 4096


def _split_axis(call: LayerCall, at: int, default: int) -> int | None:
    axis = call.option("axis", call.call.args[at] if len(call.call.args) > at else default)
    return axes.negative(axis, call.shape())


def _split(call: LayerCall) -> tuple[Value, ...]:
    return split_along(call, None)


def split_along(call: LayerCall, along: int | None) -> tuple[Value, ...]:
    """Give the parts of the operand, cut along an axis; None reads it from the call."""
    axis = _split_axis(call, 2, 0) if along is None else axes.negative(along, call.shape())
    part = kept_unless(call.value(), None if axis is None else [axis])
    return (part,) * _parts(call)


def _parts(call: LayerCall) -> int:
    sections = call.argument(1, "indices_or_sections")
    count = whole(sections)
    if count is None:
        count = len(listed(sections)) + 1
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


OPERATIONS: Mapping[str, Rule] = {
    "GetItem": Rule(_get_item, _get_item_shape),
    "Take": Rule(_taken, unknown_shape),
    "TakeAlongAxis": Rule(_picked, unknown_shape),
    "Tile": Rule(_tiled, unknown_shape),
    "Repeat": Rule(_repeated, unknown_shape),
    "Split": Rule(_split, _split_shapes),
    "Unstack": Rule(_unstack, lambda _: [None]),
    "Flip": Rule(lambda call: reshaped(call.value()), same_shape),
    "Sort": Rule(_sorted, sorted_shape),
}

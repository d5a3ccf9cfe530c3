"""Layers that move numbers about without changing them (keras-facts: "Rearrangement").

Bounds always survive; a distribution survives if its axis does. Padding adds zeros, cubic interpolation overshoots.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from logitcheck.analyzer import axes
from logitcheck.analyzer.calls import LayerCall, Rule, listed, number, whole
from logitcheck.analyzer.ties import DIVIDED, UNEVEN
from logitcheck.analyzer.transfer import arithmetic, sampling
from logitcheck.analyzer.transfer.windows import spatial
from logitcheck.analyzer.values import (
    INFINITY,
    LogOf,
    Value,
    anything,
    between,
    bounds_only,
    copied,
    join,
    reshaped,
    unbounded,
    without_axes,
)
from logitcheck.model import Shape

_SMOOTH = frozenset({"bilinear", "area"})


def unknown_shape(_: LayerCall) -> Shape | None:
    """Shape rule of what changes shapes in ways that are not followed."""
    return None


def class_axis(value: Value) -> int | None:
    """Give the axis along which the value is a distribution, a multiple or a logarithm of one."""
    return value.sum_axis if value.sum_axis is not None else value.log_axis


def moved(value: Value, axis: int | None) -> Value:
    """Give the same numbers with their class axis at `axis`, or lost if None."""
    if axis is None:
        return without_axes(value)
    result = reshaped(value)
    if value.sum_axis is not None:
        result = replace(result, sum_axis=axis)
    return replace(result, log_axis=axis) if value.log_of is LogOf.SIMPLEX else result


def kept_unless(value: Value, touched: Sequence[int] | None) -> Value:
    """Give the same numbers after something happened along the axes `touched` (None: along unknown ones)."""
    axis = class_axis(value)
    if axis is None or (touched is not None and axis not in touched):
        return reshaped(value)
    return without_axes(value)


def regrouped_axis(axis: int, before: Shape | None, after: Shape | None) -> int | None:
    """Give where an axis is after a reshape, if it is still an axis of its own."""
    if before is None or after is None or not after or not -len(before) <= axis < 0:
        return None
    count = before[axis]
    if count is None:
        return None
    if axis == -1:
        return -1 if after[-1] == count else None
    behind = axes.product(before[len(before) + axis + 1 :])
    for candidate in range(-len(after), 0):
        if (
            after[candidate] == count
            and behind is not None
            and axes.product(after[len(after) + candidate + 1 :]) == behind
        ):
            return candidate
    return None


def regrouped(value: Value, before: Shape | None, after: Shape | None) -> Value:
    """Give the same numbers in another shape; shapes are without the batch axis where it stays what it is."""
    axis = class_axis(value)
    return reshaped(value) if axis is None else moved(value, regrouped_axis(axis, before, after))


def without_batch(shape: Shape | None) -> Shape | None:
    """Give the shape of one sample."""
    return None if shape is None else shape[1:]


def _reshaped_to(call: LayerCall, after: Shape | None) -> Value:
    return regrouped(call.value(), without_batch(call.shape()), without_batch(after))


def resolve(target: Sequence[object], before: Shape | None) -> Shape | None:
    """Give the sizes of a reshape's target; a -1 is filled in if the operand's sizes are known. No batch axis."""
    sizes = [whole(size) for size in target]
    if any(size is None for size in sizes):
        return None
    known = [size for size in sizes if size is not None and size >= 0]
    if len(known) == len(sizes):
        return tuple(known)
    total, rest = axes.product(before) if before is not None else None, axes.product(known)
    if len(known) + 1 != len(sizes) or total is None or not rest or total % rest:
        return tuple(None if size is None or size < 0 else size for size in sizes)
    return tuple(total // rest if size is None or size < 0 else size for size in sizes)


def _reshape_shape(call: LayerCall) -> Shape | None:
    target = call.config.get("target_shape", call.config.get("dims"))
    before = call.shape()
    if not isinstance(target, (list, tuple)):
        return None
    after = resolve(list(target), without_batch(before))
    return None if after is None else (before[0] if before else None, *after)


def _reshape(call: LayerCall) -> Value:
    return _reshaped_to(call, _reshape_shape(call))


def _flatten_shape(call: LayerCall) -> Shape | None:
    shape = call.shape()
    return (shape[0], axes.product(shape[1:])) if shape else None


def _flatten(call: LayerCall) -> Value:
    return _reshaped_to(call, _flatten_shape(call))


def _repeated(call: LayerCall) -> Value:
    value = call.value()
    return copied(moved(value, -1) if class_axis(value) == -1 else kept_unless(value, None))


def _repeat_shape(call: LayerCall) -> Shape | None:
    shape = call.shape()
    return None if shape is None or len(shape) != 2 else (shape[0], whole(call.config.get("n")), shape[1])


def _permutation(call: LayerCall) -> list[int] | None:
    dims = [whole(item) for item in listed(call.config.get("dims"))]
    order = [0, *(item for item in dims if item is not None)]
    return order if sorted(order) == list(range(len(dims) + 1)) else None


def permuted(value: Value, order: Sequence[int] | None) -> Value:
    """Give the numbers with their axes in another order; `order` counts from 0, the batch axis included."""
    axis = class_axis(value)
    if axis is None or order is None:
        return kept_unless(value, None)
    position = len(order) + axis
    return moved(value, order.index(position) - len(order) if position in order else None)


def permuted_shape(shape: Shape | None, order: Sequence[int] | None) -> Shape | None:
    """Give the shape with its axes in another order."""
    if shape is None or order is None or len(shape) != len(order):
        return None
    return tuple(shape[position] for position in order)


def _spatial_axes(call: LayerCall) -> list[int] | None:
    shape = call.shape()
    if call.config.get("data_format") == "channels_first":
        return None if shape is None else list(range(-(len(shape) - 2), 0))
    return None if shape is None else list(range(-(len(shape) - 1), -1))


def along_space(call: LayerCall) -> Value:
    """Keep a distribution over the channels, which a change of the spatial axes leaves alone."""
    value = call.value()
    if class_axis(value) == -1 and call.config.get("data_format") != "channels_first":
        return reshaped(value)
    return kept_unless(value, _spatial_axes(call))


def beside(value: Value, filler: float) -> Value:
    """Give the numbers of a value and one more beside them, which fills a border or a gap."""
    if value.goes_both_ways:
        return unbounded(value.sources | UNEVEN)
    return replace(join([value, arithmetic.constant(filler)]), log_of=None)


def _padding(call: LayerCall) -> Value:
    return beside(call.value(), 0.0)


def _upsampling(call: LayerCall) -> Value:
    return interpolated(call, str(call.config.get("interpolation", "nearest")))


def interpolated(call: LayerCall, method: str) -> Value:
    """Give the numbers after interpolation along the spatial axes."""
    value = call.value()
    spread = copied(along_space(call))
    if method == "nearest" or value.is_unbounded:
        return spread
    if method in _SMOOTH:
        kept = bounds_only(copied(value))
        is_multiple = spread.sum_axis is not None
        kept = replace(kept, sum_axis=spread.sum_axis, sum_total=spread.sum_total) if is_multiple else kept
        return replace(kept, log_of=LogOf.UNIT) if value.log_of is not None else kept
    excess = _OVERSHOOT * (value.high - value.low) if method == "bicubic" else INFINITY
    if math.isfinite(excess):
        return between(value.low - excess, value.high + excess, reached=False, sources=value.sources)
    if _is_pulled_back(call, method):
        return copied(unbounded(value.sources | UNEVEN | DIVIDED))
    return anything(f"its {method} interpolation overshoots", call.path, value.sources)


def _is_pulled_back(call: LayerCall, method: str) -> bool:
    """Whether one pixel alone can go off without end, and counts negatively at the border of the new image.

    There its neighbours go the other way, and the border is what any further resizing of the image keeps.
    """
    from logitcheck.analyzer import transfer
    from logitcheck.analyzer.transfer import places

    value, before, after = call.value(), call.shape(), transfer.shapes(call)[0]
    if method not in sampling.OVERSHOOTING or not value.goes_off or value.is_uneven or sampling.is_told_more(call):
        return False
    return any(
        sampling.overshoots(axes.size(before, axis), axes.size(after, axis))
        and places.take_any(call.operands, call.tensors[0], axis)
        for axis in _spatial_axes(call) or ()
    )


_OVERSHOOT = (1.375**2 - 1) / 2
"""What the negative weights of a bicubic interpolation sum to at most: the sizes of its weights sum to 1.375 along each
axis of an image in PyTorch, and to 1.25 in TensorFlow and JAX."""


def _space_changed(call: LayerCall, change: Callable[[int, int], int | None]) -> Shape | None:
    """Give the shape with each spatial axis changed, by its number among them and its size."""
    shape = call.shape()
    if shape is None or len(shape) < 3:
        return None
    start = 2 if call.config.get("data_format") == "channels_first" else 1
    space = enumerate(shape[start : start + len(shape) - 2])
    sizes = (None if size is None else change(position, size) for position, size in space)
    return (*shape[:start], *sizes, *shape[start + len(shape) - 2 :])


def _cropping_shape(call: LayerCall) -> Shape | None:
    amounts = _amounts(call, "cropping")
    return _space_changed(call, lambda at, size: None if (cut := amounts[at]) is None else max(0, size - cut))


def _padding_shape(call: LayerCall) -> Shape | None:
    amounts = _amounts(call, "padding")
    return _space_changed(call, lambda at, size: None if (added := amounts[at]) is None else size + added)


def padded_axes(call: LayerCall) -> list[int] | None:
    """Give the axes along which a call puts zeros around what it is given; None where it may do something else."""
    spatial_axes, amounts = _spatial_axes(call), _amounts(call, "padding")
    if not call.layer.rule.startswith("ZeroPadding") or spatial_axes is None or None in amounts:
        return None
    return [axis for axis, amount in zip(spatial_axes, amounts, strict=True) if amount]


def _upsampling_shape(call: LayerCall) -> Shape | None:
    factors = spatial(call, "size", len(call.shape() or ()) - 2, 2)
    return _space_changed(call, lambda at, size: None if factors is None else size * factors[at])


def _amounts(call: LayerCall, name: str) -> list[int | None]:
    """Give by how much each spatial axis grows or shrinks, on both sides together."""
    rank = len(call.shape() or ()) - 2
    amounts = [_pair_sum(item) for item in _per_axis(call.config.get(name), rank)]
    return [*amounts, *[None] * (rank - len(amounts))]


def _per_axis(stored: object, rank: int) -> list[object]:
    if not isinstance(stored, (list, tuple)):
        return [stored] * rank
    return [list(stored)] if rank == 1 else list(stored)


def _pair_sum(item: object) -> int | None:
    if isinstance(item, (list, tuple)):
        parts = [whole(part) for part in item]
        return sum(part for part in parts if part is not None) if len(parts) == 2 and None not in parts else None
    single = whole(item)
    return None if single is None else 2 * single


def image_size_shape(call: LayerCall) -> Shape | None:
    """Shape rule of images brought to the `height` and `width` of the config."""
    shape = call.shape()
    if shape is None or len(shape) < 3:
        return None
    height, width = whole(call.config.get("height")), whole(call.config.get("width"))
    first = call.config.get("data_format") == "channels_first"
    return (*shape[:-2], height, width) if first else (*shape[:-3], height, width, shape[-1])


def _resizing(call: LayerCall) -> Value:
    value = interpolated(call, str(call.config.get("interpolation", "bilinear")))
    if call.config.get("pad_to_aspect_ratio") is not True or value.is_unbounded:
        return value
    filler = number(call.config.get("fill_value", 0.0))
    if filler is None:
        return anything("what it pads with is not readable", call.path, value.sources)
    return bounds_only(replace(value, low=min(value.low, filler), high=max(value.high, filler)))


def _permute_shape(call: LayerCall) -> Shape | None:
    return permuted_shape(call.shape(), _permutation(call))


LAYERS: Mapping[str, Rule] = {
    "Reshape": Rule(_reshape, _reshape_shape),
    "Flatten": Rule(_flatten, _flatten_shape),
    "RepeatVector": Rule(_repeated, _repeat_shape),
    "Permute": Rule(lambda call: permuted(call.value(), _permutation(call)), _permute_shape),
    **{f"Cropping{rank}D": Rule(along_space, _cropping_shape) for rank in (1, 2, 3)},
    **{f"ZeroPadding{rank}D": Rule(_padding, _padding_shape) for rank in (1, 2, 3)},
    **{f"UpSampling{rank}D": Rule(_upsampling, _upsampling_shape) for rank in (1, 2, 3)},
    "Resizing": Rule(_resizing, image_size_shape),
    "CenterCrop": Rule(_resizing, image_size_shape),
}

"""Distributions through random chains of rearrangements, poolings and reductions, with numpy as the reference.

Whatever is claimed of the last tensor must hold for the array: its bounds, its shape, and above all that it sums to
what it should along the axis it should.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as drawn
from numpy.typing import NDArray

from logitcheck.analyzer import transfer
from logitcheck.analyzer.values import LogOf, Value
from logitcheck.model import Layer, Shape, Slice
from tests.analyzer.given import call, distribution, layer, log_distribution, operation, reference, result

Array = NDArray[Any]
Data = drawn.DataObject


@dataclass(frozen=True)
class Tensor:
    """What is claimed of a tensor, and one of which it is claimed."""

    value: Value
    array: Array
    shape: Shape | None


def softmax(array: Array, axis: int) -> Array:
    powers = numpy.exp(array - array.max(axis=axis, keepdims=True))
    normalised: Array = powers / powers.sum(axis=axis, keepdims=True)
    return normalised


@drawn.composite
def distributions(draw: drawn.DrawFn) -> Tensor:
    """A random distribution along any axis but that of the batch."""
    sizes = draw(drawn.lists(drawn.integers(1, 4), min_size=2, max_size=4))
    axis = draw(drawn.integers(1, len(sizes) - 1)) - len(sizes)
    generator = numpy.random.default_rng(draw(drawn.integers(0, 2**32 - 1)))
    logits = generator.normal(scale=3.0, size=sizes)
    is_logarithm = draw(drawn.booleans())
    array = softmax(logits, axis)
    value = log_distribution(axis) if is_logarithm else distribution(axis)
    shape = draw(drawn.sampled_from([tuple(sizes), (None, *sizes[1:])]))
    return Tensor(value, numpy.log(array) if is_logarithm else array, shape)


def applied(tensor: Tensor, moving: Layer, array: Array, **arguments: Any) -> Tensor:
    """The tensor after a layer or operation of which numpy says what it does."""
    called = call(moving, (tensor.value, tensor.shape), **arguments)
    return Tensor(result(called), array, transfer.shapes(called)[0])


def both(tensor: Tensor, moving: Layer, array: Array, **arguments: Any) -> Tensor:
    """The tensor together with another one of its form: itself with the batch in another order."""
    operand = (tensor.value, tensor.shape)
    called = call(moving, operand, operand, **arguments)
    return Tensor(result(called), array, transfer.shapes(called)[0])


def axis_of(tensor: Tensor, data: Data, first: int = 1) -> int:
    """Any axis of the tensor from `first` on, counted from either end."""
    rank = tensor.array.ndim
    axis = data.draw(drawn.integers(first, rank - 1))
    return data.draw(drawn.sampled_from([axis, axis - rank]))


def sizes_of(count: int, data: Data) -> list[int]:
    """Sizes of some axes that hold `count` numbers."""
    sizes: list[int] = []
    while count > 1:
        size = data.draw(drawn.sampled_from([size for size in range(1, count + 1) if count % size == 0]))
        sizes.append(size)
        count //= size
        if len(sizes) == 3:
            break
    return [*sizes, count] if count > 1 or not sizes else sizes


def reshape_layer(tensor: Tensor, data: Data) -> Tensor:
    sizes = sizes_of(int(numpy.prod(tensor.array.shape[1:])), data)
    hidden = data.draw(drawn.integers(0, len(sizes)))
    target = [-1 if position == hidden else size for position, size in enumerate(sizes)]
    array = tensor.array.reshape(tensor.array.shape[0], *sizes)
    return applied(tensor, layer("Reshape", target_shape=target), array)


def reshape_operation(tensor: Tensor, data: Data) -> Tensor:
    sizes = sizes_of(int(numpy.prod(tensor.array.shape[1:])), data)
    batch = data.draw(drawn.sampled_from([-1, tensor.array.shape[0]]))
    array = tensor.array.reshape(tensor.array.shape[0], *sizes)
    return applied(tensor, operation("Reshape", newshape=[batch, *sizes]), array)


def flatten(tensor: Tensor, _: Data) -> Tensor:
    return applied(tensor, layer("Flatten"), tensor.array.reshape(tensor.array.shape[0], -1))


def permute(tensor: Tensor, data: Data) -> Tensor:
    dims = data.draw(drawn.permutations(range(1, tensor.array.ndim)))
    return applied(tensor, layer("Permute", dims=list(dims)), tensor.array.transpose(0, *dims))


def transpose(tensor: Tensor, data: Data) -> Tensor:
    order = data.draw(drawn.none() | drawn.permutations(range(tensor.array.ndim)).map(list))
    return applied(tensor, operation("Transpose", axes=order), tensor.array.transpose(order))


def swapaxes(tensor: Tensor, data: Data) -> Tensor:
    first, second = axis_of(tensor, data, 0), axis_of(tensor, data, 0)
    return applied(
        tensor, operation("Swapaxes", axis1=first, axis2=second), numpy.swapaxes(tensor.array, first, second)
    )


def moveaxis(tensor: Tensor, data: Data) -> Tensor:
    rank = tensor.array.ndim
    count = data.draw(drawn.integers(1, rank))
    origins = data.draw(drawn.permutations(range(rank)))[:count]
    goals = data.draw(drawn.permutations(range(rank)))[:count]
    moving = operation("Moveaxis", source=list(origins), destination=list(goals))
    return applied(tensor, moving, numpy.moveaxis(tensor.array, origins, goals))


def expand_dims(tensor: Tensor, data: Data) -> Tensor:
    axis = data.draw(drawn.integers(-tensor.array.ndim - 1, tensor.array.ndim))
    return applied(tensor, operation("ExpandDims", axis=axis), numpy.expand_dims(tensor.array, axis))


def squeeze(tensor: Tensor, data: Data) -> Tensor:
    ones = [axis for axis in range(1, tensor.array.ndim) if tensor.array.shape[axis] == 1]
    if not ones:
        return tensor
    axis = data.draw(drawn.sampled_from(ones))
    return applied(tensor, operation("Squeeze", axis=axis), numpy.squeeze(tensor.array, axis))


def repeat_vector(tensor: Tensor, data: Data) -> Tensor:
    if tensor.array.ndim != 2:
        return tensor
    count = data.draw(drawn.integers(1, 3))
    return applied(tensor, layer("RepeatVector", n=count), numpy.repeat(tensor.array[:, None], count, axis=1))


def crop(tensor: Tensor, data: Data) -> Tensor:
    rank = tensor.array.ndim - 2
    if rank not in {1, 2, 3}:
        return tensor
    amounts = [list(data.draw(drawn.sampled_from([(0, 0), (1, 0), (0, 1)]))) for _ in range(rank)]
    channels_first = rank > 1 and data.draw(drawn.booleans())
    start = 2 if channels_first else 1
    if any(tensor.array.shape[start + offset] <= sum(amount) for offset, amount in enumerate(amounts)):
        return tensor
    spatial = tuple(
        slice(before, tensor.array.shape[start + offset] - after) for offset, (before, after) in enumerate(amounts)
    )
    cropping = amounts[0] if rank == 1 else amounts
    data_format = "channels_first" if channels_first else "channels_last"
    index = (slice(None),) * start + spatial
    return applied(tensor, layer(f"Cropping{rank}D", cropping=cropping, data_format=data_format), tensor.array[index])


def pad_with_zeros(tensor: Tensor, data: Data) -> Tensor:
    rank = tensor.array.ndim - 2
    if rank not in {1, 2, 3}:
        return tensor
    amount = data.draw(drawn.integers(0, 2))
    padded = numpy.pad(tensor.array, [(0, 0), *[(amount, amount)] * rank, (0, 0)])
    return applied(tensor, layer(f"ZeroPadding{rank}D", padding=amount), padded)


def pad(tensor: Tensor, data: Data) -> Tensor:
    filler = data.draw(drawn.sampled_from([None, 0.0, 0.5, -1.0]))
    width = [[1, 1]] * tensor.array.ndim
    padded = numpy.pad(tensor.array, width, constant_values=filler or 0.0)
    return applied(tensor, operation("Pad", pad_width=width), padded, kwargs={"constant_values": filler})


def upsample(tensor: Tensor, data: Data) -> Tensor:
    rank = tensor.array.ndim - 2
    if rank not in {1, 2, 3}:
        return tensor
    factor = data.draw(drawn.integers(1, 2))
    channels_first = rank > 1 and data.draw(drawn.booleans())
    array = tensor.array
    for axis in range(2 if channels_first else 1, rank + (2 if channels_first else 1)):
        array = numpy.repeat(array, factor, axis=axis)
    data_format = "channels_first" if channels_first else "channels_last"
    size = factor if rank == 1 else [factor] * rank
    return applied(tensor, layer(f"UpSampling{rank}D", size=size, data_format=data_format), array)


def global_pooling(tensor: Tensor, data: Data) -> Tensor:
    rank = tensor.array.ndim - 2
    if rank not in {1, 2, 3}:
        return tensor
    channels_first, keeps, is_mean = (data.draw(drawn.booleans()) for _ in range(3))
    axes = tuple(range(2, rank + 2) if channels_first else range(1, rank + 1))
    data_format = "channels_first" if channels_first else "channels_last"
    pooling = layer(f"Global{'Average' if is_mean else 'Max'}Pooling{rank}D", data_format=data_format, keepdims=keeps)
    pool = numpy.mean if is_mean else numpy.max
    return applied(tensor, pooling, pool(tensor.array, axis=axes, keepdims=keeps))


def window_pooling(tensor: Tensor, data: Data) -> Tensor:
    """Pool windows of one position or of all; what lies between is the same for every position."""
    rank = tensor.array.ndim - 2
    if rank not in {1, 2, 3}:
        return tensor
    channels_first, is_mean = data.draw(drawn.booleans()), data.draw(drawn.booleans())
    axes = tuple(range(2, rank + 2) if channels_first else range(1, rank + 1))
    data_format = "channels_first" if channels_first else "channels_last"
    window = [tensor.array.shape[axis] for axis in axes]
    pooling = layer(f"{'Average' if is_mean else 'Max'}Pooling{rank}D", data_format=data_format, pool_size=window)
    pool = numpy.mean if is_mean else numpy.max
    return applied(tensor, pooling, pool(tensor.array, axis=axes, keepdims=True))


REDUCTIONS: Mapping[str, Callable[..., Any]] = {
    "Mean": numpy.mean,
    "Sum": numpy.sum,
    "Max": numpy.max,
    "Min": numpy.min,
    "Std": numpy.std,
}


def reduce(tensor: Tensor, data: Data) -> Tensor:
    name = data.draw(drawn.sampled_from(sorted(REDUCTIONS)))
    keeps = data.draw(drawn.booleans())
    axes = data.draw(drawn.lists(drawn.integers(1, tensor.array.ndim - 1), min_size=1, max_size=2, unique=True))
    if not keeps and len(axes) == tensor.array.ndim - 1:
        return tensor
    stored = data.draw(drawn.sampled_from([axes, [axis - tensor.array.ndim for axis in axes]]))
    computed = REDUCTIONS[name](tensor.array, axis=tuple(axes), keepdims=keeps)
    return applied(tensor, operation(name, axis=stored, keepdims=keeps), computed)


def index(tensor: Tensor, data: Data) -> Tensor:
    key: list[Any] = [slice(None)]
    ellipses = 0
    for size in tensor.array.shape[1:]:
        start = data.draw(drawn.integers(0, size - 1))
        stop = data.draw(drawn.integers(start + 1, size))
        choices = [slice(None), slice(start, stop), slice(0, None), slice(None, None, -1), start, ...]
        item = data.draw(drawn.sampled_from(choices))
        if item is ...:
            ellipses += 1
            item = ... if ellipses == 1 else slice(None)
        if data.draw(drawn.integers(0, 4)) == 0:
            key.append(None)
        key.append(item)
    array = tensor.array[tuple(key)]
    if array.ndim < 2:
        return tensor
    stored = tuple(Slice(item.start, item.stop, item.step) if isinstance(item, slice) else item for item in key)
    return applied(tensor, operation("GetItem"), array, args=(reference(), stored))


def take(tensor: Tensor, data: Data) -> Tensor:
    axis = axis_of(tensor, data)
    size = tensor.array.shape[axis]
    position = drawn.integers(0, size - 1)
    indices = data.draw(position | drawn.lists(position, min_size=1, max_size=3))
    if isinstance(indices, int) and tensor.array.ndim == 2:
        return tensor
    array = numpy.take(tensor.array, indices, axis=axis)
    return applied(tensor, operation("Take", axis=axis), array, args=(reference(), indices))


def tile(tensor: Tensor, data: Data) -> Tensor:
    repeats = [data.draw(drawn.integers(1, 2)) for _ in range(tensor.array.ndim)]
    return applied(tensor, operation("Tile", repeats=repeats), numpy.tile(tensor.array, repeats))


def repeat(tensor: Tensor, data: Data) -> Tensor:
    axis = axis_of(tensor, data)
    return applied(tensor, operation("Repeat", repeats=2, axis=axis), numpy.repeat(tensor.array, 2, axis=axis))


def split(tensor: Tensor, data: Data) -> Tensor:
    axis = axis_of(tensor, data)
    size = tensor.array.shape[axis]
    sections = data.draw(drawn.sampled_from([count for count in range(1, size + 1) if size % count == 0]))
    part = numpy.split(tensor.array, sections, axis=axis)[0]
    return applied(tensor, operation("Split", indices_or_sections=sections, axis=axis), part)


def unstack(tensor: Tensor, data: Data) -> Tensor:
    axis = axis_of(tensor, data)
    if tensor.array.ndim == 2:
        return tensor
    return applied(tensor, operation("Unstack", axis=axis), numpy.take(tensor.array, 0, axis=axis))


def flip(tensor: Tensor, data: Data) -> Tensor:
    axis = axis_of(tensor, data)
    return applied(tensor, operation("Flip", axis=axis), numpy.flip(tensor.array, axis))


def roll(tensor: Tensor, data: Data) -> Tensor:
    axis = axis_of(tensor, data)
    return applied(tensor, operation("Roll", shift=1, axis=axis), numpy.roll(tensor.array, 1, axis))


def broadcast_to(tensor: Tensor, _: Data) -> Tensor:
    shape = (2, *tensor.array.shape)
    moving = operation("BroadcastTo", shape=list(shape))
    return applied(tensor, moving, numpy.broadcast_to(tensor.array, shape))


def concatenate(tensor: Tensor, data: Data) -> Tensor:
    axis = axis_of(tensor, data)
    array = numpy.concatenate([tensor.array, tensor.array[::-1]], axis=axis)
    joining = data.draw(drawn.sampled_from([layer("Concatenate", axis=axis), operation("Concatenate", axis=axis)]))
    return both(tensor, joining, array)


def stack(tensor: Tensor, data: Data) -> Tensor:
    axis = data.draw(drawn.integers(-tensor.array.ndim - 1, tensor.array.ndim))
    array = numpy.stack([tensor.array, tensor.array[::-1]], axis=axis)
    return both(tensor, operation("Stack", axis=axis), array)


def merge(tensor: Tensor, data: Data) -> Tensor:
    other = tensor.array[::-1]
    name, array = data.draw(
        drawn.sampled_from(
            [
                ("Add", tensor.array + other),
                ("Average", (tensor.array + other) / 2),
                ("Multiply", tensor.array * other),
                ("Subtract", tensor.array - other),
                ("Maximum", numpy.maximum(tensor.array, other)),
                ("Minimum", numpy.minimum(tensor.array, other)),
            ]
        )
    )
    return both(tensor, layer(name), array)


def rescale(tensor: Tensor, data: Data) -> Tensor:
    scale = data.draw(drawn.sampled_from([0.5, 1.0, 2.0, -1.0]))
    offset = data.draw(drawn.sampled_from([0.0, 1.0]))
    return applied(tensor, layer("Rescaling", scale=scale, offset=offset), tensor.array * scale + offset)


def clip(tensor: Tensor, data: Data) -> Tensor:
    low, high = data.draw(drawn.sampled_from([(0.0, 1.0), (1e-9, 1 - 1e-9), (0.2, 0.8), (-5.0, 0.0)]))
    return applied(tensor, operation("Clip", x_min=low, x_max=high), numpy.clip(tensor.array, low, high))


def softmax_again(tensor: Tensor, data: Data) -> Tensor:
    axis = axis_of(tensor, data)
    return applied(tensor, layer("Softmax", axis=axis), softmax(tensor.array, axis))


def matrix_product(tensor: Tensor, data: Data) -> Tensor:
    generator = numpy.random.default_rng(data.draw(drawn.integers(0, 2**32 - 1)))
    width = tensor.array.shape[-1]
    rows = softmax(generator.normal(size=(tensor.array.shape[0], width, 3)), -1)
    if tensor.array.ndim != 3:
        return tensor
    called = call(operation("Matmul"), (tensor.value, tensor.shape), (distribution(name="rows"), rows.shape))
    return Tensor(result(called), tensor.array @ rows, transfer.shapes(called)[0])


MOVES: list[Callable[[Tensor, Data], Tensor]] = [
    *(reshape_layer, reshape_operation, flatten, permute, transpose, swapaxes, moveaxis, expand_dims, squeeze),
    *(repeat_vector, crop, pad_with_zeros, pad, upsample, global_pooling, window_pooling, reduce, index, take, tile),
    *(repeat, split, unstack, flip, roll, broadcast_to, concatenate, stack, merge, rescale, clip, softmax_again),
    matrix_product,
]


def assert_holds(tensor: Tensor) -> None:
    """Whatever is claimed of the tensor is true of the array."""
    value, array = tensor.value, tensor.array
    slack = 1e-9 * max(1.0, float(numpy.abs(array).max()))
    assert value.low - slack <= array.min()
    assert array.max() <= value.high + slack
    if value.sum_axis is not None:
        assert array.min() >= -slack
        numpy.testing.assert_allclose(array.sum(axis=value.sum_axis), value.sum_total, rtol=1e-6)
    if value.log_of is LogOf.SIMPLEX:
        assert value.log_axis is not None
        numpy.testing.assert_allclose(numpy.exp(array).sum(axis=value.log_axis), 1.0, rtol=1e-6)
    if tensor.shape is not None:
        assert len(tensor.shape) == array.ndim
        assert all(size in {None, real} for size, real in zip(tensor.shape, array.shape, strict=True))


@pytest.mark.parametrize("move", MOVES, ids=lambda move: move.__name__)
@given(start=distributions(), data=drawn.data())
def test_one_step_claims_nothing_that_is_not_so(
    move: Callable[[Tensor, Data], Tensor], start: Tensor, data: Data
) -> None:
    assert_holds(move(start, data))


@settings(max_examples=300)
@given(start=distributions(), data=drawn.data())
def test_a_chain_of_steps_claims_nothing_that_is_not_so(start: Tensor, data: Data) -> None:
    tensor = start
    for _ in range(data.draw(drawn.integers(2, 6))):
        move = data.draw(drawn.sampled_from(MOVES))
        if tensor.array.ndim < 2 or tensor.array.ndim > 5 or tensor.array.size > 4000:
            return
        tensor = move(tensor, data)
        assert_holds(tensor)

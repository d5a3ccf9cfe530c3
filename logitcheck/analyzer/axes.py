"""Axes as files write them, positive or negative, and as values keep them: negative, from the end."""

from __future__ import annotations

from collections.abc import Iterable

from logitcheck.model import LARGEST_SIZE, Shape


def negative(axis: object, shape: Shape | None) -> int | None:
    """Give `axis` counted from the end; None if it is no axis of that shape, or positive where the rank is unknown."""
    if isinstance(axis, bool) or not isinstance(axis, int):
        return None
    if shape is None:
        return axis if axis < 0 else None
    if -len(shape) <= axis < len(shape):
        return axis if axis < 0 else axis - len(shape)
    return None


def negatives(axes: object, shape: Shape | None) -> list[int] | None:
    """Give one axis or a list of axes counted from the end; None if any cannot be told."""
    items = axes if isinstance(axes, (list, tuple)) else [axes]
    counted = [negative(axis, shape) for axis in items]
    return None if any(axis is None for axis in counted) else [axis for axis in counted if axis is not None]


def size(shape: Shape | None, axis: int | None) -> int | None:
    """Give the size of an axis, None if unknown."""
    if shape is None or axis is None or not -len(shape) <= axis < len(shape):
        return None
    return shape[axis]


def product(sizes: Iterable[int | None]) -> int | None:
    """Multiply sizes; None if any is unknown."""
    result = 1
    for size_of_axis in sizes:
        if size_of_axis is None or result > LARGEST_SIZE:
            return None
        result *= size_of_axis
    return result if result <= LARGEST_SIZE else None


def broadcast(shapes: Iterable[Shape | None]) -> Shape | None:
    """Give the shape that operands of these shapes broadcast to; None if any rank is unknown."""
    result: Shape = ()
    for shape in shapes:
        if shape is None:
            return None
        longer, shorter = (result, shape) if len(result) >= len(shape) else (shape, result)
        padded = (1,) * (len(longer) - len(shorter)) + tuple(shorter)
        result = tuple(_wider(left, right) for left, right in zip(longer, padded, strict=True))
    return result


def _wider(left: int | None, right: int | None) -> int | None:
    if left == 1:
        return right
    if right in {1, left}:
        return left
    return None

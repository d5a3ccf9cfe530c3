"""Operations that answer yes or no, count, or find positions: whole numbers without a gradient (keras.src.ops)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from logitcheck.analyzer import axes
from logitcheck.analyzer.calls import LayerCall, Rule, numbers, rows, same_shape, whole
from logitcheck.analyzer.transfer.indexing import sorted_shape
from logitcheck.analyzer.transfer.operations import broadcast_shape
from logitcheck.analyzer.transfer.rearranging import unknown_shape
from logitcheck.analyzer.transfer.reducing import reduced_shape
from logitcheck.analyzer.values import INFINITY, Value, anything, between
from logitcheck.model import Shape


def _whole_numbers(low: float, high: float) -> Callable[[LayerCall], Value]:
    return lambda call: replace(between(low, high, reached=False, sources=call.sources()), integer=True)


_answer = _whole_numbers(0.0, 1.0)
_count = _whole_numbers(0.0, INFINITY)


def _any_whole_number(call: LayerCall) -> Value:
    return replace(anything("it computes with whole numbers of any size", call.path, call.sources()), integer=True)


def _positions(call: LayerCall) -> Value:
    """Argsort: positions along an axis, or among all the numbers."""
    axis, shape = call.argument(1, "axis", -1), call.shape()
    count = axes.product(shape or (None,)) if axis is None else axes.size(shape, axes.negative(axis, shape))
    return _whole_numbers(0.0, float(count - 1) if count else INFINITY)(call)


def _bucket(call: LayerCall) -> Value:
    """Digitize: the number of a bucket between the boundaries."""
    boundaries = numbers(call.argument(1, "bins"))
    return _whole_numbers(0.0, float(len(boundaries)) if boundaries else INFINITY)(call)


def _weighted_count(call: LayerCall) -> Value:
    """Bincount: counts, or sums of weights."""
    if call.option("weights") is None and len(call.tensors) < 2:
        return _count(call)
    return anything("it adds up weights that are not followed", call.path, call.sources())


def _multi_hot_shape(call: LayerCall) -> Shape | None:
    """Give the shape of ids whose second axis (of a vector: its only one) is gone, and the classes come last."""
    shape, classes = call.shape(), whole(call.argument(1, "num_classes"))
    if shape is None or whole(call.option("axis", -1), -1) != -1:
        return None
    return (*shape[:1], *shape[2:], classes) if len(shape) > 1 else (classes,)


def _mask_shape(call: LayerCall) -> Shape | None:
    shape, longest = call.shape(), whole(call.argument(1, "maxlen"))
    return None if shape is None or longest is None else (*shape, longest)


OPERATIONS: Mapping[str, Rule] = {
    **rows(
        _answer,
        broadcast_shape,
        *("Greater", "GreaterEqual", "Less", "LessEqual", "Equal", "NotEqual", "Isclose"),
        *("LogicalAnd", "LogicalOr", "LogicalXor"),
    ),
    **rows(
        _answer,
        same_shape,
        *("LogicalNot", "Isnan", "Isinf", "Isfinite", "Isneginf", "Isposinf", "Isreal", "Signbit", "IsIn"),
    ),
    **rows(_answer, reduced_shape, "All", "Any"),
    **rows(_answer, unknown_shape, "AllClose", "InTopK"),
    "SequenceMask": Rule(_answer, _mask_shape),
    "MultiHot": Rule(_answer, _multi_hot_shape),
    "Argsort": Rule(_positions, sorted_shape),
    "Argpartition": Rule(_positions, sorted_shape),
    "CountNonzero": Rule(_count, reduced_shape),
    **rows(_whole_numbers(-1.0, INFINITY), reduced_shape, "Nanargmax", "Nanargmin"),
    **rows(_count, unknown_shape, "Nonzero", "UnravelIndex", "Size", "Ndim", "Shape", "SearchSorted", "Histogram"),
    "Digitize": Rule(_bucket, same_shape),
    "Bincount": Rule(_weighted_count, unknown_shape),
    **rows(
        _any_whole_number,
        broadcast_shape,
        *("BitwiseAnd", "BitwiseOr", "BitwiseXor", "BitwiseInvert", "BitwiseNot"),
        *("BitwiseLeftShift", "LeftShift", "BitwiseRightShift", "RightShift", "Gcd", "Lcm"),
    ),
}

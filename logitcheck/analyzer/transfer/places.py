"""Numbers at several places of one tensor, as steps of a sequence: whether an input can make them differ.

A layer with weights of its own works on each place alike, so that nothing but its operand tells places apart: those of
an input of the model can, those of a repeated vector cannot. Products of a tensor with itself, and its shares of a sum
over places, go beyond every bound only where they do.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from logitcheck.analyzer import axes
from logitcheck.analyzer.calls import LayerCall, Operands, number
from logitcheck.analyzer.derivation import Derivation
from logitcheck.analyzer.ties import DIVIDED, UNEVEN
from logitcheck.analyzer.transfer import affine, arithmetic, patterns, windows
from logitcheck.analyzer.transfer.activation import OVER_CLASSES
from logitcheck.analyzer.values import Value, balanced, unbounded
from logitcheck.model import Layer, LayerKind, TensorReference

_DEEPEST = 32
"""Layers that are looked behind."""

_WEIGHING = frozenset({"Dense", *windows.CONVOLUTIONS, *windows.TRANSPOSED})
"""Layers with weights that can let each place be made of one place of the operand alone."""

_POOLING = {f"{name}Pooling{rank}D": rank for name in ("Max", "Average") for rank in (1, 2, 3)}

_LAYERS = frozenset(
    {
        *("Activation", "Softmax", "LeakyReLU", "ReLU", "ELU", "ActivityRegularization", "Identity", "Rescaling"),
        *("Dropout", "SpatialDropout1D", "SpatialDropout2D", "GaussianNoise", "BatchNormalization"),
    }
)
"""Layers that keep every number at its place and, for some weights, tell numbers apart that differ."""

_OPERATIONS = frozenset({"Add", "Subtract", "Negative"})
"""Operations that do, on one tensor and constants."""


def tell_apart(operands: Operands, reference: TensorReference, axis: int) -> bool:
    """Whether not all places along `axis` must hold the same, for some input and weights; not the last axis."""
    for _ in range(_DEEPEST):
        shape, maker = operands.shape(reference), _unwrapped(operands.maker(reference))
        if maker is None or maker.declared is not None or axes.size(shape, axis) == 1 or not _is_among(shape, axis):
            return False
        if maker.layer.kind is LayerKind.INPUT or _looks_ids_up(maker):
            return True
        if not _weighs(maker) and not _keeps_apart(maker) and not _is_joined_along_channels(maker):
            return False
        operands, reference = maker.operands, maker.tensors[0]
    return False


def _unwrapped(maker: LayerCall | None) -> LayerCall | None:
    """Give the call of the layer inside a SpectralNormalization, which only brings its weights to a norm of 1."""
    return maker.inside if maker is not None and maker.layer.rule == "SpectralNormalization" else maker


def take_any(operands: Operands, reference: TensorReference, axis: int) -> bool:
    """Whether one place along `axis` can hold any number of the tensor's range, and another one any other number.

    All the others may hold what that one does, or what lies on the line through what these two are made of.
    """
    if not operands.value(reference).comes_at_once:
        return False
    for _ in range(_DEEPEST):
        maker = operands.maker(reference)
        if maker is None or not tell_apart(operands, reference, axis):
            return False
        if _looks_ids_up(maker) or (_weighs(maker) and _shifts_freely(maker)):
            return True
        if maker.layer.rule == "BatchNormalization":
            return _scales_and_shifts_freely(maker)
        if not _keeps_apart(maker):
            return False
        operands, reference = maker.operands, maker.tensors[0]
    return False


def _is_among(shape: tuple[int | None, ...] | None, axis: int) -> bool:
    """Whether an axis is one of places: neither that of the batch nor that of the channels."""
    return shape is not None and -len(shape) < axis < -1


def _is_input(maker: LayerCall) -> bool:
    """Whether a layer is called on an input of the model itself."""
    source = maker.operands.maker(maker.tensors[0]) if maker.tensors else None
    return source is not None and source.layer.kind is LayerKind.INPUT


def _looks_ids_up(maker: LayerCall) -> bool:
    """Whether a call looks ids of an input up in a table of its own, of several rows."""
    layer = maker.layer
    is_free = affine.constraint_of(layer, "embeddings") is None and layer.config.get("trainable") is not False
    return layer.rule == "Embedding" and is_free and layer.config.get("input_dim") != 1 and _is_input(maker)


def _weighs(maker: LayerCall) -> bool:
    layer = maker.layer
    is_ordered = layer.config.get("data_format") != "channels_first"
    is_learned = layer.config.get("trainable") is not False
    is_weighing = layer.rule in _WEIGHING or _is_dense(layer)
    if not is_weighing or not is_ordered or not is_learned or len(maker.tensors) != 1:
        return False
    return not _is_flat(maker) and not _leaves_gaps(maker) and not _looks_past_its_place(maker)


def _is_dense(layer: Layer) -> bool:
    """Whether an EinsumDense does what a Dense does: it weighs the last axis, and leaves the others where they are."""
    operands, _, result = str(layer.config.get("equation")).partition("->")
    operand, _, weights = operands.partition(",")
    letters = (operand[:-1], operand[-1:], weights[1:])
    is_plain = operand.isalpha() and len(weights) == 2 and len(set("".join(letters))) == len("".join(letters))
    moves_nothing = weights[:1] == letters[1] and result == letters[0] + letters[2]
    return layer.rule == "EinsumDense" and is_plain and moves_nothing


def _leaves_gaps(maker: LayerCall) -> bool:
    """Whether there may be places that a transposed convolution makes of its bias alone."""
    rank = windows.TRANSPOSED.get(maker.layer.rule)
    if rank is None:
        return False
    names = ("kernel_size", "strides", "dilation_rate")
    kernel, strides, dilation = (windows.spatial(maker, name, rank, 1) for name in names)
    if maker.config.get("output_padding") is not None or dilation != [1] * rank:
        return True
    return kernel is None or strides is None or any(map(int.__lt__, kernel, strides))


def _looks_past_its_place(maker: LayerCall) -> bool:
    """Whether a convolution may look at places before and behind its own alone, of which a short input has none."""
    rank, padding = windows.CONVOLUTIONS.get(maker.layer.rule), maker.config.get("padding", "valid")
    if rank is None or padding != "same":
        return False
    kernel, dilation = (windows.spatial(maker, name, rank, 1) for name in ("kernel_size", "dilation_rate"))
    if kernel is None or dilation is None:
        return True
    return any(size % 2 == 0 and step > 1 for size, step in zip(kernel, dilation, strict=True))


def _keeps_apart(maker: LayerCall) -> bool:
    """Whether places that hold different numbers can still do so afterwards, each made of places of its own."""
    return _is_elementwise(maker) or _pools_apart(maker)


def _pools_apart(maker: LayerCall) -> bool:
    """Whether a pooling makes each place of others; means may count a padding."""
    rank, config = _POOLING.get(maker.layer.rule), maker.config
    if rank is None or len(maker.tensors) != 1 or config.get("data_format") == "channels_first":
        return False
    if not maker.layer.rule.startswith("Max") and config.get("padding", "valid") != "valid":
        return False
    window = windows.spatial(maker, "pool_size", rank, 2)
    strides = window if config.get("strides") is None else windows.spatial(maker, "strides", rank, 1)
    return window is not None and strides is not None and not any(map(int.__gt__, window, strides))


def _is_elementwise(maker: LayerCall) -> bool:
    """Whether a call works on each number of its only tensor alone, and there may be constants."""
    rules = _LAYERS if maker.layer.kind is LayerKind.LAYER else _OPERATIONS
    return maker.layer.rule in rules and len(maker.tensors) == 1 and not _is_flat(maker)


def _is_joined_along_channels(maker: LayerCall) -> bool:
    return maker.layer.rule == "Concatenate" and bool(maker.tensors) and maker.option("axis", -1) == -1


def _is_flat(maker: LayerCall) -> bool:
    """Whether a call puts out one number only, be it of a scale of 0 or an activation over one class."""
    from logitcheck.analyzer import transfer

    layer = maker.layer
    name = "softmax" if layer.rule == "Softmax" else layer.activation.name if layer.activation is not None else None
    if name in OVER_CLASSES:
        return layer.config.get("axis", -1) != -1 or axes.size(transfer.shapes(maker)[0], -1) in {None, 1}
    return layer.rule == "Rescaling" and number(layer.config.get("scale", 1.0)) in {None, 0.0}


def _scales_and_shifts_freely(maker: LayerCall) -> bool:
    """Whether nothing holds a learned scale and shift back: a line takes two numbers that differ to any two others."""
    config = maker.layer.config
    learns = all(config.get(name) is not False for name in ("scale", "center", "trainable"))
    return learns and all(affine.constraint_of(maker.layer, name) is None for name in ("gamma", "beta"))


def _shifts_freely(maker: LayerCall) -> bool:
    """Whether a weighted sum has a bias without a constraint, and weights that no norm limits.

    Without a bias, weights alone do of vectors that point to different sides, as several channels of an input can.
    """
    kernels = {affine.constraint_of(maker.layer, name) for name in ("kernel", "depthwise", "pointwise")}
    if not affine.adds_bias(maker.layer):
        channels = axes.size(maker.shape(), -1)
        return kernels == {None} and _is_input(maker) and maker.layer.rule == "Dense" and (channels or 1) > 1
    return affine.constraint_of(maker.layer, "bias") is None and kernels <= {None, "NonNeg", "non_neg"}


def value_of(call: LayerCall) -> Value | None:
    """Give what places that differ tell of what a call puts out, where its rule gave up; else None."""
    rule = _RULES.get((call.layer.kind, call.layer.rule))
    return rule(call) if rule is not None and len(call.tensors) > 1 else None


def _products_of_rows(call: LayerCall) -> Value | None:
    """Give the products of the rows of a tensor with each other: those of different rows have either sign."""
    shape, value = call.shape(), call.value()
    if shape is None or not _is_with_itself(call):
        return None
    if len(shape) == 2 or (len(shape) == 3 and shape[-2] == 1):
        return Value(low=0.0, reaches_high=value.goes_off, sources=call.sources())
    off_zero = value.low <= -arithmetic.NEGLIGIBLE and value.high >= arithmetic.NEGLIGIBLE
    if not (value.reaches_low and value.reaches_high and off_zero and value.goes_off):
        return None
    # Those of a row with itself are squares.
    return unbounded(call.sources() | UNEVEN | DIVIDED) if take_any(call.operands, call.tensors[0], -2) else None


def _is_with_itself(call: LayerCall) -> bool:
    """Whether rows are multiplied with rows of the same tensor."""
    from logitcheck.analyzer.transfer import formulas

    if call.layer.rule == "Dot":
        return call.config.get("axes", -1) in (-1, [-1, -1]) and formulas.are_one(call)
    turned = call.operands.maker(call.tensors[1])
    if call.option("transpose_b") is True:
        return call.option("transpose_a") is not True and formulas.are_one(call)
    if turned is None or turned.layer.rule != "Swapaxes":
        return False
    if {turned.argument(1, "axis1"), turned.argument(2, "axis2")} != {-1, -2}:
        return False
    return call.operands.identity(call.tensors[0]) == turned.operands.identity(turned.tensors[0])


def _shares(call: LayerCall) -> Value | None:
    """Give numbers of both signs divided by their sum over places, which may come near 0."""
    left, right = call.value(0), call.value(1)
    ways = (Derivation.SUM, Derivation.ABOVE_SUM) if left.is_unbounded else (Derivation.SUM,)
    if not patterns.is_derived(right, call.operands.identity(call.tensors[0]), *ways):
        return None
    axis = right.derived.axis if right.derived is not None else None
    if axis is None or left.integer or not arithmetic.has_both_signs(left):
        return None
    if not take_any(call.operands, call.tensors[0], axis):
        return None
    return replace(balanced(unbounded(left.sources)), integer=False)


_RULES: Mapping[tuple[LayerKind, str], Callable[[LayerCall], Value | None]] = {
    (LayerKind.LAYER, "Dot"): _products_of_rows,
    (LayerKind.OPERATION, "Matmul"): _products_of_rows,
    (LayerKind.OPERATION, "Divide"): _shares,
    (LayerKind.OPERATION, "TrueDivide"): _shares,
}

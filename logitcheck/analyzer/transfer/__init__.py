"""Transfer rules: what each layer class and operation puts out, given what comes in. One table a family.

Adding a layer is adding a row. A class without a row is unknown, with that as its reason; nothing is guessed.
"""

from __future__ import annotations

from dataclasses import replace

from logitcheck.analyzer import axes
from logitcheck.analyzer.calls import LayerCall, Rule
from logitcheck.analyzer.transfer import activation
from logitcheck.analyzer.transfer.broadcasting import spread
from logitcheck.analyzer.transfer.creeping import slowed
from logitcheck.analyzer.transfer.families import Families
from logitcheck.analyzer.transfer.leaping import marked
from logitcheck.analyzer.transfer.picking import picked
from logitcheck.analyzer.values import (
    Kind,
    Unknown,
    Value,
    anything,
    join,
    reshaped,
    rounded,
    without_axes,
)
from logitcheck.declarations import DeclaredOutput
from logitcheck.model import Layer, LayerKind, Shape

LAYERS = Families(
    "LAYERS",
    (
        *("affine", "activation", "passing", "rearranging", "normalising", "pooling", "recurrent", "merging"),
        *("encoding", "images", "opaque"),
    ),
)
"""Layer class -> its rule."""

OPERATIONS = Families(
    "OPERATIONS",
    (
        *("activation", "passing", "elementwise", "operations", "reducing", "reordering", "indexing"),
        *("counting", "mathematics", "statistics", "arranging", "products", "pooling", "images", "opaque"),
    ),
)
"""Operation of `keras.ops` -> its rule; TensorFlow functions that are none of these under their own names."""


def rule_for(layer: Layer) -> Rule | None:
    """Find the rule of a layer or operation; None if there is none."""
    match layer.kind:
        case LayerKind.LAYER:
            return LAYERS.get(layer.rule)
        case LayerKind.OPERATION:
            return OPERATIONS.get(layer.rule) or OPERATIONS.get(f"{layer.rule.rpartition('.')[0]}.*")
        case LayerKind.OPAQUE | LayerKind.INPUT | LayerKind.MODEL | LayerKind.WRAPPER:
            return None


def is_built_in(layer: Layer) -> bool:
    """Whether a layer or operation has the class of one of Keras or TensorFlow, whatever is known of it."""
    return layer.kind is LayerKind.OPERATION or LAYERS.get(layer.rule) is not None


def apply(call: LayerCall) -> tuple[Value, ...]:
    """Give what is known of the outputs of one call; of one that settings speak of, the first stands for all."""
    layer = call.layer
    if call.declared is not None:
        from logitcheck.analyzer.transfer import declared

        return (_placed(declared.value(call, call.declared.output), call.path),)
    if layer.kind is LayerKind.OPAQUE:
        return (anything(layer.reason or "it is opaque", call.path, call.sources() | call.own_source()),)
    rule = rule_for(layer)
    if rule is None:
        what = "operation" if layer.kind is LayerKind.OPERATION else "layer class"
        reason = f"logitcheck does not know the {what} {layer.rule}"
        return (anything(reason, call.path, call.sources() | call.own_source()),)
    result = rule.value(call)
    values = result if isinstance(result, tuple) else (_reconsidered(result, call),)
    # Every layer casts what it is given to the type it computes in, whatever it does with it then.
    cast_to = call.half if layer.kind is LayerKind.LAYER else None
    judged = (rounded(_over_classes(_held_back(value, call), call), cast_to, call.path) for value in values)
    return tuple(_placed(value, call.path) for value in judged)


def _held_back(value: Value, call: LayerCall) -> Value:
    """Take back what a call's result is said to reach where its operands do not let it."""
    return slowed(picked(marked(spread(value, call), call), call), call)


def _reconsidered(value: Value, call: LayerCall) -> Value:
    """Give what looking further back tells where a rule gave up, as rules do on operands that share an origin."""
    if value.kind is not Kind.UNKNOWN or len(call.tensors) < 2:
        return value
    from logitcheck.analyzer.transfer import diagonal, formulas, kinks, log_odds, places

    judges = (formulas, kinks, places, log_odds, diagonal)
    return next((known for judge in judges if (known := judge.value_of(call)) is not None), value)


def _over_classes(value: Value, call: LayerCall) -> Value:
    """Take back that an activation of this layer reaches its bounds if it runs over one class only."""
    applied = value.applied
    if applied is None or applied.layer != call.path or applied.name not in activation.OVER_CLASSES:
        return value
    axis = -1 if applied.axis is None else applied.axis
    return activation.over_one_class(value) if axes.size(shapes(call)[0], axis) == 1 else value


def _placed(value: Value, path: str) -> Value:
    """Say why a value is unknown, and name the layer where it became so, if the rule did not."""
    if value.unknown is None:
        reason = Unknown("nothing bounds what it computes", path)
        return replace(value, unknown=reason) if value.kind is Kind.UNKNOWN else value
    return value if value.unknown.layer else replace(value, unknown=replace(value.unknown, layer=path))


def shapes(call: LayerCall) -> list[Shape | None]:
    """Give the static shapes of the outputs of one call."""
    if call.declared is not None and call.declared.output is DeclaredOutput.UNCHANGED:
        from logitcheck.analyzer.transfer import declared

        return [declared.shape(call)]
    rule = rule_for(call.layer)
    if rule is None:
        return [None]
    result = rule.shape(call)
    return result if isinstance(result, list) else [result]


def wrapped(call: LayerCall, inner: Value, backward: Value | None) -> tuple[Value, ...]:
    """Give what a wrapper makes of the output of the layer inside it."""
    match call.layer.rule:
        case "TimeDistributed":
            return (reshaped(inner),)
        case "Bidirectional":
            merged = _bidirectional(call, inner, backward if backward is not None else inner)
            return tuple(_placed(value, call.path) for value in merged)
        case "SpectralNormalization" if call.value().integer and not _is_float(call):
            # It casts what comes out to the type of what came in (keras/src/layers/normalization, 3.15).
            return (anything("it may be cast to whole numbers", call.path, inner.sources),)
        case _:
            return (inner,)


def _is_float(call: LayerCall) -> bool:
    """Whether what comes in is of floating point, whole as its numbers may be.

    The type that the file tells is not enough: what IntegerLookup puts out it calls float32, and it is int64 (3.15).
    """
    dtype = call.operands.dtype(call.tensors[0]) if call.tensors else None
    maker = call.operands.maker(call.tensors[0]) if dtype is not None and "float" in dtype else None
    return maker is not None and maker.layer.rule in _ENCODING


_ENCODING = frozenset({"CategoryEncoding", "Discretization", "Hashing"})
"""Layers that put out whole numbers in the type that they say."""


def _bidirectional(call: LayerCall, forward: Value, backward: Value) -> tuple[Value, ...]:
    """Merge two directions: their weights are separate, so that they vary independently."""
    from logitcheck.analyzer.transfer import arithmetic

    separate = replace(backward, sources=call.own_source())
    pair = (forward, separate)
    match call.layer.config.get("merge_mode", "concat"):
        case "concat":
            return (replace(join(pair), applied=None),)
        case "sum":
            return (arithmetic.add(pair, call.path, same_classes=True),)
        case "ave":
            return (
                arithmetic.multiply(
                    arithmetic.add(pair, call.path, same_classes=True), arithmetic.constant(0.5), call.path
                ),
            )
        case "mul":
            return (arithmetic.multiply(forward, separate, call.path),)
        case None:
            return pair
        case mode:
            return (anything(f"nothing is known of its merge mode {mode!r}", call.path),)


def wrapped_shapes(call: LayerCall, inner: list[Shape | None]) -> list[Shape | None]:
    """Give the static shapes of a wrapper's outputs."""
    shape = inner[0] if inner else None
    match call.layer.rule:
        case "TimeDistributed":
            outer = call.shape()
            time = outer[1] if outer is not None and len(outer) > 1 else None
            return [(shape[0], time, *shape[1:]) if shape else None]
        case "Bidirectional":
            mode = call.layer.config.get("merge_mode", "concat")
            if mode == "concat" and shape and shape[-1] is not None:
                return [(*shape[:-1], 2 * shape[-1])]
            return [shape, shape] if mode is None else [shape]
        case _:
            return [shape]


def folded(value: Value) -> Value:
    """Give a value as the layer inside a TimeDistributed sees it: the time axis is one of the batch."""
    return value if value.sum_axis == -1 or value.log_axis == -1 else without_axes(value)


def stored_shape(layer: Layer) -> Shape | None:
    """Give the shape that an input layer's config holds."""
    stored = layer.config.get("batch_shape")
    if not isinstance(stored, list) or not all(size is None or isinstance(size, int) for size in stored):
        return None
    return tuple(stored)

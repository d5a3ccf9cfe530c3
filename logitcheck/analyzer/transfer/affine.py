"""Layers that compute a weighted sum: Dense, convolutions, embeddings, attention (keras-facts: "Linear / affine").

With free weights such a sum takes any real value whatever comes in. Constraints and frozen constant weights take that
freedom away: then only bounds that hold for certain are kept. The activation comes last, softmax on the last axis.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from logitcheck.analyzer import axes
from logitcheck.analyzer.calls import LayerCall, Rule, ValueRule, always, number, same_shape, whole
from logitcheck.analyzer.sources import Sources
from logitcheck.analyzer.ties import BALANCED, DIVIDED, UNEVEN
from logitcheck.analyzer.transfer import activation, arithmetic
from logitcheck.analyzer.transfer.windows import CONVOLUTIONS, TRANSPOSED, Convolve, convolved, transposed, window_shape
from logitcheck.analyzer.values import INFINITY, Unknown, Value, anything, between, copied, unbounded
from logitcheck.model import Layer, Shape

_CONSTANT_INITIALIZERS = frozenset(
    {"Zeros", "Ones", "Constant", "Identity", "zeros", "ones", "zero", "one", "constant"}
)
_KERNELS = ("kernel", "depthwise", "pointwise")
_CONSTRAINTS = tuple(f"{name}_constraint" for name in (*_KERNELS, "bias", "embeddings"))


def constraint_of(layer: Layer, name: str) -> str | None:
    """Give the class of a constraint; an unreadable one counts as constraining."""
    stored = layer.config.get(f"{name}_constraint")
    if stored is None:
        return None
    if isinstance(stored, dict):
        return str(stored.get("class_name"))
    return str(stored)


def _has_free_weights(layer: Layer) -> bool:
    """Whether nothing in the config keeps the weights from taking any value."""
    return not _is_frozen(layer) and all(layer.config.get(name) is None for name in _CONSTRAINTS)


def _is_frozen(layer: Layer) -> bool:
    """Whether the weights stay the constants that they start from."""
    return layer.config.get("trainable") is False and _starts_constant(layer)


def _starts_constant(layer: Layer) -> bool:
    stored = layer.config.get("kernel_initializer", layer.config.get("embeddings_initializer"))
    name = stored.get("class_name") if isinstance(stored, dict) else stored
    return isinstance(name, str) and (name in _CONSTANT_INITIALIZERS or "Constant" in name)


def _starts_with_one_weight(layer: Layer) -> bool:
    """Whether all weights start from one number, not 0: then a unit is a multiple of the sum of what comes in."""
    if layer.rule not in {"Dense", "EinsumDense"}:
        return False
    stored = layer.config.get("kernel_initializer")
    name, parameters = (stored.get("class_name"), stored.get("config")) if isinstance(stored, dict) else (stored, None)
    if name in {"Constant", "constant"}:
        return bool(number(parameters.get("value"))) if isinstance(parameters, dict) else False
    return name in {"Ones", "ones", "one"}


def adds_bias(layer: Layer) -> bool:
    """Whether a layer adds a bias to what it weighs."""
    if layer.rule == "EinsumDense":
        return layer.config.get("bias_axes") is not None
    return layer.config.get("use_bias") is not False


APPLIED_TO_ITSELF = "it is applied to what it puts out itself"
"""Then its weights enter twice, and what they multiply may keep its sign."""


def is_given_itself(call: LayerCall) -> bool:
    """Whether the operand depends on the weights of this very layer, which is called more than once."""
    return not call.own_source().isdisjoint(call.value().sources)


def _weighs_alone(call: LayerCall) -> bool:
    """Whether each number may be weighed alone, so that a weight that enters twice is squared: no matrix turns it."""
    return call.layer.rule.startswith("Depthwise") or axes.size(call.shape(), -1) in {1, None}


def _weighed_twice(call: LayerCall) -> Value | None:
    """Give `w (w x)` of a single weight: as far as x is known, it goes where that goes, and no other way."""
    maker = call.operands.maker(call.tensors[0])
    if maker is None or maker.layer is not call.layer or not _is_one_weight(call):
        return None
    value, sources = maker.value(), call.own_source() | maker.value().sources
    if value.is_unbounded and not is_given_itself(maker):
        return unbounded(sources)
    reached = arithmetic.leaves_zero(value)
    if value.low >= 0:
        return between(0.0, INFINITY, reached=reached, sources=sources)
    return between(-INFINITY, 0.0, reached=reached, sources=sources) if value.high <= 0 else None


def _is_one_weight(call: LayerCall) -> bool:
    is_linear = call.layer.activation is None or call.layer.activation.name == "linear"
    return call.layer.rule == "Dense" and is_linear and axes.size(call.shape(), -1) == 1 == call.config.get("units")


def _is_free_of_its_operand(layer: Layer) -> bool:
    """Whether a layer puts out any number whatever comes in: without a bias, nothing comes of zeros."""
    return _has_free_weights(layer) and adds_bias(layer)


def adds_freely(call: LayerCall) -> bool:
    """Whether what a call puts out is a weighted sum and a bias that nothing holds back, and no more."""
    layer = call.layer
    is_linear = layer.activation is None or layer.activation.name == "linear"
    return layer.rule in LAYERS and LAYERS[layer.rule].value is _affine and is_linear and _is_free_of_its_operand(layer)


def _weighted_sum(call: LayerCall) -> Value:
    """Give the values before the activation."""
    layer = call.layer
    if _is_free_of_its_operand(layer):
        return unbounded(call.own_source())
    has_bias, operand = adds_bias(layer), call.value()
    if not has_bias and operand.low == operand.high == 0:
        return between(0.0, 0.0, sources=call.own_source())
    if not has_bias and operand.may_vanish and not operand.is_simplex:
        return anything("what it weighs may always be 0", call.path, call.own_source() | operand.sources)
    if is_given_itself(call) and _weighs_alone(call):
        return _weighed_twice(call) or anything(APPLIED_TO_ITSELF, call.path, operand.sources)
    if _is_frozen(layer):
        sources = call.own_source() | operand.sources
        summed = unbounded(sources) if operand.sums_freely and _starts_with_one_weight(layer) else None
        # Their units may all compute the same.
        return copied(summed or anything("its weights are frozen constants", call.path, sources))
    kernel = {constraint_of(layer, name) for name in _KERNELS} - {None}
    bias = {constraint_of(layer, "bias")} if has_bias else set()
    if None in bias:
        return unbounded(call.own_source())
    if operand.is_unbounded or not kernel:
        free = unbounded(call.own_source() | kept_ties(operand))
        # A norm that is given leaves a single weight nothing but its sign.
        return copied(free) if kernel and axes.size(call.shape(), -1) in {1, None} else free
    if kernel | bias <= NON_NEGATIVE:
        return _positively_weighted(operand, call, has_bias=has_bias)
    return anything("its weights are constrained", call.path, call.own_source() | operand.sources)


NON_NEGATIVE = frozenset({"NonNeg", "non_neg"})
"""How files name the constraint that weights be not negative."""


def kept_ties(operand: Value) -> Sources:
    """Give what weights do not free numbers of: at other places than along the last axis, they weigh all alike."""
    ties = operand.sources & (BALANCED | UNEVEN)
    return ties | UNEVEN if operand.is_uneven else ties


def _positively_weighted(operand: Value, call: LayerCall, *, has_bias: bool) -> Value:
    """Give a sum with weights and a bias that are not negative: it goes where the numbers go, and up with the bias."""
    reaches_low = operand.low >= 0 or operand.reaches_low
    result = Value(
        low=0.0 if operand.low >= 0 else -INFINITY,
        reaches_low=reaches_low,
        reaches_high=has_bias or (operand.reaches_high and operand.high > 0),
        sources=call.own_source() | kept_ties(operand),
    )
    if result.is_uneven and result.goes_both_ways:
        return replace(result, sources=result.sources | DIVIDED)
    if operand.low >= 0 or result.is_unbounded:
        return result
    return replace(result, unknown=Unknown("its weights are constrained", call.path))


def _affine(call: LayerCall) -> Value:
    value = activation.apply(_weighted_sum(call), call.layer.activation, call)
    # Places come last then, which may all hold the same.
    return copied(value) if call.config.get("data_format") == "channels_first" else value


def _embedding(call: LayerCall) -> Value:
    constraint = constraint_of(call.layer, "embeddings")
    if constraint in NON_NEGATIVE:
        return between(0.0, INFINITY, sources=call.own_source())
    if constraint in {"UnitNorm", "unit_norm"}:
        return between(-1.0, 1.0, sources=call.own_source())
    largest = _largest_norm(call.layer)
    if largest is not None:
        return between(-largest, largest, sources=call.own_source())
    if not _has_free_weights(call.layer):
        return anything("its embeddings are constrained or frozen constants", call.path, call.own_source())
    return unbounded(call.own_source())


def _largest_norm(layer: Layer) -> float | None:
    """Give what an embedding's constraint lets the norm of its vectors be at most, which bounds each number in them."""
    stored = layer.config.get("embeddings_constraint")
    if not isinstance(stored, dict) or not isinstance(stored.get("config"), dict):
        return None
    default = _LARGEST_NORMS.get(str(stored.get("class_name")))
    return None if default is None else number(stored["config"].get("max_value", default))


_LARGEST_NORMS = {"MaxNorm": 2.0, "MinMaxNorm": 1.0}
"""Defaults of `max_value` (keras/src/constraints/constraints.py, 3.15)."""


def _reversible_embedding(call: LayerCall) -> Value:
    value = unbounded(call.own_source())
    cap = number(call.config.get("logit_soft_cap"))
    if call.call.kwargs.get("reverse") is True and cap is not None and cap > 0:
        return between(-cap, cap, sources=value.sources)
    return value


def _maxout(call: LayerCall) -> Value:
    return unbounded(call.own_source())


def _highway(call: LayerCall) -> Value:
    """Highway of Keras 1: a learned mixture of the activated sum and of what came in."""
    carried = call.value()
    activated = activation.apply(unbounded(call.own_source()), call.layer.activation, call)
    if activated.is_unbounded:
        return activated
    low, high = min(activated.low, carried.low), max(activated.high, carried.high)
    return Value(low=low, high=high, sources=activated.sources | carried.sources, unknown=carried.unknown)


def _attention_projection(call: LayerCall) -> tuple[Value, Value]:
    """MultiHeadAttention ends in a projection; its second output are the attention scores."""
    scores = replace(between(0.0, 1.0, sources=call.own_source()), sum_axis=-1)
    return unbounded(call.own_source()), scores


def _units_shape(call: LayerCall) -> Shape | None:
    shape, units = call.shape(), whole(call.config.get("units"))
    if shape is None or len(shape) < 2:  # Keras takes no fewer axes: a file that says so contradicts itself
        return None
    return (*shape[:-1], units)


def _embedding_shape(call: LayerCall) -> Shape | None:
    shape, width = call.shape(), whole(call.config.get("output_dim"))
    return None if shape is None else (*shape, width)


def _einsum_shape(call: LayerCall) -> Shape | None:
    stored = call.config.get("output_shape")
    shape = call.shape()
    sizes = stored if isinstance(stored, list) else [stored]
    if not shape or any(item is not None and whole(item) is None for item in sizes):
        return None
    kept = _kept_sizes(call.config.get("equation"), shape)
    known = [whole(item) for item in sizes]
    if len(kept) != len(known):
        return (shape[0], *known)
    return (shape[0], *(same if size is None else size for size, same in zip(known, kept, strict=True)))


def _kept_sizes(equation: object, shape: Shape) -> list[int | None]:
    """Give the sizes of an EinsumDense's output, without the batch, that its operand has under the same letter."""
    operands, _, result = equation.partition("->") if isinstance(equation, str) else ("", "", "")
    letters = operands.partition(",")[0]
    if len(letters) != len(shape) or "." in letters:
        return []
    return [dict(zip(letters, shape, strict=True)).get(letter) for letter in result[1:]]


def _filters_shape(convolve: Convolve) -> Callable[[LayerCall], Shape | None]:
    def shape_rule(call: LayerCall) -> Shape | None:
        return window_shape(call, "kernel_size", whole(call.config.get("filters"), 0) or None, convolve)

    return shape_rule


def _depthwise_shape(call: LayerCall) -> Shape | None:
    shape = call.shape()
    if shape is None or len(shape) < 3:
        return None
    inputs = shape[1] if call.config.get("data_format") == "channels_first" else shape[-1]
    multiplier = whole(call.config.get("depth_multiplier"), 1)
    channels = inputs * multiplier if inputs is not None and multiplier is not None else None
    result = window_shape(call, "kernel_size", channels, convolved)
    if result is None or channels is not None:
        return result
    return (
        (result[0], None, *result[2:]) if call.config.get("data_format") == "channels_first" else (*result[:-1], None)
    )


def _attention_shape(call: LayerCall) -> list[Shape | None]:
    stored = call.config.get("output_shape")
    shape = call.shape()
    if stored is None or shape is None:
        return [shape]
    sizes = stored if isinstance(stored, list) else [stored]
    return [(*shape[:-1], *(whole(item) for item in sizes))]


def _free(rule: ValueRule, shape: Callable[[LayerCall], Shape | None]) -> Rule:
    """Make the rule of a layer that need not know its operand while its weights are free."""
    return Rule(rule, shape, _is_free_of_its_operand)


_DEPTHWISE = [name for name in CONVOLUTIONS if name.startswith("Depthwise")]
_MIXING = [name for name in CONVOLUTIONS if name not in _DEPTHWISE]
_LOCAL = ["LocallyConnected1D", "LocallyConnected2D"]

LAYERS: Mapping[str, Rule] = {
    "Dense": _free(_affine, _units_shape),
    "EinsumDense": _free(_affine, _einsum_shape),
    **{name: _free(_affine, _filters_shape(convolved)) for name in (*_MIXING, *_LOCAL)},
    **{name: _free(_affine, _filters_shape(transposed)) for name in TRANSPOSED},
    **{name: _free(_affine, _depthwise_shape) for name in _DEPTHWISE},
    "Embedding": Rule(_embedding, _embedding_shape, always),
    "ReversibleEmbedding": Rule(_reversible_embedding, _embedding_shape, always),
    "MaxoutDense": Rule(_maxout, _units_shape, always),
    "Highway": Rule(_highway, same_shape),
    "MultiHeadAttention": Rule(_attention_projection, _attention_shape, always),
    "GroupQueryAttention": Rule(_attention_projection, _attention_shape, always),
}

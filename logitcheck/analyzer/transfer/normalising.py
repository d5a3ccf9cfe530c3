"""Layers that normalise, by learned numbers, those at hand or fixed ones (keras-facts: "Linear / affine")."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

from logitcheck.analyzer import axes
from logitcheck.analyzer.calls import LEAST_VARIANCE, LayerCall, Rule, numbers, same_shape, whole
from logitcheck.analyzer.sources import NO_SOURCES
from logitcheck.analyzer.ties import UNEVEN
from logitcheck.analyzer.transfer import activation
from logitcheck.analyzer.transfer.affine import APPLIED_TO_ITSELF, constraint_of, is_given_itself, kept_ties
from logitcheck.analyzer.transfer.arithmetic import has_both_signs, leaves_zero
from logitcheck.analyzer.transfer.elementwise import brought_to_unit_norm
from logitcheck.analyzer.transfer.rearranging import padded_axes
from logitcheck.analyzer.values import (
    INFINITY,
    Unknown,
    Value,
    affine,
    anything,
    balanced,
    between,
    copied,
    join,
    unbounded,
    vanishing,
)
from logitcheck.model import Layer


def _normalisation(call: LayerCall) -> Value:
    """Batch, layer, group and RMS normalisation: any real value once a learned scale or shift is applied."""
    if not _shifts(call.layer) and _leaves_only_zeros(call):
        return between(0.0, 0.0, sources=call.own_source())
    if call.config.get("trainable") is False:
        return _frozen(call)
    if _normalises_freely(call.layer):
        return _scaled(call)
    if any(constraint_of(call.layer, name) is not None for name in ("gamma", "beta")):
        return anything("its weights are constrained", call.path, call.own_source() | call.sources())
    return _standardised(call)


def _frozen(call: LayerCall) -> Value:
    """Give what constants make of numbers: a scale of 1 and a shift of 0 to begin with, others after a training."""
    operand = call.value()
    if call.layer.rule == "BatchNormalization" and operand.is_unbounded:
        return unbounded(operand.sources)
    if not (_has_scale(call.layer) or _shifts(call.layer)):
        return _standardised(call)
    return anything("its weights are frozen constants", call.path, call.own_source() | operand.sources)


def _has_scale(layer: Layer) -> bool:
    return layer.config.get("scale") is not False


def _scaled(call: LayerCall) -> Value:
    """Give numbers that are scaled, and maybe shifted, at will; without a shift, standardised ones still sum to 0."""
    free = unbounded(call.own_source())
    if _shifts(call.layer):
        return free
    if is_given_itself(call):
        return _scaled_twice(call) or anything(APPLIED_TO_ITSELF, call.path, call.sources())
    operand = call.value()
    if call.layer.rule not in _STANDARDISERS:
        if operand.may_vanish and not operand.is_simplex:
            return anything("what it scales may always be 0", call.path, free.sources)
        return unbounded(free.sources | kept_ties(operand))
    if _varies(call):
        return balanced(free)
    if _mixes_zeros_in(call):
        return copied(balanced(free))
    return anything("what it standardises may all be one number", call.path, free.sources | call.sources())


def _scaled_twice(call: LayerCall) -> Value | None:
    """Give what RMSNormalization makes of its own output: each number keeps the sign that it came with, at any size.

    The scale enters squared, and what it is divided by grows with the scale itself.
    """
    maker = call.operands.maker(call.tensors[0]) if call.layer.rule == "RMSNormalization" else None
    if maker is None or maker.layer is not call.layer:
        return None
    if is_given_itself(maker) or not has_both_signs(maker.value()):
        return None
    return unbounded(call.own_source() | maker.value().sources)


def _varies(call: LayerCall) -> bool:
    """Whether what is standardised together is not always one number, of which nothing but its mean would be left."""
    from logitcheck.analyzer.transfer import units

    operand = call.value()
    is_alike = operand.has_copies or operand.is_uneven
    differs = operand.reaches_low and operand.reaches_high and not is_alike
    if _mixes_channels(call) and (differs or units.differ(call)):
        return True
    return _mixes_places(call)


def _mixes_places(call: LayerCall) -> bool:
    """Whether several places that an input can tell apart are standardised together."""
    from logitcheck.analyzer.transfer import places

    return any(places.tell_apart(call.operands, call.tensors[0], axis) for axis in _mixed_axes(call))


def _mixed_axes(call: LayerCall) -> Sequence[int]:
    """Give axes of which all places are standardised together, as far as that can be told."""
    shape = call.shape()
    if shape is None or not call.tensors:
        return []
    along = axes.negatives(call.config.get("axis", -1), shape) or []
    if call.layer.rule == "GroupNormalization":
        return range(1 - len(shape), -1) if along == [-1] else []
    return along


def _mixes_zeros_in(call: LayerCall) -> bool:
    """Whether numbers that can all be another one are standardised together with the zeros of a padding."""
    maker, mixed = call.operands.maker(call.tensors[0]) if call.tensors else None, _mixed_axes(call)
    padded = padded_axes(maker) if maker is not None and maker.declared is None else None
    if maker is None or not padded or not set(padded) <= set(mixed):
        return False
    return maker.value().comes_at_once and leaves_zero(maker.value())


def _mixes_channels(call: LayerCall) -> bool:
    """Whether several channels are standardised together: their weights differ, while positions may hold the same."""
    shape = call.shape()
    normalised = axes.negatives(call.config.get("axis", -1), shape)
    if not normalised:
        return False
    if call.layer.rule == "GroupNormalization" and normalised != [-1]:
        return (axes.size(shape, -1) or 1) > 1
    if call.layer.rule == "GroupNormalization":
        channels, groups = axes.size(shape, normalised[0]), whole(call.config.get("groups", 32), -1)
        return channels is not None and groups is not None and groups != -1 and channels > groups
    return -1 in normalised and (axes.size(shape, -1) or 1) > 1


def _normalises_freely(layer: Layer) -> bool:
    learned = {"gamma": layer.config.get("scale"), "beta": layer.config.get("center")}
    constrained = [name for name in learned if constraint_of(layer, name) is not None]
    if any(learned[name] is not False and name not in constrained for name in learned):
        return True
    return layer.rule not in _STANDARDISERS and not constrained


def _shifts(layer: Layer) -> bool:
    """Whether a layer adds a number that it learned, be it after standardising or, as statistics, before."""
    if layer.rule == "BatchNormalization":
        return True
    return layer.rule in _STANDARDISERS and layer.config.get("center") is not False


def _leaves_only_zeros(call: LayerCall) -> bool:
    """Whether nothing is left once the mean is taken away, or nothing came in."""
    operand = call.value()
    if call.layer.rule in _STANDARDISERS:
        return operand.low == operand.high or _standardised_count(call) == 1
    return operand.low == operand.high == 0


def _is_free_of_its_operand(layer: Layer) -> bool:
    return _normalises_freely(layer) and _shifts(layer) and layer.config.get("trainable") is not False


_STANDARDISERS = frozenset({"LayerNormalization", "GroupNormalization"})


def _standardised_count(call: LayerCall) -> int | None:
    """Give how many numbers are standardised together; of a single one, nothing but its mean is left."""
    shape = call.shape()
    if call.layer.rule == "GroupNormalization":
        channels = axes.size(shape, axes.negative(call.config.get("axis", -1), shape))
        groups = whole(call.config.get("groups", 32), -1)
        count = axes.product(shape[1:]) if shape else None
        together = groups if groups is not None and groups > 0 else channels
        return count // together if count and together else None
    normalised = axes.negatives(call.config.get("axis", -1), shape)
    return axes.product(axes.size(shape, axis) for axis in normalised) if normalised else None


def _standardised(call: LayerCall) -> Value:
    """Give the bounds of standardised numbers: the largest of n is at most sqrt(n - 1) deviations from their mean."""
    count = _standardised_count(call)
    bound = math.sqrt(count - 1) if count else INFINITY
    unknown = Unknown("it is normalised without a learned scale", call.path) if bound == INFINITY else None
    value = Value(low=-bound, high=bound, sources=call.sources(), unknown=unknown)
    return value if _varies(call) else vanishing(value)


def _unit_normalisation(call: LayerCall) -> Value:
    return brought_to_unit_norm(call.value(), activation.normalised_axis(call, call.config.get("axis", -1)))


def _rescaling(call: LayerCall) -> Value:
    return _mapped(call, numbers(call.config.get("scale", 1.0)), numbers(call.config.get("offset", 0.0)))


def _mapped(call: LayerCall, scales: list[float], offsets: list[float]) -> Value:
    """Give the values after an affine map with one scale and offset, or one of each for every entry of an axis."""
    count = max(len(scales), len(offsets))
    if not scales or not offsets or {len(scales), len(offsets)} - {1, count}:
        return _any_affine(call, "its scale and offset do not go together")
    together = zip(scales * (count // len(scales)), offsets * (count // len(offsets)), strict=True)
    return _mapped_apart(call.value(), list(dict.fromkeys(together)))


def _mapped_apart(value: Value, maps: Sequence[tuple[float, float]]) -> Value:
    """Give the values after affine maps, a scale and an offset each, of which each is for other elements.

    Where elements differ in what they reach, nobody knows which of them is stretched most.
    """
    if len(maps) == 1:
        return replace(affine(value, *maps[0]), unknown=value.unknown if maps[0][0] else None)
    lows, highs = zip(*(_ends(value, scale, offset) for scale, offset in maps), strict=True)
    signs = [math.copysign(1.0, scale) if scale else 0.0 for scale, _ in maps]
    telling = {lows.index(min(lows)), highs.index(max(highs)), *(signs.index(sign) for sign in set(signs))}
    mapped, at_once = join([affine(value, *maps[index]) for index in sorted(telling)]), value.comes_at_once
    return replace(
        mapped,
        reaches_low=mapped.reaches_low and (at_once or min(lows) == max(lows)),
        reaches_high=mapped.reaches_high and (at_once or min(highs) == max(highs)),
        sources=mapped.sources | (NO_SOURCES if value.is_unbounded else UNEVEN),
        unknown=mapped.unknown if value.unknown is None else value.unknown,
    )


def _ends(value: Value, scale: float, offset: float) -> tuple[float, float]:
    """Give the lower and the upper end of values after an affine map."""
    if not scale:
        return offset, offset
    low, high = value.low * scale + offset, value.high * scale + offset
    return (low, high) if scale > 0 else (high, low)


def _any_affine(call: LayerCall, reason: str) -> Value:
    """Give the values after an affine map whose numbers are not looked at; unbounded ones stay so."""
    operand = call.value()
    if operand.is_unbounded:
        return unbounded(operand.sources)
    mapped = anything(reason, call.path, operand.sources)
    return vanishing(mapped) if operand.low == operand.high else mapped


LEARNED_FROM_DATA = "its mean and variance are learned from data"
"""Why nothing is known of what a Normalization puts out, unless its weights are asked."""


def _fixed_normalisation(call: LayerCall) -> Value:
    """Apply the layer Normalization: an affine map whose numbers stand in the config, or only in the weights."""
    means, variances = _statistics(call)
    count = max(len(means), len(variances))
    if not means or not variances or any(variance < LEAST_VARIANCE for variance in variances):
        operand = call.value()
        if operand.is_open and operand.unknown is not None:  # no mean and variance would tell more
            return anything(operand.unknown.reason, operand.unknown.layer, operand.sources)
        return _any_affine(call, LEARNED_FROM_DATA)
    if {len(means), len(variances)} - {1, count}:
        return _any_affine(call, "its mean and variance do not go together")
    together = zip(means * (count // len(means)), variances * (count // len(variances)), strict=True)
    pairs = dict.fromkeys((mean, math.sqrt(variance)) for mean, variance in together)
    if call.config.get("invert") is True:
        return _mapped_apart(call.value(), [(deviation, mean) for mean, deviation in pairs])
    return _mapped_apart(call.value(), [(1 / deviation, -mean / deviation) for mean, deviation in pairs])


def _statistics(call: LayerCall) -> tuple[list[float], list[float]]:
    """Give the means and variances, as they stand in the config or in the weights; none where they are not known."""
    learned = call.layer.statistics
    if learned is None:
        return numbers(call.config.get("mean")), numbers(call.config.get("variance"))
    shape, kept = call.shape(), call.config.get("axis", -1)
    along = axes.negatives(kept, shape) if kept != [] and kept is not None else []
    sizes = [axes.size(shape, axis) for axis in along] if along is not None else [None]
    is_other = None not in sizes and math.prod(size or 1 for size in sizes) != len(learned.mean)
    # In half precision small variances become 0, and large means infinite, as those of no config are likely to be.
    if is_other or call.layer.compute_dtype not in {None, "float32", "float64"}:
        return [], []
    return list(learned.mean), list(learned.variance)


LAYERS: Mapping[str, Rule] = {
    **{
        name: Rule(_normalisation, same_shape, _is_free_of_its_operand)
        for name in ("BatchNormalization", "LayerNormalization", "GroupNormalization", "RMSNormalization")
    },
    "UnitNormalization": Rule(_unit_normalisation, same_shape),
    "Rescaling": Rule(_rescaling, same_shape),
    "Normalization": Rule(_fixed_normalisation, same_shape),
}

"""What a call computes, as a formula of tensors before it, where that tells more than ranges do.

Ranges cannot see that `x / (x + x)` is a half or that `x - dropout(x)` is 0: the operands depend on each other. Where
a rule gives up for that reason, both are written out in the tensors that they come from, and what is left is judged.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from logitcheck.analyzer import axes
from logitcheck.analyzer.calls import LEAST_VARIANCE, LayerCall, Operands, number, whole
from logitcheck.analyzer.transfer import arithmetic, quotients
from logitcheck.analyzer.transfer.forms import Form, Origin, cancels, constant, judged, just, product, scaled, total
from logitcheck.analyzer.values import Value, affine, bounds_only
from logitcheck.model import LayerKind, TensorReference

_MOST_STEPS = 64
"""Calls that are written out for one formula."""

_DEEPEST = 12


def value_of(call: LayerCall) -> Value | None:
    """Give what the formula of a call tells of what it puts out; None where it tells nothing."""
    if len(call.tensors) < 2 or arithmetic.independent(call.values()):
        return None
    writing = Writing()
    form = writing.of_call(call, 0)
    if form is not None:
        return judged(form, call)
    if not is_aligned(call) or heeds_masks(call):
        return None
    if call.layer.rule in _EXTREMES:
        return _extreme_of_multiples(call, writing)
    return _quotient(call, writing) if call.layer.rule in _QUOTIENTS else None


_EXTREMES = frozenset({"Maximum", "Minimum"})
_QUOTIENTS = frozenset({"Divide", "TrueDivide"})


def _quotient(call: LayerCall, writing: Writing) -> Value | None:
    """Give one tensor divided by another."""
    pair = arguments(call)
    if len(pair) != 2 or not all(isinstance(argument, TensorReference) for argument in pair):
        return None
    left, right = (writing.of(call.operands, reference, 0) for reference in call.tensors)
    return quotients.quotient(left, right, call)


def _extreme_of_multiples(call: LayerCall, writing: Writing) -> Value | None:
    """Give the larger or smaller of multiples of one tensor, all of one sign: it goes where the tensor goes."""
    forms = [writing.of(call.operands, reference, 0) for reference in call.tensors]
    origin = forms[0].only
    if origin is None or any(form.only != origin or form.factor * forms[0].factor <= 0 for form in forms):
        return None
    factors, pick = [form.factor for form in forms], max if call.layer.rule == "Maximum" else min
    turned = affine(origin.value, 1.0 if forms[0].factor > 0 else -1.0, 0.0)
    low, high = (pick(abs(factor) * end for factor in factors) if end else 0.0 for end in (turned.low, turned.high))
    return replace(bounds_only(turned), low=low, high=high)


def are_one(call: LayerCall) -> bool:
    """Whether the operands are all the same numbers, each at its place."""
    writing = Writing()
    forms = [writing.of(call.operands, reference, 0) for reference in call.tensors]
    return len(forms) > 1 and all(form == forms[0] for form in forms) and forms[0].only is not None


def multiple_of(operands: Operands, reference: TensorReference) -> LayerCall | None:
    """Give the call whose numbers a tensor holds, or a multiple of them that is neither small nor a difference."""
    form = Writing().of(operands, reference, 0)
    origin, factors = form.only, list(form.terms.values())
    if origin is None or abs(factors[0].net) < max(factors[0].size / 2, arithmetic.NEGLIGIBLE):
        return None
    return origin.operands.maker(origin.reference)


class Writing:
    """One formula as it is written, with every tensor written out once, and only so many of them."""

    def __init__(self) -> None:
        self._known: dict[object, Form] = {}
        self._steps = 0

    def of(self, operands: Operands, reference: TensorReference, depth: int) -> Form:
        """Write a tensor out; one that is no formula of others stands for itself."""
        identity = operands.identity(reference)
        if identity not in self._known:
            maker = operands.maker(reference)
            form = self.of_call(maker, depth) if maker is not None and depth < _DEEPEST else None
            self._known[identity] = just(Origin(identity, reference, operands)) if form is None else form
        return self._known[identity]

    def of_call(self, call: LayerCall, depth: int) -> Form | None:
        """Write out what a call puts out; None where it is no formula, or nothing short enough."""
        self._steps += 1
        call = unfolded(call)
        rule = _RULES.get(call.layer.kind, {}).get(call.layer.rule)
        if rule is None or self._steps > _MOST_STEPS or call.declared is not None or call.half is not None:
            return None
        if not is_aligned(call) or heeds_masks(call):
            return None
        forms = [self._of_argument(call, argument, depth + 1) for argument in arguments(call)]
        known = [form for form in forms if form is not None]
        return rule(call, known) if known and len(known) == len(forms) else None

    def _of_argument(self, call: LayerCall, argument: object, depth: int) -> Form | None:
        if isinstance(argument, TensorReference):
            return self.of(call.operands, argument, depth)
        single = number(argument)
        return None if single is None else constant(single)


def unfolded(call: LayerCall) -> LayerCall:
    """Give the call of the layer inside a TimeDistributed, where that works on each number alone."""
    inner = call.inside if call.layer.rule == "TimeDistributed" else None
    is_timeless = inner is not None and inner.layer.kind is LayerKind.LAYER and inner.layer.rule in _TIMELESS
    return inner if inner is not None and is_timeless else call


_TIMELESS = frozenset(
    {
        *("Normalization", "Activation", "Rescaling", "Dropout", "SpatialDropout1D", "SpatialDropout2D"),
        *("GaussianDropout", "GaussianNoise", "AlphaDropout", "ActivityRegularization", "Identity"),
    }
)
"""Layers of the formulas below that ask for no shape."""


def arguments(call: LayerCall) -> Sequence[object]:
    """Give what a call works on, element by element; of a choice, what it chooses from."""
    if call.layer.kind is LayerKind.LAYER:
        return call.tensors
    arguments = list(call.call.args)
    if len(arguments) == 1 and isinstance(arguments[0], list):
        arguments = list(arguments[0])
    if call.layer.rule in {"Transpose", "Split", "Roll", "Flip", "Sort"}:
        return arguments[:1]
    arguments += [call.call.kwargs[name] for name in ("x1", "x2", "y") if name in call.call.kwargs]
    return arguments[1:] if call.layer.rule == "Where" else arguments


def is_aligned(call: LayerCall) -> bool:
    """Whether elements that meet stand at the same places, counted from the front and from the end."""
    shapes = [call.operands.shape(reference) for reference in call.tensors]
    ranks = {None if shape is None else len(shape) for shape in shapes}
    return len(shapes) == 1 or (len(ranks) == 1 and None not in ranks)


def heeds_masks(call: LayerCall) -> bool:
    """Whether a call may leave operands out at steps that they mask, which no formula tells."""
    heeds = call.layer.kind is LayerKind.LAYER and call.layer.rule in {"Multiply", "Maximum", "Minimum"}
    return heeds and call.operands.may_be_masked()


_Rule = Callable[[LayerCall, Sequence[Form]], Form | None]


def _added(_: LayerCall, forms: Sequence[Form]) -> Form | None:
    return total(forms)


def _averaged(_: LayerCall, forms: Sequence[Form]) -> Form | None:
    return scaled(total(forms), 1 / len(forms))


def _subtracted(_: LayerCall, forms: Sequence[Form]) -> Form | None:
    return total([forms[0], scaled(forms[1], -1.0)]) if len(forms) == 2 else None


def _multiplied(_: LayerCall, forms: Sequence[Form]) -> Form | None:
    result: Form | None = forms[0]
    for form in forms[1:]:
        result = None if result is None else product(result, form)
    return result


def _divided(_: LayerCall, forms: Sequence[Form]) -> Form | None:
    """Divide by a number, or multiples of one tensor by each other."""
    if len(forms) != 2:
        return None
    left, right = forms
    if not right.terms:
        return scaled(left, 1 / right.constant.net) if right.constant.net else None
    if left.only is None or left.only != right.only or not right.factor or cancels(left) or cancels(right):
        return None
    return constant(left.factor / right.factor)


def _squared(_: LayerCall, forms: Sequence[Form]) -> Form | None:
    return product(forms[0], forms[0]) if len(forms) == 1 else None


def _raised(_: LayerCall, forms: Sequence[Form]) -> Form | None:
    if len(forms) != 2 or forms[1].terms:
        return None
    power = forms[1].constant.net
    if power not in {1, 2, 3}:
        return None
    squared = product(forms[0], forms[0]) if power > 1 else forms[0]
    return squared if power < 3 or squared is None else product(squared, forms[0])


def _negated(_: LayerCall, forms: Sequence[Form]) -> Form | None:
    return scaled(forms[0], -1.0) if len(forms) == 1 else None


def _chosen(_: LayerCall, forms: Sequence[Form]) -> Form | None:
    """Choose between the same numbers, by size or otherwise."""
    return forms[0] if all(form == forms[0] for form in forms) else None


def _kept(call: LayerCall, forms: Sequence[Form]) -> Form | None:
    """Hand on the numbers; layers that are for training alone may be told to work at any time."""
    return forms[0] if len(forms) == 1 and call.call.kwargs.get("training") is not True else None


def _activated(call: LayerCall, forms: Sequence[Form]) -> Form | None:
    activation = call.layer.activation
    return _kept(call, forms) if activation is None or activation.name == "linear" else None


def _unmasked(call: LayerCall, forms: Sequence[Form]) -> Form | None:
    """Mask: rows of nothing but zeros become zeros."""
    return _kept(call, forms) if number(call.config.get("mask_value", 0.0)) == 0 else None


def _rescaled(call: LayerCall, forms: Sequence[Form]) -> Form | None:
    scale, offset = number(call.config.get("scale", 1.0)), number(call.config.get("offset", 0.0))
    return None if scale is None or offset is None else total([scaled(forms[0], scale), constant(offset)])


def _permuted(call: LayerCall, forms: Sequence[Form]) -> Form | None:
    """Permute: to the order that there is."""
    dims = call.config.get("dims")
    is_same = isinstance(dims, (list, tuple)) and [whole(item) for item in dims] == list(range(1, len(dims) + 1))
    return forms[0] if is_same else None


def _transposed(call: LayerCall, forms: Sequence[Form]) -> Form | None:
    """Transpose: to the order that there is."""
    order = axes.negatives(call.argument(1, "axes"), call.shape())
    return forms[0] if order is not None and order == list(range(-len(order), 0)) else None


def _reshaped(call: LayerCall, forms: Sequence[Form]) -> Form | None:
    """Reshape: to the sizes that there are, of which one alone may be open."""
    from logitcheck.analyzer import transfer

    before, after = call.shape(), transfer.shapes(call)[0]
    is_same = before is not None and before == after and before[1:].count(None) <= 1
    return forms[0] if is_same else None


def _moved(call: LayerCall, forms: Sequence[Form]) -> Form | None:
    """Move numbers along an axis, along which there is only one."""
    axis = call.option("axis", -1 if call.layer.rule == "Sort" else None)
    moved = axes.negatives(axis, call.shape())
    return forms[0] if moved and all(axes.size(call.shape(), each) == 1 for each in moved) else None


def _normalised(call: LayerCall, forms: Sequence[Form]) -> Form | None:
    """Normalise: by one mean and one variance that stand in the config."""
    mean, variance = number(call.config.get("mean")), number(call.config.get("variance"))
    if mean is None or variance is None or variance < LEAST_VARIANCE:
        return None
    if call.config.get("invert") is True:
        return total([scaled(forms[0], math.sqrt(variance)), constant(mean)])
    return scaled(total([forms[0], constant(-mean)]), variance**-0.5)


def _split(call: LayerCall, forms: Sequence[Form]) -> Form | None:
    """Split: into a single part."""
    return forms[0] if call.argument(1, "indices_or_sections") == 1 else None


_LAYERS: Mapping[str, _Rule] = {
    "Normalization": _normalised,
    "Add": _added,
    "Average": _averaged,
    "Subtract": _subtracted,
    "Multiply": _multiplied,
    "Maximum": _chosen,
    "Minimum": _chosen,
    "Activation": _activated,
    "Rescaling": _rescaled,
    "Masking": _unmasked,
    "Permute": _permuted,
    "Reshape": _reshaped,
    **dict.fromkeys(("Dropout", "SpatialDropout1D", "SpatialDropout2D", "SpatialDropout3D"), _kept),
    **dict.fromkeys(("GaussianDropout", "GaussianNoise", "AlphaDropout", "ActivityRegularization", "Identity"), _kept),
}

_OPERATIONS: Mapping[str, _Rule] = {
    **dict.fromkeys(("Add", "AddN", "BiasAdd"), _added),
    "Subtract": _subtracted,
    "Multiply": _multiplied,
    "Divide": _divided,
    "TrueDivide": _divided,
    "Square": _squared,
    "Power": _raised,
    "Negative": _negated,
    "Transpose": _transposed,
    "Split": _split,
    **dict.fromkeys(("Roll", "Flip", "Sort"), _moved),
    **dict.fromkeys(("Maximum", "Minimum", "Fmax", "Fmin", "Where"), _chosen),
    **dict.fromkeys(("StopGradient", "Identity", "Copy", "Snapshot"), _kept),
}

_RULES: Mapping[LayerKind, Mapping[str, _Rule]] = {LayerKind.LAYER: _LAYERS, LayerKind.OPERATION: _OPERATIONS}

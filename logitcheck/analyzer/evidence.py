"""The way back from an output to the layers that decided what it is, told layer by layer.

Not every layer on the way matters: what hands values on is named and passed, and the way ends where the values came
to be (a Dense, an activation, an opaque layer, an input).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from logitcheck.analyzer import transfer
from logitcheck.analyzer.calls import LayerCall, Operands, whole
from logitcheck.analyzer.scopes import Point
from logitcheck.analyzer.values import Applied, Kind, LogOf, Value
from logitcheck.analyzer.walk import Walk
from logitcheck.declarations import DeclaredOutput, LayerDeclaration
from logitcheck.model import LayerKind, Shape, TensorReference

MOST_STEPS = 12


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """One layer on the way, and what it did to the values.

    layer: its name, behind those of the models it is nested in.
    decides: whether it changed what the values are, rather than handing them on.
    units: how many units or filters it has, if it is a layer with some. activation: of that layer, if any.
    channels_last: whether its units lie along the last axis.
    key: the one under which settings say what the layer puts out, or could; None where they have no say.
    declared: what they say, if they say anything.
    """

    layer: str
    class_name: str
    effect: str
    decides: bool = True
    units: int | None = None
    activation: str | None = None
    channels_last: bool = True
    key: str | None = None
    declared: DeclaredOutput | None = None

    @property
    def is_unchanged(self) -> bool:
        """Whether only settings tell that the layer hands on what it is given."""
        return self.declared is DeclaredOutput.UNCHANGED and not self.decides


def trace(walk: Walk, output: TensorReference) -> tuple[Step, ...]:
    """Give the layers that decided the values of `output`, in the order in which the values flow."""
    steps: list[Step] = []
    pending: list[tuple[Point, int]] = [(Point(walk.root, output.layer, output.call), output.tensor)]
    seen: set[tuple[Point, int]] = set()
    while pending and len(steps) < MOST_STEPS:
        point, tensor = pending.pop()
        if (point, tensor) in seen:
            continue
        seen.add((point, tensor))
        layer = point.scope.graph.layers[point.layer]
        match layer.kind:
            case LayerKind.MODEL | LayerKind.WRAPPER:
                scope = walk.child(point, layer)
                if layer.kind is LayerKind.WRAPPER:
                    steps.append(_step(walk, point, tensor))
                inner = scope.graph.outputs[min(tensor, len(scope.graph.outputs) - 1)]
                pending.append((Point(scope, inner.layer, inner.call), inner.tensor))
            case LayerKind.INPUT:
                bound = point.scope.binding(point.layer)
                if bound is not None and point.scope.parent is not None:
                    pending.append((Point(point.scope.parent, bound.layer, bound.call), bound.tensor))
                else:
                    steps.append(_step(walk, point, tensor))
            case LayerKind.LAYER | LayerKind.OPERATION | LayerKind.OPAQUE:
                steps.append(_step(walk, point, tensor))
                pending.extend(_behind(walk, point))
    return tuple(reversed(steps))


def _behind(walk: Walk, point: Point) -> list[tuple[Point, int]]:
    """Give the tensors a layer's values came from, unless the values came to be in it."""
    call = walk.layer_call(point)
    rule = transfer.rule_for(call.layer)
    if call.declared is not None:
        if call.declared.output is not DeclaredOutput.UNCHANGED:
            return []
    elif rule is None or rule.cuts(call.layer):
        return []
    references = reversed(call.tensors[:4])
    return [(Point(point.scope, item.layer, item.call), item.tensor) for item in references]


def _step(walk: Walk, point: Point, tensor: int) -> Step:
    call = walk.layer_call(point)
    if call.declared is not None:
        return of_declaration(call, call.declared)
    value = walk.value(point.scope, TensorReference(point.layer, point.call, tensor))
    units, activation = _units(call), call.layer.activation
    passes = _hands_on(call, value, tensor)
    return Step(
        layer=call.path,
        class_name=call.layer.class_name,
        effect=_passing(call) if passes else _effect(call, value, units),
        decides=not passes,
        units=units,
        activation=activation.label if activation is not None else None,
        channels_last=_is_channels_last(call),
        key=_key(call, value),
    )


def of_declaration(call: LayerCall, said: LayerDeclaration) -> Step:
    """Give the step of a layer that settings speak of; that its parameter `units` means units is known of Keras's."""
    is_known = call.layer.kind is LayerKind.LAYER and transfer.rule_for(call.layer) is not None
    return Step(
        layer=call.path,
        class_name=call.layer.class_name,
        effect=f"declared in settings: {said.output.value}",
        decides=said.output is not DeclaredOutput.UNCHANGED or len(call.tensors) != 1,
        units=_units(call) if is_known else None,
        channels_last=_is_channels_last(call),
        key=said.key,
        declared=said.output,
    )


def _units(call: LayerCall) -> int | None:
    return next((whole(call.config.get(name)) for name in ("units", "filters") if name in call.config), None)


def _is_channels_last(call: LayerCall) -> bool:
    return call.config.get("data_format", "channels_last") == "channels_last"


def _key(call: LayerCall, value: Value) -> str | None:
    """Give the key under which settings could say what the layer puts out, if that is where knowledge ends."""
    if value.unknown is None or value.unknown.layer != call.path:
        return None
    from logitcheck.analyzer import declared

    return declared.key_of(call.layer, call.path)


_IN_THE_WEIGHTS = "its mean and variance in the weights"


def _passing(call: LayerCall) -> str:
    """Say that a layer changes nothing, which of a Normalization is not certain without its numbers."""
    return "hands the values on" + (f", by {_IN_THE_WEIGHTS}" if call.layer.statistics is not None else "")


def _effect(call: LayerCall, value: Value, units: int | None) -> str:
    layer = call.layer
    if layer.kind is LayerKind.INPUT:
        return "an input of the model: its values are not known"
    if layer.kind is LayerKind.OPAQUE:
        return f"unknown: {layer.reason}"
    if layer.kind is LayerKind.WRAPPER:
        return f"wraps the layer inside: {describe(value)}"
    doing = [layer.activation.label] if layer.activation is not None else []
    if not doing and value.applied is not None and value.applied.layer == call.path:
        doing = [value.applied.name]
    doing += [units_words(units)] if units is not None else []
    doing += [_IN_THE_WEIGHTS] if layer.statistics is not None and not value.is_unbounded else []
    what = ", ".join(doing)
    return f"{what}: {describe(value)}" if what else describe(value)


def _hands_on(call: LayerCall, after: Value, tensor: int) -> bool:
    """Whether a layer has one operand and puts out the numbers it was given."""
    rule = transfer.rule_for(call.layer)
    if rule is None or rule.cuts(call.layer) or len(call.tensors) != 1:
        return False
    before = call.value()
    if (before.low, before.high, before.axis, before.kind) != (after.low, after.high, after.axis, after.kind):
        return False
    return after.applied == before.applied and (before.applied is not None or _keeps_numbers(call, tensor))


_MARK = Applied("", "", None, "")


@dataclass(frozen=True, slots=True)
class _Marked:
    """Operands that all look as if an activation had just been applied."""

    operands: Operands

    def value(self, reference: TensorReference) -> Value:
        return replace(self.operands.value(reference), applied=_MARK)

    def shape(self, reference: TensorReference) -> Shape | None:
        return self.operands.shape(reference)

    def dtype(self, reference: TensorReference) -> str | None:
        return self.operands.dtype(reference)

    def identity(self, reference: TensorReference) -> object:
        return self.operands.identity(reference)

    def maker(self, reference: TensorReference) -> LayerCall | None:
        return self.operands.maker(reference)

    def may_be_masked(self) -> bool:
        return self.operands.may_be_masked()


def _keeps_numbers(call: LayerCall, tensor: int) -> bool:
    """Whether the layer changes no number: bounds cannot tell, since any real number minus 3 is any real number.

    Transfer rules remember an activation for as long as its numbers stay what they were; so one is pretended.
    """
    values = transfer.apply(replace(call, operands=_Marked(call.operands)))
    return tensor < len(values) and values[tensor].applied is _MARK


def units_words(units: int) -> str:
    """Say how many units there are."""
    return f"{units} unit{'' if units == 1 else 's'}"


def describe(value: Value) -> str:
    """Say in words what is known of a value."""
    match value.kind:
        case Kind.LOGITS:
            return "any real number" if value.is_unbounded else "numbers without a bound on either side"
        case Kind.PROBABILITIES:
            return f"probabilities that sum to 1 along axis {value.sum_axis}"
        case Kind.UNIT_INTERVAL:
            return f"values in {interval(value)}"
        case Kind.LOG_PROBABILITIES:
            of = "probabilities" if value.log_of is LogOf.SIMPLEX else "values between 0 and 1"
            return f"logarithms of {of}"
        case Kind.RANGE:
            return f"values in {interval(value)}"
        case Kind.UNKNOWN:
            return f"unknown: {value.unknown.reason}" if value.unknown is not None else "nothing is known of the values"


def interval(value: Value) -> str:
    """Write the bounds of a value as an interval."""
    low = "(-inf" if math.isinf(value.low) else f"[{value.low:.4g}"
    high = "inf)" if math.isinf(value.high) else f"{value.high:.4g}]"
    return f"{low}, {high}"

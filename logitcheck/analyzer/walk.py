"""The way from a model's outputs back through its graph: what is known of each tensor, each computed once.

A saved graph is a straight-line program, so one pass is enough. The walk asks a layer's rule for what the layer puts
out; layers whose output does not depend on what comes in (Dense, Conv …) end it. Nested models, wrappers and shared
layers are walked in scopes of their own. Nothing recurses, and a budget bounds the work whatever the file claims.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from logitcheck.analyzer import constants, masks, transfer
from logitcheck.analyzer.calls import LayerCall
from logitcheck.analyzer.scopes import Point, Scope, within
from logitcheck.analyzer.settling import settle
from logitcheck.analyzer.sources import Source
from logitcheck.analyzer.values import Value, anything
from logitcheck.model import Call, Graph, Layer, LayerKind, Shape, TensorReference

if TYPE_CHECKING:
    from logitcheck.analyzer.declared import Declared

BUDGET = 20_000
"""Calls of layers and their operands in one model, nested ones counted each time they are entered."""

MOST_LOOKS = 3_000
"""How often rules may ask by which call a tensor was made; after that it counts as not known, which claims nothing."""

_CONSTANTS_A_STEP = 25
"""Constants that cost as much of the budget as a call does, where they are worked through once more."""

_NO_CALL = Call((), {}, ())


class BudgetExceededError(Exception):
    """The graph is too large to walk within the budget."""


class Walk:
    """What is known of the tensors of one model."""

    def __init__(self, graph: Graph, declared: Declared | None = None) -> None:
        self.root = Scope(graph)
        self._declared = declared
        self._values: dict[Point, tuple[Value, ...]] = {}
        self._shapes: dict[Point, list[Shape | None]] = {}
        self._calls: dict[Point, LayerCall] = {}
        self._constants: dict[object, int] = {}
        self._steps = 0
        self._looks = 0

    def value(self, scope: Scope, reference: TensorReference) -> Value:
        """Give what is known of a tensor."""
        point = Point(scope, reference.layer, reference.call)
        if point not in self._values:
            settle(point, self._value_dependencies, self._compute_value, self._values, self._spend)
        found = self._values[point]
        if reference.tensor < len(found):
            return found[reference.tensor]
        if self.layer_call(point).declared is not None:
            return found[0]
        reason = f"nothing is known of its output number {reference.tensor}"
        return anything(reason, scope.prefix + reference.layer, found[0].sources)

    def shape(self, scope: Scope, reference: TensorReference) -> Shape | None:
        """Give a tensor's static shape; None if not even its rank is known."""
        if reference.shape is not None:
            return reference.shape
        point = Point(scope, reference.layer, reference.call)
        if point not in self._shapes:
            settle(point, self._shape_dependencies, self._compute_shape, self._shapes, self._spend)
        found = self._shapes[point]
        return found[reference.tensor] if reference.tensor < len(found) else None

    @cached_property
    def may_be_masked(self) -> bool:
        """Whether some layer of the model makes a mask: an Embedding, Masking, or one of which nothing is known."""
        return masks.may_be_made(self.root.graph)

    def layer_call(self, point: Point) -> LayerCall:
        """Give one call as transfer rules see it."""
        known = self._calls.get(point)
        if known is not None:
            return known
        layer = point.scope.graph.layers[point.layer]
        call = layer.calls[point.call] if layer.calls else _NO_CALL
        if point.scope.in_training:
            call = replace(call, kwargs={**call.kwargs, "training": True})
        path = point.scope.prefix + layer.name
        declared = self._declared.layer(layer, path) if self._declared is not None else None
        made = LayerCall(layer, call, _ScopedOperands(self, point.scope), path, declared)
        self._calls[point] = made
        return made

    def child(self, point: Point, layer: Layer, *, backward: bool = False) -> Scope:
        """Give the scope of a nested model or wrapper at one of its calls."""
        key = (point.layer, point.call, int(backward))
        scope = point.scope.children.get(key)
        if scope is None:
            graph = layer.backward if backward else layer.graph
            assert graph is not None
            call = layer.calls[point.call] if layer.calls else _NO_CALL
            scope = Scope(
                graph,
                point.scope,
                call.tensors,
                folded=layer.rule == "TimeDistributed",
                in_training=point.scope.in_training or call.kwargs.get("training") is True,
                prefix=within(point.scope.prefix, layer.name),
            )
            point.scope.children[key] = scope
        return scope

    def origin(self, scope: Scope, reference: TensorReference) -> tuple[Scope, TensorReference]:
        """Go back to where a tensor was made, through inputs and outputs of nested models, which only hand it on."""
        while True:
            handed_on = self._handed_on(scope, reference)
            if handed_on is None:
                return scope, reference
            self._spend(1)
            scope, reference = handed_on

    def maker(self, scope: Scope, reference: TensorReference) -> LayerCall | None:
        """Give the call whose first output a tensor is; None for others, and where it was asked too often.

        What a TimeDistributed works on is one of the others: it is no input of the model, though one of a graph.
        """
        self._looks += 1
        scope, origin = self.origin(scope, reference)
        is_inner = scope.parent is not None and scope.graph.layers[origin.layer].kind is LayerKind.INPUT
        if origin.tensor or is_inner or self._looks > MOST_LOOKS:
            return None
        return self.layer_call(Point(scope, origin.layer, origin.call))

    def _handed_on(self, scope: Scope, reference: TensorReference) -> tuple[Scope, TensorReference] | None:
        """Give the same tensor, one step nearer to where it was made; None where it was made here."""
        layer = scope.graph.layers[reference.layer]
        if layer.kind is LayerKind.INPUT:
            bound = scope.binding(reference.layer)
            return None if bound is None or scope.parent is None or scope.folded else (scope.parent, bound)
        if layer.kind is not LayerKind.MODEL:
            return None
        child = self.child(Point(scope, reference.layer, reference.call), layer)
        outputs = child.graph.outputs
        return (child, outputs[reference.tensor]) if reference.tensor < len(outputs) else None

    def forget(self) -> None:
        """Let go of everything known, so that reference counting frees it at once: calls and scopes form cycles."""
        self._values.clear()
        self._shapes.clear()
        self._calls.clear()
        self.root.children.clear()

    def _spend(self, steps: int) -> None:
        self._steps += steps
        if self._steps > BUDGET:
            raise BudgetExceededError

    def _pay_for_constants(self, point: Point, call: LayerCall) -> None:
        """Pay for constants that were worked through before, be it at another call or in another use of a model."""
        of_layer, of_call = id(call.layer), (id(call.layer), point.call)
        for owner in (of_layer, of_call):
            self._spend(self._constants.get(owner, 0) // _CONSTANTS_A_STEP)
        if of_layer not in self._constants:
            self._constants[of_layer] = constants.of_layer(call.layer)
        if of_call not in self._constants:
            self._constants[of_call] = constants.of_call(call.call)

    def _value_dependencies(self, point: Point) -> Sequence[Point]:
        layer = point.scope.graph.layers[point.layer]
        match layer.kind:
            case LayerKind.INPUT:
                return self._bound(point)
            case LayerKind.MODEL | LayerKind.WRAPPER:
                return self._inner_outputs(point, layer)
            case LayerKind.LAYER | LayerKind.OPERATION | LayerKind.OPAQUE:
                call = self.layer_call(point)
                rule = transfer.rule_for(layer)
                masked = rule is not None and rule.heeds_masks and self.may_be_masked
                if rule is not None and rule.cuts(layer) and call.declared is None and not masked:
                    return ()
                return [Point(point.scope, tensor.layer, tensor.call) for tensor in call.tensors]

    def _shape_dependencies(self, point: Point) -> Sequence[Point]:
        layer = point.scope.graph.layers[point.layer]
        match layer.kind:
            case LayerKind.INPUT:
                return [bound for bound, reference in self._bound_references(point) if reference.shape is None]
            case LayerKind.MODEL | LayerKind.WRAPPER:
                return self._inner_outputs(point, layer)
            case LayerKind.LAYER | LayerKind.OPERATION | LayerKind.OPAQUE:
                call = layer.calls[point.call] if layer.calls else _NO_CALL
                if layer.input_shape is not None and len(call.tensors) == 1:
                    return ()
                return [
                    Point(point.scope, tensor.layer, tensor.call) for tensor in call.tensors if tensor.shape is None
                ]

    def _bound_references(self, point: Point) -> list[tuple[Point, TensorReference]]:
        reference = point.scope.binding(point.layer)
        if reference is None or point.scope.parent is None:
            return []
        return [(Point(point.scope.parent, reference.layer, reference.call), reference)]

    def _bound(self, point: Point) -> list[Point]:
        return [bound for bound, _ in self._bound_references(point)]

    def _inner_outputs(self, point: Point, layer: Layer) -> list[Point]:
        scopes = [self.child(point, layer)]
        if layer.backward is not None:
            scopes.append(self.child(point, layer, backward=True))
        return [Point(scope, output.layer, output.call) for scope in scopes for output in scope.graph.outputs]

    def _compute_value(self, point: Point) -> tuple[Value, ...]:
        layer = point.scope.graph.layers[point.layer]
        match layer.kind:
            case LayerKind.INPUT:
                return (self._input_value(point),)
            case LayerKind.MODEL:
                return self._model_values(self.child(point, layer))
            case LayerKind.WRAPPER:
                inner, backward = self._wrapped_values(point, layer)
                return transfer.wrapped(self.layer_call(point), inner, backward)
            case LayerKind.LAYER | LayerKind.OPERATION | LayerKind.OPAQUE:
                call = self.layer_call(point)
                self._pay_for_constants(point, call)
                if self._declared is not None and call.declared is not None:
                    self._declared.note(call.declared)
                return transfer.apply(call)

    def _model_values(self, scope: Scope) -> tuple[Value, ...]:
        """Give what a nested model puts out; of a Sequential one, whose only output is noted, all of its last layer."""
        values = tuple(self.value(scope, output) for output in scope.graph.outputs)
        if len(values) > 1 or scope.graph.outputs[0].tensor:
            return values
        (output,) = scope.graph.outputs
        return values + self._values[Point(scope, output.layer, output.call)][1:]

    def _wrapped_values(self, point: Point, layer: Layer) -> tuple[Value, Value | None]:
        scope = self.child(point, layer)
        inner = self.value(scope, scope.graph.outputs[0])
        if layer.backward is None:
            return inner, None
        scope = self.child(point, layer, backward=True)
        return inner, self.value(scope, scope.graph.outputs[0])

    def _input_value(self, point: Point) -> Value:
        reference = point.scope.binding(point.layer)
        if reference is not None and point.scope.parent is not None:
            value = self.value(point.scope.parent, reference)
            return transfer.folded(value) if point.scope.folded else value
        name = point.scope.prefix + point.layer
        source = Source((id(point.scope), point.layer), lambda: None)
        return anything("it comes straight from an input of the model", name, frozenset({source}))

    def _compute_shape(self, point: Point) -> list[Shape | None]:
        layer = point.scope.graph.layers[point.layer]
        match layer.kind:
            case LayerKind.INPUT:
                return [self._input_shape(point, layer)]
            case LayerKind.MODEL | LayerKind.WRAPPER:
                scope = self.child(point, layer)
                inner = [self.shape(scope, output) for output in scope.graph.outputs]
                return (
                    transfer.wrapped_shapes(self.layer_call(point), inner) if layer.kind is LayerKind.WRAPPER else inner
                )
            case LayerKind.LAYER | LayerKind.OPERATION | LayerKind.OPAQUE:
                return transfer.shapes(self.layer_call(point))

    def _input_shape(self, point: Point, layer: Layer) -> Shape | None:
        reference = point.scope.binding(point.layer)
        if reference is None or point.scope.parent is None:
            return transfer.stored_shape(layer)
        shape = self.shape(point.scope.parent, reference)
        if point.scope.folded:
            return None if shape is None or len(shape) < 2 else (shape[0], *shape[2:])
        return shape


@dataclass(frozen=True, slots=True)
class _ScopedOperands:
    """The operands of calls in one scope."""

    walk: Walk
    scope: Scope

    def value(self, reference: TensorReference) -> Value:
        return self.walk.value(self.scope, reference)

    def shape(self, reference: TensorReference) -> Shape | None:
        return self.walk.shape(self.scope, reference)

    def dtype(self, reference: TensorReference) -> str | None:
        """Give the stored type; without one, that of the layer it comes from, which casts what it is given to it."""
        if reference.dtype is not None:
            return reference.dtype
        layer = self.scope.graph.layers[reference.layer]
        return layer.compute_dtype if layer.kind is LayerKind.LAYER else None

    def identity(self, reference: TensorReference) -> object:
        scope, origin = self.walk.origin(self.scope, reference)
        return (id(scope), origin.layer, origin.call, origin.tensor)

    def maker(self, reference: TensorReference) -> LayerCall | None:
        return self.walk.maker(self.scope, reference)

    def may_be_masked(self) -> bool:
        return self.walk.may_be_masked

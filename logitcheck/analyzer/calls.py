"""What a transfer rule sees of the layer it judges: its parameters, its arguments, what is known of its operands."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Protocol

from logitcheck.analyzer import axes
from logitcheck.analyzer.sources import NO_SOURCES, Source, Sources
from logitcheck.analyzer.values import Value, anything
from logitcheck.declarations import LayerDeclaration
from logitcheck.model import LARGEST_SIZE, Call, ConstantArray, Layer, LayerKind, Shape, TensorReference

LEAST_VARIANCE = 1e-12
"""Of a Normalization: the root of smaller ones Keras replaces with its epsilon, which is a setting of the user's."""

_MOST_CONSTANTS = 1_000_000
_SEEING_ALL_STEPS = frozenset({"SimpleRNN", "GRU", "LSTM", "RNN", "Bidirectional"})
_HALVES = frozenset({"float16", "bfloat16"})


class Operands(Protocol):
    """Where a call finds what is known of the tensors it was given; the walk implements it."""

    def value(self, reference: TensorReference) -> Value:
        """Give what is known of a tensor."""

    def shape(self, reference: TensorReference) -> Shape | None:
        """Give a tensor's static shape; None if not even its rank is known."""

    def dtype(self, reference: TensorReference) -> str | None:
        """Give a tensor's type, if the file tells."""

    def identity(self, reference: TensorReference) -> object:
        """Give what tells this tensor from every other one of the model; it has one, however it is handed on."""

    def maker(self, reference: TensorReference) -> LayerCall | None:
        """Give the call whose first output a tensor is; one of an input of the model has no operands."""

    def may_be_masked(self) -> bool:
        """Tell whether Keras may hand masks along with the tensors of this model, which no argument shows."""


@dataclass(frozen=True, slots=True)
class LayerCall:
    """One use of a layer, as its transfer rule sees it.

    path: the layer's name, behind those of the models it is nested in, for messages.
    declared: what settings say of it, if they say anything.
    """

    layer: Layer
    call: Call
    operands: Operands
    path: str
    declared: LayerDeclaration | None = None

    @property
    def half(self) -> str | None:
        """The type of 16 bits that is computed in, if any: a layer has its own, an operation that of its operand."""
        computes_in = self.layer.compute_dtype
        if self.layer.kind is LayerKind.OPERATION and self.tensors:
            computes_in = self.operands.dtype(self.tensors[0])
        return half(computes_in)

    @property
    def tensors(self) -> tuple[TensorReference, ...]:
        """The tensors that flow in, in order."""
        return self.call.tensors

    def value(self, position: int = 0) -> Value:
        """Give what is known of the operand at `position`; nothing if the call has none there."""
        if position >= len(self.tensors):
            return anything("it is called without a tensor", self.path)
        return self.operands.value(self.tensors[position])

    def values(self) -> list[Value]:
        """Give what is known of every operand."""
        return [self.operands.value(reference) for reference in self.tensors]

    def shape(self, position: int = 0) -> Shape | None:
        """Give the static shape of the operand at `position`."""
        if position >= len(self.tensors):
            return None
        reference = self.tensors[position]
        if reference.shape is None and position == 0 and self.layer.input_shape is not None:
            return self.layer.input_shape
        return self.operands.shape(reference)

    def option(self, name: str, default: object = None) -> object:
        """Give an argument of an operation: from the call's keywords, else from the layer's config."""
        if name in self.call.kwargs:
            return self.call.kwargs[name]
        return self.layer.config.get(name, default)

    def argument(self, position: int, name: str, default: object = None) -> object:
        """Give an argument that may be positional or a keyword; the default only if it is not given at all."""
        return self.call.args[position] if position < len(self.call.args) else self.option(name, default)

    @property
    def inside(self) -> LayerCall | None:
        """The call of the layer that this one wraps, on what this one is given; None of one that wraps nothing."""
        graph = self.layer.graph
        return None if graph is None else replace(self, layer=graph.layers[graph.outputs[0].layer])

    @property
    def config(self) -> Mapping[str, object]:
        """The layer's parameters."""
        return self.layer.config

    def sources(self) -> Sources:
        """Give the sources of every operand together."""
        return NO_SOURCES.union(*(value.sources for value in self.values()))

    def own_source(self) -> Sources:
        """Give a source of its own: what this layer's weights make independent of everything else."""
        return frozenset({Source(id(self.layer), self._width)})

    def _width(self) -> int | None:
        """Give how many numbers a unit sees: those at one place, or those of all steps."""
        shape = self.shape()
        if not shape:
            return None
        return axes.product(shape[1:]) if self.layer.rule in _SEEING_ALL_STEPS else shape[-1]


def half(dtype: object) -> str | None:
    """Give a type if it is one of 16 bits."""
    return dtype if isinstance(dtype, str) and dtype in _HALVES else None


def whole(value: object, default: int | None = None) -> int | None:
    """Give `value` if it is a whole number, else the default; `True` is none."""
    if not isinstance(value, int) or isinstance(value, bool) or abs(value) > LARGEST_SIZE:
        return default
    return value


def listed(stored: object) -> list[object]:
    """Give a list or tuple as a list, nothing as an empty one, and anything else as its only item."""
    return list(stored) if isinstance(stored, (list, tuple)) else [] if stored is None else [stored]


def number(value: object) -> float | None:
    """Give `value` as a finite number, also out of an array of one; else None."""
    if isinstance(value, ConstantArray):
        flat = list(flatten(value.value, 2))
        return number(flat[0]) if len(flat) == 1 else None
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    try:
        converted = float(value)
    except OverflowError:
        return None
    return converted if abs(converted) < float("inf") else None


def numbers(value: object) -> list[float]:
    """Give every number of an array or of nested lists; an empty list if any is none, or if they are too many."""
    items = flatten(value.value if isinstance(value, ConstantArray) else value, _MOST_CONSTANTS + 1)
    flat = [number(item) for item in items]
    if len(flat) > _MOST_CONSTANTS:
        return []
    known = [item for item in flat if item is not None]
    return known if len(known) == len(flat) else []


def flatten(value: object, most: int) -> Iterator[object]:
    """Every number of nested lists, `most` at most."""
    stack = [value]
    count = 0
    while stack and count < most:
        item = stack.pop()
        if isinstance(item, list):
            stack.extend(reversed(item))
        else:
            count += 1
            yield item


ValueRule = Callable[[LayerCall], Value | tuple[Value, ...]]
ShapeRule = Callable[[LayerCall], Shape | list[Shape | None] | None]


@dataclass(frozen=True, slots=True)
class Rule:
    """The semantics of one layer class or operation.

    value: what its outputs are, given its operands. shape: their static shapes; a list for several outputs.
    cuts: whether `value` can do without knowing its operands, so that the walk need not go on behind it.
    heeds_masks: whether it cannot, for all that, in a model in which masks go along.
    is_opaque: whether it is known that nothing can be known of what comes out.
    """

    value: ValueRule
    shape: ShapeRule
    cuts: Callable[[Layer], bool] = lambda _: False
    heeds_masks: bool = False
    is_opaque: bool = False


def rows(value: ValueRule, shape: ShapeRule, *names: str) -> dict[str, Rule]:
    """Make the rows of a table that share one rule."""
    rule = Rule(value, shape)
    return dict.fromkeys(names, rule)


def same_shape(call: LayerCall) -> Shape | None:
    """Shape rule of everything that works element by element."""
    return call.shape()


def always(_: Layer) -> bool:
    """`cuts` of layers that never look at their operands' values."""
    return True

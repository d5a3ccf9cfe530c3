"""Calls of layers whose operands are given outright: what is known of each of them, and its shape."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from logitcheck.analyzer import transfer
from logitcheck.analyzer.calls import LayerCall
from logitcheck.analyzer.sources import Source
from logitcheck.analyzer.values import Value, between, unbounded
from logitcheck.model import Activation, Call, Layer, LayerKind, Shape, TensorReference

Operand = tuple[Value, Shape | None]


@dataclass(frozen=True)
class Given:
    """Operands by their position."""

    operands: Sequence[Operand]
    masked: bool = False
    makers: Mapping[int, LayerCall] = field(default_factory=dict)

    def value(self, reference: TensorReference) -> Value:
        return self.operands[reference.call][0]

    def shape(self, reference: TensorReference) -> Shape | None:
        return self.operands[reference.call][1]

    def dtype(self, reference: TensorReference) -> str | None:
        return reference.dtype

    def identity(self, reference: TensorReference) -> object:
        return reference

    def maker(self, reference: TensorReference) -> LayerCall | None:
        return self.makers.get(reference.call)

    def may_be_masked(self) -> bool:
        return self.masked


def reference(position: int = 0) -> TensorReference:
    """The operand at `position`, as an argument of a call."""
    return TensorReference("operand", position, 0)


def call(
    layer: Layer,
    *operands: Operand,
    args: Sequence[object] | None = None,
    kwargs: Mapping[str, object] | None = None,
) -> LayerCall:
    """A call of `layer` on the operands; its arguments are just them, unless others are given."""
    tensors = tuple(reference(position) for position in range(len(operands)))
    arguments = tuple(args) if args is not None else tensors
    return LayerCall(layer, Call(arguments, kwargs or {}, tensors), Given(operands), layer.name)


def layer(rule: str, activation: str | None = None, **config: Any) -> Layer:
    """A layer of Keras; its config may name the parameters of its activation under `activation_config`."""
    parameters = config.pop("activation_config", {})
    applied = Activation(activation, activation, parameters) if activation is not None else None
    dtype = config.pop("compute_dtype", None)
    return Layer(
        name=rule.lower(),
        class_name=rule,
        kind=LayerKind.LAYER,
        rule=rule,
        config=config,
        activation=applied,
        compute_dtype=dtype,
    )


def operation(rule: str, **config: Any) -> Layer:
    """An operation of `keras.ops`."""
    return Layer(name=rule.lower(), class_name=rule, kind=LayerKind.OPERATION, rule=rule, config=config)


def result(called: LayerCall) -> Value:
    """What is known of the first output."""
    return transfer.apply(called)[0]


def reason(value: Value) -> str | None:
    """Why nothing is known of a value, if so it is."""
    return value.unknown.reason if value.unknown is not None else None


def source(name: object = "somewhere", width: int | None = None) -> frozenset[Source]:
    """Where numbers come from."""
    return frozenset({Source(name, lambda: width)})


def logits(name: object = "head") -> Value:
    """Numbers of a linear layer."""
    return unbounded(source(name))


def distribution(axis: int = -1, name: object = "head") -> Value:
    """Probabilities along an axis, as a softmax layer on a linear one makes them."""
    return result(call(layer("Softmax", axis=axis), (logits(name), (None,) * max(2, -axis))))


def log_distribution(axis: int = -1, name: object = "head") -> Value:
    """The logarithm of a distribution."""
    return result(call(operation("LogSoftmax", axis=axis), (logits(name), (None,) * max(2, -axis))))


def scores(name: object = "head") -> Value:
    """Independent scores, as a sigmoid makes them."""
    return result(call(operation("Sigmoid"), (logits(name), (None, 3))))


def bounded(low: float, high: float, name: object = "bounded") -> Value:
    """Numbers that come near both ends of an interval."""
    return between(low, high, sources=source(name))

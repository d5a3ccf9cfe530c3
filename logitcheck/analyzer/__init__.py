"""Facts to meaning: what each output of a saved model is, and what the losses on it expect."""

from __future__ import annotations

from dataclasses import dataclass

from logitcheck.analyzer import axes, evidence, losses
from logitcheck.analyzer.calls import LayerCall
from logitcheck.analyzer.evidence import Step
from logitcheck.analyzer.losses import Expectation
from logitcheck.analyzer.transfer import activation
from logitcheck.analyzer.values import Kind, Value, anything, unbounded
from logitcheck.analyzer.walk import BudgetExceededError, Walk
from logitcheck.model import Call, Head, Layer, LayerKind, Loss, Metric, ModelOutput, SavedModel, Shape, TensorReference

__all__ = ["JudgedLoss", "OutputAnalysis", "analyze"]


@dataclass(frozen=True, kw_only=True, slots=True)
class JudgedLoss:
    """A loss on an output, what it expects, and how many units lie along its class axis."""

    loss: Loss
    expectation: Expectation
    axis: int | None
    units: int | None

    def fits(self, value: Value) -> bool:
        """Whether a value is proved to be what the loss expects; False also where nothing is proved."""
        return losses.fits(value, self.expectation, axis_matches=self.axis is not None and self.axis == value.axis)


@dataclass(frozen=True, kw_only=True, slots=True)
class OutputAnalysis:
    """What one output of a model is.

    name: as in the model; None where it cannot be walked. path: where it is in what the model returns.
    classes: size of its class axis (the last one where no distribution tells another), if known. units: size of its
    last axis, if known. rank: number of axes, the batch axis included, if known. kind: of the value. metrics: as
    compiled; what they make of the value stands in `metrics.py`.
    """

    name: str | None
    value: Value
    classes: int | None
    units: int | None
    rank: int | None
    evidence: tuple[Step, ...]
    losses: tuple[JudgedLoss, ...]
    metrics: tuple[Metric, ...]
    kind: Kind
    path: tuple[str | int, ...] = ()


def analyze(model: SavedModel) -> tuple[OutputAnalysis, ...]:
    """Give what is known of every output of `model`, in the model's own order."""
    if model.graph is None:
        return tuple(_unwalkable(model, output) for output in model.outputs)
    walk = Walk(model.graph)
    analyses = tuple(_output(walk, output) for output in model.outputs)
    walk.forget()
    return analyses


def _output(walk: Walk, output: ModelOutput) -> OutputAnalysis:
    assert output.tensor is not None
    try:
        value = walk.value(walk.root, output.tensor)
        shape = walk.shape(walk.root, output.tensor)
        steps = evidence.trace(walk, output.tensor)
    except BudgetExceededError:
        value, shape, steps = anything("the graph is too large to walk", output.tensor.layer), None, ()
    return _analysis(output, value, shape, steps)


def _analysis(output: ModelOutput, value: Value, shape: Shape | None, steps: tuple[Step, ...]) -> OutputAnalysis:
    last = axes.size(shape, -1)
    if last is None and shape is None and (value.axis in {None, -1}):
        last = _units(steps)
    classes = last if value.axis in {None, -1} else axes.size(shape, value.axis)
    judged = tuple(_judged(loss, shape, last) for loss in output.losses)
    if value.axis is None and judged and judged[0].axis is not None:
        classes = judged[0].units
    return OutputAnalysis(
        name=output.name,
        value=value,
        classes=classes,
        units=last,
        rank=len(shape) if shape is not None else None,
        evidence=steps,
        losses=judged,
        metrics=output.metrics,
        kind=value.kind,
        path=output.path,
    )


def _units(steps: tuple[Step, ...]) -> int | None:
    """Give the units of the layer that made the values, if nothing after it but a TimeDistributed, which keeps them."""
    last = next((step for step in reversed(steps) if step.class_name != "TimeDistributed"), None)
    return last.units if last is not None and last.channels_last else None


def _judged(loss: Loss, shape: Shape | None, last: int | None) -> JudgedLoss:
    expected = losses.expectation(loss, last)
    axis = axes.negative(expected.axis, shape) if expected.axis is not None else None
    units = last if axis in {None, -1} else axes.size(shape, axis)
    return JudgedLoss(loss=loss, expectation=expected, axis=axis, units=units)


def _unwalkable(model: SavedModel, output: ModelOutput) -> OutputAnalysis:
    """Tell what a model without layers in its config allows to tell: nothing, or its head's activation."""
    if model.head is None:
        value = anything(model.unwalkable or "the model cannot be walked", model.model_class)
        return _analysis(output, value, None, ())
    value, step = _head(model.head)
    shape: Shape = (*((None,) * (model.head.rank - 1)), model.head.units)
    return _analysis(output, value, shape, (step,))


def _head(head: Head) -> tuple[Value, Step]:
    layer = Layer(name=head.class_name, class_name=head.class_name, kind=LayerKind.LAYER, rule="Dense", config={})
    call = LayerCall(layer, Call((), {}, ()), _NoOperands(), head.class_name)
    value = activation.apply(unbounded(call.own_source()), head.activation, call)
    effect = f"its config says activation {head.activation.label}: {evidence.describe(value)}"
    step = Step(
        layer=head.class_name,
        class_name=head.class_name,
        effect=effect,
        units=head.units,
        activation=head.activation.label,
    )
    return value, step


class _NoOperands:
    """The operands of a head that stands alone."""

    def value(self, reference: TensorReference) -> Value:
        return anything("it has no operands", reference.layer)

    def shape(self, reference: TensorReference) -> Shape | None:
        del reference
        return None

    def dtype(self, reference: TensorReference) -> str | None:
        return reference.dtype

    def identity(self, reference: TensorReference) -> object:
        return reference

    def may_be_masked(self) -> bool:
        return False

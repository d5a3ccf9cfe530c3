"""Facts to meaning: what each output of a saved model is, and what the losses on it expect."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from logitcheck.analyzer import axes, evidence, losses, transfer
from logitcheck.analyzer.calls import LayerCall
from logitcheck.analyzer.evidence import Step
from logitcheck.analyzer.losses import Expectation
from logitcheck.analyzer.transfer import activation
from logitcheck.analyzer.transfer.normalising import LEARNED_FROM_DATA
from logitcheck.analyzer.values import Kind, Value, anything, unbounded
from logitcheck.analyzer.walk import BudgetExceededError, Walk
from logitcheck.declarations import NO_DECLARATIONS, Declarations
from logitcheck.model import (
    Call,
    Head,
    Layer,
    LayerKind,
    Loss,
    LossForm,
    Metric,
    ModelOutput,
    SavedModel,
    Shape,
    TensorReference,
)

if TYPE_CHECKING:
    from logitcheck.analyzer.declared import Declared

__all__ = ["JudgedLoss", "OutputAnalysis", "analyze"]


@dataclass(frozen=True, kw_only=True, slots=True)
class JudgedLoss:
    """A loss on an output, what it expects, and how many units lie along its class axis.

    key: the entry of settings that says what it takes, if one does; then nothing else is known of the loss.
    """

    loss: Loss
    expectation: Expectation
    axis: int | None
    units: int | None
    key: str | None = None

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
    declarations: the entries of settings that were used for it and for the outputs before it.
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
    declarations: frozenset[str] = frozenset()

    @property
    def hangs_on_statistics(self) -> bool:
        """Whether nothing is known of it for want of what a layer learned of data, which may be in the weights."""
        return self.value.unknown is not None and self.value.unknown.reason == LEARNED_FROM_DATA


def analyze(model: SavedModel, declarations: Declarations = NO_DECLARATIONS) -> tuple[OutputAnalysis, ...]:
    """Give what is known of every output of `model`, in the model's own order.

    declarations: what settings say of code that is not in the file.
    """
    declared = None
    if declarations:
        from logitcheck.analyzer.declared import Declared

        declared = Declared(declarations, functions_are_known=model.in_memory)
    if model.graph is None:
        return tuple(_unwalkable(model, output, declared) for output in model.outputs)
    walk = Walk(model.graph, None if model.traced else declared)
    analyses = tuple(_output(walk, model, output, declared) for output in model.outputs)
    walk.forget()
    return analyses


def _output(walk: Walk, model: SavedModel, output: ModelOutput, declared: Declared | None) -> OutputAnalysis:
    assert output.tensor is not None
    try:
        value = walk.value(walk.root, output.tensor)
        shape = walk.shape(walk.root, output.tensor)
        steps = evidence.trace(walk, output.tensor)
    except BudgetExceededError:
        value, shape, steps = anything("the graph is too large to walk", output.tensor.layer), None, ()
    value, steps = _as_declared(model, value, steps, declared)
    return _analysis(output, value, shape, steps, declared)


def _analysis(
    output: ModelOutput, value: Value, shape: Shape | None, steps: tuple[Step, ...], declared: Declared | None
) -> OutputAnalysis:
    last = axes.size(shape, -1)
    if last is None and shape is None and (value.axis in {None, -1}):
        last = _units(steps)
    classes = last if value.axis in {None, -1} else axes.size(shape, value.axis)
    judged = tuple(_judged(loss, shape, last, declared) for loss in output.losses)
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
        declarations=declared.used if declared is not None else frozenset(),
    )


def _units(steps: tuple[Step, ...]) -> int | None:
    """Give the units of the layer that made the values, if nothing after it but what keeps them."""
    makers = (step for step in reversed(steps) if step.class_name != "TimeDistributed" and not step.is_unchanged)
    last = next(makers, None)
    return last.units if last is not None and last.channels_last else None


def _judged(loss: Loss, shape: Shape | None, last: int | None, declared: Declared | None) -> JudgedLoss:
    said = declared.loss(loss) if declared is not None else None
    if declared is None or said is None:
        return _with_axis(loss, losses.expectation(loss, last), shape, last)
    declared.note(said)
    own = Loss(name=loss.label or loss.name, form=LossForm.CUSTOM, label=loss.label)
    return replace(_with_axis(own, losses.declared(said.takes), shape, last), key=said.key)


def _with_axis(loss: Loss, expected: Expectation, shape: Shape | None, last: int | None) -> JudgedLoss:
    axis = axes.negative(expected.axis, shape) if expected.axis is not None else None
    units = last if axis in {None, -1} else axes.size(shape, axis)
    return JudgedLoss(loss=loss, expectation=expected, axis=axis, units=units)


def _unwalkable(model: SavedModel, output: ModelOutput, declared: Declared | None) -> OutputAnalysis:
    """Tell what a model without layers in its config allows to tell: its head's activation, or what settings say."""
    value = anything(model.unwalkable or "the model cannot be walked", model.model_class)
    shape: Shape | None = None
    steps: tuple[Step, ...] = ()
    if model.head is not None:
        value, step = _head(model.head)
        shape, steps = (*((None,) * (model.head.rank - 1)), model.head.units), (step,)
    value, steps = _as_declared(model, value, steps, declared)
    return _analysis(output, value, shape, steps, declared)


def _as_declared(
    model: SavedModel, value: Value, steps: tuple[Step, ...], declared: Declared | None
) -> tuple[Value, tuple[Step, ...]]:
    """Take the word of settings for what a model without layers in its config puts out, where nothing else tells."""
    said = declared.model(model) if declared is not None and value.kind is Kind.UNKNOWN else None
    if declared is None or said is None:
        return value, steps
    declared.note(said)
    call = replace(_alone(model.model_class), declared=said)
    return transfer.apply(call)[0], (evidence.of_declaration(call, said),)


def _alone(class_name: str) -> LayerCall:
    """Give what stands for a model whose layers are not known: a layer of its name, called on nothing."""
    layer = Layer(name=class_name, class_name=class_name, kind=LayerKind.LAYER, rule="Dense", config={})
    return LayerCall(layer, Call((), {}, ()), _NoOperands(), class_name)


def _head(head: Head) -> tuple[Value, Step]:
    call = _alone(head.class_name)
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

    def maker(self, reference: TensorReference) -> LayerCall | None:
        del reference
        return None

    def may_be_masked(self) -> bool:
        return False

"""The words of findings: how a loss, an output and a fix are written, for the Keras version that wrote the file."""

from __future__ import annotations

import math

from logitcheck.analyzer.effects import version
from logitcheck.analyzer.evidence import Step, describe, units_words
from logitcheck.analyzer.losses import Family
from logitcheck.analyzer.values import Kind
from logitcheck.declarations import DeclaredOutput
from logitcheck.model import CROSSENTROPY_BY_SHAPE, Loss, LossForm, SavedModel
from logitcheck.rules import settings_wording
from logitcheck.rules.base import Case, deciding_layer

_GATED = "glu"
"""The activation that leaves half of the units: any other in its place would make the output twice as wide."""


def loss_words(case: Case) -> str:
    """Write the loss of a case as its author wrote it, with the flag, and its output if there are several."""
    judged = case.judged
    assert judged is not None
    loss = judged.loss
    words = loss.label or loss.name
    if loss.form is not LossForm.OBJECT:
        words = repr(words)
    if loss.from_logits is not None:
        given_settings = ", ".join([f"from_logits={loss.from_logits}", *_settings(loss)])
        words += f"({given_settings})" if loss.form is LossForm.OBJECT else f" ({given_settings})"
    if judged.expectation.is_declared:
        words += f" (declared to take {settings_wording.TAKEN[judged.expectation.expects]})"
    return f"{words} of {output_words(case)}" if _is_one_of_several(case) else words


def _settings(loss: Loss) -> list[str]:
    return [f"{name}={value!r}" for name, value in loss.settings]


def output_words(case: Case) -> str:
    """Write an output: its name if it has one."""
    return f"output {case.output.name!r}" if case.output.name else "the output"


def _head(case: Case) -> Step | None:
    name = deciding_layer(case.output)
    return next((step for step in case.output.evidence if step.layer == name), None)


def declared_head(case: Case) -> Step | None:
    """Give the layer that made the output what it is, if only settings tell what it puts out."""
    step = _head(case)
    return step if step is not None and step.declared is not None else None


def head_words(case: Case) -> str:
    """Write the layer that made the output what it is: name, class, units, activation."""
    name, step = deciding_layer(case.output), _head(case)
    if name is None:
        return "its last layer"
    if step is None:
        return f"layer {name!r}"
    details = [step.class_name]
    if step.units is not None:
        details.append(units_words(step.units))
    if step.activation is not None and step.activation != step.class_name:
        details.append(step.activation)
    if step.declared is not None:
        details.append(settings_wording.PUT_OUT[step.declared])
    return f"layer {name!r} ({', '.join(details)})"


def given(case: Case) -> str:
    """Write what the output puts out, and which layer does."""
    return f"{head_words(case)} puts out {describe(case.output.value)}"


def source(model: SavedModel) -> str:
    """Name what knowledge of a model comes from."""
    return "the config" if model.in_memory else "the file"


def library(model: SavedModel) -> str:
    """Give the name under which the Keras that wrote the file is imported."""
    if model.generation == 3 or is_standalone(model):
        return "keras"
    return "tf_keras" if version(model) >= (2, 16) else "tf.keras"


def is_standalone(model: SavedModel) -> bool:
    """Whether the file is of the package keras before it became a name of tf.keras (Keras 2.4)."""
    return version(model) < (2, 4) and "-tf" not in (model.keras_version or "")


def has_flag(model: SavedModel) -> bool:
    """Whether the losses of the Keras that wrote the file have a from_logits parameter (classes: Keras 2.3)."""
    return not is_standalone(model) or version(model) >= (2, 3)


def loss_code(case: Case, *, from_logits: bool) -> str:
    """Write the loss as code a person can paste, valid for the Keras version that wrote the file."""
    model, judged = case.model, case.judged
    assert judged is not None
    loss = judged.loss
    name = loss.name
    if name == CROSSENTROPY_BY_SHAPE:
        is_binary = judged.expectation.family is Family.BINARY
        name = "BinaryCrossentropy" if is_binary else "SparseCategoricalCrossentropy"
    settings = [*(["from_logits=True"] if from_logits else []), *_settings(loss)]
    return f"{library(model)}.losses.{name}({', '.join(settings)})"


def compile_fix(case: Case, *, from_logits: bool) -> str:
    """Write the change of the compile call that gives the same loss another flag."""
    assert case.judged is not None
    by_shape = case.judged.loss.name == CROSSENTROPY_BY_SHAPE and case.judged.expectation.family is Family.CATEGORICAL
    one_hot = " (CategoricalCrossentropy if labels are one-hot)" if by_shape else ""
    return compile_with(case, loss_code(case, from_logits=from_logits)) + one_hot


def compile_with(case: Case, code: str) -> str:
    """Write the change of the compile call that gives the output another loss."""
    return f"model.compile(..., loss={for_output(case, code)})"


def for_output(case: Case, code: str) -> str:
    """Write a setting of the compile call; of several outputs, only this one's changes."""
    return f"{{{case.output.name!r}: {code}, ...}}" if _is_one_of_several(case) else code


def _is_one_of_several(case: Case) -> bool:
    return len(case.model.outputs) > 1 and bool(case.output.name)


def without_activation(case: Case) -> str:
    """Write how to take the activation away from the head."""
    name, step = deciding_layer(case.output), _head(case)
    if step is not None and step.declared is not None:
        return linear_as_declared(step)
    if not _is_replaceable(case, step, None) or (step is not None and _is_on_activation(case, step)):
        return f"end the model in {new_head(case, None)}"
    if step is None or step.units is None:
        return f"remove layer {name!r}, or make its activation None"
    return with_activation(case, None)


def linear_as_declared(step: Step) -> str:
    """Write how to let a layer put out logits of which settings say that it puts out something else."""
    entry = settings_wording.layer_entry(step.key or step.class_name, DeclaredOutput.LOGITS)
    return f"let layer {step.layer!r} put out logits, and say so in pyproject.toml: {entry}"


def with_activation(case: Case, activation: str | None, *, units: int | None = None) -> str:
    """Write how to give the head an activation, or none; and another number of units, if one is given.

    It goes behind the last layer that changes numbers: an activation before a shift or a scale would be undone there.
    """
    name, step = deciding_layer(case.output), _head(case)
    axis = case.judged.axis if case.judged is not None else None
    if activation == "softmax" and axis not in {None, -1}:
        return f"Softmax(axis={axis}) behind layer {name!r}, without another activation"
    if not _is_replaceable(case, step, activation):
        if case.output.kind is Kind.LOGITS and units is None:
            return f"Activation({activation!r}) behind layer {case.output.evidence[-1].layer!r}"
        return f"end the model in {new_head(case, activation, units=units)}"
    if step is None or step.units is None:
        if units is not None and step is not None and step.declared is not None:
            return f"end the model in {new_head(case, activation, units=units)}"
        if units is not None:
            return _with_units(case, activation, units)
        where = "behind" if case.output.value.applied is None else "in place of"
        return f"Activation({activation!r}) {where} layer {name!r}"
    if units is None and step.activation == _GATED:
        return f"Activation({activation!r}) behind layer {name!r}"
    size = units or step.units
    if step.class_name == "Dense":
        return _dense(size, activation)
    return f"{step.class_name}({size}, ..., activation={activation!r})"


def _is_replaceable(case: Case, head: Step | None, activation: str | None) -> bool:
    """Whether the output is what the head makes of it: nothing behind it changes the numbers or their classes."""
    steps = case.output.evidence
    is_grouped = activation == "softmax" and head is not None and head.units is not None and head is not steps[-1]
    if is_grouped and head is not None and case.output.classes not in {None, head.units}:
        return False
    applied = case.output.value.applied
    if applied is not None and applied.is_declared:
        return False
    if applied is None:
        return case.output.kind is Kind.LOGITS or (head is not None and head.units is not None)
    behind = steps[steps.index(head) + 1 :] if head is not None else ()
    return not any(step.decides and not applied.layer.startswith(f"{step.layer}/") for step in behind)


def _is_on_activation(case: Case, head: Step) -> bool:
    """Whether a head without units stands on another activation, whose numbers are left where it is removed."""
    steps = case.output.evidence
    before = next((step for step in reversed(steps[: steps.index(head)]) if step.decides), None)
    return head.units is None and before is not None and before.activation not in {None, "linear"}


def _with_units(case: Case, activation: str | None, units: int) -> str:
    """Write how to change the number of units in front of a head that has none of its own."""
    name, applied = deciding_layer(case.output), case.output.value.applied
    if applied is not None and activation is None:
        return f"{units} units without layer {name!r}"
    before = f"{units} units before layer {name!r}"
    if activation == (applied.name if applied is not None else None):
        return before
    return f"{before}, and Activation({activation!r}) {'behind it' if applied is None else 'in its place'}"


def new_head(case: Case, activation: str | None, *, units: int | None = None) -> str:
    """Write a Dense layer to end the model in, of as many units as the output has unless others are given."""
    return _dense(units or case.output.classes or "...", activation)


def _dense(size: int | str, activation: str | None) -> str:
    return f"Dense({size})" if activation is None else f"Dense({size}, activation={activation!r})"


def activation_for(family: Family) -> str:
    """Give the activation that a family of losses goes with."""
    return "softmax" if family is Family.CATEGORICAL else "sigmoid"


def double_softmax_ceiling(classes: int) -> float:
    """Give the greatest loss of a softmax applied twice, ln(e + n - 1); the least is 1 below (user-evidence §3)."""
    return math.log(math.e + classes - 1)


def sentence(words: str) -> str:
    """Write words with a capital first letter; the rest stays as it is, names above all."""
    return words[:1].upper() + words[1:]

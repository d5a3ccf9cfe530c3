"""The words of findings: how a loss, an output and a fix are written, for the Keras version that wrote the file."""

from __future__ import annotations

import math

from logitcheck.analyzer import JudgedLoss
from logitcheck.analyzer.evidence import describe
from logitcheck.analyzer.losses import Family
from logitcheck.model import Loss, LossForm, SavedModel
from logitcheck.rules.base import Case, deciding_layer

_STRINGS = {
    "BinaryCrossentropy": "binary_crossentropy",
    "CategoricalCrossentropy": "categorical_crossentropy",
    "SparseCategoricalCrossentropy": "sparse_categorical_crossentropy",
}


def loss_words(judged: JudgedLoss) -> str:
    """Write a loss as the reader knows it, with its flag."""
    loss = judged.loss
    if loss.from_logits is None:
        return loss.name
    return f"{loss.name}(from_logits={loss.from_logits})"


def output_words(case: Case) -> str:
    """Write an output: its name if it has one."""
    return f"output {case.output.name!r}" if case.output.name else "the output"


def head_words(case: Case) -> str:
    """Write the layer that made the output what it is: name, class, units, activation."""
    name = deciding_layer(case.output)
    step = next((step for step in case.output.evidence if step.layer == name), None)
    if name is None:
        return "its last layer"
    if step is None:
        return f"layer {name!r}"
    details = [step.class_name]
    if step.units is not None:
        details.append(f"{step.units} unit{'' if step.units == 1 else 's'}")
    if step.activation is not None and step.activation != step.class_name:
        details.append(step.activation)
    return f"layer {name!r} ({', '.join(details)})"


def given(case: Case) -> str:
    """Write what the output puts out, and which layer does."""
    return f"{head_words(case)} puts out {describe(case.output.value)}"


def loss_code(model: SavedModel, loss: Loss, *, from_logits: bool) -> str:
    """Write a loss as code a person can paste, valid for the Keras version that wrote the file."""
    if model.generation == 1 or (not from_logits and loss.form is LossForm.STRING and loss.name in _STRINGS):
        return repr(_STRINGS.get(loss.name, loss.name))
    module = "keras.losses" if model.generation == 3 else "tf.keras.losses"
    return f"{module}.{loss.name}({'from_logits=True' if from_logits else ''})"


def compile_fix(model: SavedModel, loss: Loss, *, from_logits: bool) -> str:
    """Write the change of the compile call."""
    return f"model.compile(..., loss={loss_code(model, loss, from_logits=from_logits)})"


def layer_code(case: Case, activation: str | None) -> str:
    """Write the head as code with another activation."""
    name = deciding_layer(case.output)
    step = next((step for step in case.output.evidence if step.layer == name), None)
    is_dense = step is not None and step.units is not None and step.class_name == "Dense"
    units = step.units if is_dense and step is not None else case.output.classes
    size = "..." if units is None else str(units)
    return f"Dense({size})" if activation is None else f"Dense({size}, activation={activation!r})"


def activation_for(family: Family) -> str:
    """Give the activation that a family of losses goes with."""
    return "softmax" if family is Family.CATEGORICAL else "sigmoid"


def double_softmax_floor(classes: int) -> float:
    """Give the least loss a softmax applied twice can reach: ln(e + n - 1) - 1 (user-evidence §3)."""
    return math.log(math.e + classes - 1) - 1


def sentence(words: str) -> str:
    """Write words with a capital first letter; the rest stays as it is, names above all."""
    return words[:1].upper() + words[1:]

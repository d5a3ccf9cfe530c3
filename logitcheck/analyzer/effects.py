"""What each backend really computes when output and loss do not fit (keras-facts §1.4).

On TensorFlow, the cross-entropies of Keras look behind the output tensor: softmax and sigmoid leave their input
there (`_keras_logits`), and the loss uses that instead. Keras 3 and newer Keras 2 do so, JAX and PyTorch never do, and
neither does TensorFlow once another layer made a new tensor of the output.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

from logitcheck.analyzer import JudgedLoss
from logitcheck.analyzer.losses import FOCAL, Family
from logitcheck.analyzer.values import Applied, Value
from logitcheck.model import SavedModel


class Effect(Enum):
    """What a backend makes of a mismatch (keras-facts §1.4)."""

    REPAIRED = "repaired"
    REPAIRED_IN_EVALUATE_ONLY = "repaired_in_evaluate_only"
    APPLIED_TWICE = "applied_twice"
    OTHER_FUNCTION = "other_function"
    CLIPPED = "clipped"
    CONSTANT = "constant"
    NAN = "nan"
    UNKNOWN = "unknown"


@dataclass(frozen=True, kw_only=True, slots=True)
class BackendEffects:
    """The effect on each backend; None where the Keras that wrote the file does not run on it."""

    tensorflow: Effect | None
    jax: Effect | None
    torch: Effect | None


class _Sight(Enum):
    """What a loss of the TensorFlow backend computes with.

    BEHIND: what went into the activation. IN_EVALUATE: the same, but in training the output. OUTPUT: the output.
    UNTOLD: one of them, but the file does not tell which.
    """

    BEHIND = auto()
    IN_EVALUATE = auto()
    OUTPUT = auto()
    UNTOLD = auto()


_MATCHING = {"softmax": Family.CATEGORICAL, "sigmoid": Family.BINARY}
_ZERO = frozenset({"relu", "relu6"})
"""Activations that put out 0 itself: 0 / 0 is no share."""


def version(model: SavedModel) -> tuple[int, int]:
    """Give major and minor version of the Keras that wrote the file; minor 0 where it does not say."""
    parts = (model.keras_version or "").split(".")
    minor = parts[1] if len(parts) > 1 and parts[1].isdecimal() else "0"
    return model.generation, int(minor)


def everywhere(model: SavedModel, effect: Effect, *, tensorflow: Effect | None = None) -> BackendEffects:
    """Give the same effect on every backend the file's Keras runs on, but for TensorFlow if another is given."""
    on_tensorflow = tensorflow if tensorflow is not None else effect
    if model.generation < 3:
        return BackendEffects(tensorflow=on_tensorflow, jax=None, torch=None)
    return BackendEffects(tensorflow=on_tensorflow, jax=effect, torch=effect)


def looks_behind(model: SavedModel, value: Value, judged: JudgedLoss | None) -> bool | None:
    """Whether TensorFlow's loss uses what went into the activation instead of the output; None if untold."""
    sight = _sight(model, value, judged)
    return None if sight is _Sight.UNTOLD else sight is _Sight.BEHIND


def is_hidden(value: Value) -> bool:
    """Whether code that is not in the file decides if what is put out is the very tensor of an activation of Keras."""
    return value.maybe_copied or (value.applied is not None and value.applied.is_declared)


def is_traced(value: Value) -> bool:
    """Whether an activation is known from a traced graph only, which does not tell whether Keras was asked for it."""
    return value.applied is not None and value.applied.mechanism == "graph"


def needs_graph(value: Value) -> bool:
    """Whether the loss finds the activation in TensorFlow's graph only, and not where the model runs eagerly."""
    return value.applied is not None and value.applied.mechanism == "tensorflow"


def _sight(model: SavedModel, value: Value, judged: JudgedLoss | None) -> _Sight:
    """Tell what the loss of the TensorFlow backend computes with, in the version that wrote the file."""
    applied = value.applied
    if applied is None or judged is None or not _takes_part(model, judged):
        return _Sight.OUTPUT
    if applied.name not in _MATCHING and not applied.is_declared:
        return _Sight.OUTPUT
    if model.generation == 3 and applied.half is not None:
        return _Sight.OUTPUT
    if model.generation < 3 and value.copied_in_keras_2:
        return _Sight.OUTPUT
    if not value.direct and not value.after_dropout:
        return _Sight.OUTPUT
    sight = _sight_of_tensor(model, applied, judged)
    if is_hidden(value) and sight is not _Sight.OUTPUT:
        return _Sight.UNTOLD
    return _Sight.IN_EVALUATE if value.after_dropout and sight is _Sight.BEHIND else sight


def _never_looks(model: SavedModel) -> bool:
    """Whether the losses of that version of Keras 1 or 2 look behind no output."""
    return model.generation < 3 and (version(model) < (2, 4) or "-tf" in (model.keras_version or ""))


def _takes_part(model: SavedModel, judged: JudgedLoss) -> bool:
    """Whether the loss is one that looks behind outputs; in Keras 3, focal ones and an ignored class do not."""
    loss = judged.loss
    if loss.from_logits is None:
        return False
    return model.generation < 3 or (loss.name not in FOCAL and not loss.ignore_class)


def _sight_of_tensor(model: SavedModel, applied: Applied, judged: JudgedLoss) -> _Sight:
    """Tell what the loss sees of the very tensor that an activation returned."""
    if applied.mechanism == "formula" or (applied.mechanism == "masked layer" and version(model) >= (3, 10)):
        return _Sight.OUTPUT
    if model.generation == 3:
        return _in_graph(applied, judged) if applied.mechanism == "tensorflow" else _Sight.BEHIND
    if _never_looks(model):
        return _Sight.OUTPUT
    if applied.mechanism == "graph":
        return _Sight.UNTOLD
    is_layer = applied.mechanism in {"layer", "masked layer"}
    if applied.mechanism == "tensorflow" or (is_layer and version(model) < (2, 14)):
        return _in_graph(applied, judged) if version(model) >= (2, 10) else _Sight.OUTPUT
    return _Sight.UNTOLD if version(model) == (2, 4) else _Sight.BEHIND


def _in_graph(applied: Applied, judged: JudgedLoss) -> _Sight:
    """Tell what a loss sees that knows TensorFlow's own operation: its own activation, over the last axis."""
    own = _MATCHING[applied.name] is judged.expectation.family
    return _Sight.BEHIND if own and applied.axis in {None, -1} else _Sight.OUTPUT


def of_double_activation(model: SavedModel, value: Value, judged: JudgedLoss) -> BackendEffects:
    """Tell the effect of a loss that expects logits on an activated output (LC101)."""
    match _sight(model, value, judged):
        case _Sight.BEHIND if judged.loss.name == "BinaryFocalCrossentropy":
            effect = Effect.APPLIED_TWICE
        case _Sight.BEHIND:
            effect = Effect.REPAIRED if _is_own(value, judged) else Effect.OTHER_FUNCTION
        case _Sight.IN_EVALUATE if _is_own(value, judged):
            effect = Effect.REPAIRED_IN_EVALUATE_ONLY
        case _Sight.UNTOLD:
            effect = Effect.UNKNOWN
        case _:
            effect = Effect.APPLIED_TWICE
    return everywhere(model, Effect.APPLIED_TWICE, tensorflow=effect)


def _is_own(value: Value, judged: JudgedLoss) -> bool:
    """Whether the output's activation is the one the loss itself would apply, over the same axis."""
    applied = value.applied
    if applied is None or _MATCHING.get(applied.name) is not judged.expectation.family:
        return False
    return applied.name != "softmax" or judged.axis is None or applied.axis in {None, judged.axis}


def of_plain_formula(model: SavedModel, value: Value, judged: JudgedLoss) -> BackendEffects:
    """Tell the effect of a cross-entropy for probabilities on values that are none (LC102 to LC104).

    Binary ones cut each value into [1e-7, 1 - 1e-7]. Categorical ones divide by the sum first, so that values of one
    sign become shares; but for the sparse one on TensorFlow, which cuts and then divides.
    """
    if judged.expectation.family is Family.BINARY:
        return everywhere(model, Effect.CLIPPED)
    divided = Effect.OTHER_FUNCTION if has_one_sign(value) else Effect.CLIPPED
    return everywhere(model, divided, tensorflow=Effect.CLIPPED if cuts_first(judged) else None)


def cuts_first(judged: JudgedLoss) -> bool:
    """Whether the loss on TensorFlow cuts values before it divides them by their sum."""
    return judged.loss.name == "SparseCategoricalCrossentropy"


def has_one_sign(value: Value) -> bool:
    """Whether values cannot lie on both sides of 0, so that their shares of the sum are never negative."""
    return value.low >= 0 or value.high <= 0


def of_declared_loss(model: SavedModel) -> BackendEffects:
    """Tell the effect of any mismatch under a loss of which only settings tell what it takes: its code is not read."""
    return everywhere(model, Effect.UNKNOWN)


def of_other_function(model: SavedModel, value: Value, judged: JudgedLoss, elsewhere: Effect) -> BackendEffects:
    """Tell the effect of a loss of the other family, where newer TensorFlow trains what predict() does not return."""
    match _sight(model, value, judged):
        case _Sight.BEHIND:
            return everywhere(model, elsewhere, tensorflow=Effect.OTHER_FUNCTION)
        case _Sight.UNTOLD if elsewhere is not Effect.OTHER_FUNCTION:
            return everywhere(model, elsewhere, tensorflow=Effect.UNKNOWN)
        case _:
            return everywhere(model, elsewhere)


def of_constant_output(model: SavedModel, value: Value, judged: JudgedLoss | None) -> BackendEffects:
    """Tell the effect of a softmax over one unit: newer TensorFlow may train on what goes into it, in vain."""
    if judged is not None and judged.expectation.is_declared:
        return of_declared_loss(model)
    is_alone = judged is not None and judged.expectation.family is Family.CATEGORICAL and judged.units == 1
    match _sight(model, value, judged):
        case _Sight.BEHIND if not is_alone:
            return everywhere(model, Effect.CONSTANT, tensorflow=Effect.OTHER_FUNCTION)
        case _Sight.UNTOLD if not is_alone:
            return everywhere(model, Effect.CONSTANT, tensorflow=Effect.UNKNOWN)
        case _:
            return everywhere(model, Effect.CONSTANT)


def of_one_class(model: SavedModel, value: Value, judged: JudgedLoss) -> BackendEffects:
    """Tell the effect of a categorical loss on one unit: p / p is 1, but 0 / 0 is no number (LC106)."""
    can_be_zero = value.applied is not None and value.applied.name in _ZERO
    if not can_be_zero or judged.loss.from_logits is not False:
        return everywhere(model, Effect.CONSTANT)
    return everywhere(model, Effect.NAN, tensorflow=Effect.CONSTANT if cuts_first(judged) else None)


def of_distribution_loss(model: SavedModel, value: Value, judged: JudgedLoss) -> BackendEffects:
    """Tell the effect of a loss without a flag on values it cannot take (LC111)."""
    is_negative = value.reaches_low and value.low < 0
    match judged.loss.name:
        case "KLDivergence" if is_negative or value.leaves_unit:
            return everywhere(model, Effect.CLIPPED)
        case "Poisson" | "CategoricalGeneralizedCrossEntropy" if is_negative:
            return everywhere(model, Effect.NAN)
        case _:
            return everywhere(model, Effect.UNKNOWN)

"""What each backend really computes when output and loss do not fit (keras-facts §1.4).

On TensorFlow, the cross-entropies of Keras look behind the output tensor: softmax and sigmoid leave their input
there (`_keras_logits`), and the loss uses that instead. Newer versions of Keras 2 (cached since about TF 2.4) and
Keras 3 do so, JAX and PyTorch never do, and neither does TensorFlow once another layer made a new tensor of the
output.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from logitcheck.analyzer.losses import FOCAL, Family
from logitcheck.analyzer.values import Applied, Value
from logitcheck.model import Loss, SavedModel


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


_MATCHING = {"softmax": Family.CATEGORICAL, "sigmoid": Family.BINARY}


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


def looks_behind(model: SavedModel, value: Value, loss: Loss | None) -> bool:
    """Whether TensorFlow's loss uses what went into the activation instead of the output."""
    applied = value.applied
    if applied is None or not value.direct or loss is None:
        return False
    if applied.name not in _MATCHING or not _caches(model, applied):
        return False
    uses_cache = loss.from_logits is not None and loss.name not in FOCAL
    return uses_cache and not (loss.ignore_class and model.generation == 3)


def _caches(model: SavedModel, applied: Applied) -> bool:
    """Whether the activation leaves its input behind for the loss, in the version that wrote the file."""
    if model.generation == 3:
        return applied.mechanism != "tensorflow" and not applied.half
    if version(model) < (2, 5) or "-tf" in (model.keras_version or ""):
        return False
    if applied.mechanism == "layer":
        return version(model) >= (2, 14)
    return applied.mechanism == "activation"


def of_double_activation(model: SavedModel, value: Value, loss: Loss, family: Family) -> BackendEffects:
    """Tell the effect of a loss that expects logits on an activated output (LC101)."""
    if _sees_the_operation(model, value, loss, family):
        return everywhere(model, Effect.APPLIED_TWICE, tensorflow=Effect.REPAIRED)
    if looks_behind(model, value, loss):
        name = value.applied.name if value.applied is not None else ""
        effect = Effect.REPAIRED if _MATCHING[name] is family else Effect.OTHER_FUNCTION
        return everywhere(model, Effect.APPLIED_TWICE, tensorflow=effect)
    before_dropout = value.after_dropout and model.generation == 3
    if before_dropout and value.applied is not None and value.applied.name in _MATCHING and loss.name not in FOCAL:
        matches = _MATCHING[value.applied.name] is family and loss.from_logits is not None
        repaired = Effect.REPAIRED_IN_EVALUATE_ONLY if matches else Effect.APPLIED_TWICE
        return everywhere(model, Effect.APPLIED_TWICE, tensorflow=repaired)
    return everywhere(model, Effect.APPLIED_TWICE)


def _sees_the_operation(model: SavedModel, value: Value, loss: Loss, family: Family) -> bool:
    """Whether the loss recognises TensorFlow's own softmax or sigmoid in the graph, as it does unless run eagerly."""
    applied = value.applied
    if applied is None or applied.mechanism != "tensorflow" or not value.direct:
        return False
    takes_part = loss.from_logits is not None and loss.name not in FOCAL
    return takes_part and _MATCHING.get(applied.name) is family and version(model) >= (2, 10)


def of_other_function(model: SavedModel, value: Value, loss: Loss, elsewhere: Effect) -> BackendEffects:
    """Tell the effect of a loss of the other family, where newer TensorFlow trains what predict() does not return."""
    if looks_behind(model, value, loss):
        return everywhere(model, elsewhere, tensorflow=Effect.OTHER_FUNCTION)
    return everywhere(model, elsewhere)


def of_constant_output(model: SavedModel, value: Value, loss: Loss | None) -> BackendEffects:
    """Tell the effect of a softmax over one unit: newer TensorFlow trains on what goes into it, in vain."""
    trains = looks_behind(model, value, loss)
    return everywhere(model, Effect.CONSTANT, tensorflow=Effect.OTHER_FUNCTION if trains else None)

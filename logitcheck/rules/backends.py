"""The words of findings about backends: the same thing is said once, and of the backend that saved the file only."""

from __future__ import annotations

from collections.abc import Callable

from logitcheck.analyzer import JudgedLoss, effects
from logitcheck.analyzer.effects import BackendEffects, Effect
from logitcheck.rules.base import Case
from logitcheck.rules.wording import sentence

_NAMES = {"tensorflow": "TensorFlow", "jax": "JAX", "torch": "PyTorch"}


def is_told_of_one(case: Case) -> bool:
    """Whether findings speak of one backend only.

    Keras 1 and 2 run on one backend, which is not named. A `.h5` of Keras 3 names the backend that saved it, which
    trained the weights, and a model in memory has the one that it runs on: then the others do not matter.
    """
    return case.model.generation < 3 or case.model.backend in _NAMES


def is_saved_elsewhere(case: Case) -> bool:
    """Whether the file says that JAX or PyTorch saved it, so that what TensorFlow does does not matter."""
    return case.model.backend in {"jax", "torch"}


def on_each(
    case: Case,
    effect: BackendEffects,
    clause: Callable[[Effect], str],
    elsewhere: Callable[[Effect], str] | None = None,
) -> str:
    """Write one sentence for each thing that happens.

    clause: says what an effect does, without the backend. elsewhere: the same on JAX and PyTorch, if that differs.
    """
    on_tensorflow = clause(effect.tensorflow or Effect.UNKNOWN)
    if effect.jax is None:
        return f"{sentence(on_tensorflow)}."
    on_others = (elsewhere or clause)(effect.jax)
    if is_told_of_one(case):
        own = on_others if is_saved_elsewhere(case) else on_tensorflow
        relation = "which the model runs on" if case.model.in_memory else "which saved the file"
        return f"With {_NAMES[case.model.backend or '']}, {relation}, {own}."
    if on_tensorflow == on_others:
        return f"On every backend {on_tensorflow}."
    return f"On TensorFlow {on_tensorflow}. On JAX and PyTorch {on_others}."


def where(case: Case, effect: BackendEffects, wanted: Effect) -> str | None:
    """Give the words for the backends that have an effect: none where all that matter have it; None where none has."""
    if is_told_of_one(case):
        return "" if (effect.jax if is_saved_elsewhere(case) else effect.tensorflow) is wanted else None
    match effect.tensorflow is wanted, effect.jax is wanted:
        case True, True:
            return ""
        case True, False:
            return "on TensorFlow "
        case False, True:
            return "on JAX and PyTorch "
        case _:
            return None


def computed_with(case: Case, judged: JudgedLoss, behind: str, output: str) -> str:
    """Say what a loss is computed with: `behind`, where TensorFlow looks behind the output, or the `output` itself."""
    looks_behind = effects.looks_behind(case.model, case.output.value, judged)
    if is_saved_elsewhere(case) or looks_behind is False:
        return output
    if looks_behind is None and effects.is_hidden(case.output.value):
        place = "" if is_told_of_one(case) else " on TensorFlow"
        return f"{behind}{place} if it is given the very tensor of an activation of Keras, and else {output}"
    if looks_behind is None and effects.is_traced(case.output.value):
        return f"{behind} if Keras was asked for the activation, and else perhaps {output}"
    if looks_behind is None:
        return f"{behind} in TensorFlow 2.4, and in 2.3 {output}"
    return behind if is_told_of_one(case) else f"{behind} on TensorFlow, and elsewhere {output}"

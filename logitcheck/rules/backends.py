"""The words of findings about backends: the same thing is said once, and of the backend that saved the file only."""

from __future__ import annotations

from collections.abc import Callable

from logitcheck.analyzer.effects import BackendEffects, Effect
from logitcheck.rules.base import Case
from logitcheck.rules.wording import sentence

_NAMES = {"tensorflow": "TensorFlow", "jax": "JAX", "torch": "PyTorch"}


def is_told_of_one(case: Case) -> bool:
    """Whether `on_each` writes of one backend only."""
    return case.model.generation < 3 or case.model.backend in _NAMES


def on_each(case: Case, effect: BackendEffects, clause: Callable[[Effect], str]) -> str:
    """Write one sentence for each thing that happens; `clause` says what an effect does, without the backend.

    Keras 1 and 2 run on one backend, which is not named. A `.h5` of Keras 3 names the backend that saved it, which
    trained the weights: then the others do not matter.
    """
    tensorflow, jax, torch = effect.tensorflow, effect.jax, effect.torch
    if tensorflow is None or jax is None or torch is None:
        return f"{sentence(clause(tensorflow or Effect.UNKNOWN))}."
    own = effect.on(case.model.backend)
    if own is not None:
        return f"With {_NAMES[case.model.backend or '']}, which saved the file, {clause(own)}."
    if tensorflow is jax is torch:
        return f"On every backend {clause(tensorflow)}."
    return f"On TensorFlow {clause(tensorflow)}. On JAX and PyTorch {clause(jax)}."

"""Whether weights that were trained with a wrong flag are still good, by what each backend made of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from logitcheck.analyzer import effects
from logitcheck.analyzer.effects import Effect
from logitcheck.fixing.result import Change, Weights
from logitcheck.report import Finding
from logitcheck.rules import backends, metric_wording
from logitcheck.rules.base import Case

OF_METRIC = (Weights.UNAFFECTED, metric_wording.ONLY_THE_NUMBER)

_AGAIN = "Train again: weights that were trained with the wrong flag are not mended by the right one."
_GOOD = "The weights are good: Keras noticed the wrong flag when it trained them."
_GOOD_UNLESS = (
    "The weights are good unless they were trained with run_eagerly=True, where Keras does not notice the wrong flag:"
    " then train again."
)
_BY_BACKEND = (
    "The weights are good if they were trained on TensorFlow, where Keras notices the wrong flag. If on JAX or PyTorch,"
    " train again: the file does not tell which it was."
)
_UNTOLD = (
    "Whether the weights are good the file does not tell: TensorFlow notices the wrong flag in some versions and cases,"
    " which the finding names. If in doubt, train again."
)


def of_loss(case: Case, finding: Finding) -> tuple[Weights, str]:
    """Tell what becomes of weights that were trained with a loss before its flag was corrected."""
    if finding.code != "LC101" or finding.effect is None or backends.is_saved_elsewhere(case):
        return Weights.RETRAIN, _AGAIN
    match finding.effect.tensorflow:
        case Effect.REPAIRED if not backends.is_told_of_one(case):
            return Weights.DEPENDS, _BY_BACKEND
        case Effect.REPAIRED if effects.needs_graph(case.output.value):
            return Weights.DEPENDS, _GOOD_UNLESS
        case Effect.REPAIRED:
            return Weights.GOOD, _GOOD
        case Effect.UNKNOWN:
            return Weights.DEPENDS, _UNTOLD
        case _:
            return Weights.RETRAIN, _AGAIN


def together(changes: Sequence[Change]) -> tuple[Change, ...]:
    """Give the changes of one model with one advice for its weights, the gravest: its losses trained them together."""
    of_losses = [change for change in changes if change.weights is not Weights.UNAFFECTED]
    gravest = min(of_losses, key=lambda change: list(Weights).index(change.weights), default=None)
    if gravest is None:
        return tuple(changes)
    return tuple(
        replace(change, weights=gravest.weights, advice=gravest.advice) if change in of_losses else change
        for change in changes
    )

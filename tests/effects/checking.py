"""Whether a model that ran did what logitcheck says of its file, by the formulas of `by_hand`."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy

import logitcheck
from logitcheck.analyzer.effects import Effect
from logitcheck.report import Finding
from tests.effects import by_hand, run
from tests.effects.by_hand import Array
from tests.effects.rows import BINARY_FOCAL, ROWS, TENSORFLOW_2, Row

BACKENDS = {"keras3 tensorflow": "tensorflow", TENSORFLOW_2: "tensorflow", "keras3 jax": "jax", "keras3 torch": "torch"}


@dataclass(frozen=True)
class Shown:
    """One row as it ran in one place, with arrays instead of lists."""

    row: Row
    where: str
    done: run.Run

    @property
    def labels(self) -> Array:
        labels = numpy.asarray(self.done.labels)
        return labels[..., None] if self.row.squeezed else labels

    @property
    def tolerance(self) -> float:
        return 2e-2 if self.row.half else 2e-4

    def logits(self, kernel: Array, bias: Array) -> Array:
        return numpy.asarray(self.done.inputs, "float64") @ kernel + bias

    def output(self, kernel: Array, bias: Array) -> Array:
        return self.row.output(self.logits(kernel, bias))

    def behind(self, kernel: Array, bias: Array) -> Array:
        """The loss of what goes into the activation."""
        probabilities = by_hand.activate(self.row.loss, self.logits(kernel, bias))
        return by_hand.crossentropy(self.row.loss, self.labels, probabilities)

    def twice(self, kernel: Array, bias: Array) -> Array:
        """The loss of an output that is activated once more; in Keras 2 a binary focal one does so in one factor."""
        output = self.output(kernel, bias)
        if self.row.stacked:
            return by_hand.crossentropy(self.row.loss, self.labels, output)
        again = by_hand.activate(self.row.loss, output)
        if self.row.loss == BINARY_FOCAL and self.where == TENSORFLOW_2:
            return by_hand.focal_of_keras_2(self.labels, by_hand.sigmoid(self.logits(kernel, bias)), again)
        return by_hand.crossentropy(self.row.loss, self.labels, again)

    def as_given(self, kernel: Array, bias: Array) -> Array:
        """The loss of an output that is taken for probabilities."""
        return by_hand.as_given(
            self.row.loss,
            self.labels,
            self.output(kernel, bias),
            sparse_is_cut_first=BACKENDS[self.where] == "tensorflow",
            adds_epsilon=self.where == TENSORFLOW_2,
        )


def claim(shown: Shown) -> tuple[Effect, Finding]:
    """What logitcheck says of the files about the backend that ran them: the same of each format."""
    reports = [logitcheck.inspect(file) for file in shown.done.files]
    found = [next(finding for finding in report.findings if finding.effect is not None) for report in reports]
    effects = {finding.effect for finding in found}
    assert len(effects) == 1
    effect = getattr(effects.pop(), BACKENDS[shown.where])
    assert isinstance(effect, Effect)
    return effect, found[0]


def check(name: str, where: str, done: run.Run) -> Effect:
    """Assert that the row did what is claimed; give the claim."""
    shown = Shown(ROWS[name], where, done)
    weights = [numpy.asarray(array, "float64") for array in done.before]
    assert numpy.allclose(done.predicted, shown.output(*weights), atol=shown.tolerance)
    effect, finding = claim(shown)
    condition = _condition(shown)
    if condition is not None and effect is Effect.REPAIRED:
        assert condition in finding.message
        _assert_loss(shown, shown.twice)
        return effect
    _assert_effect(shown, effect, weights)
    return effect


def _assert_effect(shown: Shown, effect: Effect, weights: list[Array]) -> None:
    """Assert that training and evaluation did what the effect stands for."""
    done = shown.done
    match effect:
        case Effect.REPAIRED:
            _assert_loss(shown, shown.behind)
        case Effect.REPAIRED_IN_EVALUATE_ONLY:
            _assert_loss(shown, shown.behind, shown.twice)
        case Effect.APPLIED_TWICE:
            _assert_loss(shown, shown.twice)
        case Effect.OTHER_FUNCTION:
            _assert_trains_another_function(shown, weights)
        case Effect.CLIPPED:
            _assert_loss(shown, shown.as_given)
            assert not numpy.allclose(by_hand.cut(shown.output(*weights)), shown.output(*weights))
        case Effect.CONSTANT:
            assert done.evaluated == done.evaluated_elsewhere
        case Effect.NAN:
            assert math.isnan(done.evaluated)
        case Effect.UNKNOWN:
            _assert_loss(shown, shown.as_given)


def _condition(shown: Shown) -> str | None:
    """The words under which a message takes a repair back."""
    if shown.row.squeezed:
        return "unless labels lack the output's last axis"
    return "with run_eagerly=True it does not" if shown.row.eagerly and shown.row.raw else None


def _assert_loss(shown: Shown, evaluated: Any, trained: Any = None) -> None:
    """Assert the loss that evaluate gives, and the weights after one step down the slope of the trained one."""
    kernel, bias = (numpy.asarray(array, "float64") for array in shown.done.before)
    assert shown.done.evaluated == _near(evaluated(kernel, bias), shown)
    assert _steps_down(shown, trained or evaluated)


def _near(value: float, shown: Shown) -> Any:
    import pytest

    return pytest.approx(value, abs=shown.tolerance)


def _steps_down(shown: Shown, loss: Any) -> bool:
    before = [numpy.asarray(array, "float64") for array in shown.done.before]
    slopes = by_hand.gradient(loss, before[0].copy(), before[1].copy())
    expected = [weights - run.RATE * slope for weights, slope in zip(before, slopes, strict=True)]
    return all(
        numpy.allclose(after, wanted, atol=shown.tolerance)
        for after, wanted in zip(shown.done.after, expected, strict=True)
    )


def _assert_trains_another_function(shown: Shown, weights: list[Array]) -> None:
    """Assert that the loss is that of other numbers than predict() returns: of what lies behind, or of shares."""
    is_behind = _steps_down(shown, shown.behind)
    _assert_loss(shown, shown.behind if is_behind else shown.as_given)
    output = shown.output(*weights)
    trained = by_hand.activate(shown.row.loss, shown.logits(*weights)) if is_behind else by_hand.share(output)
    assert not numpy.allclose(trained, output, atol=0.1)

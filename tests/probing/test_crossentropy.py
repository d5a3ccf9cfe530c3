"""The formulas of losses and gradients: against those computed by hand elsewhere, against Keras, and by differences."""

from __future__ import annotations

import math
from typing import Any

import numpy
import pytest

from logitcheck.probing.child import crossentropy
from tests.effects import by_hand

RANDOM = numpy.random.default_rng(4)
LOGITS = RANDOM.normal(size=(6, 4)) * 2
SHARES = by_hand.softmax(LOGITS)
SCORES = by_hand.sigmoid(LOGITS)
IDS = RANDOM.integers(0, 4, size=6)
ONE_HOT = numpy.eye(4)[IDS]
TARGETS = RANDOM.integers(0, 2, size=(6, 4)).astype("float64")


def test_categorical_from_logits() -> None:
    for values in (LOGITS, SHARES):
        expected = by_hand.crossentropy("CategoricalCrossentropy", ONE_HOT, by_hand.softmax(values))
        found = crossentropy.categorical(values, ONE_HOT, from_logits=True, sparse=False)
        assert found.loss == pytest.approx(expected)


@pytest.mark.parametrize("sparse", [True, False])
@pytest.mark.parametrize("values", [LOGITS, SHARES, SCORES], ids=["logits", "shares", "scores"])
def test_categorical_of_what_is_taken_for_probabilities(values: Any, sparse: bool) -> None:
    loss = "SparseCategoricalCrossentropy" if sparse else "CategoricalCrossentropy"
    labels = IDS if sparse else ONE_HOT
    expected = by_hand.as_given(loss, labels, values, sparse_is_cut_first=True, adds_epsilon=False)
    found = crossentropy.categorical(values, ONE_HOT, from_logits=False, sparse=sparse)
    assert found.loss == pytest.approx(expected)


@pytest.mark.parametrize("values", [LOGITS, SCORES], ids=["logits", "scores"])
def test_binary(values: Any) -> None:
    expected = by_hand.crossentropy("BinaryCrossentropy", TARGETS, by_hand.sigmoid(values))
    assert crossentropy.binary(values, TARGETS, from_logits=True).loss == pytest.approx(expected)
    expected = by_hand.as_given("BinaryCrossentropy", TARGETS, values, sparse_is_cut_first=True, adds_epsilon=False)
    assert crossentropy.binary(values, TARGETS, from_logits=False).loss == pytest.approx(expected)


def test_binary_of_huge_logits_is_finite() -> None:
    found = crossentropy.binary(numpy.array([[1e4, -1e4]]), numpy.array([[0.0, 1.0]]), from_logits=True)
    assert found.loss == pytest.approx(1e4)
    assert numpy.isfinite(found.gradient).all()


def slope_of(values: Any, compute: Any) -> Any:
    """The derivatives of a loss by central differences."""
    step, slopes = 1e-6, numpy.zeros_like(values)
    for place in numpy.ndindex(values.shape):
        above, below = values.copy(), values.copy()
        above[place] += step
        below[place] -= step
        slopes[place] = (compute(above).loss - compute(below).loss) / (2 * step)
    return slopes


@pytest.mark.parametrize("from_logits", [True, False])
@pytest.mark.parametrize("sparse", [True, False])
@pytest.mark.parametrize("values", [LOGITS, SHARES], ids=["logits", "shares"])
def test_the_gradient_of_the_categorical_one(values: Any, sparse: bool, from_logits: bool) -> None:
    def compute(given: Any) -> crossentropy.Slope:
        return crossentropy.categorical(given, ONE_HOT, from_logits=from_logits, sparse=sparse)

    assert numpy.allclose(compute(values).gradient, slope_of(values, compute), atol=1e-4)


@pytest.mark.parametrize("from_logits", [True, False])
@pytest.mark.parametrize("values", [LOGITS, SCORES], ids=["logits", "scores"])
def test_the_gradient_of_the_binary_one(values: Any, from_logits: bool) -> None:
    def compute(given: Any) -> crossentropy.Slope:
        return crossentropy.binary(given, TARGETS, from_logits=from_logits)

    assert numpy.allclose(compute(values).gradient, slope_of(values, compute), atol=1e-4)


def test_what_is_cut() -> None:
    assert crossentropy.cut(numpy.array([-1.0, 0.5, 0.2, 3.0])) == 0.5
    assert crossentropy.cut(numpy.zeros((0, 3))) == 0.0


def test_a_second_softmax_keeps_the_loss_in_a_band_of_width_1() -> None:
    perfect = crossentropy.categorical(ONE_HOT, ONE_HOT, from_logits=True, sparse=False).loss
    assert perfect == pytest.approx(math.log(math.e + 3) - 1)
    worst = crossentropy.categorical(numpy.roll(ONE_HOT, 1, axis=1), ONE_HOT, from_logits=True, sparse=False).loss
    assert worst == pytest.approx(math.log(math.e + 3))


KERAS = {
    "SparseCategoricalCrossentropy": (IDS, True),
    "CategoricalCrossentropy": (ONE_HOT, False),
    "BinaryCrossentropy": (TARGETS, None),
}


@pytest.mark.parametrize("from_logits", [True, False])
@pytest.mark.parametrize("values", [LOGITS, SHARES, SCORES], ids=["logits", "shares", "scores"])
@pytest.mark.parametrize("name", KERAS)
def test_keras_computes_the_same(name: str, values: Any, from_logits: bool) -> None:
    losses = pytest.importorskip("keras", reason="the extra [test] brings it").losses
    labels, sparse = KERAS[name]
    expected = getattr(losses, name)(from_logits=from_logits)(labels, values.astype("float32"))
    if sparse is None:
        found = crossentropy.binary(values, labels, from_logits=from_logits)
    else:
        found = crossentropy.categorical(values, ONE_HOT, from_logits=from_logits, sparse=sparse)
    assert found.loss == pytest.approx(float(expected), rel=1e-4)

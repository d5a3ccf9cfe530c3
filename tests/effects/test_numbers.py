"""The numbers that messages give, as the losses of Keras compute them from plain arrays."""

from __future__ import annotations

import math
import warnings
from typing import Any

import numpy
import pytest

from tests.effects.by_hand import sigmoid

CLASSES = [2, 3, 10, 100, 1000]


@pytest.fixture(scope="module", params=["keras", "tf_keras"])
def losses(request: pytest.FixtureRequest) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return pytest.importorskip(request.param, reason="the extra [test] brings it").losses


def value(loss: Any, labels: Any, given: Any) -> float:
    return float(loss(numpy.asarray(labels), numpy.asarray(given, "float32")))


@pytest.mark.parametrize("classes", CLASSES)
def test_a_softmax_applied_twice_starts_at_ln_n_and_stays_in_a_band_of_1(losses: Any, classes: int) -> None:
    loss = losses.SparseCategoricalCrossentropy(from_logits=True)
    sure = numpy.eye(classes)[:1]
    ceiling = math.log(math.e + classes - 1)
    assert value(loss, [0], numpy.full((1, classes), 1 / classes)) == pytest.approx(math.log(classes), abs=1e-4)
    assert value(loss, [0], sure) == pytest.approx(ceiling - 1, abs=1e-4)
    assert value(loss, [1], sure) == pytest.approx(ceiling, abs=1e-4)


def test_loss_and_accuracy_of_a_softmax_applied_twice_add_up_to_the_ceiling(losses: Any) -> None:
    loss = losses.SparseCategoricalCrossentropy(from_logits=True)
    labels = [0, 1, 2, 3, 4, 0, 0, 0, 0, 0]
    accuracy = numpy.mean(numpy.asarray(labels) == 0)
    assert value(loss, labels, numpy.eye(10)[[0] * 10]) + accuracy == pytest.approx(math.log(math.e + 9), abs=1e-4)


@pytest.mark.parametrize(
    ("labels", "scores", "expected"),
    [
        pytest.param([1], [1], 0.313, id="the least of a yes"),
        pytest.param([1], [0], 0.693, id="the most of a yes"),
        pytest.param([0], [0], 0.693, id="the least of a no"),
        pytest.param([0], [1], 1.313, id="the most of a no"),
        pytest.param([0, 1], [0.5, 0.5], 0.724, id="the start"),
        pytest.param([0, 1], [0, 1], 0.503, id="the floor of balanced labels"),
    ],
)
def test_a_sigmoid_applied_twice(losses: Any, labels: list[int], scores: list[float], expected: float) -> None:
    loss = losses.BinaryCrossentropy(from_logits=True)
    found = value(loss, [[float(label)] for label in labels], [[score] for score in scores])
    assert found == pytest.approx(expected, abs=6e-4)


def test_a_score_of_one_half_was_trained_as_62_percent() -> None:
    assert round(100 * float(sigmoid(numpy.asarray(0.5))), 1) == 62.2


@pytest.mark.parametrize("logits", [[[-5.0, 2.0, 30.0]], [[0.0, 0.0, 1e6]]])
def test_the_loss_of_logits_taken_for_probabilities_is_capped(losses: Any, logits: list[list[float]]) -> None:
    assert value(losses.CategoricalCrossentropy(), [[1.0, 0.0, 0.0]], logits) == pytest.approx(16.118, abs=1e-3)


@pytest.mark.parametrize(("label", "logit"), [(1.0, -3.0), (0.0, 3.0)])
def test_the_loss_of_one_logit_taken_for_a_probability_is_capped_near_16(
    losses: Any, label: float, logit: float
) -> None:
    assert 15 < value(losses.BinaryCrossentropy(), [[label]], [[logit]]) < 16.2


@pytest.mark.parametrize("label", range(4))
def test_logarithms_under_a_sparse_loss_cost_ln_n_whatever_they_are(losses: Any, label: int) -> None:
    logarithms = numpy.log([[0.7, 0.1, 0.1, 0.1]])
    found = value(losses.SparseCategoricalCrossentropy(), [label], logarithms)
    assert found == pytest.approx(math.log(4), abs=1e-4)


def test_logarithms_divided_by_their_sum_are_turned_round(losses: Any) -> None:
    logarithms = numpy.log([[0.7, 0.2, 0.1]])
    costs = [value(losses.CategoricalCrossentropy(), [row], logarithms) for row in numpy.eye(3)]
    assert costs == sorted(costs, reverse=True)


def test_a_divergence_of_logits_can_cost_nothing_for_a_wrong_answer(losses: Any) -> None:
    assert value(losses.KLDivergence(), [[1.0, 0.0]], [[5.0, 900.0]]) == pytest.approx(0.0, abs=1e-4)


@pytest.mark.parametrize("score", [0.0, 0.3, 1.0])
def test_a_negative_example_costs_a_hinge_1_at_least(losses: Any, score: float) -> None:
    for loss in (losses.Hinge(), losses.SquaredHinge()):
        assert value(loss, [[-1.0]], [[score]]) >= 1


def test_two_units_of_a_softmax_cost_a_binary_loss_what_they_cost_a_categorical_one(losses: Any) -> None:
    labels, scores = [[0.0, 1.0]], [[0.3, 0.7]]
    categorical = value(losses.CategoricalCrossentropy(), labels, scores)
    assert value(losses.BinaryCrossentropy(), labels, scores) == pytest.approx(categorical, abs=1e-5)

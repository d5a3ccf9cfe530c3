from __future__ import annotations

import pytest

from logitcheck.analyzer.losses import (
    Expectation,
    Expects,
    Family,
    declared,
    expectation,
    fits,
    limits_logits,
    of_metric,
)
from logitcheck.analyzer.transfer.activation_functions import FUNCTIONS
from logitcheck.analyzer.values import INFINITY, Value, anything, between, unbounded
from logitcheck.declarations import DeclaredInput
from logitcheck.loader import losses as stored
from logitcheck.model import Loss, LossForm
from tests.analyzer.given import distribution, log_distribution, logits, scores
from tests.building import loss


def read(raw: object) -> Loss:
    found = stored.read(raw, 3)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("raw", "expects", "family", "axis"),
    [
        ("sparse_categorical_crossentropy", Expects.PROBABILITIES, Family.CATEGORICAL, -1),
        ("categorical_crossentropy", Expects.PROBABILITIES, Family.CATEGORICAL, -1),
        ("binary_crossentropy", Expects.UNIT_INTERVAL, Family.BINARY, None),
        (loss("SparseCategoricalCrossentropy", from_logits=True), Expects.LOGITS, Family.CATEGORICAL, -1),
        (loss("CategoricalCrossentropy", from_logits=True, axis=1), Expects.LOGITS, Family.CATEGORICAL, 1),
        (loss("CategoricalFocalCrossentropy", from_logits=True), Expects.LOGITS, Family.CATEGORICAL, -1),
        (loss("BinaryCrossentropy", from_logits=True), Expects.LOGITS, Family.BINARY, None),
        (loss("BinaryFocalCrossentropy"), Expects.UNIT_INTERVAL, Family.BINARY, None),
        (loss("CTC"), Expects.LOGITS, Family.CATEGORICAL, -1),
        ("sigmoid_cross_entropy_with_logits_v2", Expects.LOGITS, Family.BINARY, None),
        ("softmax_cross_entropy_with_logits", Expects.LOGITS, Family.CATEGORICAL, -1),
        ("sparse_softmax_cross_entropy_with_logits_v2", Expects.LOGITS, Family.CATEGORICAL, -1),
        ("kl_divergence", Expects.PROBABILITIES, Family.DIVERGENCE, -1),
        (loss("CategoricalGeneralizedCrossEntropy"), Expects.PROBABILITIES, Family.DIVERGENCE, -1),
        ("dice", Expects.UNIT_INTERVAL, Family.OVERLAP, None),
        ("tversky", Expects.UNIT_INTERVAL, Family.OVERLAP, None),
        ("poisson", Expects.NON_NEGATIVE, Family.RATE, None),
        ("hinge", Expects.ANY, Family.MARGIN, None),
        ("categorical_hinge", Expects.ANY, Family.MARGIN, None),
        ("mse", Expects.ANY, Family.OTHER, None),
        ("cosine_similarity", Expects.ANY, Family.OTHER, None),
        ("my_own", Expects.UNKNOWN, Family.OTHER, None),
    ],
    ids=str,
)
def test_each_loss_expects_something(raw: object, expects: Expects, family: Family, axis: int | None) -> None:
    assert expectation(read(raw), 3) == Expectation(expects=expects, family=family, axis=axis)


@pytest.mark.parametrize(
    ("units", "expects", "family"),
    [
        pytest.param(1, Expects.UNIT_INTERVAL, Family.BINARY, id="one unit"),
        pytest.param(3, Expects.PROBABILITIES, Family.CATEGORICAL, id="several"),
        pytest.param(None, Expects.UNKNOWN, Family.OTHER, id="not known how many"),
    ],
)
def test_the_string_crossentropy_is_resolved_by_the_number_of_units(
    units: int | None, expects: Expects, family: Family
) -> None:
    found = expectation(read("crossentropy"), units)
    assert (found.expects, found.family) == (expects, family)


def test_only_cross_entropies_are_cross_entropies() -> None:
    found = {name for name in ("bce", "kld", "mse", "hinge", "poisson") if expectation(read(name), 3).is_crossentropy}
    assert found == {"bce"}


def activated(name: str) -> Value:
    return FUNCTIONS[name](unbounded(), {})


@pytest.mark.parametrize(
    ("name", "categorical", "binary"),
    [
        ("relu", True, True),
        ("relu6", True, True),
        ("softplus", True, True),
        ("tanh", True, True),
        ("softsign", True, True),
        ("elu", False, True),
        ("selu", False, True),
        ("gelu", False, True),
        ("silu", False, True),
        ("mish", False, True),
        ("leaky_relu", False, False),
        ("linear", False, False),
    ],
)
def test_a_range_of_one_sign_or_a_narrow_one_limits_logits(name: str, *, categorical: bool, binary: bool) -> None:
    value = activated(name)
    assert limits_logits(value, Family.CATEGORICAL) is categorical
    assert limits_logits(value, Family.BINARY) is binary


@pytest.mark.parametrize(
    ("value", "family", "limits"),
    [
        pytest.param(log_distribution(), Family.CATEGORICAL, False, id="log-softmax under a softmax"),
        pytest.param(log_distribution(), Family.BINARY, True, id="log-softmax under a sigmoid"),
        pytest.param(between(-9.0, 9.0), Family.BINARY, False, id="clipped far from 0"),
        pytest.param(between(-2.0, 9.0), Family.BINARY, False, id="just low enough"),
        pytest.param(between(-1.9, 9.0), Family.BINARY, True, id="not low enough"),
        pytest.param(between(-9.0, 2.0), Family.BINARY, False, id="just high enough"),
        pytest.param(between(-9.0, 1.9), Family.BINARY, True, id="not high enough"),
        pytest.param(between(-1.0, 1.0), Family.CATEGORICAL, True, id="just too narrow"),
        pytest.param(between(-1.0, 1.1), Family.CATEGORICAL, False, id="just wide enough"),
        pytest.param(between(-INFINITY, 0.0), Family.BINARY, True, id="never positive"),
        pytest.param(anything("no reason", "layer"), Family.BINARY, False, id="unknown"),
        pytest.param(scores(), Family.BINARY, False, id="scores, which are another rule's business"),
    ],
)
def test_limits_of_other_values(value: Value, family: Family, *, limits: bool) -> None:
    assert limits_logits(value, family) is limits


@pytest.mark.parametrize(
    ("value", "raw", "fit"),
    [
        pytest.param(distribution(), "categorical_crossentropy", True, id="softmax, probabilities"),
        pytest.param(scores(), "categorical_crossentropy", False, id="sigmoid, probabilities"),
        pytest.param(logits(), "categorical_crossentropy", False, id="logits, probabilities"),
        pytest.param(scores(), "binary_crossentropy", True, id="sigmoid, unit interval"),
        pytest.param(distribution(), "binary_crossentropy", True, id="softmax, unit interval"),
        pytest.param(logits(), loss("BinaryCrossentropy", from_logits=True), True, id="logits, logits"),
        pytest.param(scores(), loss("BinaryCrossentropy", from_logits=True), False, id="sigmoid, logits"),
        pytest.param(log_distribution(), loss("CategoricalCrossentropy", from_logits=True), True, id="log, logits"),
        pytest.param(log_distribution(), loss("BinaryCrossentropy", from_logits=True), False, id="log, binary logits"),
        pytest.param(
            between(-9.0, 9.0), loss("CategoricalCrossentropy", from_logits=True), True, id="clipped logits, logits"
        ),
        pytest.param(
            between(-9.0, 0.5), loss("CategoricalCrossentropy", from_logits=True), True, id="mostly negative, logits"
        ),
        pytest.param(
            between(-9.0, 9.0, reached=False),
            loss("CategoricalCrossentropy", from_logits=True),
            False,
            id="bounds that need not be reached, logits",
        ),
        pytest.param(between(0.0, INFINITY), "poisson", True, id="relu, rates"),
        pytest.param(logits(), "poisson", False, id="logits, rates"),
        pytest.param(logits(), "mse", True, id="logits, anything"),
        pytest.param(logits(), "hinge", True, id="logits, margins"),
        pytest.param(scores(), "hinge", False, id="sigmoid, margins"),
        pytest.param(anything("no reason", "layer"), "hinge", False, id="unknown, margins"),
        pytest.param(logits(), "my_own", False, id="logits, custom"),
    ],
)
def test_a_value_fits_only_if_that_is_proved(value: Value, raw: object, *, fit: bool) -> None:
    assert fits(value, expectation(read(raw), 3), axis_matches=True) is fit


@pytest.mark.parametrize(
    ("value", "from_logits"),
    [pytest.param(distribution(), False, id="softmax"), pytest.param(log_distribution(), True, id="log-softmax")],
)
def test_a_distribution_along_another_axis_does_not_fit(value: Value, *, from_logits: bool) -> None:
    expected = expectation(read(loss("CategoricalCrossentropy", from_logits=from_logits)), 3)
    assert not fits(value, expected, axis_matches=False)


def test_a_raw_loss_without_a_flag_expects_logits() -> None:
    raw = Loss(name="softmax_cross_entropy_with_logits", form=LossForm.FUNCTION)
    assert expectation(raw, None).expects is Expects.LOGITS


def test_a_cross_entropy_metric_with_the_flag_computes_the_loss_of_its_name_over_the_last_axis() -> None:
    computed = of_metric("CategoricalCrossentropy")
    assert computed == Loss(name="CategoricalCrossentropy", form=LossForm.OBJECT, from_logits=True, axis=-1)


@pytest.mark.parametrize(
    ("takes", "expects", "axis"),
    [
        (DeclaredInput.LOGITS, Expects.LOGITS, None),
        (DeclaredInput.PROBABILITIES, Expects.PROBABILITIES, -1),
        (DeclaredInput.UNIT_INTERVAL, Expects.UNIT_INTERVAL, None),
        (DeclaredInput.ANY, Expects.ANY, None),
    ],
)
def test_a_declared_loss_expects_what_is_declared_and_is_of_no_family(
    takes: DeclaredInput, expects: Expects, axis: int | None
) -> None:
    found = declared(takes)
    assert (found.expects, found.family, found.axis) == (expects, Family.OTHER, axis)
    assert not found.is_crossentropy
    assert found.takes_scores is (takes is not DeclaredInput.ANY)


@pytest.mark.parametrize(
    ("value", "fitting"),
    [
        pytest.param(logits(), True, id="logits"),
        pytest.param(between(-9, 9), True, id="wide"),
        pytest.param(between(-1, INFINITY), False, id="enough for a softmax only"),
        pytest.param(between(-1, 1), False, id="narrow"),
        pytest.param(between(-9, 9, reached=False), False, id="perhaps narrow"),
        pytest.param(log_distribution(), False, id="logarithms, which a softmax takes"),
        pytest.param(distribution(), False, id="a distribution"),
        pytest.param(anything("for no reason", "layer"), False, id="unknown"),
    ],
)
def test_what_fits_a_loss_declared_to_take_logits_fits_softmax_and_sigmoid(value: Value, fitting: bool) -> None:
    assert fits(value, declared(DeclaredInput.LOGITS), axis_matches=True) is fitting

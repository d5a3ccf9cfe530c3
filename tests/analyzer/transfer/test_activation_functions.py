"""What is claimed of each activation function holds for concrete numbers: its formula is the reference."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as drawn

from logitcheck.analyzer.transfer.activation_functions import FUNCTIONS
from logitcheck.analyzer.values import INFINITY, Kind, LogOf, Value, anything, between, unbounded
from tests.analyzer.given import source
from tests.analyzer.strategies import described, described_many, describes, finite_numbers


def relu(number: float, slope: float = 0.0, ceiling: float | None = None, threshold: float = 0.0) -> float:
    if ceiling is not None and number >= ceiling:
        return ceiling
    return number if number > threshold else slope * (number - threshold)


def sigmoid(number: float) -> float:
    return 1 / (1 + math.exp(-number))


def softmax(numbers: Sequence[float]) -> list[float]:
    powers = [math.exp(number - max(numbers)) for number in numbers]
    return [power / sum(powers) for power in powers]


SELU_ALPHA, SELU_SCALE = 1.6732632423543772, 1.0507009873554805

FORMULAS: Mapping[str, Callable[[float], float]] = {
    "linear": lambda x: x,
    "sigmoid": sigmoid,
    "sparse_sigmoid": lambda x: min(max(0.5 * (x + 1), 0), 1),
    "log_sigmoid": lambda x: -math.log1p(math.exp(-x)),
    "tanh": math.tanh,
    "hard_tanh": lambda x: min(max(x, -1), 1),
    "softsign": lambda x: x / (1 + abs(x)),
    "relu": relu,
    "relu6": lambda x: min(max(x, 0), 6),
    "softplus": lambda x: math.log1p(math.exp(x)),
    "sparse_plus": lambda x: 0.0 if x <= -1 else x if x >= 1 else (x + 1) ** 2 / 4,
    "squareplus": lambda x: (x + math.sqrt(x * x + 4)) / 2,
    "exponential": math.exp,
    "leaky_relu": lambda x: x if x >= 0 else 0.2 * x,
    "elu": lambda x: x if x >= 0 else math.expm1(x),
    "celu": lambda x: x if x >= 0 else math.expm1(x),
    "selu": lambda x: SELU_SCALE * (x if x >= 0 else SELU_ALPHA * math.expm1(x)),
    "gelu": lambda x: x * (1 + math.erf(x / math.sqrt(2))) / 2,
    "silu": lambda x: x * sigmoid(x),
    "hard_silu": lambda x: x * min(max(x + 3, 0), 6) / 6,
    "tanh_shrink": lambda x: x - math.tanh(x),
    "soft_shrink": lambda x: x - math.copysign(min(abs(x), 0.5), x),
    "hard_shrink": lambda x: x if abs(x) > 0.5 else 0.0,
}
OF_SEVERAL_NUMBERS = {"softmax", "log_softmax", "sparsemax", "glu", "crelu"}
OF_ITS_OWN_TEST = {"hard_sigmoid", "prelu", "mish", "thresholded_relu", "threshold"}


def test_every_function_has_a_test() -> None:
    assert set(FUNCTIONS) == set(FORMULAS) | OF_SEVERAL_NUMBERS | OF_ITS_OWN_TEST


@given(operand=described(), threshold=finite_numbers, replacement=finite_numbers)
def test_threshold_passes_what_is_above_it(operand: tuple[Value, float], threshold: float, replacement: float) -> None:
    value, number = operand
    claimed = FUNCTIONS["threshold"](value, {"threshold": threshold, "default_value": replacement})
    assert describes(claimed, number if number > threshold else replacement)


def test_threshold_of_unreadable_numbers_is_unknown() -> None:
    assert FUNCTIONS["threshold"](unbounded(), {"threshold": "half"}).kind is Kind.UNKNOWN


@pytest.mark.parametrize("name", FORMULAS)
@given(operand=described())
def test_a_result_lies_within_the_claimed_bounds(name: str, operand: tuple[Value, float]) -> None:
    value, number = operand
    assert describes(FUNCTIONS[name](value, {}), FORMULAS[name](number))


@pytest.mark.parametrize("name", FORMULAS)
@given(operand=described())
def test_the_sources_stay(name: str, operand: tuple[Value, float]) -> None:
    assert FUNCTIONS[name](operand[0], {}).sources == operand[0].sources


@pytest.mark.parametrize(
    ("name", "low", "high"),
    [
        ("sigmoid", 0.0, 1.0),
        ("hard_sigmoid", 0.0, 1.0),
        ("sparse_sigmoid", 0.0, 1.0),
        ("softmax", 0.0, 1.0),
        ("log_softmax", -INFINITY, 0.0),
        ("log_sigmoid", -INFINITY, 0.0),
        ("tanh", -1.0, 1.0),
        ("hard_tanh", -1.0, 1.0),
        ("softsign", -1.0, 1.0),
        ("relu", 0.0, INFINITY),
        ("relu6", 0.0, 6.0),
        ("softplus", 0.0, INFINITY),
        ("sparse_plus", 0.0, INFINITY),
        ("squareplus", 0.0, INFINITY),
        ("exponential", 0.0, INFINITY),
        ("elu", -1.0, INFINITY),
        ("celu", -1.0, INFINITY),
        ("selu", -1.7581, INFINITY),
        ("gelu", -0.17, INFINITY),
        ("silu", -0.2785, INFINITY),
        ("mish", -0.3088, INFINITY),
        ("hard_silu", -0.375, INFINITY),
        ("thresholded_relu", 0.0, INFINITY),
        ("crelu", 0.0, INFINITY),
    ],
)
def test_logits_come_near_both_ends_of_the_range(name: str, low: float, high: float) -> None:
    value = FUNCTIONS[name](unbounded(), {})
    assert value.low == pytest.approx(low, abs=1e-4)
    assert value.high == high
    assert (value.reaches_low, value.reaches_high) == (True, True)


@pytest.mark.parametrize("name", ["linear", "leaky_relu", "glu", "tanh_shrink", "soft_shrink", "hard_shrink"])
def test_logits_stay_logits(name: str) -> None:
    assert FUNCTIONS[name](unbounded(), {}).kind is Kind.LOGITS


BOUNDED = {
    *("sigmoid", "hard_sigmoid", "sparse_sigmoid", "softmax", "log_softmax", "log_sigmoid", "sparsemax", "tanh"),
    *("hard_tanh", "softsign", "relu", "relu6", "softplus", "sparse_plus", "squareplus", "exponential", "elu", "celu"),
    *("selu", "gelu", "silu", "mish", "hard_silu", "thresholded_relu", "crelu"),
}


@pytest.mark.parametrize("name", sorted(BOUNDED))
def test_a_bounded_activation_restores_knowledge_and_accuses_nobody(name: str) -> None:
    value = FUNCTIONS[name](anything("no reason", "layer"), {})
    assert value.kind is not Kind.UNKNOWN
    assert not value.leaves_unit


@pytest.mark.parametrize("name", sorted(set(FUNCTIONS) - BOUNDED))
def test_what_is_unknown_stays_so_behind_an_activation_without_bounds(name: str) -> None:
    assert FUNCTIONS[name](anything("no reason", "layer"), {}).kind is Kind.UNKNOWN


@given(described_many())
def test_a_softmax_is_a_distribution_whatever_comes_in(operand: tuple[Value, list[float]]) -> None:
    value = FUNCTIONS["softmax"](operand[0], {"axis": -1})
    assert value.kind is Kind.PROBABILITIES
    assert all(describes(value, number) for number in softmax(operand[1]))


@given(described_many())
def test_a_log_softmax_is_the_logarithm_of_a_distribution(operand: tuple[Value, list[float]]) -> None:
    value = FUNCTIONS["log_softmax"](operand[0], {"axis": -1})
    assert (value.log_of, value.log_axis) == (LogOf.SIMPLEX, -1)
    assert all(number == 0 or describes(value, math.log(number)) for number in softmax(operand[1]))


@pytest.mark.parametrize("axis", [(-2, -1), None], ids=["several axes at once", "an axis that cannot be told"])
def test_a_softmax_along_no_single_axis_is_in_the_unit_interval(axis: object) -> None:
    assert FUNCTIONS["softmax"](unbounded(), {"axis": axis}).kind is Kind.UNIT_INTERVAL


def test_a_log_softmax_along_no_single_axis_is_the_logarithm_of_scores() -> None:
    value = FUNCTIONS["log_softmax"](unbounded(), {"axis": (-2, -1)})
    assert (value.log_of, value.log_axis) == (LogOf.UNIT, None)


def test_a_softmax_of_bounded_numbers_need_not_reach_its_ends() -> None:
    value = FUNCTIONS["softmax"](between(0.0, 1.0), {})
    assert (value.reaches_low, value.reaches_high) == (False, False)


def test_a_log_sigmoid_is_the_logarithm_of_scores() -> None:
    assert FUNCTIONS["log_sigmoid"](unbounded(), {}).log_of is LogOf.UNIT


def test_the_sparsemax_of_keras_is_no_distribution() -> None:
    value = FUNCTIONS["sparsemax"](unbounded(), {})
    assert (value.kind, value.leaves_unit) == (Kind.RANGE, False)


@pytest.mark.parametrize("slope", [1 / 6, 0.2], ids=["of Keras 3", "of Keras 2"])
@given(operand=described())
def test_a_hard_sigmoid_is_bounded_for_either_slope(slope: float, operand: tuple[Value, float]) -> None:
    value, number = operand
    assert describes(FUNCTIONS["hard_sigmoid"](value, {}), min(max(slope * number + 0.5, 0), 1))


@given(described(), drawn.floats(0, 2), drawn.none() | drawn.floats(0, 9), drawn.floats(0, 3))
def test_a_relu_with_parameters_stays_within_the_claimed_bounds(
    operand: tuple[Value, float], slope: float, ceiling: float | None, threshold: float
) -> None:
    value, number = operand
    claimed = FUNCTIONS["relu"](value, {"negative_slope": slope, "max_value": ceiling, "threshold": threshold})
    assert describes(claimed, relu(number, slope, ceiling, threshold))


@pytest.mark.parametrize("parameter", ["negative_slope", "threshold"])
def test_nothing_is_known_of_a_relu_with_a_negative_parameter(parameter: str) -> None:
    assert FUNCTIONS["relu"](unbounded(source()), {parameter: -1.0}).kind is Kind.UNKNOWN


def test_a_relu_with_a_slope_is_unbounded() -> None:
    assert FUNCTIONS["relu"](unbounded(), {"negative_slope": 0.1}).kind is Kind.LOGITS


def test_a_relu_with_a_largest_value_is_bounded() -> None:
    assert FUNCTIONS["relu"](unbounded(), {"max_value": 1.0}).kind is Kind.UNIT_INTERVAL


@given(described(), drawn.floats(0, 3))
def test_a_leaky_relu_stays_within_the_claimed_bounds(operand: tuple[Value, float], slope: float) -> None:
    value, number = operand
    assert describes(
        FUNCTIONS["leaky_relu"](value, {"negative_slope": slope}), number if number >= 0 else slope * number
    )


def test_nothing_is_known_of_a_leaky_relu_with_a_negative_slope() -> None:
    assert FUNCTIONS["leaky_relu"](unbounded(), {"negative_slope": -0.1}).kind is Kind.UNKNOWN


def test_a_slope_that_is_no_number_is_the_default() -> None:
    assert FUNCTIONS["leaky_relu"](between(-1.0, 1.0), {"negative_slope": None}).low == -0.2


@given(described(), drawn.floats(0, 3))
def test_an_elu_stays_within_the_claimed_bounds(operand: tuple[Value, float], alpha: float) -> None:
    value, number = operand
    assert describes(FUNCTIONS["elu"](value, {"alpha": alpha}), number if number >= 0 else alpha * math.expm1(number))


def test_nothing_is_known_of_an_elu_with_a_negative_alpha() -> None:
    assert FUNCTIONS["elu"](unbounded(), {"alpha": -1.0}).kind is Kind.UNKNOWN


def test_an_alpha_that_is_no_number_is_1() -> None:
    assert FUNCTIONS["elu"](unbounded(), {"alpha": None}).low == -1.0


@given(described_many(), drawn.data())
def test_a_gated_linear_unit_stays_within_the_claimed_bounds(
    operand: tuple[Value, list[float]], data: drawn.DataObject
) -> None:
    value, numbers = operand
    number, gate = data.draw(drawn.sampled_from(numbers)), data.draw(drawn.sampled_from(numbers))
    assert describes(FUNCTIONS["glu"](value, {}), number * sigmoid(gate))


@given(described(), drawn.floats(-3, 3))
def test_a_prelu_is_bounded_for_every_slope_it_may_learn(operand: tuple[Value, float], slope: float) -> None:
    value, number = operand
    assert describes(FUNCTIONS["prelu"](value, {}), number if number >= 0 else slope * number)


@pytest.mark.parametrize(
    ("parameters", "kind"),
    [({}, Kind.LOGITS), ({"alpha_constraint": "NonNeg"}, Kind.UNKNOWN)],
    ids=["free", "constrained"],
)
def test_a_free_slope_makes_any_number_of_one_below_0(parameters: dict[str, object], kind: Kind) -> None:
    assert FUNCTIONS["prelu"](between(-1.0, 1.0), parameters).kind is kind


def test_a_prelu_of_positive_numbers_hands_them_on() -> None:
    assert FUNCTIONS["prelu"](between(0.0, 1.0), {}).kind is Kind.UNIT_INTERVAL


@given(described())
def test_a_crelu_holds_both_halves(operand: tuple[Value, float]) -> None:
    value, number = operand
    claimed = FUNCTIONS["crelu"](value, {})
    assert describes(claimed, max(number, 0.0))
    assert describes(claimed, max(-number, 0.0))


@pytest.mark.parametrize(
    ("operand", "low", "high"),
    [
        pytest.param(unbounded(), 0.0, INFINITY, id="any real number"),
        pytest.param(between(-1.0, 1.5), 0.0, 1.5, id="across"),
        pytest.param(between(0.0, 0.5), 0.0, 0.0, id="below"),
        pytest.param(between(2.0, 3.0), 2.0, 3.0, id="above"),
    ],
)
def test_a_thresholded_relu_is_0_up_to_theta(operand: Value, low: float, high: float) -> None:
    value = FUNCTIONS["thresholded_relu"](operand, {"theta": 1.0})
    assert (value.low, value.high) == (low, high)


@pytest.mark.parametrize("name", ["soft_shrink", "hard_shrink"])
@given(operand=described(), threshold=drawn.floats(0, 3))
def test_shrinking_stays_within_the_claimed_bounds(name: str, operand: tuple[Value, float], threshold: float) -> None:
    value, number = operand
    shrunk = number - math.copysign(min(abs(number), threshold), number)
    hard = number if abs(number) > threshold else 0.0
    claimed = FUNCTIONS[name](value, {"threshold": threshold})
    assert describes(claimed, shrunk if name == "soft_shrink" else hard)


@pytest.mark.parametrize(
    ("name", "number"),
    [("sigmoid", -800.0), ("softplus", 800.0), ("log_sigmoid", -800.0), ("exponential", 800.0), ("softplus", -800.0)],
)
def test_ends_too_far_for_the_exponential_function_do_not_overflow(name: str, number: float) -> None:
    value = FUNCTIONS[name](between(number, number), {})
    assert value.low <= value.high


def test_a_dip_below_0_is_reached_only_if_the_operand_passes_it() -> None:
    assert FUNCTIONS["gelu"](between(0.0, INFINITY), {}).low == 0.0
    assert not FUNCTIONS["gelu"](between(-0.5, INFINITY), {}).reaches_low
    assert FUNCTIONS["gelu"](between(-5.0, INFINITY), {}).reaches_low

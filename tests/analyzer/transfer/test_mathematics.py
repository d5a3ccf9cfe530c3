from __future__ import annotations

import math
from collections.abc import Callable, Mapping

import numpy
import pytest
from hypothesis import assume, given

from logitcheck.analyzer.transfer import mathematics, shapes
from logitcheck.analyzer.values import INFINITY, Kind, Value, between
from logitcheck.model import Shape
from tests.analyzer.given import bounded, call, distribution, logits, operation, reference, result, scores
from tests.analyzer.strategies import described, describes

SHAPE: Shape = (None, 3)


def inverse_error(number: float) -> float:
    if not -1 <= number <= 1:
        raise ValueError
    low, high = -6.0, 6.0
    for _ in range(100):
        middle = (low + high) / 2
        low, high = (middle, high) if math.erf(middle) < number else (low, middle)
    return low if abs(number) > 1e-12 else 0.0


FORMULAS: Mapping[str, Callable[[float], float]] = {
    "Arcsin": math.asin,
    "Arccos": math.acos,
    "Arcsinh": math.asinh,
    "Arccosh": math.acosh,
    "Arctanh": math.atanh,
    "Angle": lambda x: float(numpy.angle(x)),
    "Tan": math.tan,
    "Sinc": lambda x: float(numpy.sinc(x)),
    "Cosh": math.cosh,
    "I0": lambda x: float(numpy.i0(x)),
    "Deg2rad": math.radians,
    "Rad2deg": math.degrees,
    "Cbrt": lambda x: float(numpy.cbrt(x)),
    "Exp2": math.exp2,
    "Log2": math.log2,
    "Log10": math.log10,
    "Erfc": math.erfc,
    "Erfinv": inverse_error,
    "Fabs": abs,
    "NanToNum": lambda x: x,
    "ReciprocalNoNan": lambda x: 1 / x if x else 0.0,
    "Real": lambda x: x,
    "Conjugate": lambda x: x,
    "Conj": lambda x: x,
}

PAIRS: Mapping[str, Callable[[float, float], float]] = {
    "Arctan2": math.atan2,
    "Hypot": math.hypot,
    "Logaddexp": lambda x, y: float(numpy.logaddexp(x, y)),
    "Logaddexp2": lambda x, y: float(numpy.logaddexp2(x, y)),
    "Mod": lambda x, y: x % y,
    "Fmod": math.fmod,
    "FloorDivide": lambda x, y: math.floor(x / y),
    "Ldexp": lambda x, y: x * 2.0 ** round(y),
    "Heaviside": lambda x, y: float(numpy.heaviside(x, y)),
    "SquaredDifference": lambda x, y: (x - y) ** 2,
    "Xlogy": lambda x, y: x * math.log(y) if x else 0.0,
    "Nextafter": lambda x, y: float(numpy.nextafter(x, y)),
}


def of(name: str, *operands: Value) -> Value:
    return result(call(operation(name), *((operand, SHAPE) for operand in operands)))


def test_every_operation_has_a_test() -> None:
    assert set(mathematics.OPERATIONS) == {*FORMULAS, *PAIRS}


@pytest.mark.parametrize("name", FORMULAS)
@given(operand=described())
def test_a_result_lies_within_the_claimed_bounds(name: str, operand: tuple[Value, float]) -> None:
    value, number = operand
    try:
        computed = FORMULAS[name](number)
    except (ValueError, OverflowError):
        assume(False)
    assert describes(of(name, value), computed)


@pytest.mark.parametrize("name", PAIRS)
@given(left=described("left"), right=described("right"))
def test_a_result_of_two_lies_within_the_claimed_bounds(
    name: str, left: tuple[Value, float], right: tuple[Value, float]
) -> None:
    try:
        computed = PAIRS[name](left[1], right[1])
    except (ValueError, ZeroDivisionError, OverflowError):
        assume(False)
    assume(math.isfinite(computed))
    assert describes(of(name, left[0], right[0]), computed)


@pytest.mark.parametrize("name", ["Arcsinh", "Cbrt", "Deg2rad", "Rad2deg", "Tan", "Real"])
def test_logits_stay_logits(name: str) -> None:
    assert of(name, logits()).kind is Kind.LOGITS


@pytest.mark.parametrize(
    ("name", "low", "high"),
    [
        ("Cosh", 1.0, INFINITY),
        ("Exp2", 0.0, INFINITY),
        ("Erfc", 0.0, 2.0),
        ("Fabs", 0.0, INFINITY),
        ("I0", 1.0, INFINITY),
    ],
)
def test_logits_come_near_the_upper_end(name: str, low: float, high: float) -> None:
    value = of(name, logits())
    assert (value.low, value.high, value.reaches_high) == (low, high, True)
    assert value.kind is Kind.RANGE


@pytest.mark.parametrize("name", ["Erfinv", "Xlogy"])
def test_nothing_is_known_where_an_operation_is_not_defined(name: str) -> None:
    value = of(name, logits(), logits("other"))
    assert value.kind is Kind.UNKNOWN
    assert value.unknown is not None


@pytest.mark.parametrize(
    ("name", "low", "high"),
    [
        ("Arcsin", -math.pi / 2, math.pi / 2),
        ("Arccos", 0.0, math.pi),
        ("Arccosh", 0.0, INFINITY),
        ("Arctanh", -INFINITY, INFINITY),
        ("Log2", -INFINITY, INFINITY),
        ("Log10", -INFINITY, INFINITY),
    ],
)
def test_what_is_defined_of_logits_is_all_that_comes(name: str, low: float, high: float) -> None:
    value = of(name, logits())
    assert (value.low, value.high, value.reaches_low, value.reaches_high) == (
        low,
        high,
        low > -INFINITY,
        name != "Arctanh",
    )


def test_the_inverse_of_tanh_makes_logits_of_it() -> None:
    assert of("Arctanh", bounded(-1.0, 1.0)).kind is Kind.LOGITS


def test_the_logarithm_of_two_exponentials_of_logits_is_logits() -> None:
    assert of("Logaddexp", logits("a"), logits("b")).kind is Kind.LOGITS
    assert of("Logaddexp", logits("a"), logits("a")).is_unbounded is False


def test_the_remainder_of_a_constant_lies_below_it() -> None:
    called = call(operation("Mod"), (logits(), SHAPE), args=(reference(), 4.0))
    value = result(called)
    assert (value.low, value.high, value.reaches_high) == (0.0, 4.0, True)


def test_an_activation_has_no_nan_to_be_replaced() -> None:
    assert of("NanToNum", distribution()).kind is Kind.PROBABILITIES
    assert of("NanToNum", between(2.0, 3.0)).low == 0.0


def test_an_unreadable_replacement_of_nan_is_unknown() -> None:
    assert result(call(operation("NanToNum", nan="none"), (between(2.0, 3.0), SHAPE))).kind is Kind.UNKNOWN


def test_rounding_to_decimals_keeps_the_range_but_for_the_last_of_them() -> None:
    value = result(call(operation("Round", decimals=2), (scores(), SHAPE)))
    assert (value.low, value.high, value.integer) == (-0.01, 1.01, False)
    assert result(call(operation("Round", decimals="two"), (scores(), SHAPE))).kind is Kind.UNKNOWN


@pytest.mark.parametrize("name", sorted(mathematics.OPERATIONS))
def test_mathematical_operations_keep_the_shape(name: str) -> None:
    operands = [(logits(), SHAPE), (logits("other"), SHAPE)]
    assert shapes(call(operation(name), *operands)) == [SHAPE]


@pytest.mark.parametrize(
    ("config", "operand", "low", "high"),
    [
        pytest.param({}, bounded(1.0, INFINITY), 0.0, INFINITY, id="0 for NaN"),
        pytest.param({"nan": 5.0}, bounded(1.0, 2.0), 1.0, 5.0, id="another number for NaN"),
        pytest.param({"posinf": -1.0}, bounded(1.0, INFINITY), -1.0, INFINITY, id="for infinity"),
        pytest.param({"posinf": -1.0}, bounded(1.0, 2.0), 0.0, 2.0, id="for infinity that is never met"),
        pytest.param({"neginf": 9.0}, bounded(-INFINITY, 1.0), -INFINITY, 9.0, id="for negative infinity"),
    ],
)
def test_what_replaces_nan_and_infinity_comes_in(
    config: dict[str, float], operand: Value, low: float, high: float
) -> None:
    value = result(call(operation("NanToNum", **config), (operand, SHAPE)))
    assert (value.low, value.high) == (low, high)


def test_an_unreadable_replacement_of_infinity_is_unknown() -> None:
    value = result(call(operation("NanToNum", posinf="most"), (bounded(1.0, INFINITY), SHAPE)))
    assert value.kind is Kind.UNKNOWN

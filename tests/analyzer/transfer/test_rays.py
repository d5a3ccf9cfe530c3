"""How functions of one number go on far out, compared with what they put out there."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as drawn

from logitcheck.analyzer.calls import LayerCall
from logitcheck.analyzer.transfer import LAYERS, OPERATIONS, rays
from logitcheck.analyzer.transfer.rays import Ray
from logitcheck.analyzer.values import INFINITY
from tests.analyzer.given import call, layer, logits, operation, reference

SHAPE = (None, 3)
FAR = 1e5

simple = drawn.builds(
    lambda multiple, degree: Ray(multiple, multiple, degree),
    drawn.sampled_from([-3.0, -0.5, 1.0, 2.0]),
    drawn.integers(0, 2),
)
PAIRS: dict[str, Callable[[float, float], float]] = {
    "Add": lambda one, other: one + other,
    "Subtract": lambda one, other: one - other,
    "Multiply": lambda one, other: one * other,
    "Divide": lambda one, other: one / other,
    "Maximum": max,
    "Minimum": min,
}


def made(rule: str, count: int = 1) -> LayerCall:
    return call(operation(rule), *[(logits(name), SHAPE) for name in range(count)])


def at(ray: Ray, size: float) -> float:
    return ray.low * size**ray.degree


@pytest.mark.parametrize("name", PAIRS)
@given(left=simple, right=simple)
def test_two_rays_together_go_on_as_what_they_stand_for(name: str, left: Ray, right: Ray) -> None:
    rule = rays.rule_for(made(name, 2))
    assert rule is not None
    together = rule(made(name, 2), [left, right])
    if together is None:
        assert name in {"Add", "Subtract"}, "what cancels out is not followed"
        return
    found = PAIRS[name](at(left, FAR), at(right, FAR))
    assert at(together, FAR) == pytest.approx(found, rel=1e-3, abs=1e-3)


@pytest.mark.parametrize(
    ("called", "side", "expected"),
    [
        (made("Relu"), rays.RISING, rays.RISING),
        (made("Relu"), rays.FALLING, Ray(0.0, 0.0, 0)),
        (call(layer("LeakyReLU", negative_slope=0.25), (logits(), SHAPE)), rays.FALLING, Ray(-0.25, -0.25, 1)),
        (call(layer("ELU", alpha=1.0), (logits(), SHAPE)), rays.FALLING, Ray(-1.0, -1.0, 0)),
        (call(layer("ELU", alpha=3.0), (logits(), SHAPE)), rays.FALLING, None),
        (call(layer("Activation", "gelu"), (logits(), SHAPE)), rays.FALLING, Ray(0.0, 0.0, 0)),
        (call(layer("Activation", "tanh_shrink"), (logits(), SHAPE)), rays.FALLING, rays.FALLING),
        (call(layer("Activation", "tanh"), (logits(), SHAPE)), rays.RISING, None),
        (call(layer("Rescaling", scale=-2.0, offset=7.0), (logits(), SHAPE)), rays.RISING, Ray(-2.0, -2.0, 1)),
        (call(layer("Rescaling", scale=-2.0, offset=7.0), (logits(), SHAPE)), Ray(1.0, 1.0, 0), None),
        (call(layer("Normalization", mean=1.0, variance=4.0), (logits(), SHAPE)), rays.RISING, Ray(0.5, 0.5, 1)),
        (call(operation("Sum", axis=-1), (logits(), SHAPE)), rays.RISING, Ray(3.0, 3.0, 1)),
        (call(operation("Sum", axis=-1), (logits(), (None, None))), rays.RISING, Ray(1.0, INFINITY, 1)),
        (call(operation("Cumsum", axis=-1), (logits(), SHAPE)), rays.FALLING, Ray(-3.0, -1.0, 1)),
        (call(operation("Softmax", axis=-1), (logits(), SHAPE)), rays.RISING, Ray(1 / 3, 1 / 3, 0)),
        (call(operation("LogSoftmax"), (logits(), SHAPE)), rays.RISING, Ray(-math.log(3), -math.log(3), 0)),
        (call(layer("Softmax", axis=-1), (logits(), SHAPE), args=[reference(), reference(1)]), rays.RISING, None),
        (call(operation("Max", axis=-1), (logits(), SHAPE)), rays.FALLING, rays.FALLING),
        (call(operation("Max", axis=-1, initial=0.0), (logits(), SHAPE)), rays.FALLING, None),
        (made("Log"), Ray(1.0, math.e, 0), Ray(0.0, 1.0, 0)),
        (made("Log"), rays.RISING, None),
        (made("Square"), rays.FALLING, Ray(1.0, 1.0, 2)),
        (made("Negative"), rays.FALLING, rays.RISING),
        (made("Softplus"), rays.FALLING, Ray(0.0, 0.0, 0)),
        (made("Softplus"), Ray(1.0, 1.0, 0), None),
        (call(layer("Normalization", mean=[1.0, 2.0], variance=4.0), (logits(), SHAPE)), rays.RISING, None),
        (made("Mean"), rays.FALLING, rays.FALLING),
    ],
    ids=lambda item: item.layer.name if isinstance(item, LayerCall) else "",
)
def test_where_functions_of_one_number_go(called: LayerCall, side: Ray, expected: Ray | None) -> None:
    rule = rays.rule_for(called)
    assert rule is not None
    found = rule(called, [side])
    assert found == expected or (
        found is not None and expected is not None and at(found, 1) == pytest.approx(at(expected, 1))
    )


@pytest.mark.parametrize(
    ("sides", "expected"),
    [
        ([rays.RISING, Ray(2.0, 3.0, 1)], Ray(1.0, 3.0, 1)),
        ([rays.RISING, rays.FALLING], None),
        ([rays.RISING, Ray(2.0, 3.0, 0)], None),
    ],
    ids=["one side", "both sides", "one with a limit"],
)
def test_tensors_side_by_side_go_one_way_together_or_none(sides: list[Ray], expected: Ray | None) -> None:
    rule = rays.rule_for(made("Concatenate", 2))
    assert rule is not None
    assert rule(made("Concatenate", 2), sides) == expected


def test_powers_that_no_model_has_are_not_followed() -> None:
    rule = rays.rule_for(made("Multiply", 2))
    assert rule is not None
    assert rule(made("Multiply", 2), [Ray(1.0, 1.0, 4), Ray(1.0, 1.0, 3)]) is None


def test_an_average_along_axes_is_none_of_its_arguments() -> None:
    assert rays.rule_for(call(operation("Average"), (logits(), SHAPE))) is None


def test_every_name_has_a_rule() -> None:
    assert set(rays._RULES) <= {*OPERATIONS, *LAYERS}

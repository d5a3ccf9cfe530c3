"""Values to be drawn, with concrete numbers that they describe."""

from __future__ import annotations

from hypothesis import strategies

from logitcheck.analyzer.values import INFINITY, Value, anything, between, unbounded
from tests.analyzer.given import source

FARTHEST = 60.0
"""Numbers drawn for infinite ends stay within this, so that every function can be computed in double precision."""

finite_numbers = strategies.floats(-FARTHEST / 2, FARTHEST / 2).map(lambda number: round(number, 6) + 0.0)
"""Plain numbers: none is tiny, and there is but one 0 among them."""


@strategies.composite
def values(draw: strategies.DrawFn, name: object = "drawn") -> Value:
    """A value of any form: unbounded, unknown, bounded on one side or both, in [0, 1], constant."""
    lower, upper = sorted((draw(finite_numbers), draw(finite_numbers)))
    sources = source(name)
    return draw(
        strategies.sampled_from(
            [
                unbounded(sources),
                anything("no reason", "layer", sources),
                between(lower, INFINITY, sources=sources),
                between(-INFINITY, upper, sources=sources),
                between(lower, upper, sources=sources),
                between(lower, upper, reached=False, sources=sources),
                between(0.0, upper, sources=sources) if upper >= 0 else between(upper, 0.0, sources=sources),
                between(0.0, 1.0, sources=sources),
                between(0.0, INFINITY, sources=sources),
                between(lower, lower, sources=sources),
            ]
        )
    )


@strategies.composite
def described(draw: strategies.DrawFn, name: object = "drawn") -> tuple[Value, float]:
    """A value, and one number that it describes."""
    value = draw(values(name))
    return value, draw(numbers_of(value))


@strategies.composite
def described_many(draw: strategies.DrawFn, name: object = "drawn", most: int = 5) -> tuple[Value, list[float]]:
    """A value, and some numbers that it describes."""
    value = draw(values(name))
    return value, draw(strategies.lists(numbers_of(value), min_size=1, max_size=most))


def numbers_of(value: Value) -> strategies.SearchStrategy[float]:
    """Numbers within the bounds of a value; none so tiny that its reciprocal overflows."""
    low, high = max(value.low, -FARTHEST), min(value.high, FARTHEST)
    return strategies.floats(low, high, allow_nan=False, allow_subnormal=False)


def describes(value: Value, number: float) -> bool:
    """Whether a number lies within the bounds of a value, rounding aside."""
    slack = 1e-9 * max(1.0, abs(number))
    return value.low - slack <= number <= value.high + slack

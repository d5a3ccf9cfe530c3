"""What logitcheck claims of an output, checked against what the model really put out."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy

from logitcheck.analyzer import OutputAnalysis
from logitcheck.analyzer.values import LogOf, Value
from logitcheck.report import OutputReport

_RELATIVE = 1e-4
"""Of the size of the numbers compared: float32 has 1e-7, and sums, exponentials and roots lose up to three digits."""

_ROUNDING = 1e-6
"""What a bound may miss 0 or 1 by, as sums of fractions do."""

LARGEST = float(numpy.finfo("float32").max)
"""TensorFlow's maxima over nothing but NaN start from its negative."""


def broken(analysis: OutputAnalysis, results: Any, *, masked: bool, tame: bool) -> Iterator[str]:
    """Name every claim that does not hold; NaN is no number, and breaks none, nor does what a maximum makes of it.

    masked: whether the model masks steps. Where all of them are, nothing is left that could sum to anything.
    tame: whether float32 kept its digits, so that what logarithms of a distribution sum to can be told.
    """
    value = analysis.value
    numbers = results[~numpy.isnan(results) & (abs(results) != LARGEST)]
    if numbers.size:
        yield from _bounds(value, numbers)
        if value.integer and numpy.any(numpy.isfinite(numbers) & (numbers != numpy.round(numbers))):
            yield "its numbers are not whole"
    yield from _sums(value, results[~_empty(results)] if masked and value.sum_axis == -1 else results)
    if tame and value.log_of is LogOf.SIMPLEX and value.log_axis is not None:
        yield from _sum(numpy.exp(results), value.log_axis, 1.0)
    axis = value.axis if value.axis is not None else -1
    if analysis.classes is not None and results.shape[axis] != analysis.classes:
        yield f"it has {results.shape[axis]} classes, not {analysis.classes}"


def _empty(results: Any) -> Any:
    """Tell which rows hold nothing but zeros."""
    return numpy.all(results == 0, axis=-1)


def _bounds(value: Value, numbers: Any) -> Iterator[str]:
    if numbers.min() < value.low - _slack(value.low):
        yield f"{numbers.min()} is below {value.low}"
    if numbers.max() > value.high + _slack(value.high):
        yield f"{numbers.max()} is above {value.high}"
    if value.log_of is not None and numbers.max() > _RELATIVE:
        yield f"{numbers.max()} is the logarithm of no probability"


def _slack(bound: float) -> float:
    return _RELATIVE * max(1.0, abs(bound)) if math.isfinite(bound) else 0.0


def _sums(value: Value, results: Any) -> Iterator[str]:
    if value.sum_axis is not None:
        yield from _sum(results, value.sum_axis, value.sum_total)


def _sum(results: Any, axis: int, total: float) -> Iterator[str]:
    if results.size and numpy.nanmin(results, initial=0) < -_slack(total):
        yield f"{numpy.nanmin(results)} is no share of a sum"
    sums = results.sum(axis=axis)
    wrong = sums[~numpy.isnan(sums) & (abs(sums - total) > 10 * _slack(total))]
    if wrong.size:
        yield f"a sum along axis {axis} is {wrong[0]}, not {total}"


Reached = Callable[[Any], bool]


def reaches(value: Value) -> Iterator[tuple[str, Reached]]:
    """Name every number that the output is claimed to reach beyond [0, 1], and tell how to see that it does.

    Half the way to a bound must be gone, and some way towards infinity.
    """
    if value.reaches_low and value.low < -_ROUNDING:
        yield f"low {value.low}", lambda numbers: bool(numpy.any(numbers < max(value.low / 2, -2.0)))
    if value.reaches_high and value.high > 1 + _ROUNDING:
        yield f"high {value.high}", lambda numbers: bool(numpy.any(numbers > min((value.high + 1) / 2, 3.0)))


def differences(analysis: OutputAnalysis, report: OutputReport) -> Iterator[str]:
    """Name what the report says otherwise than the analysis."""
    value = analysis.value
    said = (report.kind, report.axis, report.low, report.high, report.classes)
    known = (value.kind, value.axis, _finite(value.low), _finite(value.high), analysis.classes)
    if said != known:
        yield f"the report says {said}, the analysis {known}"


def _finite(bound: float) -> float | None:
    return bound if math.isfinite(bound) else None

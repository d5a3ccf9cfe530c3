"""What an output seems to be by what was seen of it, and whether that is what its loss takes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import assert_never

from logitcheck.analyzer.losses import Expects, Family
from logitcheck.analyzer.values import Kind
from logitcheck.probing.observations import OutputSeen, Sums
from logitcheck.report import Verdict

ROUNDING = {"float32": 1e-4, "float64": 1e-4, "float16": 4e-3, "bfloat16": 3e-2}
"""How far a number may be off, computed in each type: sums, exponentials and roots lose three digits of seven."""

_SUMS_MORE = 10
"""How much further a sum of such numbers may be off."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Observed:
    """What an output seems to be.

    axis: along which the numbers, or their exponentials, sum to 1. low, high: the smallest and the largest seen.
    steady: whether all numbers were the same one, of which nothing can be concluded.
    has_no_number: whether there were nothing but NaN and infinite ones.
    """

    kind: Kind
    axis: int | None
    low: float | None
    high: float | None
    steady: bool
    has_no_number: bool = False


def tolerance(seen: OutputSeen, precision: str) -> float:
    """Tell how far off a number of an output may be: by the coarsest type that it may have been computed in."""
    return max(ROUNDING.get(precision, 0.0), ROUNDING.get(seen.dtype, ROUNDING["float32"]))


def observed(seen: OutputSeen, precision: str) -> Observed:
    """Tell what an output seems to be.

    Of one that only ever puts out one number nothing can be told, unless that is the 1 of a softmax over one unit.
    """
    slack = tolerance(seen, precision)
    kind, axis = _kind(seen, slack)
    return Observed(
        kind=kind, axis=axis, low=seen.low, high=seen.high, steady=seen.steady, has_no_number=seen.has_no_number
    )


def _kind(seen: OutputSeen, slack: float) -> tuple[Kind, int | None]:
    if seen.low is None or seen.high is None or seen.nan == 1:
        return Kind.UNKNOWN, None
    ends_are_known = seen.below_all == seen.above_all == 0
    if ends_are_known and seen.low >= -slack and seen.high <= 1 + slack:
        axis = _axis_of_ones(seen.sums, slack, one_unit=seen.steady)
        if axis is not None:
            return Kind.PROBABILITIES, axis
        return (Kind.UNKNOWN if seen.steady else Kind.UNIT_INTERVAL), None
    axis = _axis_of_ones(seen.exponential_sums, slack, one_unit=False)
    if axis is not None:
        return Kind.LOG_PROBABILITIES, axis
    if seen.steady and ends_are_known:
        return Kind.UNKNOWN, None
    below = seen.low < -slack or seen.below_all > 0
    above = seen.high > 1 + slack or seen.above_all > 0
    return (Kind.LOGITS if below and above else Kind.RANGE), None


def _axis_of_ones(sums: Iterable[Sums], slack: float, *, one_unit: bool) -> int | None:
    """Give the axis along which all sums are 1: one of several elements before one of a single element."""
    fitting = [each for each in sums if _are_ones(each, slack)]
    several = [each for each in fitting if each.size != 1]
    chosen = several or (fitting if one_unit else [])
    return max((each.axis for each in chosen), default=None)


def _are_ones(sums: Sums, slack: float) -> bool:
    if sums.low is None or sums.high is None:
        return False
    return abs(sums.low - 1) <= _SUMS_MORE * slack and abs(sums.high - 1) <= _SUMS_MORE * slack


def verdict(found: Observed, expects: Expects, family: Family, axis: int | None) -> Verdict:
    """Tell whether an output that seems to be so fits a loss; `axis` is that of its classes, negative.

    UNDETERMINED where what was seen may be either: numbers of one sign may be logits. NaN fits no loss.
    """
    if found.has_no_number:
        return Verdict.MISMATCH
    match expects:
        case Expects.ANY:
            return Verdict.MISMATCH if family is Family.MARGIN and _is_share(found.kind) else Verdict.NOT_APPLICABLE
        case Expects.UNKNOWN:
            return Verdict.UNDETERMINED
        case Expects.NON_NEGATIVE:
            if found.low is None:
                return Verdict.UNDETERMINED
            return Verdict.OK if found.low >= 0 else Verdict.MISMATCH
        case Expects.PROBABILITIES | Expects.UNIT_INTERVAL | Expects.LOGITS:
            if found.kind is Kind.UNKNOWN or found.steady:
                return Verdict.UNDETERMINED
            return _of_flagged(found, expects, family, axis)
        case _:
            assert_never(expects)


def _of_flagged(found: Observed, expects: Expects, family: Family, axis: int | None) -> Verdict:
    match found.kind:
        case Kind.PROBABILITIES:
            if expects is Expects.LOGITS:
                return Verdict.MISMATCH
            fits = expects is Expects.UNIT_INTERVAL or axis is None or found.axis == axis
            return Verdict.OK if fits else Verdict.MISMATCH
        case Kind.UNIT_INTERVAL:
            return Verdict.OK if expects is Expects.UNIT_INTERVAL else Verdict.MISMATCH
        case Kind.LOG_PROBABILITIES:
            fits = expects is Expects.LOGITS and family is Family.CATEGORICAL
            return Verdict.OK if fits else Verdict.MISMATCH
        case Kind.LOGITS:
            return Verdict.OK if expects is Expects.LOGITS else Verdict.MISMATCH
        case Kind.RANGE | Kind.UNKNOWN:
            return Verdict.UNDETERMINED if expects is Expects.LOGITS else Verdict.MISMATCH
        case _:
            assert_never(found.kind)


def _is_share(kind: Kind) -> bool:
    return kind in {Kind.PROBABILITIES, Kind.UNIT_INTERVAL}

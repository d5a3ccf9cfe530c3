"""Whether what was seen of an output is what the file alone says of it; where it is not, logitcheck has a bug."""

from __future__ import annotations

import math
from collections.abc import Iterator
from enum import Enum

from logitcheck.analyzer.values import Kind
from logitcheck.probing import kinds
from logitcheck.probing.kinds import Observed
from logitcheck.probing.observations import OutputSeen, Sums
from logitcheck.report import OutputReport

_LARGEST = 3.4028234663852886e38
"""What TensorFlow's maxima over nothing but NaN start from (its negative, in 32 bits): no number that was computed."""

_LOGARITHMS = 1e-2
"""How far the exponentials of log-probabilities may sum beside 1: large numbers were subtracted for them."""


class Agreement(Enum):
    """How the claim of the file and what was seen stand to each other; the values are part of the JSON report.

    SAME: what is claimed looks so. WITHIN: less was seen than is claimed to be possible, as other weights would show.
    UNCLAIMED: the file tells nothing. CONTRADICTED: what was seen cannot be, if the claim is right.
    """

    SAME = "same"
    WITHIN = "within"
    UNCLAIMED = "unclaimed"
    CONTRADICTED = "contradicted"


def agreement(claim: OutputReport | None, found: Observed, contradictions: tuple[str, ...]) -> Agreement:
    """Tell how a claim and what was seen stand to each other."""
    if contradictions:
        return Agreement.CONTRADICTED
    if claim is None or claim.kind is Kind.UNKNOWN:
        return Agreement.UNCLAIMED
    return Agreement.SAME if _looks_as(claim) == (found.kind, found.axis) else Agreement.WITHIN


def _looks_as(claim: OutputReport) -> tuple[Kind, int | None]:
    """Give as what a claim is seen: bounds beyond both ends of [0, 1] look like none, lone logarithms like a range."""
    if claim.kind is Kind.LOG_PROBABILITIES and claim.axis is None:
        return Kind.RANGE, None
    if claim.kind is Kind.RANGE:
        low = -math.inf if claim.low is None else claim.low
        high = math.inf if claim.high is None else claim.high
        return (Kind.LOGITS if low < 0 and high > 1 else Kind.RANGE), None
    return claim.kind, claim.axis


def contradictions(claim: OutputReport, seen: OutputSeen, precision: str) -> Iterator[str]:
    """Say in words what of a claim what was seen disproves; what is no number disproves nothing."""
    slack = kinds.tolerance(seen, precision)
    low, high = _ends(seen)
    if claim.low is not None and low < claim.low - slack * max(1.0, abs(claim.low)):
        yield f"{low:.6g} is below {claim.low:.6g}"
    if claim.high is not None and high > claim.high + slack * max(1.0, abs(claim.high)):
        yield f"{high:.6g} is above {claim.high:.6g}"
    if claim.kind is Kind.LOG_PROBABILITIES and high > slack:
        yield f"{high:.6g} is the logarithm of no probability"
    if claim.kind is Kind.PROBABILITIES:
        yield from _sums(seen.sums, claim.axis, 10 * slack, "numbers")
    if claim.kind is Kind.LOG_PROBABILITIES and claim.axis is not None:
        yield from _sums(seen.exponential_sums, claim.axis, max(10 * slack, _LOGARITHMS), "exponentials")
    if claim.classes is not None:
        yield from _classes(claim.classes, claim.axis or -1, seen.shape)


def _ends(seen: OutputSeen) -> tuple[float, float]:
    """Give the smallest and the largest number seen, infinite ones included; beyond all others where there is none."""
    low = -math.inf if seen.below_all else math.inf if seen.low is None else seen.low
    high = math.inf if seen.above_all else -math.inf if seen.high is None else seen.high
    return (math.inf if low == -_LARGEST else low), high


def _sums(sums: tuple[Sums, ...], axis: int | None, slack: float, what: str) -> Iterator[str]:
    for each in sums:
        for total in {each.low, each.high} if each.axis == axis else ():
            if total is not None and abs(total - 1) > slack:
                yield f"{what} along axis {axis} sum to {total:.6g}, not 1"


def _classes(classes: int, axis: int, shape: tuple[int | None, ...]) -> Iterator[str]:
    size = shape[axis] if -len(shape) <= axis else None
    if size is not None and size != classes:
        yield f"it has {size} units along axis {axis}, not {classes}"

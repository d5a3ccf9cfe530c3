"""How a tensor was computed from another one, remembered so that a formula can be recognised in its last step."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Derivation(Enum):
    """How one tensor was computed from another, as far as that lets a formula be recognised later."""

    SUM = "its sum along an axis, kept as one of size 1"
    ABOVE_SUM = "such a sum and something on top of it"
    MAXIMUM = "its maximum along an axis, kept as one of size 1"
    LOG_SUM_EXP = "the logarithm of the sum of its exponentials along an axis, kept as one of size 1"
    EXPONENTIAL = "its exponential"
    LOGARITHM = "its logarithm"
    COMPLEMENT = "one minus it"
    NEGATIVE = "its negative"


@dataclass(frozen=True, slots=True)
class Derived:
    """That a tensor was computed from the one whose identity is `of`; `before`: how that one was, in turn."""

    how: Derivation
    of: object
    axis: int | None = None
    before: Derived | None = None

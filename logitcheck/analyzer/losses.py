"""What each loss expects of an output, and whether a value fits (keras-facts: "Losses", "Suggested decision table")."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import assert_never

from logitcheck.analyzer.values import Kind, LogOf, Value
from logitcheck.declarations import DeclaredInput
from logitcheck.model import CROSSENTROPY_BY_SHAPE, Loss, LossForm


class Expects(Enum):
    """What a loss takes; the values are part of the JSON report."""

    PROBABILITIES = "probabilities"
    UNIT_INTERVAL = "unit_interval"
    LOGITS = "logits"
    NON_NEGATIVE = "non_negative"
    ANY = "any"
    UNKNOWN = "unknown"


class Family(Enum):
    """How a loss reads an output.

    CATEGORICAL: one distribution over exclusive classes. BINARY: each element on its own. DIVERGENCE: a distribution
    without a flag. OVERLAP: regions, as Dice does. RATE: Poisson. MARGIN: hinge. OTHER: everything else.
    """

    CATEGORICAL = "categorical"
    BINARY = "binary"
    DIVERGENCE = "divergence"
    OVERLAP = "overlap"
    RATE = "rate"
    MARGIN = "margin"
    OTHER = "other"


_FAMILIES: Mapping[str, Family] = {
    "BinaryCrossentropy": Family.BINARY,
    "BinaryFocalCrossentropy": Family.BINARY,
    "CategoricalCrossentropy": Family.CATEGORICAL,
    "CategoricalFocalCrossentropy": Family.CATEGORICAL,
    "SparseCategoricalCrossentropy": Family.CATEGORICAL,
    "CTC": Family.CATEGORICAL,
    "sigmoid_cross_entropy_with_logits": Family.BINARY,
    "weighted_cross_entropy_with_logits": Family.BINARY,
    "softmax_cross_entropy_with_logits": Family.CATEGORICAL,
    "sparse_softmax_cross_entropy_with_logits": Family.CATEGORICAL,
    "KLDivergence": Family.DIVERGENCE,
    "CategoricalGeneralizedCrossEntropy": Family.DIVERGENCE,
    "Dice": Family.OVERLAP,
    "Tversky": Family.OVERLAP,
    "Poisson": Family.RATE,
    "Hinge": Family.MARGIN,
    "SquaredHinge": Family.MARGIN,
    "CategoricalHinge": Family.MARGIN,
}

FOCAL = frozenset({"BinaryFocalCrossentropy", "CategoricalFocalCrossentropy"})
"""Losses that never look behind the output tensor, on any backend (keras-facts, fact 5)."""

_EXPECTATIONS: Mapping[Family, Expects] = {
    Family.CATEGORICAL: Expects.PROBABILITIES,
    Family.DIVERGENCE: Expects.PROBABILITIES,
    Family.BINARY: Expects.UNIT_INTERVAL,
    Family.OVERLAP: Expects.UNIT_INTERVAL,
    Family.RATE: Expects.NON_NEGATIVE,
    Family.MARGIN: Expects.ANY,
    Family.OTHER: Expects.ANY,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Expectation:
    """What one compiled loss expects.

    axis: the class axis it reads, as compiled; None where it has none.
    is_declared: whether settings say so, and no more than that: not what the loss computes, nor of which family it is.
    """

    expects: Expects
    family: Family
    axis: int | None = None
    is_declared: bool = False

    @property
    def is_crossentropy(self) -> bool:
        """Whether the loss is a cross-entropy, which can take logits or probabilities."""
        return self.family in {Family.CATEGORICAL, Family.BINARY}

    @property
    def takes_scores(self) -> bool:
        """Whether the loss reads scores of classes: as a cross-entropy, or as settings say."""
        return self.is_crossentropy or (self.is_declared and self.expects is not Expects.ANY)

    @property
    def readings(self) -> tuple[Family, ...]:
        """How the loss may read scores: of a declared one, either a softmax or a sigmoid may stand behind it."""
        return (Family.CATEGORICAL, Family.BINARY) if self.is_declared else (self.family,)


def expectation(loss: Loss, units: int | None) -> Expectation:
    """Tell what a loss expects of an output with `units` along its last axis (None if unknown)."""
    if loss.reason is not None:
        return Expectation(expects=Expects.UNKNOWN, family=Family.OTHER)
    family = _FAMILIES.get(loss.name, Family.OTHER)
    if loss.name == CROSSENTROPY_BY_SHAPE:
        if units is None:
            return Expectation(expects=Expects.UNKNOWN, family=Family.OTHER)
        family = Family.BINARY if units == 1 else Family.CATEGORICAL
    takes_logits = loss.from_logits is True or (
        family in {Family.CATEGORICAL, Family.BINARY} and loss.from_logits is None
    )
    return Expectation(
        expects=Expects.LOGITS if takes_logits else _EXPECTATIONS[family],
        family=family,
        axis=loss.axis if loss.axis is not None else -1 if family is Family.DIVERGENCE else None,
    )


def declared(takes: DeclaredInput) -> Expectation:
    """Give what a loss expects of which settings say what it takes; of a distribution, the axis is the last one."""
    match takes:
        case DeclaredInput.LOGITS:
            expects, axis = Expects.LOGITS, None
        case DeclaredInput.PROBABILITIES:
            expects, axis = Expects.PROBABILITIES, -1
        case DeclaredInput.UNIT_INTERVAL:
            expects, axis = Expects.UNIT_INTERVAL, None
        case DeclaredInput.ANY:
            expects, axis = Expects.ANY, None
        case _:
            assert_never(takes)
    return Expectation(expects=expects, family=Family.OTHER, axis=axis, is_declared=True)


def of_metric(name: str) -> Loss:
    """Give the loss that a cross-entropy metric with from_logits=True computes; `name` is that of either."""
    return Loss(name=name, form=LossForm.OBJECT, from_logits=True, axis=-1)


_NO_MARGIN = frozenset({Kind.PROBABILITIES, Kind.UNIT_INTERVAL, Kind.UNKNOWN})

_NARROW = 2.0
"""Logits that span no more, as those of tanh, cannot express a confident answer: 88 % for two classes at best."""


def limits_logits(value: Value, family: Family) -> bool:
    """Whether a known range keeps logits from saying what they should (keras-facts §8, design §3).

    A softmax is shift-invariant, so that one-sided values with some slack below 0 (elu, selu, gelu …) serve it well;
    a sigmoid reads their very size. Values of one sign, or within a few units, are a limit for both.
    """
    if value.kind is Kind.LOG_PROBABILITIES:
        return family is Family.BINARY or (value.log_of is LogOf.UNIT and value.applied is not None)
    if value.kind is not Kind.RANGE:
        return False
    if family is Family.BINARY:
        return value.low > -_NARROW or value.high < _NARROW
    return value.low >= 0 or value.high - value.low <= _NARROW


def fits(value: Value, expected: Expectation, *, axis_matches: bool) -> bool:
    """Whether a value is proved to be what the loss expects; False also where nothing is proved.

    axis_matches: whether the value's distribution runs along the class axis of the loss.
    """
    match expected.expects:
        case Expects.PROBABILITIES:
            return value.kind is Kind.PROBABILITIES and axis_matches
        case Expects.UNIT_INTERVAL:
            return value.kind in {Kind.UNIT_INTERVAL, Kind.PROBABILITIES}
        case Expects.LOGITS:
            if value.kind is Kind.LOG_PROBABILITIES:
                return expected.family is Family.CATEGORICAL and value.log_of is LogOf.SIMPLEX and axis_matches
            reaches = value.reaches_low and value.reaches_high and value.low < 0 < value.high
            is_wide = not any(limits_logits(value, family) for family in expected.readings)
            return value.kind is Kind.LOGITS or (reaches and is_wide)
        case Expects.NON_NEGATIVE:
            return value.low >= 0
        case Expects.ANY:
            return expected.family is not Family.MARGIN or value.kind not in _NO_MARGIN
        case Expects.UNKNOWN:
            return False

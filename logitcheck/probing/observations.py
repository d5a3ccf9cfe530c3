"""What was seen of a model that ran: plain data, and how it is read from what the process wrote.

Nothing of it is trusted: code of a model may have run in that process. What does not fit raises BrokenReplyError.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from logitcheck.loader import fields
from logitcheck.loader.frames import BrokenReplyError
from logitcheck.probing.request import Reading

_Item = TypeVar("_Item")


@dataclass(frozen=True, kw_only=True, slots=True)
class Sums:
    """The smallest and the largest sum along one axis, negative, of `size` elements each; None if none is a number."""

    axis: int
    size: int
    low: float | None
    high: float | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Histogram:
    """How many of the numbers lie in each of the equal steps from `low` to `high`."""

    low: float
    high: float
    counts: tuple[int, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Flagged:
    """A cross-entropy under one value of from_logits, and the size of its gradient; None where it is no number.

    at_outputs: the Euclidean norm with respect to the outputs. at_weights: with respect to the last weights.
    """

    loss: float | None
    at_outputs: float | None
    at_weights: float | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Accuracy:
    """Shares of labels that were hit: by the largest score, or by scores above 0.5 and above 0."""

    largest: float | None = None
    above_half: float | None = None
    above_zero: float | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class LossNumbers:
    """A cross-entropy on the outputs that were seen.

    classes: along `axis`. samples: how many were used. labels_given: by the user, not drawn.
    labels_converted: whether they were ids where the loss takes rows with a share of each class, or the reverse.
    cut: share of elements that from_logits=False cuts, so that they have no gradient.
    weights: the name of the last weights.
    """

    reads: Reading
    axis: int
    classes: int
    samples: int
    labels_given: bool
    labels_converted: bool
    with_logits: Flagged
    without_logits: Flagged
    cut: float
    weights: str | None
    accuracy: Accuracy | None


@dataclass(frozen=True, kw_only=True, slots=True)
class OutputSeen:
    """One output.

    shape: the batch axis and others of changing size are None. count: of all numbers seen.
    low, high, mean: of the finite ones; None if there are none. nan, below_all, above_all: shares that are no number,
    minus infinity and infinity. nan_ordinary: of all numbers, those that are NaN on ordinary inputs. below_zero,
    above_one: shares of all. whole: whether all finite ones are integers.
    rising: whether none along the last axis is smaller than the one before it. steady: whether all are the same.
    sums, exponential_sums: along each axis but the first; of the exponentials only where no number is above 0, and
    over ordinary inputs only. histogram: over ordinary inputs.
    """

    shape: tuple[int | None, ...]
    dtype: str
    count: int
    low: float | None
    high: float | None
    mean: float | None
    nan: float
    nan_ordinary: float
    below_all: float
    above_all: float
    below_zero: float
    above_one: float
    whole: bool
    rising: bool
    sums: tuple[Sums, ...]
    exponential_sums: tuple[Sums, ...]
    histogram: Histogram | None
    loss: LossNumbers | None

    @property
    def has_no_number(self) -> bool:
        """Whether there are values and none of them is a finite number."""
        return self.count > 0 and self.low is None

    @property
    def steady(self) -> bool:
        """Whether all numbers are the same one."""
        return self.low is not None and self.low == self.high


@dataclass(frozen=True, kw_only=True, slots=True)
class Isolation:
    """Who held the process that ran the model: "kernel" where no code can get around it, else what did.

    network: no connection was possible ("kernel"), or not from Python ("python"). files: nothing was written outside a
    folder that is gone ("kernel"), or nothing forbade it ("none"). processes: how those left behind were found.
    """

    network: str
    files: str
    processes: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Observations:
    """Everything seen of one model.

    library: who ran it, with versions. made: whether inputs were made and not the user's.
    odd_inputs: how many of the samples hold NaN or infinite numbers.
    masked: whether the model may mask steps, whose numbers are zeros then. precision: the coarsest type computed in.
    """

    library: str
    samples: int
    seconds: float
    made: bool
    odd_inputs: int
    masked: bool
    precision: str
    isolation: Isolation
    outputs: tuple[OutputSeen, ...]


def read(stored: object) -> Observations:
    """Read what the process wrote. Raises BrokenReplyError if it is nothing that ours writes."""
    try:
        return _observations(fields.mapping(stored))
    except (KeyError, ValueError, TypeError) as error:
        raise BrokenReplyError from error


def _observations(stored: Mapping[str, object]) -> Observations:
    isolation = fields.mapping(stored["isolation"])
    return Observations(
        library=_text(stored["library"]),
        samples=_count(stored["samples"]),
        seconds=_number(stored["seconds"]),
        made=_truth(stored["made"]),
        odd_inputs=_count(stored["odd_inputs"]),
        masked=_truth(stored["masked"]),
        precision=_text(stored["precision"]),
        isolation=Isolation(
            network=_text(isolation["network"]),
            files=_text(isolation["files"]),
            processes=_text(isolation["processes"]),
        ),
        outputs=_tuple(stored["outputs"], _output),
    )


_SHARES = ("nan", "nan_ordinary", "below_all", "above_all", "below_zero", "above_one")


def _output(stored: object) -> OutputSeen:
    fields_of = fields.mapping(stored)
    shares = {name: _share(fields_of[name]) for name in _SHARES}
    return OutputSeen(
        **shares,
        shape=_tuple(fields_of["shape"], _size),
        dtype=_text(fields_of["dtype"]),
        count=_count(fields_of["count"]),
        low=_maybe(fields_of["low"]),
        high=_maybe(fields_of["high"]),
        mean=_maybe(fields_of["mean"]),
        whole=_truth(fields_of["whole"]),
        rising=_truth(fields_of["rising"]),
        sums=_tuple(fields_of["sums"], _sums),
        exponential_sums=_tuple(fields_of["exponential_sums"], _sums),
        histogram=_histogram(fields_of["histogram"]),
        loss=None if fields_of["loss"] is None else _loss(fields.mapping(fields_of["loss"])),
    )


def _sums(stored: object) -> Sums:
    found = fields.mapping(stored)
    axis = fields.integer(found["axis"])
    if axis is None or axis >= 0:
        raise ValueError(axis)
    return Sums(axis=axis, size=_count(found["size"]), low=_maybe(found["low"]), high=_maybe(found["high"]))


def _histogram(stored: object) -> Histogram | None:
    if stored is None:
        return None
    found = fields.mapping(stored)
    return Histogram(low=_number(found["low"]), high=_number(found["high"]), counts=_tuple(found["counts"], _count))


def _loss(stored: Mapping[str, object]) -> LossNumbers:
    accuracy = stored["accuracy"]
    weights = stored["weights"]
    return LossNumbers(
        reads=Reading(stored["reads"]),
        axis=-_count(-_whole(stored["axis"])),
        classes=_count(stored["classes"]),
        samples=_count(stored["samples"]),
        labels_given=_truth(stored["labels_given"]),
        labels_converted=_truth(stored["labels_converted"]),
        with_logits=_flagged(stored["with_logits"]),
        without_logits=_flagged(stored["without_logits"]),
        cut=_share(stored["cut"]),
        weights=None if weights is None else _text(weights),
        accuracy=None if accuracy is None else _accuracy(fields.mapping(accuracy)),
    )


def _flagged(stored: object) -> Flagged:
    found = fields.mapping(stored)
    return Flagged(
        loss=_maybe(found["loss"]), at_outputs=_maybe(found["at_outputs"]), at_weights=_maybe(found["at_weights"])
    )


def _accuracy(stored: Mapping[str, object]) -> Accuracy:
    return Accuracy(
        largest=_maybe(stored["largest"]),
        above_half=_maybe(stored["above_half"]),
        above_zero=_maybe(stored["above_zero"]),
    )


# Values


def _tuple(value: object, read_item: Callable[[object], _Item]) -> tuple[_Item, ...]:
    if not isinstance(value, list):
        raise TypeError(value)
    return tuple(map(read_item, value))


def _text(value: object) -> str:
    found = fields.label(value)
    if found is None:
        raise ValueError(value)
    return found


def _truth(value: object) -> bool:
    if not isinstance(value, bool):
        raise TypeError(value)
    return value


def _whole(value: object) -> int:
    found = fields.integer(value)
    if found is None:
        raise ValueError(value)
    return found


def _count(value: object) -> int:
    found = _whole(value)
    if found < 0:
        raise ValueError(value)
    return found


def _size(value: object) -> int | None:
    return None if value is None else _count(value)


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        raise ValueError(value)
    return float(value)


def _maybe(value: object) -> float | None:
    return None if value is None else _number(value)


def _share(value: object) -> float:
    found = _number(value)
    if not 0 <= found <= 1:
        raise ValueError(value)
    return found

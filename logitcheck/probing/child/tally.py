"""Counts and ranges of what one output puts out, batch by batch; nothing is kept but a sample for the histogram."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

Array = Any

STEPS = 24
"""Of the histogram."""

_KEPT = 200_000
"""Numbers kept for the histogram."""

_HIGHEST_RANK = 8
"""Axes whose sums are told; no loss reads outputs of more."""

_NO_PROBABILITY = 1e-3
"""A logarithm of a probability is not larger, whatever rounding did to it."""


class Tally:
    """What was seen of one output so far."""

    def __init__(self, *, masked: bool) -> None:
        self._masked = masked
        self._shape: list[int | None] | None = None
        self._dtype = ""
        self._count = 0
        self._counts = dict.fromkeys(("nan", "nan_ordinary", "below_all", "above_all", "below_zero", "above_one"), 0)
        self._low, self._high, self._total, self._finite = math.inf, -math.inf, 0.0, 0
        self._whole = self._rising = True
        self._sums: dict[int, list[float]] = {}
        self._powers: dict[int, list[float]] = {}
        self._kept: list[Array] = []
        self._room = _KEPT

    def add(self, values: Array, ordinary: Array) -> None:
        """Look at one batch; `ordinary` tells which of its rows came of inputs of an ordinary size."""
        self._see_shape(values.shape)
        self._dtype = self._dtype or str(values.dtype)
        if values.dtype.kind != "f" or values.dtype.itemsize < 4:  # bfloat16 is of no kind that numpy knows
            values = values.astype("float32" if values.dtype.kind in {"f", "V"} else "float64")
        self._see_numbers(values)
        self._counts["nan_ordinary"] += int(np.isnan(values[ordinary]).sum())
        with np.errstate(all="ignore"):
            self._see_sums(values, values[ordinary])
        self._keep(values[ordinary])

    def told(self) -> dict[str, object]:
        """Give all that was seen, as JSON values."""
        count = max(self._count, 1)
        some = self._finite > 0
        return {
            "shape": self._shape or [],
            "dtype": self._dtype,
            "count": self._count,
            "low": self._low if some else None,
            "high": self._high if some else None,
            "mean": finite(self._total / self._finite) if some else None,
            **{name: number / count for name, number in self._counts.items()},
            "whole": self._whole and some,
            "rising": self._rising and some,
            "sums": self._sums_told(self._sums),
            "exponential_sums": self._sums_told(self._powers) if some and self._high <= _NO_PROBABILITY else [],
            "histogram": self._histogram(),
        }

    def _see_shape(self, shape: tuple[int, ...]) -> None:
        if self._shape is None:
            self._shape = [None, *shape[1:]] if shape else []
        else:
            pairs = zip(self._shape, shape, strict=False)
            self._shape = [known if known == size else None for known, size in pairs]

    def _see_numbers(self, values: Array) -> None:
        self._count += values.size
        isfinite = np.isfinite(values)
        numbers = values if isfinite.all() else values[isfinite]
        self._counts["nan"] += int(np.isnan(values).sum())
        self._counts["below_all"] += int((values == -np.inf).sum())
        self._counts["above_all"] += int((values == np.inf).sum())
        self._counts["below_zero"] += int((values < 0).sum())
        self._counts["above_one"] += int((values > 1).sum())
        if not numbers.size:
            return
        self._finite += numbers.size
        self._low, self._high = min(self._low, float(numbers.min())), max(self._high, float(numbers.max()))
        self._total += float(numbers.sum(dtype="float64"))
        self._whole = self._whole and bool((numbers == np.round(numbers)).all())
        is_row = values.ndim > 1 and values.shape[-1] > 1
        self._rising = self._rising and is_row and bool((values[..., 1:] >= values[..., :-1]).all())

    def _see_sums(self, values: Array, ordinary: Array) -> None:
        """Sum along each axis; where steps may be masked, what is nothing but zeros is no sum of anything."""
        for axis in range(-1, -min(values.ndim, _HIGHEST_RANK), -1):
            sums = values.sum(axis=axis, dtype="float64")
            _widen(self._sums, axis, sums[~(values == 0).all(axis=axis)] if self._masked else sums)
            _widen(self._powers, axis, np.exp(ordinary).sum(axis=axis, dtype="float64"))

    def _sums_told(self, sums: dict[int, list[float]]) -> list[dict[str, object]]:
        shape = self._shape or []
        return [
            {"axis": axis, "size": shape[axis] or 0, "low": finite(low), "high": finite(high)}
            for axis, (low, high) in sums.items()
        ]

    def _keep(self, values: Array) -> None:
        """Keep some of the numbers, from all over the batch."""
        numbers = values[np.isfinite(values)]
        step = max(1, math.ceil(numbers.size / max(1, self._room // 4)))
        kept = numbers[::step][: self._room].copy()  # or all of the batch stays in memory behind it
        self._room -= kept.size
        self._kept.append(kept)

    def _histogram(self) -> dict[str, object] | None:
        numbers = np.concatenate(self._kept).astype("float64") if self._kept else np.zeros(0)
        if not numbers.size:
            return None
        low, high = float(numbers.min()), float(numbers.max())
        if not math.isfinite(high - low) or high - low <= 1e-12 * max(abs(low), abs(high)):
            return {"low": low, "high": high, "counts": [int(numbers.size)]}
        counts, _ = np.histogram(numbers, bins=STEPS, range=(low, high))
        return {"low": low, "high": high, "counts": counts.tolist()}


def _widen(ranges: dict[int, list[float]], axis: int, sums: Array) -> None:
    numbers = sums[~np.isnan(sums)]
    low, high = ranges.get(axis, (math.inf, -math.inf))
    if numbers.size:
        low, high = min(low, float(numbers.min())), max(high, float(numbers.max()))
    ranges[axis] = [low, high]


def finite(number: float) -> float | None:
    """Give a number that JSON has, or None."""
    return float(number) if math.isfinite(number) else None

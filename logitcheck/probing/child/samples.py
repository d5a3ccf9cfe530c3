"""Inputs for a model: made from its own specifications, of ordinary and of wild size, or taken from the user's data.

The same seed always makes the same inputs.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from logitcheck.probing.child import array_files
from logitcheck.probing.errors import ProbeErrorCode, RefusalError

Array = Any
_Random = np.random.Generator


@dataclass(frozen=True, kw_only=True, slots=True)
class InputSpec:
    """What one input takes: a dense tensor whose unknown sizes are None, the batch axis first.

    below: what whole numbers must stay below, where that is known. words: what a text may be.
    """

    name: str
    shape: tuple[int | None, ...]
    dtype: str
    below: int | None = None
    words: tuple[str, ...] = ()

    @property
    def is_text(self) -> bool:
        """Whether it takes text."""
        return self.dtype == "string"

    @property
    def is_whole(self) -> bool:
        """Whether whole numbers go in, whatever the type."""
        return "int" in self.dtype or (self.below is not None and not self.is_text)

    @property
    def has_free_sizes(self) -> bool:
        """Whether other sizes than the batch are free."""
        return None in self.shape[1:]


@dataclass(frozen=True, slots=True)
class Batch:
    """Arrays for all inputs; `ordinary` tells which rows are of an ordinary size, `numbers` which samples they are."""

    arrays: tuple[Array, ...]
    ordinary: Array
    numbers: Array

    @property
    def rows(self) -> int:
        """Count the samples."""
        return len(self.ordinary)

    @property
    def odd_rows(self) -> int:
        """Count the samples that hold NaN or infinite numbers."""
        odd = np.zeros(self.rows, dtype=bool)
        for array in self.arrays:
            if array.dtype != object:
                odd |= ~np.isfinite(array).reshape(self.rows, -1).all(axis=1)
        return int(odd.sum())

    def only_ordinary(self, most: int) -> Batch:
        """Give the rows of an ordinary size, at most so many."""
        chosen = self.ordinary & (self.ordinary.cumsum() <= most)
        return Batch(tuple(array[chosen] for array in self.arrays), chosen[chosen], self.numbers[chosen])


class Samples(Protocol):
    """Where inputs come from."""

    @property
    def count(self) -> int:
        """Tell how many there are."""

    def batch(self, first: int, rows: int) -> Batch:
        """Give some of them."""


# Made inputs

_Row = Callable[[_Random, tuple[int, ...]], Array]


def _normal(scale: float) -> _Row:
    return lambda random, shape: random.normal(size=shape) * scale


def _one_sided(scale: float) -> _Row:
    return lambda random, shape: abs(random.normal(size=shape)) * scale


def _constant(value: float) -> _Row:
    return lambda _, shape: np.full(shape, value)


def _even(highest: float) -> _Row:
    return lambda random, shape: random.uniform(0, highest, size=shape)


def _padded(random: _Random, shape: tuple[int, ...]) -> Array:
    """Give numbers with zeros from some step on, as sequences of different lengths have them."""
    values = random.normal(size=shape)
    if len(shape) > 1:
        values[int(random.integers(1, shape[0] + 1)) :] = 0
    return values


def _single(random: _Random, shape: tuple[int, ...]) -> Array:
    """Give zeros and a single one."""
    values = np.zeros(shape)
    if values.size:
        values.flat[int(random.integers(values.size))] = 1
    return values


_ROWS: tuple[tuple[_Row, bool], ...] = (
    (_constant(0), False),
    (_normal(1), True),
    (_constant(1), False),
    (_even(1), True),
    (_normal(10), False),
    (_normal(1), True),
    (_one_sided(100), False),
    (_normal(0.1), True),
    (_one_sided(-10), False),
    (_normal(1), True),
    (_even(255), False),
    (_padded, True),
    (_normal(100), False),
    (_normal(0.01), True),
    (_single, False),
    (_normal(1), True),
)
"""Kinds of rows, one after the other, and whether they are of an ordinary size; every other one is."""

_ORDINARY = np.array([ordinary for _, ordinary in _ROWS])


@dataclass(frozen=True, kw_only=True, slots=True)
class MadeSamples:
    """Inputs made from specifications.

    length: what free sizes are. most: below what whole numbers stay where no limit is known.
    """

    specs: Sequence[InputSpec]
    count: int
    seed: int
    length: int = 8
    most: int = 10

    def batch(self, first: int, rows: int) -> Batch:
        """Make some inputs; those of one number are always the same ones."""
        numbers = np.arange(first, first + rows)
        arrays = tuple(self._input(position, spec, numbers) for position, spec in enumerate(self.specs))
        return Batch(arrays, _ORDINARY[numbers % len(_ROWS)], numbers)

    def _input(self, position: int, spec: InputSpec, numbers: Array) -> Array:
        shape = tuple(self.length if size is None else size for size in spec.shape[1:])
        rows = [
            self._row(spec, shape, int(number), np.random.default_rng([self.seed, position, int(number)]))
            for number in numbers
        ]
        if spec.is_text:
            return np.array(rows, dtype=object)
        return np.stack(rows).astype(spec.dtype)

    def _row(self, spec: InputSpec, shape: tuple[int, ...], number: int, random: _Random) -> Array:
        if spec.is_text:
            return random.choice(np.array([*spec.words, "unseen", ""], dtype=object), size=shape)
        if spec.dtype == "bool":
            return _as_mask(random.integers(0, 2, size=shape))
        if "mask" in spec.name.lower() and spec.below is None:
            return _as_mask(_ids(random, shape, 2))
        if spec.is_whole:
            return _ids(random, shape, spec.below or self.most) * (number % len(_ROWS) > 0)
        return _ROWS[number % len(_ROWS)][0](random, shape)


def _ids(random: _Random, shape: tuple[int, ...], below: int) -> Array:
    """Give whole numbers; every other row ends in zeros, as padded sequences do."""
    ids = random.integers(0, max(1, below), size=shape)
    if shape and shape[-1] > 1 and random.integers(2):
        ids[..., int(random.integers(1, shape[-1] + 1)) :] = 0
    return ids


def _as_mask(values: Array) -> Array:
    """Let the first step through: where nothing is, a model has nothing to put out."""
    if values.ndim:
        values[..., 0] = 1
    return values


# The user's data


class GivenSamples:
    """Inputs from the user's file; at most `most` of them."""

    def __init__(self, path: str, specs: Sequence[InputSpec], most: int) -> None:
        found = array_files.arrays(path, ProbeErrorCode.BAD_DATA)
        self._specs = specs
        given = _matched(found, specs) if isinstance(found, dict) else _only(found, specs)
        self._arrays = [_of_rank(array, spec) for array, spec in zip(given, specs, strict=True)]
        for spec, array in zip(specs, self._arrays, strict=True):
            _check(spec, array)
        lengths = {len(array) for array in self._arrays}
        if len(lengths) != 1:
            raise _refusal(f"the arrays have {' and '.join(map(str, sorted(lengths)))} rows, not the same number")
        self.count = min(most, *lengths)
        if not self.count:
            raise _refusal("there is no sample in it")

    def batch(self, first: int, rows: int) -> Batch:
        """Give some of the data."""
        last = min(first + rows, self.count)
        with np.errstate(all="ignore"):  # what does not fit into the type becomes infinite, and is told
            arrays = tuple(
                np.asarray(array[first:last]).astype(object if spec.is_text else spec.dtype)
                for spec, array in zip(self._specs, self._arrays, strict=True)
            )
        return Batch(arrays, np.ones(last - first, dtype=bool), np.arange(first, last))


def _only(array: Array, specs: Sequence[InputSpec]) -> list[Array]:
    if len(specs) != 1:
        names = ", ".join(repr(spec.name) for spec in specs)
        raise _refusal(f"the model has {len(specs)} inputs: give an .npz with an array for each, {names}")
    return [array]


def _matched(found: dict[str, Array], specs: Sequence[InputSpec]) -> list[Array]:
    if len(found) == len(specs) == 1:
        return list(found.values())
    names = [spec.name for spec in specs]
    if sorted(found) != sorted(names):
        raise _refusal(f"the inputs are called {names}, and the arrays {sorted(found)}")
    return [found[name] for name in names]


def _of_rank(array: Array, spec: InputSpec) -> Array:
    """Give single numbers as rows of one, as Keras does for an input of one."""
    return array[:, None] if array.ndim == 1 and spec.shape[1:] == (1,) else array


def _check(spec: InputSpec, array: Array) -> None:
    expected = spec.shape[1:]
    fits = len(expected) == array.ndim - 1 and all(
        wanted in {None, size} for wanted, size in zip(expected, array.shape[1:], strict=True)
    )
    if not fits:
        shown = str(("samples", *("any" if size is None else size for size in expected))).replace("'", "")
        raise _refusal(f"input {spec.name!r} takes the shape {shown}, and {array.shape} was found")
    if array.dtype.kind not in ("US" if spec.is_text else "biuf"):
        wanted = "text" if spec.is_text else "numbers"
        raise _refusal(f"input {spec.name!r} takes {wanted}, and {array.dtype} was found")


def _refusal(what: str) -> RefusalError:
    hint = "Give samples as the model takes them, the first axis counting them."
    return RefusalError(ProbeErrorCode.BAD_DATA, f"The data does not fit: {what}.", hint)

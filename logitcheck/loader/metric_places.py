"""Which metrics belong to which output, as Keras of the version that wrote the file places them.

keras-facts, "Matching losses/metrics to outputs": Keras 3 takes a list as long as the outputs for one entry an output,
Keras 1 and 2 give a flat list to every output; lists of lists and dicts are one entry an output for all of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import islice

from logitcheck.errors import ErrorCode, UnreadableInputError
from logitcheck.loader import document, metrics
from logitcheck.loader.outputs import NamedOutput, descend, from_dict, leaves, mirrors
from logitcheck.model import Metric

MOST_OF_ONE_OUTPUT = 1_000
"""Metrics of one output; one for each of 80 classes, twice, is the most that was seen."""

MOST_IN_ALL = 10_000
"""Metrics of all outputs, those that Keras gives to each of them counted with each."""


def place(
    outputs: Sequence[NamedOutput], settings: Mapping[str, object], generation: int, *, by_name: bool
) -> list[tuple[Metric, ...]]:
    """Give the metrics of each output, in the order of the outputs.

    by_name: whether the file keeps of a function its bare name, as HDF5 does.
    Raises UnreadableInputError if there are more metrics than any model has.
    """
    return [
        tuple(_read(raw, key, generation, by_name=by_name) for key, raw in entry)
        for entry in stored_metrics(outputs, settings, generation)
    ]


def stored_metrics(
    outputs: Sequence[NamedOutput], settings: Mapping[str, object], generation: int
) -> list[tuple[tuple[str, object], ...]]:
    """Give what is stored of the metrics of each output, each with the key of the settings that it stands under."""
    found: list[tuple[tuple[str, object], ...]] = [()] * len(outputs)
    for key in ("metrics", "weighted_metrics"):
        stored = settings.get(key)
        if _is_for_all(stored, len(outputs), generation):
            entries = [_under(key, stored)] * len(outputs)
        else:
            raw = (_entry(output, at, len(outputs), stored, generation) for at, output in enumerate(outputs))
            entries = [_under(key, entry) for entry in raw]
        found = [given + further for given, further in zip(found, entries, strict=True)]
        _check(sum(map(len, found)), MOST_IN_ALL)
    return found


def _is_for_all(stored: object, count: int, generation: int) -> bool:
    """Whether all that is stored belongs to every output."""
    if count == 1:
        return stored is not None
    if isinstance(stored, list):
        return generation < 3 and not mirrors(stored)
    return isinstance(stored, str) and generation < 3


def _entry(output: NamedOutput, position: int, count: int, stored: object, generation: int) -> object:
    """Find what is stored for one of several outputs; None where Keras would refuse the structure."""
    if isinstance(stored, dict):
        return from_dict(output, stored)
    if not isinstance(stored, list):
        return None
    if len(output.path) > 1 and mirrors(stored):
        nested = descend(stored, output.path)
        if nested is not None:
            return nested
    if generation == 3 and len(stored) != count:
        return None
    return stored[position] if position < len(stored) else None


def _under(key: str, entry: object) -> tuple[tuple[str, object], ...]:
    """Give what an entry under a key holds.

    Raises UnreadableInputError if that is more than any output has.
    """
    found = tuple(islice(((key, raw) for raw in leaves(entry) if raw is not None), MOST_OF_ONE_OUTPUT + 1))
    _check(len(found), MOST_OF_ONE_OUTPUT)
    return found


def _read(raw: object, key: str, generation: int, *, by_name: bool) -> Metric:
    """Read a metric; the key of the compile settings that it stands under says whether it is weighted."""
    metric = metrics.read(raw, generation, by_name=by_name)
    assert metric is not None
    return replace(metric, weighted=True) if key == "weighted_metrics" else metric


def _check(count: int, most: int) -> None:
    """Check that metrics are not too many: to judge some of them only would leave the others unread."""
    if count > most:
        message = f"The model is compiled with more than {most:,} metrics, which no model is."
        raise UnreadableInputError(ErrorCode.TOO_LARGE, message, document.HOSTILE)

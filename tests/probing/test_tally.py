"""What is counted of outputs, batch by batch."""

from __future__ import annotations

from typing import Any

import numpy
import pytest

from logitcheck.probing.child.tally import Tally
from logitcheck.probing.observations import OutputSeen, _output


def seen(*batches: Any, ordinary: Any = None, masked: bool = False) -> OutputSeen:
    """What a tally tells of some batches."""
    tally = Tally(masked=masked)
    for batch in batches:
        values = numpy.asarray(batch, "float32") if isinstance(batch, list) else batch
        tally.add(values, numpy.ones(len(values), dtype=bool) if ordinary is None else numpy.array(ordinary))
    told = {**tally.told(), "loss": None}
    return _output(told)


def test_counts_and_ranges() -> None:
    found = seen([[0.5, -1.0], [2.0, 0.5]], [[float("nan"), float("inf")], [float("-inf"), 0.0]])
    assert (found.count, found.low, found.high, found.mean) == (8, -1.0, 2.0, 0.4)
    assert (found.nan, found.below_all, found.above_all) == (0.125, 0.125, 0.125)
    assert (found.below_zero, found.above_one) == (0.25, 0.25)
    assert not found.whole


def test_sums_along_each_axis() -> None:
    found = seen([[[0.25, 0.75], [0.5, 0.5]]], [[[1.0, 0.0], [0.0, 1.0]]])
    assert [(each.axis, each.size, each.low, each.high) for each in found.sums] == [(-1, 2, 1, 1), (-2, 2, 0.75, 1.25)]
    assert found.exponential_sums == ()


def test_sums_of_steps_that_are_masked_are_left_out_where_there_may_be_masks() -> None:
    batch = [[[0.25, 0.75], [0.0, 0.0]]]
    assert seen(batch, masked=True).sums[0].low == 1
    assert seen(batch, masked=False).sums[0].low == 0


def test_exponentials_are_summed_of_ordinary_inputs_where_nothing_is_above_zero() -> None:
    logarithms = numpy.log(numpy.array([[0.25, 0.75], [0.5, 0.6]]))
    found = seen(logarithms, ordinary=[True, False])
    assert found.exponential_sums[0].low == found.exponential_sums[0].high == pytest.approx(1)
    assert seen(logarithms + 2).exponential_sums == ()


def test_shapes_that_change_are_unknown() -> None:
    assert seen([[1.0, 2.0]], [[1.0, 2.0, 3.0]]).shape == (None, None)
    assert seen([[1.0, 2.0]], [[1.0, 2.0]]).shape == (None, 2)


def test_whole_and_rising_numbers() -> None:
    assert seen([[1.0, 2.0], [-3.0, 3.0]]).whole
    assert seen([[1.0, 2.0], [-3.0, 3.0]]).rising
    assert not seen([[1.0, 2.0], [3.0, -3.0]]).rising
    assert not seen([[1.0], [2.0]]).rising
    assert seen(numpy.array([1, 2, 3])).whole


def test_nothing_but_nan_has_no_range() -> None:
    found = seen([[float("nan")] * 2])
    assert (found.low, found.high, found.mean, found.histogram) == (None, None, None, None)
    assert not found.whole


def test_the_histogram_is_of_ordinary_inputs() -> None:
    found = seen([[0.0], [1.0], [500.0]], ordinary=[True, True, False]).histogram
    assert found is not None
    assert (found.low, found.high, sum(found.counts), len(found.counts)) == (0.0, 1.0, 2, 24)
    steady = seen([[3.0], [3.0]]).histogram
    assert steady is not None
    assert (steady.low, steady.high, steady.counts) == (3.0, 3.0, (2,))


def test_a_large_output_keeps_only_some_numbers_for_the_histogram() -> None:
    random = numpy.random.default_rng(0)
    batches = [random.random((100, 5000)) for _ in range(3)]
    found = seen(*batches)
    assert found.count == 1_500_000
    assert found.histogram is not None
    assert 100_000 <= sum(found.histogram.counts) <= 200_000


def test_a_batch_is_not_kept_behind_the_numbers_of_it() -> None:
    tally = Tally(masked=False)
    tally.add(numpy.random.default_rng(0).random((100, 50_000)).astype("float32"), numpy.ones(100, dtype=bool))
    assert all(kept.base is None for kept in tally._kept)


def test_numbers_of_16_bits_are_counted_in_32() -> None:
    found = seen(numpy.array([[0.5, 0.5]], dtype="float16"))
    assert (found.dtype, found.sums[0].low) == ("float16", 1.0)


def test_nan_of_ordinary_inputs_is_counted_apart() -> None:
    found = seen([[float("nan"), 1.0], [float("nan"), float("nan")]], ordinary=[True, False])
    assert (found.nan, found.nan_ordinary) == (0.75, 0.25)

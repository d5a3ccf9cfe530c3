"""Gradients of a mean loss, put together from those of batches."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy
import pytest

from logitcheck.probing.child.losses import _norm_of_sum


@dataclass
class IndexedSlices:
    """What TensorFlow gives for the rows of a table that were looked up: one entry for each time."""

    indices: Any
    values: Any


def test_batches_are_added_before_their_length_is_taken() -> None:
    assert _norm_of_sum([numpy.array([2.0, 0.0]), numpy.array([0.0, 2.0])], [0.5, 0.5]) == pytest.approx(2**0.5)
    assert _norm_of_sum([numpy.array([2.0]), numpy.array([-2.0])], [0.5, 0.5]) == 0
    assert _norm_of_sum([None, numpy.array([4.0])], [0.75, 0.25]) == 1
    assert _norm_of_sum([None], [1.0]) == 0


def test_a_row_of_a_table_that_is_looked_up_twice_is_one_row() -> None:
    first = IndexedSlices([7, 7, 2], numpy.array([[1.0], [1.0], [4.0]]))
    second = IndexedSlices([2], numpy.array([[2.0]]))
    assert _norm_of_sum([first], [1.0]) == pytest.approx(20**0.5)
    assert _norm_of_sum([first, second], [0.5, 0.5]) == pytest.approx(10**0.5)

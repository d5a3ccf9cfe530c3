"""Windows over a spatial axis: how often they fit, counted by laying them down."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as drawn

from logitcheck.analyzer.transfer.windows import convolved, transposed


@given(drawn.integers(1, 12), drawn.integers(1, 5), drawn.integers(1, 4), drawn.integers(1, 3))
def test_a_window_fits_as_often_as_it_can_be_laid_down(length: int, kernel: int, stride: int, dilation: int) -> None:
    extent = (kernel - 1) * dilation + 1
    positions = range(0, length - extent + 1, stride)
    assert convolved(length, kernel, stride, dilation, "valid") == len(positions)
    assert convolved(length, kernel, stride, dilation, "same") == len(range(0, length, stride))


@given(drawn.integers(1, 12), drawn.integers(1, 5), drawn.integers(1, 4), drawn.integers(1, 3))
def test_a_transposed_window_ends_where_the_last_one_ends(length: int, kernel: int, stride: int, dilation: int) -> None:
    extent = (kernel - 1) * dilation + 1
    last_end = max((length - 1) * stride + extent, length * stride)
    assert transposed(length, kernel, stride, dilation, "valid") == last_end
    assert transposed(length, kernel, stride, dilation, "same") == length * stride
    assert transposed(length, kernel, stride, dilation, "odd") is None

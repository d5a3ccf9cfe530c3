from __future__ import annotations

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as drawn

from logitcheck.analyzer import axes
from logitcheck.model import Shape


@pytest.mark.parametrize(
    ("axis", "shape", "counted"),
    [
        pytest.param(-1, (None, 4), -1, id="negative"),
        pytest.param(1, (None, 4), -1, id="positive"),
        pytest.param(0, (None, 4), -2, id="the batch axis"),
        pytest.param(2, (None, 4), None, id="beyond the last"),
        pytest.param(-3, (None, 4), None, id="before the first"),
        pytest.param(-3, None, -3, id="negative in an unknown rank"),
        pytest.param(1, None, None, id="positive in an unknown rank"),
        pytest.param(True, (None, 4), None, id="a boolean"),
        pytest.param("last", (None, 4), None, id="text"),
        pytest.param(None, (None, 4), None, id="none"),
        pytest.param(1.0, (None, 4), None, id="a float"),
    ],
)
def test_an_axis_is_counted_from_the_end(axis: object, shape: Shape | None, counted: int | None) -> None:
    assert axes.negative(axis, shape) == counted


@pytest.mark.parametrize(
    ("stored", "counted"),
    [
        pytest.param([1, 2], [-3, -2], id="list"),
        pytest.param((1, -1), [-3, -1], id="tuple of both signs"),
        pytest.param(3, [-1], id="one axis"),
        pytest.param([], [], id="no axis"),
        pytest.param([1, 9], None, id="one that does not exist"),
        pytest.param(None, None, id="none stored"),
    ],
)
def test_lists_of_axes_are_counted_from_the_end(stored: object, counted: list[int] | None) -> None:
    assert axes.negatives(stored, (None, 2, 3, 4)) == counted


@pytest.mark.parametrize(
    ("shape", "axis", "size"),
    [
        pytest.param((None, 4), -1, 4, id="known"),
        pytest.param((None, 4), 0, None, id="not fixed by the file"),
        pytest.param(None, -1, None, id="unknown rank"),
        pytest.param((None, 4), None, None, id="unknown axis"),
        pytest.param((None, 4), 5, None, id="no such axis"),
    ],
)
def test_the_size_of_an_axis_may_be_unknown(shape: Shape | None, axis: int | None, size: int | None) -> None:
    assert axes.size(shape, axis) == size


@pytest.mark.parametrize(
    ("sizes", "product"),
    [
        pytest.param([2, 3, 4], 24, id="known"),
        pytest.param([], 1, id="no axis"),
        pytest.param([2, None], None, id="one unknown"),
        pytest.param([0, None], None, id="an unknown one wins over an empty one"),
    ],
)
def test_a_product_is_known_only_if_every_size_is(sizes: list[int | None], product: int | None) -> None:
    assert axes.product(sizes) == product


@pytest.mark.parametrize(
    ("shapes", "result"),
    [
        pytest.param([(None, 4), (None, 4)], (None, 4), id="equal"),
        pytest.param([(None, 1), (None, 4)], (None, 4), id="stretched"),
        pytest.param([(None, 4), (4,)], (None, 4), id="a vector"),
        pytest.param([(4,), (None, 4)], (None, 4), id="a vector first"),
        pytest.param([(None, 4), (None, None)], (None, None), id="an unknown size"),
        pytest.param([(None, 4), None], None, id="an unknown rank"),
        pytest.param([], (), id="nothing"),
    ],
)
def test_shapes_broadcast(shapes: list[Shape | None], result: Shape | None) -> None:
    assert axes.broadcast(shapes) == result


@given(drawn.data())
def test_known_shapes_broadcast_as_in_numpy(data: drawn.DataObject) -> None:
    full = data.draw(drawn.lists(drawn.integers(1, 4), min_size=1, max_size=4))
    shapes = [
        tuple(data.draw(drawn.sampled_from([1, size])) for size in full[data.draw(drawn.integers(0, len(full))) :])
        for _ in range(data.draw(drawn.integers(1, 3)))
    ]
    assert axes.broadcast(shapes) == numpy.broadcast_shapes(*shapes)

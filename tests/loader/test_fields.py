from __future__ import annotations

import pytest

from logitcheck.loader import fields

ODD = [None, True, 0, 1.5, "text", [1], {"a": 1}]


@pytest.mark.parametrize("value", ODD, ids=repr)
def test_only_an_object_is_a_mapping(value: object) -> None:
    assert fields.mapping(value) == (value if isinstance(value, dict) else {})


@pytest.mark.parametrize("value", ODD, ids=repr)
def test_only_an_array_is_a_sequence(value: object) -> None:
    assert fields.sequence(value) == (value if isinstance(value, list) else [])


@pytest.mark.parametrize("value", ODD, ids=repr)
def test_only_a_string_is_text(value: object) -> None:
    assert fields.text(value) == (value if isinstance(value, str) else None)


@pytest.mark.parametrize("value", ODD, ids=repr)
def test_only_true_and_false_are_booleans(value: object) -> None:
    assert fields.boolean(value) is (value if isinstance(value, bool) else None)


@pytest.mark.parametrize(
    ("value", "integer"),
    [(0, 0), (-7, -7), (2**53, 2**53), (2**53 + 1, None), (-(2**60), None), (True, None), (1.0, None), ("1", None)],
)
def test_whole_numbers_of_sane_size_are_integers(value: object, integer: int | None) -> None:
    assert fields.integer(value) == integer


@pytest.mark.parametrize(
    ("value", "shape"),
    [
        ([None, 4], (None, 4)),
        ((None, 4), (None, 4)),
        ([], ()),
        ([-1, 3], (None, 3)),
        ({"class_name": "TensorShape", "items": [None, 2]}, (None, 2)),
        ({"class_name": "__tuple__", "value": [5]}, (5,)),
        ({}, None),
        (None, None),
        (4, None),
        ("44", None),
        ([None, "4"], None),
        ([None, True], None),
        ([None, 2.0], None),
        ([None, 10**400], None),
        ([[None, 4]], None),
    ],
    ids=repr,
)
def test_a_shape_is_a_list_of_sizes_and_nulls(value: object, shape: tuple[int | None, ...] | None) -> None:
    assert fields.shape(value) == shape

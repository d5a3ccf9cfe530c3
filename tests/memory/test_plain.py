"""A config in memory as JSON would give it back, and what JSON cannot hold."""

from __future__ import annotations

import json
from enum import IntEnum, StrEnum
from typing import Any

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as some

from logitcheck.loader import unsaved
from logitcheck.loader.memory.plain import plain
from logitcheck.loader.unsaved import Unsaved

LEAVES = some.none() | some.booleans() | some.integers() | some.floats(allow_nan=False) | some.text()
KEYS = some.text() | some.integers() | some.booleans() | some.none() | some.floats(allow_nan=False)
VALUES = some.recursive(
    LEAVES,
    lambda inner: (
        some.lists(inner) | some.lists(inner).map(tuple) | some.lists(LEAVES) | some.dictionaries(KEYS, inner)
    ),
    max_leaves=20,
)


class Name(StrEnum):
    SOFTMAX = "softmax"


class Axis(IntEnum):
    LAST = -1


@given(VALUES)
def test_it_is_what_json_gives_back(value: Any) -> None:
    assert plain(value) == json.loads(json.dumps(value))


@pytest.mark.parametrize("value", [Name.SOFTMAX, Axis.LAST, numpy.float64(0.5), (1, (2.5, None)), {1: (True,)}])
def test_subclasses_are_gone(value: Any) -> None:
    found = plain(value)
    assert found == json.loads(json.dumps(value))
    assert _types(found) == _types(json.loads(json.dumps(value)))


def _types(value: Any) -> Any:
    if isinstance(value, list):
        return [_types(item) for item in value]
    if isinstance(value, dict):
        return {key: _types(item) for key, item in value.items()}
    return type(value)


@pytest.mark.parametrize(
    "value", [object(), {1, 2}, b"bytes", numpy.zeros(2), numpy.float32(1), {(1, 2): 3}, [slice(1)]]
)
def test_what_json_cannot_hold_is_refused(value: Any) -> None:
    with pytest.raises(TypeError, match="config"):
        plain(value)


def test_a_part_that_was_not_saved_is_marked() -> None:
    config = plain({"name": "head", unsaved.KEY: "it has no get_config"})
    assert unsaved.reason_in(config) == "it has no get_config"


@pytest.mark.parametrize("config", [{unsaved.KEY: "said by a file"}, {"name": "head"}, None, "text"])
def test_no_file_can_mark_one(config: Any) -> None:
    assert unsaved.reason_in(config) is None
    assert unsaved.reason_in({unsaved.KEY: Unsaved("by us")}) == "by us"

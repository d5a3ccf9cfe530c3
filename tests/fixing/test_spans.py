"""One value of a JSON text is replaced, and every byte around it stays."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from logitcheck.fixing.spans import NoSuchPlaceError, Place, replaced

TEXT = '{"a": [1, {"b":null ,"c" : "x"}],\n "d": {}, "e": {"f": NaN}}'


@pytest.mark.parametrize(
    ("place", "value", "made"),
    [
        (("a", 0), 2, TEXT.replace("[1,", "[2,")),
        (("a", 1, "b"), True, TEXT.replace("null", "true")),
        (("a", 1, "c"), {"y": 1}, TEXT.replace('"x"', '{"y": 1}')),
        (("a", 1, "new"), "z", TEXT.replace('"x"', '"x", "new": "z"')),
        (("d", "new"), 0.0, TEXT.replace("{}", '{"new": 0.0}')),
        (("e", "f"), None, TEXT.replace("NaN", "null")),
        (("a",), [], TEXT.replace('[1, {"b":null ,"c" : "x"}]', "[]")),
        ((), 1, "1"),
    ],
    ids=str,
)
def test_a_value_is_replaced_or_added(place: Place, value: object, made: str) -> None:
    assert replaced(TEXT, place, value) == made


@pytest.mark.parametrize(
    "place", [("x", "y"), ("a", 2), ("a", "b"), ("a", 0, "b"), ("e", 0), ("a", 1, "b", "c")], ids=str
)
def test_a_place_that_is_not_there_is_an_error(place: Place) -> None:
    with pytest.raises(NoSuchPlaceError):
        replaced(TEXT, place, 1)


@pytest.mark.parametrize("place", [("a",), ("a", "b")], ids=str)
def test_a_key_that_is_there_twice_is_an_error(place: Place) -> None:
    with pytest.raises(NoSuchPlaceError):
        replaced('{"a": {"b": 1}, "c": 0, "a": {"b": 2}}', place, 1)


def test_a_key_that_is_there_twice_elsewhere_is_nobodys_business() -> None:
    assert replaced('{"c": 1, "a": 2, "c": 3}', ("a",), 0) == '{"c": 1, "a": 0, "c": 3}'


def test_keys_are_compared_as_what_they_say() -> None:
    assert replaced('{"\\u0061": 1}', ("a",), 2) == '{"\\u0061": 2}'


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)
styles = st.fixed_dictionaries(
    {
        "indent": st.sampled_from([None, 0, 2]),
        "ensure_ascii": st.booleans(),
        "separators": st.sampled_from([(",", ":"), (", ", ": "), (" , ", " : ")]),
    }
)


def places(value: object) -> list[Place]:
    """Every place in a value."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [(), *((step, *rest) for step, item in inner for rest in places(item))]


def put(whole: Any, place: Place, value: object) -> Any:
    """The same done to the parsed value."""
    if not place:
        return value
    copy = dict(whole) if isinstance(whole, dict) else list(whole)
    copy[place[0]] = put(copy[place[0]], place[1:], value)
    return copy


@given(whole=values, value=values, style=styles, data=st.data())
def test_whatever_is_replaced_nothing_else_is(
    whole: object, value: object, style: dict[str, Any], data: st.DataObject
) -> None:
    text = json.dumps(whole, **style)
    place = data.draw(st.sampled_from(places(whole)))
    made = replaced(text, place, value)
    assert json.loads(made) == json.loads(json.dumps(put(whole, place, value)))
    written = json.dumps(value)
    starts = [at for at in range(len(made) + 1) if made.startswith(written, at) and text.startswith(made[:at])]
    assert any(text.endswith(made[start + len(written) :]) for start in starts)

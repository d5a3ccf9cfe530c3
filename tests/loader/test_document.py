from __future__ import annotations

import json
import math

import pytest

from logitcheck.errors import ErrorCode
from logitcheck.loader import document
from tests.loader.older import refusal


@pytest.mark.parametrize("raw", ['{"a": [1, null, true]}', b'{"a": [1, null, true]}'], ids=["text", "bytes"])
def test_a_document_is_parsed(raw: str | bytes) -> None:
    assert document.parse(raw, "config.json") == {"a": [1, None, True]}


def test_the_tokens_that_python_writes_for_odd_numbers_are_read() -> None:
    parsed = document.parse("[NaN, Infinity, -Infinity]", "config.json")
    assert isinstance(parsed, list)
    assert math.isnan(parsed[0])
    assert parsed[1:] == [math.inf, -math.inf]


def test_the_last_of_duplicate_keys_wins() -> None:
    assert document.parse('{"a": 1, "a": 2}', "config.json") == {"a": 2}


def test_broken_json_is_told_by_line_and_column() -> None:
    error = refusal(document.parse, '{"a": 1,\n  "b": }', "config.json")
    assert error.code is ErrorCode.BAD_JSON
    assert "config.json is no valid JSON at line 2, column 8" in error.message


def test_broken_json_is_shown_where_it_breaks() -> None:
    raw = '{"first": ' + "1" * 100 + ', "second": oops, "third": ' + "3" * 100 + "}"
    message = refusal(document.parse, raw, "config.json").message
    assert "oops" in message
    assert "first" not in message


@pytest.mark.parametrize("raw", [b"", b"{", b'{"a"', b'{"a": 1', b"[1, 2", b'{"a": "text'], ids=repr)
def test_json_that_is_cut_off_is_broken(raw: bytes) -> None:
    assert refusal(document.parse, raw, "config.json").code is ErrorCode.BAD_JSON


def test_bytes_that_are_no_utf8_are_told_by_place() -> None:
    error = refusal(document.parse, b'{"a": "\xff"}', "config.json")
    assert error.code is ErrorCode.BAD_JSON
    assert "byte 7" in error.message


@pytest.mark.parametrize("opening", ["[", '{"a":'])
def test_json_nested_too_deep_is_refused(opening: str) -> None:
    error = refusal(document.parse, opening * 200_000, "config.json")
    assert error.code is ErrorCode.BAD_JSON
    assert "nested too deep" in error.message


def test_a_number_of_a_hundred_thousand_digits_is_refused() -> None:
    error = refusal(document.parse, '{"units": ' + "9" * 100_000 + "}", "config.json")
    assert error.code is ErrorCode.BAD_JSON
    assert "digits" in error.message


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_a_long_number_in_a_large_document_is_refused_in_any_encoding(encoding: str) -> None:
    raw = ('{"x":[' + "9" * 4200 + '],"y":"' + "a" * 600_000 + '"}').encode(encoding)
    assert refusal(document.parse, raw, "config.json").code is ErrorCode.BAD_JSON


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_another_encoding_than_utf_8_is_read(encoding: str) -> None:
    """PowerShell writes what a program prints as UTF-16."""
    assert document.parse('{"name": "größe😀"}'.encode(encoding), "config.json") == {"name": "größe😀"}
    large = {"a": ["größe"] * 100_000}
    assert document.parse(json.dumps(large).encode(encoding), "config.json") == large


def test_a_document_in_another_encoding_is_refused_where_it_would_take_too_much() -> None:
    raw = ("[" + " " * (document.LARGEST_OF_OTHERS // 2) + "]").encode("utf-16-le")
    error = refusal(document.parse, raw, "config.json")
    assert error.code is ErrorCode.TOO_LARGE
    assert "config.json (UTF-16-LE) has" in error.message


def test_half_a_letter_of_another_encoding_is_told() -> None:
    raw = ('["' + "a" * 600_000 + '"]').encode("utf-16-le")[:-1]
    assert refusal(document.parse, raw, "config.json").code is ErrorCode.BAD_JSON


def test_a_document_larger_than_any_config_is_refused_unparsed() -> None:
    error = refusal(document.parse, b" " * (document.LARGEST + 1), "model_config")
    assert error.code is ErrorCode.TOO_LARGE
    assert "model_config has 67,108,865 bytes" in error.message


def test_lone_surrogates_in_strings_are_kept() -> None:
    assert document.parse(rb'["\ud800"]', "config.json") == ["\ud800"]


def test_objects_are_decoded_from_the_innermost_on() -> None:
    parsed = document.parse_text(b'{"a": {"items": [{"items": [1]}]}}', "x", lambda item: item.get("items", item))
    assert parsed == {"a": [[1]]}

"""JSON from untrusted files: size caps before reading, and every way it can be broken as one clear error."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from io import BufferedReader, FileIO
from typing import NoReturn

from logitcheck.errors import ErrorCode, UnreadableInputError

LARGEST = 64 * 1024 * 1024
"""Bytes of one JSON document; the largest model configs seen are a few MB."""

LARGEST_OF_OTHERS = LARGEST // 4
"""Bytes of a document in UTF-16 or UTF-32, as some shells write what a program prints; it is turned into UTF-8."""

HEAVIEST = 256 * 1024 * 1024
"""Bytes of memory that one JSON document and what is made of it may take; the largest seen take a tenth of it."""

HOSTILE = "Check where the file comes from; it may be hostile."
"""What to do about sizes that no model has."""

_WEIGHT_OF_VALUE = 64
_WEIGHT_OF_CONTAINER = 1000
"""Bytes of memory that a value, and an object or list with what the loader makes of it, take (CPython 3.11)."""

_ALWAYS_LIGHT = 512 * 1024
_DIGITS_AS_ZEROS = bytes.maketrans(b"123456789", b"0" * 9)
_LONG_NUMBER = b"0" * 1000
"""A number so long that reading it is slow, since the time grows with the square of its digits."""

_EXCERPT = 40
_SAVE_AGAIN = "The file is damaged: fetch it again, or save the model again with model.save(...)."


def read(file: FileIO, where: str) -> bytes:
    """Read the document that a file is, which must not be larger than any model config is.

    Raises UnreadableInputError if it is.
    """
    size = os.fstat(file.fileno()).st_size
    if size > LARGEST:
        refuse_size(size, where)
    with BufferedReader(file) as whole:
        return whole.read(size + 1)


_Hook = Callable[[dict[str, object]], object] | None


def parse(raw: bytes | str, where: str) -> object:
    """Parse the JSON document `raw`; `where` names it in messages, for instance "config.json".

    Raises UnreadableInputError if it is no JSON, is nested too deep or holds absurd numbers.
    """
    if len(raw) > _ALWAYS_LIGHT:
        _refuse_heavy(raw if isinstance(raw, str) else _in_utf_8(raw, where), where)
    return _parsed(raw, where, None)


def parse_text(raw: bytes, where: str, decoded: _Hook) -> object:
    """Parse a JSON document that is UTF-8 whatever it looks like, as a text in another file is.

    decoded: makes of each object what stands in its place, from the innermost on.
    Raises UnreadableInputError as `parse` does.
    """
    if len(raw) > _ALWAYS_LIGHT:
        _refuse_heavy(raw, where)
    return _parsed(decode(raw, where), where, decoded)


def _parsed(raw: bytes | str, where: str, decoded: _Hook) -> object:
    try:
        return json.loads(raw, object_hook=decoded)
    except json.JSONDecodeError as error:
        _refuse_syntax(error, where)
    except UnicodeDecodeError as error:
        raise _no_text(error, where) from error
    except RecursionError as error:
        message = f"{where} is nested too deep to be a model config."
        raise UnreadableInputError(ErrorCode.BAD_JSON, message, _SAVE_AGAIN) from error
    except ValueError as error:
        raise _long_number(where) from error


def decode(raw: bytes | bytearray, where: str) -> str:
    """Give the text of a document.

    Raises UnreadableInputError if it is not UTF-8.
    """
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise _no_text(error, where) from error


def _no_text(error: UnicodeDecodeError, where: str) -> UnreadableInputError:
    message = f"{where} should be UTF-8 text, byte {error.start} is not."
    return UnreadableInputError(ErrorCode.BAD_JSON, message, _SAVE_AGAIN)


def refuse_size(size: int, where: str, largest: int = LARGEST) -> NoReturn:
    """Refuse a document of `size` bytes."""
    message = f"{where} has {size:,} bytes; no model config is larger than {largest:,}."
    raise UnreadableInputError(ErrorCode.TOO_LARGE, message, HOSTILE)


def _in_utf_8(raw: bytes, where: str) -> bytes:
    """Give a document as UTF-8, in which its weight is told: its letters are further apart in other encodings."""
    encoding = json.detect_encoding(raw)
    if encoding.startswith("utf-8"):
        return raw
    if len(raw) > LARGEST_OF_OTHERS:
        refuse_size(len(raw), f"{where} ({encoding.upper()})", LARGEST_OF_OTHERS)
    try:
        return raw.decode(encoding, "surrogatepass").encode("utf-8", "surrogatepass")
    except UnicodeDecodeError as error:
        raise _no_text(error, where) from error


def _refuse_heavy(document: bytes | str, where: str) -> None:
    """Refuse a document that would take more memory or time than any model config does, before it is parsed."""
    raw = document if isinstance(document, bytes) else document.encode("utf-8", "surrogatepass")
    if len(raw) > LARGEST:
        refuse_size(len(raw), where)
    widest = 1 if raw.isascii() and b"\\u" not in raw else 4
    texts = len(raw) * (1 + 2 * widest)
    values = raw.count(b",") + raw.count(b":")
    containers = raw.count(b"{") + raw.count(b"[")
    if texts + values * _WEIGHT_OF_VALUE + containers * _WEIGHT_OF_CONTAINER > HEAVIEST:
        message = f"{where} has {len(raw):,} bytes with {containers:,} objects and lists: more than any model config."
        raise UnreadableInputError(ErrorCode.TOO_LARGE, message, HOSTILE)
    if _LONG_NUMBER in raw.translate(_DIGITS_AS_ZEROS):
        raise _long_number(where)


def _long_number(where: str) -> UnreadableInputError:
    message = f"{where} holds a number of thousands of digits, which no model config has."
    return UnreadableInputError(ErrorCode.BAD_JSON, message, _SAVE_AGAIN)


def _refuse_syntax(error: json.JSONDecodeError, where: str) -> NoReturn:
    start = max(0, error.pos - _EXCERPT // 2)
    excerpt = error.doc[start : start + _EXCERPT]
    message = f"{where} is no valid JSON at line {error.lineno}, column {error.colno}: {error.msg}, near {excerpt!r}."
    raise UnreadableInputError(ErrorCode.BAD_JSON, message, _SAVE_AGAIN) from error

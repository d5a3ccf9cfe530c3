"""What crosses the pipe to the process that reads HDF5, as bytes: a path one way, texts or the reason for none back.

Never pickle: what comes back from a process that has read a hostile file is itself not to be trusted.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from io import FileIO

from logitcheck.errors import ErrorCode, InputError
from logitcheck.loader import document, fields

_LENGTH = 4
_LONGEST_HEADER = 1 << 20
_LONGEST_TEXT = 2000

Octets = bytes | bytearray
Reply = Mapping[str, Octets] | InputError | str
"""The attributes of a file, why it has none, or what went wrong in the code that reads."""


_NO_PATH = b"\0"
"""How a request that is more than a path begins; no path holds such a byte."""

STATISTICS = "statistics"
"""Under which numbers from the weights are in a reply, as JSON."""


class BrokenReplyError(Exception):
    """A reply that no process in good health writes."""


def write(stream: FileIO, content: bytes) -> None:
    """Write one frame: the length of its content, then the content."""
    _write_all(stream, len(content).to_bytes(_LENGTH, "big") + content)


def read(stream: FileIO) -> Octets | None:
    """Read one frame; None where the other side has closed or died."""
    start = _read_all(stream, _LENGTH)
    if start is None:
        return None
    length = int.from_bytes(start, "big")
    if length > _LONGEST_HEADER:
        raise BrokenReplyError
    return _read_all(stream, length)


def request(path: bytes, wanted: object = None) -> bytes:
    """Write a request: for the attributes of a file, or for what is `wanted` of the weights, as JSON has it."""
    if wanted is None:
        return path
    return _NO_PATH + json.dumps({"path": path.hex(), "wanted": wanted}).encode("ascii")


def read_request(content: Octets) -> tuple[bytes, object]:
    """Read a request: the path, and what is wanted of the weights; None where attributes are."""
    if not content.startswith(_NO_PATH):
        return bytes(content), None
    parsed = json.loads(content[len(_NO_PATH) :])
    return bytes.fromhex(parsed["path"]), parsed["wanted"]


def write_reply(stream: FileIO, reply: Reply) -> None:
    """Write a reply: a header, and behind it the attributes one after the other."""
    match reply:
        case str():
            header: dict[str, object] = {"failure": reply[:_LONGEST_TEXT]}
        case InputError():
            texts = {"message": reply.message[:_LONGEST_TEXT], "hint": reply.hint[:_LONGEST_TEXT]}
            header = {"error": {"code": reply.code.value, **texts}}
        case _:
            header = {"sizes": {name: len(value) for name, value in reply.items()}}
    write(stream, json.dumps(header).encode("ascii"))
    if isinstance(reply, Mapping):
        for value in reply.values():
            _write_all(stream, value)


def read_reply(stream: FileIO) -> Reply | None:
    """Read a reply; None where the other side died before it had written all.

    Raises BrokenReplyError if it is none that `write_reply` writes.
    """
    header = read(stream)
    if header is None:
        return None
    try:
        parsed = fields.mapping(json.loads(header))
        if "error" in parsed:
            return _error(fields.mapping(parsed["error"]))
    except (ValueError, RecursionError) as error:
        raise BrokenReplyError from error
    if "failure" in parsed:
        return str(parsed["failure"])
    return _attributes(stream, fields.mapping(parsed.get("sizes")))


def _error(stored: Mapping[str, object]) -> InputError:
    message, hint = fields.text(stored.get("message")), fields.text(stored.get("hint"))
    if message is None or hint is None:
        raise BrokenReplyError
    return InputError(code=ErrorCode(stored.get("code")), message=message, hint=hint)


def _attributes(stream: FileIO, sizes: Mapping[str, object]) -> Mapping[str, Octets] | None:
    attributes: dict[str, Octets] = {}
    for name, stored in sizes.items():
        size = fields.integer(stored)
        if size is None or not 0 <= size <= document.LARGEST:
            raise BrokenReplyError
        value = _read_all(stream, size)
        if value is None:
            return None
        attributes[name] = value
    return attributes


def _write_all(stream: FileIO, content: Octets) -> None:
    """Write to a stream without a buffer, whose lock nobody could open in a process forked meanwhile."""
    rest = memoryview(content)
    while rest:
        rest = rest[stream.write(rest) :]


def _read_all(stream: FileIO, size: int) -> Octets | None:
    """Read so many bytes from a stream without a buffer; None if it ends before."""
    content = bytearray(size)
    rest = memoryview(content)
    while rest:
        count = stream.readinto(rest)
        if not count:
            return None
        rest = rest[count:]
    return content

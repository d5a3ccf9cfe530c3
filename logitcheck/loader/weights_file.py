"""Opens the weights of a model as one stream: those beside its config, or those in the same archive or HDF5 file.

Keras stores the weights in an archive without compressing them, so that they are read where they stand.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

from logitcheck.errors import ErrorCode, UnreadableInputError
from logitcheck.loader import archive, folder, identify, opening

NAME = "model.weights.h5"

LARGEST_COMPRESSED = 16 << 20
"""Bytes of compressed weights that are unpacked, in memory."""

_LOCAL_HEADER = struct.Struct("<4sHHHHHIIIHH")
_SIGNATURE = b"PK\x03\x04"


@contextmanager
def opened(path: Path) -> Iterator[BinaryIO]:
    """Open the weights of the model at `path`.

    Raises UnreadableInputError or OSError if there are none that can be read.
    """
    match identify.identify(path):
        case identify.Container.ARCHIVE:
            with archive.guarded(path) as file:
                yield _member(file)
        case identify.Container.FOLDER if folder.is_keras_folder(path):
            with io.BufferedReader(opening.member(path / NAME, path)) as beside:
                yield beside
        case identify.Container.HDF5:
            with io.BufferedReader(opening.regular(path)) as whole:
                yield whole
        case _:
            raise _not_known("there are no weights in HDF5")


def _member(file: BinaryIO) -> BinaryIO:
    """Give the weights in an archive: where they stand in it, or unpacked."""
    try:
        with zipfile.ZipFile(file) as zipped:
            members = [each for each in zipped.infolist() if each.filename == NAME]
            if len(members) != 1 or members[0].flag_bits & 0x1:
                raise _not_known("no member, or several, has the weights")
            (member,) = members
            if member.compress_type == zipfile.ZIP_STORED:
                return io.BufferedReader(_window(file, member))
            if member.compress_type != zipfile.ZIP_DEFLATED or member.file_size > LARGEST_COMPRESSED:
                raise _not_known("the weights are compressed")
            with zipped.open(member) as stream:
                return io.BytesIO(stream.read(LARGEST_COMPRESSED))
    except (zipfile.BadZipFile, zlib.error, NotImplementedError) as error:
        raise _not_known(str(error)) from error


def _window(file: BinaryIO, member: zipfile.ZipInfo) -> _Window:
    """Give the bytes of a member that is stored as it is; they begin behind its own header, not the list's."""
    file.seek(member.header_offset)
    header = file.read(_LOCAL_HEADER.size)
    if len(header) != _LOCAL_HEADER.size or not header.startswith(_SIGNATURE):
        raise _not_known("the member is not where the list of members says")
    method, name_length, extra_length = (cast("int", _LOCAL_HEADER.unpack(header)[index]) for index in (3, 9, 10))
    start = member.header_offset + _LOCAL_HEADER.size + name_length + extra_length
    is_same = file.read(name_length) == NAME.encode("ascii") and method == member.compress_type
    if not is_same or member.compress_size != member.file_size or start + member.file_size > file.seek(0, io.SEEK_END):
        raise _not_known("the member is not what the list of members says")
    return _Window(file, start, member.file_size)


class _Window(io.RawIOBase):
    """So many bytes of a file from `start` on, as a file of their own."""

    def __init__(self, file: BinaryIO, start: int, size: int) -> None:
        self._file = file
        self._start = start
        self._size = size
        self._position = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._size}[whence]
        if base + offset < 0:
            raise ValueError("before the start")
        self._position = base + offset
        return self._position

    def readinto(self, buffer: bytearray | memoryview, /) -> int:  # type: ignore[override]
        length = max(0, min(len(buffer), self._size - self._position, io.DEFAULT_BUFFER_SIZE))
        self._file.seek(self._start + self._position)
        content = self._file.read(length)
        buffer[: len(content)] = content
        self._position += len(content)
        return len(content)


def _not_known(why: str) -> UnreadableInputError:
    return UnreadableInputError(ErrorCode.NOT_A_MODEL, f"The weights cannot be read: {why}.", "")

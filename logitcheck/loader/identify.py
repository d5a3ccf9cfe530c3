"""What a path is, told by its first bytes and never by its name."""

from __future__ import annotations

import os
import stat
from enum import Enum
from pathlib import Path

from logitcheck.errors import ErrorCode, UnreadableInputError
from logitcheck.loader import opening

HDF5_SIGNATURE = b"\x89HDF\r\n\x1a\n"
_ZIP_SIGNATURES = (b"PK\x03\x04", b"PK\x05\x06")
_LARGEST_USER_BLOCK = 1 << 20
_BEFORE_JSON = b"\xef\xbb\xbf\xff\xfe\x00 \t\r\n"
"""Byte order marks and white space, in any of the encodings that JSON may have."""


class Container(Enum):
    """The containers that can be told apart by content."""

    ARCHIVE = "zip archive"
    FOLDER = "folder"
    HDF5 = "HDF5 file"
    JSON = "JSON document"


def identify(path: Path) -> Container:
    """Tell what kind of container `path` is.

    Raises UnreadableInputError if it is missing, no regular file or folder, empty, or no container of a model.
    """
    status = _status(path)
    if stat.S_ISDIR(status.st_mode):
        return Container.FOLDER
    if not stat.S_ISREG(status.st_mode):
        from logitcheck.loader import absent

        raise absent.special(status.st_mode)
    if status.st_size == 0:
        message = "The file is empty (0 bytes)."
        raise UnreadableInputError(
            ErrorCode.EMPTY_FILE, message, "The save or the download failed: fetch or save it again."
        )
    return _by_content(path, status.st_size)


def container_of(path: Path) -> Container | None:
    """Tell what container a regular file is, or None if its content is that of none."""
    try:
        status = path.stat()
        return _signature(path, status.st_size) if stat.S_ISREG(status.st_mode) else None
    except (OSError, UnreadableInputError):
        return None


def _status(path: Path) -> os.stat_result:
    try:
        return path.stat()
    except (OSError, ValueError) as error:
        from logitcheck.loader import absent

        raise absent.refusal(path, error) from error


def read_error(error: OSError) -> UnreadableInputError:
    """Turn an operating system's error into the family's."""
    if isinstance(error, PermissionError):
        message = "The file or folder may not be read with the rights of this user."
        return UnreadableInputError(ErrorCode.PERMISSION_DENIED, message, "Check its permissions.")
    message = f"The system could not read it: {error.strerror or error}."
    return UnreadableInputError(ErrorCode.READ_ERROR, message, "Check the path and the disk.")


def _by_content(path: Path, size: int) -> Container:
    try:
        container = _signature(path, size)
        if container is not None:
            return container
        from logitcheck.loader import foreign

        error = foreign.refusal(path)
    except OSError as failure:
        raise read_error(failure) from failure
    raise error


def _signature(path: Path, size: int) -> Container | None:
    """Compare the signatures; HDF5 may have a user block of 512, 1024, 2048 … bytes before its own."""
    with opening.regular(path) as file:
        start = file.read(64)
        if start.startswith(_ZIP_SIGNATURES):
            return Container.ARCHIVE
        offset, block = 0, start[:8]
        while block != HDF5_SIGNATURE:
            offset = offset * 2 or 512
            if offset + 8 > size or offset > _LARGEST_USER_BLOCK:
                return Container.JSON if start.lstrip(_BEFORE_JSON).startswith(b"{") else None
            file.seek(offset)
            block = file.read(8)
    return Container.HDF5

"""What a path is, told by its first bytes and never by its name."""

from __future__ import annotations

import os
import re
import stat
from enum import Enum
from pathlib import Path

from logitcheck.errors import ErrorCode, UnreadableInputError

HDF5_SIGNATURE = b"\x89HDF\r\n\x1a\n"
_ZIP_SIGNATURES = (b"PK\x03\x04", b"PK\x05\x06")
_LFS_LINE = re.compile(rb"version https://(?:git-lfs\.github\.com|hawser\.github\.com)/spec/")
_LFS_SIZE = re.compile(rb"^size (\d{1,18})\s*$", re.MULTILINE)
_LARGEST_USER_BLOCK = 1 << 20


class Container(Enum):
    """The containers that can be told apart by content."""

    ARCHIVE = "zip archive"
    FOLDER = "folder"
    HDF5 = "HDF5 file"


def identify(path: Path) -> Container:
    """Tell what kind of container `path` is.

    Raises UnreadableInputError if it is missing, no regular file or folder, empty, a Git LFS pointer or no container.
    """
    status = _status(path)
    if stat.S_ISDIR(status.st_mode):
        return Container.FOLDER
    if not stat.S_ISREG(status.st_mode):
        message = f"Expected a model file or folder, found a {_special(status.st_mode)}."
        raise UnreadableInputError(ErrorCode.NOT_A_FILE, message, "Give the path of a .keras or .h5 file.")
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
    except OSError:
        return None


def head(path: Path, size: int = 1024) -> bytes:
    """Read the first bytes of a file."""
    with path.open("rb", buffering=0) as file:
        return file.read(size)


def _status(path: Path) -> os.stat_result:
    try:
        return path.stat()
    except (FileNotFoundError, NotADirectoryError) as error:
        hint = "Check the path."
        if path.is_symlink():
            hint = f"Mend or remove the symbolic link: it leads to {str(path.readlink())!r}, which does not exist."
        elif path.with_name(path.name + ".dvc").exists():
            hint = f"It is tracked by DVC: run `dvc pull {path}`."
        raise UnreadableInputError(ErrorCode.MISSING, "There is no such file or folder.", hint) from error
    except ValueError as error:
        message = "No file can have such a name: it holds a null character."
        raise UnreadableInputError(ErrorCode.MISSING, message, "Check the path.") from error
    except OSError as error:
        raise read_error(error) from error


def read_error(error: OSError) -> UnreadableInputError:
    """Turn an operating system's error into the family's."""
    if isinstance(error, PermissionError):
        message = "The file may not be read with the rights of this user."
        return UnreadableInputError(ErrorCode.PERMISSION_DENIED, message, "Check its permissions.")
    message = f"The system could not read it: {error.strerror or error}."
    return UnreadableInputError(ErrorCode.READ_ERROR, message, "Check the path and the disk.")


def _special(mode: int) -> str:
    kinds = {stat.S_ISFIFO: "named pipe", stat.S_ISSOCK: "socket", stat.S_ISCHR: "device", stat.S_ISBLK: "device"}
    return next((name for test, name in kinds.items() if test(mode)), "special file")


def _by_content(path: Path, size: int) -> Container:
    try:
        container = _signature(path, size)
        if container is not None:
            return container
        start = head(path)
    except OSError as error:
        raise read_error(error) from error
    if _LFS_LINE.match(start):
        raise _lfs_pointer(path, start)
    raise UnreadableInputError(
        ErrorCode.NOT_A_MODEL,
        f"Expected a .keras archive (zip) or an HDF5 file, found something that starts with {start[:16]!r}.",
        "Give the file that model.save(...) wrote; logitcheck reads .keras, .h5 and unpacked .keras folders.",
    )


def _signature(path: Path, size: int) -> Container | None:
    """Compare the signatures; HDF5 may have a user block of 512, 1024, 2048 … bytes before its own."""
    with open(path, "rb", buffering=0) as file:  # noqa: PTH123  pathlib takes half as long again, for every file
        start = file.read(8)
        if start.startswith(_ZIP_SIGNATURES):
            return Container.ARCHIVE
        offset = 0
        while start != HDF5_SIGNATURE:
            offset = offset * 2 or 512
            if offset + 8 > size or offset > _LARGEST_USER_BLOCK:
                return None
            file.seek(offset)
            start = file.read(8)
    return Container.HDF5


def _lfs_pointer(path: Path, start: bytes) -> UnreadableInputError:
    size = _LFS_SIZE.search(start)
    real = f" of {int(size.group(1)):,} bytes" if size else ""
    return UnreadableInputError(
        ErrorCode.LFS_POINTER,
        f"This is a Git LFS pointer, a stand-in for the real model{real} that was not fetched.",
        f'Run `git lfs pull --include "{path.name}"`; in GitHub Actions set `lfs: true` for actions/checkout.',
    )

"""Reads `.keras` archives: only `config.json` and `metadata.json` out of the zip, whatever else it holds."""

from __future__ import annotations

import io
import zipfile
import zlib
from pathlib import Path

from logitcheck.errors import ErrorCode, UnreadableInputError
from logitcheck.loader import document, opening
from logitcheck.loader.stored import StoredModel, of_archive
from logitcheck.model import ContainerFormat

_LONGEST_DIRECTORY = 4 << 20
"""Bytes of the list of members: some 50,000 of them, where a .keras file has a handful."""

_HIGHEST_RATIO = 200
"""Keras stores members uncompressed; deflated JSON shrinks 10 to 20 times, a bomb a thousand times."""

_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""Keras stores, zip programs deflate. Python unpacks the others without a limit: 800 bytes of bzip2 fill a GB."""

_SMALL = 1 << 20
_CHUNK = 1 << 20
_DAMAGED = (zlib.error, EOFError, OSError, ValueError, NotImplementedError, RuntimeError)
"""What the decompressors raise for damaged or unsupported members."""

_FETCH_AGAIN = "Fetch or copy the file again, or save the model again."


def read(path: Path) -> StoredModel:
    """Read the model and compile settings of the archive at `path`.

    Raises UnreadableInputError if it is truncated, hostile, or no Keras archive.
    """
    return of_archive(*members(path), ContainerFormat.KERAS)


def members(path: Path) -> tuple[bytes, bytes | None]:
    """Read `config.json` and, if there is one, `metadata.json` of the archive at `path`; raises as `read` does."""
    with _Guarded(opening.regular(path), 4096) as file:
        try:
            with zipfile.ZipFile(file) as archive:
                config = _member(archive, "config.json")
                metadata = _member(archive, "metadata.json")
                names = archive.namelist() if config is None else []
        except zipfile.BadZipFile as error:
            from logitcheck.loader import cut_off

            cut = cut_off.refusal(path)
            if cut is not None:
                raise cut from error
            message = f"The file starts like a zip archive, but is damaged ({error})."
            raise UnreadableInputError(ErrorCode.TRUNCATED, message, _FETCH_AGAIN) from error
        except _DAMAGED as error:
            message = f"A member of the archive cannot be unpacked: {error}."
            raise UnreadableInputError(ErrorCode.TRUNCATED, message, _FETCH_AGAIN) from error
    if config is None:
        from logitcheck.loader import foreign

        raise foreign.archive_refusal(names)
    return config, metadata


def holds_model(path: Path) -> bool:
    """Tell whether the zip archive at `path` has a `config.json`, as every `.keras` file does."""
    try:
        with _Guarded(opening.regular(path)) as file, zipfile.ZipFile(file) as archive:
            return "config.json" in archive.namelist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, UnreadableInputError):
        return False


def guarded(path: Path) -> io.BufferedReader:
    """Open an archive so that a list of members larger than any is refused, and not read."""
    return _Guarded(opening.regular(path))


class _Guarded(io.BufferedReader):
    """A file that is never read in pieces larger than a list of members may be: zipfile reads that in one."""

    def read(self, size: int | None = -1, /) -> bytes:
        if size is not None and size > _LONGEST_DIRECTORY:
            message = f"The list of members of the archive has {size:,} bytes; a .keras file has a handful of members."
            raise UnreadableInputError(ErrorCode.TOO_LARGE, message, document.HOSTILE)
        return super().read(size)


def _member(archive: zipfile.ZipFile, name: str) -> bytes | None:
    try:
        member = archive.getinfo(name)
    except KeyError:
        return None
    if member.flag_bits & 0x1:
        message = f"{name} in the archive is encrypted."
        raise UnreadableInputError(ErrorCode.ENCRYPTED, message, "Keras never encrypts: unpack it and zip it without.")
    if member.compress_type not in _METHODS:
        message = f"{name} in the archive is compressed by method {member.compress_type}, which is not read."
        hint = "Keras compresses nothing: unpack it, and zip it without compression."
        raise UnreadableInputError(ErrorCode.COMPRESSED, message, hint)
    if member.file_size > document.LARGEST:
        document.refuse_size(member.file_size, name)
    if member.file_size > _SMALL and member.file_size > _HIGHEST_RATIO * max(1, member.compress_size):
        message = f"{name} unpacks from {member.compress_size:,} to {member.file_size:,} bytes, as only a bomb does."
        raise UnreadableInputError(ErrorCode.TOO_LARGE, message, document.HOSTILE)
    with archive.open(member) as stream:
        return b"".join(iter(lambda: stream.read(_CHUNK), b""))

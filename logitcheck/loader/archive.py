"""Reads `.keras` archives: only `config.json` and `metadata.json` out of the zip, whatever else it holds."""

from __future__ import annotations

import lzma
import zipfile
import zlib
from pathlib import Path

from logitcheck.errors import ErrorCode, UnreadableInputError
from logitcheck.loader import document
from logitcheck.loader.stored import StoredModel, of_archive
from logitcheck.model import ContainerFormat

_MOST_MEMBERS = 100_000
_HIGHEST_RATIO = 200
"""Keras stores members uncompressed; deflated JSON shrinks 10 to 20 times, a bomb a thousand times."""

_SMALL = 1 << 20
_DAMAGED = (zlib.error, lzma.LZMAError, EOFError, OSError, ValueError, NotImplementedError, RuntimeError)
"""What the decompressors raise for damaged or unsupported members."""

_FETCH_AGAIN = "Fetch or copy the file again, or save the model again."


def read(path: Path) -> StoredModel:
    """Read the model and compile settings of the archive at `path`.

    Raises UnreadableInputError if it is truncated, hostile, or no Keras archive.
    """
    with open(path, "rb", buffering=4096) as file:  # noqa: PTH123  pathlib takes half as long again
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
    return of_archive(config, metadata, ContainerFormat.KERAS)


def holds_model(path: Path) -> bool:
    """Tell whether the zip archive at `path` has a `config.json`, as every `.keras` file does."""
    try:
        with zipfile.ZipFile(path) as archive:
            return "config.json" in archive.namelist()
    except (zipfile.BadZipFile, OSError, UnicodeDecodeError, NotImplementedError):
        return False


def _member(archive: zipfile.ZipFile, name: str) -> bytes | None:
    try:
        member = archive.getinfo(name)
    except KeyError:
        return None
    if member.flag_bits & 0x1:
        message = f"{name} in the archive is encrypted."
        raise UnreadableInputError(ErrorCode.ENCRYPTED, message, "Keras never encrypts: unpack it and zip it without.")
    if len(archive.filelist) > _MOST_MEMBERS:
        message = f"The archive has {len(archive.filelist):,} members; a .keras file has a handful."
        raise UnreadableInputError(ErrorCode.TOO_LARGE, message, "Check where the file comes from; it may be hostile.")
    if member.file_size > document.LARGEST:
        document.refuse_size(member.file_size, name)
    if member.file_size > _SMALL and member.file_size > _HIGHEST_RATIO * max(1, member.compress_size):
        message = f"{name} unpacks from {member.compress_size:,} to {member.file_size:,} bytes, as only a bomb does."
        raise UnreadableInputError(ErrorCode.TOO_LARGE, message, "Check where the file comes from; it may be hostile.")
    with archive.open(member) as stream:
        return stream.read(document.LARGEST + 1)

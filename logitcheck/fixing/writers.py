"""Writes a model with other compile settings: beside its place first, and there only once it is proved right."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import assert_never

from logitcheck import writing
from logitcheck.errors import UnreadableInputError
from logitcheck.fixing import archive_writer, folder_writer, hdf5_writer, targets, verifying
from logitcheck.fixing.archive_layout import StrangeArchiveError
from logitcheck.fixing.copying import CutOffError, copied
from logitcheck.fixing.planning import FixPlan
from logitcheck.fixing.result import NotWrittenError
from logitcheck.fixing.sources import Source
from logitcheck.fixing.targets import Target
from logitcheck.loader.identify import Container

_CHANGED = "The model was changed by somebody else meanwhile: nothing was written. Try again."


def write(source: Source, plan: FixPlan, text: str, target: Target) -> None:
    """Write the result of a plan to its target; `text` is the document with the changes.

    Raises NotWrittenError if that does not work, or the result is not proved to be what was planned: then what was
    there before still is, and nothing else.
    """

    def prove(written: Path) -> None:
        verifying.check(source, plan, text, written)
        if not source.is_unchanged():
            raise NotWrittenError(_CHANGED)

    try:
        if target.is_folder:
            folder_writer.write(source.path, text, target.path, prove)
        else:
            _write_file(source, text, target, prove)
    except OSError as error:
        raise NotWrittenError(targets.sentence(error, target.path)) from error
    except StrangeArchiveError as error:
        message = f"The archive is not copied, since {error}: no Keras writes such. Unpack it and zip it anew."
        raise NotWrittenError(message) from error
    except (CutOffError, UnreadableInputError) as error:
        raise NotWrittenError(_CHANGED) from error


def _write_file(source: Source, text: str, target: Target, prove: Callable[[Path], None]) -> None:
    with (
        _backed_up(target) as back_up,
        writing.draft(target.path, like=source.file, may_replace=target.may_replace) as new,
    ):
        _write_document(source, text, new)
        prove(new.path)
        back_up()


def _write_document(source: Source, text: str, new: writing.Draft) -> None:
    match source.container:
        case Container.ARCHIVE:
            archive_writer.write(source.file, text, new)
        case Container.HDF5:
            hdf5_writer.write(source.file, text, new)
        case Container.FOLDER | Container.JSON:
            new.write(text.encode("utf-8"))
        case _:
            assert_never(source.container)


@contextlib.contextmanager
def _backed_up(target: Target) -> Iterator[Callable[[], None]]:
    """Give what makes the backup: another name for the old file, which is all that is needed before it is replaced.

    If anything goes wrong before that, the name is taken away again.
    """

    def back_up() -> None:
        if target.backup is not None and not _is_same(target.backup, target.path):  # as an interrupted run leaves it
            _keep(target.path, target.backup)

    try:
        yield back_up
    except BaseException:
        if target.backup is not None and _is_same(target.backup, target.path):
            target.backup.unlink()
        raise


def _is_same(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except OSError:
        return False


def _keep(file: Path, backup: Path) -> None:
    try:
        os.link(file, backup)
    except FileExistsError:
        raise
    except OSError:  # file systems without hard links
        with writing.draft(backup, like=file, may_replace=False) as copy, file.open("rb") as old:
            copied(old, copy, 0, file.stat().st_size)
    else:
        writing.sync_folder(backup.parent)

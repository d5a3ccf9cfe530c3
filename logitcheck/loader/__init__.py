"""Bytes to facts: reads a saved model from any container and dialect into the neutral `SavedModel`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from logitcheck.errors import ErrorCode, InputError, UnreadableInputError
from logitcheck.loader import folder, identify
from logitcheck.loader.assemble import assemble
from logitcheck.loader.stored import StoredModel
from logitcheck.model import SavedModel

__all__ = ["CAUSES", "config", "load", "load_live", "load_with_statistics", "reason"]

CAUSES = (UnreadableInputError, OSError, MemoryError, RecursionError)
"""What reading a model raises for one that cannot be judged."""


def load(path: Path) -> SavedModel | InputError:
    """Read the saved model at `path`; an input that cannot be judged is a value with the reason, not an exception."""
    return _loaded(partial(_read, path))


def load_with_statistics(given: object) -> SavedModel | None:
    """Read a model, saved at a path or in memory, with what its Normalization layers learned of data.

    None if that is not known. This opens a file again, and its weights: for those who need them, which few models do.
    """
    try:
        completed = _completed(given)
        return assemble(completed) if completed is not None else None
    except CAUSES:
        return None


def _completed(given: object) -> StoredModel | None:
    if isinstance(given, Path):
        from logitcheck.loader import learned

        return learned.completed(given, _read(given))
    from logitcheck.loader import memory
    from logitcheck.loader.memory import statistics

    return statistics.completed(given, memory.read(given))


def load_live(model: object) -> SavedModel | InputError:
    """Read a model in memory, likewise.

    Raises TypeError if it is no Keras model.
    """
    from logitcheck.loader import memory

    return _loaded(partial(memory.read, model))


def _loaded(read: Callable[[], StoredModel]) -> SavedModel | InputError:
    try:
        return assemble(read())
    except CAUSES as error:
        return reason(error)


def reason(error: BaseException) -> InputError:
    """Tell why a model cannot be judged from what was raised when it was read, one of CAUSES."""
    match error:
        case UnreadableInputError():
            return error.error
        case OSError():
            return identify.read_error(error).error
        case _:
            message = "It holds more than a model config can: reading it ran out of memory or depth."
            return InputError(code=ErrorCode.TOO_LARGE, message=message, hint="Check where the file comes from.")


def _read(path: Path) -> StoredModel:
    match identify.identify(path):
        case identify.Container.ARCHIVE:
            from logitcheck.loader import archive

            return archive.read(path)
        case identify.Container.FOLDER:
            return folder.read(path)
        case identify.Container.HDF5:
            from logitcheck.loader import hdf5

            return hdf5.read(path)
        case identify.Container.JSON:
            from logitcheck.loader import json_file

            return json_file.read(path)


def config(path: Path) -> Mapping[str, object]:
    """Give the serialized model object in the file at `path` as it is, for whoever asks what loading it would do.

    Raises UnreadableInputError or OSError if it cannot be read.
    """
    return _read(path).config

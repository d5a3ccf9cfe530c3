"""Where the compile settings of a model stand: the document that holds them, for the containers of Keras."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import assert_never

from logitcheck.fixing.spans import Place
from logitcheck.loader import document, fields, folder, identify, opening
from logitcheck.loader.identify import Container
from logitcheck.loader.stored import StoredModel, of_archive, of_attributes
from logitcheck.model import ContainerFormat

_UNDER = "compile_config"
"""The key of the compile settings where one document holds the whole model."""

_OF_SAVED_MODEL = (
    "The compile settings of a SavedModel stand beside graphs that were traced with them, in the same protocol buffer:"
    " a changed setting alone would contradict its graphs."
)
_OF_TENSORFLOW_JS = "This is a model of TensorFlow.js, which Keras does not load, so that a fix could not be proved."
_BYTE_ORDER_MARK = "\ufeff"
_SAVE_AGAIN = "Load it and save it again with model.save(...)."
_COMPILE_AGAIN = "Load it, compile it with the fixes that `logitcheck inspect` shows, and save it again."


class NotFixableError(Exception):
    """A model in a container that is not written: `reason` says why, and `advice` what to do instead."""

    def __init__(self, reason: str, advice: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.advice = advice


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """A model and the document that holds its compile settings.

    path: what was given, a file or the folder of an unpacked archive. file: the file that holds the document.
    stored: the model as parsed from it. text: the document. base: where in it the compile settings stand.
    stamp: what the file was when it was read, to tell whether it has changed since.
    """

    path: Path
    file: Path
    container: Container
    stored: StoredModel
    text: str
    base: Place
    stamp: tuple[int, ...]

    def is_unchanged(self) -> bool:
        """Whether the file is still the one that was read."""
        return _stamp(self.file) == self.stamp


def read(path: Path) -> Source:
    """Read a model for fixing.

    Raises UnreadableInputError if it cannot be read, and NotFixableError if it could not be written.
    """
    container = identify.identify(path)
    if container is Container.FOLDER and folder.is_saved_model(path):
        raise NotFixableError(_OF_SAVED_MODEL, _COMPILE_AGAIN)
    file = path / "config.json" if container is Container.FOLDER and folder.is_keras_folder(path) else path
    stamp = _stamp(file)
    stored, text, base = _read(path, container)
    return Source(path=path, file=file, container=container, stored=stored, text=text, base=base, stamp=stamp)


def read_again(source: Source, written: Path) -> tuple[StoredModel, str]:
    """Read what was written of a model: it whole, or of a folder the document alone, beside which the rest stands."""
    if source.container is Container.FOLDER and not folder.is_folder(written):
        config, (_, metadata) = _document(written), folder.members(source.path)
        return of_archive(config, metadata, ContainerFormat.KERAS_FOLDER), _text(config, "config.json")
    found = read(written)
    return found.stored, found.text


def _read(path: Path, container: Container) -> tuple[StoredModel, str, Place]:
    match container:
        case Container.ARCHIVE:
            from logitcheck.loader import archive

            config, metadata = archive.members(path)
            return of_archive(config, metadata, ContainerFormat.KERAS), _text(config, "config.json"), (_UNDER,)
        case Container.FOLDER:
            config, metadata = folder.members(path)
            stored = of_archive(config, metadata, ContainerFormat.KERAS_FOLDER)
            return stored, _text(config, "config.json"), (_UNDER,)
        case Container.HDF5:
            from logitcheck.loader import hdf5

            texts = hdf5.texts(path)
            return of_attributes(texts), texts.get("training_config", ""), ()
        case Container.JSON:
            return _of_document(_document(path), path.name)
        case _:
            assert_never(container)


def _document(path: Path) -> bytes:
    with opening.regular(path) as file:
        return document.read(file, path.name)


def _of_document(raw: bytes, name: str) -> tuple[StoredModel, str, Place]:
    from logitcheck.loader import json_file

    stored = json_file.of_document(raw, name)
    if json_file.is_of_tensorflow_js(fields.mapping(document.parse(raw, name))):
        raise NotFixableError(_OF_TENSORFLOW_JS, f"Fix the model that it was converted from. {_COMPILE_AGAIN}")
    return stored, _text(raw, name), (_UNDER,)


def _text(raw: bytes, name: str) -> str:
    """Give the text of a document; it is written back as UTF-8 without a mark, as Keras writes it."""
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        text = _BYTE_ORDER_MARK
    if text.startswith(_BYTE_ORDER_MARK) or "\0" in text:
        raise NotFixableError(f"{name} is in another encoding than plain UTF-8, which Keras writes.", _SAVE_AGAIN)
    return text


def _stamp(file: Path) -> tuple[int, ...]:
    status = os.stat(file)  # noqa: PTH116  raised as OSError where Path would do the same
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns

"""Reads SavedModel folders of TensorFlow: what Keras says of the model, and else the graph that is served.

Only `keras_metadata.pb` and `saved_model.pb` are ever opened, and neither if it is a link that leads out of the folder.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from logitcheck.errors import ErrorCode, UnreadableInputError
from logitcheck.loader import document, envelopes, graphs, identify, opening, saved_model_metadata
from logitcheck.loader.protobuf_wire import Message, Wire
from logitcheck.loader.stored import StoredModel
from logitcheck.model import ContainerFormat, Export

METADATA = "keras_metadata.pb"
GRAPH = "saved_model.pb"

_MOST_META_GRAPHS = 16
_TELLING = frozenset(
    {
        *(ErrorCode.MISSING, ErrorCode.BROKEN_LINK, ErrorCode.LINK_LOOP, ErrorCode.NOT_A_FILE, ErrorCode.EMPTY_FILE),
        *(ErrorCode.PERMISSION_DENIED, ErrorCode.READ_ERROR, ErrorCode.WEB_PAGE, ErrorCode.COMPRESSED),
        *(ErrorCode.LFS_POINTER, ErrorCode.ANNEX_POINTER, ErrorCode.DVC_POINTER),
    }
)
"""What identifying a member says better than reading it would; other kinds begin much like protocol buffers."""


def read(folder: Path) -> StoredModel:
    """Read the model and compile settings of the SavedModel at `folder`.

    Raises UnreadableInputError if it is damaged, or holds its graph as text only.
    """
    stored = None
    if os.path.lexists(folder / METADATA):
        with _opened(folder, METADATA) as metadata:
            described = saved_model_metadata.of_keras_metadata(metadata)
        stored = saved_model_metadata.stored_model(described) if described is not None else None
    if not os.path.lexists(folder / GRAPH):
        if stored is None:
            raise _without_root() if os.path.lexists(folder / METADATA) else _only_as_text()
        return (
            stored  # it was left out where it is large, by `.gitignore` for instance; the verdict is that of the whole
        )
    with _opened(folder, GRAPH) as saved:
        served = _meta_graph(saved)  # also where it is not needed: a pointer or half of it is no model
        whole = stored if stored is not None and _is_walkable(stored) else _with_graph(served, stored)
    if whole.exported is not None and os.path.lexists(folder / METADATA):
        raise _without_root()
    return whole


def _meta_graph(saved: Message) -> Message:
    """Give the graph that is served, of which there must be one.

    Raises UnreadableInputError if there is none, or one whose own fields do not end where it does.
    """
    meta_graphs = saved.messages(2)
    if not meta_graphs:
        raise saved.wire.damaged(0)
    if len(meta_graphs) > _MOST_META_GRAPHS:
        message = f"{GRAPH} holds more than {_MOST_META_GRAPHS} graphs, as no model does."
        raise UnreadableInputError(ErrorCode.TOO_LARGE, message, document.HOSTILE)
    served = [found for found in meta_graphs if _is_for_serving(found.checked())]  # damage to any is damage to all
    return (served or meta_graphs)[0]


def _with_graph(meta_graph: Message, stored: StoredModel | None) -> StoredModel:
    """Read the rest of a model whose `keras_metadata.pb`, if there is one, does not hold its layers."""
    objects = meta_graph.message(7)
    described = saved_model_metadata.of_object_graph(objects) if stored is None and objects is not None else None
    if described is not None:
        stored = saved_model_metadata.stored_model(described)
    if stored is not None and _is_walkable(stored):
        return stored
    if stored is not None and stored.compile_settings is not None:
        from logitcheck.loader import saved_model_calls

        return replace(stored, served=saved_model_calls.read(meta_graph))
    from logitcheck.loader import saved_model_signature

    return replace(stored or _exported(objects), served=saved_model_signature.read(meta_graph))


def _exported(objects: Message | None) -> StoredModel:
    """Give what is known of a model without what Keras knows of it, before its graph is looked at."""
    of_keras = objects is not None and saved_model_metadata.is_of_keras(objects)
    return StoredModel(
        format=ContainerFormat.SAVED_MODEL,
        config={"class_name": "SavedModel"},
        compile_settings=None,
        keras_version=None,
        backend=None,
        exported=Export.WITHOUT_METADATA if of_keras else Export.FOR_SERVING,
    )


def _is_for_serving(meta_graph: Message) -> bool:
    """Tell whether one of several graphs is that for serving; TensorFlow 1 may store one for training beside it."""
    about = meta_graph.message(1)
    return about is not None and any(tag.as_text() == "serve" for tag in about.messages(4))


def _without_root() -> UnreadableInputError:
    message = f"{METADATA} describes no model: none of the objects in it is the root, as one always is."
    return UnreadableInputError(ErrorCode.NOT_A_MODEL, message, "Give the folder that model.save('name') wrote.")


def _is_walkable(stored: StoredModel) -> bool:
    envelope = envelopes.read(stored.config)
    return envelope is not None and graphs.is_walkable(envelope)


@contextmanager
def _opened(folder: Path, member: str) -> Iterator[Message]:
    """Open a member of the folder for reading."""
    path = folder / member
    opening.refuse_link(path, folder)
    _check(path)
    with opening.member(path, folder) as file:
        yield Wire(file, member).message()


def _check(path: Path) -> None:
    try:
        identify.identify(path)
    except UnreadableInputError as error:
        if error.error.code in _TELLING:
            message = f"{path.name}: {error.error.message}"
            raise UnreadableInputError(error.error.code, message, error.error.hint) from error


def _only_as_text() -> UnreadableInputError:
    message = "This SavedModel holds its graph as text (saved_model.pbtxt), which logitcheck does not read."
    hint = "Save it again as saved_model.pb, or save the model with model.save('name.keras')."
    return UnreadableInputError(ErrorCode.UNSUPPORTED_FORMAT, message, hint)

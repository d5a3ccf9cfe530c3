"""What Keras 2 notes of itself in a SavedModel: JSON on every object, of which that on the root describes the model.

TF 2.5 to 2.15 write it to `keras_metadata.pb`, TF 2.0 to 2.4 into the object graph of `saved_model.pb` (keras-facts:
"File identification"). Source: tensorflow/python/keras/protobuf/saved_metadata.proto and
tensorflow/core/protobuf/saved_object_graph.proto.
"""

from __future__ import annotations

from collections.abc import Mapping

from logitcheck.loader import document, envelopes, fields, graphs, saved_model_objects, stored
from logitcheck.loader.protobuf_wire import Message
from logitcheck.loader.stored import StoredModel
from logitcheck.model import ContainerFormat

_ROOT = "root"
_NAME = "the Keras metadata"


def of_keras_metadata(metadata: Message) -> bytes | None:
    """Give the JSON on the root of a `keras_metadata.pb`; None if it has none.

    Raises UnreadableInputError if two objects of it are the root.
    """
    roots = [node for node in metadata.messages(1) if node.text(3) == _ROOT]
    if len(roots) > 1:
        raise metadata.wire.damaged(roots[1].start)
    return _document(roots[0], 5) if roots else None


def of_object_graph(objects: Message) -> bytes | None:
    """Give the JSON on the root of an object graph; None if Keras left none there, as an export has none."""
    user_object = _root_object(objects)
    return _document(user_object, 3) or None if user_object is not None else None


def _document(holder: Message, number: int) -> bytes:
    found = holder.messages(number)
    return found[-1].as_document() if found else b""


def is_of_keras(objects: Message) -> bool:
    """Tell whether the root of an object graph is a model of Keras 2, which goes on telling so without metadata."""
    user_object = _root_object(objects)
    return user_object is not None and user_object.text(1).startswith("_tf_keras_")


def _root_object(objects: Message) -> Message | None:
    """Give what is stored of the root, if it is of a class in Python, as models are."""
    root = saved_model_objects.root(objects)
    return saved_model_objects.of_kind(root, saved_model_objects.USER_OBJECT) if root is not None else None


def stored_model(raw: bytes) -> StoredModel:
    """Parse the JSON on the root.

    Raises UnreadableInputError if it is no JSON, or describes no model: where Keras wrote some, it describes one.
    """
    root = stored.model_object(document.parse_text(raw, _NAME, _unwrapped), _NAME)
    return StoredModel(
        format=ContainerFormat.SAVED_MODEL,
        config=_config(root),
        compile_settings=stored.settings(root.get("training_config"), "training_config"),
        keras_version=stored.version(root),
        backend=fields.label(root.get("backend")),
        functions_by_name=True,
    )


def _config(root: Mapping[str, object]) -> Mapping[str, object]:
    """Give the serialized model: where `model_config` lacks the layers, those of the root's own config are the same."""
    model = fields.mapping(root.get("model_config"))
    envelope = envelopes.read(model)
    if envelope is not None and graphs.is_walkable(envelope):
        return model
    return {"class_name": root["class_name"], "config": root.get("config")}


def _unwrapped(item: dict[str, object]) -> object:
    """Give the list that an object stands for: JSON has no tuples, and Keras 2 keeps them apart in a SavedModel."""
    match item:
        case {"class_name": "__tuple__" | "TensorShape", "items": list(items)}:
            return items
        case _:
            return item

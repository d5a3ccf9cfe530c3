"""Reads models stored as one JSON document: what `to_json` gives, a bare `config.json`, `model.json` of TensorFlow.js.

Keras 3 stores the compile settings with the architecture, Keras 1 and 2 do not. TensorFlow.js has two writers: its
converter for Python wraps the attributes of an HDF5 file (`tensorflowjs/converters/keras_h5_conversion.py`) or the
config of a `.keras` archive, and its layers library for JavaScript writes the architecture with its own settings beside
it (`tfjs-layers/src/engine/training.ts`).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import NoReturn

from logitcheck.errors import ErrorCode, UnreadableInputError
from logitcheck.loader import document, fields, opening, stored
from logitcheck.loader.stored import StoredModel
from logitcheck.model import ContainerFormat

_WRITER_IN_JAVASCRIPT = "tfjs-layers"
_HEAD = 4096
"""Bytes in which a serialized model names a class with its config: layers come first, or the class of the model."""

_OF_TENSORFLOW_JS = (b'"layers-model"', b'"graph-model"', b'"modelTopology"')
"""What a model of TensorFlow.js begins with; a graph model is none of Keras, but no less a model that was not read."""

_GIVE_A_MODEL = "Give what model.to_json() or model.save(...) wrote."


def read(path: Path) -> StoredModel:
    """Read the model, and the compile settings if there are any, of the JSON document at `path`.

    Raises UnreadableInputError if it is no JSON, too large, or holds no Keras model.
    """
    with opening.regular(path) as file:
        return of_document(document.read(file, path.name), path.name)


def of_document(raw: bytes, name: str) -> StoredModel:
    """Parse the JSON document `raw` from a file called `name`; raises as `read` does."""
    whole = fields.mapping(document.parse(raw, name))
    if is_of_tensorflow_js(whole):
        return _of_tensorflow_js(whole, name)
    if not _is_model(whole):
        _refuse(whole, name)
    return StoredModel(
        format=ContainerFormat.JSON,
        config=whole,
        compile_settings=stored.settings(whole.get("compile_config"), "compile_config"),
        keras_version=stored.version(whole),
        backend=fields.label(whole.get("backend")),
    )


def is_of_tensorflow_js(whole: Mapping[str, object]) -> bool:
    """Whether a document is a model of TensorFlow.js, as far as its form tells."""
    return "modelTopology" in whole or fields.text(whole.get("format")) in {"layers-model", "graph-model"}


def may_hold_model(path: Path) -> bool:
    """Tell from its first bytes whether the JSON document at `path` can hold a Keras model, without parsing it."""
    try:
        with opening.regular(path) as file:
            start = file.read(_HEAD).replace(b"\0", b"")  # each letter of UTF-16 has one
    except (OSError, UnreadableInputError):
        return False
    return (b'"class_name"' in start and b'"config"' in start) or any(mark in start for mark in _OF_TENSORFLOW_JS)


def _of_tensorflow_js(whole: Mapping[str, object], name: str) -> StoredModel:
    topology = fields.mapping(whole.get("modelTopology"))
    if whole.get("format") == "graph-model" or "node" in topology:
        raise UnreadableInputError(
            ErrorCode.TFJS_GRAPH_MODEL,
            "This is a graph model of TensorFlow.js: operations of TensorFlow, without Keras layers or a loss.",
            "Give the Keras model that it was converted from.",
        )
    wrapped = fields.mapping(topology.get("model_config"))
    config = wrapped or topology
    if not _is_model(config):
        _refuse(config, f"modelTopology in {name}")
    from_javascript = (fields.text(topology.get("keras_version")) or "").startswith(_WRITER_IN_JAVASCRIPT)
    key, holder = ("trainingConfig", whole) if from_javascript else ("training_config", topology)
    settings = stored.settings(holder.get(key), key)
    return StoredModel(
        format=ContainerFormat.JSON,
        config=config,
        compile_settings=settings or stored.settings(config.get("compile_config"), "compile_config"),
        # The version is that of TensorFlow.js, whose losses never look behind an output, as those of newer Keras do.
        keras_version=None if from_javascript else stored.version(topology),
        backend=fields.label(topology.get("backend")),
        functions_by_name=bool(settings),
    )


def _is_model(config: Mapping[str, object]) -> bool:
    """Whether a serialized object is a model: it has layers or compile settings, or a class named as KerasHub's tasks.

    Tokenizers, optimizers and single layers are serialized in the same envelope.
    """
    if fields.text(config.get("class_name")) is None:
        return False
    inner = config.get("config")
    has_layers = isinstance(inner, list) or isinstance(fields.mapping(inner).get("layers"), list)
    return has_layers or "compile_config" in config or "backbone" in fields.mapping(inner)


def _refuse(found: Mapping[str, object], where: str) -> NoReturn:
    if "weight_map" in found:
        raise UnreadableInputError(
            ErrorCode.WEIGHTS_ONLY,
            f"{where} is the index of sharded weights: neither the layers nor the loss are stored in it.",
            "Give the file that model.save(...) wrote, not the ones of save_weights(...).",
        )
    class_name = fields.text(found.get("class_name"))
    if class_name is not None:
        message = f"{where} holds a serialized {class_name[:60]!r} without layers: there is no model in it to judge."
        raise UnreadableInputError(ErrorCode.NOT_A_MODEL, message, _GIVE_A_MODEL)
    shown = ", ".join(repr(key[:40]) for key in list(found)[:5]) or "nothing"
    message = (
        f"Expected a serialized Keras model with class_name and config in {where}, found other JSON"
        f" with {shown}{' …' if len(found) > 5 else ''}."
    )
    raise UnreadableInputError(ErrorCode.NOT_A_MODEL, message, _GIVE_A_MODEL)

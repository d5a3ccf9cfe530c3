"""What a container gives to the rest of the loader: the parsed config, the compile settings and who wrote them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from logitcheck.errors import ErrorCode, MalformedGraphError, UnreadableInputError
from logitcheck.loader import document, fields
from logitcheck.model import ContainerFormat, Export, Graph


@dataclass(frozen=True, kw_only=True, slots=True)
class ServedGraph:
    """The end of the graph of a model whose config holds no layers.

    names: of its outputs. paths: where each is in what the model returns, keys and positions.
    """

    graph: Graph
    names: tuple[str | None, ...]
    paths: tuple[tuple[str | int, ...], ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredModel:
    """One saved model, parsed but not understood.

    config: the serialized model object. compile_settings: as stored, or None for a model that was not compiled.
    functions_by_name: whether the file keeps of a function its bare name, as HDF5 does, so that it looks like a string.
    served: of a SavedModel whose config holds no layers. exported: set where it holds nothing of Keras at all.
    in_memory: set where it is of a live model, and of no file.
    """

    format: ContainerFormat
    config: Mapping[str, object]
    compile_settings: Mapping[str, object] | None
    keras_version: str | None
    backend: str | None
    functions_by_name: bool = False
    served: ServedGraph | None = None
    exported: Export | None = None
    in_memory: bool = False


def of_archive(config: bytes, metadata: bytes | None, container: ContainerFormat) -> StoredModel:
    """Parse the two JSON members of a `.keras` archive or folder.

    An uncompiled model has no `compile_config` up to Keras 3.9 and an empty one from 3.10 on.
    """
    model = model_object(document.parse(config, "config.json"), "config.json")
    about = _object(document.parse(metadata, "metadata.json"), "metadata.json") if metadata is not None else {}
    return StoredModel(
        format=container,
        config=model,
        compile_settings=settings(model.get("compile_config"), "compile_config"),
        keras_version=version(about),
        backend=None,
    )


def of_attributes(attributes: Mapping[str, str]) -> StoredModel:
    """Parse the root attributes of an HDF5 file; `model_config` must be among them."""
    model = model_object(document.parse(attributes["model_config"], "model_config"), "model_config")
    training = attributes.get("training_config")
    stored = document.parse(training, "training_config") if training is not None else None
    return StoredModel(
        format=ContainerFormat.HDF5,
        config=model,
        compile_settings=settings(stored, "training_config"),
        keras_version=fields.label(attributes.get("keras_version")),
        backend=fields.label(attributes.get("backend")),
        functions_by_name=True,
    )


def settings(stored: object, where: str) -> Mapping[str, object] | None:
    """Give compile settings; None where there are none: the key is absent, or has null or an empty object.

    Raises MalformedGraphError for anything else: that a model was not compiled must not be read out of damage.
    """
    return _object(stored, where) or None if stored is not None else None


def version(about: Mapping[str, object]) -> str | None:
    """Give the version of Keras that is noted; it decides how losses are matched and what they do.

    Raises MalformedGraphError if it is no text.
    """
    stored = about.get("keras_version")
    if stored is not None and not isinstance(stored, str):
        raise MalformedGraphError(f"keras_version should be a text, found {type(stored).__name__}.")
    return fields.label(stored)


def _object(stored: object, where: str) -> Mapping[str, object]:
    if not isinstance(stored, dict):
        raise MalformedGraphError(f"{where} should be an object, found {type(stored).__name__}.")
    return fields.mapping(stored)


def model_object(parsed: object, where: str) -> Mapping[str, object]:
    """Give a parsed document, which must be that of a model.

    Raises UnreadableInputError if it is none.
    """
    model = fields.mapping(parsed)
    if fields.text(model.get("class_name")) is None:
        raise UnreadableInputError(
            ErrorCode.NOT_A_MODEL,
            f"Expected a serialized Keras model with a class_name in {where}, found other JSON.",
            "Give the file or folder that model.save(...) wrote.",
        )
    return model

from __future__ import annotations

import json

import pytest

from logitcheck.errors import ErrorCode
from logitcheck.loader.stored import of_archive, of_attributes
from logitcheck.model import ContainerFormat
from tests.loader.older import refusal

CONFIG = json.dumps({"class_name": "Sequential", "config": {}}).encode()


def archive(config: bytes, metadata: bytes | None = None) -> object:
    return of_archive(config, metadata, ContainerFormat.KERAS)


def test_the_version_stands_in_the_metadata_of_an_archive() -> None:
    assert of_archive(CONFIG, b'{"keras_version": "3.9.2"}', ContainerFormat.KERAS).keras_version == "3.9.2"


@pytest.mark.parametrize("metadata", [None, b"{}", b'{"keras_version": null}'], ids=repr)
def test_metadata_may_tell_no_version(metadata: bytes | None) -> None:
    assert of_archive(CONFIG, metadata, ContainerFormat.KERAS).keras_version is None


@pytest.mark.parametrize("metadata", [b"[]", b"null", b'"3.9.2"', b'{"keras_version": 3}'], ids=repr)
def test_metadata_of_another_type_are_refused(metadata: bytes) -> None:
    assert refusal(archive, CONFIG, metadata).code is ErrorCode.MALFORMED_GRAPH


def test_broken_metadata_are_named() -> None:
    error = refusal(archive, CONFIG, b"{")
    assert error.code is ErrorCode.BAD_JSON
    assert error.message.startswith("metadata.json")


def test_an_archive_tells_no_backend() -> None:
    assert of_archive(CONFIG, b'{"backend": "jax"}', ContainerFormat.KERAS).backend is None


@pytest.mark.parametrize("container", [ContainerFormat.KERAS, ContainerFormat.KERAS_FOLDER])
def test_the_container_is_kept(container: ContainerFormat) -> None:
    assert of_archive(CONFIG, None, container).format is container


@pytest.mark.parametrize("settings", [None, {}], ids=repr)
def test_empty_compile_settings_are_none(settings: object) -> None:
    """Keras writes them for a model that was not compiled, from 3.10 on."""
    config = json.dumps({"class_name": "Sequential", "config": {}, "compile_config": settings}).encode()
    assert of_archive(config, None, ContainerFormat.KERAS).compile_settings is None
    attributes = {"model_config": CONFIG.decode(), "training_config": json.dumps(settings)}
    assert of_attributes(attributes).compile_settings is None


@pytest.mark.parametrize("settings", [[], [1], [{"loss": "mse"}], "mse", "", 0, 5, True, False], ids=repr)
def test_compile_settings_that_are_no_object_are_not_taken_for_none(settings: object) -> None:
    config = json.dumps({"class_name": "Sequential", "config": {}, "compile_config": settings}).encode()
    error = refusal(archive, config)
    assert error.code is ErrorCode.MALFORMED_GRAPH
    assert error.message.startswith("compile_config should be an object")
    attributes = {"model_config": CONFIG.decode(), "training_config": json.dumps(settings)}
    error = refusal(of_attributes, attributes)
    assert error.code is ErrorCode.MALFORMED_GRAPH
    assert error.message.startswith("training_config should be an object")


def test_compile_settings_of_an_archive_stand_in_its_config() -> None:
    config = json.dumps({"class_name": "Sequential", "config": {}, "compile_config": {"loss": "mse"}}).encode()
    assert of_archive(config, None, ContainerFormat.KERAS).compile_settings == {"loss": "mse"}


@pytest.mark.parametrize(
    "config", ["{}", "[]", "null", "1", '"text"', '{"config": {}}', '{"class_name": ["Dense"]}', '{"class_name": null}']
)
def test_json_without_a_class_name_is_no_model(config: str) -> None:
    error = refusal(archive, config.encode())
    assert error.code is ErrorCode.NOT_A_MODEL
    assert "class_name in config.json" in error.message


def test_the_config_of_a_hugging_face_model_is_no_model() -> None:
    assert refusal(archive, b'{"model_type": "bert", "hidden_size": 768}').code is ErrorCode.NOT_A_MODEL


def test_attributes_are_a_model() -> None:
    training = json.dumps({"loss": "mse"})
    attributes = {"model_config": CONFIG.decode(), "training_config": training, "keras_version": "2.3.1"}
    model = of_attributes({**attributes, "backend": "theano"})
    assert model.format is ContainerFormat.HDF5
    assert model.compile_settings == {"loss": "mse"}
    assert (model.keras_version, model.backend) == ("2.3.1", "theano")


def test_attributes_without_training_config_are_an_uncompiled_model() -> None:
    model = of_attributes({"model_config": CONFIG.decode()})
    assert model.compile_settings is None
    assert (model.keras_version, model.backend) == (None, None)


@pytest.mark.parametrize("name", ["model_config", "training_config"])
def test_broken_json_in_an_attribute_is_named(name: str) -> None:
    error = refusal(of_attributes, {"model_config": CONFIG.decode(), name: "{"})
    assert error.code is ErrorCode.BAD_JSON
    assert error.message.startswith(name)


def test_an_attribute_without_a_class_name_is_no_model() -> None:
    error = refusal(of_attributes, {"model_config": "{}"})
    assert error.code is ErrorCode.NOT_A_MODEL
    assert "class_name in model_config" in error.message

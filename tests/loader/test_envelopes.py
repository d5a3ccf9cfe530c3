from __future__ import annotations

import pytest

from logitcheck.loader import envelopes


def envelope(**fields: object) -> envelopes.Envelope:
    read = envelopes.read({"class_name": "Dense", "config": {"units": 3}, **fields})
    assert read is not None
    return read


@pytest.mark.parametrize(
    "raw", [None, 1, "Dense", [], {}, {"config": {}}, {"class_name": None}, {"class_name": ["Dense"]}], ids=repr
)
def test_anything_without_a_class_name_is_no_object(raw: object) -> None:
    assert envelopes.read(raw) is None


def test_class_and_config_are_read() -> None:
    read = envelope()
    assert (read.class_name, read.full_name, read.config) == ("Dense", "Dense", {"units": 3})


def test_the_list_of_layers_in_an_old_sequential_is_a_config() -> None:
    assert envelope(config=[1, 2]).config == {"layers": [1, 2]}


@pytest.mark.parametrize("config", [None, 3, "text", True], ids=repr)
def test_a_config_of_a_wrong_type_is_empty(config: object) -> None:
    assert envelope(config=config).config == {}


@pytest.mark.parametrize(
    "module",
    [
        *("keras.layers", "keras", "keras.src.models.functional", "keras.src.ops.nn", "keras.src.engine.functional"),
        *("tf_keras.src.engine.functional", "keras.__internal__.losses", "tensorflow.python.keras.engine.sequential"),
    ],
)
def test_modules_of_keras_are_its_own(module: str) -> None:
    assert not envelope(module=module).is_custom


@pytest.mark.parametrize("module", [None, "mine.layers", "keras_hub.src.models", "kerasx", "builtins", 7], ids=repr)
def test_other_modules_are_custom(module: object) -> None:
    assert envelope(module=module).is_custom


def test_a_class_without_module_is_taken_for_one_of_keras() -> None:
    """HDF5 files store no modules."""
    assert not envelope().is_custom


def test_a_package_in_the_class_name_makes_it_custom() -> None:
    read = envelope(class_name="mine>Dense")
    assert read.is_custom
    assert (read.class_name, read.package, read.full_name) == ("Dense", "mine", "mine>Dense")


def test_a_package_in_the_registered_name_makes_it_custom() -> None:
    read = envelope(module="keras.layers", registered_name="mine>Dense")
    assert read.is_custom
    assert read.full_name == "mine>Dense"


@pytest.mark.parametrize("registered", [None, "Dense", 5, []], ids=repr)
def test_a_registered_name_without_package_changes_nothing(registered: object) -> None:
    read = envelope(module="keras.layers", registered_name=registered)
    assert not read.is_custom
    assert read.package is None

"""Configs of Keras 1 and 2, HDF5 files, and refusals: what the tests of the loader need beside `tests.building`."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import h5py
import pytest

from logitcheck import loader
from logitcheck.errors import InputError, UnreadableInputError
from logitcheck.loader import envelopes, graphs
from logitcheck.model import Graph, Layer, SavedModel
from tests.building import Config


def source(name: str = "x", shape: Sequence[int | None] = (None, 4)) -> Config:
    """An input layer of Keras 2."""
    config = {"name": name, "batch_input_shape": list(shape), "dtype": "float32"}
    return {"class_name": "InputLayer", "config": config, "name": name, "inbound_nodes": []}


def layer(class_name: str, name: str, *calls: Any, **config: Any) -> Config:
    """A layer of Keras 2 with its calls."""
    return {
        "class_name": class_name,
        "config": {"name": name, "trainable": True, **config},
        "name": name,
        "inbound_nodes": list(calls),
    }


def reference(name: str, call: int = 0, number: int = 0, **keywords: Any) -> list[Any]:
    """A reference to a tensor as Keras 2 stores it."""
    return [name, call, number, keywords]


def functional(layers: Sequence[Config], outputs: Any, name: str = "model", class_name: str = "Functional") -> Config:
    """A functional model of Keras 2."""
    entries = [entry for entry in layers if isinstance(entry, dict) and entry.get("class_name") == "InputLayer"]
    inputs = [[entry["name"], 0, 0] for entry in entries]
    config = {"name": name, "layers": list(layers), "input_layers": inputs, "output_layers": outputs}
    return {"class_name": class_name, "config": config}


def write_hdf5(path: Path, model: Mapping[str, Any], training: Any = None, version: str = "2.15.0") -> Path:
    """An HDF5 model without weights at `path`."""
    with h5py.File(path, "w") as file:
        file.attrs["model_config"] = json.dumps(model)
        file.attrs["keras_version"] = version
        file.attrs["backend"] = "tensorflow"
        if training is not None:
            file.attrs["training_config"] = json.dumps(training)
    return path


def loaded(path: Path) -> SavedModel:
    """The model at `path`, which must be readable."""
    model = loader.load(path)
    assert isinstance(model, SavedModel), model
    return model


def refused(path: Path) -> InputError:
    """Why the input at `path` cannot be read, which it must not be."""
    error = loader.load(path)
    assert isinstance(error, InputError), error
    return error


def refusal(read: Callable[..., object], *arguments: object) -> InputError:
    """Why `read` refuses its arguments, which it must."""
    with pytest.raises(UnreadableInputError) as caught:
        read(*arguments)
    return caught.value.error


def one_layer(raw: Any) -> Layer:
    """One entry of a layer list, read in a model whose output does not need it."""
    layers = graph_of(functional([source("entry"), raw], [["entry", 0, 0]])).layers
    (name,) = layers.keys() - {"entry"}
    return layers[name]


def graph_of(model: Mapping[str, Any]) -> Graph:
    """The graph of a model config, which must be walkable."""
    envelope = envelopes.read(model)
    assert envelope is not None
    graph = graphs.read(envelope)
    assert graph is not None
    return graph

"""Models with an adapted Normalization and its numbers in HDF5, made by hand as Keras writes them, or almost."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np

from tests.building import Config, compiled, layer, sequential, write

Change = Callable[[h5py.File], object]
MEAN, VARIANCE = [0.0, 2.0, 4.0], [1.0, 4.0, 16.0]
GROUP = "layers/normalization/vars"


def normalization(name: str = "norm", size: int = 3, **config: object) -> Config:
    """A Normalization that was adapted to numbers along its last axis."""
    adapted = layer("Normalization", name, axis=[-1], invert=False, mean=None, variance=None, **config)
    return adapted | {"build_config": {"input_shape": [None, size]}}


def model(*layers: Config) -> Config:
    """A model whose output is a Normalization of numbers between 0 and 1."""
    start = layer("Activation", "act", activation="sigmoid")
    return compiled(sequential(start, *(layers or (normalization(),)), shape=(None, 3)), "binary_crossentropy")


def weights(*changes: Change) -> bytes:
    """The weights of that model, with changes."""
    stream = io.BytesIO()
    with h5py.File(stream, "w") as file:
        group = file.create_group(GROUP)
        group.attrs["name"] = "norm"
        group["0"] = np.array(MEAN, "float32")
        group["1"] = np.array(VARIANCE, "float32")
        group["2"] = np.int64(0)
        for change in changes:
            change(file)
    return stream.getvalue()


def archive(path: Path, stored: bytes | None = None, method: int = zipfile.ZIP_STORED, **options: object) -> Path:
    """An archive of that model."""
    config = options.get("config") or model()
    assert isinstance(config, dict)
    write(path, config)
    with zipfile.ZipFile(path, "a", method) as opened:
        opened.writestr("model.weights.h5", weights() if stored is None else stored)
    return path


def replaced(name: str, value: object, **options: object) -> Change:
    """Put another array in the place of one."""

    def change(file: h5py.File) -> None:
        del file[f"{GROUP}/{name}"]
        file.create_dataset(f"{GROUP}/{name}", data=value, **options)

    return change


def hdf5(path: Path, *changes: Change, config: Config | None = None) -> Path:
    """An `.h5` file of that model as Keras 2 writes it, with changes."""
    with h5py.File(path, "w") as file:
        file.attrs["model_config"] = json.dumps(config or model())
        file.attrs["keras_version"] = "2.15.0"
        group = file.create_group("model_weights/norm")
        group.attrs["weight_names"] = [b"norm/mean:0", b"norm/variance:0", b"norm/count:0"]
        group["norm/mean:0"] = np.array(MEAN, "float32")
        group["norm/variance:0"] = np.array(VARIANCE, "float32")
        group["norm/count:0"] = np.int64(0)
        for change in changes:
            change(file)
    return path

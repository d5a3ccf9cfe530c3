"""Saved models made by hand: the configs that Keras 3 writes, as plain dicts, and archives of them.

Only what the checker reads is there; tests of what Keras itself writes use real files (`tests/data`,
`test_real_keras.py`).
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from logitcheck import inspection
from logitcheck.declarations import NO_DECLARATIONS, Declarations
from logitcheck.loader.losses import WITH_FLAG
from logitcheck.report import ModelReport

Config = dict[str, Any]
KERAS = "3.15.1"


def layer(class_name: str, name: str, **config: Any) -> Config:
    """A built-in layer of Keras 3, without its calls."""
    return {
        "module": "keras.layers",
        "class_name": class_name,
        "config": {"name": name, "trainable": True, **config},
        "registered_name": None,
        "name": name,
    }


def custom(class_name: str, name: str, **config: Any) -> Config:
    """A registered layer of somebody's own."""
    return layer(class_name, name, **config) | {"module": "mine.layers", "registered_name": f"mine>{class_name}"}


def operation(class_name: str, name: str, module: str = "keras.src.ops.numpy", **config: Any) -> Config:
    """A `keras.ops` node."""
    return {
        "module": module,
        "class_name": class_name,
        "config": {"name": name, **config},
        "registered_name": class_name,
        "name": name,
    }


def source(name: str = "x", shape: Sequence[int | None] = (None, 4)) -> Config:
    """An input layer."""
    return layer("InputLayer", name, batch_shape=list(shape), dtype="float32") | {"inbound_nodes": []}


def dense(name: str, units: int, activation: Any = "linear", **config: Any) -> Config:
    """A Dense layer."""
    return layer("Dense", name, units=units, activation=activation, use_bias=True, **config)


def tensor(
    name: str, shape: Sequence[int | None] | None, call: int = 0, number: int = 0, dtype: str = "float32"
) -> Config:
    """A reference to a tensor, as in the arguments of a call."""
    history = {
        "shape": list(shape) if shape is not None else None,
        "dtype": dtype,
        "keras_history": [name, call, number],
    }
    return {"class_name": "__keras_tensor__", "config": history}


def called(config: Config, *args: Any, **kwargs: Any) -> Config:
    """The layer with one more call."""
    node = {"args": list(args), "kwargs": kwargs}
    return config | {"inbound_nodes": [*config.get("inbound_nodes", []), node]}


def functional(layers: Sequence[Config], outputs: Any, inputs: Any = None, name: str = "model") -> Config:
    """A Functional model."""
    entries = [entry["name"] for entry in layers if entry["class_name"] == "InputLayer"]
    stored = inputs if inputs is not None else [[entry, 0, 0] for entry in entries]
    config = {"name": name, "trainable": True, "layers": list(layers), "input_layers": stored, "output_layers": outputs}
    return {
        "module": "keras.src.models.functional",
        "class_name": "Functional",
        "config": config,
        "registered_name": "Functional",
        "name": name,
    }


def sequential(*layers: Config, shape: Sequence[int | None] = (None, 4), name: str = "sequential") -> Config:
    """A Sequential model."""
    config = {"name": name, "trainable": True, "layers": [source(shape=shape), *layers]}
    return {"module": "keras", "class_name": "Sequential", "config": config, "registered_name": None, "name": name}


def loss(class_name: str, **config: Any) -> Config:
    """A built-in loss object; one that has a flag is stored with it, whether it was given or not."""
    whole = {"from_logits": False, **config} if class_name in WITH_FLAG else config
    return {"module": "keras.losses", "class_name": class_name, "config": whole, "registered_name": None}


def metric(class_name: str, **config: Any) -> Config:
    """A built-in metric object."""
    return {"module": "keras.metrics", "class_name": class_name, "config": config, "registered_name": None}


def function(name: str) -> Config:
    """A loss, metric or activation function stored by name."""
    return {"module": "builtins", "class_name": "function", "config": name, "registered_name": "function"}


def compiled(model: Config, loss: Any, **settings: Any) -> Config:
    """The model with compile settings."""
    return model | {"compile_config": {"loss": loss, "loss_weights": None, "metrics": None, **settings}}


def write(path: Path, model: Mapping[str, Any], version: str | None = KERAS) -> Path:
    """A `.keras` archive without weights at `path`."""
    with zipfile.ZipFile(path, "w") as archive:
        if version is not None:
            archive.writestr(
                "metadata.json", json.dumps({"keras_version": version, "date_saved": "2026-01-01@00:00:00"})
            )
        archive.writestr("config.json", json.dumps(model))
    return path


def report_on(
    folder: Path,
    model: Mapping[str, Any],
    version: str | None = KERAS,
    declarations: Declarations = NO_DECLARATIONS,
) -> ModelReport:
    """What logitcheck says of the model."""
    return inspection.inspect(write(folder / "model.keras", model, version), declarations=declarations)


def codes(report: ModelReport) -> list[str]:
    """The codes of the findings that are more than information."""
    return [finding.code for finding in report.findings if finding.severity.value != "info"]


def all_codes(report: ModelReport) -> list[str]:
    """The codes of every finding."""
    return [finding.code for finding in report.findings]

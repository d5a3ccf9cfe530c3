"""How losses and metrics are spelt as classes in compile settings, for the Keras and the container of a file.

keras-facts §3.2: archives, folders and JSON wrap a class in `module` and `registered_name` (Keras 3, and Keras 2 from
2.12 on), HDF5 files of every version do not. What is left out of a config has its default when Keras loads it: only
keys that every version with such classes writes are written.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from logitcheck.fixing.spans import Place
from logitcheck.loader import fields
from logitcheck.model import SavedModel
from logitcheck.rules import metric_wording, wording


@dataclass(frozen=True, kw_only=True, slots=True)
class Edit:
    """Another value for one place of the compile settings; its last key need not be there yet."""

    place: Place
    value: object


def at(settings: object, place: Place) -> object:
    """Give what stands at a place of the settings; None where nothing does."""
    for step in place:
        if isinstance(settings, dict) and isinstance(step, str):
            settings = settings.get(step)
        elif isinstance(settings, list) and isinstance(step, int) and step < len(settings):
            settings = settings[step]
        else:
            return None
    return settings


def label(raw: object) -> str | None:
    """Give what a serialized loss or metric is called: its class, or the string or function that stands for one."""
    stored = fields.mapping(raw)
    name = stored.get("config") if stored.get("class_name") == "function" else stored.get("class_name", raw)
    return name if isinstance(name, str) else None


def config_of(raw: object, place: Place) -> Place | None:
    """Give the place of the parameters of a serialized loss or metric; None for a string or a function, without any.

    Those of a class that a MeanMetricWrapper wraps are the inner ones.
    """
    stored = fields.mapping(raw)
    config = fields.mapping(stored.get("config"))
    if stored.get("class_name") == "function" or not isinstance(stored.get("config"), dict):
        return None
    inner = fields.mapping(config.get("fn"))
    if stored.get("class_name") == "MeanMetricWrapper" and inner.get("class_name") not in {None, "function"}:
        return config_of(inner, (*place, "config", "fn"))
    return (*place, "config")


def loss(model: SavedModel, class_name: str, label: str) -> Mapping[str, object]:
    """Spell a loss with `from_logits=True` in place of a string or a function that was called `label`."""
    name = metric_wording.snake_case(class_name) if label == class_name else label
    reduction = "sum_over_batch_size" if wording.library(model) == "keras" else "auto"
    return _wrapped(model, "losses", class_name, {"name": name, "reduction": reduction, "from_logits": True})


def metric(model: SavedModel, class_name: str, label: str, parameters: Mapping[str, object]) -> Mapping[str, object]:
    """Spell a metric in place of a string or a function that was called `label`, under the same name in logs.

    Keras takes the string, or the name of the function (`get_metric` in keras/src/trainers/compile_utils.py). But a
    string that names a class becomes an object that names itself in Keras 2 (`_get_metric_object` in
    keras/engine/compile_utils.py), and in Keras 3 when it is loaded from HDF5.
    """
    names_itself = label == class_name and (model.generation < 3 or model.functions_by_name)
    named = {} if names_itself else {"name": label}
    return _wrapped(model, "metrics", class_name, {**named, **parameters})


def _wrapped(model: SavedModel, module: str, class_name: str, config: object) -> Mapping[str, object]:
    if model.functions_by_name:
        return {"class_name": class_name, "config": config}
    return {"module": f"keras.{module}", "class_name": class_name, "config": config, "registered_name": None}

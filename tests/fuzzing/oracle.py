"""A second opinion on a damaged model: what its JSON plainly says, read without anything of the checker.

It knows a handful of layers and losses and is silent about all others. Where it is silent, a model may be called ok
only if what is judged of it is what it was before the damage.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

_PASSING = {"Dropout", "Flatten", "Reshape", "Permute", "RepeatVector", "Identity", "ActivityRegularization"}
_FINAL = {"softmax": "probabilities", "sigmoid": "unit interval"}
_CUTTING = {"Dense", "Conv1D", "Conv2D", "Conv3D", "LSTM", "GRU", "SimpleRNN", "Embedding"}
_LINEAR = {"Dense", "Conv1D", "Conv2D", "Conv3D"}
_CROSSENTROPIES = {
    "categorical_crossentropy": "probabilities",
    "sparse_categorical_crossentropy": "probabilities",
    "binary_crossentropy": "unit interval",
}
_IRRELEVANT = {
    *("optimizer", "optimizer_config", "metrics", "weighted_metrics", "sample_weight_mode", "build_config"),
    *("date_saved", "trainable", "seed", "jit_compile", "run_eagerly", "steps_per_execution", "keras_version"),
    *("kernel_initializer", "bias_initializer", "kernel_regularizer", "bias_regularizer", "activity_regularizer"),
    *("kernel_constraint", "bias_constraint", "recurrent_initializer", "recurrent_regularizer", "init", "backend"),
    *("W_regularizer", "b_regularizer", "W_constraint", "b_constraint", "input_dtype", "units", "output_dim", "rate"),
    *("embeddings_initializer", "embeddings_regularizer", "embeddings_constraint", "input_dim", "input_length"),
    *("batch_input_shape", "batch_shape", "shape", "dtype", "sparse", "ragged", "use_bias", "registered_name"),
    *("name", "build_input_shape", "auto_scale_loss", "filters", "kernel_size", "strides", "epsilon", "momentum"),
}


def contradicts(config: Any, settings: Any) -> bool:
    """Whether a plain reading finds an output that its loss does not fit."""
    try:
        return any(_is_wrong(*pair) for pair in _outputs_with_losses(config, settings))
    except (KeyError, TypeError, IndexError, AttributeError, ValueError):
        return False


def agrees(config: Any, settings: Any) -> bool:
    """Whether a plain reading finds that the loss of each output fits."""
    try:
        pairs = list(_outputs_with_losses(config, settings))
        return bool(pairs) and all(_is_right(*pair) for pair in pairs)
    except (KeyError, TypeError, IndexError, AttributeError, ValueError):
        return False


def decisive(config: Any, settings: Any) -> Any:
    """What of a model decides its verdict: its losses, and its layers from the outputs back to those that cut."""
    losses = {key: (settings or {}).get(key) for key in ("loss", "loss_weights")}
    return [_layers(config), _without_irrelevant(losses)]


def _layers(config: Any) -> list[Any]:
    inside = config["config"]
    layers = inside if isinstance(inside, list) else inside["layers"]
    if config["class_name"] == "Sequential":
        return _chain(layers)
    by_name = {layer.get("name") or layer["config"]["name"]: layer for layer in layers}
    found: list[Any] = []
    pending, seen = list(_names(inside["output_layers"], by_name)), set()
    while pending:
        name = pending.pop()
        if name in seen:
            continue
        seen.add(name)
        layer = by_name[name]
        found.append(_layer(layer))
        if layer["class_name"] not in _CUTTING:
            pending.extend(_names(layer.get("inbound_nodes"), by_name))
    return found


def _chain(layers: Any) -> list[Any]:
    found: list[Any] = []
    for layer in reversed(layers):
        found.append(_layer(layer))
        if layer["class_name"] in _CUTTING:
            break
    return found


def _layer(layer: Any) -> Any:
    config = layer["config"]
    if isinstance(config, list) or "layers" in config:
        return _layers(layer)
    if "layer" in config:
        return [layer["class_name"], _layer(config["layer"])]
    return [layer["class_name"], layer.get("registered_name", 0) or 0, _without_irrelevant(config)]


def _names(structure: Any, by_name: Any) -> Iterator[str]:
    """The layers that a structure of calls refers to."""
    if isinstance(structure, str):
        if structure in by_name:
            yield structure
    elif isinstance(structure, (list, dict)):
        for item in structure.values() if isinstance(structure, dict) else structure:
            yield from _names(item, by_name)


def _without_irrelevant(document: Any) -> Any:
    if isinstance(document, dict):
        return {key: _without_irrelevant(value) for key, value in sorted(document.items()) if key not in _IRRELEVANT}
    if isinstance(document, list):
        return [_without_irrelevant(item) for item in document]
    return str(document)  # nan is not equal to itself


def _is_wrong(kind: str | None, wanted: str | None) -> bool:
    return kind is not None and wanted is not None and kind != wanted and "unit interval" not in {kind, wanted}


def _is_right(kind: str | None, wanted: str | None) -> bool:
    return kind is not None and kind == wanted


def _outputs_with_losses(config: Any, settings: Any) -> Iterator[tuple[str | None, str | None]]:
    inside = config["config"]
    layers = inside if isinstance(inside, list) else inside["layers"]
    by_name = {layer.get("name") or layer["config"]["name"]: layer for layer in layers}
    if config["class_name"] == "Sequential":
        yield _kind(layers[-1], layers[:-1]), _wanted(settings["loss"])
        return
    outputs = inside["output_layers"]
    outputs = [outputs] if isinstance(outputs[0], str) else outputs
    for position, (name, *_) in enumerate(outputs):
        loss = settings["loss"]
        if isinstance(loss, dict) and "class_name" not in loss:
            loss = loss[name]
        elif isinstance(loss, list):
            loss = loss[position]
        yield _kind(by_name[name], None), _wanted(loss)


def _kind(layer: Any, before: Any) -> str | None:
    name, config = layer["class_name"], layer["config"]
    if name in _PASSING and before:
        return _kind(before[-1], before[:-1])
    if name in {"TimeDistributed", "Sequential"}:
        inside = config if isinstance(config, list) else config.get("layers") or [config["layer"]]
        return _kind(inside[-1], inside[:-1])
    if _is_over_one(name, config):
        return "constant"
    activation = config.get("activation", "linear")
    if isinstance(activation, dict) and activation.get("class_name") == "function":
        activation = activation["config"]
    if name == "Activation" or name in _LINEAR:
        if activation == "linear":
            return "logits" if name in _LINEAR else None
        return _FINAL.get(activation)
    return None


def _is_over_one(name: str, config: Any) -> bool:
    """Whether a softmax runs over a single unit."""
    return name == "Dense" and config.get("activation") == "softmax" and config.get("units") == 1


def _wanted(loss: Any) -> str | None:
    if isinstance(loss, str):
        return _CROSSENTROPIES.get(loss)
    name, config = loss["class_name"], loss["config"]
    if name == "function":
        return _CROSSENTROPIES.get(config)
    short = {"CategoricalCrossentropy", "SparseCategoricalCrossentropy", "BinaryCrossentropy"}
    if name not in short:
        return None
    if config.get("from_logits", False):
        return "logits"
    return "unit interval" if name.startswith("Binary") else "probabilities"

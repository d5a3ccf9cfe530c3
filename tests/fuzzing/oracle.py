"""A second opinion on a damaged model: what its JSON plainly says, read without anything of the checker.

It knows a handful of layers and losses and is silent about all others. Where it is silent, a model may be called ok
only if what is judged of it is what it was before the damage.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

_PASSING = {"Dropout", "Flatten", "Reshape", "Permute", "RepeatVector", "Identity", "ActivityRegularization"}
_FINAL = {"softmax": "probabilities", "sigmoid": "unit interval"}
_CUTTING = {"Softmax", "Dense", "Conv1D", "Conv2D", "Conv3D", "LSTM", "GRU", "SimpleRNN", "Embedding"}
_LINEAR = {"Dense", "Conv1D", "Conv2D", "Conv3D"}
_CROSSENTROPIES = {
    "categorical_crossentropy": "probabilities",
    "sparse_categorical_crossentropy": "probabilities",
    "binary_crossentropy": "unit interval",
}
_PARAMETERS = {
    **dict.fromkeys(("name", "reduction", "dtype", "fn"), object),
    "from_logits": object,
    "axis": int,
    "label_smoothing": (int, float),
    "ignore_class": (int, type(None)),
}
"""What the losses above are stored with in any version, and its type; none is stored without from_logits."""

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
    if "output_layers" not in inside:
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
    if isinstance(config, list) or isinstance(config.get("layers"), list):
        return _layers(layer)
    if "layer" in config:
        return [layer["class_name"], _layer(config["layer"])]
    return [layer["class_name"], _without_irrelevant(config)]


def _names(structure: Any, by_name: Any) -> Iterator[str]:
    """The layers that a structure of calls refers to."""
    if isinstance(structure, dict) and structure.get("class_name") == "__keras_tensor__":
        yield from _names(structure["config"]["keras_history"], by_name)
    elif isinstance(structure, list) and len(structure) > 2 and isinstance(structure[0], str):
        if structure[0] in by_name:
            yield structure[0]
    elif isinstance(structure, (list, dict)):
        for item in structure.values() if isinstance(structure, dict) else structure:
            yield from _names(item, by_name)


def _without_irrelevant(document: Any) -> Any:
    if isinstance(document, dict):
        return {key: _without_irrelevant(value) for key, value in sorted(document.items()) if key not in _IRRELEVANT}
    if isinstance(document, list):
        return [_without_irrelevant(item) for item in document]
    return str(document)  # nan is not equal to itself


def hides_settings(settings: Any) -> bool:
    """Whether there are compile settings, or what may be left of them, so that nobody may say there are none."""
    return settings is not None and settings != {}


def _is_wrong(kind: str | None, wanted: str | None) -> bool:
    return kind is not None and wanted is not None and kind != wanted and "unit interval" not in {kind, wanted}


def _is_right(kind: str | None, wanted: str | None) -> bool:
    """Whether a value is what a loss wants; a softmax over two units may have a loss for each of them."""
    return kind is not None and (kind == wanted or (kind, wanted) == ("probabilities", "unit interval"))


def _outputs_with_losses(config: Any, settings: Any) -> Iterator[tuple[str | None, str | None]]:
    inside, loss = config["config"], settings["loss"]
    layers = inside if isinstance(inside, list) else inside["layers"]
    if "output_layers" not in inside:
        single = loss[0] if isinstance(loss, list) and len(loss) == 1 else loss
        if isinstance(single, dict) and "class_name" not in single and len(single) == 1:
            single = next(iter(single.values()))
        yield _kind(layers[-1], _before(layers)), _wanted(single)
        return
    by_name = {layer.get("name") or layer["config"]["name"]: layer for layer in layers}
    outputs = inside["output_layers"]
    for position, name in enumerate(_names(outputs, by_name)):
        own = loss
        if isinstance(loss, dict) and "class_name" not in loss:
            if not loss.keys() <= {*by_name, *(outputs if isinstance(outputs, dict) else ())}:
                raise KeyError
            own = loss.get(name) if len(outputs) > 1 or len(loss) > 1 else next(iter(loss.values()))
            if own is None:  # an output without a loss
                continue
        elif isinstance(loss, list):
            own = loss[position]
        yield (
            _kind(
                by_name[name],
                lambda layer: [by_name[at] for at in dict.fromkeys(_names(layer["inbound_nodes"], by_name))],
            ),
            (_wanted(own)),
        )


def _kind(layer: Any, feeding: Callable[[Any], list[Any]], depth: int = 0) -> str | None:
    """What a layer puts out; `feeding` gives the layers that a layer is called on."""
    name, config = layer["class_name"], layer["config"]
    if depth > 60:
        return None
    if name in {"TimeDistributed", "Sequential", "Functional", "Model"} and config != {"layers": []}:
        return _kind_inside(config, depth + 1)
    if name in _PASSING or name in {"Average", "Sequential"} or (name == "Merge" and config.get("mode") == "ave"):
        kinds = {_kind(other, feeding, depth + 1) for other in feeding(layer)}
        return kinds.pop() if len(kinds) == 1 else None
    if name == "TFOpLambda" and config.get("function") in {"nn.softmax", "softmax"}:  # there is no other
        return "probabilities"
    if name == "Softmax":
        return "probabilities" if config["axis"] in (-1, 1, None, [-1]) else None
    if name == "TensorFlowOpLayer" and config["node_def"]["op"] == "Softmax":
        return "probabilities"
    return _kind_of_activation(name, config)


def _kind_inside(config: Any, depth: int) -> str | None:
    """What a model or wrapper puts out, by its last layer."""
    if "output_layers" in config:
        by_name = {inner.get("name") or inner["config"]["name"]: inner for inner in config["layers"]}
        (last,) = set(_names(config["output_layers"], by_name))
        return _kind(by_name[last], lambda _: [], depth)
    inside = config if isinstance(config, list) else [config["layer"]] if "layer" in config else config["layers"]
    return _kind(inside[-1], _before(inside), depth)


def _before(layers: list[Any]) -> Callable[[Any], list[Any]]:
    """Give what comes before a layer in a chain."""
    places = {id(layer): at for at, layer in enumerate(layers)}
    return lambda layer: layers[places[id(layer)] - 1 : places[id(layer)]] if places[id(layer)] else []


def _kind_of_activation(name: str, config: Any) -> str | None:
    if name not in _LINEAR and name != "Activation":
        return None
    activation = config["activation"]
    if isinstance(activation, dict) and activation.get("class_name") == "function":
        activation = activation["config"]
    if name in _LINEAR and activation == "softmax" and config.get("units", config.get("output_dim")) == 1:
        return "constant"
    if activation in {"linear", None}:
        return "logits" if name in _LINEAR else None
    return _FINAL.get(activation)


def _wanted(loss: Any) -> str | None:
    if isinstance(loss, str):
        return _CROSSENTROPIES.get(loss)
    name, config = loss["class_name"], loss["config"]
    if name == "function":
        return _CROSSENTROPIES.get(config)
    if name not in {"CategoricalCrossentropy", "SparseCategoricalCrossentropy", "BinaryCrossentropy"}:
        return None
    if not all(isinstance(value, _PARAMETERS[key]) for key, value in config.items()):
        raise TypeError
    if config["from_logits"]:
        return "logits"
    return "unit interval" if name.startswith("Binary") else "probabilities"

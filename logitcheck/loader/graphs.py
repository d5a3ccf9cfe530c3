"""The layers of a saved model and how they are wired: Sequential and Functional configs of every Keras as one `Graph`.

Recognised by structure, not by class name: a config with `layers` and `output_layers` can be walked even if a custom
class wrote it (keras-facts: "Functional"). Node indices of nested models are brought to one numbering here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from logitcheck.errors import ErrorCode, MalformedGraphError, UnreadableInputError
from logitcheck.loader import calls, document, fields, layers, node_numbers, wiring
from logitcheck.loader.envelopes import Envelope
from logitcheck.loader.layer_table import Entries, LayerTable
from logitcheck.model import Call, Graph, TensorReference

MOST_OUTPUTS = 500
"""Outputs of one model, nested ones included: each is judged and reported."""

_PLAIN_LAYERS = frozenset(
    {
        *("InputLayer", "Dense", "Activation", "Softmax", "Dropout", "Flatten", "Reshape", "Permute", "RepeatVector"),
        *("Conv1D", "Conv2D", "Conv3D", "LSTM", "GRU", "SimpleRNN", "RNN", "Embedding", "BatchNormalization", "Lambda"),
        *("TimeDistributed", "Bidirectional", "Merge", "Add", "Average", "Concatenate", "Multiply", "ReLU"),
        *("MaxPooling1D", "MaxPooling2D", "GlobalAveragePooling1D", "GlobalAveragePooling2D", "LayerNormalization"),
        *("TensorFlowOpLayer", "TFOpLambda", "SlicingOpLambda"),
    }
)
"""The layers most used, none of which holds others under `layers`: nobody calls a model of their own as one of them."""

_SEQUENTIAL_KEYS = frozenset({"name", "trainable", "dtype", "layers", "build_input_shape"})


def is_walkable(envelope: Envelope) -> bool:
    """Tell whether a model's config holds layers that can be walked."""
    config = envelope.config
    if "output_layers" in config and "layers" in config:
        return True
    return isinstance(config.get("layers"), list) and (_is_sequential(envelope) or _is_chain(envelope))


def _is_sequential(envelope: Envelope) -> bool:
    """Tell whether it is a Sequential, or a Pipeline of preprocessing layers (Keras 3.6+), which is one as well."""
    return envelope.class_name == "Sequential" or (envelope.class_name == "Pipeline" and not envelope.is_custom)


def _is_chain(envelope: Envelope) -> bool:
    """Tell whether a custom class is a Sequential by what it writes: a layer that holds layers is no chain of them."""
    config = envelope.config
    first = next(iter(fields.sequence(config.get("layers"))), None)
    starts = (
        fields.text(fields.mapping(first).get("class_name")) in layers.INPUT_CLASSES or "build_input_shape" in config
    )
    return config.keys() <= _SEQUENTIAL_KEYS and starts


def read(envelope: Envelope, context: layers.Context | None = None) -> Graph | None:
    """Read the graph of a model; None if its config holds no layers that could be walked.

    Raises MalformedGraphError if the layers are there but cannot be wired as the config says.
    """
    if not is_walkable(envelope):
        return None
    if _is_plain_layer(envelope):
        raise MalformedGraphError(f"A layer of class {envelope.class_name!r} has the config of a model.")
    inside = context or layers.Context(read)
    inside.count.add(len(fields.sequence(envelope.config["layers"])))
    if "output_layers" in envelope.config:
        return _functional(envelope.config, inside)
    return _sequential(fields.sequence(envelope.config["layers"]), envelope.config, inside)


def _is_plain_layer(envelope: Envelope) -> bool:
    """Tell whether a class cannot be a model, whatever its config holds; HDF5 files have only its name to tell by."""
    if envelope.module == "keras.layers":
        return envelope.class_name != "Pipeline"
    return envelope.class_name in _PLAIN_LAYERS and not envelope.is_custom


def leaves(structure: object, depth: int = 0) -> Iterator[tuple[tuple[str | int, ...], TensorReference]]:
    """Every tensor of an `output_layers` or `input_layers` structure with its path, dicts in sorted key order.

    The forms are a single `[layer, call, tensor]`, lists and dicts of them, nested as deep as Keras allows.
    """
    if depth > 16:
        raise MalformedGraphError("The outputs of the model are nested more than 16 deep.")
    match structure:
        case [str(name), int(index), int(tensor)]:
            yield (), TensorReference(name, index, tensor)
        case list():
            for position, item in enumerate(structure):
                for path, reference in leaves(item, depth + 1):
                    yield (position, *path), reference
        case {"class_name": "__tuple__", "items": items}:
            yield from leaves(items, depth + 1)
        case dict():
            for key in sorted(structure):
                layers.check_name(key, "an output")
                for path, reference in leaves(structure[key], depth + 1):
                    yield (key, *path), reference
        case _:
            raise MalformedGraphError("An input or output of the model is not a [layer, call, tensor] reference.")


def _functional(config: Mapping[str, object], context: layers.Context) -> Graph:
    if not isinstance(config["layers"], list):
        raise MalformedGraphError(f"The layers of a model should be a list, found {type(config['layers']).__name__}.")
    entries = _entries(config["layers"])
    made: node_numbers.Calls = {
        name: calls.read(stored.get("inbound_nodes"), name, entries) for name, (stored, _) in entries.items()
    }
    inputs = tuple(reference for _, reference in leaves(config.get("input_layers", [])))
    outputs = tuple(reference for _, reference in leaves(config["output_layers"]))
    if not outputs:
        raise MalformedGraphError("The model has no outputs.")
    check_count(len(outputs))
    nested = {
        name: "output_layers" in envelope.config for name, (_, envelope) in entries.items() if is_walkable(envelope)
    }
    made, outputs = node_numbers.settle(made, outputs, nested)
    without_calls = {name for name, (_, envelope) in entries.items() if envelope.class_name in layers.INPUT_CLASSES}
    wiring.check(made, (*inputs, *outputs), without_calls)
    table = LayerTable(entries, made, context)
    return Graph(layers=table, inputs=inputs, outputs=outputs)


def check_count(outputs: int) -> None:
    """Check that a model has no more outputs than any has.

    Raises UnreadableInputError if it has: to judge some of them only would leave the others unread.
    """
    if outputs > MOST_OUTPUTS:
        message = f"The model has {outputs:,} outputs; none has more than {MOST_OUTPUTS:,}."
        raise UnreadableInputError(ErrorCode.TOO_LARGE, message, document.HOSTILE)


def _entries(raw: list[object]) -> Entries:
    """Give the entries of a layer list under their names, with their envelopes."""
    entries: dict[str, tuple[Mapping[str, object], Envelope]] = {}
    for entry in raw:
        envelope, stored = layers.entry_envelope(entry), fields.mapping(entry)
        name = layers.name_of(stored)
        if name in entries:
            raise MalformedGraphError(f"Two layers of the model are called {name!r}.")
        entries[name] = (stored, envelope)
    return entries


def _sequential(raw: list[object], config: Mapping[str, object], context: layers.Context) -> Graph:
    """Read a chain of layers as a graph with one call each."""
    entries: dict[str, tuple[Mapping[str, object], Envelope]] = {}
    made: dict[str, tuple[Call, ...]] = {}
    previous: TensorReference | None = None
    for position, entry in enumerate(raw):
        envelope, stored = layers.entry_envelope(entry), fields.mapping(entry)
        if previous is None and envelope.class_name not in layers.INPUT_CLASSES:
            previous = _start(entries, made, config, envelope)
        name = layers.name_of(stored) or f"layer_{position}"
        while name in entries:
            name += f"#{position}"
        entries[name] = (stored, envelope)
        made[name] = () if previous is None else (calls.call((previous,), {}),)
        previous = TensorReference(name, 0, 0)
    if previous is None:
        previous = _start(entries, made, config, None)
    table = LayerTable(entries, made, context)
    return Graph(layers=table, inputs=(TensorReference(next(iter(entries)), 0, 0),), outputs=(previous,))


_IMPLICIT = "(input)"


def _start(
    entries: dict[str, tuple[Mapping[str, object], Envelope]],
    made: dict[str, tuple[Call, ...]],
    config: Mapping[str, object],
    first: Envelope | None,
) -> TensorReference:
    """Make the input that older Sequential configs leave out; its shape stands in the first layer, if anywhere."""
    stored = config.get("build_input_shape")
    if first is not None:
        stored = first.config.get("batch_input_shape", first.config.get("batch_shape", stored))
    entry: dict[str, object] = {"class_name": "InputLayer", "config": {"batch_shape": stored}}
    entries[_IMPLICIT] = (entry, layers.entry_envelope(entry))
    made[_IMPLICIT] = ()
    return TensorReference(_IMPLICIT, 0, 0)

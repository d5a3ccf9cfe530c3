"""The layers of a saved model and how they are wired: Sequential and Functional configs of every Keras as one `Graph`.

Recognised by structure, not by class name: a config with `layers` and `output_layers` can be walked even if a custom
class wrote it (keras-facts: "Functional"). Node indices of nested models are brought to one numbering here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from logitcheck.errors import MalformedGraphError
from logitcheck.loader import calls, fields, layers, names, node_numbers, wiring
from logitcheck.loader.envelopes import Envelope
from logitcheck.model import Graph, Layer, LayerKind, TensorReference

_SEQUENTIAL_KEYS = frozenset({"name", "trainable", "dtype", "layers", "build_input_shape"})


def read(envelope: Envelope, depth: int = 0) -> Graph | None:
    """Read the graph of a model; None if its config holds no layers that could be walked.

    Raises MalformedGraphError if the layers are there but cannot be wired as the config says.
    """
    raw = envelope.config
    if "output_layers" in raw and isinstance(raw.get("layers"), list):
        return _functional(raw, depth)
    if isinstance(raw.get("layers"), list) and (envelope.class_name == "Sequential" or raw.keys() <= _SEQUENTIAL_KEYS):
        return _sequential(fields.sequence(raw["layers"]), raw, depth)
    return None


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
                for path, reference in leaves(structure[key], depth + 1):
                    yield (key, *path), reference
        case _:
            raise MalformedGraphError("An input or output of the model is not a [layer, call, tensor] reference.")


def _functional(config: Mapping[str, object], depth: int) -> Graph:
    entries = fields.sequence(config["layers"])
    siblings = {name for entry in entries if (name := _name(entry)) is not None}
    context = layers.Context(depth, siblings, read)
    table: dict[str, Layer] = {}
    for entry in entries:
        layer = layers.read(entry, context)
        if layer.name in table:
            raise MalformedGraphError(f"Two layers of the model are called {layer.name!r}.")
        table[layer.name] = layer
    inputs = tuple(reference for _, reference in leaves(config.get("input_layers", [])))
    outputs = tuple(reference for _, reference in leaves(config["output_layers"]))
    graph = node_numbers.settle(Graph(layers=table, inputs=inputs, outputs=outputs))
    wiring.check(graph)
    return graph


def _name(entry: object) -> str | None:
    stored = fields.mapping(entry)
    return fields.text(stored.get("name")) or fields.text(fields.mapping(stored.get("config")).get("name"))


def _sequential(entries: list[object], config: Mapping[str, object], depth: int) -> Graph:
    """Read a chain of layers as a graph with one call each."""
    context = layers.Context(depth, frozenset(), read)
    chain = [layers.read(entry, context) for entry in entries]
    if not chain or chain[0].kind is not LayerKind.INPUT:
        chain.insert(0, _implicit_input(chain, config))
    table: dict[str, Layer] = {}
    previous: TensorReference | None = None
    for position, layer in enumerate(chain):
        name = layer.name or f"{names.CLASSES.get(layer.class_name, layer.class_name)}_{position}"
        name = name if name not in table else f"{name}#{position}"
        used = () if previous is None else (calls.call((previous,), {}),)
        table[name] = replace(layer, name=name, calls=used)
        previous = TensorReference(name, 0, 0)
    first = TensorReference(next(iter(table)), 0, 0)
    return Graph(layers=table, inputs=(first,), outputs=(previous or first,))


def _implicit_input(chain: list[Layer], config: Mapping[str, object]) -> Layer:
    """Make the input that older Sequential configs leave out; its shape stands in the first layer, if anywhere."""
    stored = config.get("build_input_shape")
    if chain:
        stored = chain[0].config.get("batch_shape", stored)
    name = "input" if not any(layer.name == "input" for layer in chain) else "implicit_input"
    return Layer(
        name=name, class_name="InputLayer", kind=LayerKind.INPUT, rule="InputLayer", config={"batch_shape": stored}
    )

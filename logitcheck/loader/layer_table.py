"""The layers of a graph under their names, each read when it is asked for.

Of a model with hundreds of layers only the last few decide; reading the others is most of the work. What could turn
out malformed (models, wrappers, cells) is read at once, so that all errors come up while loading.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from logitcheck.loader import fields, layers
from logitcheck.loader.node_numbers import Calls
from logitcheck.model import Layer

_READ_AT_ONCE = ("layers", "layer", "cell", "backward_layer")


class LayerTable(Mapping[str, Layer]):
    """Layers by name; the entries must be serialized objects, and the calls be checked."""

    def __init__(self, entries: Mapping[str, object], made: Calls, context: layers.Context) -> None:
        self._entries = entries
        self._made = made
        self._context = context
        self._layers: dict[str, Layer] = {}
        for name, entry in entries.items():
            config = fields.mapping(entry).get("config")
            if not isinstance(config, dict) or not config.keys().isdisjoint(_READ_AT_ONCE):
                _ = self[name]

    def __getitem__(self, name: str) -> Layer:
        layer = self._layers.get(name)
        if layer is None:
            layer = layers.read_entry(name, self._entries[name], self._made[name], self._context)
            self._layers[name] = layer
        return layer

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)

"""The layers of a graph under their names, each read when it is asked for.

Of a model with hundreds of layers only the last few decide; reading the others is most of the work. What could turn
out malformed (models, wrappers, cells) is read at once, so that all errors come up while loading.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from logitcheck.loader import layers
from logitcheck.loader.envelopes import Envelope
from logitcheck.loader.node_numbers import Calls
from logitcheck.model import Layer

_READ_AT_ONCE = ("layers", "layer", "cell", "backward_layer")


Entries = Mapping[str, tuple[Mapping[str, object], Envelope]]
"""The entries of a layer list and their envelopes, under the layers' names."""


class LayerTable(Mapping[str, Layer]):
    """Layers by name, from their entries and envelopes; the calls must be checked."""

    def __init__(self, entries: Entries, made: Calls, context: layers.Context) -> None:
        self._entries = entries
        self._made = made
        self._context = context
        self._layers: dict[str, Layer] = {}
        for name, (_, envelope) in entries.items():
            if not envelope.config.keys().isdisjoint(_READ_AT_ONCE):
                self._layers[name] = self._read(name)

    def __getitem__(self, name: str) -> Layer:
        layer = self._layers.get(name)
        if layer is None:
            layer = self._layers[name] = self._read(name)
        return layer

    def _read(self, name: str) -> Layer:
        stored, envelope = self._entries[name]
        return layers.read_entry(name, stored, envelope, self._made[name], self._context)

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)

"""Preprocessing layers that encode: class ids, indicators, counts (keras-facts: "Attention and preprocessing")."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from logitcheck.analyzer.calls import LayerCall, Rule
from logitcheck.analyzer.values import INFINITY, Value, anything, between
from logitcheck.model import Shape


def _encoded(default: str) -> Callable[[LayerCall], Value]:
    """Make the rule of a layer that encodes; how far its ids and counts go depends on a table that is not looked at."""

    def rule(call: LayerCall) -> Value:
        mode = call.config.get("output_mode", default)
        inverted, sources = call.config.get("invert") is True, call.sources()
        ids = replace(between(-INFINITY if inverted else 0.0, INFINITY, reached=False, sources=sources), integer=True)
        match mode:
            case "int":
                return ids
            case "multi_hot" | "binary" | "one_hot":
                return replace(between(0.0, 1.0, sources=sources), integer=True)
            case "count" | "tf_idf" | "tf-idf":
                numbers = between(0.0, INFINITY, reached=False, sources=sources)
                # Weights may be given to CategoryEncoding where it is called; whole counts keep the type of ids.
                return replace(numbers, integer=mode == "count" and call.layer.rule != "CategoryEncoding")
            case _:
                return anything(f"nothing is known of its output mode {mode!r}", call.path, sources)

    return rule


def _no_shape(_: LayerCall) -> Shape | None:
    return None


_ID_LAYERS = ("Discretization", "Hashing", "HashedCrossing", "IntegerLookup", "StringLookup", "TextVectorization")

LAYERS: Mapping[str, Rule] = {
    **{name: Rule(_encoded("int"), _no_shape) for name in _ID_LAYERS},
    "CategoryEncoding": Rule(_encoded("multi_hot"), _no_shape),
}

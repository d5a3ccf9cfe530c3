"""Preprocessing layers that encode: class ids, indicators, counts (keras-facts: "Attention and preprocessing")."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from logitcheck.analyzer.calls import LayerCall, Rule, whole
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
                numbers = between(0.0, _largest_count(call), reached=False, sources=sources)
                # Weights may be given to CategoryEncoding where it is called; whole counts keep the type of ids.
                return replace(numbers, integer=mode == "count" and call.layer.rule != "CategoryEncoding")
            case _:
                return anything(f"nothing is known of its output mode {mode!r}", call.path, sources)

    return rule


def _largest_count(call: LayerCall) -> float:
    """Give how often a category can occur in a sample of ids at most; weights may let it count for more."""
    shape, mode = call.shape(), call.config.get("output_mode")
    is_weighted = len(call.tensors) > 1 or call.argument(1, "count_weights") is not None
    if call.layer.rule != "CategoryEncoding" or mode != "count" or is_weighted or shape is None or len(shape) != 2:
        return INFINITY
    return INFINITY if shape[1] is None else float(shape[1])


def _category_shape(call: LayerCall) -> Shape | None:
    """Give the shape of what stands for all the ids of a sample together: one number for each category."""
    shape, count = call.shape(), whole(call.config.get("num_tokens"))
    is_joint = call.config.get("output_mode", "multi_hot") in {"multi_hot", "count"}
    return (shape[0], count) if is_joint and shape is not None and len(shape) == 2 else None


def _lookup_shape(call: LayerCall) -> Shape | None:
    """Give the shape of what a layer with a vocabulary puts out: one number for each word, and for the unknown ones."""
    shape, words = call.shape(), call.config.get("vocabulary")
    others, mode = whole(call.config.get("num_oov_indices"), 1), call.config.get("output_mode")
    is_plain = call.config.get("mask_token") is None and call.config.get("pad_to_max_tokens") is not True
    if call.layer.rule != "IntegerLookup" or mode not in {"multi_hot", "count"} or not isinstance(words, list):
        return None
    return (shape[0], len(words) + (others or 0)) if is_plain and shape is not None and len(shape) == 2 else None


_ID_LAYERS = ("Discretization", "Hashing", "HashedCrossing", "IntegerLookup", "StringLookup", "TextVectorization")

LAYERS: Mapping[str, Rule] = {
    **{name: Rule(_encoded("int"), _lookup_shape) for name in _ID_LAYERS},
    "CategoryEncoding": Rule(_encoded("multi_hot"), _category_shape),
}

"""Configs that no version of Keras builds a layer from: without the parameter its class needs, or with a foreign one.

Only parameters that every version writes are asked for, and only those refused that name the size of weights: what a
class may be given besides differs from version to version.
"""

from __future__ import annotations

from collections.abc import Mapping

_RANKS = ("1D", "2D", "3D")

_NEEDED: Mapping[str, str] = {
    **dict.fromkeys(
        ("Dense", "LSTM", "GRU", "SimpleRNN", "LSTMCell", "GRUCell", "SimpleRNNCell", "MaxoutDense"), "units"
    ),
    **{f"{prefix}Conv{rank}": "filters" for prefix in ("", "Separable") for rank in _RANKS},
    **{f"Conv{rank}Transpose": "filters" for rank in _RANKS},
    **{f"{prefix}{rank}": "filters" for prefix in ("ConvLSTM", "LocallyConnected") for rank in _RANKS},
    "Embedding": "output_dim",
}
"""Class under today's name -> the parameter of its constructor without a default (Keras 1 to 3.15)."""

_WITHOUT_WEIGHTS = frozenset({"Activation", "Softmax", "ReLU", "LeakyReLU", "ELU", "ThresholdedReLU"})
_SIZES = ("units", "filters")


def reason(rule: str, config: Mapping[str, object]) -> str | None:
    """Say why Keras refuses to build a layer of the class `rule` from a config under today's names; None if it may."""
    needed = _NEEDED.get(rule)
    if needed is not None and config.get(needed) is None:
        return f"its config has no {needed}, without which Keras does not build it"
    foreign = next((size for size in _SIZES if size in config), None)
    if foreign is not None and rule in _WITHOUT_WEIGHTS:
        return f"its config has {foreign}, with which Keras does not build it"
    return None

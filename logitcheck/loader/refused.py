"""Configs that no Keras writes or builds a layer from: without a parameter of its class, or with a foreign one.

Only parameters that every version writes are asked for, and only those refused that name the size of weights: what a
class may be given besides differs from version to version. A parameter that is gone is never read as its default: a
damaged key looks the same, and Keras refuses a config with that.
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

_CONVOLUTIONS = (
    *(f"{prefix}Conv{rank}" for prefix in ("", "Depthwise", "Separable") for rank in _RANKS),
    *(f"Conv{rank}Transpose" for rank in _RANKS),
    *(f"LocallyConnected{rank}" for rank in _RANKS),
)
_GATED = ("LSTM", "GRU", "LSTMCell", "GRUCell", *(f"ConvLSTM{rank}" for rank in _RANKS))

_STORED: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(("Dense", "EinsumDense", "Activation", "Highway", *_CONVOLUTIONS), ("activation",)),
    **dict.fromkeys(("SimpleRNN", "SimpleRNNCell"), ("activation",)),
    **dict.fromkeys(_GATED, ("activation", "recurrent_activation")),
    "Softmax": ("axis",),
}
"""Class under today's name -> what its `get_config` writes in every version, and what it puts out hangs on.

Seen in files of Keras 1.2.2, 2.1.6 to 2.3.1, TF 1.15 to 2.15 and Keras 3.0 to 3.15, of those that have the class.
"""

_WITHOUT_WEIGHTS = frozenset({"Activation", "Softmax", "ReLU", "LeakyReLU", "ELU", "ThresholdedReLU"})
_SIZES = ("units", "filters")


_STORED_OF_OPERATIONS: Mapping[str, str] = {"Softmax": "axis", "LogSoftmax": "axis"}
"""Class of a `keras.ops` node -> what is always given to it, and so in its config."""


def reason_of_operation(class_name: str, config: Mapping[str, object]) -> str | None:
    """Say why a config is none that Keras writes of a `keras.ops` node; None if it may be."""
    absent = _STORED_OF_OPERATIONS.get(class_name)
    if absent is not None and absent not in config:
        return f"its config has no {absent}, which every version of Keras writes"
    return None


def reason(rule: str, config: Mapping[str, object]) -> str | None:
    """Say why Keras refuses to build a layer of the class `rule` from a config under today's names; None if it may."""
    needed = _NEEDED.get(rule)
    if needed is not None and config.get(needed) is None:
        return f"its config has no {needed}, without which Keras does not build it"
    foreign = next((size for size in _SIZES if size in config), None)
    if foreign is not None and rule in _WITHOUT_WEIGHTS:
        return f"its config has {foreign}, with which Keras does not build it"
    absent = next((name for name in _STORED.get(rule, ()) if name not in config), None)
    if absent is not None:
        return f"its config has no {absent}, which every version of Keras writes"
    return None

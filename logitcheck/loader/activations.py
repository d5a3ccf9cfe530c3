"""Activations as layer configs store them: strings, function objects, layer objects, code (keras-facts: "Activations").

Every form becomes an `Activation` with the Keras 3 name, or one whose name is None and whose reason says why.
"""

from __future__ import annotations

from logitcheck.loader import envelopes, fields, names, refused
from logitcheck.loader.envelopes import Envelope
from logitcheck.model import Activation, ActivationSource

KNOWN = frozenset(
    {
        *("linear", "softmax", "sigmoid", "hard_sigmoid", "sparse_sigmoid", "log_softmax", "log_sigmoid", "sparsemax"),
        *("tanh", "hard_tanh", "softsign", "relu", "relu6", "softplus", "sparse_plus", "squareplus", "exponential"),
        *("leaky_relu", "elu", "celu", "selu", "gelu", "silu", "mish", "hard_silu", "glu", "tanh_shrink"),
        *("soft_shrink", "hard_shrink", "crelu"),
    }
)
"""Activations whose range the analyzer knows, under their Keras 3 names."""

_ALIASES = {"swish": "silu", "hard_swish": "hard_silu", "exp": "exponential", "identity": "linear"}

_LAYER_ACTIVATIONS = {
    "Softmax": "softmax",
    "ReLU": "relu",
    "LeakyReLU": "leaky_relu",
    "ELU": "elu",
    "PReLU": "prelu",
    "ThresholdedReLU": "thresholded_relu",
}

LINEAR = Activation("linear", "linear")


def read(value: object) -> Activation:
    """Read the `activation` of a layer config; a missing one is linear."""
    match value:
        case None:
            return LINEAR
        case str():
            return _named(fields.label(value) or "")
        case {"value": _} | {"class_name": "__lambda__"}:
            return _unknown("a Python lambda", "its activation is a Python lambda, whose code is never run")
        case {"class_name": "function", "config": str(name)}:
            return _function(fields.label(name) or "")
        case {"module": str(module), "config": str(name)} if module.startswith("jax") and _canonical(name):
            return _function(name)
        case {"class_name": str(class_name)}:
            return _object(fields.label(class_name) or "", envelopes.read(value))
        case _:
            return _unknown("unreadable", "its activation is stored in a form that Keras never writes")


def _named(name: str) -> Activation:
    if name in _LAYER_ACTIVATIONS:
        return Activation(_LAYER_ACTIVATIONS[name], name, {}, ActivationSource.LAYER)
    canonical = _canonical(name)
    if canonical is None:
        return _unknown(name, f"its activation {name!r} is not one of Keras")
    source = ActivationSource.TENSORFLOW if name.endswith("_v2") else ActivationSource.KERAS
    return Activation(canonical, name, {}, source)


def _function(name: str) -> Activation:
    """Read a function stored by name: built-in ones come from `tf.nn`, which Keras does not write as plain strings."""
    canonical = _canonical(name)
    if canonical is None:
        return _unknown(name, f"its activation is the custom function {name!r}")
    return Activation(canonical, name, {}, ActivationSource.TENSORFLOW)


def _object(class_name: str, envelope: Envelope | None) -> Activation:
    if class_name in _LAYER_ACTIVATIONS and envelope is not None and not envelope.is_custom:
        config = names.parameters(class_name, envelope.config)
        refusal = refused.reason(class_name, config)
        if refusal is not None:
            return _unknown(class_name, f"its activation is a {class_name}, and {refusal}")
        return Activation(_LAYER_ACTIVATIONS[class_name], class_name, config, ActivationSource.LAYER)
    return _unknown(class_name, f"its activation is an object of the custom class {class_name!r}")


def _canonical(name: str) -> str | None:
    plain = name.removesuffix("_v2")
    plain = _ALIASES.get(plain, plain)
    return plain if plain in KNOWN else None


def _unknown(label: str, reason: str) -> Activation:
    return Activation(None, label, {}, ActivationSource.KERAS, reason)

"""Numbers of several units of one layer: whether biases of their own can make them differ, whatever comes in."""

from __future__ import annotations

from logitcheck.analyzer import axes
from logitcheck.analyzer.calls import LayerCall
from logitcheck.analyzer.transfer import formulas, windows
from logitcheck.analyzer.transfer.affine import NON_NEGATIVE, constraint_of
from logitcheck.model import LayerKind

_LAYERS = frozenset({"Dense", *windows.CONVOLUTIONS, *windows.TRANSPOSED})
"""Layers with a bias for each number along the last axis, unless channels come first."""

ACTIVATIONS = frozenset(
    {
        *("linear", "softmax", "log_softmax", "sigmoid", "hard_sigmoid", "sparse_sigmoid", "log_sigmoid"),
        *("tanh", "hard_tanh", "tanh_shrink", "softsign", "softplus", "sparse_plus", "squareplus", "exponential"),
        *("relu", "relu6", "leaky_relu", "elu", "celu", "selu", "gelu", "silu", "mish", "hard_silu"),
        *("soft_shrink", "hard_shrink"),
    }
)
"""Those that, with no parameters, make different numbers of some that are not negative."""


def differ(call: LayerCall) -> bool:
    """Whether for some weights units of one layer, of which the call is given a multiple, put out different numbers.

    A kernel of 0 leaves nothing but the biases, which differ where nothing more than a sign is asked of them.
    """
    maker = formulas.multiple_of(call.operands, call.tensors[0]) if call.tensors else None
    if maker is None or maker.declared is not None or (axes.size(call.shape(), -1) or 1) == 1:
        return False
    return _has_own_biases(maker) and _tells_apart(maker)


def _has_own_biases(maker: LayerCall) -> bool:
    layer, config = maker.layer, maker.layer.config
    if layer.kind is not LayerKind.LAYER or layer.rule not in _LAYERS or config.get("data_format") == "channels_first":
        return False
    if config.get("use_bias") is False or config.get("trainable") is False:
        return False
    constraints = {constraint_of(layer, name) for name in ("kernel", "depthwise", "pointwise", "bias")}
    return constraints - {None} <= NON_NEGATIVE


def _tells_apart(maker: LayerCall) -> bool:
    activation = maker.layer.activation
    return activation is None or (activation.name in ACTIVATIONS and not activation.config)

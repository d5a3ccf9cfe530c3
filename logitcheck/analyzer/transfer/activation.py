"""Layers and operations that apply an activation, and how values remember it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from logitcheck.analyzer import axes
from logitcheck.analyzer.calls import LayerCall, Rule, number, same_shape
from logitcheck.analyzer.transfer import arithmetic
from logitcheck.analyzer.transfer.activation_functions import FUNCTIONS, ZEROING, Parameters
from logitcheck.analyzer.values import Applied, Rounding, Value, anything, handed_on, vanishing
from logitcheck.declarations import DeclaredOutput
from logitcheck.model import Activation, ActivationSource, LayerKind, Shape

SIGMOID_LIKE = frozenset({"sigmoid", "hard_sigmoid", "sparse_sigmoid"})
"""Activations that give each unit a score of its own in [0, 1]."""

LEAKY_SLOPES = {LayerKind.LAYER: 0.3, LayerKind.OPERATION: 0.2}
"""What a leaky relu leaves of negative numbers unless it is told: the layer more than the function."""

OVER_CLASSES = frozenset({"softmax", "log_softmax"})
"""Activations that are constant over a single class."""

PROBABILITY_MAKERS = SIGMOID_LIKE | {"softmax"}
_NORMALISERS = PROBABILITY_MAKERS | {"log_softmax", "log_sigmoid"}
_STACKED_ON = PROBABILITY_MAKERS | {DeclaredOutput.PROBABILITIES.value}
"""What is squashed twice where a normalising activation follows: activations, and what settings call a distribution."""


def apply(value: Value, activation: Activation | None, call: LayerCall, *, mechanism: str | None = None) -> Value:
    """Give what `activation` makes of `value` in the layer of `call`; a dense layer keeps its operand's rank."""
    if activation is None or activation.name == "linear":
        return value
    if activation.name is None:
        return anything(activation.reason or "its activation is unknown", call.path, value.sources)
    function = FUNCTIONS.get(activation.name)
    if function is None:
        return anything(f"nothing is known of its activation {activation.label!r}", call.path, value.sources)
    if activation.source is ActivationSource.TENSORFLOW:
        mechanism = "tensorflow"
    parameters = activation.config
    if "axis" in parameters:
        parameters = {**parameters, "axis": normalised_axis(call, parameters["axis"])}
    return named(function(value, parameters), value, activation.name, call, mechanism or "activation")


def over_one_class(value: Value) -> Value:
    """Give what an activation over a single class puts out: 1, or 0 of a log-softmax, give or take a rounding.

    Of a 1, too, nothing is left by a logarithm, or by 1 taken away.
    """
    return vanishing(replace(value, reaches_low=False, reaches_high=False))


def named(result: Value, operand: Value, name: str, call: LayerCall, mechanism: str) -> Value:
    """Note on `result` which activation made it of `operand`, and whether it is the second one in a row."""
    axis = result.sum_axis if name == "softmax" else result.log_axis
    applied = Applied(name, call.path, axis, mechanism, call.half)
    inner = operand.applied
    is_stacked = inner is not None and inner.name in _STACKED_ON and name in _NORMALISERS
    unknown = result.unknown
    if unknown is not None and not unknown.layer:
        unknown = replace(unknown, layer=call.path)
    return replace(
        arithmetic.partly_zeroed(result, operand) if name in ZEROING else result,
        applied=applied,
        rounding=Rounding(applied.half, call.path) if applied.half is not None else None,
        stacked=(inner, applied) if inner is not None and is_stacked else None,
        direct=True,
        after_dropout=False,
        copied_in_keras_2=False,
        maybe_copied=False,
        unknown=unknown,
    )


def _layer_activation(call: LayerCall) -> Value:
    """Rule of the layer Activation: a linear one hands on the very tensor, logits of the backend included."""
    return apply(handed_on(call.value(), half=call.half), call.layer.activation, call)


def _of_layer(name: str, defaults: Parameters) -> Callable[[LayerCall], Value]:
    def rule(call: LayerCall) -> Value:
        parameters = {**defaults, **{key: value for key, value in call.config.items() if value is not None}}
        return named(FUNCTIONS[name](call.value(), parameters), call.value(), name, call, "layer")

    return rule


def normalised_axis(call: LayerCall, axis: object) -> object:
    """Give the axis of a softmax from the end; a list of axes stays one, and so does one that cannot be told."""
    if isinstance(axis, (list, tuple)) and len(axis) == 1:
        axis = axis[0]
    if isinstance(axis, int) and axis < 0:
        return axis
    return axes.negative(axis, call.shape())


def _softmax_layer(call: LayerCall) -> Value:
    """Softmax: where a mask hides every class, Keras from 3.10 on gives zeros, which are no distribution."""
    stored, operand = call.config.get("axis", -1), call.value()
    is_joint = isinstance(stored, (list, tuple)) and len(stored) > 1
    is_masked = call.argument(1, "mask") is not None
    mechanism = "formula" if is_joint else "masked layer" if is_masked else "layer"
    result = FUNCTIONS["softmax"](operand, {"axis": normalised_axis(call, stored)})
    value = named(result, operand, "softmax", call, mechanism)
    return replace(value, sum_axis=None) if is_masked else value


def _operation(name: str, **defaults: object) -> Callable[[LayerCall], Value]:
    """Make the rule of an operation that is an activation; its parameters are arguments of the call."""

    def rule(call: LayerCall) -> Value:
        operand = call.value()
        parameters = {key: call.option(key, default) for key, default in defaults.items()}
        if "axis" in parameters:
            given = call.argument(1, "axis")
            parameters["axis"] = normalised_axis(call, -1 if given is None else given)
        return named(FUNCTIONS[name](operand, parameters), operand, name, call, _mechanism(call))

    return rule


def _silu(call: LayerCall) -> Value:
    """Give `x * sigmoid(beta * x)`, of which TensorFlow takes another beta than 1."""
    if number(call.argument(1, "beta", 1.0)) != 1:
        return anything("nothing is known of its activation with another beta", call.path, call.sources())
    return _operation("silu")(call)


def _mechanism(call: LayerCall) -> str:
    activation = call.layer.activation
    if activation is not None and activation.source is ActivationSource.GRAPH:
        return "graph"
    return "tensorflow" if call.layer.class_name.startswith(("TF", "TensorFlow")) else "operation"


def _gated_shape(call: LayerCall) -> Shape | None:
    shape, axis = call.shape(), axes.negative(call.argument(1, "axis") or -1, call.shape())
    if shape is None or axis is None:
        return None
    halved = list(shape)
    size = shape[axis]
    halved[axis] = None if size is None else size // 2
    return tuple(halved)


LAYERS: Mapping[str, Rule] = {
    "Activation": Rule(_layer_activation, same_shape),
    "Softmax": Rule(_softmax_layer, same_shape),
    "ReLU": Rule(_of_layer("relu", {}), same_shape),
    "LeakyReLU": Rule(_of_layer("leaky_relu", {"negative_slope": LEAKY_SLOPES[LayerKind.LAYER]}), same_shape),
    "ELU": Rule(_of_layer("elu", {"alpha": 1.0}), same_shape),
    "PReLU": Rule(_of_layer("prelu", {}), same_shape),
    "ThresholdedReLU": Rule(_of_layer("thresholded_relu", {}), same_shape),
}

OPERATIONS: Mapping[str, Rule] = {
    "Softmax": Rule(_operation("softmax", axis=-1), same_shape),
    "LogSoftmax": Rule(_operation("log_softmax", axis=-1), same_shape),
    "Sigmoid": Rule(_operation("sigmoid"), same_shape),
    "LogSigmoid": Rule(_operation("log_sigmoid"), same_shape),
    "HardSigmoid": Rule(_operation("hard_sigmoid"), same_shape),
    "SparseSigmoid": Rule(_operation("sparse_sigmoid"), same_shape),
    "Sparsemax": Rule(_operation("sparsemax"), same_shape),
    "Tanh": Rule(_operation("tanh"), same_shape),
    "HardTanh": Rule(_operation("hard_tanh"), same_shape),
    "Softsign": Rule(_operation("softsign"), same_shape),
    "SoftSign": Rule(_operation("softsign"), same_shape),
    "Relu": Rule(_operation("relu"), same_shape),
    "ReLU": Rule(_operation("relu", negative_slope=0.0, max_value=None, threshold=0.0), same_shape),
    "Relu6": Rule(_operation("relu6"), same_shape),
    "Softplus": Rule(_operation("softplus"), same_shape),
    "SparsePlus": Rule(_operation("sparse_plus"), same_shape),
    "LeakyRelu": Rule(_operation("leaky_relu", negative_slope=LEAKY_SLOPES[LayerKind.OPERATION]), same_shape),
    "LeakyReLU": Rule(_operation("leaky_relu", negative_slope=LEAKY_SLOPES[LayerKind.OPERATION]), same_shape),
    "Elu": Rule(_operation("elu", alpha=1.0), same_shape),
    "Celu": Rule(_operation("celu", alpha=1.0), same_shape),
    "Selu": Rule(_operation("selu"), same_shape),
    "Gelu": Rule(_operation("gelu"), same_shape),
    "Silu": Rule(_silu, same_shape),
    "Mish": Rule(_operation("mish"), same_shape),
    "HardSilu": Rule(_operation("hard_silu"), same_shape),
    "HardSwish": Rule(_operation("hard_silu"), same_shape),
    "TanhShrink": Rule(_operation("tanh_shrink"), same_shape),
    "SoftShrink": Rule(_operation("soft_shrink"), same_shape),
    "HardShrink": Rule(_operation("hard_shrink"), same_shape),
    "Threshold": Rule(_operation("threshold", threshold=None, default_value=None), same_shape),
    "Crelu": Rule(_operation("crelu"), lambda _: None),
    "Squareplus": Rule(_operation("squareplus", b=4), same_shape),
    "Glu": Rule(_operation("glu"), _gated_shape),
}

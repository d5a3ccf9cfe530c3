from __future__ import annotations

from typing import Any

import pytest

from logitcheck.analyzer.transfer import activation, shapes
from logitcheck.analyzer.values import Applied, Kind, Value, anything
from logitcheck.model import Activation, ActivationSource, ConstantArray, Layer, Shape
from tests.analyzer.given import bounded, call, distribution, layer, logits, operation, reference, result, scores

SHAPE: Shape = (None, 5, 3)


def test_a_linear_activation_hands_on_the_very_tensor() -> None:
    operand = distribution()
    assert result(call(layer("Activation", "linear"), (operand, SHAPE))) is operand


def test_an_activation_is_remembered_with_the_layer_that_applied_it() -> None:
    value = result(call(layer("Activation", "softmax"), (logits(), SHAPE)))
    assert value.applied == Applied("softmax", "activation", -1, "activation")
    assert value.direct


@pytest.mark.parametrize(
    ("dtype", "half"), [("float16", "float16"), ("bfloat16", "bfloat16"), ("float32", None), (None, None)]
)
def test_an_activation_in_16_bits_is_noted(dtype: str | None, half: str | None) -> None:
    value = result(call(layer("Activation", "softmax", compute_dtype=dtype), (logits(), SHAPE)))
    assert value.applied is not None
    assert value.applied.half == half


@pytest.mark.parametrize(
    ("applied", "mechanism"),
    [
        pytest.param(layer("Activation", "softmax"), "activation", id="argument of a layer"),
        pytest.param(layer("Softmax"), "layer", id="layer of its own"),
        pytest.param(operation("Softmax"), "operation", id="operation"),
    ],
)
def test_the_way_it_was_applied_is_remembered(applied: Layer, mechanism: str) -> None:
    value = result(call(applied, (logits(), SHAPE)))
    assert value.applied is not None
    assert value.applied.mechanism == mechanism


def test_the_raw_function_of_tensorflow_is_told_from_that_of_keras() -> None:
    raw = Activation("softmax", "softmax_v2", source=ActivationSource.TENSORFLOW)
    called = call(layer("Dense"), (logits(), SHAPE))
    value = activation.apply(logits(), raw, called)
    assert value.applied is not None
    assert value.applied.mechanism == "tensorflow"


def test_an_activation_that_is_code_is_unknown_with_its_reason() -> None:
    called = call(layer("Dense"), (logits(), SHAPE))
    value = activation.apply(logits(), Activation(None, "mine", reason="it is the user's own"), called)
    assert value.unknown is not None
    assert (value.unknown.reason, value.unknown.layer) == ("it is the user's own", "dense")


def test_an_activation_without_a_reason_is_unknown_all_the_same() -> None:
    value = activation.apply(logits(), Activation(None, "mine"), call(layer("Dense"), (logits(), SHAPE)))
    assert value.kind is Kind.UNKNOWN


def test_an_activation_that_is_not_in_the_table_is_unknown() -> None:
    value = result(call(layer("Activation", "softermax"), (logits(), SHAPE)))
    assert value.unknown is not None
    assert "softermax" in value.unknown.reason


def test_no_activation_at_all_is_a_linear_one() -> None:
    assert activation.apply(logits(), None, call(layer("Dense"), (logits(), SHAPE))) == logits()


def test_an_unknown_that_an_activation_makes_names_the_layer() -> None:
    value = result(call(layer("ReLU", negative_slope=-1.0), (logits(), SHAPE)))
    assert value.unknown is not None
    assert value.unknown.layer == "relu"


@pytest.mark.parametrize(
    "second", ["softmax", "sigmoid", "hard_sigmoid", "sparse_sigmoid", "log_softmax", "log_sigmoid"]
)
@pytest.mark.parametrize("first", [distribution(), scores()], ids=["on softmax", "on sigmoid"])
def test_a_normalising_activation_on_activated_numbers_is_stacked(first: Value, second: str) -> None:
    value = result(call(layer("Activation", second), (first, SHAPE)))
    assert value.stacked is not None
    inner, outer = value.stacked
    assert (inner, outer.name) == (first.applied, second)


@pytest.mark.parametrize("second", ["relu", "tanh", "linear", "elu"])
def test_other_activations_on_activated_numbers_are_not_stacked(second: str) -> None:
    assert result(call(layer("Activation", second), (distribution(), SHAPE))).stacked is None


@pytest.mark.parametrize("operand", [logits(), bounded(-1.0, 1.0)], ids=["logits", "numbers without an activation"])
def test_a_softmax_on_numbers_that_are_not_activated_is_not_stacked(operand: Value) -> None:
    assert result(call(layer("Softmax"), (operand, SHAPE))).stacked is None


def test_a_relu_between_two_softmaxes_ends_the_stack() -> None:
    between = result(call(layer("ReLU"), (distribution(), SHAPE)))
    assert result(call(layer("Softmax"), (between, SHAPE))).stacked is None


@pytest.mark.parametrize(
    ("axis", "shape", "expected"),
    [
        pytest.param(-1, SHAPE, -1, id="last"),
        pytest.param(1, SHAPE, -2, id="positive"),
        pytest.param([2], SHAPE, -1, id="list of one"),
        pytest.param(-2, None, -2, id="negative in an unknown rank"),
        pytest.param(1, None, None, id="positive in an unknown rank"),
        pytest.param([1, 2], SHAPE, None, id="several"),
        pytest.param(7, SHAPE, None, id="no axis of it"),
    ],
)
def test_the_layer_softmax_runs_along_its_axis(axis: object, shape: Shape | None, expected: int | None) -> None:
    assert result(call(layer("Softmax", axis=axis), (logits(), shape))).axis == expected


def test_the_axis_of_an_activation_object_is_counted_from_the_end() -> None:
    activated = layer("Activation", "softmax", activation_config={"axis": 1})
    assert result(call(activated, (logits(), SHAPE))).axis == -2


@pytest.mark.parametrize("name", ["Softmax", "LogSoftmax"])
def test_an_operation_takes_its_axis_from_the_call_or_the_config(name: str) -> None:
    assert result(call(operation(name, axis=1), (logits(), SHAPE))).axis == -2
    assert result(call(operation(name), (logits(), SHAPE), kwargs={"axis": 1})).axis == -2
    assert result(call(operation(name), (logits(), SHAPE), args=("x", -2))).axis == -2
    assert result(call(operation(name), (logits(), SHAPE))).axis == -1


@pytest.mark.parametrize(
    ("applied", "kind"),
    [
        pytest.param(layer("ReLU"), Kind.RANGE, id="ReLU"),
        pytest.param(layer("ReLU", max_value=1.0), Kind.UNIT_INTERVAL, id="ReLU up to 1"),
        pytest.param(layer("ReLU", negative_slope=0.1), Kind.LOGITS, id="ReLU with a slope"),
        pytest.param(layer("LeakyReLU"), Kind.LOGITS, id="LeakyReLU"),
        pytest.param(layer("ELU"), Kind.RANGE, id="ELU"),
        pytest.param(layer("PReLU"), Kind.LOGITS, id="PReLU"),
        pytest.param(layer("ThresholdedReLU"), Kind.RANGE, id="ThresholdedReLU"),
    ],
)
def test_activation_layers_bound_what_they_activate(applied: Layer, kind: Kind) -> None:
    assert result(call(applied, (logits(), SHAPE))).kind is kind


def test_the_layer_leaky_relu_has_a_steeper_slope_than_the_function() -> None:
    operand = bounded(-1.0, 1.0)
    assert result(call(layer("LeakyReLU"), (operand, SHAPE))).low == -0.3
    assert result(call(operation("LeakyRelu"), (operand, SHAPE))).low == -0.2


@pytest.mark.parametrize("name", sorted(activation.OPERATIONS))
def test_an_activating_operation_notes_what_it_applied(name: str) -> None:
    value = result(call(operation(name), (logits(), SHAPE)))
    assert value.applied is not None
    assert value.applied.layer == name.lower()


@pytest.mark.parametrize("name", sorted({*activation.LAYERS, *activation.OPERATIONS} - {"Glu", "Crelu"}))
def test_activations_keep_the_shape(name: str) -> None:
    activated = layer(name) if name in activation.LAYERS else operation(name)
    assert shapes(call(activated, (logits(), SHAPE))) == [SHAPE]


def test_glu_halves_its_axis() -> None:
    assert shapes(call(operation("Glu", axis=1), (logits(), (None, 6, 3)))) == [(None, 3, 3)]
    assert shapes(call(operation("Glu"), (logits(), (None, 6, None)))) == [(None, 6, None)]


def test_a_bounded_activation_restores_knowledge_behind_an_unknown_layer() -> None:
    value = result(call(layer("Softmax"), (anything("it is custom", "mine"), SHAPE)))
    assert value.kind is Kind.PROBABILITIES


@pytest.mark.parametrize(
    ("args", "kwargs", "kind", "axis", "mechanism"),
    [
        pytest.param((reference(),), {}, Kind.PROBABILITIES, -1, "layer", id="no mask"),
        pytest.param((reference(),), {"mask": None}, Kind.PROBABILITIES, -1, "layer", id="null"),
        pytest.param((reference(), None), {}, Kind.PROBABILITIES, -1, "layer", id="null, positional"),
        pytest.param((reference(),), {"mask": reference(1)}, Kind.UNIT_INTERVAL, None, "masked layer", id="keyword"),
        pytest.param((reference(), reference(1)), {}, Kind.UNIT_INTERVAL, None, "masked layer", id="positional"),
        pytest.param(
            (reference(),), {"mask": ConstantArray([True])}, Kind.UNIT_INTERVAL, None, "masked layer", id="array"
        ),
    ],
)
def test_a_softmax_whose_classes_may_all_be_masked_is_no_distribution(
    args: tuple[object, ...], kwargs: dict[str, object], kind: Kind, axis: int | None, mechanism: str
) -> None:
    masked = call(layer("Softmax"), (logits(), SHAPE), (bounded(0.0, 1.0, "mask"), SHAPE), args=args, kwargs=kwargs)
    value = result(masked)
    assert (value.kind, value.axis, value.low, value.high, value.reaches_high) == (kind, axis, 0.0, 1.0, True)
    assert value.applied == Applied("softmax", "softmax", -1, mechanism)


@pytest.mark.parametrize("mask", [None, reference(1)], ids=["unmasked", "masked"])
@pytest.mark.parametrize("axes", [[1, 2], [-1, -2], (1, 2)], ids=str)
def test_a_softmax_over_several_axes_is_a_distribution_along_none_of_them(axes: object, mask: object) -> None:
    joint = call(layer("Softmax", axis=axes), (logits(), SHAPE), kwargs={"mask": mask})
    value = result(joint)
    assert (value.kind, value.axis, value.sum_axis) == (Kind.UNIT_INTERVAL, None, None)
    assert value.applied == Applied("softmax", "softmax", None, "formula")


@pytest.mark.parametrize(("name", "kind"), [("Softmax", Kind.UNIT_INTERVAL), ("LogSoftmax", Kind.LOG_PROBABILITIES)])
def test_an_operation_over_several_axes_is_a_distribution_along_none_of_them(name: str, kind: Kind) -> None:
    value = result(call(operation(name, axis=[1, 2]), (logits(), SHAPE)))
    assert (value.kind, value.axis) == (kind, None)


@pytest.mark.parametrize("config", [{"axis": [1, 2]}, {}], ids=["several axes", "masked"])
def test_a_softmax_on_one_that_is_no_distribution_is_stacked_all_the_same(config: dict[str, Any]) -> None:
    inner = result(call(layer("Softmax", **config), (logits(), SHAPE), kwargs={"mask": reference()}))
    assert result(call(layer("Softmax"), (inner, SHAPE))).stacked is not None

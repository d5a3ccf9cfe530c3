"""Formulas over several steps: what their operands have in common, added up, cancelled out and squared."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import pytest

from logitcheck import loader
from logitcheck.analyzer import analyze
from logitcheck.analyzer.transfer import formulas
from logitcheck.analyzer.values import INFINITY, Kind, Value
from logitcheck.model import SavedModel
from tests.analyzer.given import call, logits, reason
from tests.analyzer.given import operation as given_operation
from tests.building import Config, called, dense, functional, layer, operation, source, tensor, write

SHAPE = (None, 3)
SHARED = "it combines values of the same origin, in a way that is not followed"


def of(folder: Path, *steps: Config, shape: tuple[int | None, ...] = SHAPE) -> Value:
    """What the last of the steps puts out; all of them may use `x`, which an input and a first step make."""
    model = functional([source("a", shape), *steps], [[steps[-1]["name"], 0, 0]])
    loaded = loader.load(write(folder / "model.keras", model))
    assert isinstance(loaded, SavedModel)
    return analyze(loaded)[0].value


def x(activation: str = "linear") -> Config:
    return called(dense("x", 3, activation), tensor("a", SHAPE))


def t(name: str, shape: tuple[int | None, ...] = SHAPE) -> Config:
    return tensor(name, shape)


def op(name: str, rule: str, *arguments: Any) -> Config:
    return called(operation(rule, name), *(t(each) if isinstance(each, str) else each for each in arguments))


def merge(name: str, rule: str, *names: str) -> Config:
    return called(layer(rule, name), [t(each) for each in names])


def dropped(name: str, of_: str, **arguments: Any) -> Config:
    return called(layer("Dropout", name, rate=0.5), t(of_), **arguments)


def test_a_tensor_divided_by_a_multiple_of_itself_is_a_constant(tmp_path: Path) -> None:
    value = of(tmp_path, x(), op("sum", "Add", "x", "x"), op("y", "Divide", "x", "sum"))
    assert (value.low, value.high) == (0.5, 0.5)


def test_what_dropout_leaves_of_a_tensor_in_prediction_is_the_tensor(tmp_path: Path) -> None:
    value = of(tmp_path, x(), dropped("d", "x"), merge("y", "Subtract", "x", "d"))
    assert (value.low, value.high) == (0.0, 0.0)
    assert of(tmp_path, x(), dropped("d", "x"), merge("y", "Add", "x", "d")).is_unbounded


def test_a_dropout_that_is_always_active_is_another_tensor(tmp_path: Path) -> None:
    value = of(tmp_path, x(), dropped("d", "x", training=True), merge("y", "Subtract", "x", "d"))
    assert (value.kind, reason(value)) == (Kind.UNKNOWN, SHARED)


def test_weights_that_add_up_to_1_leave_a_tensor_as_it_is(tmp_path: Path) -> None:
    parts = (op("p", "Multiply", "x", 0.25), op("d", "Identity", "x"), op("q", "Multiply", "d", 0.75))
    assert of(tmp_path, x("relu"), *parts, op("y", "Add", "p", "q")).kind is Kind.RANGE
    assert of(tmp_path, x(), *parts, op("y", "Add", "p", "q")).is_unbounded


def test_what_rounding_may_leave_of_large_numbers_is_not_told_from_nothing(tmp_path: Path) -> None:
    """In 32 bits `0.25 x + 0.75 x - x` is not 0 where x is a million."""
    parts = (op("p", "Multiply", "x", 0.25), op("q", "Multiply", "x", 0.75), op("s", "Add", "p", "q"))
    assert of(tmp_path, x(), *parts, op("y", "Subtract", "s", "x")).kind is Kind.UNKNOWN


def test_a_bounded_rest_of_what_cancels_out_is_doubted_too(tmp_path: Path) -> None:
    steps = (op("s", "Sigmoid", "x"), op("sum", "Add", "x", "s"), op("y", "Subtract", "sum", "x"))
    assert of(tmp_path, x(), *steps).kind is Kind.UNKNOWN


def test_a_tensor_and_its_square_are_a_parabola(tmp_path: Path) -> None:
    """`(x + 2 x²) / 3` is lowest at -1/4."""
    value = of(tmp_path, x(), op("s", "Square", "x"), merge("y", "Average", "x", "s", "s"))
    assert (value.low, value.high) == (pytest.approx(-1 / 24), INFINITY)
    assert (value.reaches_low, value.reaches_high) == (True, True)


def test_whole_numbers_may_leap_over_the_vertex_of_a_parabola(tmp_path: Path) -> None:
    steps = (op("f", "Floor", "x"), op("s", "Square", "f"), merge("y", "Average", "f", "s", "s"))
    value = of(tmp_path, x(), *steps)
    assert (value.low, value.reaches_low) == (pytest.approx(-1 / 24), False)


def test_a_third_power_goes_both_ways_where_its_tensor_does(tmp_path: Path) -> None:
    steps = (op("s", "Square", "x"), op("c", "Multiply", "s", "x"))
    assert of(tmp_path, x(), *steps).is_unbounded
    assert of(tmp_path, x(), *steps, op("y", "Add", "c", "x")).is_unbounded
    assert of(tmp_path, x("relu"), *steps).kind is Kind.RANGE


def test_of_a_third_power_of_what_ends_below_the_lowest_is_known(tmp_path: Path) -> None:
    """`x² x` of an elu, which is never below -1."""
    value = of(tmp_path, x("elu"), op("s", "Square", "x"), op("c", "Multiply", "s", "x"))
    assert (value.low, value.high, value.reaches_low, value.reaches_high) == (-1.0, INFINITY, True, True)


@pytest.mark.parametrize(("power", "kind"), [(3, Kind.UNKNOWN), (2, Kind.LOGITS)])
def test_of_large_cubes_that_cancel_out_rounding_leaves_something(tmp_path: Path, power: int, kind: Kind) -> None:
    steps = (op("c", "Power", "x", power), op("s", "Square", "x"), op("t", "Multiply", "s", "x"))
    assert of(tmp_path, x(), *steps, op("y", "Subtract", "t", "c")).kind is kind


def test_a_fourth_power_is_a_tensor_of_its_own(tmp_path: Path) -> None:
    steps = (op("s", "Square", "x"), op("c", "Square", "s"), op("y", "Subtract", "c", "x"))
    assert of(tmp_path, x(), *steps).kind is Kind.UNKNOWN


def test_a_choice_between_a_tensor_and_itself_is_none(tmp_path: Path) -> None:
    steps = (op("c", "Greater", "x", 0.5), op("y", "Where", "c", "x", "x"))
    assert of(tmp_path, x(), *steps).is_unbounded
    other = (op("n", "Negative", "x"), op("c", "Greater", "x", 0.5), op("y", "Where", "c", "x", "n"))
    assert of(tmp_path, x(), *other).kind is Kind.UNKNOWN


def test_the_smaller_of_a_tensor_and_itself_is_that_tensor(tmp_path: Path) -> None:
    value = of(tmp_path, x(), merge("m", "Minimum", "x", "x"), op("y", "Divide", "m", "x"))
    assert (value.low, value.high) == (1.0, 1.0)


def test_a_tensor_is_the_same_inside_of_a_nested_model(tmp_path: Path) -> None:
    inner = functional(
        [source("i", SHAPE), called(layer("Permute", "p", dims=[1]), tensor("i", SHAPE))], [["p", 0, 0]], name="inner"
    )
    value = of(tmp_path, x(), called(inner, t("x")), merge("y", "Subtract", "inner", "x"))
    assert (value.low, value.high) == (0.0, 0.0)


@pytest.mark.parametrize(
    ("step", "is_same"),
    [
        (called(layer("Reshape", "r", target_shape=[3]), t("x")), True),
        (called(layer("Reshape", "r", target_shape=[3, 1]), t("x")), False),
        (called(operation("Transpose", "r", axes=[0, 1]), t("x")), True),
        (called(layer("Masking", "r"), t("x")), True),
        (called(layer("Masking", "r", mask_value=0.0), t("x")), True),
        (called(layer("Masking", "r", mask_value=1.0), t("x")), False),
        (called(operation("Flip", "r", axis=-1), t("x")), False),
        (called(layer("Rescaling", "r", scale=1.0, offset=0.0), t("x")), True),
        (called(layer("Activation", "r", activation="linear"), t("x")), True),
        (called(layer("Activation", "r", activation="relu"), t("x")), False),
    ],
    ids=[
        *("same sizes", "other sizes", "same order", "masked", "masked by 0", "masked by 1", "turned around"),
        *("rescaled by 1", "linear", "relu"),
    ],
)
def test_what_keeps_every_number_at_its_place_keeps_the_tensor(tmp_path: Path, step: Config, *, is_same: bool) -> None:
    shape = (None, 3, 1) if "target_shape" in step["config"] and len(step["config"]["target_shape"]) == 2 else SHAPE
    value = of(tmp_path, x(), step, called(layer("Subtract", "y"), [t("x"), t("r", shape)]))
    assert ((value.low, value.high) == (0.0, 0.0)) == is_same


@pytest.mark.parametrize(
    ("inner", "kind"),
    [
        (layer("Dropout", "i", rate=0.5), Kind.UNIT_INTERVAL),
        (layer("Normalization", "i", axis=None, mean=0.0, variance=4.0), Kind.LOGITS),
        (layer("Permute", "i", dims=[1]), Kind.UNKNOWN),
    ],
    ids=["the tensor itself", "a half of it", "not followed"],
)
def test_layers_that_work_on_each_number_alone_do_so_at_each_step(tmp_path: Path, inner: Config, kind: Kind) -> None:
    shape = (None, 4, 3)
    each = called(layer("TimeDistributed", "r", layer=inner), t("x", shape))
    less = called(layer("Subtract", "y"), [t("x", shape), t("r", shape)])
    assert of(tmp_path, called(dense("x", 3), tensor("a", shape)), each, less, shape=shape).kind is kind


def test_numbers_along_an_axis_of_one_stay_where_they_are_when_turned_around(tmp_path: Path) -> None:
    head = called(dense("x", 1), tensor("a", SHAPE))
    turned = called(operation("Flip", "r", axis=-1), t("x", (None, 1)))
    mean = called(layer("Average", "y"), [t("x", (None, 1)), t("r", (None, 1))])
    assert of(tmp_path, head, turned, mean).is_unbounded


def test_tensors_of_other_ranks_do_not_meet_place_by_place(tmp_path: Path) -> None:
    """The layers align the axes behind the batch from the front, operations all of them from the end."""
    steps = (
        called(layer("RepeatVector", "r", n=3), t("x")),
        called(layer("Add", "s"), [t("x"), t("r", (None, 3, 3))]),
        called(operation("Add", "d"), t("r", (None, 3, 3)), t("r", (None, 3, 3))),
        called(operation("Subtract", "y"), t("s", (None, 3, 3)), t("d", (None, 3, 3))),
    )
    assert of(tmp_path, x(), *steps).kind is Kind.UNKNOWN


def test_outputs_of_one_layer_are_shifted_by_its_bias_together(tmp_path: Path) -> None:
    twice = called(called(dense("x", 3), tensor("a", SHAPE)), tensor("x", SHAPE))
    pair = [tensor("x", SHAPE), tensor("x", SHAPE, 1)]
    assert of(tmp_path, twice, called(layer("Average", "y"), pair)).is_unbounded
    assert of(tmp_path, twice, called(layer("Subtract", "y"), pair)).kind is Kind.UNKNOWN
    without_bias = twice | {"config": twice["config"] | {"use_bias": False}}
    assert of(tmp_path, without_bias, called(layer("Average", "y"), pair)).kind is Kind.UNKNOWN


def test_formulas_in_16_bits_are_not_written_out(tmp_path: Path) -> None:
    half = layer("Dropout", "d", rate=0.5, dtype="float16")
    value = of(tmp_path, x(), called(half, t("x")), merge("y", "Subtract", "x", "d"))
    assert value.kind is Kind.UNKNOWN


def test_a_formula_is_written_out_only_so_far(tmp_path: Path) -> None:
    names = ["x", *(f"s{number}" for number in range(40))]
    steps = [op(after, "Add", before, "x") for before, after in itertools.pairwise(names)]
    assert of(tmp_path, x("relu"), *steps, op("y", "Divide", "x", names[-1])).high == INFINITY
    assert of(tmp_path, x(), *steps[:5], op("y", "Divide", "x", "s4")).high == pytest.approx(1 / 6)


def test_operands_of_which_it_is_not_known_how_they_came_are_formulas_of_nothing() -> None:
    assert formulas.value_of(call(given_operation("Add"), (logits("a"), SHAPE), (logits("b"), SHAPE))) is None
    assert formulas.value_of(call(given_operation("Add"), (logits(), SHAPE))) is None


@pytest.mark.parametrize(
    ("rule", "factor", "is_known"),
    [("Maximum", 2.0, True), ("Minimum", 2.0, True), ("Maximum", -2.0, False)],
    ids=["larger", "smaller", "of opposite signs"],
)
def test_the_larger_of_two_multiples_of_one_tensor_goes_where_it_goes(
    tmp_path: Path, rule: str, factor: float, *, is_known: bool
) -> None:
    """But `max(x, -2 x)` is never negative."""
    value = of(tmp_path, x(), op("m", "Multiply", "x", factor), merge("y", rule, "m", "x"))
    assert (value.kind is Kind.LOGITS) == is_known


def test_a_product_with_the_tensor_as_it_was_before_a_normalization_is_a_parabola(tmp_path: Path) -> None:
    """`x (2 x + 1)` is lowest at -1/4."""
    norm = called(layer("Normalization", "n", axis=None, mean=1.0, variance=4.0, invert=True), t("x"))
    value = of(tmp_path, x(), norm, merge("y", "Multiply", "n", "x"))
    assert (value.low, value.high) == (pytest.approx(-1 / 8), INFINITY)


def test_a_single_part_of_a_tensor_is_the_tensor(tmp_path: Path) -> None:
    for parts, kind in ((1, Kind.LOGITS), (3, Kind.UNKNOWN)):
        shape = (None, 3 // parts)
        split = called(operation("Split", "s", indices_or_sections=parts, axis=-1), t("x"))
        steps = (split, called(layer("Average", "y"), [t("x"), t("s", shape)]))
        assert of(tmp_path, x(), *steps).kind is kind


def test_a_mean_that_a_softmax_of_the_same_numbers_weighs_lies_between_them(tmp_path: Path) -> None:
    shares = called(operation("Softmax", "p", axis=-1), t("x"))
    steps = (shares, op("w", "Multiply", "x", "p"))
    summed = called(operation("Sum", "y", axis=-1), t("w"))
    assert of(tmp_path, x(), *steps, summed).is_unbounded
    masking = (called(layer("Masking", "m"), tensor("a", SHAPE)), called(dense("x", 3), t("m")))
    assert of(tmp_path, *masking, *steps, summed).is_unbounded
    over_samples = called(operation("Sum", "y", axis=0), t("w"))
    assert of(tmp_path, *masking, *steps, over_samples).kind is Kind.UNKNOWN


@pytest.mark.parametrize(
    ("activation", "kind", "low"),
    [("sigmoid", Kind.RANGE, 0.0), ("linear", Kind.LOGITS, -INFINITY), ("tanh", Kind.UNKNOWN, -INFINITY)],
)
def test_a_single_weight_that_is_applied_twice_is_squared(
    tmp_path: Path, activation: str, kind: Kind, low: float
) -> None:
    head = called(dense("x", 1, activation), tensor("a", SHAPE))
    without = dense("w", 1)
    without["config"]["use_bias"] = False
    twice = called(called(without, t("x", (None, 1))), t("w", (None, 1)))
    again = called(layer("Activation", "y", activation="linear"), tensor("w", (None, 1), 1))
    value = of(tmp_path, head, twice, again)
    assert (value.kind, value.low) == (kind, low)


def test_what_pads_a_mixture_that_goes_both_ways_leaves_it_one(tmp_path: Path) -> None:
    shape = (None, 4, 3)
    head = called(dense("x", 3), tensor("a", shape))
    gram = called(layer("Dot", "g", axes=-1, normalize=False), [tensor("x", shape)] * 2)
    padded = called(layer("ZeroPadding1D", "y", padding=1), tensor("g", (None, 4, 4)))
    assert of(tmp_path, head, gram, padded, shape=shape).kind is Kind.LOGITS

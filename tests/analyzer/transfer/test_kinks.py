"""Lines with a kink at 0 over one tensor, added up and compared: where they end, and where nothing is claimed."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from logitcheck.analyzer.values import INFINITY, Kind, Value
from tests.analyzer.transfer.test_formulas import SHAPE, merge, of, op, t, x
from tests.building import Config, called, dense, layer, operation, tensor


def bent(name: str, rule: str, on: str = "x", **config: object) -> Config:
    return called(layer(rule, name, **config), t(on))


def ends(value: Value) -> tuple[float, float, bool, bool]:
    return value.low, value.high, value.reaches_low, value.reaches_high


def test_what_a_relu_takes_away_is_never_negative(tmp_path: Path) -> None:
    value = of(tmp_path, x(), bent("r", "ReLU"), op("y", "Subtract", "r", "x"))
    assert ends(value) == (0.0, INFINITY, True, True)
    value = of(tmp_path, x(), bent("r", "Activation", activation="relu"), merge("y", "Subtract", "x", "r"))
    assert ends(value) == (-INFINITY, 0.0, True, True)


@pytest.mark.parametrize(
    ("bend", "pick", "kind"),
    [
        (layer("LeakyReLU", "b", negative_slope=0.25), "Maximum", Kind.LOGITS),
        (layer("LeakyReLU", "b", negative_slope=0.25), "Minimum", Kind.LOGITS),
        (layer("LeakyReLU", "b", negative_slope=2.0), "Maximum", Kind.LOGITS),
        (layer("ReLU", "b", negative_slope=0.5), "Minimum", Kind.LOGITS),
        (layer("ReLU", "b", negative_slope=0.5, threshold=1.0), "Minimum", Kind.UNKNOWN),
        (layer("ReLU", "b", negative_slope=0.5, max_value=6.0), "Maximum", Kind.UNKNOWN),
        (operation("Abs", "b"), "Maximum", Kind.RANGE),
        (operation("Relu", "b"), "Minimum", Kind.LOGITS),
        (operation("Sinh", "b"), "Maximum", Kind.UNKNOWN),
    ],
    ids=lambda item: item["class_name"] if isinstance(item, dict) else "",
)
def test_the_larger_and_the_smaller_of_lines(tmp_path: Path, bend: Config, pick: str, kind: Kind) -> None:
    assert of(tmp_path, x(), called(bend, t("x")), merge("y", pick, "x", "b")).kind is kind


@pytest.mark.parametrize(("pick", "low", "high"), [("Maximum", 0.0, INFINITY), ("Minimum", -INFINITY, 0.0)])
def test_a_constant_of_0_is_a_line_too(tmp_path: Path, pick: str, low: float, high: float) -> None:
    cut = op("m", pick, "x", 0.0)
    assert of(tmp_path, x(), cut, op("y", "Add", "m", "x")).is_unbounded
    assert ends(of(tmp_path, x(), cut, op("y", "Subtract", "m", "x"))) == (low, high, True, True)
    one = op("m", pick, "x", 1.0)
    assert of(tmp_path, x(), one, op("y", "Subtract", "m", "x")).kind is Kind.UNKNOWN


def test_lines_are_followed_through_one_another(tmp_path: Path) -> None:
    """`max(x, relu(-x)) - |x|` is 0."""
    steps = [op("n", "Negative", "x"), bent("r", "ReLU", "n"), merge("m", "Maximum", "x", "r"), op("b", "Abs", "x")]
    assert ends(of(tmp_path, x(), *steps, op("y", "Subtract", "m", "b"))) == (0.0, 0.0, True, True)


def test_a_sum_of_lines_goes_where_its_multiples_take_it(tmp_path: Path) -> None:
    """`relu(x) - 2 x` falls above 0 and rises below: it is never lower than -x."""
    double = op("d", "Multiply", "x", 2.0)
    assert of(tmp_path, x(), bent("r", "ReLU"), double, op("y", "Subtract", "r", "d")).is_unbounded


def test_where_the_tensor_ends_the_line_ends(tmp_path: Path) -> None:
    """`relu(x) - 3 x` of an elu is 3 where that is -1."""
    triple = op("d", "Multiply", "x", 3.0)
    value = of(tmp_path, x("elu"), bent("r", "ReLU"), triple, op("y", "Subtract", "r", "d"))
    assert ends(value) == (-INFINITY, 3.0, True, True)


def test_what_leaps_need_not_come_to_the_kink(tmp_path: Path) -> None:
    value = of(tmp_path, x("hard_shrink"), op("b", "Abs", "x"), op("y", "Add", "b", "x"))
    assert (value.low, value.reaches_low) == (0.0, True), "below 0 it is 0 all the way"
    steps = (op("b", "Abs", "x"), op("d", "Multiply", "b", 2.0), op("y", "Add", "d", "x"))
    value = of(tmp_path, x("hard_shrink"), *steps)
    assert (value.low, value.reaches_low) == (0.0, False)


@pytest.mark.parametrize("slope", [0.3, 0.2])
def test_what_rounding_leaves_of_multiples_that_cancel_out_is_not_told_from_nothing(
    tmp_path: Path, slope: float
) -> None:
    leaky, part = bent("r", "LeakyReLU", negative_slope=slope), op("p", "Multiply", "x", slope)
    assert of(tmp_path, x(), leaky, part, op("y", "Subtract", "r", "p")).kind is Kind.UNKNOWN


def test_lines_over_two_tensors_are_none_over_one(tmp_path: Path) -> None:
    other = called(dense("z", 3), tensor("x", SHAPE))
    steps = (other, bent("r", "ReLU", "z"), op("s", "Add", "x", "z"), op("y", "Subtract", "s", "r"))
    assert of(tmp_path, x(), *steps).kind is Kind.LOGITS, "x goes anywhere, and z has no part in it"
    square = op("p", "Multiply", "x", "z")
    assert of(tmp_path, x(), other, bent("r", "ReLU", "z"), square, op("y", "Add", "p", "r")).kind is Kind.UNKNOWN


def test_of_an_input_nothing_is_known_that_its_kink_does_not_tell(tmp_path: Path) -> None:
    entry = called(layer("Activation", "x", activation="linear"), tensor("a", SHAPE))
    leaky = bent("r", "LeakyReLU", negative_slope=0.5)
    assert of(tmp_path, entry, leaky, merge("y", "Maximum", "x", "r")).kind is Kind.UNKNOWN
    value = of(tmp_path, entry, bent("r", "ReLU"), op("y", "Subtract", "r", "x"))
    assert (value.kind, value.low) == (Kind.RANGE, 0.0)


def test_many_lines_that_are_all_made_of_one_another_take_no_time(tmp_path: Path) -> None:
    steps = [bent("r0", "LeakyReLU"), merge("m0", "Maximum", *["x", "r0"] * 20)]
    for number in range(1, 40):
        steps += [
            bent(f"r{number}", "LeakyReLU", f"m{number - 1}"),
            merge(f"m{number}", "Maximum", *[f"m{number - 1}", f"r{number}"] * 20),
        ]
    started = time.process_time()
    of(tmp_path, x("hard_shrink"), *steps)
    assert time.process_time() - started < 5

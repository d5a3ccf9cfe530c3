"""Where a call goes as all numbers of one tensor are one number: both ways, or nothing is said."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from logitcheck import loader
from logitcheck.analyzer import analyze
from logitcheck.analyzer.values import Kind, Value
from logitcheck.model import SavedModel, Shape
from tests.building import Config, called, dense, functional, layer, operation, source, tensor, write

SHAPE: Shape = (None, 4, 3)


def of(folder: Path, *steps: Config, shape: Shape = SHAPE) -> Value:
    """What the last of the steps puts out; the first works on the input `a`."""
    loaded = loader.load(
        write(folder / "model.keras", functional([source("a", shape), *steps], [[steps[-1]["name"], 0, 0]]))
    )
    assert isinstance(loaded, SavedModel)
    return analyze(loaded)[0].value


def x(activation: str = "linear", **config: object) -> Config:
    return called(dense("x", 3, activation, **config), tensor("a", SHAPE))


def t(name: str) -> Config:
    return tensor(name, SHAPE)


def step(name: str, rule: str, *arguments: object, **config: object) -> Config:
    return called(operation(rule, name, **config), *(t(each) if isinstance(each, str) else each for each in arguments))


ROLLED = step("r", "Roll", "x", shift=1, axis=1)
MEAN = step("r", "Mean", "x", axis=1, keepdims=True)
SUMS = step("r", "Cumsum", "x", axis=1)
MIXED = called(layer("Attention", "r"), [t("x"), t("x")])


@pytest.mark.parametrize("other", [ROLLED, MEAN, SUMS, MIXED], ids=["rolled", "mean", "sums", "attention"])
@pytest.mark.parametrize("rule", ["Maximum", "Minimum", "Average"])
def test_what_one_number_takes_both_ways_goes_both_ways(tmp_path: Path, other: Config, rule: str) -> None:
    value = of(tmp_path, x(), other, called(layer(rule, "y"), [t("x"), t("r")]))
    assert value.kind is Kind.LOGITS
    assert value.has_copies, "no element is known to leave the others behind"


@pytest.mark.parametrize(
    ("steps", "kind"),
    [
        ([MEAN, step("y", "Subtract", "x", "r")], Kind.UNKNOWN),
        ([ROLLED, step("y", "Multiply", "x", "r")], Kind.UNKNOWN),
        ([ROLLED, step("q", "Multiply", "x", "r"), step("y", "Multiply", "q", "x")], Kind.LOGITS),
        (
            [called(layer("Softmax", "r", axis=-1), t("x")), step("l", "Log", "r"), step("y", "Multiply", "l", "x")],
            Kind.LOGITS,
        ),
        (
            [step("r", "Sum", "x", axis=1, keepdims=True), step("q", "Divide", "x", "r"), step("y", "Add", "q", "x")],
            Kind.LOGITS,
        ),
        ([step("r", "Exp", "x"), step("y", "Subtract", "r", "x")], Kind.UNKNOWN),
    ],
    ids=["less the mean", "an even power", "an odd power", "the share of one", "on top of a share", "not followed"],
)
def test_of_what_one_number_makes_nothing_both_ways_is_claimed(tmp_path: Path, steps: list[Config], kind: Kind) -> None:
    assert of(tmp_path, x(), *steps).kind is kind


@pytest.mark.parametrize("kind", ["layer", "operation"])
def test_side_by_side_all_must_go_the_same_way(tmp_path: Path, kind: str) -> None:
    """Here twice as wide as x: the sums over each place and all before it, and another of them less their mean."""
    wide: Shape = (None, 4, 6)

    def beside(other: Config) -> Value:
        join = layer("Concatenate", "c", axis=-1) if kind == "layer" else operation("Concatenate", "c", axis=-1)
        joined = called(join, [t("x"), t("r")])
        pooled = called(layer("GlobalMaxPooling1D", "p", keepdims=True), tensor("c", wide))
        last = called(layer("Maximum", "y"), [tensor("c", wide), tensor("p", (None, 1, 6))])
        return of(tmp_path, x(), other, joined, pooled, last)

    assert beside(SUMS).kind is Kind.LOGITS
    assert not beside(step("r", "Negative", "x")).is_unbounded


def test_what_is_looked_up_in_a_table_is_none_of_the_places_that_say_where(tmp_path: Path) -> None:
    table = {"class_name": "__numpy__", "config": {"value": [[1.0, 2.0, 3.0]], "dtype": "float32"}}
    looked_up = called(operation("Take", "r", axis=0), table, t("x"))
    assert of(tmp_path, x(), looked_up, called(layer("Average", "y"), [t("x"), t("r")])).kind is not Kind.LOGITS


@pytest.mark.parametrize("activation", ["relu", "tanh", "gelu"])
def test_a_tensor_that_does_not_go_both_ways_takes_nothing_there(tmp_path: Path, activation: str) -> None:
    assert of(tmp_path, x(activation), ROLLED, step("y", "Subtract", "x", "r")).kind is not Kind.LOGITS


def test_numbers_that_always_sum_to_0_are_never_all_one_number(tmp_path: Path) -> None:
    norm = called(layer("LayerNormalization", "x", axis=-1, scale=True, center=False), tensor("e", SHAPE))
    head = called(dense("e", 3), tensor("a", SHAPE))
    assert of(tmp_path, head, norm, MEAN, step("y", "Maximum", "x", "r")).kind is Kind.UNKNOWN


def test_under_masks_means_are_others(tmp_path: Path) -> None:
    masked = called(layer("Masking", "m"), tensor("a", SHAPE))
    head = called(dense("x", 3), tensor("m", SHAPE))
    assert of(tmp_path, masked, head, MIXED, called(layer("Average", "y"), [t("x"), t("r")])).kind is Kind.UNKNOWN


def test_many_tensors_that_hang_on_one_another_take_no_time(tmp_path: Path) -> None:
    steps = [step("m0", "Exp", "x")]
    steps += [called(layer("Maximum", f"m{at}"), [t(f"m{at - 1}"), t("x")] * 20) for at in range(1, 300)]
    started = time.process_time()
    of(tmp_path, x(), *steps)
    assert time.process_time() - started < 5

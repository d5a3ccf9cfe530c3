from __future__ import annotations

import pytest

from logitcheck.analyzer.calls import LayerCall
from logitcheck.analyzer.transfer import apply, shapes
from logitcheck.analyzer.values import INFINITY, Kind, LogOf, Value, anything
from logitcheck.model import Call, Layer, Shape
from tests.analyzer.given import (
    Given,
    Operand,
    bounded,
    call,
    distribution,
    layer,
    log_distribution,
    logits,
    operation,
    reference,
    result,
    scores,
)

SHAPE: Shape = (None, 5, 3)


def of(merging: Layer, *values: Value, shape: Shape | None = SHAPE) -> Value:
    return result(call(merging, *[(value, shape) for value in values]))


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("Average", Kind.PROBABILITIES),
        ("Add", Kind.RANGE),
        ("Subtract", Kind.RANGE),
        ("Multiply", Kind.UNIT_INTERVAL),
        ("Maximum", Kind.UNIT_INTERVAL),
        ("Minimum", Kind.UNIT_INTERVAL),
        ("Concatenate", Kind.UNIT_INTERVAL),
    ],
)
def test_only_the_average_of_distributions_is_one(name: str, kind: Kind) -> None:
    assert of(layer(name), distribution(name="a"), distribution(name="b")).kind is kind


@pytest.mark.parametrize("name", ["Add", "Average", "Subtract", "Multiply", "Maximum", "Minimum", "Concatenate", "Dot"])
def test_independent_logits_give_logits(name: str) -> None:
    assert of(layer(name), logits("a"), logits("b")).kind is Kind.LOGITS


@pytest.mark.parametrize("name", ["Add", "Average", "Multiply", "Maximum", "Minimum", "Concatenate"])
def test_a_merge_of_nothing_is_unknown(name: str) -> None:
    assert of(layer(name)).kind is Kind.UNKNOWN


@pytest.mark.parametrize("name", ["Add", "Average", "Multiply", "Maximum", "Minimum", "Concatenate"])
def test_a_merge_of_one_keeps_its_bounds(name: str) -> None:
    assert of(layer(name), scores()).kind is Kind.UNIT_INTERVAL


def test_the_average_of_three_distributions_is_one() -> None:
    value = of(layer("Average"), distribution(name="a"), distribution(name="b"), distribution(name="c"))
    assert value.kind is Kind.PROBABILITIES


@pytest.mark.parametrize(
    "operands",
    [
        pytest.param([(distribution(), (None, 3)), (distribution(name="b"), (None, 1))], id="of other sizes"),
        pytest.param([(distribution(), None), (distribution(name="b"), None)], id="of unknown sizes"),
        pytest.param([(distribution(), SHAPE), (distribution(-2, "b"), SHAPE)], id="along other axes"),
    ],
)
def test_the_average_of_other_distributions_is_none(operands: list[Operand]) -> None:
    assert result(call(layer("Average"), *operands)).kind is Kind.UNIT_INTERVAL


@pytest.mark.parametrize(
    ("axis", "kind"),
    [(-1, Kind.UNIT_INTERVAL), (1, Kind.PROBABILITIES), (-2, Kind.PROBABILITIES), (9, Kind.UNIT_INTERVAL)],
    ids=["the class axis", "another one", "another one from the end", "no axis"],
)
def test_distributions_side_by_side_stay_so_along_another_axis(axis: int, kind: Kind) -> None:
    assert of(layer("Concatenate", axis=axis), distribution(name="a"), distribution(name="b")).kind is kind


@pytest.mark.parametrize(
    ("axis", "of_"), [(1, LogOf.SIMPLEX), (-1, LogOf.UNIT)], ids=["another axis", "the class axis"]
)
def test_logarithms_side_by_side_stay_so_along_another_axis(axis: int, of_: LogOf) -> None:
    value = of(layer("Concatenate", axis=axis), log_distribution(name="a"), log_distribution(name="b"))
    assert value.log_of is of_


def test_columns_of_one_activation_remember_it() -> None:
    value = of(layer("Concatenate"), scores("a"), scores("b"))
    assert value.applied is not None
    assert value.applied.name == "sigmoid"


def test_columns_of_different_activations_remember_none() -> None:
    assert of(layer("Concatenate"), scores("a"), distribution(name="b")).applied is None


def test_columns_of_different_kinds_are_unknown() -> None:
    assert of(layer("Concatenate"), scores("a"), logits("b")).kind is Kind.UNKNOWN


@pytest.mark.parametrize(
    ("left", "right", "kind"),
    [
        pytest.param(logits("a"), logits("b"), Kind.LOGITS, id="logits"),
        pytest.param(logits("a"), logits("a"), Kind.UNKNOWN, id="logits with themselves"),
        pytest.param(scores("a"), scores("b"), Kind.RANGE, id="scores"),
        pytest.param(logits("a"), scores("b"), Kind.LOGITS, id="logits and scores"),
        pytest.param(logits("a"), anything("no reason", "layer"), Kind.UNKNOWN, id="logits and anything"),
    ],
)
def test_a_dot_product(left: Value, right: Value, kind: Kind) -> None:
    assert of(layer("Dot", axes=-1), left, right).kind is kind


def test_a_dot_product_of_scores_lies_between_0_and_their_number() -> None:
    value = of(layer("Dot", axes=-1), scores("a"), scores("b"))
    assert (value.low, value.high, value.reaches_high) == (0.0, 3.0, False)


def test_a_dot_product_of_numbers_of_either_sign_is_as_large_as_all_its_products() -> None:
    value = of(layer("Dot", axes=-1), bounded(-1.0, 2.0, "a"), bounded(0.0, 1.0, "b"))
    assert (value.low, value.high) == (-3.0, 6.0)


TWICE = (reference(0), reference(0))


@pytest.mark.parametrize(
    ("merging", "low", "high"),
    [
        (layer("Add"), -2.0, 4.0),
        (layer("Average"), -1.0, 2.0),
        (layer("Subtract"), 0.0, 0.0),
        (layer("Multiply"), 0.0, 4.0),
        (layer("Maximum"), -1.0, 2.0),
        (operation("Add"), -2.0, 4.0),
        (operation("Subtract"), 0.0, 0.0),
        (operation("Multiply"), 0.0, 4.0),
        (operation("Minimum"), -1.0, 2.0),
    ],
)
def test_a_tensor_merged_with_itself_is_followed(merging: Layer, low: float, high: float) -> None:
    operands = Given([(bounded(-1.0, 2.0), (None, 3))])
    value = result(LayerCall(merging, Call(TWICE, {}, TWICE), operands, "merge"))
    assert (value.low, value.high) == (low, high)


@pytest.mark.parametrize("name", ["Add", "Subtract", "Multiply", "Maximum"])
def test_two_tensors_of_one_layer_keep_the_bounds_they_have_and_are_not_known_to_reach_them(name: str) -> None:
    value = of(layer(name), bounded(-1.0, 2.0, "a"), bounded(-1.0, 2.0, "a"))
    assert value.kind is Kind.RANGE
    assert not value.leaves_unit


@pytest.mark.parametrize(
    ("left", "right", "low", "reached"),
    [
        (logits("a"), logits("b"), -1.0, True),
        (logits("a"), logits("a"), -1.0, False),
        (scores("a"), scores("b"), 0.0, False),
    ],
    ids=["logits", "logits with themselves", "scores"],
)
def test_a_normalised_dot_product_is_a_cosine(left: Value, right: Value, low: float, *, reached: bool) -> None:
    value = of(layer("Dot", axes=-1, normalize=True), left, right)
    assert (value.low, value.high, value.reaches_high) == (low, 1.0, reached)


@pytest.mark.parametrize("name", ["Attention", "AdditiveAttention"])
@pytest.mark.parametrize(
    ("rows", "kind"),
    [
        (distribution(name="rows"), Kind.PROBABILITIES),
        (distribution(-2, "rows"), Kind.UNIT_INTERVAL),
        (scores("rows"), Kind.UNIT_INTERVAL),
        (logits("rows"), Kind.LOGITS),
        (bounded(-3.0, 2.0), Kind.RANGE),
        (anything("it is custom", "mine"), Kind.UNKNOWN),
    ],
    ids=["distributions", "distributions over time", "scores", "logits", "range", "unknown"],
)
def test_attention_is_a_mean_of_rows(name: str, rows: Value, kind: Kind) -> None:
    mean, weights = apply(call(layer(name), (logits("query"), SHAPE), (rows, SHAPE)))
    assert mean.kind is kind
    assert (weights.kind, weights.axis) == (Kind.PROBABILITIES, -1)


@pytest.mark.parametrize("name", ["Attention", "AdditiveAttention"])
@pytest.mark.parametrize(
    ("mask", "rows", "kind", "low", "high"),
    [
        pytest.param(None, distribution(name="rows"), Kind.PROBABILITIES, 0.0, 1.0, id="none"),
        pytest.param([None, reference(2)], distribution(name="rows"), Kind.PROBABILITIES, 0.0, 1.0, id="of values"),
        pytest.param([reference(2), None], distribution(name="rows"), Kind.UNIT_INTERVAL, 0.0, 1.0, id="of queries"),
        pytest.param([reference(2), reference(2)], bounded(2.0, 3.0), Kind.RANGE, 0.0, 3.0, id="of both"),
        pytest.param([reference(2)], logits("rows"), Kind.LOGITS, -INFINITY, INFINITY, id="of queries, logits"),
        pytest.param([], distribution(name="rows"), Kind.PROBABILITIES, 0.0, 1.0, id="empty"),
    ],
)
def test_only_masked_queries_give_rows_of_zeros(
    name: str, mask: object, rows: Value, kind: Kind, low: float, high: float
) -> None:
    operands = [(logits("query"), SHAPE), (rows, SHAPE)]
    mean, weights = apply(call(layer(name), *operands, args=([reference(0), reference(1)],), kwargs={"mask": mask}))
    assert (mean.kind, mean.low, mean.high) == (kind, low, high)
    assert (weights.kind, weights.axis) == (Kind.PROBABILITIES, -1)


@pytest.mark.parametrize(
    ("merging", "before", "after"),
    [
        pytest.param(layer("Add"), [(None, 5, 3), (None, 1, 3)], [(None, 5, 3)], id="broadcast"),
        pytest.param(layer("Add"), [(None, 5, 3), None], [None], id="unknown rank"),
        pytest.param(layer("Concatenate", axis=-1), [(None, 3), (None, 4)], [(None, 7)], id="side by side"),
        pytest.param(layer("Concatenate", axis=-1), [(None, 3), (None, None)], [(None, None)], id="unknown size"),
        pytest.param(layer("Concatenate", axis=-1), [(None, 3), None], [None], id="side by side, unknown rank"),
        pytest.param(layer("Concatenate", axis=9), [(None, 3), (None, 4)], [None], id="no such axis"),
        pytest.param(layer("Dot", axes=1), [(None, 3), (None, 3)], [(None, 1)], id="dot of vectors"),
        pytest.param(layer("Dot", axes=[2, 1]), [(None, 5, 3), (None, 3, 4)], [(None, 5, 4)], id="dot of matrices"),
        pytest.param(layer("Dot", axes=1), [(None, 3), None], [None], id="dot of an unknown rank"),
        pytest.param(layer("Attention"), [(None, 5, 3), (None, 7, 4)], [(None, 5, 4), (None, 5, 7)], id="attention"),
        pytest.param(layer("Attention"), [(None, 5, 3), None], [None, None], id="attention of an unknown rank"),
    ],
)
def test_shapes(merging: Layer, before: list[Shape | None], after: list[Shape | None]) -> None:
    assert shapes(call(merging, *[(logits(), shape) for shape in before])) == after

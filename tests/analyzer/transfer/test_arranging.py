from __future__ import annotations

from typing import Any

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as drawn

from logitcheck.analyzer.transfer import apply, arranging, shapes
from logitcheck.analyzer.values import INFINITY, Kind, LogOf, Value, anything
from logitcheck.model import ConstantArray, Shape
from tests.analyzer.given import (
    Operand,
    bounded,
    call,
    distribution,
    log_distribution,
    logits,
    operation,
    reference,
    result,
    scores,
)
from tests.analyzer.strategies import described, described_many, describes

SHAPE: Shape = (None, 5, 3)
IMAGE: Shape = (None, 8, 6, 12)

TURNED = {"Fliplr", "Flipud"}
JOINED = {"Hstack", "Vstack", "Dstack", "Append"}
SPLIT = {"Hsplit", "Vsplit", "Dsplit", "ArraySplit"}
PICKED = {"Diagonal", "Rearrange", "Unique", "GatherNd", "BooleanMask"}
ZERO_FILLED = {"Diag", "Diagflat", "Unfold", "Tril", "Triu", "BandPart"}
OVERWRITTEN = {"SliceUpdate", "ScatterUpdate"}
SUMMED = {"Scatter", "Fold", "Trace"}
FILLED = {"Full", "FullLike", "OnesLike", "ZerosLike", "Identities"}
BLOCKS = {"DepthToSpace", "SpaceToDepth"}
OTHERS = {"Rot90", "Slice", "Vander", "Meshgrid", "Linspace", "Select"}


def of(name: str, *operands: Value, shape: Shape | None = SHAPE, **config: Any) -> Value:
    return result(call(operation(name, **config), *((operand, shape) for operand in operands)))


def reason(value: Value) -> str | None:
    return value.unknown.reason if value.unknown is not None else None


def test_every_operation_has_a_test() -> None:
    tested = TURNED | JOINED | SPLIT | PICKED | ZERO_FILLED | OVERWRITTEN | SUMMED | FILLED | BLOCKS | OTHERS
    assert set(arranging.OPERATIONS) == tested


@pytest.mark.parametrize("name", sorted(TURNED))
def test_a_turned_distribution_is_the_same_but_no_longer_the_very_tensor(name: str) -> None:
    value = of(name, distribution())
    assert (value.kind, value.axis, value.applied, value.direct) == (
        Kind.PROBABILITIES,
        -1,
        distribution().applied,
        False,
    )


@pytest.mark.parametrize(
    ("config", "shape", "axis", "after"),
    [
        pytest.param({}, SHAPE, -1, -1, id="the first two axes"),
        pytest.param({}, SHAPE, -2, None, id="the first two axes, of the class axis"),
        pytest.param({"axes": [1, 2]}, SHAPE, -1, None, id="the last two"),
        pytest.param({"axes": [-3, -2]}, SHAPE, -1, -1, id="negative axes"),
        pytest.param({}, None, -1, None, id="unknown rank"),
        pytest.param({"axes": "all"}, SHAPE, -1, None, id="unreadable axes"),
    ],
)
def test_a_rotation_mixes_its_two_axes_up(
    config: dict[str, Any], shape: Shape | None, axis: int, after: int | None
) -> None:
    value = of("Rot90", distribution(axis), shape=shape, **config)
    assert (value.within_unit, value.axis) == (True, after)


@pytest.mark.parametrize(
    ("name", "shape", "axis", "after"),
    [
        pytest.param("Hstack", SHAPE, -1, -1, id="hstack"),
        pytest.param("Hstack", (5, 3), -1, None, id="hstack along the classes"),
        pytest.param("Hstack", (3,), -1, None, id="hstack of vectors"),
        pytest.param("Hstack", None, -1, None, id="hstack in an unknown rank"),
        pytest.param("Vstack", (5, 3), -1, -1, id="vstack"),
        pytest.param("Vstack", (5, 3), -2, None, id="vstack along the classes"),
        pytest.param("Vstack", (3,), -1, None, id="vstack of vectors"),
        pytest.param("Dstack", SHAPE, -2, -2, id="dstack"),
        pytest.param("Dstack", SHAPE, -1, None, id="dstack along the classes"),
        pytest.param("Dstack", (5, 3), -1, None, id="dstack of matrices"),
    ],
)
def test_distributions_put_together_along_another_axis_stay_so(
    name: str, shape: Shape | None, axis: int, after: int | None
) -> None:
    value = of(name, distribution(axis, "a"), distribution(axis, "b"), shape=shape)
    assert (value.within_unit, value.axis) == (True, after)


@pytest.mark.parametrize("name", ["Hstack", "Vstack", "Dstack"])
def test_nothing_put_together_is_unknown(name: str) -> None:
    assert reason(of(name)) == "it is called without a tensor"
    assert shapes(call(operation(name))) == [None]


@pytest.mark.parametrize(
    ("args", "config", "kind", "axis"),
    [
        pytest.param((reference(0), reference(1)), {"axis": 1}, Kind.PROBABILITIES, -1, id="another axis"),
        pytest.param((reference(0), reference(1), 1), {}, Kind.PROBABILITIES, -1, id="another axis, positional"),
        pytest.param((reference(0), reference(1)), {"axis": -1}, Kind.UNIT_INTERVAL, None, id="the class axis"),
        pytest.param((reference(0), reference(1)), {}, Kind.UNIT_INTERVAL, None, id="flattened"),
        pytest.param((reference(0), [2.0, -1.0]), {"axis": 1}, Kind.RANGE, None, id="an array"),
        pytest.param((reference(0), object()), {"axis": 1}, Kind.UNKNOWN, None, id="unreadable"),
        pytest.param((), {}, Kind.PROBABILITIES, -1, id="nothing to append"),
    ],
)
def test_appending(args: tuple[object, ...], config: dict[str, Any], kind: Kind, axis: int | None) -> None:
    operands = [(distribution(name="a"), SHAPE), (distribution(name="b"), SHAPE)]
    value = result(call(operation("Append", **config), *operands, args=args))
    assert (value.kind, value.axis) == (kind, axis)
    assert (value.unknown is None) is (kind is not Kind.UNKNOWN)


@pytest.mark.parametrize(
    ("name", "config", "axis", "after"),
    [
        pytest.param("Hsplit", {}, -1, -1, id="hsplit"),
        pytest.param("Hsplit", {}, -2, None, id="hsplit of the classes"),
        pytest.param("Vsplit", {}, -1, -1, id="vsplit"),
        pytest.param("Dsplit", {}, -2, -2, id="dsplit"),
        pytest.param("Dsplit", {}, -1, None, id="dsplit of the classes"),
        pytest.param("ArraySplit", {"axis": 1}, -1, -1, id="another axis"),
        pytest.param("ArraySplit", {"axis": 2}, -1, None, id="the class axis"),
        pytest.param("ArraySplit", {}, -1, -1, id="the first axis unless told"),
    ],
)
@pytest.mark.parametrize(("sections", "count"), [(3, 3), ([1, 2], 3), (None, 1)], ids=["number", "places", "none"])
def test_a_split_has_as_many_outputs_as_parts(
    name: str, config: dict[str, Any], axis: int, after: int | None, sections: object, count: int
) -> None:
    parts = apply(call(operation(name, indices_or_sections=sections, **config), (distribution(axis), SHAPE)))
    assert [part.axis for part in parts] == [after] * count


@pytest.mark.parametrize(
    ("before", "args", "config", "axis", "after"),
    [
        pytest.param((4, 5, 3), ("x", [0, 0, 0]), {"shape": [2, 5, 3]}, -1, -1, id="another axis"),
        pytest.param((4, 5, 3), ("x", [0, 0, 0]), {"shape": [2, 5, 2]}, -1, None, id="the class axis"),
        pytest.param((4, 5, 3), ("x", [0, 1, 0], [-1, 2, -1]), {}, -1, -1, id="the rest of the class axis"),
        pytest.param((4, 5, 3), ("x", [0, 0, 1], [-1, -1, -1]), {}, -1, None, id="the rest, not from its start"),
        pytest.param((4, 5, 3), ("x", [0, 0, 0]), {"size": [4, 2, 3]}, -1, -1, id="TensorFlow's name"),
        pytest.param((4, 5, 3), ("x", [0, 0, 0]), {}, -1, None, id="no size"),
        pytest.param((4, 5, 3), ("x", [0, 0]), {"shape": [2, 5]}, -1, None, id="sizes of another rank"),
        pytest.param(None, ("x", [0, 0, 0]), {"shape": [2, 5, 3]}, -1, None, id="unknown rank"),
        pytest.param((4, 5, None), ("x", [0, 0, 0]), {"shape": [2, 5, 3]}, -1, None, id="unknown size"),
        pytest.param((4, 5, 3), ("x",), {"begin": [0, 0, 1], "size": [4, 5, -1]}, -1, None, id="keywords"),
    ],
)
def test_a_window_keeps_a_distribution_if_it_takes_all_the_classes(
    before: Shape | None, args: tuple[object, ...], config: dict[str, Any], axis: int, after: int | None
) -> None:
    value = result(call(operation("Slice", **config), (distribution(axis), before), args=args))
    assert (value.within_unit, value.axis) == (True, after)


@pytest.mark.parametrize("name", sorted(PICKED))
def test_numbers_picked_out_keep_their_bounds_only(name: str) -> None:
    value = of(name, distribution())
    assert (value.kind, value.axis) == (Kind.UNIT_INTERVAL, None)
    assert of(name, logits()).kind is Kind.LOGITS
    assert of(name, log_distribution()).log_of is LogOf.UNIT


@pytest.mark.parametrize("name", sorted(ZERO_FILLED))
@pytest.mark.parametrize(
    ("operand", "kind", "low", "high"),
    [
        pytest.param(distribution(), Kind.UNIT_INTERVAL, 0.0, 1.0, id="distribution"),
        pytest.param(logits(), Kind.LOGITS, -INFINITY, INFINITY, id="logits"),
        pytest.param(bounded(2.0, 3.0), Kind.RANGE, 0.0, 3.0, id="positive"),
        pytest.param(bounded(-3.0, -2.0), Kind.RANGE, -3.0, 0.0, id="negative"),
        pytest.param(log_distribution(), Kind.RANGE, -INFINITY, 0.0, id="logarithms"),
        pytest.param(anything("it is custom", "mine"), Kind.UNKNOWN, -INFINITY, INFINITY, id="unknown"),
    ],
)
def test_zeros_come_in(name: str, operand: Value, kind: Kind, low: float, high: float) -> None:
    value = of(name, operand)
    assert (value.kind, value.low, value.high, value.axis) == (kind, low, high, None)


@given(described_many(), drawn.integers(-2, 2))
def test_a_triangle_lies_within_the_claimed_bounds(operand: tuple[Value, list[float]], diagonal: int) -> None:
    value, numbers = operand
    matrix = numpy.outer(numpy.ones(len(numbers)), numbers)
    for name, computed in (("Tril", numpy.tril(matrix, diagonal)), ("Diag", numpy.diag(numbers, diagonal))):
        assert all(describes(of(name, value), float(number)) for number in numpy.ravel(computed))


@pytest.mark.parametrize("name", sorted(OVERWRITTEN))
@pytest.mark.parametrize(
    ("inputs", "updates", "kind"),
    [
        pytest.param(distribution(name="a"), distribution(name="b"), Kind.UNIT_INTERVAL, id="distributions"),
        pytest.param(logits("a"), logits("b"), Kind.LOGITS, id="logits"),
        pytest.param(logits("a"), scores("b"), Kind.UNKNOWN, id="scores in logits"),
        pytest.param(bounded(0.0, 2.0), scores("b"), Kind.RANGE, id="scores in a range"),
        pytest.param(bounded(0.0, INFINITY, "a"), bounded(-INFINITY, 0.0, "b"), Kind.UNKNOWN, id="both signs"),
    ],
)
def test_numbers_put_in_other_places_mix_with_them(name: str, inputs: Value, updates: Value, kind: Kind) -> None:
    value = of(name, inputs, bounded(0.0, 9.0, "places"), updates)
    assert (value.kind, value.axis) == (kind, None)
    assert (value.unknown is None) is (kind is not Kind.UNKNOWN)
    assert (value.reaches_low, value.reaches_high) == ((True, True) if kind is Kind.LOGITS else (False, False))


@pytest.mark.parametrize("name", sorted(OVERWRITTEN))
def test_what_is_put_in_must_be_readable(name: str) -> None:
    assert reason(of(name, scores(), bounded(0.0, 9.0))) == "one of its operands is not readable"


@pytest.mark.parametrize(
    ("reduction", "inputs", "updates", "kind"),
    [
        pytest.param("max", scores("a"), scores("b"), Kind.UNIT_INTERVAL, id="the larger one"),
        pytest.param("min", scores("a"), scores("b"), Kind.UNIT_INTERVAL, id="the smaller one"),
        pytest.param("add", scores("a"), scores("b"), Kind.RANGE, id="added"),
        pytest.param("mul", scores("a"), scores("b"), Kind.RANGE, id="multiplied"),
        pytest.param("add", logits("a"), logits("b"), Kind.UNKNOWN, id="added logits"),
        pytest.param("add", scores("a"), bounded(-1.0, 0.0), Kind.UNKNOWN, id="added numbers of another sign"),
    ],
)
def test_an_update_may_add_to_what_is_there(reduction: str, inputs: Value, updates: Value, kind: Kind) -> None:
    value = of("ScatterUpdate", inputs, bounded(0.0, 9.0, "places"), updates, reduction=reduction)
    assert value.kind is kind
    assert (value.unknown is None) is (kind is not Kind.UNKNOWN)


@pytest.mark.parametrize(
    ("operand", "low", "high"),
    [
        pytest.param(scores(), 0.0, INFINITY, id="scores"),
        pytest.param(bounded(-3.0, -1.0), -INFINITY, 0.0, id="negative"),
        pytest.param(bounded(-1.0, 1.0), -INFINITY, INFINITY, id="both signs"),
    ],
)
@pytest.mark.parametrize("name", sorted(SUMMED))
def test_sums_of_what_falls_together_keep_a_common_sign(name: str, operand: Value, low: float, high: float) -> None:
    operands = [bounded(0.0, 9.0, "places"), operand] if name == "Scatter" else [operand]
    value = of(name, *operands)
    assert (value.low, value.high) == (low, high)
    assert reason(value) == ("it adds up numbers of both signs" if low == -high else None)
    assert operand.sources <= value.sources


def test_only_a_diagonal_of_logits_sums_to_logits() -> None:
    assert of("Trace", logits()).kind is Kind.LOGITS
    assert of("Fold", logits()).kind is Kind.UNKNOWN


def test_values_to_scatter_may_be_a_keyword() -> None:
    operands = [(bounded(0.0, 9.0), SHAPE), (scores(), SHAPE)]
    called = call(operation("Scatter"), *operands, args=(reference(0),), kwargs={"values": reference(1)})
    assert result(called).low == 0.0


@given(described("from"), described("to"), drawn.floats(0.0, 1.0))
def test_spaced_numbers_lie_between_the_ends(
    start: tuple[Value, float], stop: tuple[Value, float], share: float
) -> None:
    claimed = of("Linspace", start[0], stop[0])
    assert describes(claimed, start[1] + share * (stop[1] - start[1]))
    assert (claimed.reaches_low, claimed.reaches_high) == (False, False)


def test_numbers_between_logits_are_unknown_with_a_reason() -> None:
    assert reason(of("Linspace", logits("a"), logits("b"))) == "its ends have no known bounds"


def test_ends_may_be_numbers() -> None:
    value = result(call(operation("Linspace"), args=(0.0,), kwargs={"stop": 1.0}))
    assert value.kind is Kind.UNIT_INTERVAL


@pytest.mark.parametrize(
    ("choices", "default", "kind"),
    [
        pytest.param([logits("a"), logits("b")], logits("c"), Kind.LOGITS, id="logits"),
        pytest.param([logits("a")], None, Kind.UNKNOWN, id="logits, or else 0"),
        pytest.param([scores("a"), scores("b")], None, Kind.UNIT_INTERVAL, id="scores, or else 0"),
        pytest.param([bounded(2.0, 3.0)], None, Kind.RANGE, id="a range, or else 0"),
        pytest.param([distribution(name="a")], distribution(name="b"), Kind.UNIT_INTERVAL, id="distributions"),
    ],
)
def test_a_selection_is_what_all_choices_are(choices: list[Value], default: Value | None, kind: Kind) -> None:
    operands: list[Operand] = [(value, SHAPE) for value in [scores("condition"), *choices]]
    listed = [reference(position) for position in range(1, len(operands))]
    args: tuple[object, ...] = ([reference(0)], listed)
    if default is not None:
        operands.append((default, SHAPE))
        args = (*args, reference(len(operands) - 1))
    value = result(call(operation("Select"), *operands, args=args))
    assert value.kind is kind
    assert (value.unknown is None) is (kind is not Kind.UNKNOWN)
    assert scores("condition").sources <= value.sources


@pytest.mark.parametrize(
    ("name", "args", "low", "high"),
    [
        pytest.param("Full", ((2, 3), 0.5), 0.5, 0.5, id="a number"),
        pytest.param("FullLike", (reference(), -2.0), -2.0, -2.0, id="a number, like a tensor"),
        pytest.param("Full", ((2, 3), ConstantArray([1.0, 4.0])), 1.0, 4.0, id="an array"),
        pytest.param("Full", ((2, 3), reference()), 0.0, 1.0, id="a tensor"),
        pytest.param("OnesLike", (reference(),), 1.0, 1.0, id="ones"),
        pytest.param("ZerosLike", (reference(),), 0.0, 0.0, id="zeros"),
        pytest.param("Identities", (3,), 0.0, 1.0, id="an identity matrix"),
    ],
)
def test_what_is_filled_holds_nothing_else(name: str, args: tuple[object, ...], low: float, high: float) -> None:
    value = result(call(operation(name), (distribution(), SHAPE), args=args))
    assert (value.low, value.high, value.axis) == (low, high, None)


def test_what_is_filled_with_something_unreadable_is_unknown() -> None:
    called = call(operation("Full"), args=((2, 3),))
    assert reason(result(called)) == "one of its operands is not readable"


def test_powers_stay_only_in_the_unit_interval() -> None:
    assert of("Vander", scores()).kind is Kind.UNIT_INTERVAL
    assert reason(of("Vander", bounded(0.0, 2.0))) == "it takes powers of numbers beyond 1"


def test_a_grid_has_one_output_for_each_operand() -> None:
    first, second = apply(call(operation("Meshgrid"), (distribution(), (3,)), (logits("b"), (4,))))
    assert (first.kind, first.axis, second.kind) == (Kind.UNIT_INTERVAL, None, Kind.LOGITS)


def test_a_grid_of_nothing_is_unknown() -> None:
    assert reason(of("Meshgrid")) == "it is called without a tensor"


@pytest.mark.parametrize("name", sorted(BLOCKS))
def test_pixels_moved_into_channels_keep_their_bounds_only(name: str) -> None:
    assert of(name, distribution(), shape=IMAGE, block_size=2).axis is None
    assert of(name, logits(), shape=IMAGE, block_size=2).kind is Kind.LOGITS


@pytest.mark.parametrize(
    ("name", "config", "before", "after"),
    [
        pytest.param("DepthToSpace", {"block_size": 2}, IMAGE, (None, 16, 12, 3), id="to space"),
        pytest.param("SpaceToDepth", {"block_size": 2}, IMAGE, (None, 4, 3, 48), id="to depth"),
        pytest.param(
            "DepthToSpace",
            {"block_size": 2, "data_format": "channels_first"},
            (None, 12, 8, None),
            (None, 3, 16, None),
            id="to space, channels first",
        ),
        pytest.param(
            "SpaceToDepth",
            {"block_size": 2, "data_format": "channels_first"},
            (None, None, 8, 6),
            (None, None, 4, 3),
            id="to depth, channels first",
        ),
        pytest.param("DepthToSpace", {"block_size": 0}, IMAGE, None, id="no block"),
        pytest.param("DepthToSpace", {"block_size": "two"}, IMAGE, None, id="unreadable block"),
        pytest.param("DepthToSpace", {"block_size": 2}, (8, 6, 12), None, id="no batch"),
        pytest.param("DepthToSpace", {"block_size": 2}, None, None, id="unknown rank"),
        pytest.param("Tril", {}, SHAPE, SHAPE, id="triangle"),
        pytest.param("Fliplr", {}, SHAPE, SHAPE, id="turned around"),
        pytest.param("Rot90", {}, SHAPE, None, id="rotated"),
        pytest.param("Slice", {"shape": [2, None, 3]}, (4, 5, 3), (2, None, 3), id="window of an unknown size"),
        pytest.param("Slice", {"shape": [2, -1, 3]}, (4, None, 3), (2, None, 3), id="rest of an unknown size"),
        pytest.param("ScatterUpdate", {}, SHAPE, SHAPE, id="overwritten"),
        pytest.param("OnesLike", {}, SHAPE, SHAPE, id="filled like a tensor"),
        pytest.param("Full", {}, SHAPE, None, id="filled"),
        pytest.param("Meshgrid", {}, SHAPE, None, id="grid"),
    ],
)
def test_shapes(name: str, config: dict[str, Any], before: Shape | None, after: Shape | None) -> None:
    assert shapes(call(operation(name, **config), (logits(), before))) == [after]


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        pytest.param("Hstack", SHAPE, (None, 10, 3), id="hstack"),
        pytest.param("Hstack", (3,), None, id="hstack of vectors"),
        pytest.param("Vstack", (5, 3), (10, 3), id="vstack"),
        pytest.param("Dstack", SHAPE, (None, 5, 6), id="dstack"),
        pytest.param("Dstack", (5, 3), None, id="dstack of matrices"),
        pytest.param("Vstack", None, None, id="unknown rank"),
    ],
)
def test_shapes_of_what_is_put_together(name: str, before: Shape | None, after: Shape | None) -> None:
    assert shapes(call(operation(name), (logits("a"), before), (logits("b"), before))) == [after]

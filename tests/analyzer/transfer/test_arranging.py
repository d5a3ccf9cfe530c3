from __future__ import annotations

from typing import Any

import pytest

from logitcheck.analyzer.transfer import apply, arranging, shapes
from logitcheck.analyzer.values import Kind, LogOf, Value
from logitcheck.model import Shape
from tests.analyzer.given import (
    call,
    distribution,
    log_distribution,
    logits,
    operation,
    reason,
    reference,
    result,
)
from tests.analyzer.transfer import test_arranging_mixed

SHAPE: Shape = (None, 5, 3)
IMAGE: Shape = (None, 8, 6, 12)

TURNED = {"Fliplr", "Flipud"}
JOINED = {"Hstack", "Vstack", "Dstack", "Append"}
SPLIT = {"Hsplit", "Vsplit", "Dsplit", "ArraySplit"}
PICKED = {"Diagonal", "Rearrange", "Unique", "GatherNd", "BooleanMask"}
BLOCKS = {"DepthToSpace", "SpaceToDepth"}
OTHERS = {"Rot90", "Slice", "Meshgrid"}


def of(name: str, *operands: Value, shape: Shape | None = SHAPE, **config: Any) -> Value:
    return result(call(operation(name, **config), *((operand, shape) for operand in operands)))


def test_every_operation_has_a_test() -> None:
    tested = TURNED | JOINED | SPLIT | PICKED | BLOCKS | OTHERS
    assert set(arranging.OPERATIONS) == tested | test_arranging_mixed.NAMES


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

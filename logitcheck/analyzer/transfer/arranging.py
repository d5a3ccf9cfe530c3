"""Operations that stack, cut, turn, scatter and fill: numbers keep their bounds, zeros may come in (keras.src.ops)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from logitcheck.analyzer import axes
from logitcheck.analyzer.calls import LayerCall, Rule, listed, numbers, rows, same_shape, whole
from logitcheck.analyzer.transfer import arithmetic
from logitcheck.analyzer.transfer.indexing import split_along
from logitcheck.analyzer.transfer.merging import concatenated, concatenated_shape
from logitcheck.analyzer.transfer.operations import from_either, operand
from logitcheck.analyzer.transfer.passing import passed
from logitcheck.analyzer.transfer.rearranging import beside, kept_unless, unknown_shape
from logitcheck.analyzer.values import Value, anything, between, bounds_only, copied, join, unreached, without_axes
from logitcheck.model import Shape, TensorReference


def _kept(call: LayerCall) -> Value:
    """Keep the bounds: which numbers come together along an axis is not followed."""
    return without_axes(call.value())


def zero_filled(call: LayerCall) -> Value:
    """Rule of what puts zeros beside the numbers."""
    return beside(call.value(), 0.0)


def _turned(call: LayerCall) -> Value:
    """Rot90: turn the plane of two axes."""
    plane = call.argument(2, "axes")
    touched = axes.negatives([0, 1] if plane is None else plane, call.shape())
    return kept_unless(call.value(), touched)


def _side_by_side(along: int, least_rank: int) -> Rule:
    """Make the rule of hstack, vstack and dstack: a concatenation along that axis if the operands have it."""

    def axis(call: LayerCall) -> int | None:
        shape = call.shape()
        return along if shape is not None and len(shape) >= least_rank else None

    def value(call: LayerCall) -> Value:
        if not call.tensors:
            return anything("it is called without a tensor", call.path)
        return concatenated(call, call.tensors, axis(call))

    def shape(call: LayerCall) -> Shape | None:
        return concatenated_shape([call.operands.shape(reference) for reference in call.tensors], axis(call))

    return Rule(value, shape)


def _appended(call: LayerCall) -> Value:
    """Append: a concatenation along an axis, or of everything flattened."""
    pair = call.call.args[:2]
    references = [argument for argument in pair if isinstance(argument, TensorReference)]
    axis = call.argument(2, "axis")
    if len(references) == 2 and axis is not None:
        return concatenated(call, references, axis)
    values = [operand(call, argument) for argument in pair]
    return arithmetic.tied(join(values), values) if values else call.value()


def _parts(along: int) -> Rule:
    def value(call: LayerCall) -> tuple[Value, ...]:
        return split_along(call, along)

    return Rule(value, unknown_shape)


def _window(call: LayerCall) -> Value:
    """Slice: the axes that keep their size are whole."""
    before, after = call.shape(), _window_shape(call)
    if before is None or after is None or len(before) != len(after):
        return without_axes(call.value())
    pairs = enumerate(zip(before, after, strict=True))
    return kept_unless(call.value(), [at - len(before) for at, (old, new) in pairs if old is None or old != new])


def _window_shape(call: LayerCall) -> Shape | None:
    stored = call.option("shape", call.option("size"))
    sizes = [whole(size) for size in listed(call.call.args[2] if len(call.call.args) > 2 else stored)]
    before, start = call.shape(), numbers(call.argument(1, "start_indices")) or numbers(call.option("begin"))
    if not sizes or before is None or len(sizes) != len(before):
        return None
    rests = [size if size is None or size >= 0 else _rest(before, start, at) for at, size in enumerate(sizes)]
    return tuple(rests)


def _rest(before: Shape, start: Sequence[float], at: int) -> int | None:
    """Give the size of an axis from where a slice starts on."""
    size = before[at]
    return size - int(start[at]) if size is not None and at < len(start) else None


def _overwritten(call: LayerCall) -> Value:
    """SliceUpdate, ScatterUpdate: the operands are the tensor, the places, and what is put there, or added to it."""
    values = [bounds_only(operand(call, call.argument(at, name))) for at, name in ((0, "inputs"), (2, "updates"))]
    if call.option("reduction") in {None, "max", "min"}:
        return from_either(call, values)
    if all(value.low >= 0 for value in values):
        return Value(low=0.0, sources=call.sources())
    return anything("it adds to some of the numbers, or multiplies them", call.path, call.sources())


def _summed_overlaps(call: LayerCall) -> Value:
    """Scatter and fold: zeros, and sums of what falls into one place."""
    value = operand(call, call.argument(1, "values")) if call.layer.rule == "Scatter" else call.value()
    return replace(arithmetic.some_summed(value, call.path), sources=call.sources())


def _diagonal_sum(call: LayerCall) -> Value:
    value = bounds_only(call.value())
    return value if value.sums_freely else arithmetic.some_summed(value, call.path)


def _grids(call: LayerCall) -> tuple[Value, ...]:
    """Meshgrid: each operand repeated along the axes of the others."""
    return tuple(copied(without_axes(value)) for value in call.values()) or (call.value(),)


def _filled(call: LayerCall) -> Value:
    """Full: one number everywhere, whatever comes in."""
    return bounds_only(operand(call, call.argument(1, "fill_value")))


def _spaced(call: LayerCall) -> Value:
    """Linspace: numbers between two others."""
    ends = [operand(call, call.argument(at, name)) for at, name in ((0, "start"), (1, "stop"))]
    return unreached(join(ends), "its ends have no known bounds", call.path)


def _chosen(call: LayerCall) -> Value:
    """Select: from a list of tensors, or else the default."""
    choices = listed(call.argument(1, "choicelist"))
    default = call.argument(2, "default")
    return from_either(call, [operand(call, choice) for choice in (*choices, 0 if default is None else default)])


def _folded_blocks(call: LayerCall) -> Value:
    return bounds_only(call.value())


def _blocks(*, to_space: bool) -> Callable[[LayerCall], Shape | None]:
    """Make the shape rule of moving blocks of pixels into channels, or back."""

    def rule(call: LayerCall) -> Shape | None:
        shape, block = call.shape(), whole(call.argument(1, "block_size"))
        if shape is None or len(shape) != 4 or block is None or block < 1:
            return None
        first = call.option("data_format") == "channels_first"
        channels, space = (shape[1], shape[2:]) if first else (shape[3], shape[1:3])
        count = None if channels is None else channels // block**2 if to_space else channels * block**2
        sizes = [None if size is None else size * block if to_space else size // block for size in space]
        return (shape[0], count, *sizes) if first else (shape[0], *sizes, count)

    return rule


def _power_columns(call: LayerCall) -> Value:
    value = call.value()
    if value.within_unit:
        return Value(low=0.0, high=1.0, sources=value.sources)
    return anything("it takes powers of numbers beyond 1", call.path, value.sources)


OPERATIONS: Mapping[str, Rule] = {
    "Fliplr": Rule(passed, same_shape),
    "Flipud": Rule(passed, same_shape),
    "Rot90": Rule(_turned, unknown_shape),
    "Hstack": _side_by_side(1, 2),
    "Vstack": _side_by_side(0, 2),
    "Dstack": _side_by_side(2, 3),
    "Append": Rule(_appended, unknown_shape),
    "Hsplit": _parts(1),
    "Vsplit": _parts(0),
    "Dsplit": _parts(2),
    "ArraySplit": Rule(lambda call: split_along(call, None), unknown_shape),
    "Slice": Rule(_window, _window_shape),
    "SliceUpdate": Rule(_overwritten, same_shape),
    "ScatterUpdate": Rule(_overwritten, same_shape),
    "Scatter": Rule(_summed_overlaps, unknown_shape),
    "Fold": Rule(_summed_overlaps, unknown_shape),
    "Unfold": Rule(zero_filled, unknown_shape),
    **rows(_kept, unknown_shape, "Diagonal", "Rearrange", "Unique", "GatherNd", "BooleanMask"),
    **rows(zero_filled, unknown_shape, "Diag", "Diagflat"),
    **rows(zero_filled, same_shape, "Tril", "Triu", "BandPart"),
    "Trace": Rule(_diagonal_sum, unknown_shape),
    "Identities": Rule(lambda _: between(0.0, 1.0, reached=False), unknown_shape),
    "Vander": Rule(_power_columns, unknown_shape),
    "Meshgrid": Rule(_grids, lambda _: [None]),
    "Full": Rule(_filled, unknown_shape),
    "FullLike": Rule(_filled, same_shape),
    "OnesLike": Rule(lambda _: arithmetic.constant(1.0), same_shape),
    "ZerosLike": Rule(lambda _: arithmetic.constant(0.0), same_shape),
    "Linspace": Rule(_spaced, unknown_shape),
    "Select": Rule(_chosen, unknown_shape),
    "DepthToSpace": Rule(_folded_blocks, _blocks(to_space=True)),
    "SpaceToDepth": Rule(_folded_blocks, _blocks(to_space=False)),
}

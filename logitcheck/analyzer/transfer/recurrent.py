"""Recurrent layers: what their cells put out (keras-facts: "Recurrent").

An LSTM's output is a gate in (0, 1) times the activated cell state, a GRU's a mixture of the old state and the
activated candidate: the activation bounds both, but neither is that activation's output. Only SimpleRNN's is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from logitcheck.analyzer.calls import LayerCall, Rule, ShapeRule, ValueRule, whole
from logitcheck.analyzer.transfer import activation
from logitcheck.analyzer.transfer.activation_functions import FUNCTIONS
from logitcheck.analyzer.transfer.affine import constraint_of
from logitcheck.analyzer.transfer.rearranging import beside
from logitcheck.analyzer.transfer.windows import convolved, spatial
from logitcheck.analyzer.values import INFINITY, Unknown, Value, anything, bounds_only, join, unbounded, unreached
from logitcheck.model import Layer, Shape

_TANH = FUNCTIONS["tanh"]


def _activated(call: LayerCall, cell: Layer, operand: Value) -> Value:
    """Give what the cell's activation makes of a value."""
    if cell.activation is None:
        return activation.named(_TANH(operand, {}), operand, "tanh", call, "activation")
    value = activation.apply(operand, cell.activation, call)
    # Only of a SimpleRNN the output is what the activation gave, so that it would be seen to run over one class.
    is_single = whole(cell.config.get("units", cell.config.get("filters"))) == 1
    return activation.over_one_class(value) if is_single and cell.activation.name in activation.OVER_CLASSES else value


def _candidate(call: LayerCall, cell: Layer) -> Value:
    """Give the range of the cell's activation over what its weights make of any input."""
    return _activated(call, cell, _weighted_sum(call, cell))


def _weighted_sum(call: LayerCall, cell: Layer) -> Value:
    """Give what the activation is applied to: any real number, thanks to the kernel or the bias."""
    weights = ["kernel"] if cell.config.get("use_bias") is False else ["kernel", "bias"]
    if any(constraint_of(cell, name) is None for name in weights):
        return unbounded(call.own_source())
    return anything("its weights are constrained", call.path, call.own_source())


def _from_zero(value: Value) -> Value:
    """Give the hull of `value` and 0: what gating and mixing with a zero state leave."""
    if value.unknown is not None and not (value.low > -1e308 or value.high < 1e308):
        return bounds_only(value)
    return replace(bounds_only(value), low=min(value.low, 0.0), high=max(value.high, 0.0))


def _gates(cell: Layer) -> bool:
    """Whether the gates lie in [0, 1]; another recurrent activation makes a layer of which nothing is known."""
    stored = cell.config.get("recurrent_activation", "sigmoid")
    return isinstance(stored, str) and stored in {"sigmoid", "hard_sigmoid", "sparse_sigmoid"}


def _ungated(call: LayerCall) -> Value:
    return anything("its gates are not bounded by a sigmoid", call.path, call.own_source())


def _lstm(call: LayerCall, cell: Layer) -> tuple[Value, ...]:
    if not _gates(cell):
        return (_ungated(call),)
    state = _cell_state(call, _candidate(call, cell))
    output = _from_zero(_activated(call, cell, state))
    return output, output, state


def _cell_state(call: LayerCall, candidate: Value) -> Value:
    """Give the cell state: what the gates let in of the candidates of all the steps, added up from zero."""
    steps = _steps(call) or INFINITY
    low, high = (0.0 if end == 0 else end * steps for end in (min(candidate.low, 0), max(candidate.high, 0)))
    state = replace(
        bounds_only(candidate),
        low=low,
        high=high,
        reaches_low=candidate.reaches_low or candidate.low >= 0,
        reaches_high=candidate.reaches_high or candidate.high <= 0,
    )
    if len(call.tensors) < 2:
        return state
    return replace(
        state,
        low=-INFINITY,
        high=INFINITY,
        reaches_low=state.reaches_low and low == -INFINITY,
        reaches_high=state.reaches_high and high == INFINITY,
        unknown=Unknown("its initial state is of unknown range", call.path),
    )


def _steps(call: LayerCall) -> int | None:
    """Give how many steps there are from a zero state on, if the file tells."""
    shape = call.shape()
    goes_on = any(call.config.get(name) is True for name in ("stateful", "time_major"))
    return None if shape is None or len(shape) < 2 or goes_on else shape[1]


def _gru(call: LayerCall, cell: Layer) -> tuple[Value, ...]:
    if not _gates(cell):
        return (_ungated(call),)
    output = _from_zero(_candidate(call, cell))
    states = [call.operands.value(reference) for reference in call.tensors[1:]]
    if states:
        output = join([output, *states])
        if any(state.unknown is not None for state in states):
            output = anything("its initial state is of unknown range", call.path, output.sources)
    return output, output


def _simple(call: LayerCall, cell: Layer) -> tuple[Value, ...]:
    output = replace(_candidate(call, cell), direct=False)
    if not output.is_unbounded and _may_skip_steps(call):
        output = beside(output, 0.0)
    return output, output


def _may_skip_steps(call: LayerCall) -> bool:
    """Whether a mask may leave out steps: until the first one that counts, a layer puts out zeros."""
    return call.operands.may_be_masked() or call.argument(1, "mask") is not None


_CELLS = {
    "LSTM": _lstm,
    "LSTMCell": _lstm,
    "ConvLSTM1D": _lstm,
    "ConvLSTM2D": _lstm,
    "ConvLSTM3D": _lstm,
    "GRU": _gru,
    "GRUCell": _gru,
    "SimpleRNN": _simple,
    "SimpleRNNCell": _simple,
}


_AXES = {"ConvLSTM1D": 4, "ConvLSTM2D": 5, "ConvLSTM3D": 6}
"""Axes of what a layer takes, the batch and the steps included; three without a row (`input_spec` in Keras 1 to 3)."""


def _recurrent(call: LayerCall) -> tuple[Value, ...]:
    shape, axes = call.shape(), _AXES.get(call.layer.rule, 3)
    if shape is not None and len(shape) != axes:
        reason = f"it takes a sequence of {axes} axes and is given {len(shape)}, which Keras refuses"
        return (anything(reason, call.path, call.own_source()),)
    return _unless_all_is_masked(_CELLS[call.layer.rule](call, call.layer), call)


def _of_cells(call: LayerCall) -> tuple[Value, ...]:
    """Let the last cell of the layer RNN decide; of several states, only the output is told."""
    if not call.layer.cells:
        return (anything("its cell is not stored", call.path, call.own_source()),)
    cell = call.layer.cells[-1]
    rule = _CELLS.get(cell.rule)
    if rule is None or cell.reason is not None:
        return (anything(f"its cell {cell.class_name} is not one of Keras", call.path, call.own_source()),)
    states = rule(call, cell)[: None if len(call.layer.cells) == 1 else 1]
    return _unless_all_is_masked(states, call)


def _unless_all_is_masked(states: tuple[Value, ...], call: LayerCall) -> tuple[Value, ...]:
    """Take back what is reached where every step may be masked, whatever the input: then the state stays 0."""
    if not call.operands.may_be_masked() or not call.value().may_vanish:
        return states
    return tuple(unreached(beside(state, 0.0), "every step may be masked", call.path) for state in states)


def _sequence_shape(call: LayerCall) -> Shape | None:
    shape = call.shape()
    if shape is None or len(shape) < 3:
        return None
    last = call.layer.cells[-1] if call.layer.cells else call.layer
    units = whole(last.config.get("units"))
    return (*shape[:2], units) if call.config.get("return_sequences") is True else (shape[0], units)


def _image_sequence_shape(call: LayerCall) -> Shape | None:
    shape = call.shape()
    filters = whole(call.config.get("filters"))
    if shape is None or len(shape) < 4:
        return None
    first = call.config.get("data_format") == "channels_first"
    sizes = _image_sizes(call, shape[3:] if first else shape[2:-1])
    image: Shape = (filters, *sizes) if first else (*sizes, filters)
    return (*shape[:2], *image) if call.config.get("return_sequences") is True else (shape[0], *image)


def _image_sizes(call: LayerCall, sizes: Shape) -> Shape:
    """Give the sizes of an image after the convolution; the recurrent one keeps them."""
    kernel, strides, dilation = (
        spatial(call, name, len(sizes), 1) for name in ("kernel_size", "strides", "dilation_rate")
    )
    if "kernel_size" not in call.config or kernel is None or strides is None or dilation is None:
        return (None,) * len(sizes)
    padding = str(call.config.get("padding", "valid"))
    steps = zip(sizes, kernel, strides, dilation, strict=True)
    return tuple(
        None if size is None else convolved(size, width, stride, gap, padding) for size, width, stride, gap in steps
    )


def _starts_from_zero(layer: Layer) -> bool:
    """Whether no call hands in an initial state: then what comes in does not matter."""
    return all(len(call.tensors) <= 1 for call in layer.calls)


def _rule(value: ValueRule, shape: ShapeRule) -> Rule:
    return Rule(value, shape, _starts_from_zero, heeds_masks=True)


LAYERS: Mapping[str, Rule] = {
    **{name: _rule(_recurrent, _sequence_shape) for name in ("LSTM", "GRU", "SimpleRNN")},
    **{name: _rule(_recurrent, _image_sequence_shape) for name in ("ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D")},
    "RNN": _rule(_of_cells, _sequence_shape),
}

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from logitcheck.analyzer import transfer
from logitcheck.analyzer.transfer import apply, rule_for, shapes
from logitcheck.analyzer.values import INFINITY, Kind, Value, anything, unbounded
from logitcheck.model import Layer, LayerKind, Shape
from tests.analyzer.given import bounded, call, layer, logits, reason, result, scores

SHAPE: Shape = (None, 7, 4)


@pytest.mark.parametrize(
    ("name", "activation", "kind", "low", "high"),
    [
        ("LSTM", None, Kind.RANGE, -1.0, 1.0),
        ("LSTM", "tanh", Kind.RANGE, -1.0, 1.0),
        ("LSTM", "sigmoid", Kind.UNIT_INTERVAL, 0.0, 1.0),
        ("LSTM", "softmax", Kind.UNIT_INTERVAL, 0.0, 1.0),
        ("LSTM", "relu", Kind.RANGE, 0.0, float("inf")),
        ("LSTM", "linear", Kind.LOGITS, float("-inf"), float("inf")),
        ("GRU", "tanh", Kind.RANGE, -1.0, 1.0),
        ("GRU", "softmax", Kind.UNIT_INTERVAL, 0.0, 1.0),
        ("SimpleRNN", "tanh", Kind.RANGE, -1.0, 1.0),
        ("SimpleRNN", "sigmoid", Kind.UNIT_INTERVAL, 0.0, 1.0),
        ("SimpleRNN", "softmax", Kind.PROBABILITIES, 0.0, 1.0),
        ("SimpleRNN", "linear", Kind.LOGITS, float("-inf"), float("inf")),
        ("ConvLSTM2D", "tanh", Kind.RANGE, -1.0, 1.0),
    ],
)
def test_a_cell_is_bounded_by_its_activation(
    name: str, activation: str | None, kind: Kind, low: float, high: float
) -> None:
    shape: Shape = (None, None, 8, 8, 4) if name == "ConvLSTM2D" else (None, None, 4)
    value = result(call(layer(name, activation, units=3), (logits(), shape)))
    assert (value.kind, value.low, value.high) == (kind, low, high)


@pytest.mark.parametrize(
    ("name", "axes"),
    [("LSTM", 3), ("GRU", 3), ("SimpleRNN", 3), ("ConvLSTM1D", 4), ("ConvLSTM2D", 5), ("ConvLSTM3D", 6)],
)
def test_a_layer_that_is_given_no_sequence_puts_out_nothing_known(name: str, axes: int) -> None:
    for given in range(1, 8):
        value = result(call(layer(name, "sigmoid", units=1), (logits(), (None,) * given)))
        refusal = f"it takes a sequence of {axes} axes and is given {given}, which Keras refuses"
        assert reason(value) == (None if given == axes else refusal)


def test_a_sequence_of_unknown_rank_is_taken_for_one() -> None:
    assert result(call(layer("LSTM", "sigmoid", units=1), (logits(), None))).kind is Kind.UNIT_INTERVAL


@pytest.mark.parametrize("name", ["LSTM", "GRU"])
def test_the_gated_output_is_not_that_of_its_activation(name: str) -> None:
    assert result(call(layer(name, "sigmoid", units=3), (logits(), SHAPE))).applied is None


def test_the_output_of_a_simple_cell_is_that_of_its_activation_but_not_that_tensor() -> None:
    value = result(call(layer("SimpleRNN", "softmax", units=3), (logits(), SHAPE)))
    assert value.applied is not None
    assert (value.applied.name, value.direct) == ("softmax", False)


@pytest.mark.parametrize("gate", ["sigmoid", "hard_sigmoid", "sparse_sigmoid"])
def test_gates_within_0_and_1_keep_the_range(gate: str) -> None:
    assert result(call(layer("LSTM", "tanh", recurrent_activation=gate), (logits(), SHAPE))).kind is Kind.RANGE


@pytest.mark.parametrize("name", ["LSTM", "GRU"])
def test_other_gates_make_the_output_unknown(name: str) -> None:
    value = result(call(layer(name, "tanh", recurrent_activation="relu"), (logits(), SHAPE)))
    assert value.unknown is not None
    assert "gates" in value.unknown.reason


def test_a_custom_activation_makes_the_output_unknown() -> None:
    assert result(call(layer("LSTM", "mine"), (logits(), SHAPE))).kind is Kind.UNKNOWN


@pytest.mark.parametrize(
    ("activation", "shape", "config", "low", "high"),
    [
        ("tanh", SHAPE, {}, -7.0, 7.0),
        ("tanh", (None, 1, 4), {}, -1.0, 1.0),
        ("relu", SHAPE, {}, 0.0, INFINITY),
        ("tanh", (None, None, 4), {}, -INFINITY, INFINITY),
        ("tanh", None, {}, -INFINITY, INFINITY),
        ("tanh", SHAPE, {"stateful": True}, -INFINITY, INFINITY),
        ("tanh", SHAPE, {"time_major": True}, -INFINITY, INFINITY),
        ("log_sigmoid", SHAPE, {}, -INFINITY, 0.0),
    ],
    ids=["steps", "one step", "never negative", "any steps", "no shape", "goes on", "time first", "never positive"],
)
def test_the_cell_state_of_an_lstm_adds_up_over_the_steps_and_is_activated_again(
    activation: str, shape: Shape | None, config: dict[str, object], low: float, high: float
) -> None:
    output, hidden, cell = apply(call(layer("LSTM", activation, units=3, **config), (logits(), shape)))
    assert output == hidden
    assert (cell.low, cell.high, cell.reaches_low, cell.reaches_high) == (low, high, True, True)
    if activation == "tanh":
        assert (output.low, output.high) == (math.tanh(low), math.tanh(high))


def test_the_cell_state_of_an_lstm_is_unknown_if_it_starts_from_another_one() -> None:
    states = [(logits("state"), (None, 3)), (logits("cell"), (None, 3))]
    output, _, cell = apply(call(layer("LSTM", "tanh", units=3), (logits(), SHAPE), *states))
    assert cell.unknown is not None
    assert cell.unknown.reason == "its initial state is of unknown range"
    assert (output.low, output.high, output.reaches_low) == (-1.0, 1.0, False)


@pytest.mark.parametrize(
    ("state", "kind", "high"),
    [
        (bounded(-4.0, 4.0), Kind.RANGE, 4.0),
        (logits("state"), Kind.UNKNOWN, float("inf")),
        (anything("it is custom", "mine"), Kind.UNKNOWN, float("inf")),
    ],
    ids=["bounded", "unbounded", "unknown"],
)
def test_the_output_of_a_gru_remembers_its_initial_state(state: Value, kind: Kind, high: float) -> None:
    value = result(call(layer("GRU", "tanh", units=3), (scores(), SHAPE), (state, (None, 3))))
    assert (value.kind, value.high) == (kind, high)


@pytest.mark.parametrize("name", ["LSTM", "GRU", "SimpleRNN"])
def test_a_layer_that_starts_from_0_need_not_know_what_comes_in(name: str) -> None:
    recurrent = layer(name, "tanh")
    rule = rule_for(recurrent)
    assert rule is not None
    single, double = call(recurrent, (logits(), SHAPE)).call, call(recurrent, (logits(), SHAPE), (logits(), None)).call
    assert rule.cuts(replace(recurrent, calls=(single,)))
    assert not rule.cuts(replace(recurrent, calls=(single, double)))


def cell(name: str, activation: str | None = None, units: int = 3) -> Layer:
    return layer(name, activation, units=units)


@pytest.mark.parametrize(
    ("cells", "kind", "outputs"),
    [
        pytest.param((cell("LSTMCell", "tanh"),), Kind.RANGE, 3, id="one LSTM cell"),
        pytest.param((cell("GRUCell", "sigmoid"),), Kind.UNIT_INTERVAL, 2, id="one GRU cell"),
        pytest.param((cell("LSTMCell", "tanh"), cell("SimpleRNNCell", "softmax")), Kind.PROBABILITIES, 1, id="stacked"),
        pytest.param((), Kind.UNKNOWN, 1, id="not stored"),
        pytest.param((cell("MyCell"),), Kind.UNKNOWN, 1, id="custom class"),
        pytest.param((replace(cell("LSTMCell"), reason="it is custom"),), Kind.UNKNOWN, 1, id="custom with that name"),
    ],
)
def test_the_last_cell_decides(cells: tuple[Layer, ...], kind: Kind, outputs: int) -> None:
    values = apply(call(replace(layer("RNN"), cells=cells), (logits(), SHAPE)))
    assert (values[0].kind, len(values)) == (kind, outputs)


IMAGES: Shape = (None, 7, 8, 8, 3)


@pytest.mark.parametrize(
    ("recurrent", "before", "after"),
    [
        pytest.param(layer("LSTM", units=5), SHAPE, (None, 5), id="the last step"),
        pytest.param(layer("LSTM", units=5, return_sequences=True), SHAPE, (None, 7, 5), id="every step"),
        pytest.param(
            replace(layer("RNN"), cells=(cell("GRUCell"), cell("GRUCell", units=6))), SHAPE, (None, 6), id="cells"
        ),
        pytest.param(layer("LSTM", units=5), None, None, id="unknown rank"),
        pytest.param(layer("LSTM", units=5), (None, 4), None, id="too few axes"),
        pytest.param(layer("ConvLSTM2D", filters=5), IMAGES, (None, None, None, 5), id="images"),
        pytest.param(
            layer("ConvLSTM2D", filters=5, data_format="channels_first", return_sequences=True),
            IMAGES,
            (None, 7, 5, None, None),
            id="images, channels first",
        ),
        pytest.param(
            layer("ConvLSTM2D", filters=5, kernel_size=[3, 2], strides=[2, 1], padding="same"),
            IMAGES,
            (None, 4, 8, 5),
            id="images, padded",
        ),
        pytest.param(
            layer("ConvLSTM2D", filters=5, kernel_size=[3, 2], dilation_rate=[2, 1]),
            IMAGES,
            (None, 4, 7, 5),
            id="images, cut",
        ),
        pytest.param(layer("ConvLSTM2D", filters=5), None, None, id="images of unknown rank"),
    ],
)
def test_shapes(recurrent: Layer, before: Shape | None, after: Shape | None) -> None:
    assert shapes(call(recurrent, (logits(), before)))[0] == after


def test_two_directions_over_several_steps_are_no_lines_over_a_single_number() -> None:
    both = replace(layer("Bidirectional", merge_mode="mul"), kind=LayerKind.WRAPPER)
    for steps, kind in ((3, Kind.LOGITS), (1, Kind.UNKNOWN)):
        forward = call(layer("SimpleRNN", "linear", units=2), (scores(), (None, steps, 1))).own_source()
        called = call(both, (scores(), (None, steps, 1)))
        (value,) = transfer.wrapped(called, unbounded(forward), unbounded(forward))
        assert value.kind is kind


@pytest.mark.parametrize(
    ("encoding", "dtype", "kind"),
    [
        ("CategoryEncoding", "float32", Kind.UNIT_INTERVAL),
        ("CategoryEncoding", "int64", Kind.UNKNOWN),
        ("CategoryEncoding", None, Kind.UNKNOWN),
        ("IntegerLookup", "float32", Kind.UNKNOWN),
    ],
)
def test_a_spectral_normalisation_of_whole_numbers_of_floating_point_casts_nothing(
    encoding: str, dtype: str | None, kind: Kind
) -> None:
    """IntegerLookup says float32 of numbers that are int64."""
    wrapper = replace(layer("SpectralNormalization"), kind=LayerKind.WRAPPER)
    made = call(wrapper, (replace(scores(), integer=True), (None, 3)))
    reference = replace(made.call.tensors[0], dtype=dtype)
    made = replace(made, call=replace(made.call, tensors=(reference,), args=(reference,)))
    object.__setattr__(made.operands, "makers", {0: call(layer(encoding), (scores(), (None, 3)))})
    (value,) = transfer.wrapped(made, scores("inside"), None)
    assert value.kind is kind

from __future__ import annotations

from pathlib import Path

import pytest

from logitcheck.analyzer.evidence import MOST_STEPS, describe, interval
from logitcheck.analyzer.values import INFINITY, LogOf, Unknown, Value, anything, between, join, unbounded
from logitcheck.report import EvidenceStep
from tests.analyzer.given import distribution, log_distribution, scores
from tests.building import Config, called, custom, dense, functional, layer, report_on, sequential, source, tensor

SHAPE = (None, 4)


def steps(folder: Path, model: Config) -> tuple[EvidenceStep, ...]:
    report = report_on(folder, model)
    assert report.error is None
    return report.outputs[0].evidence


@pytest.mark.parametrize(
    ("value", "words"),
    [
        pytest.param(unbounded(), "any real number", id="logits"),
        pytest.param(
            join([between(-INFINITY, 0.0), between(0.0, INFINITY)]),
            "numbers without a bound on either side",
            id="half lines side by side",
        ),
        pytest.param(distribution(-2), "probabilities that sum to 1 along axis -2", id="distribution"),
        pytest.param(scores(), "values in [0, 1]", id="scores"),
        pytest.param(log_distribution(), "logarithms of probabilities", id="log-softmax"),
        pytest.param(Value(high=0.0, log_of=LogOf.UNIT), "logarithms of values between 0 and 1", id="log-sigmoid"),
        pytest.param(between(-1.0, 1.0), "values in [-1, 1]", id="tanh"),
        pytest.param(between(0.0, INFINITY), "values in [0, inf)", id="relu"),
        pytest.param(between(-INFINITY, 0.0), "values in (-inf, 0]", id="minus relu"),
        pytest.param(anything("it is custom", "mine"), "unknown: it is custom", id="unknown"),
        pytest.param(Value(), "nothing is known of the values", id="without a reason"),
        pytest.param(Value(low=0.0, unknown=Unknown("no reason", "x")), "unknown: no reason", id="half unknown"),
    ],
)
def test_a_value_is_described_in_words(value: Value, words: str) -> None:
    assert describe(value) == words


def test_an_interval_is_rounded() -> None:
    assert interval(between(-1.7580993408473766, 1 / 3)) == "[-1.758, 0.3333]"


def test_the_way_is_told_in_the_order_in_which_values_flow(tmp_path: Path) -> None:
    model = sequential(dense("first", 9), dense("head", 3), layer("Reshape", "reshape", target_shape=[3]))
    assert [step.layer for step in steps(tmp_path, model)] == ["head", "reshape"]


@pytest.mark.parametrize(
    ("model", "effect"),
    [
        pytest.param(sequential(dense("head", 3)), "linear, 3 units: any real number", id="Dense"),
        pytest.param(sequential(dense("head", 1, "sigmoid")), "sigmoid, 1 unit: values in [0, 1]", id="one unit"),
        pytest.param(
            sequential(layer("Softmax", "softmax", axis=-1)),
            "softmax: probabilities that sum to 1 along axis -1",
            id="Softmax",
        ),
        pytest.param(
            sequential(dense("head", 3), layer("Dropout", "d", rate=0.5)), "hands the values on", id="Dropout"
        ),
        pytest.param(
            sequential(dense("head", 3), layer("Rescaling", "r", scale=2.0, offset=-1.0)),
            "any real number",
            id="a shift and a scale",
        ),
        pytest.param(
            sequential(dense("head", 3), layer("Rescaling", "r", scale=1.0, offset=0.0)),
            "hands the values on",
            id="a scale of 1",
        ),
        pytest.param(
            sequential(dense("head", 3, "sigmoid"), layer("Rescaling", "r", scale=-1.0, offset=1.0)),
            "values in [0, 1]",
            id="one minus a sigmoid",
        ),
        pytest.param(
            sequential(dense("head", 3), layer("Reshape", "r", target_shape=[3, 1])),
            "hands the values on",
            id="Reshape",
        ),
    ],
)
def test_each_step_says_what_it_did(tmp_path: Path, model: Config, effect: str) -> None:
    assert steps(tmp_path, model)[-1].effect == effect


def test_a_custom_layer_ends_the_way(tmp_path: Path) -> None:
    (step,) = steps(tmp_path, sequential(dense("first", 3), custom("Mine", "mine")))
    assert step.effect.startswith("unknown: ")


def test_an_input_ends_the_way(tmp_path: Path) -> None:
    assert steps(tmp_path, sequential(layer("Dropout", "dropout", rate=0.5)))[0].effect == (
        "an input of the model: its values are not known"
    )


def test_a_wrapper_is_told_with_the_layer_inside(tmp_path: Path) -> None:
    wrapped = layer("TimeDistributed", "each", layer=dense("head", 3, "softmax"))
    inside, outside = steps(tmp_path, sequential(wrapped, shape=(None, 7, 4)))
    assert inside.layer == "each/head"
    assert outside.effect == "wraps the layer inside: probabilities that sum to 1 along axis -1"


def test_what_is_merged_lies_deeper(tmp_path: Path) -> None:
    model = functional(
        [
            source(),
            called(dense("a", 4, "softmax"), tensor("x", SHAPE)),
            called(dense("b", 4, "softmax"), tensor("x", SHAPE)),
            called(layer("Average", "mean"), [tensor("a", SHAPE), tensor("b", SHAPE)]),
        ],
        [["mean", 0, 0]],
    )
    assert [step.layer for step in steps(tmp_path, model)] == ["b", "a", "mean"]


def test_a_long_way_is_told_from_its_end(tmp_path: Path) -> None:
    links = [layer("Dropout", f"dropout_{number}", rate=0.5) for number in range(2 * MOST_STEPS)]
    told = steps(tmp_path, sequential(dense("head", 3), *links))
    assert len(told) == MOST_STEPS
    assert told[-1].layer == f"dropout_{2 * MOST_STEPS - 1}"

"""Models with code of somebody's own of which settings say what it does, with every form of the messages about them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from logitcheck.declarations import Declarations, DeclaredInput, DeclaredOutput
from tests.building import (
    Config,
    called,
    custom,
    dense,
    function,
    functional,
    layer,
    loss,
    metric,
    operation,
    source,
    tensor,
)
from tests.rules.judging import BINARY, CATEGORICAL, SPARSE, followed_by, head, softmax
from tests.rules.said import OTHER_AXIS, Said, behind, flagged, two_outputs

OWN = {"class_name": "mine>Odd", "config": {}}
LOSS = "a loss declared to take"
LAYER = "a layer declared to put out"


def put_out(output: DeclaredOutput, model: Config, compiled_loss: Any, key: str = "mine>Mine", **more: Any) -> Said:
    """A model with a layer of somebody's own that is declared."""
    return Said(model=model, loss=compiled_loss, declarations=Declarations(layers={key: output}), **more)


def taking(takes: DeclaredInput, model: Config, compiled_loss: Any = OWN, key: str = "mine>Odd", **more: Any) -> Said:
    """A model compiled with a loss of somebody's own that is declared."""
    return Said(model=model, loss=compiled_loss, declarations=Declarations(losses={key: takes}), **more)


def of_known_units(units: int, activation: str = "linear") -> Config:
    """A model that ends in a layer of somebody's own, and something behind it by whose input its units are known."""
    layers = [
        source(),
        called(dense("head", units, activation), tensor("x", (None, 4))),
        called(custom("Mine", "mine"), tensor("head", (None, units))),
        called(layer("Dropout", "dropout", rate=0.5), tensor("mine", (None, units))),
    ]
    return functional(layers, [["dropout", 0, 0]])


MINE = followed_by(custom("Mine", "mine"))
ACTIVATED = followed_by(custom("Mine", "mine"), activation="softmax")
LOGITS, PROBABILITIES = DeclaredOutput.LOGITS, DeclaredOutput.PROBABILITIES
UNIT, LOGS = DeclaredOutput.UNIT_INTERVAL, DeclaredOutput.LOG_PROBABILITIES
UNCHANGED = DeclaredOutput.UNCHANGED

CASES: Mapping[str, Said] = {
    # layers
    f"{LAYER} probabilities, logits expected": put_out(PROBABILITIES, MINE, flagged("SparseCategoricalCrossentropy")),
    f"{LAYER} probabilities, logits expected, Keras 2.15": put_out(
        PROBABILITIES, MINE, flagged("SparseCategoricalCrossentropy"), version="2.15.0"
    ),
    f"{LAYER} probabilities, logits expected, Keras 2.3": put_out(
        PROBABILITIES, MINE, flagged("SparseCategoricalCrossentropy"), version="2.3.1"
    ),
    f"{LAYER} probabilities, logits expected, JAX": put_out(
        PROBABILITIES,
        followed_by(layer("mine>Mine", "mine")),
        flagged("SparseCategoricalCrossentropy"),
        backend="jax",
    ),
    f"{LAYER} probabilities behind a reshape, logits expected": put_out(
        PROBABILITIES,
        followed_by(custom("Mine", "mine"), layer("Reshape", "grid", target_shape=[2, 5])),
        flagged("SparseCategoricalCrossentropy"),
    ),
    f"{LAYER} probabilities, another axis": put_out(PROBABILITIES, MINE, loss("CategoricalCrossentropy", axis=-2)),
    f"{LAYER} probabilities, divergence over another axis": put_out(
        PROBABILITIES, MINE, loss("KLDivergence") | {"config": {"axis": -2}}
    ),
    f"{LAYER} probabilities, binary": put_out(PROBABILITIES, of_known_units(3), BINARY),
    f"{LAYER} probabilities, one unit": put_out(PROBABILITIES, of_known_units(1), BINARY),
    f"{LAYER} probabilities, softmax on top": put_out(
        PROBABILITIES, followed_by(custom("Mine", "mine"), softmax()), SPARSE
    ),
    f"{LAYER} probabilities, hinge": put_out(PROBABILITIES, MINE, "categorical_hinge"),
    f"{LAYER} probabilities, metric with a flag": put_out(
        PROBABILITIES, MINE, SPARSE, settings={"metrics": [metric("SparseCategoricalCrossentropy", from_logits=True)]}
    ),
    f"{LAYER} logits, sparse": put_out(LOGITS, MINE, SPARSE),
    f"{LAYER} logits, right": put_out(LOGITS, MINE, flagged("SparseCategoricalCrossentropy")),
    f"{LAYER} logits, one unit, categorical": put_out(LOGITS, of_known_units(1), CATEGORICAL),
    f"{LAYER} logits, divergence": put_out(LOGITS, MINE, "kl_divergence"),
    f"{LAYER} unit interval, logits expected": put_out(UNIT, MINE, flagged("BinaryCrossentropy")),
    f"{LAYER} unit interval, categorical": put_out(UNIT, MINE, CATEGORICAL),
    f"{LAYER} log-probabilities, sparse": put_out(LOGS, MINE, SPARSE),
    f"{LAYER} log-probabilities, binary logits": put_out(LOGS, MINE, flagged("BinaryCrossentropy")),
    "a layer declared to change nothing, softmax as logits": put_out(
        UNCHANGED, ACTIVATED, flagged("SparseCategoricalCrossentropy")
    ),
    "a layer declared to change nothing, softmax over another axis": put_out(
        UNCHANGED, followed_by(softmax(1), custom("Mine", "mine"), shape=(None, 7, 4)), CATEGORICAL
    ),
    "a layer declared to change nothing, logits": put_out(UNCHANGED, MINE, SPARSE),
    "a Lambda, which can be declared by its name": Said(model=followed_by(layer("Lambda", "halved")), loss=SPARSE),
    "an activation of one's own, which can be declared": Said(model=head("softermax"), loss=SPARSE),
    "an activation declared by the name of its layer": put_out(PROBABILITIES, head("softermax"), SPARSE, "Dense:head"),
    # losses
    f"{LOSS} logits, softmax": taking(DeclaredInput.LOGITS, head("softmax")),
    f"{LOSS} logits, softmax, TensorFlow": taking(DeclaredInput.LOGITS, head("softmax"), backend="tensorflow"),
    f"{LOSS} logits, softmax, Keras 2.15": taking(DeclaredInput.LOGITS, head("softmax"), version="2.15.0"),
    f"{LOSS} logits, softmax over another axis": taking(DeclaredInput.LOGITS, OTHER_AXIS),
    f"{LOSS} logits, sigmoid": taking(DeclaredInput.LOGITS, head("sigmoid", 1)),
    f"{LOSS} logits, relu": taking(DeclaredInput.LOGITS, head("relu")),
    f"{LOSS} logits, elu": taking(DeclaredInput.LOGITS, head("elu")),
    f"{LOSS} logits, log-softmax": taking(DeclaredInput.LOGITS, head("log_softmax")),
    f"{LOSS} logits, logits": taking(DeclaredInput.LOGITS, head()),
    f"{LOSS} logits, one of two outputs": taking(
        DeclaredInput.LOGITS, two_outputs("softmax", "sigmoid"), [OWN, BINARY]
    ),
    f"{LOSS} logits, by the name of one of Keras": taking(
        DeclaredInput.LOGITS, head("sigmoid", 1), function(BINARY), BINARY
    ),
    f"{LOSS} probabilities, logits": taking(DeclaredInput.PROBABILITIES, head()),
    f"{LOSS} probabilities, one logit": taking(DeclaredInput.PROBABILITIES, head(units=1)),
    f"{LOSS} probabilities, sigmoids": taking(DeclaredInput.PROBABILITIES, head("sigmoid")),
    f"{LOSS} probabilities, one sigmoid": taking(DeclaredInput.PROBABILITIES, head("sigmoid", 1)),
    f"{LOSS} probabilities, softmax over one": taking(DeclaredInput.PROBABILITIES, head("softmax", 1)),
    f"{LOSS} probabilities, softmax over another axis": taking(DeclaredInput.PROBABILITIES, OTHER_AXIS),
    f"{LOSS} probabilities, log-softmax": taking(DeclaredInput.PROBABILITIES, head("log_softmax")),
    f"{LOSS} probabilities, tanh": taking(DeclaredInput.PROBABILITIES, head("tanh")),
    f"{LOSS} probabilities, argmax": taking(
        DeclaredInput.PROBABILITIES, behind(operation("Argmax", "label", axis=-1)), function("my_ce"), "my_ce"
    ),
    f"{LOSS} values in [0, 1], logits": taking(DeclaredInput.UNIT_INTERVAL, head()),
    f"{LOSS} values in [0, 1], relu": taking(DeclaredInput.UNIT_INTERVAL, head("relu")),
    f"{LOSS} values in [0, 1], log-sigmoid": taking(DeclaredInput.UNIT_INTERVAL, head("log_sigmoid", 1)),
    f"{LOSS} values in [0, 1], softmax": taking(DeclaredInput.UNIT_INTERVAL, head("softmax")),
    f"{LOSS} any number, softmax": taking(DeclaredInput.ANY, head("softmax")),
    # both
    "a layer and a loss declared not to fit": Said(
        model=MINE,
        loss=OWN,
        declarations=Declarations(layers={"Mine": PROBABILITIES}, losses={"Odd": DeclaredInput.LOGITS}),
    ),
    "a layer and a loss declared to fit": Said(
        model=MINE,
        loss=OWN,
        declarations=Declarations(layers={"Mine": LOGITS}, losses={"Odd": DeclaredInput.LOGITS}),
    ),
}

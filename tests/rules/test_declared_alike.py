"""What is declared is judged as what it stands for: the same verdict and the same rules, whatever the loss.

Declared "probabilities" stands for a softmax there, "logits" for no activation, "unchanged" for no layer at all.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from logitcheck.declarations import Declarations, DeclaredOutput
from tests.building import (
    Config,
    called,
    compiled,
    custom,
    dense,
    function,
    functional,
    layer,
    loss,
    metric,
    report_on,
    source,
    tensor,
)

FLAGGED = (
    *("BinaryCrossentropy", "BinaryFocalCrossentropy", "CategoricalCrossentropy", "CategoricalFocalCrossentropy"),
    "SparseCategoricalCrossentropy",
)
PLAIN = ("KLDivergence", "CategoricalGeneralizedCrossEntropy", "Dice", "Tversky", "Poisson", "Hinge", "SquaredHinge")
LOSSES: Sequence[Any] = (
    *(loss(name, from_logits=flag) for name in FLAGGED for flag in (False, True)),
    *(loss(name, from_logits=True, axis=1) for name in FLAGGED if name.startswith("Categorical")),
    loss("SparseCategoricalCrossentropy", from_logits=True, ignore_class=0),
    *(loss(name) for name in (*PLAIN, "CategoricalHinge", "MeanSquaredError", "CTC")),
    *("binary_crossentropy", "crossentropy", "sparse_categorical_crossentropy", "mse", "my_own"),
    *(function(name) for name in ("categorical_crossentropy", "softmax_cross_entropy_with_logits_v2", "my_own")),
    None,
)
METRICS = (
    *("accuracy", "binary_crossentropy"),
    *(metric(name, from_logits=flag) for name in ("AUC", "BinaryCrossentropy") for flag in (False, True)),
    *(metric(name) for name in ("Precision", "Accuracy")),
)
VERSIONS = ("3.15.1", "2.15.0", "2.4.0", "2.2.4-tf")
ACTIVATIONS = ("linear", "softmax", "sigmoid", "tanh", "relu", "elu", "log_softmax", "hard_sigmoid")


def handing_on(name: str) -> st.SearchStrategy[Config]:
    """A layer behind the head that hands its numbers on, or activates them, and keeps their shape."""
    return st.sampled_from(
        [
            layer("Dropout", name, rate=0.5),
            layer("Activation", name, activation="linear"),
            layer("ActivityRegularization", name, l1=0.1, l2=0.0),
            layer("Softmax", name, axis=-1),
            layer("Activation", name, activation="sigmoid"),
            layer("Activation", name, activation="log_softmax"),
            layer("Dense", name, units=3, activation="softmax"),
        ]
    )


@st.composite
def tails(draw: st.DrawFn) -> list[Config]:
    """Some layers, the last of which tells by what it is given how many units the head has."""
    last = layer("Dropout", "last", rate=0.1)
    return [draw(handing_on(f"tail_{position}")) for position in range(draw(st.integers(0, 2)))] + [last]


def chain(layers: Sequence[Config], rank: int) -> Config:
    """A functional model of layers in a row; each has as many units as the one before, unless it has its own."""
    shape: list[int | None] = [None, 5, 4] if rank == 3 else [None, 4]
    made, before = [source(shape=shape)], "x"
    for item in layers:
        made.append(called(item, tensor(before, shape)))
        before, shape = item["name"], [*shape[:-1], item["config"].get("units", shape[-1])]
    return functional(made, [[before, 0, 0]])


def judged(model: Config, stored: Any, version: str, metrics: Sequence[Any], layers: Any = None) -> object:
    """The verdict, what the output is, and which rules have what weight."""
    settings = {"metrics": list(metrics)} if metrics else {}
    whole = compiled(model, stored, **settings) if stored is not None else model
    with tempfile.TemporaryDirectory() as folder:
        report = report_on(Path(folder), whole, version, Declarations(layers=layers or {}))
    assert report.error is None, report.error
    (output,) = report.outputs
    found = sorted((finding.code, finding.severity.value) for finding in report.findings)
    return report.outcome, output.kind, output.axis, output.classes, found


losses = st.sampled_from(LOSSES)
versions = st.sampled_from(VERSIONS)
metrics = st.lists(st.sampled_from(METRICS), max_size=2)


@given(losses, versions, metrics, st.sampled_from([1, 2, 5]), st.sampled_from([2, 3]), tails())
@settings(max_examples=150, deadline=None)
def test_declared_probabilities_are_judged_as_a_softmax(
    stored: Any, version: str, added: list[Any], units: int, rank: int, tail: list[Config]
) -> None:
    softmax = chain([dense("head", units, "softmax"), *tail], rank)
    declared = chain([dense("before", units), custom("Mine", "head"), *tail], rank)
    layers = {"mine>Mine": DeclaredOutput.PROBABILITIES}
    assert judged(declared, stored, version, added, layers) == judged(softmax, stored, version, added)


@given(losses, versions, metrics, st.sampled_from([1, 2, 5]), st.sampled_from([2, 3]), tails())
@settings(max_examples=150, deadline=None)
def test_declared_logits_are_judged_as_no_activation(
    stored: Any, version: str, added: list[Any], units: int, rank: int, tail: list[Config]
) -> None:
    linear = chain([dense("head", units), *tail], rank)
    declared = chain([dense("before", units, "relu"), custom("Mine", "head"), *tail], rank)
    layers = {"Mine": DeclaredOutput.LOGITS}
    assert judged(declared, stored, version, added, layers) == judged(linear, stored, version, added)


@given(
    losses,
    versions,
    metrics,
    st.sampled_from([1, 2, 5]),
    st.sampled_from([2, 3]),
    tails(),
    st.sampled_from(ACTIVATIONS),
    st.lists(st.integers(1, 4), min_size=1, max_size=2),
)
@settings(max_examples=150, deadline=None)
def test_what_is_declared_unchanged_is_as_if_it_were_not_there(
    stored: Any,
    version: str,
    added: list[Any],
    units: int,
    rank: int,
    tail: list[Config],
    activation: str,
    places: list[int],
) -> None:
    layers = [dense("head", units, activation), *tail]
    spoken_of = list(layers)
    for number, place in enumerate(places):
        spoken_of.insert(place, custom("Log", f"log_{number}"))
    plain = judged(chain(layers, rank), stored, version, added)
    with_them = chain(spoken_of, rank)
    assert judged(with_them, stored, version, added, {"Log": DeclaredOutput.UNCHANGED}) == plain

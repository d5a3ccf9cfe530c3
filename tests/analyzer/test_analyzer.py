"""What is told of each output of a model: its value, how many classes it has, what its losses expect."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from logitcheck.analyzer import analyze
from logitcheck.analyzer.values import Kind
from logitcheck.model import Activation, ContainerFormat, Head, Loss, LossForm, ModelOutput, SavedModel
from logitcheck.report import ModelReport, Outcome
from tests.building import (
    Config,
    called,
    codes,
    compiled,
    custom,
    dense,
    functional,
    layer,
    report_on,
    sequential,
    source,
    tensor,
)

SHAPE = (None, 4)
SPARSE = Loss(name="SparseCategoricalCrossentropy", form=LossForm.OBJECT, from_logits=True, axis=-1)


def subclassed(head: Head | None = None, unwalkable: str | None = None) -> SavedModel:
    """A model whose config holds no layers."""
    return SavedModel(
        format=ContainerFormat.KERAS,
        keras_version="3.15.1",
        backend=None,
        model_class="MyModel",
        compiled=True,
        outputs=(ModelOutput(name=None, tensor=None, losses=(SPARSE,)),),
        head=head,
        unwalkable=unwalkable,
    )


def test_a_model_that_cannot_be_walked_is_unknown_with_the_reason() -> None:
    (output,) = analyze(subclassed(unwalkable="it is subclassed"))
    assert output.kind is Kind.UNKNOWN
    assert output.value.unknown is not None
    assert (output.value.unknown.reason, output.value.unknown.layer) == ("it is subclassed", "MyModel")


def test_a_model_that_cannot_be_walked_needs_no_reason() -> None:
    (output,) = analyze(subclassed())
    assert (output.name, output.kind, output.classes) == (None, Kind.UNKNOWN, None)


@pytest.mark.parametrize(
    ("activation", "kind"),
    [
        ("linear", Kind.LOGITS),
        ("softmax", Kind.PROBABILITIES),
        ("sigmoid", Kind.UNIT_INTERVAL),
        ("softermax", Kind.UNKNOWN),
    ],
)
def test_a_head_that_stands_alone_tells_its_activation(activation: str, kind: Kind) -> None:
    head = Head(class_name="ImageClassifier", activation=Activation(activation, activation), units=5, rank=2)
    (output,) = analyze(subclassed(head))
    assert (output.kind, output.classes) == (kind, 5)
    assert output.losses[0].units == 5


def test_the_evidence_of_a_head_that_stands_alone_is_the_config() -> None:
    head = Head(class_name="ImageClassifier", activation=Activation("softmax", "softmax"), units=5, rank=2)
    (step,) = analyze(subclassed(head))[0].evidence
    assert step.effect == "its config says activation softmax: probabilities that sum to 1 along axis -1"


def report(folder: Path, model: Config, loss: Any = None) -> ModelReport:
    found = report_on(folder, compiled(model, loss))
    assert found.error is None
    return found


@pytest.mark.parametrize(
    ("model", "classes"),
    [
        pytest.param(sequential(dense("head", 3)), 3, id="the last axis"),
        pytest.param(
            sequential(dense("head", 3), layer("Softmax", "softmax", axis=1), shape=(None, 7, 4)),
            7,
            id="the axis of a softmax",
        ),
        pytest.param(sequential(dense("head", 3), layer("Flatten", "flat"), shape=(None, None, 4)), None, id="unknown"),
        pytest.param(sequential(custom("Mine", "mine")), None, id="behind a custom layer"),
    ],
)
def test_classes_lie_along_the_axis_of_the_distribution_or_else_the_last_one(
    tmp_path: Path, model: Config, classes: int | None
) -> None:
    assert report(tmp_path, model).outputs[0].classes == classes


def test_the_units_of_the_last_layer_stand_in_for_an_unknown_shape(tmp_path: Path) -> None:
    layers = [
        source(),
        called(custom("Mine", "mine"), tensor("x", SHAPE)),
        called(dense("head", 5), tensor("mine", None)),
    ]
    assert report(tmp_path, functional(layers, [["head", 0, 0]])).outputs[0].classes == 5


def test_outputs_come_in_the_order_of_the_model(tmp_path: Path) -> None:
    layers = [
        source(),
        called(dense("b", 2), tensor("x", SHAPE)),
        called(dense("a", 3, "softmax"), tensor("x", SHAPE)),
    ]
    found = report(tmp_path, functional(layers, [["b", 0, 0], ["a", 0, 0]])).outputs
    assert [(output.name, output.kind) for output in found] == [("b", Kind.LOGITS), ("a", Kind.PROBABILITIES)]


def test_bounds_that_are_infinite_are_not_told(tmp_path: Path) -> None:
    output = report(tmp_path, sequential(dense("head", 3, "relu"))).outputs[0]
    assert (output.low, output.high) == (0.0, None)


def test_a_time_distributed_has_the_units_of_its_layer_though_nothing_is_known_of_the_shape(tmp_path: Path) -> None:
    each = layer("TimeDistributed", "each", layer=dense("head", 1, "softmax"))
    report = report_on(tmp_path, compiled(sequential(custom("Theirs", "theirs"), each), "binary_crossentropy"))
    assert report.outputs[0].classes == 1
    assert report.outcome is Outcome.MISMATCH


@pytest.mark.parametrize(("data_format", "classes"), [("channels_last", 1), ("channels_first", None)])
@pytest.mark.parametrize("is_wrapped", [False, True])
def test_filters_are_classes_only_where_the_channels_are_last(
    tmp_path: Path, data_format: str, classes: int | None, is_wrapped: bool
) -> None:
    head = layer("Conv2D", "head", filters=1, kernel_size=[1, 1], data_format=data_format, activation="softmax")
    last = layer("TimeDistributed", "each", layer=head) if is_wrapped else head
    report = report_on(tmp_path, compiled(sequential(custom("Theirs", "theirs"), last), "categorical_crossentropy"))
    assert report.outputs[0].classes == classes
    assert ("LC105" in codes(report)) is (classes == 1)

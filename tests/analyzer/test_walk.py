"""The walk through whole models: however they are nested, shared or deep, and never further than its budget."""

from __future__ import annotations

from pathlib import Path

import pytest

from logitcheck.analyzer import walk
from logitcheck.analyzer.values import Kind
from logitcheck.report import ModelReport, Verdict
from tests.building import (
    Config,
    called,
    compiled,
    custom,
    dense,
    functional,
    layer,
    loss,
    operation,
    report_on,
    sequential,
    source,
    tensor,
)

SPARSE = "sparse_categorical_crossentropy"
SHAPE = (None, 4)


def kind_of(report: ModelReport) -> Kind:
    assert report.error is None
    return report.outputs[0].kind


def chain(links: list[Config]) -> Config:
    """A model of layers one behind the other."""
    layers, last = [source()], "x"
    for link in links:
        layers.append(called(link, tensor(last, SHAPE)))
        last = link["name"]
    return functional(layers, [[last, 0, 0]])


def test_a_chain_of_4_000_layers_is_walked(tmp_path: Path) -> None:
    links = [layer("Dropout", f"dropout_{number}", rate=0.5) for number in range(4_000)]
    model = compiled(chain([dense("head", 3, "softmax"), *links]), SPARSE)
    assert kind_of(report_on(tmp_path, model)) is Kind.PROBABILITIES


def test_a_sequential_model_of_4_000_layers_is_walked(tmp_path: Path) -> None:
    links = [layer("Dropout", f"dropout_{number}", rate=0.5) for number in range(4_000)]
    model = compiled(sequential(dense("head", 3, "softmax"), *links), SPARSE)
    assert kind_of(report_on(tmp_path, model)) is Kind.PROBABILITIES


def test_the_shapes_of_4_000_layers_are_followed(tmp_path: Path) -> None:
    links = [layer("Reshape", f"reshape_{number}", target_shape=[3]) for number in range(4_000)]
    report = report_on(tmp_path, compiled(sequential(dense("head", 3, "softmax"), *links), SPARSE))
    assert (report.outputs[0].classes, report.outputs[0].axis) == (3, -1)


def test_models_nested_50_deep_are_walked(tmp_path: Path) -> None:
    inner = sequential(dense("head", 3, "softmax"), name="level_0")
    for level in range(1, 50):
        inner = sequential(inner, name=f"level_{level}")
    report = report_on(tmp_path, compiled(inner, SPARSE))
    assert kind_of(report) is Kind.PROBABILITIES
    assert report.outputs[0].evidence[-1].layer.endswith("level_0/head")


def doubling(levels: int) -> Config:
    """A model that calls the next smaller one twice, and so on: twice as many calls with each level."""
    inner = functional(
        [source("x0"), called(layer("Dropout", "dropout", rate=0.1), tensor("x0", SHAPE))], [["dropout", 0, 0]]
    )
    for level in range(1, levels):
        name = inner["name"] = f"inner_{level}"
        nested = called(called(inner, tensor(f"x{level}", SHAPE)), tensor(name, SHAPE))
        inner = functional([source(f"x{level}"), nested], [[name, 2, 0]], name=f"inner_{level + 1}")
    return inner


def test_a_model_within_the_budget_is_walked_to_its_end(tmp_path: Path) -> None:
    report = report_on(tmp_path, compiled(doubling(6), SPARSE))
    assert "input of the model" in report.findings[0].message


def test_a_small_file_that_claims_to_be_endless_is_unknown(tmp_path: Path) -> None:
    report = report_on(tmp_path, compiled(doubling(30), SPARSE))
    assert kind_of(report) is Kind.UNKNOWN
    assert "too large to walk" in report.findings[0].message
    assert report.outputs[0].verdict is Verdict.UNDETERMINED


def test_a_model_beyond_the_budget_has_no_evidence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(walk, "BUDGET", 3)
    links = [layer("Dropout", f"dropout_{number}", rate=0.5) for number in range(9)]
    report = report_on(tmp_path, compiled(sequential(dense("head", 3, "softmax"), *links), SPARSE))
    assert kind_of(report) is Kind.UNKNOWN
    assert report.outputs[0].evidence == ()


def test_each_use_of_a_shared_layer_is_judged_by_what_comes_in(tmp_path: Path) -> None:
    shared = called(called(layer("Softmax", "shared", axis=-1), tensor("x", SHAPE)), tensor("positive", SHAPE))
    positive = called(layer("ReLU", "positive"), tensor("head", SHAPE))
    layers = [source(), called(dense("head", 4), tensor("x", SHAPE)), positive, shared]
    report = report_on(tmp_path, functional(layers, [["shared", 0, 0], ["shared", 1, 0]]))
    assert [output.kind for output in report.outputs] == [Kind.PROBABILITIES, Kind.PROBABILITIES]


def test_a_shared_layer_without_bounds_hands_on_what_each_call_was_given(tmp_path: Path) -> None:
    shared = called(called(layer("Dropout", "shared", rate=0.1), tensor("a", SHAPE)), tensor("b", SHAPE))
    layers = [
        source(),
        called(dense("a", 4, "sigmoid"), tensor("x", SHAPE)),
        called(dense("b", 4), tensor("x", SHAPE)),
        shared,
    ]
    report = report_on(tmp_path, functional(layers, [["shared", 0, 0], ["shared", 1, 0]]))
    assert [output.kind for output in report.outputs] == [Kind.UNIT_INTERVAL, Kind.LOGITS]


def test_two_uses_of_one_dense_layer_are_not_independent(tmp_path: Path) -> None:
    shared = called(called(dense("shared", 4), tensor("x", SHAPE)), tensor("y", SHAPE))
    difference = called(layer("Subtract", "difference"), [tensor("shared", SHAPE, 0), tensor("shared", SHAPE, 1)])
    model = functional([source(), source("y"), shared, difference], [["difference", 0, 0]])
    assert kind_of(report_on(tmp_path, model)) is Kind.UNKNOWN


@pytest.fixture
def passing_model() -> Config:
    """A nested model that hands on what it is given."""
    inside = [source("inside"), called(layer("Dropout", "dropout", rate=0.1), tensor("inside", SHAPE))]
    return functional(inside, [["dropout", 0, 0]], name="nested")


def test_a_nested_model_called_twice_hands_on_what_each_call_was_given(tmp_path: Path, passing_model: Config) -> None:
    nested = called(called(passing_model, tensor("a", SHAPE)), tensor("b", SHAPE))
    layers = [
        source(),
        called(dense("a", 4, "sigmoid"), tensor("x", SHAPE)),
        called(dense("b", 4), tensor("x", SHAPE)),
        nested,
    ]
    report = report_on(tmp_path, functional(layers, [["nested", 1, 0], ["nested", 2, 0]]))
    assert [output.kind for output in report.outputs] == [Kind.UNIT_INTERVAL, Kind.LOGITS]


def test_the_evidence_names_the_layers_inside_a_nested_model(tmp_path: Path, passing_model: Config) -> None:
    nested = called(passing_model, tensor("head", SHAPE))
    model = functional([source(), called(dense("head", 4), tensor("x", SHAPE)), nested], [["nested", 1, 0]])
    report = report_on(tmp_path, model)
    assert [step.layer for step in report.outputs[0].evidence] == ["head", "nested/dropout"]


def test_an_input_of_the_model_is_unknown(tmp_path: Path) -> None:
    report = report_on(tmp_path, compiled(sequential(layer("Dropout", "dropout", rate=0.5)), SPARSE))
    assert "it comes straight from an input of the model" in report.findings[0].message


def test_a_softmax_restores_knowledge_behind_a_custom_layer(tmp_path: Path) -> None:
    model = sequential(custom("Mine", "mine"), layer("Softmax", "softmax", axis=-1))
    assert kind_of(report_on(tmp_path, model)) is Kind.PROBABILITIES


def test_a_custom_layer_is_unknown_with_its_name(tmp_path: Path) -> None:
    report = report_on(tmp_path, compiled(sequential(dense("head", 3), custom("Mine", "mine")), SPARSE))
    assert kind_of(report) is Kind.UNKNOWN
    assert report.findings[0].layer == "mine"


def test_an_operation_that_is_not_followed_is_unknown_with_its_name(tmp_path: Path) -> None:
    solved = called(operation("Cholesky", "cholesky", module="keras.src.ops.linalg"), tensor("head", SHAPE))
    layers = [source(), called(dense("head", 4), tensor("x", SHAPE)), solved]
    report = report_on(tmp_path, compiled(functional(layers, [["cholesky", 0, 0]]), SPARSE))
    assert "linear algebra is not followed" in report.findings[0].message


def test_an_unknown_layer_class_of_keras_is_unknown_with_its_name(tmp_path: Path) -> None:
    report = report_on(tmp_path, compiled(sequential(layer("FromTheFuture", "future")), SPARSE))
    assert kind_of(report) is Kind.UNKNOWN


def test_time_distributed_hands_on_what_the_layer_inside_makes(tmp_path: Path) -> None:
    inside = layer("TimeDistributed", "each", layer=dense("head", 3, "softmax"))
    report = report_on(tmp_path, compiled(sequential(inside, shape=(None, 7, 4)), SPARSE))
    output = report.outputs[0]
    assert (output.kind, output.axis, output.classes, output.verdict) == (Kind.PROBABILITIES, -1, 3, Verdict.OK)


def test_time_distributed_folds_the_time_axis_away(tmp_path: Path) -> None:
    inside = layer("TimeDistributed", "each", layer=layer("Flatten", "flatten"))
    report = report_on(tmp_path, sequential(dense("head", 3, "softmax"), inside, shape=(None, 7, 1, 4)))
    output = report.outputs[0]
    assert (output.kind, output.axis, output.classes) == (Kind.PROBABILITIES, -1, 3)


def test_a_distribution_along_another_axis_is_lost_in_time_distributed(tmp_path: Path) -> None:
    inside = layer("TimeDistributed", "each", layer=layer("Dropout", "dropout", rate=0.1))
    model = sequential(dense("head", 3), layer("Softmax", "softmax", axis=1), inside, shape=(None, 7, 4))
    assert kind_of(report_on(tmp_path, model)) is Kind.UNIT_INTERVAL


def test_a_softmax_inside_time_distributed_does_not_run_along_time(tmp_path: Path) -> None:
    inside = layer("TimeDistributed", "each", layer=layer("Softmax", "softmax", axis=1))
    report = report_on(tmp_path, sequential(dense("head", 3), inside, shape=(None, 7, 5, 4)))
    assert (report.outputs[0].axis, report.outputs[0].classes) == (-2, 5)


@pytest.mark.parametrize(
    ("mode", "activation", "kind", "classes"),
    [
        pytest.param("concat", "softmax", Kind.UNIT_INTERVAL, 6, id="concat"),
        pytest.param("ave", "softmax", Kind.PROBABILITIES, 3, id="ave"),
        pytest.param("sum", "softmax", Kind.RANGE, 3, id="sum"),
        pytest.param("mul", "softmax", Kind.UNIT_INTERVAL, 3, id="mul"),
        pytest.param("mul", "tanh", Kind.RANGE, 3, id="mul of tanh"),
        pytest.param("median", "softmax", Kind.UNKNOWN, 3, id="a mode that Keras does not have"),
    ],
)
def test_bidirectional_merges_two_directions(
    tmp_path: Path, mode: str, activation: str, kind: Kind, classes: int
) -> None:
    recurrent = layer("SimpleRNN", "recurrent", units=3, activation=activation)
    backward = layer("SimpleRNN", "backward", units=3, activation=activation, go_backwards=True)
    both = layer("Bidirectional", "both", merge_mode=mode, layer=recurrent, backward_layer=backward)
    report = report_on(tmp_path, sequential(both, shape=(None, 7, 4)))
    assert (report.outputs[0].kind, report.outputs[0].classes) == (kind, classes)


def test_bidirectional_without_a_merge_has_two_outputs(tmp_path: Path) -> None:
    recurrent = layer("SimpleRNN", "recurrent", units=3, activation="softmax")
    both = called(layer("Bidirectional", "both", merge_mode=None, layer=recurrent), tensor("x", (None, 7, 4)))
    model = functional([source(shape=(None, 7, 4)), both], [["both", 0, 0], ["both", 0, 1]])
    assert [output.kind for output in report_on(tmp_path, model).outputs] == [Kind.PROBABILITIES] * 2


def test_spectral_normalization_is_the_layer_inside(tmp_path: Path) -> None:
    wrapped = layer("SpectralNormalization", "normalized", layer=dense("head", 3, "softmax"), power_iterations=1)
    assert kind_of(report_on(tmp_path, sequential(wrapped))) is Kind.PROBABILITIES


def test_an_output_that_a_layer_is_not_known_to_have_is_unknown(tmp_path: Path) -> None:
    layers = [source(), called(dense("head", 3), tensor("x", SHAPE))]
    report = report_on(tmp_path, functional(layers, [["head", 0, 1]]))
    assert kind_of(report) is Kind.UNKNOWN


def test_a_path_that_does_not_matter_is_not_walked(tmp_path: Path) -> None:
    model = compiled(
        sequential(custom("Mine", "mine"), dense("head", 3)), loss("SparseCategoricalCrossentropy", from_logits=True)
    )
    assert report_on(tmp_path, model).outputs[0].verdict is Verdict.OK


def test_a_path_that_a_mask_comes_along_is_walked(tmp_path: Path) -> None:
    nothing = layer("Rescaling", "nothing", scale=0.0, offset=0.0)
    recurrent = layer("LSTM", "states", units=3, activation="linear", recurrent_activation="sigmoid")
    assert kind_of(report_on(tmp_path, sequential(nothing, recurrent, shape=(None, 5, 4)))) is Kind.LOGITS
    masked = sequential(nothing, layer("Masking", "masking"), recurrent, shape=(None, 5, 4))
    assert kind_of(report_on(tmp_path, masked)) is Kind.UNKNOWN


def embedding(**config: object) -> Config:
    return layer("Embedding", "words", input_dim=9, output_dim=4, **config)


@pytest.mark.parametrize(
    ("maker", "kind"),
    [
        (embedding(mask_zero=False), Kind.PROBABILITIES),
        (embedding(mask_zero=True), Kind.UNIT_INTERVAL),
        (sequential(embedding(mask_zero=True), name="inner"), Kind.UNIT_INTERVAL),
        (sequential(embedding(mask_zero=False), layer("Masking", "masking"), name="inner"), Kind.UNIT_INTERVAL),
        (custom("MyEmbedding", "mine"), Kind.UNIT_INTERVAL),
    ],
    ids=["no mask", "embedding", "nested", "masking", "custom"],
)
def test_a_mask_goes_along_unseen_from_whatever_layer_makes_one(tmp_path: Path, maker: Config, kind: Kind) -> None:
    recurrent = layer("SimpleRNN", "states", units=3, activation="softmax", return_sequences=True)
    assert kind_of(report_on(tmp_path, sequential(maker, layer("Dropout", "between", rate=0.5), recurrent))) is kind


def test_a_sequential_model_puts_out_all_that_its_last_layer_does(tmp_path: Path) -> None:
    states = layer("GRU", "states", units=3, activation="tanh", recurrent_activation="sigmoid", return_state=True)
    inner = called(sequential(states, shape=(None, 5, 4), name="inner"), tensor("x", (None, 5, 4)))
    model = functional([source(shape=(None, 5, 4)), inner], [["inner", 0, 1]])
    assert kind_of(report_on(tmp_path, model)) is Kind.RANGE


@pytest.mark.parametrize(("called_with", "high"), [({"training": True}, 2.0), ({"training": False}, 1.0), ({}, 1.0)])
@pytest.mark.parametrize("levels", [1, 2])
def test_a_model_called_as_in_training_drops_inside_too(
    tmp_path: Path, levels: int, called_with: Config, high: float
) -> None:
    inner = sequential(dense("scores", 3, "sigmoid"), layer("Dropout", "dropout", rate=0.5), name="inner")
    for level in range(1, levels):
        inner = sequential(inner, name=f"level_{level}")
    model = functional([source(), called(inner, tensor("x", SHAPE), **called_with)], [[inner["name"], 0, 0]])
    assert report_on(tmp_path, model).outputs[0].high == high


def test_rules_look_back_only_so_often(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    dropped = called(layer("Dropout", "dropped", rate=0.5), tensor("head", (None, 3)))
    less = called(layer("Subtract", "less"), [tensor("head", (None, 3)), tensor("dropped", (None, 3))])
    model = functional([source(), called(dense("head", 3), tensor("x", SHAPE)), dropped, less], [["less", 0, 0]])
    assert kind_of(report_on(tmp_path, model)) is Kind.UNIT_INTERVAL
    monkeypatch.setattr(walk, "MOST_LOOKS", 0)
    assert kind_of(report_on(tmp_path, model)) is Kind.UNKNOWN


@pytest.mark.parametrize(("times", "low"), [(1, -3.0), (3, -27.0), (3_000, None)])
def test_constants_are_worked_through_again_only_so_often(tmp_path: Path, times: int, low: float | None) -> None:
    """The first use is free, however many they are; no file makes thousands of uses of thousands of them dear."""
    scales = [1.0, *[3.0] * 5_000]
    scaled = layer("Rescaling", "scaled", scale=scales, offset=0.0)
    operands = [tensor("head", (None, 5_001)), *(tensor("scaled", (None, 5_001), call=at) for at in range(times - 1))]
    shared = scaled | {"inbound_nodes": [{"args": [operand], "kwargs": {}} for operand in operands]}
    layers = [source(), called(dense("head", 5_001, "tanh"), tensor("x", SHAPE)), shared]
    report = report_on(tmp_path, functional(layers, [["scaled", times - 1, 0]]))
    assert report.outputs[0].low == low

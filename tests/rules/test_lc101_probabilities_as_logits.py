from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from logitcheck.analyzer.effects import Effect
from logitcheck.report import Severity, Verdict
from tests.building import Config, custom, dense, function, layer, loss, sequential
from tests.rules.judging import Shape, effect, findings, followed_by, head, judge, only, softmax

CODE = "LC101"
SPARSE_LOGITS = loss("SparseCategoricalCrossentropy", from_logits=True)
BINARY_LOGITS = loss("BinaryCrossentropy", from_logits=True)


@pytest.mark.parametrize(
    ("model", "compiled_loss"),
    [
        pytest.param(head("softmax"), SPARSE_LOGITS, id="softmax, sparse"),
        pytest.param(head("softmax"), loss("CategoricalCrossentropy", from_logits=True), id="softmax, categorical"),
        pytest.param(head("softmax"), loss("CategoricalFocalCrossentropy", from_logits=True), id="softmax, focal"),
        pytest.param(head("sigmoid", 1), BINARY_LOGITS, id="sigmoid, binary"),
        pytest.param(head("sigmoid", 1), loss("BinaryFocalCrossentropy", from_logits=True), id="sigmoid, focal"),
        pytest.param(head("hard_sigmoid", 1), BINARY_LOGITS, id="hard sigmoid, binary"),
        pytest.param(head("sigmoid", 3), SPARSE_LOGITS, id="sigmoid, sparse"),
        pytest.param(head("softmax"), BINARY_LOGITS, id="softmax, binary"),
        pytest.param(followed_by(softmax()), SPARSE_LOGITS, id="layer Softmax"),
        pytest.param(followed_by(layer("Activation", "last", activation="softmax")), SPARSE_LOGITS, id="Activation"),
        pytest.param(head("softmax"), "softmax_cross_entropy_with_logits_v2", id="raw TensorFlow"),
        pytest.param(head("sigmoid", 1), "sigmoid_cross_entropy_with_logits_v2", id="raw TensorFlow, binary"),
        pytest.param(
            sequential(dense("head", 10, "softmax"), shape=(None, 7, 4)), loss("CTC"), id="CTC, which activates itself"
        ),
        pytest.param(
            followed_by(layer("Reshape", "reshape", target_shape=[10]), activation="softmax"),
            SPARSE_LOGITS,
            id="behind a Reshape",
        ),
    ],
)
def test_activated_outputs_under_a_loss_that_expects_logits_are_an_error(
    tmp_path: Path, model: Config, compiled_loss: Any
) -> None:
    report = judge(tmp_path, model, compiled_loss)
    assert only(report, CODE).severity is Severity.ERROR
    assert report.outputs[0].verdict is Verdict.MISMATCH


@pytest.mark.parametrize(
    ("model", "compiled_loss"),
    [
        pytest.param(head(), SPARSE_LOGITS, id="logits"),
        pytest.param(head("log_softmax"), SPARSE_LOGITS, id="log-softmax"),
        pytest.param(head("softmax"), "sparse_categorical_crossentropy", id="no flag"),
        pytest.param(head("softmax"), "mse", id="another loss"),
        pytest.param(head("tanh"), SPARSE_LOGITS, id="a range"),
        pytest.param(followed_by(custom("Mine", "mine"), activation="softmax"), SPARSE_LOGITS, id="unknown"),
        pytest.param(head("softmax"), None, id="not compiled"),
    ],
)
def test_everything_else_is_not(tmp_path: Path, model: Config, compiled_loss: Any) -> None:
    assert findings(judge(tmp_path, model, compiled_loss), CODE) == []


def test_the_message_names_loss_layer_and_what_it_puts_out(tmp_path: Path) -> None:
    message = only(judge(tmp_path, head("softmax"), SPARSE_LOGITS), CODE).message
    assert "SparseCategoricalCrossentropy(from_logits=True) expects logits" in message
    assert "layer 'head' (Dense, 10 units, softmax)" in message
    assert "probabilities that sum to 1 along axis -1" in message


def test_the_message_gives_the_least_loss_there_can_be(tmp_path: Path) -> None:
    message = only(judge(tmp_path, head("softmax"), SPARSE_LOGITS), CODE).message
    assert "it starts near 2.303 and cannot fall below 1.461 or rise above 2.461" in message
    assert "loss + accuracy of about 2.461" in message


@pytest.mark.parametrize(
    ("model", "compiled_loss"),
    [
        pytest.param(head("sigmoid", 3), SPARSE_LOGITS, id="scores under a softmax"),
        pytest.param(head("hard_sigmoid", 1), BINARY_LOGITS, id="hard sigmoid"),
        pytest.param(
            head("softmax"),
            loss("CategoricalCrossentropy", from_logits=True, label_smoothing=0.1),
            id="smoothed labels",
        ),
        pytest.param(
            followed_by(softmax(1), shape=(None, 7, 4)),
            loss("CategoricalCrossentropy", from_logits=True),
            id="another axis",
        ),
        pytest.param(head("softmax"), loss("CategoricalFocalCrossentropy", from_logits=True), id="focal"),
    ],
)
def test_no_number_is_given_where_none_is_certain(tmp_path: Path, model: Config, compiled_loss: Any) -> None:
    assert "cannot fall below" not in only(judge(tmp_path, model, compiled_loss), CODE).message


def test_the_finding_points_at_the_layer_that_activated(tmp_path: Path) -> None:
    finding = only(judge(tmp_path, followed_by(softmax(name="last")), SPARSE_LOGITS), CODE)
    assert (finding.layer, finding.output) == ("last", "last")


def test_both_ways_out_are_shown(tmp_path: Path) -> None:
    assert only(judge(tmp_path, head("softmax"), SPARSE_LOGITS), CODE).fixes == (
        "Keep the activation: model.compile(..., loss=keras.losses.SparseCategoricalCrossentropy())",
        "Drop the activation, keep the loss: Dense(10)",
    )


def test_a_file_of_keras_2_is_mended_in_tf_keras(tmp_path: Path) -> None:
    fixes = only(judge(tmp_path, head("softmax"), SPARSE_LOGITS, "2.15.0"), CODE).fixes
    assert "tf.keras.losses.SparseCategoricalCrossentropy()" in fixes[0]


def test_a_loss_without_a_flag_can_only_lose_the_activation(tmp_path: Path) -> None:
    (fix,) = only(judge(tmp_path, head("softmax"), "softmax_cross_entropy_with_logits_v2"), CODE).fixes
    assert fix == "Drop the activation, keep the loss: Dense(10)"


def test_a_layer_without_units_is_to_be_removed(tmp_path: Path) -> None:
    fixes = only(judge(tmp_path, followed_by(softmax()), SPARSE_LOGITS), CODE).fixes
    assert "remove layer 'softmax'" in fixes[1]


def test_a_convolution_is_to_lose_its_activation(tmp_path: Path) -> None:
    convolution = layer("Conv2D", "head", filters=5, kernel_size=[1, 1], activation="softmax")
    fixes = only(judge(tmp_path, sequential(convolution, shape=(None, 8, 8, 3)), SPARSE_LOGITS), CODE).fixes
    assert "Conv2D(5, ..., activation=None)" in fixes[1]


TWICE = effect(Effect.APPLIED_TWICE, Effect.APPLIED_TWICE)
REPAIRED = effect(Effect.REPAIRED, Effect.APPLIED_TWICE)


@pytest.mark.parametrize(
    ("model", "compiled_loss", "expected"),
    [
        pytest.param(head("softmax"), SPARSE_LOGITS, REPAIRED, id="softmax"),
        pytest.param(head("sigmoid", 1), BINARY_LOGITS, REPAIRED, id="sigmoid"),
        pytest.param(followed_by(softmax()), SPARSE_LOGITS, REPAIRED, id="layer Softmax"),
        pytest.param(
            followed_by(layer("Activation", "last", activation="linear"), activation="softmax"),
            SPARSE_LOGITS,
            REPAIRED,
            id="a linear Activation behind",
        ),
        pytest.param(
            followed_by(layer("Reshape", "last", target_shape=[10]), activation="softmax"),
            SPARSE_LOGITS,
            TWICE,
            id="a Reshape behind",
        ),
        pytest.param(
            followed_by(layer("Dropout", "last", rate=0.5), activation="softmax"),
            SPARSE_LOGITS,
            effect(Effect.REPAIRED_IN_EVALUATE_ONLY, Effect.APPLIED_TWICE),
            id="a Dropout behind",
        ),
        pytest.param(
            head("sigmoid", 3), SPARSE_LOGITS, effect(Effect.OTHER_FUNCTION, Effect.APPLIED_TWICE), id="other family"
        ),
        pytest.param(head("hard_sigmoid", 1), BINARY_LOGITS, TWICE, id="hard sigmoid"),
        pytest.param(head("softmax"), loss("CategoricalFocalCrossentropy", from_logits=True), TWICE, id="focal"),
        pytest.param(
            head("softmax"),
            loss("SparseCategoricalCrossentropy", from_logits=True, ignore_class=0),
            TWICE,
            id="an ignored class",
        ),
        pytest.param(head("softmax"), "softmax_cross_entropy_with_logits_v2", TWICE, id="raw TensorFlow"),
        pytest.param(
            sequential(dense("head", 10, "softmax", dtype="mixed_float16")), SPARSE_LOGITS, TWICE, id="16 bits"
        ),
    ],
)
def test_the_effect_on_each_backend(tmp_path: Path, model: Config, compiled_loss: Any, expected: object) -> None:
    assert only(judge(tmp_path, model, compiled_loss), CODE).effect == expected


@pytest.mark.parametrize(
    ("version", "tensorflow"),
    [("2.15.0", Effect.REPAIRED), ("2.8.0", Effect.REPAIRED), ("2.3.1", Effect.APPLIED_TWICE)],
)
def test_keras_2_knows_tensorflow_only(tmp_path: Path, version: str, tensorflow: Effect) -> None:
    assert only(judge(tmp_path, head("softmax"), SPARSE_LOGITS, version), CODE).effect == effect(tensorflow, None)


@pytest.mark.parametrize(
    ("version", "axis", "tensorflow"),
    [
        ("2.9.0", -1, Effect.APPLIED_TWICE),
        ("2.10.0", -1, Effect.REPAIRED),
        ("2.13.1", 1, Effect.APPLIED_TWICE),
        ("2.14.0", 1, Effect.REPAIRED),
    ],
)
def test_the_layer_softmax_is_repaired_since_keras_2_10_and_over_any_axis_since_2_14(
    tmp_path: Path, version: str, axis: int, tensorflow: Effect
) -> None:
    over_axis = loss("CategoricalCrossentropy", from_logits=True, axis=axis)
    report = judge(tmp_path, followed_by(softmax(axis), shape=(None, 7, 4)), over_axis, version)
    assert only(report, CODE).effect == effect(tensorflow, None)


@pytest.mark.parametrize(
    ("model", "compiled_loss", "words"),
    [
        pytest.param(head("softmax"), SPARSE_LOGITS, "the trained weights are good", id="repaired"),
        pytest.param(
            followed_by(layer("Dropout", "last", rate=0.5), activation="softmax"),
            SPARSE_LOGITS,
            "in evaluate() only",
            id="repaired in evaluate",
        ),
        pytest.param(
            head("sigmoid", 3), SPARSE_LOGITS, "as a softmax, which is not what predict() returns", id="other function"
        ),
        pytest.param(
            head("softmax"), "softmax_cross_entropy_with_logits_v2", "On every backend the loss", id="applied twice"
        ),
    ],
)
def test_the_message_says_what_happened_to_the_trained_weights(
    tmp_path: Path, model: Config, compiled_loss: Any, words: str
) -> None:
    assert words in only(judge(tmp_path, model, compiled_loss), CODE).message


def test_keras_2_messages_leave_out_the_other_backends(tmp_path: Path) -> None:
    for model in (head("softmax"), head("sigmoid", 3)):
        assert "JAX" not in only(judge(tmp_path, model, SPARSE_LOGITS, "2.15.0"), CODE).message


def test_the_numbers_of_a_sigmoid_applied_twice_are_given(tmp_path: Path) -> None:
    message = only(judge(tmp_path, head("sigmoid", 1), BINARY_LOGITS), CODE).message
    assert "it stays between 0.313 and 1.313" in message
    assert "starts near 0.724 and cannot fall below 0.503" in message
    assert "a score of 0.5 was trained as 62.2 %" in message


def test_an_activation_of_tensorflow_is_only_seen_in_a_graph(tmp_path: Path) -> None:
    message = only(judge(tmp_path, sequential(dense("head", 10, function("softmax_v2"))), SPARSE_LOGITS), CODE).message
    assert "with run_eagerly=True it does not" in message


@pytest.mark.parametrize(("shape", "is_said"), [((None, 4), False), ((None, 7, 4), True)])
def test_labels_may_lack_the_axis_of_a_single_unit(tmp_path: Path, shape: Shape, *, is_said: bool) -> None:
    model = sequential(dense("head", 1, "sigmoid"), shape=shape)
    message = only(judge(tmp_path, model, BINARY_LOGITS), CODE).message
    assert ("unless labels lack the output's last axis" in message) is is_said


def test_a_version_of_two_tensorflows_is_named(tmp_path: Path) -> None:
    message = only(judge(tmp_path, head("softmax"), SPARSE_LOGITS, "2.4.0"), CODE).message
    assert "TensorFlow 2.4 repairs this, but in 2.3 the loss activates the output a second time" in message


def test_another_activation_than_the_losss_own_is_to_be_replaced(tmp_path: Path) -> None:
    keep, _ = only(judge(tmp_path, head("sigmoid", 3), SPARSE_LOGITS), CODE).fixes
    assert keep == (
        "Use the activation that goes with the loss: Dense(3, activation='softmax') and"
        " model.compile(..., loss=keras.losses.SparseCategoricalCrossentropy())"
    )

from __future__ import annotations

from dataclasses import replace

import pytest

from logitcheck.analyzer import JudgedLoss, effects
from logitcheck.analyzer.effects import BackendEffects, Effect
from logitcheck.analyzer.losses import declared, expectation
from logitcheck.analyzer.values import Applied, Value
from logitcheck.declarations import DeclaredInput
from logitcheck.model import ContainerFormat, Loss, LossForm, SavedModel

SPARSE = Loss(name="SparseCategoricalCrossentropy", form=LossForm.OBJECT, from_logits=True, axis=-1)
FOCAL = replace(SPARSE, name="CategoricalFocalCrossentropy")
RAW = Loss(name="softmax_cross_entropy_with_logits", form=LossForm.FUNCTION)
BINARY = Loss(name="BinaryCrossentropy", form=LossForm.OBJECT, from_logits=True)
IGNORING = replace(SPARSE, ignore_class=True)


def model(version: str | None) -> SavedModel:
    generation = int(version[0]) if version is not None else 3
    return SavedModel(
        format=ContainerFormat.KERAS,
        keras_version=version,
        backend=None,
        model_class="Sequential",
        compiled=True,
        outputs=(),
        generation=generation,
    )


def judged(loss: Loss) -> JudgedLoss:
    return JudgedLoss(loss=loss, expectation=expectation(loss, 3), axis=loss.axis, units=3)


def applied(
    name: str = "softmax", mechanism: str = "activation", *, half: str | None = None, direct: bool = True
) -> Value:
    return Value(low=0.0, high=1.0, sum_axis=-1, applied=Applied(name, "head", -1, mechanism, half), direct=direct)


DECLARED = applied("probabilities", "declared")
UNCHANGED = replace(applied(), maybe_copied=True)


@pytest.mark.parametrize(
    ("stored", "numbers"),
    [("3.15.1", (3, 15)), ("2.2.4-tf", (2, 2)), ("3", (3, 0)), ("3.x", (3, 0)), (None, (3, 0))],
)
def test_the_version_is_read_as_numbers(stored: str | None, numbers: tuple[int, int]) -> None:
    assert effects.version(model(stored)) == numbers


def test_keras_3_runs_on_every_backend() -> None:
    assert effects.everywhere(model("3.0.5"), Effect.CLIPPED, tensorflow=Effect.NAN) == BackendEffects(
        tensorflow=Effect.NAN, jax=Effect.CLIPPED, torch=Effect.CLIPPED
    )


@pytest.mark.parametrize("version", ["1.2.2", "2.15.0"])
def test_older_keras_runs_on_tensorflow(version: str) -> None:
    assert effects.everywhere(model(version), Effect.CLIPPED) == BackendEffects(
        tensorflow=Effect.CLIPPED, jax=None, torch=None
    )


@pytest.mark.parametrize(
    ("version", "tensorflow"),
    [("2.3.1", Effect.APPLIED_TWICE), ("2.2.4-tf", Effect.APPLIED_TWICE), ("2.15.0", Effect.UNKNOWN)],
)
def test_of_an_activation_in_a_traced_graph_it_is_not_told_whether_it_is_repaired(
    version: str, tensorflow: Effect
) -> None:
    effect = effects.of_double_activation(model(version), applied(mechanism="graph"), judged(SPARSE))
    assert effect == BackendEffects(tensorflow=tensorflow, jax=None, torch=None)
    assert effects.is_traced(applied(mechanism="graph"))


@pytest.mark.parametrize(
    ("version", "value", "loss", "looks"),
    [
        pytest.param("3.15.1", applied(), SPARSE, True, id="Keras 3"),
        pytest.param("3.15.1", applied("sigmoid"), SPARSE, True, id="a sigmoid"),
        pytest.param("3.15.1", applied("hard_sigmoid"), SPARSE, False, id="a hard sigmoid"),
        pytest.param("3.15.1", applied(mechanism="layer"), SPARSE, True, id="the layer Softmax"),
        pytest.param("3.15.1", applied(mechanism="operation"), SPARSE, True, id="an operation"),
        pytest.param("3.15.1", applied(mechanism="formula"), SPARSE, False, id="several axes"),
        pytest.param("3.10.0", applied(mechanism="masked layer"), SPARSE, False, id="a masked Softmax"),
        pytest.param("3.9.2", applied(mechanism="masked layer"), SPARSE, True, id="a masked Softmax of 3.9"),
        pytest.param("2.15.0", applied(mechanism="masked layer"), SPARSE, True, id="a masked Softmax of 2.15"),
        pytest.param("2.15.0", applied(mechanism="formula"), SPARSE, False, id="several axes in Keras 2"),
        pytest.param("3.15.1", applied(mechanism="tensorflow"), SPARSE, True, id="a raw function of TensorFlow"),
        pytest.param("3.15.1", applied("sigmoid", "tensorflow"), SPARSE, False, id="the raw function of another loss"),
        pytest.param("3.15.1", applied(half="float16"), SPARSE, False, id="16 bits"),
        pytest.param("3.15.1", applied(direct=False), SPARSE, False, id="another tensor"),
        pytest.param("3.15.1", Value(), SPARSE, False, id="no activation"),
        pytest.param("3.15.1", applied(), None, False, id="no loss"),
        pytest.param("3.15.1", applied(), FOCAL, False, id="focal"),
        pytest.param("3.15.1", applied(), RAW, False, id="a raw loss"),
        pytest.param("3.15.1", applied(), IGNORING, False, id="an ignored class"),
        pytest.param("2.15.0", applied(), IGNORING, True, id="an ignored class in Keras 2"),
        pytest.param("2.15.0", applied(), SPARSE, True, id="Keras 2"),
        pytest.param("2.15.0", applied(half="float16"), SPARSE, True, id="16 bits in Keras 2"),
        pytest.param("2.15.0", applied(mechanism="layer"), SPARSE, True, id="the layer Softmax of 2.15"),
        pytest.param("2.13.0", applied(mechanism="layer"), SPARSE, True, id="the layer Softmax of 2.13, in the graph"),
        pytest.param("2.9.0", applied(mechanism="layer"), SPARSE, False, id="the layer Softmax of 2.9"),
        pytest.param("2.15.0", replace(applied(), copied_in_keras_2=True), SPARSE, False, id="a copy in Keras 2"),
        pytest.param("3.15.1", replace(applied(), copied_in_keras_2=True), SPARSE, True, id="no copy in Keras 3"),
        pytest.param("2.4.0", applied(), SPARSE, None, id="TF 2.3 or 2.4"),
        pytest.param("3.15.1", DECLARED, SPARSE, None, id="only declared"),
        pytest.param("2.15.0", DECLARED, SPARSE, None, id="only declared, in Keras 2"),
        pytest.param("2.3.1", DECLARED, SPARSE, False, id="only declared, in Keras 2.3"),
        pytest.param("2.2.4-tf", DECLARED, SPARSE, False, id="only declared, in TensorFlow 1"),
        pytest.param("3.15.1", replace(DECLARED, direct=False), SPARSE, False, id="only declared, another tensor"),
        pytest.param("3.15.1", DECLARED, FOCAL, False, id="only declared, focal"),
        pytest.param("3.15.1", UNCHANGED, SPARSE, None, id="declared unchanged"),
        pytest.param("3.15.1", replace(UNCHANGED, direct=False), SPARSE, False, id="unchanged, another tensor"),
        pytest.param("3.15.1", replace(UNCHANGED, applied=None), SPARSE, False, id="unchanged, no activation"),
        pytest.param(
            "2.9.0", replace(applied(mechanism="layer"), maybe_copied=True), SPARSE, False, id="unchanged, 2.9"
        ),
        pytest.param("2.2.4-tf", applied(), SPARSE, False, id="TensorFlow 1"),
        pytest.param("1.2.2", applied(), SPARSE, False, id="Keras 1"),
    ],
)
def test_when_tensorflow_looks_behind_the_output(
    version: str, value: Value, loss: Loss | None, *, looks: bool | None
) -> None:
    assert effects.looks_behind(model(version), value, judged(loss) if loss is not None else None) is looks


AFTER_DROPOUT = replace(applied(direct=False), after_dropout=True, copied_in_keras_2=True)
JOINT_AFTER_DROPOUT = replace(AFTER_DROPOUT, applied=Applied("softmax", "head", None, "formula"))


@pytest.mark.parametrize(
    ("version", "value", "loss", "tensorflow"),
    [
        pytest.param("3.15.1", applied(), SPARSE, Effect.REPAIRED, id="repaired"),
        pytest.param("3.15.1", applied(), BINARY, Effect.OTHER_FUNCTION, id="other family"),
        pytest.param("3.15.1", applied(direct=False), SPARSE, Effect.APPLIED_TWICE, id="indirect"),
        pytest.param("3.15.1", AFTER_DROPOUT, SPARSE, Effect.REPAIRED_IN_EVALUATE_ONLY, id="dropout"),
        pytest.param("3.15.1", AFTER_DROPOUT, BINARY, Effect.APPLIED_TWICE, id="dropout, other family"),
        pytest.param("3.15.1", AFTER_DROPOUT, RAW, Effect.APPLIED_TWICE, id="dropout, raw loss"),
        pytest.param("3.15.1", AFTER_DROPOUT, FOCAL, Effect.APPLIED_TWICE, id="dropout, focal"),
        pytest.param("2.15.0", AFTER_DROPOUT, SPARSE, Effect.APPLIED_TWICE, id="dropout, Keras 2"),
        pytest.param("3.15.1", JOINT_AFTER_DROPOUT, SPARSE, Effect.APPLIED_TWICE, id="dropout on several axes"),
        pytest.param("2.4.0", applied(), SPARSE, Effect.UNKNOWN, id="a version of two TensorFlows"),
    ],
)
def test_the_effect_of_a_second_activation(version: str, value: Value, loss: Loss, tensorflow: Effect) -> None:
    assert effects.of_double_activation(model(version), value, judged(loss)).tensorflow is tensorflow


@pytest.mark.parametrize(
    ("value", "tensorflow"), [(applied(), Effect.OTHER_FUNCTION), (applied(direct=False), Effect.UNKNOWN)]
)
def test_the_effect_of_a_loss_of_the_other_family(value: Value, tensorflow: Effect) -> None:
    found = effects.of_other_function(model("3.15.1"), value, judged(BINARY), Effect.UNKNOWN)
    assert (found.tensorflow, found.jax) == (tensorflow, Effect.UNKNOWN)


@pytest.mark.parametrize(
    ("value", "loss", "tensorflow"),
    [
        (applied(), BINARY, Effect.OTHER_FUNCTION),
        (applied(), None, Effect.CONSTANT),
        (applied(direct=False), BINARY, Effect.CONSTANT),
    ],
)
def test_the_effect_of_a_constant_output(value: Value, loss: Loss | None, tensorflow: Effect) -> None:
    found = effects.of_constant_output(model("3.15.1"), value, judged(loss) if loss is not None else None)
    assert (found.tensorflow, found.jax) == (tensorflow, Effect.CONSTANT)


@pytest.mark.parametrize(("version", "elsewhere"), [("3.15.1", Effect.UNKNOWN), ("2.15.0", None)])
def test_nothing_is_told_of_what_a_declared_loss_does(version: str, elsewhere: Effect | None) -> None:
    nothing = BackendEffects(tensorflow=Effect.UNKNOWN, jax=elsewhere, torch=elsewhere)
    taking = replace(judged(SPARSE), expectation=declared(DeclaredInput.PROBABILITIES), key="my_ce")
    assert effects.of_declared_loss(model(version)) == nothing
    assert effects.of_constant_output(model(version), applied(), taking) == nothing

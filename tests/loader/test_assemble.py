from __future__ import annotations

from typing import Any

import pytest

from logitcheck.errors import ErrorCode
from logitcheck.loader.assemble import assemble
from logitcheck.loader.stored import StoredModel
from logitcheck.model import ContainerFormat, SavedModel
from tests.building import Config, called, dense, function, functional, sequential, source, tensor
from tests.loader import older
from tests.loader.older import reference, refusal


def assembled(model: Config, version: str | None = "3.9.2", settings: Config | None = None) -> SavedModel:
    """The model as the rest of the house sees it."""
    return assemble(
        StoredModel(
            format=ContainerFormat.KERAS,
            config=model,
            compile_settings=settings,
            keras_version=version,
            backend="jax",
        )
    )


MODEL = sequential(dense("head", 3))


@pytest.mark.parametrize(
    ("version", "generation"),
    [("1.2.2", 1), ("2.1.6", 2), ("2.2.4-tf", 2), ("2.21.0", 2), ("3.0.5", 3), ("3.15.1", 3), ("3.16.0.dev2", 3)],
)
def test_the_generation_is_the_major_version(version: str, generation: int) -> None:
    read = assembled(MODEL, version)
    assert (read.generation, read.keras_version) == (generation, version)


@pytest.mark.parametrize("version", [None, "", "unknown", "33.1"], ids=repr)
@pytest.mark.parametrize(
    ("module", "generation"),
    [
        *(("keras.src.models.functional", 3), ("keras_hub.src.models.image_classifier", 3)),
        *(("keras.src.engine.functional", 2), ("tf_keras.src.engine.functional", 2), (None, 2)),
    ],
)
def test_without_a_version_the_module_tells_the_generation(
    version: str | None, module: str | None, generation: int
) -> None:
    assert assembled(MODEL | {"module": module}, version).generation == generation


def test_format_backend_and_class_are_kept() -> None:
    read = assembled(MODEL)
    assert (read.format, read.backend, read.model_class) == (ContainerFormat.KERAS, "jax", "Sequential")


def test_a_model_without_settings_is_not_compiled() -> None:
    read = assembled(MODEL)
    assert not read.compiled
    assert read.outputs[0].losses == ()


def test_a_model_with_settings_is_compiled() -> None:
    read = assembled(MODEL, settings={"loss": "mse"})
    assert read.compiled
    assert [loss.name for loss in read.outputs[0].losses] == ["MeanSquaredError"]


@pytest.mark.parametrize(("version", "losses"), [("3.9.2", 2), ("2.15.0", 1)])
def test_losses_are_matched_as_the_version_does(version: str, losses: int) -> None:
    assert len(assembled(MODEL, version, {"loss": ["mse", "mae"]}).outputs[0].losses) == losses


@pytest.mark.parametrize("class_name", ["Sequential", "Functional", "Model"])
def test_settings_of_keras_without_a_loss_are_refused(class_name: str) -> None:
    """Every Keras writes the key, if only with a null: its name was damaged."""
    error = refusal(assembled, MODEL | {"class_name": class_name}, "3.9.2", {"los": "mse", "metrics": None})
    assert error.code is ErrorCode.MALFORMED_GRAPH
    assert error.message.endswith("found 'los', 'metrics'.")


def test_who_writes_settings_of_their_own_may_do_without_a_loss() -> None:
    read = assembled(subclassed({}), settings={"model_optimizer": None, "loss_fn": "mse"})
    assert (read.compiled, read.outputs[0].losses) == (True, ())


def test_the_output_of_a_sequential_model_is_its_last_layer() -> None:
    assert [output.name for output in assembled(MODEL).outputs] == ["head"]


def test_a_dict_of_outputs_comes_in_sorted_order() -> None:
    layers = [source(), *(called(dense(name, 3), tensor("x", (None, 4))) for name in "ab")]
    read = assembled(functional(layers, {"z": ["a", 0, 0], "c": ["b", 0, 0]}))
    assert [(output.name, output.tensor.layer if output.tensor else None) for output in read.outputs] == [
        ("c", "b"),
        ("z", "a"),
    ]


@pytest.mark.parametrize(("version", "names"), [("3.9.2", ["d", "d"]), ("2.15.0", ["d", "d_1"])])
def test_repeated_outputs_are_named_as_the_version_does(version: str, names: list[str]) -> None:
    shared = older.layer("Dense", "d", [reference("x")], [reference("y")], units=3)
    model = older.functional([older.source(), older.source("y"), shared], [["d", 0, 0], ["d", 1, 0]])
    assert [output.name for output in assembled(model, version).outputs] == names


# Models that cannot be walked


def subclassed(config: Any = None, **fields: Any) -> Config:
    """A model of somebody's own class, whose config holds no layers."""
    return {"module": "mine", "class_name": "Mine", "config": config, "registered_name": "mine>Mine", **fields}


@pytest.mark.parametrize("config", [None, {}, {"units": 3}], ids=repr)
def test_a_subclassed_model_has_one_output_of_which_nothing_is_known(config: object) -> None:
    read = assembled(subclassed(config))
    assert read.graph is None
    assert [(output.name, output.tensor) for output in read.outputs] == [(None, None)]
    assert read.unwalkable == "the config of 'mine>Mine' holds no layers, as those of subclassed models do not"


def test_a_subclassed_model_keeps_its_loss() -> None:
    (output,) = assembled(subclassed(), settings={"loss": "mse"}).outputs
    assert [loss.name for loss in output.losses] == ["MeanSquaredError"]


def test_a_model_that_can_be_walked_has_no_excuse() -> None:
    assert assembled(MODEL).unwalkable is None


# Tasks of KerasHub


def task(class_name: str = "ImageClassifier", **config: Any) -> Config:
    """A KerasHub task."""
    config = {"backbone": {}, "preprocessor": None, "num_classes": 5, **config}
    module = "keras_hub.src.models.image_classifier"
    return {"module": module, "class_name": class_name, "config": config, "registered_name": f"keras_hub>{class_name}"}


@pytest.mark.parametrize(
    ("stored", "name"), [("softmax", "softmax"), (None, "linear"), (function("softmax_v2"), "softmax")]
)
def test_the_head_of_a_task_is_told_by_its_activation(stored: object, name: str) -> None:
    head = assembled(task(activation=stored)).head
    assert head is not None
    assert (head.class_name, head.activation.name, head.units, head.rank) == ("ImageClassifier", name, 5, 2)


@pytest.mark.parametrize(("class_name", "rank"), [("BertTextClassifier", 2), ("SAMImageSegmenter", 4)])
def test_classifiers_and_segmenters_have_heads(class_name: str, rank: int) -> None:
    head = assembled(task(class_name, activation="softmax")).head
    assert head is not None
    assert head.rank == rank


@pytest.mark.parametrize("package", ["keras_hub", "keras_nlp", "keras_cv"])
def test_the_libraries_before_kerashub_have_heads_too(package: str) -> None:
    model = task(activation="softmax") | {"module": None, "registered_name": f"{package}>ImageClassifier"}
    assert assembled(model).head is not None


def test_a_task_in_hdf5_has_a_head_too() -> None:
    model = {"class_name": "keras_hub>ImageClassifier", "config": {"activation": None, "num_classes": 5}}
    assert assembled(model).head is not None


@pytest.mark.parametrize("classes", [None, "five", True, 2.0], ids=repr)
def test_an_odd_number_of_classes_is_unknown(classes: object) -> None:
    head = assembled(task(activation="softmax", num_classes=classes)).head
    assert head is not None
    assert head.units is None


WITHOUT_HEAD: dict[str, Config] = {
    "no activation": task(),
    "a detector": task("ObjectDetector", activation="softmax"),
    "a backbone": task("ResNetBackbone", activation="relu"),
    "a class of one's own": subclassed({"activation": "softmax"}, class_name="ImageClassifier"),
    "a model with layers": MODEL,
}


@pytest.mark.parametrize("model", WITHOUT_HEAD.values(), ids=WITHOUT_HEAD.keys())
def test_other_models_have_no_head(model: Config) -> None:
    assert assembled(model).head is None

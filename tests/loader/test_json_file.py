from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from logitcheck import inspection
from logitcheck.analyzer.effects import Effect
from logitcheck.errors import ErrorCode
from logitcheck.loader import json_file
from logitcheck.model import ContainerFormat
from logitcheck.report import ModelReport, Outcome
from tests.building import codes, compiled, dense, layer, loss, sequential
from tests.loader import older
from tests.loader.older import loaded, refusal, refused

SOFTMAX = sequential(dense("d", 3, "softmax"))
FROM_LOGITS = loss("CategoricalCrossentropy", from_logits=True)
KERAS_2 = older.functional(
    [older.source(), older.layer("Dense", "d", [older.reference("x")], units=3, activation="softmax")], [["d", 0, 0]]
)


def written(folder: Path, document: Any, name: str = "model.json") -> Path:
    """A JSON file."""
    (folder / name).write_text(json.dumps(document), "utf-8")
    return folder / name


def converted(model: Any, version: str = "2.15.0", **topology: Any) -> dict[str, Any]:
    """What the converter of TensorFlow.js writes."""
    return {
        "format": "layers-model",
        "generatedBy": f"keras v{version}",
        "convertedBy": "TensorFlow.js Converter v4.22.0",
        "modelTopology": {"keras_version": version, "backend": "tensorflow", "model_config": model, **topology},
        "weightsManifest": [],
    }


def in_javascript(model: Any, **settings: Any) -> dict[str, Any]:
    """What the layers library of TensorFlow.js writes."""
    return {
        "modelTopology": {**model, "keras_version": "tfjs-layers 4.20.0", "backend": "tensor_flow.js"},
        "format": "layers-model",
        "generatedBy": "TensorFlow.js tfjs-layers v4.20.0",
        "convertedBy": None,
        "weightsManifest": [],
        **settings,
    }


def report(folder: Path, document: Any) -> ModelReport:
    return inspection.inspect(written(folder, document))


def test_what_to_json_of_keras_3_gives_is_a_compiled_model(tmp_path: Path) -> None:
    told = report(tmp_path, compiled(SOFTMAX, FROM_LOGITS))
    assert told.format is ContainerFormat.JSON
    assert (told.keras_version, told.backend, told.compiled) == (None, None, True)
    assert codes(told) == ["LC101"]


def test_what_to_json_of_keras_2_gives_is_a_model_without_compile_settings(tmp_path: Path) -> None:
    told = report(tmp_path, {**KERAS_2, "keras_version": "2.3.1", "backend": "theano"})
    assert (told.keras_version, told.backend, told.compiled) == ("2.3.1", "theano", False)
    assert told.outcome is Outcome.NOT_APPLICABLE
    assert told.outputs[0].kind.value == "probabilities"


def test_what_to_json_of_keras_1_gives_is_a_model(tmp_path: Path) -> None:
    """Its Sequential is a bare list of layers."""
    layers = [
        {"class_name": "Dense", "config": {"name": "d", "output_dim": 3, "activation": "softmax", "input_dim": 4}}
    ]
    told = report(tmp_path, {"class_name": "Sequential", "keras_version": "1.2.2", "config": layers})
    assert told.outputs[0].kind.value == "probabilities"


def test_a_bare_config_of_an_archive_is_a_model_without_a_version(tmp_path: Path) -> None:
    (tmp_path / "metadata.json").write_text('{"keras_version": "3.9.2"}', "utf-8")
    model = json_file.read(written(tmp_path, compiled(SOFTMAX, "mse"), "config.json"))
    assert model.keras_version is None
    assert model.compile_settings is not None
    assert model.compile_settings["loss"] == "mse"


@pytest.mark.parametrize("name", ["model", "model.keras", "model.txt"])
def test_json_is_told_by_its_content(tmp_path: Path, name: str) -> None:
    assert loaded(written(tmp_path, SOFTMAX, name)).format is ContainerFormat.JSON


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-32"])
def test_json_in_another_encoding_is_read(tmp_path: Path, encoding: str) -> None:
    """PowerShell writes UTF-16."""
    path = tmp_path / "model.json"
    path.write_text(json.dumps(SOFTMAX), encoding)
    assert loaded(path).format is ContainerFormat.JSON


def test_white_space_before_json_does_not_matter(tmp_path: Path) -> None:
    path = tmp_path / "model.json"
    path.write_text("\n" * 40 + json.dumps(SOFTMAX, indent=2), "utf-8")
    assert loaded(path).format is ContainerFormat.JSON


def test_a_converted_model_has_the_settings_of_its_hdf5_file(tmp_path: Path) -> None:
    training = {"loss": {"class_name": "CategoricalCrossentropy", "config": {"from_logits": True}}}
    told = report(tmp_path, converted(KERAS_2, training_config=training))
    assert (told.keras_version, told.backend, told.compiled) == ("2.15.0", "tensorflow", True)
    assert codes(told) == ["LC101"]
    assert json_file.read(tmp_path / "model.json").functions_by_name


def test_a_converted_model_of_keras_3_keeps_its_settings_in_its_config(tmp_path: Path) -> None:
    """The converter removes `module` and `registered_name` from every object."""
    bare = json.loads(json.dumps(compiled(SOFTMAX, FROM_LOGITS)), object_hook=_without_envelope)
    told = report(tmp_path, converted(bare, "3.9.2"))
    assert (told.keras_version, codes(told)) == ("3.9.2", ["LC101"])


def _without_envelope(raw: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in raw.items() if key not in {"module", "registered_name"}}


def test_a_converted_model_without_settings_is_not_compiled(tmp_path: Path) -> None:
    assert not report(tmp_path, converted(KERAS_2)).compiled


@pytest.mark.parametrize("settings", [[], [{"loss": "mse"}], "x", 5, True], ids=repr)
def test_compile_settings_that_are_no_object_are_not_taken_for_none(tmp_path: Path, settings: Any) -> None:
    documents = (
        SOFTMAX | {"compile_config": settings},
        converted(KERAS_2, training_config=settings),
        converted(SOFTMAX | {"compile_config": settings}, "3.9.2"),
        in_javascript(KERAS_2, trainingConfig=settings),
    )
    for document in documents:
        told = report(tmp_path, document)
        assert told.error is not None
        assert told.error.code is ErrorCode.MALFORMED_GRAPH


def test_a_model_saved_in_javascript_has_its_settings_beside_it(tmp_path: Path) -> None:
    told = report(tmp_path, in_javascript(KERAS_2, trainingConfig={"loss": "binary_crossentropy", "metrics": []}))
    assert told.backend == "tensor_flow.js"
    assert [output.loss.name for output in told.outputs if output.loss] == ["BinaryCrossentropy"]


def test_javascript_never_looks_behind_an_output_as_keras_does(tmp_path: Path) -> None:
    """Its losses compute with what they are given (tfjs-layers/src/losses.ts), so softmax stays what it is."""
    settings = {"loss": "binary_crossentropy", "optimizer_config": {}, "metrics": []}
    told = report(tmp_path, in_javascript(KERAS_2, trainingConfig=settings))
    of_keras = report(tmp_path, converted(KERAS_2, training_config=settings))
    assert [_on_tensorflow(each) for each in (told, of_keras)] == [Effect.UNKNOWN, Effect.OTHER_FUNCTION]
    assert told.keras_version is None


def _on_tensorflow(told: ModelReport) -> Effect | None:
    (effect,) = [finding.effect for finding in told.findings if finding.code == "LC109"]
    assert effect is not None
    return effect.tensorflow


def test_a_model_saved_in_javascript_without_optimizer_is_not_compiled(tmp_path: Path) -> None:
    assert not report(tmp_path, in_javascript(KERAS_2)).compiled


@pytest.mark.parametrize(
    "document",
    [
        {"format": "graph-model", "modelTopology": {"node": [], "library": {}}},
        {"format": "graph-model"},
        {"modelTopology": {"node": [{"op": "Softmax"}], "versions": {}}},
    ],
    ids=["converted", "no topology", "before 1.0"],
)
def test_a_graph_model_of_tensorflow_js_is_told(tmp_path: Path, document: Any) -> None:
    assert refusal(json_file.read, written(tmp_path, document)).code is ErrorCode.TFJS_GRAPH_MODEL


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"name": "app", "version": "1.0.0", "dependencies": {}},
        {"model_type": "bert", "hidden_size": 768},
        {"class_name": "Tokenizer", "config": {"num_words": None}},
        layer("Dense", "d", units=3),
        {"module": "keras.optimizers", "class_name": "Adam", "config": {"learning_rate": 0.1}},
        {"class_name": ["Sequential"], "config": {"layers": []}},
        {"class_name": "Sequential", "config": None},
        {"config": {"layers": []}},
        {"format": "layers-model"},
        {"format": "layers-model", "modelTopology": None},
        {"format": "layers-model", "modelTopology": {"model_config": {"class_name": "Adam", "config": {}}}},
    ],
    ids=lambda document: json.dumps(document)[:50],
)
def test_other_json_is_no_model(tmp_path: Path, document: Any) -> None:
    assert refusal(json_file.read, written(tmp_path, document)).code is ErrorCode.NOT_A_MODEL


def test_of_other_json_five_names_are_shown_and_long_ones_cut(tmp_path: Path) -> None:
    document = dict.fromkeys(["a", "b" * 99, "c", "d", "e", "f"], 1)
    message = refusal(json_file.read, written(tmp_path, document)).message
    assert message.endswith(f"found other JSON with 'a', '{'b' * 40}', 'c', 'd', 'e' ….")


def test_the_index_of_sharded_weights_is_weights_only(tmp_path: Path) -> None:
    document = {"metadata": {"total_size": 48.0}, "weight_map": {"/layers/dense/vars": ["w_00000.weights.h5"]}}
    assert refusal(json_file.read, written(tmp_path, document)).code is ErrorCode.WEIGHTS_ONLY


def test_a_task_of_keras_hub_needs_no_layers(tmp_path: Path) -> None:
    task = {
        "module": "keras_hub.src.models.bert.bert_text_classifier",
        "class_name": "BertTextClassifier",
        "config": {"backbone": {}, "num_classes": 2, "activation": None},
        "registered_name": "keras_hub>BertTextClassifier",
    }
    assert report(tmp_path, task).outputs[0].kind.value == "logits"


def test_a_compiled_subclassed_model_is_undetermined(tmp_path: Path) -> None:
    model = {"module": None, "class_name": "Mine", "config": {}, "registered_name": "Mine"}
    told = report(tmp_path, compiled(model, "categorical_crossentropy"))
    assert told.outcome is Outcome.UNDETERMINED


def test_broken_json_says_where(tmp_path: Path) -> None:
    path = tmp_path / "model.json"
    path.write_text('{"class_name": "Sequential",\n "config": \x1b[31m}', "utf-8")
    error = refused(path)
    assert error.code is ErrorCode.BAD_JSON
    assert error.message.startswith("model.json is no valid JSON at line 2, column 12: Expecting value, near ")
    assert r"\x1b[31m" in error.message


def test_a_document_larger_than_any_config_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "model.json"
    with path.open("wb") as file:
        file.write(b"{")
        file.truncate(65 << 20)
    assert refused(path).code is ErrorCode.TOO_LARGE


@pytest.mark.parametrize(
    "document",
    [SOFTMAX, KERAS_2, converted(KERAS_2), in_javascript(KERAS_2)],
    ids=["keras 3", "keras 2", "converted", "javascript"],
)
@pytest.mark.parametrize("indent", [None, 4])
def test_a_model_can_be_seen_in_the_first_bytes(tmp_path: Path, document: Any, indent: int | None) -> None:
    (tmp_path / "a").write_text(json.dumps(document, indent=indent), "utf-8")
    assert json_file.may_hold_model(tmp_path / "a")


@pytest.mark.parametrize(
    "document",
    [
        {"name": "app", "config": {}},
        {"class_name": "cat", "bbox": [1, 2]},
        {"filler": "x" * 5_000, "class_name": "Sequential", "config": {}},
    ],
    ids=["package", "annotation", "late"],
)
def test_other_json_need_not_be_parsed(tmp_path: Path, document: Any) -> None:
    assert not json_file.may_hold_model(written(tmp_path, document))


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-be", "utf-32"])
def test_a_model_can_be_seen_in_any_encoding_of_json(tmp_path: Path, encoding: str) -> None:
    """The redirection of PowerShell writes UTF-16."""
    (tmp_path / "a").write_text(json.dumps({"class_name": "Sequential", "config": {"layers": []}}), encoding)
    assert json_file.may_hold_model(tmp_path / "a")


@pytest.mark.parametrize(
    "document",
    [
        {"format": "graph-model", "generatedBy": "2.15.0", "modelTopology": {"node": []}},
        {"modelTopology": {"node": [], "library": {}}, "weightsManifest": []},
    ],
    ids=["with a format", "older"],
)
def test_a_graph_model_of_tensorflow_js_is_seen_so_that_it_can_be_named(tmp_path: Path, document: Any) -> None:
    assert json_file.may_hold_model(written(tmp_path, document))


def test_a_document_that_is_gone_holds_no_model(tmp_path: Path) -> None:
    assert not json_file.may_hold_model(tmp_path / "model.json")

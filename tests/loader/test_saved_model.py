"""SavedModel folders: where the metadata of Keras is, what is refused, and that nothing else is opened."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import logitcheck
from logitcheck import loader
from logitcheck.errors import ErrorCode, InputError
from logitcheck.model import ContainerFormat, Export, Loss, SavedModel
from tests import saved_models
from tests.loader.older import refused
from tests.saved_models import described, entry, objects, root, saved, signature, span, whole

OLD = Path(__file__).parents[1] / "data" / "saved_model" / "tf2.3" / "sequential_softmax_from_logits"


def tuple_of(*items: object) -> dict[str, Any]:
    """A tuple as Keras 2 writes it in a SavedModel."""
    return {"class_name": "__tuple__", "items": list(items)}


LAYERS = [
    {"class_name": "InputLayer", "config": {"name": "x", "batch_input_shape": tuple_of(None, 8, 8, 1)}},
    {
        "class_name": "Conv2D",
        "config": {"name": "c", "filters": 3, "kernel_size": tuple_of(8, 8), "activation": "linear"},
    },
    {"class_name": "Reshape", "config": {"name": "r", "target_shape": tuple_of(3)}},
    {"class_name": "Softmax", "config": {"name": "probabilities", "axis": -1}},
]
CONFIG = {"name": "sequential", "layers": LAYERS}
TRAINING = {
    "loss": {"class_name": "SparseCategoricalCrossentropy", "config": {"from_logits": True}, "shared_object_id": 7},
    "metrics": [[{"class_name": "MeanMetricWrapper", "config": {"name": "a", "fn": "sparse_categorical_accuracy"}}]],
    "weighted_metrics": None,
    "loss_weights": None,
}
ROOT: Mapping[str, Any] = {
    "class_name": "Sequential",
    "name": "sequential",
    "config": CONFIG,
    "model_config": {"class_name": "Sequential", "config": CONFIG},
    "training_config": TRAINING,
    "keras_version": "2.9.0",
    "backend": "tensorflow",
}
SUBCLASSED = ROOT | {"class_name": "Mine", "config": {}, "model_config": {"class_name": "Mine", "config": {}}}


def model(folder: Path) -> SavedModel:
    loaded = loader.load(folder)
    assert isinstance(loaded, SavedModel), loaded
    return loaded


def losses(read: SavedModel) -> list[Loss]:
    return [loss for output in read.outputs for loss in output.losses]


def inside(metadata: Mapping[str, Any]) -> bytes:
    """A `saved_model.pb` of TF 2.0 to 2.4."""
    return saved(object_graph=objects([root(metadata)], {}))


WHERE = {
    "keras_metadata.pb": lambda path, stored: saved_models.write(path, saved(), described(stored)),
    "keras_metadata.pb alone": lambda path, stored: saved_models.write(path, None, described(stored)),
    "saved_model.pb": lambda path, stored: saved_models.write(path, inside(stored)),
    "saved_model.pb, with other metadata beside it": lambda path, stored: saved_models.write(
        path, inside(stored), described(stored, "root.keras_api")
    ),
}
each_place = pytest.mark.parametrize("write", WHERE.values(), ids=WHERE.keys())


@each_place
def test_the_model_is_read_from_wherever_keras_wrote_it(tmp_path: Path, write: Any) -> None:
    read = model(write(tmp_path, ROOT))
    assert (read.format, read.keras_version, read.backend) == (ContainerFormat.SAVED_MODEL, "2.9.0", "tensorflow")
    assert (read.model_class, read.compiled, read.exported, read.generation) == ("Sequential", True, None, 2)
    assert [(loss.name, loss.from_logits) for loss in losses(read)] == [("SparseCategoricalCrossentropy", True)]
    assert [metric.name for metric in read.outputs[0].metrics] == ["SparseCategoricalAccuracy"]


@each_place
def test_the_model_is_judged_wherever_keras_wrote_it(tmp_path: Path, write: Any) -> None:
    report = logitcheck.inspect(write(tmp_path, ROOT))
    assert [finding.code for finding in report.findings] == ["LC101"]
    assert [(output.kind.value, output.classes) for output in report.outputs] == [("probabilities", 3)]


def test_layers_that_stand_in_the_sibling_config_only_are_read(tmp_path: Path) -> None:
    stored = ROOT | {"model_config": {"class_name": "Sequential"}}
    assert model(saved_models.write(tmp_path, saved(), described(stored))).graph is not None


def test_layers_that_stand_in_the_model_config_only_are_read(tmp_path: Path) -> None:
    stored = ROOT | {"config": {"layer was saved without config": True}}
    assert model(saved_models.write(tmp_path, saved(), described(stored))).graph is not None


@pytest.mark.parametrize("training", [[], [TRAINING], "x", 5, True], ids=repr)
def test_compile_settings_that_are_no_object_are_not_taken_for_none(tmp_path: Path, training: object) -> None:
    written = saved_models.write(tmp_path, saved(), described(ROOT | {"training_config": training}))
    assert refused(written).code is ErrorCode.MALFORMED_GRAPH


@pytest.mark.parametrize("training", [None, {}], ids=["null", "empty"])
def test_a_model_that_was_not_compiled_is_told(tmp_path: Path, training: object) -> None:
    read = model(saved_models.write(tmp_path, saved(), described(ROOT | {"training_config": training})))
    assert not read.compiled


def test_tuples_and_shapes_are_lists(tmp_path: Path) -> None:
    graph = model(saved_models.write(tmp_path, saved(), described(ROOT))).graph
    assert graph is not None
    assert graph.layers["c"].config["kernel_size"] == [8, 8]


@pytest.mark.parametrize("stored", ["[]", '{"class_name": 1}', '{"class_name": null, "config": {}}', "7"])
def test_metadata_of_no_model_is_none(tmp_path: Path, stored: str) -> None:
    metadata = span(1, span(3, "root") + span(5, stored))
    assert refused(saved_models.write(tmp_path, None, metadata)).code is ErrorCode.NOT_A_MODEL


@pytest.mark.parametrize("stored", ["[]", '{"clasr_name": "Sequential", "config": {}}'])
@pytest.mark.parametrize("is_inside", [True, False], ids=["in the graph", "beside it"])
def test_metadata_of_no_model_do_not_make_an_export_of_it(tmp_path: Path, stored: str, is_inside: bool) -> None:
    metadata = span(1, span(3, "root") + span(5, stored))
    graph = saved(object_graph=objects([span(4, span(1, "_tf_keras_model") + span(3, stored))], {}))
    written = saved_models.write(tmp_path, graph if is_inside else saved(), None if is_inside else metadata)
    assert refused(written).code is ErrorCode.NOT_A_MODEL


def test_of_metadata_that_are_there_twice_the_last_ones_count(tmp_path: Path) -> None:
    """As in Protocol Buffers: a file that Keras reads as the second model must not be judged as the first."""
    plain = ROOT | {"training_config": TRAINING | {"loss": "mse"}}
    for first, last in ((ROOT, plain), (plain, ROOT)):
        twice = span(5, json.dumps(first)) + span(5, json.dumps(last))
        read = model(saved_models.write(tmp_path, saved(), span(1, span(3, "root") + twice)))
        assert read.keras_version == "2.9.0"
        assert [loss.name for loss in losses(read)] == [
            "MeanSquaredError" if last is plain else "SparseCategoricalCrossentropy"
        ]


@pytest.mark.parametrize(
    ("metadata", "code"),
    [
        (described(ROOT) + described(ROOT), ErrorCode.TRUNCATED),
        (span(1, span(3, "root") + span(5, json.dumps(ROOT)) + span(3, "root.layer-0")), ErrorCode.NOT_A_MODEL),
        (span(1, whole(2, 1) + b"\xff") + described(ROOT), ErrorCode.TRUNCATED),
    ],
    ids=["two roots", "a root that is called otherwise later on", "another object that is damaged"],
)
def test_a_root_that_nobody_can_tell_is_refused(tmp_path: Path, metadata: bytes, code: ErrorCode) -> None:
    assert refused(saved_models.write(tmp_path, saved(), metadata)).code is code


def test_a_root_of_two_kinds_is_refused(tmp_path: Path) -> None:
    twice = root(ROOT) + root(ROOT)
    assert refused(saved_models.write(tmp_path, saved(object_graph=objects([twice], {})))).code is ErrorCode.TRUNCATED


def test_metadata_without_a_root_do_not_make_an_export_of_it(tmp_path: Path) -> None:
    error = refused(saved_models.write(tmp_path, saved(), described(ROOT, "rooz")))
    assert error.code is ErrorCode.NOT_A_MODEL
    assert "none of the objects in it is the root" in error.message


def test_metadata_that_is_no_json_is_told(tmp_path: Path) -> None:
    metadata = span(1, span(3, "root") + span(5, '{"class_name": "Sequential", '))
    error = refused(saved_models.write(tmp_path, saved(), metadata))
    assert error.code is ErrorCode.BAD_JSON
    assert error.message.startswith("the Keras metadata")


@pytest.mark.parametrize(
    "training", [{"loss": "mse"}, None], ids=["compiled: its call is asked", "not compiled: its signature is asked"]
)
def test_a_subclassed_model_without_functions_is_unknown_with_the_reason(tmp_path: Path, training: object) -> None:
    stored = SUBCLASSED | {"training_config": training}
    report = logitcheck.inspect(saved_models.write(tmp_path, saved(), described(stored)))
    assert report.model_class == "Mine"
    assert [output.kind.value for output in report.outputs] == ["unknown"]
    assert (
        report.outputs[0]
        .evidence[0]
        .effect.startswith(
            "unknown: the SavedModel keeps no function of it"
            if training
            else "unknown: it has no signature for serving"
        )
    )


def test_a_subclassed_model_whose_graph_is_gone_is_unknown(tmp_path: Path) -> None:
    read = model(saved_models.write(tmp_path, None, described(SUBCLASSED)))
    assert read.unwalkable == "the config of 'Mine' holds no layers, as those of subclassed models do not"


def test_a_folder_without_metadata_is_an_export(tmp_path: Path) -> None:
    read = model(saved_models.write(tmp_path, saved(object_graph=objects([root()], {}))))
    assert (read.exported, read.compiled, read.keras_version, read.backend) == (Export.FOR_SERVING, False, None, None)


@pytest.mark.parametrize(
    ("spoiled", "code"),
    [
        pytest.param(lambda _: b"", ErrorCode.EMPTY_FILE, id="empty"),
        pytest.param(lambda _: b"version https://git-lfs.github.com/spec/v1\n", ErrorCode.LFS_POINTER, id="pointer"),
        pytest.param(lambda whole: whole[: len(whole) // 2], ErrorCode.TRUNCATED, id="half"),
        pytest.param(lambda _: b"\x08\x01", ErrorCode.TRUNCATED, id="no graph"),
        pytest.param(lambda _: whole(1, 1) + span(2, b"\xff" * 50), ErrorCode.TRUNCATED, id="a graph of garbage"),
        pytest.param(lambda whole: whole + span(2, b"\xff" * 50), ErrorCode.TRUNCATED, id="garbage beside a graph"),
    ],
)
def test_a_graph_that_is_not_there_as_a_whole_is_told_though_the_metadata_would_do(
    tmp_path: Path, spoiled: Callable[[bytes], bytes], code: ErrorCode
) -> None:
    written = saved_models.write(tmp_path, saved(object_graph=objects([root()], {})), described(ROOT))
    assert model(written).graph is not None
    graph = written / "saved_model.pb"
    graph.write_bytes(spoiled(graph.read_bytes()))
    assert refused(written).code is code


def test_a_graph_as_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "saved_model.pbtxt").write_text("saved_model_schema_version: 1", "utf-8")
    error = refused(tmp_path)
    assert error.code is ErrorCode.UNSUPPORTED_FORMAT
    assert "saved_model.pbtxt" in error.message


def test_a_file_without_a_graph_is_refused(tmp_path: Path) -> None:
    assert refused(saved_models.write(tmp_path, whole(1, 1))).code is ErrorCode.TRUNCATED


@pytest.mark.parametrize("member", ["saved_model.pb", "keras_metadata.pb"])
@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", ErrorCode.EMPTY_FILE),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 5\n", ErrorCode.LFS_POINTER),
        (b"<!DOCTYPE html>\n<html>", ErrorCode.WEB_PAGE),
        (inside(ROOT)[:-5], ErrorCode.TRUNCATED),
    ],
    ids=["empty", "a Git LFS pointer", "a web page", "cut off"],
)
def test_a_member_that_was_not_fetched_is_told(tmp_path: Path, member: str, content: bytes, code: ErrorCode) -> None:
    (tmp_path / member).write_bytes(content)
    error = refused(tmp_path)
    assert error.code is code
    assert member in error.message


def test_a_link_inside_the_folder_is_followed(tmp_path: Path) -> None:
    folder = saved_models.write(tmp_path, saved())
    (folder / "blob").write_bytes(described(ROOT))
    (folder / "keras_metadata.pb").symlink_to("blob")
    assert model(folder).compiled


@pytest.mark.parametrize("member", ["saved_model.pb", "keras_metadata.pb"])
def test_a_link_out_of_the_folder_is_not_followed(tmp_path: Path, member: str) -> None:
    folder = saved_models.write(tmp_path / "model")
    (tmp_path / "secret").write_bytes(inside(ROOT) if member == "saved_model.pb" else described(ROOT))
    (folder / member).symlink_to("../secret")
    error = refused(folder)
    assert error.code is ErrorCode.LINK_OUTSIDE
    assert member in error.message


@pytest.mark.parametrize("target", ["gone", "keras_metadata.pb"], ids=["nowhere", "to itself"])
def test_a_link_that_leads_nowhere_is_told(tmp_path: Path, target: str) -> None:
    folder = saved_models.write(tmp_path, saved())
    (folder / "keras_metadata.pb").symlink_to(target)
    assert refused(folder).message.startswith("keras_metadata.pb: ")


def test_a_pipe_among_the_members_is_not_waited_for(tmp_path: Path) -> None:
    folder = saved_models.write(tmp_path, saved())
    os.mkfifo(folder / "keras_metadata.pb")
    assert refused(folder).code is ErrorCode.NOT_A_FILE


def test_only_the_two_members_are_opened(tmp_path: Path) -> None:
    folder = saved_models.write(
        tmp_path, saved(signatures={"serving_default": signature(y="a:0")}), described(SUBCLASSED)
    )
    (folder / "variables").mkdir()
    (folder / "variables" / "variables.index").write_bytes(b"x")
    (folder / "assets").mkdir()
    opened: list[str] = []
    watching = True

    def watch(event: str, arguments: tuple[Any, ...]) -> None:
        if watching and event == "open" and str(arguments[0]).startswith(str(tmp_path)):
            opened.append(Path(arguments[0]).name)

    loader.load(folder)  # whose modules are then imported
    sys.addaudithook(watch)
    loader.load(folder)
    watching = False
    assert set(opened) == {"saved_model.pb", "keras_metadata.pb"}


once_per_example = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


@once_per_example
@given(data=st.data())
def test_any_damage_to_a_real_file_gives_a_value(tmp_path: Path, data: st.DataObject) -> None:
    raw = bytearray((OLD / "saved_model.pb").read_bytes())
    for _ in range(data.draw(st.integers(min_value=1, max_value=8))):
        at = data.draw(st.integers(min_value=0, max_value=len(raw) - 1))
        raw[at : at + data.draw(st.integers(min_value=0, max_value=3))] = data.draw(st.binary(max_size=4))
    folder = saved_models.write(tmp_path, bytes(raw))
    assert isinstance(loader.load(folder), (SavedModel, InputError))
    logitcheck.inspect(folder)


@once_per_example
@given(data=st.data())
def test_any_damage_to_the_metadata_gives_a_value(tmp_path: Path, data: st.DataObject) -> None:
    raw = bytearray(described(ROOT))
    for _ in range(data.draw(st.integers(min_value=1, max_value=4))):
        raw[data.draw(st.integers(min_value=0, max_value=len(raw) - 1))] = data.draw(st.integers(0, 255))
    folder = saved_models.write(tmp_path, saved(), bytes(raw))
    logitcheck.inspect(folder)
    assert isinstance(loader.load(folder), (SavedModel, InputError))


def test_the_nodes_of_other_objects_are_no_model(tmp_path: Path) -> None:
    """Only the root is the model: a Keras model inside a module of TensorFlow is not what was saved."""
    graph = saved(object_graph=span(1, root()) + span(1, root(ROOT)) + entry(2, "f", b""))
    assert model(saved_models.write(tmp_path, graph)).exported is Export.FOR_SERVING


def test_the_metadata_is_json_of_every_type_in_every_field(tmp_path: Path) -> None:
    for key in ROOT:
        for value in (None, 7, "x", [], {}, [{}], {"class_name": "__tuple__", "items": 3}):
            stored = json.loads(json.dumps(ROOT | {key: value}))
            assert isinstance(
                loader.load(saved_models.write(tmp_path, saved(), described(stored))), SavedModel | InputError
            )


def test_what_tensorflow_2_3_wrote_is_judged() -> None:
    """It keeps the metadata inside `saved_model.pb` (tests/data/saved_model/make_saved_models.py)."""
    report = logitcheck.inspect(OLD)
    assert (report.format, report.keras_version) == (ContainerFormat.SAVED_MODEL, "2.4.0")
    assert [finding.code for finding in report.findings] == ["LC101"]
    assert [(output.kind.value, output.classes) for output in report.outputs] == [("probabilities", 3)]

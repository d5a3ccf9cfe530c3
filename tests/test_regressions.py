"""Defects that were found once, each as the file that showed it."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import pytest

import logitcheck
from logitcheck import inspection
from logitcheck.errors import ErrorCode
from logitcheck.loader import activations, losses
from logitcheck.report import Outcome
from tests.building import codes, compiled, custom, dense, function, layer, loss, report_on, sequential
from tests.loader import older

OLD = Path(__file__).parent / "data" / "old"


def test_a_slice_whose_bounds_are_tensors_is_unknown(tmp_path: Path) -> None:
    node = {"op": "StridedSlice", "attr": {"begin_mask": {"i": "3"}, "end_mask": {"i": "1"}}}
    layers = [
        older.source(),
        older.source("n", [None]),
        older.layer("Dense", "d", [older.reference("x")], units=4, activation="softmax"),
        older.layer(
            "TensorFlowOpLayer",
            "cut",
            [older.reference("d"), older.reference("n")],
            node_def=node,
            constants={"2": [0, 2], "3": [1, 1]},
        ),
    ]
    model = compiled(older.functional(layers, [["cut", 0, 0]]), "sparse_categorical_crossentropy")
    assert report_on(tmp_path, model, "2.4.0").outcome is Outcome.UNDETERMINED


@pytest.mark.parametrize("name", ["dice", "tversky", "ctc", "circle"])
@pytest.mark.parametrize("generation", [1, 2])
def test_losses_of_keras_3_are_the_users_own_in_older_files(name: str, generation: int) -> None:
    assert all((read := losses.read(raw, generation)) is not None and read.reason for raw in (name, function(name)))


def test_a_custom_layer_that_holds_layers_is_no_chain_of_them(tmp_path: Path) -> None:
    ensemble = custom("Ensemble", "e", dtype="float32", layers=[dense("p", 3, "softmax"), dense("q", 3, "softmax")])
    report = report_on(tmp_path, compiled(sequential(ensemble), "sparse_categorical_crossentropy"))
    assert report.outcome is Outcome.UNDETERMINED


def test_an_activation_of_the_users_own_class_softmax_is_not_the_one_of_keras() -> None:
    stored = {"module": None, "class_name": "Softmax", "config": {}, "registered_name": "Softmax"}
    assert activations.read(stored).name is None


def test_a_flag_stored_as_a_number_counts_by_its_truth(tmp_path: Path) -> None:
    model = compiled(sequential(dense("head", 3)), loss("SparseCategoricalCrossentropy", from_logits=1))
    assert report_on(tmp_path, model).outcome is Outcome.OK


@pytest.mark.parametrize(
    ("file", "place", "byte"),
    [("keras1.2.2/softmax_scce_good.h5", 113, 219), ("keras3.0.5/softmax_one_unit_bad.h5", 942, 255)],
)
def test_damaged_hdf5_is_refused_and_never_raises(tmp_path: Path, file: str, place: int, byte: int) -> None:
    raw = bytearray((OLD / file).read_bytes())
    raw[place] = byte
    path = tmp_path / "damaged.h5"
    path.write_bytes(raw)
    report = logitcheck.inspect(path)
    assert report.error is not None
    assert report.error.code is ErrorCode.TRUNCATED


def test_a_damaged_member_is_refused_and_never_raises(tmp_path: Path) -> None:
    path = tmp_path / "damaged.keras"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("config.json", '{"class_name": "Sequential", "config": {"layers": []}}' * 20)
    raw = bytearray(path.read_bytes())
    raw[60:90] = bytes(byte ^ 0xFF for byte in raw[60:90])
    path.write_bytes(raw)
    report = logitcheck.inspect(path)
    assert report.error is not None
    assert report.error.code in {ErrorCode.TRUNCATED, ErrorCode.BAD_JSON}


def test_a_path_with_a_null_character_is_missing() -> None:
    report = logitcheck.inspect("a\0b")
    assert report.error is not None
    assert report.error.code is ErrorCode.MISSING


@pytest.mark.parametrize(
    "odd",
    [
        layer("LSTM", "odd", units=3, recurrent_activation=["sigmoid"]),
        layer("LSTM", "odd", units=3, recurrent_activation={"class_name": "function"}),
        layer("Dense", "odd", units=3, trainable=False, kernel_initializer=["x"]),
        dense("odd", 10**400, "softmax"),
        layer("Flatten", "odd"),
    ],
    ids=["list as gate", "object as gate", "list as initializer", "absurd number of units", "flatten"],
)
@pytest.mark.parametrize("shape", [(None, 4), (), (None,), (None, None, None)], ids=repr)
def test_odd_values_in_a_config_never_raise(tmp_path: Path, odd: dict[str, Any], shape: tuple[int | None, ...]) -> None:
    settings = loss("CategoricalCrossentropy", from_logits=True)
    assert report_on(tmp_path, compiled(sequential(odd, shape=shape), settings)).error is None


@pytest.mark.parametrize("constants", [{"9" * 5000: 1}, {"--5": 1}, {"x": 1}], ids=["huge", "two signs", "letter"])
def test_odd_positions_of_constants_never_raise(tmp_path: Path, constants: dict[str, int]) -> None:
    attributes = {"axis": {"i": "9" * 5000}, "squeeze_dims": {"list": {"i": ["--5"]}}}
    node = older.layer(
        "TensorFlowOpLayer",
        "odd",
        [older.reference("x")],
        node_def={"op": "Squeeze", "attr": attributes},
        constants=constants,
    )
    model = older.functional([older.source(), node], [["odd", 0, 0]])
    assert report_on(tmp_path, model, "2.4.0").outcome is Outcome.NOT_APPLICABLE


def test_references_inside_a_slice_are_renumbered_too(tmp_path: Path) -> None:
    inner = older.functional(
        [older.source("i"), older.layer("Dense", "d", [older.reference("i")], units=4)], [["d", 0, 0]], name="inner"
    )
    nested = {**inner, "name": "inner", "inbound_nodes": [[older.reference("x")]]}
    spec = [{"start": None, "stop": ["inner", 1, 0], "step": None}]
    cut = older.layer("SlicingOpLambda", "cut", ["inner", 1, 0, {"slice_spec": spec}], function="__operators__.getitem")
    model = older.functional([older.source(), nested, cut], [["cut", 0, 0]])
    assert report_on(tmp_path, model, "2.8.0").error is None


def test_outputs_beside_a_nested_one_get_their_own_losses(tmp_path: Path) -> None:
    from tests.building import called, functional, source, tensor

    layers = [source(), *(called(dense(name, 3, "softmax"), tensor("x", (None, 4))) for name in "abc")]
    outputs = [[["b", 0, 0], ["c", 0, 0]], ["a", 0, 0]]
    settings = [["mse", "mae"], loss("CategoricalCrossentropy", from_logits=True)]
    report = report_on(tmp_path, compiled(functional(layers, outputs), settings))
    given = [output.loss.name if output.loss else None for output in report.outputs]
    assert given == ["MeanSquaredError", "MeanAbsoluteError", "CategoricalCrossentropy"]
    assert inspection.inspect(tmp_path / "model.keras").outcome is Outcome.MISMATCH


def test_one_unit_inside_a_time_distributed_is_seen_whatever_shape_it_was_built_with(tmp_path: Path) -> None:
    """Of the two shapes that the file holds, the inner one had lost its batch axis; the time was taken for classes."""
    head = dense("head", 1, "softmax") | {"build_config": {"input_shape": [4]}}
    each = layer("TimeDistributed", "each", layer=head) | {"build_config": {"input_shape": [None, 2, 4]}}
    report = report_on(tmp_path, compiled(sequential(each, shape=(None, 2, 4)), "categorical_crossentropy"))
    assert "LC105" in codes(report)


def test_a_recurrent_layer_on_a_row_of_numbers_is_not_called_ok(tmp_path: Path) -> None:
    """A Dense whose class became LSTM: its parameters are all those of an LSTM too, but Keras takes no such input."""
    head = layer("LSTM", "head", units=1, activation="softmax", use_bias=True)
    report = report_on(tmp_path, compiled(sequential(head), "binary_crossentropy"))
    assert report.outcome is Outcome.UNDETERMINED

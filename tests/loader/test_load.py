"""`logitcheck.loader.load`: one value for every input, whatever is wrong with it."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

from logitcheck.errors import ErrorCode
from logitcheck.model import ContainerFormat
from tests.building import compiled, dense, sequential, write
from tests.loader.older import loaded, refused, write_hdf5

MODEL = sequential(dense("d", 3, "softmax"))


def test_an_archive_is_loaded(tmp_path: Path) -> None:
    assert loaded(write(tmp_path / "a.keras", MODEL)).format is ContainerFormat.KERAS


def test_an_hdf5_file_is_loaded(tmp_path: Path) -> None:
    assert loaded(write_hdf5(tmp_path / "a.h5", MODEL)).format is ContainerFormat.HDF5


def test_an_unpacked_folder_is_loaded(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text(json.dumps(MODEL), "utf-8")
    (tmp_path / "metadata.json").write_text('{"keras_version": "3.9.0"}', "utf-8")
    assert loaded(tmp_path).format is ContainerFormat.KERAS_FOLDER


def test_the_suffix_says_nothing_of_an_archive(tmp_path: Path) -> None:
    assert loaded(write(tmp_path / "a.h5", MODEL)).format is ContainerFormat.KERAS


def test_the_suffix_says_nothing_of_an_hdf5_file(tmp_path: Path) -> None:
    assert loaded(write_hdf5(tmp_path / "a.keras", MODEL)).format is ContainerFormat.HDF5


def test_a_refusal_is_a_value(tmp_path: Path) -> None:
    assert refused(tmp_path / "none.keras").code is ErrorCode.MISSING


def test_an_error_of_a_decompressor_is_a_value(tmp_path: Path) -> None:
    path = tmp_path / "a.keras"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("config.json", json.dumps(MODEL))
    raw = bytearray(path.read_bytes())
    raw[60:80] = bytes(20)
    path.write_bytes(raw)
    assert refused(path).code is ErrorCode.TRUNCATED


def test_a_config_that_exhausts_the_stack_is_a_value(tmp_path: Path) -> None:
    """JSON that the parser takes can still be nested deeper than a walk of it may go."""
    nodes: list[object] = ["x", 0, 0]
    for _ in range(900):
        nodes = [nodes]
    layers = [
        {"class_name": "InputLayer", "config": {"name": "x"}, "name": "x", "inbound_nodes": []},
        {"class_name": "Dense", "config": {"name": "d"}, "name": "d", "inbound_nodes": [nodes]},
    ]
    config = {"layers": layers, "input_layers": [["x", 0, 0]], "output_layers": [["d", 0, 0]]}
    path = write(tmp_path / "a.keras", {"class_name": "Functional", "config": config})
    assert refused(path).code in {ErrorCode.TOO_LARGE, ErrorCode.BAD_JSON, ErrorCode.MALFORMED_GRAPH}


def test_a_compiled_model_is_compiled(tmp_path: Path) -> None:
    assert loaded(write(tmp_path / "a.keras", compiled(MODEL, "mse"))).compiled


def test_a_model_without_compile_settings_is_not_compiled(tmp_path: Path) -> None:
    assert not loaded(write(tmp_path / "a.keras", MODEL)).compiled


def test_a_model_with_the_empty_settings_of_keras_3_10_is_not_compiled(tmp_path: Path) -> None:
    assert not loaded(write(tmp_path / "a.keras", MODEL | {"compile_config": {}})).compiled

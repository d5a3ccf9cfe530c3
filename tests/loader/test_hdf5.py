from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from logitcheck.errors import ErrorCode
from logitcheck.loader import document, hdf5
from tests.building import dense, sequential
from tests.loader.older import refusal, write_hdf5

MODEL = sequential(dense("d", 3, "softmax"))
TEXT = json.dumps(MODEL)


def with_attributes(path: Path, **attributes: Any) -> Path:
    """An HDF5 file with root attributes only."""
    with h5py.File(path, "w") as file:
        for name, value in attributes.items():
            file.attrs[name] = value
    return path


def test_model_and_compile_settings_are_read(tmp_path: Path) -> None:
    model = hdf5.read(write_hdf5(tmp_path / "a.h5", MODEL, {"loss": "mse"}))
    assert model.config["class_name"] == "Sequential"
    assert model.compile_settings == {"loss": "mse"}
    assert (model.keras_version, model.backend) == ("2.15.0", "tensorflow")


def test_a_model_without_training_config_is_not_compiled(tmp_path: Path) -> None:
    assert hdf5.read(write_hdf5(tmp_path / "a.h5", MODEL)).compile_settings is None


def test_keras_1_stores_no_backend(tmp_path: Path) -> None:
    path = with_attributes(tmp_path / "a.h5", model_config=TEXT, keras_version="1.2.2")
    assert hdf5.read(path).backend is None


FORMS: dict[str, Callable[[str], Any]] = {
    "str": str,
    "bytes": str.encode,
    "np.bytes_": lambda text: np.bytes_(text.encode()),
    "array without dimensions": lambda text: np.array(text.encode()),
    "array of one of fixed length": lambda text: np.array([text.encode()]),
    "array of one of variable length": lambda text: np.array([text], dtype=h5py.string_dtype()),
    "ascii of variable length": lambda text: np.array(text.encode(), dtype=h5py.string_dtype("ascii")),
}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS.keys())
def test_attributes_are_read_in_every_form_that_h5py_ever_wrote(tmp_path: Path, form: Callable[[str], Any]) -> None:
    training = json.dumps({"loss": "mse"})
    path = with_attributes(
        tmp_path / "a.h5", model_config=form(TEXT), training_config=form(training), keras_version=form("2.1.6")
    )
    model = hdf5.read(path)
    assert model.config == MODEL
    assert model.compile_settings == {"loss": "mse"}
    assert model.keras_version == "2.1.6"


NO_TEXT: dict[str, Any] = {
    "a number": 5,
    "an array of numbers": np.arange(4.0),
    "one number in an array": np.array([1.5]),
    "two strings": np.array([b"a", b"b"]),
    "a table": np.array([[TEXT.encode()]]),
    "an empty space": h5py.Empty("S5"),
    "a record": np.array((1, 2.0), dtype=[("a", "i4"), ("b", "f4")]),
}


@pytest.mark.parametrize("value", NO_TEXT.values(), ids=NO_TEXT.keys())
def test_a_model_config_that_is_no_text_is_no_model(tmp_path: Path, value: Any) -> None:
    assert refusal(hdf5.read, with_attributes(tmp_path / "a.h5", model_config=value)).code is ErrorCode.NOT_A_MODEL


@pytest.mark.parametrize("value", NO_TEXT.values(), ids=NO_TEXT.keys())
@pytest.mark.parametrize("name", ["training_config", "keras_version", "backend"])
def test_an_attribute_that_is_there_and_no_text_is_not_taken_for_absent(tmp_path: Path, name: str, value: Any) -> None:
    error = refusal(hdf5.read, with_attributes(tmp_path / "a.h5", model_config=TEXT, **{name: value}))
    assert (error.code, name in error.message) == (ErrorCode.NOT_A_MODEL, True)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Can't synchronously read data (memory allocation failed for VL data)", ErrorCode.TOO_LARGE),
        ("Can't synchronously read data (image null after H5MM_realloc())", ErrorCode.TOO_LARGE),
        ("Unable to allocate memory", ErrorCode.TOO_LARGE),
        ("Unable to open object (address of object past end of allocation)", ErrorCode.TRUNCATED),
        ("Unable to open file (bad superblock)", ErrorCode.TRUNCATED),
    ],
)
def test_memory_that_runs_out_is_told_from_damage(text: str, code: ErrorCode) -> None:
    assert hdf5._damaged(OSError(text)).error.code is code


def test_an_attribute_of_a_type_that_python_lacks_is_told(tmp_path: Path) -> None:
    path = tmp_path / "a.h5"
    with h5py.File(path, "w") as file:
        space = h5py.h5s.create(h5py.h5s.SCALAR)
        h5py.h5a.create(file.id, b"model_config", h5py.h5t.UNIX_D32LE, space)
    error = refusal(hdf5.read, path)
    assert error.code is ErrorCode.NOT_A_MODEL
    assert "The attribute model_config cannot be read as text" in error.message


def test_bytes_that_are_no_utf8_are_damaged(tmp_path: Path) -> None:
    """Keras decodes them strictly, so that it loads no such file either."""
    raw = TEXT.encode().replace(b'"d"', b'"d\xff"')
    error = refusal(hdf5.read, with_attributes(tmp_path / "a.h5", model_config=np.bytes_(raw)))
    assert error.code is ErrorCode.BAD_JSON
    assert error.message == f"model_config should be UTF-8 text, byte {raw.index(0xFF)} is not."


def test_an_attribute_larger_than_any_config_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "a.h5"
    with h5py.File(path, "w", libver="latest") as file:
        file.attrs["model_config"] = np.zeros((), dtype=f"S{document.LARGEST + 1}")
    error = refusal(hdf5.read, path)
    assert error.code is ErrorCode.TOO_LARGE
    assert error.message.startswith("model_config")


@pytest.mark.parametrize("name", ["model_config", "training_config"])
def test_broken_json_in_an_attribute_is_told_by_its_name(tmp_path: Path, name: str) -> None:
    path = with_attributes(tmp_path / "a.h5", **{"model_config": TEXT, name: '{"a": '})
    error = refusal(hdf5.read, path)
    assert error.code is ErrorCode.BAD_JSON
    assert error.message.startswith(f"{name} is no valid JSON at line 1, column 7")


@pytest.mark.parametrize("size", [512, 1024, 2048])
def test_a_file_with_a_user_block_is_read(tmp_path: Path, size: int) -> None:
    path = tmp_path / "a.h5"
    with h5py.File(path, "w", userblock_size=size) as file:
        file.attrs["model_config"] = TEXT
    assert hdf5.read(path).config["class_name"] == "Sequential"


def test_a_config_may_be_as_large_as_it_comes(tmp_path: Path) -> None:
    """Keras stores it as one string of variable length, which is never cut into parts; names of weights are."""
    model = sequential(*[dense(f"layer_{number}", 3) for number in range(20_000)])
    assert len(json.dumps(model)) > 3_000_000
    assert hdf5.read(write_hdf5(tmp_path / "a.h5", model)).config == model


def test_a_large_config_of_fixed_length_is_read(tmp_path: Path) -> None:
    """Beyond 64 KB it is not in the header of the root group, but in dense storage."""
    path = tmp_path / "a.h5"
    with h5py.File(path, "w", libver="latest") as file:
        file.attrs["model_config"] = np.bytes_(TEXT.encode().ljust(200_000))
    assert hdf5.read(path).config == MODEL


def test_attributes_are_read_where_there_are_many(tmp_path: Path) -> None:
    """More than eight are stored densely."""
    path = tmp_path / "a.h5"
    with h5py.File(path, "w", libver="latest") as file:
        for number in range(40):
            file.attrs[f"note_{number}"] = "x"
        file.attrs["model_config"] = TEXT
    assert hdf5.read(path).config == MODEL


def test_links_in_the_file_lead_nowhere(tmp_path: Path) -> None:
    """Groups are never opened: external links of a hostile file could name any other file."""
    path = tmp_path / "a.h5"
    with h5py.File(path, "w") as file:
        file.attrs["model_config"] = TEXT
        file["model_weights"] = h5py.ExternalLink("gone.h5", "/secret")
        file["optimizer_weights"] = h5py.SoftLink("/nowhere")
    assert hdf5.read(path).config["class_name"] == "Sequential"


@pytest.mark.parametrize("name", ["layer_names", "nb_layers"])
def test_the_weights_of_old_versions_are_weights_only(tmp_path: Path, name: str) -> None:
    path = with_attributes(tmp_path / "a.h5", **{name: [b"dense_1"], "backend": b"tensorflow"})
    error = refusal(hdf5.read, path)
    assert error.code is ErrorCode.WEIGHTS_ONLY
    assert "save_weights" in error.hint


@pytest.mark.parametrize("group", ["layers", "vars", "_layer_checkpoint_dependencies", "optimizer"])
def test_the_weights_of_keras_3_are_weights_only(tmp_path: Path, group: str) -> None:
    path = tmp_path / "a.weights.h5"
    with h5py.File(path, "w") as file:
        file.create_group(f"{group}/dense/vars")
    assert refusal(hdf5.read, path).code is ErrorCode.WEIGHTS_ONLY


def test_weights_behind_a_link_are_weights_only_without_following_it(tmp_path: Path) -> None:
    path = tmp_path / "a.h5"
    with h5py.File(path, "w") as file:
        file["layers"] = h5py.ExternalLink("gone.h5", "/secret")
    assert refusal(hdf5.read, path).code is ErrorCode.WEIGHTS_ONLY


def test_other_hdf5_data_are_no_model_and_their_groups_are_named(tmp_path: Path) -> None:
    path = tmp_path / "a.h5"
    with h5py.File(path, "w") as file:
        file["measurements"] = [1, 2, 3]
    error = refusal(hdf5.read, path)
    assert error.code is ErrorCode.NOT_A_MODEL
    assert "'measurements'" in error.message


def test_an_empty_hdf5_file_is_no_model(tmp_path: Path) -> None:
    error = refusal(hdf5.read, with_attributes(tmp_path / "a.h5"))
    assert error.code is ErrorCode.NOT_A_MODEL
    assert "no groups" in error.message


def test_a_file_that_is_cut_off_says_how_much_there_is(tmp_path: Path) -> None:
    path = tmp_path / "a.h5"
    with h5py.File(path, "w") as file:
        file.attrs["model_config"] = TEXT
        file["weights"] = np.zeros(10_000)
    whole = path.stat().st_size
    path.write_bytes(path.read_bytes()[:5000])
    error = refusal(hdf5.read, path)
    assert error.code is ErrorCode.TRUNCATED
    assert f"it has 5,000 of {whole:,} bytes" in error.message


@pytest.mark.parametrize("size", [512, 2048])
def test_a_file_with_a_user_block_that_is_cut_off_counts_it(tmp_path: Path, size: int) -> None:
    path = tmp_path / "a.h5"
    with h5py.File(path, "w", userblock_size=size) as file:
        file["weights"] = np.zeros(10_000)
    whole = path.stat().st_size
    path.write_bytes(path.read_bytes()[:5000])
    assert f"it has 5,000 of {whole:,} bytes" in refusal(hdf5.read, path).message


def test_a_file_with_a_damaged_start_is_told(tmp_path: Path) -> None:
    path = write_hdf5(tmp_path / "a.h5", MODEL)
    raw = bytearray(path.read_bytes())
    raw[8:40] = bytes([0xFF]) * 32
    path.write_bytes(raw)
    error = refusal(hdf5.read, path)
    assert error.code is ErrorCode.TRUNCATED
    assert "HDF5 library cannot read" in error.message


def test_a_signature_alone_is_no_file(tmp_path: Path) -> None:
    path = tmp_path / "a.h5"
    path.write_bytes(b"\x89HDF\r\n\x1a\n")
    assert refusal(hdf5.read, path).code is ErrorCode.TRUNCATED


def test_a_file_that_another_program_holds_open_is_read(tmp_path: Path) -> None:
    """A training run keeps its file locked."""
    path = write_hdf5(tmp_path / "a.h5", MODEL)
    program = "import h5py, sys; file = h5py.File(sys.argv[1], 'r+'); print(flush=True); sys.stdin.read()"
    command = [sys.executable, "-c", program, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline()
        assert hdf5.read(path).config["class_name"] == "Sequential"
        holder.communicate(b"")

from __future__ import annotations

import io
import pickle
import tarfile
import zlib
from pathlib import Path

import numpy as np
import pytest

from logitcheck.errors import ErrorCode
from logitcheck.loader.foreign import SIGNATURES, archive_refusal, recognise, refusal
from tests.loader.older import refused

ONNX = b"\n\x0f\n\x01x\x12\x01y"
"""Beginnings that the writers of the formats made (onnx 1.20, safetensors 0.7, joblib 1.5, TensorFlow 2.21)."""

KINDS = [
    (b"\x08\x0e:>" + ONNX, ErrorCode.ONNX),
    (b"\x08\x0e\x12\x07pytorch:>" + ONNX, ErrorCode.ONNX),
    (b"\x08\x0e\x12\x07tf2onnx\x1a\x031.0:>" + ONNX, ErrorCode.ONNX),
    (b'\x08\x0e"\x01d:>' + ONNX, ErrorCode.ONNX),
    (b'8\0\0\0\0\0\0\0{"a":{"dtype":"F32","shape":[3]', ErrorCode.SAFETENSORS),
    (b'X\x01\0\0\0\0\0\0{"__metadata__":{"format":"pt"}', ErrorCode.SAFETENSORS),
    (b"\x80\x04\x95\xd7\0\0\0\0\0\0\0}\x94\x8c\x01a\x94\x8c\x13joblib.numpy_pickle\x94", ErrorCode.JOBLIB),
    (b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19.\x80\x02M\xe9\x03.", ErrorCode.PYTORCH),
    (b"\x1c\0\0\0TFL3\x14\0 \0\x1c\0\x18\0", ErrorCode.TFLITE),
    (b"\x08\x01\x12\xd5\xa7\x03\n\x9f\xa1\x01", ErrorCode.SAVED_MODEL_FILE),
    (b'\n\xd4\xb8\x01\x12\x04root"\x14_tf_keras_sequential*', ErrorCode.SAVED_MODEL_FILE),
    (b"saved_model_schema_version: 1\nmeta_graphs {", ErrorCode.SAVED_MODEL_FILE),
    (b'model_checkpoint_path: "w"\nall_model_checkpoint_paths: "w"\n', ErrorCode.TF_CHECKPOINT),
    (b"\0\0\x06\x08\x01\x1a\x02\x08\x01\0\x1c\x0e_CHECKPOINTABLE_OBJECT_GRAPH", ErrorCode.TF_CHECKPOINT),
    (b"GGUF\x03\0\0\0", ErrorCode.GGUF),
    (b"backend: tensorflow\nclass_name: Sequential\nconfig:\n", ErrorCode.YAML),
    (b"class_name: Functional\nconfig:\n  input_layers:\n", ErrorCode.YAML),
    (b"<!DOCTYPE html>\n<html>", ErrorCode.WEB_PAGE),
    (b"\n\n  <html lang='en'>", ErrorCode.WEB_PAGE),
    (b"\xef\xbb\xbf<!doctype HTML>", ErrorCode.WEB_PAGE),
    (b'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>NoSuchKey</Code>', ErrorCode.WEB_PAGE),
    (b"404: Not Found", ErrorCode.WEB_PAGE),
    (b"404: Not Found\n", ErrorCode.WEB_PAGE),
    (b"Not Found", ErrorCode.WEB_PAGE),
    (b"Invalid username or password.", ErrorCode.WEB_PAGE),
    (b"Entry not found", ErrorCode.WEB_PAGE),
    (b"cbuiltins\nlen\n.", ErrorCode.PICKLE),
    (b"cbuiltins\nlen\np0\n.", ErrorCode.PICKLE),
    (zlib.compress(b"a model", 1), ErrorCode.COMPRESSED),
    (zlib.compress(b"a model", 9), ErrorCode.COMPRESSED),
    (b"\x1f\x8b\x08\0", ErrorCode.COMPRESSED),
    (b"BZh91AY&SY", ErrorCode.COMPRESSED),
    (b"\xfd7zXZ\0", ErrorCode.COMPRESSED),
    (b"7z\xbc\xaf\x27\x1c", ErrorCode.COMPRESSED),
    (b"x^k`\x99z\x9d\x01\x02j", ErrorCode.COMPRESSED),
    (b"\x89HDF\n\x1a\n\0", ErrorCode.NOT_A_MODEL),
    (b"\xef\xbf\xbdHDF\r\n\x1a\n", ErrorCode.NOT_A_MODEL),
    (b' [ {"a": 1} ]', ErrorCode.NOT_A_MODEL),
]


@pytest.mark.parametrize(("start", "code"), KINDS, ids=lambda value: repr(value)[:30])
def test_a_kind_of_file_is_told_by_its_first_bytes(start: bytes, code: ErrorCode) -> None:
    error = recognise(Path("model.h5"), start)
    assert error is not None
    assert error.error.code is code


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
@pytest.mark.parametrize("value", [{"a": 1}, [1, "b"], np.zeros(2)], ids=["dict", "list", "array"])
def test_every_protocol_of_pickle_is_told(protocol: int, value: object) -> None:
    error = recognise(Path("model.h5"), pickle.dumps(value, protocol))
    assert error is not None
    assert error.error.code is ErrorCode.PICKLE


def test_a_tar_file_is_told_by_a_mark_that_is_not_at_its_start() -> None:
    memory = io.BytesIO()
    with tarfile.open(fileobj=memory, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("model/config.json"))
    error = recognise(Path("model.tar"), memory.getvalue()[:1024])
    assert error is not None
    assert error.error.code is ErrorCode.COMPRESSED


@pytest.mark.parametrize(
    "start",
    [
        b"",
        b"\x08\x01",
        b"GGML",
        b"TFL3",
        b"version https://example.org/spec/v1",
        b"<svg xmlns=''>",
        b'<?xml version="1.0"?>\n<net name="model">',
        b"# backend: tensorflow\nclass_name: x",
        b"[section]\nkey = 1",
        b"[link](address)",
        b"confusing words",
        b"cat\ndog\nhorse\n",
        b"class\nimage\n1\n",
        b"cat\ndog\n",
        b"x^2 + 1",
        b"x^",
        b"Not Found in any list: my own format",
        b"AccessDenied and other words",
        b"outs of reach",
    ],
)
def test_what_only_looks_like_a_kind_is_none(start: bytes) -> None:
    assert recognise(Path("model.h5"), start) is None


def test_the_data_of_a_checkpoint_are_told_by_their_name_alone() -> None:
    """They are bare numbers."""
    error = recognise(Path("w.data-00000-of-00001"), b"H\x86i?")
    assert error is not None
    assert error.error.code is ErrorCode.TF_CHECKPOINT
    assert recognise(Path("w.data"), b"H\x86i?") is None


@pytest.mark.parametrize("signature", SIGNATURES, ids=lambda signature: signature.what[:30])
def test_no_signature_fits_a_keras_model(signature: object) -> None:
    starts = (
        b"PK\x03\x04\x14\0",
        b"\x89HDF\r\n\x1a\n\0\0",
        b'{"class_name": "Sequential"',
        b'{"format": "layers-model"',
    )
    told = [recognise(Path("model.keras"), start) for start in starts]
    assert [error.error.code if error else None for error in told] == [None, ErrorCode.NOT_A_MODEL, None, None], (
        signature
    )


@pytest.mark.parametrize(
    ("content", "size"),
    [
        ("/annex/objects/SHA256E-s300000--2ee2c7d4.keras\n", "of 300,000 bytes"),
        ("/annex/objects/SHA256E-s300000--2ee2c7d4.keras\r\n", "of 300,000 bytes"),
        ("/annex/objects/MD5E-s1-S10-C2--abc.h5", "of 1 bytes"),
        ("/annex/objects/URL--http&c%%example.org", "real model that"),
        (".git/annex/objects/Xk/0w/WORM-s7-m12--a/WORM-s7-m12--a", "of 7 bytes"),
        ("../../.git/annex/objects/Xk/0w/WORM-s7-m12--a/WORM-s7-m12--a", "of 7 bytes"),
    ],
)
def test_a_git_annex_pointer_says_how_large_the_real_file_is(content: str, size: str) -> None:
    error = recognise(Path("model.keras"), content.encode())
    assert error is not None
    assert error.error.code is ErrorCode.ANNEX_POINTER
    assert size in error.error.message


@pytest.mark.parametrize(
    "content",
    [
        "outs:\n- md5: a304\n  size: 5\n  hash: md5\n  path: model.keras\n",
        "outs:\n  - path: model.keras\n    md5: a304\n    size: 5\n",
        "md5: d41d\nfrozen: true\ndeps:\n- path: train.py\nouts:\n- md5: a304.dir\n  size: 5\n",
        "wdir: ..\nouts:\n- md5: a304\n  size: 5\n",
    ],
)
def test_a_dvc_pointer_is_told_with_its_size(content: str) -> None:
    error = recognise(Path("model.keras.dvc"), content.encode())
    assert error is not None
    assert error.error.code is ErrorCode.DVC_POINTER
    assert "of 5 bytes" in error.error.message


@pytest.mark.parametrize(
    ("signature", "name"),
    [(b"\x89HDF\r\n\x1a\n", "an HDF5 file"), (b"PK\x03\x04", "a .keras archive")],
    ids=["HDF5", "zip"],
)
def test_a_file_that_ends_within_its_signature_is_cut_off_and_not_changed(
    tmp_path: Path, signature: bytes, name: str
) -> None:
    for kept in range(1, len(signature)):
        (tmp_path / "a.keras").write_bytes(signature[:kept])
        error = refused(tmp_path / "a.keras")
        assert error.code is ErrorCode.TRUNCATED
        assert f"{signature[:kept]!r}, with which {name} begins" in error.message


@pytest.mark.parametrize("start", [b"\x89HDF\r\n\x1a\n", b"PK\x03\x04", b"PK\x03\x04\x14\0\0\0"])
def test_a_file_that_ends_behind_its_signature_is_cut_off(tmp_path: Path, start: bytes) -> None:
    (tmp_path / "a.keras").write_bytes(start)
    assert refused(tmp_path / "a.keras").code is ErrorCode.TRUNCATED


@pytest.mark.parametrize("start", [b"\x89HDF\n", b"\x89HDF\n\x1a\n", b"\xef\xbf\xbdHDF", b"Q", b"PKx"])
def test_a_short_file_with_another_beginning_is_not_cut_off(tmp_path: Path, start: bytes) -> None:
    (tmp_path / "a.keras").write_bytes(start)
    assert refused(tmp_path / "a.keras").code is ErrorCode.NOT_A_MODEL


def test_the_start_of_an_unknown_file_is_shown(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"%PDF-1.7\n" + bytes(100))
    assert r"starts with b'%PDF-1.7\n\x00" in refusal(tmp_path / "a").error.message


@pytest.mark.parametrize(
    ("names", "code"),
    [
        (["archive/data.pkl", "archive/version"], ErrorCode.PYTORCH),
        (["net/code/a.py", "net/constants.pkl"], ErrorCode.PYTORCH),
        (["model.weights.h5"], ErrorCode.WEIGHTS_ONLY),
        (["metadata.json", "model.weights.npz"], ErrorCode.WEIGHTS_ONLY),
        (["__root__.npy", "layers/dense.npy"], ErrorCode.WEIGHTS_ONLY),
        (["model/saved_model.pb", "model/variables/variables.index"], ErrorCode.COMPRESSED),
        (["model/config.json", "model/metadata.json"], ErrorCode.COMPRESSED),
        (["readme.txt", "best.KERAS"], ErrorCode.COMPRESSED),
        (["readme.txt"], ErrorCode.NO_CONFIG),
        ([], ErrorCode.NO_CONFIG),
    ],
    ids=repr,
)
def test_an_archive_without_config_is_told_by_its_members(names: list[str], code: ErrorCode) -> None:
    assert archive_refusal(names).error.code is code

"""Inputs that cannot be judged, one or more for each error code: made anew wherever they are needed.

`docs/unreadable.md` shows what logitcheck says of each (`python -m tests.test_unreadable` writes it).
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import signal
import socket
import struct
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

import h5py

import logitcheck
from logitcheck import inspection
from logitcheck.errors import ErrorCode, InputError
from logitcheck.loader import isolation
from logitcheck.loader.identify import HDF5_SIGNATURE
from tests import saved_models
from tests.building import called, dense, functional, sequential, source, tensor, write
from tests.rights import without_rights

MODEL = sequential(dense("head", 3))


@dataclass(frozen=True, slots=True)
class Example:
    """One input: `make` writes it into the folder it is given, and names the path to inspect, relative to that folder.

    closed: whether it is inspected by a user without rights.
    """

    code: ErrorCode
    what: str
    make: Callable[[Path], str]
    closed: bool = False


def told(example: Example, folder: Path) -> InputError:
    """What logitcheck says of the input, made in `folder` and inspected from there."""
    path = example.make(folder)
    accident = _ACCIDENTS.get(example.code, contextlib.nullcontext)
    with contextlib.chdir(folder), without_rights() if example.closed else accident():
        report = logitcheck.inspect_all([path])
    (error,) = [model.error for model in report.models]
    assert error is not None, example.what
    return error


_ACCIDENTS: dict[ErrorCode, Callable[[], contextlib.AbstractContextManager[object]]] = {
    ErrorCode.INTERNAL_ERROR: lambda: mock.patch.object(
        inspection, "inspect", side_effect=ZeroDivisionError("a defect")
    ),
    ErrorCode.READER_CRASHED: lambda: mock.patch.object(
        isolation._readers, "ask", return_value=isolation._died(-signal.SIGSEGV)
    ),
    ErrorCode.TIMEOUT: lambda: mock.patch.object(
        isolation._readers, "ask", return_value=isolation._died(-signal.SIGPROF)
    ),
}
"""What no file does for certain: here it is only told; `tests/isolation` has it happen."""


def _file(name: str, content: bytes | str) -> Callable[[Path], str]:
    def make(folder: Path) -> str:
        (folder / name).write_bytes(content.encode() if isinstance(content, str) else content)
        return name

    return make


def _folder(name: str, *files: str) -> Callable[[Path], str]:
    def make(folder: Path) -> str:
        (folder / name).mkdir()
        for file in files:
            (folder / name / file).write_bytes(b"x")
        return name

    return make


def _link(name: str, target: str) -> Callable[[Path], str]:
    def make(folder: Path) -> str:
        (folder / name).symlink_to(target)
        return name

    return make


def _zip(name: str, *members: str) -> Callable[[Path], str]:
    def make(folder: Path) -> str:
        with zipfile.ZipFile(folder / name, "w") as archive:
            for member in members:
                archive.writestr(member, "x")
        return name

    return make


def _archive(name: str, config: str | bytes) -> Callable[[Path], str]:
    def make(folder: Path) -> str:
        with zipfile.ZipFile(folder / name, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("config.json", config)
        return name

    return make


def _hdf5(name: str, *groups: str, **attributes: object) -> Callable[[Path], str]:
    def make(folder: Path) -> str:
        with h5py.File(folder / name, "w") as file:
            for group in groups:
                file.create_group(group)
            file.attrs.update(attributes)
        return name

    return make


def _encrypted(folder: Path) -> str:
    name = _archive("model.keras", json.dumps(MODEL))(folder)
    raw = bytearray((folder / name).read_bytes())
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        struct.pack_into("<H", raw, raw.find(signature) + offset, 1)
    (folder / name).write_bytes(raw)
    return name


def _cut_off_zip(folder: Path) -> str:
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w") as archive:
        archive.writestr("config.json", json.dumps(MODEL))
        with archive.open("model.weights.h5", "w", force_zip64=True) as weights:
            weights.write(bytes(900_000))
    return _file("model.keras", memory.getvalue()[:5000])(folder)


def _cut_off_hdf5(folder: Path) -> str:
    """A superblock of version 0 that says where the file ends, and less than that."""
    sizes = struct.pack("<8s8B2HL", b"\x89HDF\r\n\x1a\n", 0, 0, 0, 0, 0, 8, 8, 0, 4, 16, 0)
    addresses = struct.pack("<4Q", 0, 2**64 - 1, 900_000, 2**64 - 1)
    return _file("model.h5", (sizes + addresses).ljust(5000, b"\0"))(folder)


def _cut_off_saved_model(folder: Path) -> str:
    graph = saved_models.saved([saved_models.node("x", "Placeholder")])
    saved_models.write(folder / "model", graph[:-1])
    return "model"


def _closed_file(folder: Path) -> str:
    (folder / "model.keras").write_bytes(b"x")
    (folder / "model.keras").chmod(0)
    folder.chmod(0o755)
    return "model.keras"


def _closed_folder(folder: Path) -> str:
    (folder / "models" / "closed").mkdir(parents=True)
    (folder / "models" / "closed").chmod(0o700 if os.geteuid() == 0 else 0)
    folder.chmod(0o755)
    return "models"


def _pipe(folder: Path) -> str:
    os.mkfifo(folder / "model.keras")
    return "model.keras"


def _socket(folder: Path) -> str:
    with contextlib.chdir(folder), socket.socket(socket.AF_UNIX) as opened:
        opened.bind("model.keras")
    return "model.keras"


def _link_out(folder: Path) -> str:
    write(folder / "elsewhere.keras", MODEL)
    (folder / "models").mkdir()
    (folder / "models" / "model.keras").symlink_to("../elsewhere.keras")
    return "models"


def _tracked_by_dvc(folder: Path) -> str:
    (folder / "model.keras.dvc").write_text("outs:\n- md5: d41d8cd9\n  path: model.keras\n", "utf-8")
    return "model.keras"


def _made_by_dvc(folder: Path) -> str:
    lines = ["stages:", "  train:", "    outs:", "    - path: models/model.keras", "      size: 98580632"]
    (folder / "dvc.lock").write_text("\n".join(lines), "utf-8")
    return "models/model.keras"


def _to_be_made_by_dvc(folder: Path) -> str:
    (folder / "dvc.yaml").write_text("stages:\n  train:\n    outs:\n    - model.keras\n", "utf-8")
    return "model.keras"


def _folder_of_dvc(folder: Path) -> str:
    (folder / "all").mkdir()
    (folder / "all" / "models.dvc").write_text("outs:\n- md5: d41d8cd9.dir\n  path: models\n", "utf-8")
    return "all"


def _cycle(folder: Path) -> str:
    first = called(dense("first", 3), tensor("second", (None, 3)))
    second = called(dense("second", 3), tensor("first", (None, 3)))
    write(folder / "model.keras", functional([source(), first, second], [["second", 0, 0]]))
    return "model.keras"


def _large(folder: Path) -> str:
    """A file of which almost nothing is on the disk."""
    with (folder / "model.json").open("wb") as file:
        file.write(b"{")
        file.truncate(70_000_000)
    return "model.json"


def _in_repository(make: Callable[[Path], str]) -> Callable[[Path], str]:
    def make_there(folder: Path) -> str:
        (folder / ".git").mkdir()
        return make(folder)

    return make_there


def _pictures(folder: Path) -> str:
    (folder / "files").mkdir()
    (folder / "files" / "net.bin").write_text(LFS, "utf-8")
    return "files"


def _as_given(path: str) -> Callable[[Path], str]:
    return lambda _: path


LFS = (
    "version https://git-lfs.github.com/spec/v1\n"
    "oid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\n"
    "size 98580632\n"
)
TFJS_GRAPH = '{"format": "graph-model", "modelTopology": {"node": [], "library": {}}, "weightsManifest": []}'

EXAMPLES = (
    Example(ErrorCode.MISSING, "a path to nothing", _as_given("model.keras")),
    Example(ErrorCode.MISSING, "`-`, which stands for standard input elsewhere", _as_given("-")),
    Example(ErrorCode.NO_MODEL_FOUND, "a folder without any model", _folder("docs", "notes.txt")),
    Example(ErrorCode.EMPTY_FOLDER, "an empty folder", _folder("models")),
    Example(ErrorCode.NOT_A_FILE, "a named pipe", _pipe),
    Example(ErrorCode.NOT_A_FILE, "a socket", _socket),
    Example(ErrorCode.NOT_A_FILE, "a device", _as_given(os.devnull)),
    Example(ErrorCode.BROKEN_LINK, "a symbolic link to nothing", _link("model.keras", "runs/best.keras")),
    Example(ErrorCode.LINK_LOOP, "a symbolic link to itself", _link("model.keras", "model.keras")),
    Example(ErrorCode.LINK_OUTSIDE, "in a folder searched, a symbolic link that leads out of it", _link_out),
    Example(ErrorCode.PERMISSION_DENIED, "a file without the right to read it", _closed_file, closed=True),
    Example(
        ErrorCode.PERMISSION_DENIED, "in a folder searched, one that may not be listed", _closed_folder, closed=True
    ),
    Example(ErrorCode.EMPTY_FILE, "0 bytes", _file("model.keras", b"")),
    Example(ErrorCode.NOT_A_MODEL, "any other file", _file("model.keras", b"%PDF-1.7\n")),
    Example(ErrorCode.NOT_A_MODEL, "zeros", _file("model.keras", bytes(4096))),
    Example(ErrorCode.NOT_A_MODEL, "HDF5 after a transfer as text", _file("model.h5", b"\x89HDF\n\x1a\n" + bytes(99))),
    Example(ErrorCode.NOT_A_MODEL, "HDF5 of something else", _hdf5("data.h5", "measurements")),
    Example(ErrorCode.NOT_A_MODEL, "other JSON", _file("package.json", '{"name": "app", "version": "1.0.0"}')),
    Example(ErrorCode.NOT_A_MODEL, "a JSON list", _file("list.json", '[{"class_name": "cat"}]')),
    Example(ErrorCode.NOT_A_MODEL, "a tokenizer", _file("tokenizer.json", '{"class_name": "Tokenizer", "config": {}}')),
    Example(ErrorCode.WEB_PAGE, "a web page saved as a model", _file("model.h5", "<!DOCTYPE html>\n<html><head>")),
    Example(ErrorCode.COMPRESSED, "a compressed model or folder", _file("model.tar.gz", b"\x1f\x8b\x08\x00")),
    Example(ErrorCode.COMPRESSED, "a zip archive with a model in it", _zip("models.zip", "models/model.keras")),
    Example(ErrorCode.LFS_POINTER, "a Git LFS pointer", _in_repository(_file("model.keras", LFS))),
    Example(ErrorCode.LFS_POINTER, "a folder with nothing but such", _in_repository(_pictures)),
    Example(ErrorCode.LFS_POINTER, "a Git LFS pointer without its repository", _file("model.keras", LFS)),
    Example(
        ErrorCode.ANNEX_POINTER,
        "a file that git-annex did not fetch, locked",
        _link("model.keras", "../.git/annex/objects/Xk/0w/SHA256E-s98580632--4d7a/SHA256E-s98580632--4d7a"),
    ),
    Example(
        ErrorCode.ANNEX_POINTER,
        "the same, unlocked",
        _file("model.keras", "/annex/objects/SHA256E-s98580632--4d7a214614ab.keras\n"),
    ),
    Example(ErrorCode.DVC_POINTER, "a missing file with a pointer of DVC beside it", _tracked_by_dvc),
    Example(ErrorCode.DVC_POINTER, "a missing output of a pipeline of DVC", _made_by_dvc),
    Example(ErrorCode.DVC_POINTER, "one that was never made", _to_be_made_by_dvc),
    Example(ErrorCode.DVC_POINTER, "in a folder searched, a folder that DVC did not fetch", _folder_of_dvc),
    Example(
        ErrorCode.DVC_POINTER,
        "the pointer itself",
        _file(
            "model.keras.dvc", "outs:\n- md5: a304afb96060aad90176268345e10355\n  size: 98580632\n  path: model.keras\n"
        ),
    ),
    Example(ErrorCode.TRUNCATED, "an archive that is cut off", _cut_off_zip),
    Example(ErrorCode.TRUNCATED, "an HDF5 file that is cut off", _cut_off_hdf5),
    Example(ErrorCode.TRUNCATED, "the first four bytes of an HDF5 file", _file("model.h5", HDF5_SIGNATURE[:4])),
    Example(ErrorCode.TRUNCATED, "a SavedModel that is cut off", _cut_off_saved_model),
    Example(ErrorCode.WEIGHTS_ONLY, "`save_weights` of Keras 3", _hdf5("model.weights.h5", "layers", "vars")),
    Example(
        ErrorCode.WEIGHTS_ONLY, "`save_weights` of Keras 1 and 2", _hdf5("weights.h5", "head", layer_names=[b"head"])
    ),
    Example(ErrorCode.WEIGHTS_ONLY, "an archive of weights", _zip("model.keras", "model.weights.h5")),
    Example(ErrorCode.WEIGHTS_ONLY, "weights as `.npz`", _zip("weights.npz", "arr_0.npy")),
    Example(
        ErrorCode.WEIGHTS_ONLY, "sharded weights", _file("model.weights.json", '{"metadata": {}, "weight_map": {}}')
    ),
    Example(
        ErrorCode.TF_CHECKPOINT,
        "a checkpoint folder",
        _folder("ckpt", "checkpoint", "w.index", "w.data-00000-of-00001"),
    ),
    Example(ErrorCode.TF_CHECKPOINT, "its text file", _file("checkpoint", 'model_checkpoint_path: "w"\n')),
    Example(
        ErrorCode.TF_CHECKPOINT,
        "its index",
        _file("w.index", b"\x00\x00\x06\x08\x01\x1a\x02\x08\x01\x00\x1c\x0e_CHECKPOINTABLE_OBJECT_GRAPH"),
    ),
    Example(ErrorCode.TF_CHECKPOINT, "its data", _file("w.data-00000-of-00001", b"H\x86i?\x981\xba>")),
    Example(ErrorCode.ORBAX_CHECKPOINT, "an Orbax checkpoint", _folder("orbax", "_CHECKPOINT_METADATA")),
    Example(ErrorCode.NO_CONFIG, "another zip archive", _zip("report.docx", "word/document.xml")),
    Example(
        ErrorCode.BAD_JSON,
        "a config that is no JSON",
        _archive("model.keras", '{"class_name": "Sequential", "config": {'),
    ),
    Example(ErrorCode.TOO_LARGE, "a bomb", _archive("model.keras", b" " * (4 << 20))),
    Example(ErrorCode.TOO_LARGE, "a config larger than any", _large),
    Example(ErrorCode.ENCRYPTED, "an encrypted archive", _encrypted),
    Example(ErrorCode.MALFORMED_GRAPH, "layers that cannot be wired", _cycle),
    Example(ErrorCode.UNSUPPORTED_FORMAT, "a SavedModel whose graph is text", _folder("model", "saved_model.pbtxt")),
    Example(
        ErrorCode.SAVED_MODEL_FILE,
        "one file of a SavedModel",
        _file("copy_of_saved_model.pb", b"\x08\x01\x12\xd5\xa7\x03\n\x9f"),
    ),
    Example(ErrorCode.TFJS_GRAPH_MODEL, "a graph model of TensorFlow.js", _file("model.json", TFJS_GRAPH)),
    Example(ErrorCode.TFLITE, "TensorFlow Lite", _file("model.tflite", b"\x1c\x00\x00\x00TFL3\x14\x00 \x00")),
    Example(ErrorCode.ONNX, "ONNX", _file("model.onnx", b"\x08\x08\x12\x07tf2onnx\x1a\x051.9.3:>\n\x0f")),
    Example(ErrorCode.PYTORCH, "PyTorch", _zip("model.pt", "model/data.pkl", "model/version")),
    Example(
        ErrorCode.PYTORCH, "PyTorch before 1.6", _file("model.pt", b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19.\x80\x02M")
    ),
    Example(ErrorCode.PICKLE, "a pickle", _file("model.h5", b"\x80\x04\x95\xa0\x00\x00\x00\x00\x00\x00\x00}\x94")),
    Example(
        ErrorCode.JOBLIB, "a pickle of joblib", _file("model.pkl", b"\x80\x04\x95\xd7\x00\x8c\x13joblib.numpy_pickle")
    ),
    Example(ErrorCode.SAFETENSORS, "safetensors", _file("model.safetensors", b'8\0\0\0\0\0\0\0{"a":{"dtype":"F32"')),
    Example(ErrorCode.GGUF, "GGUF", _file("model.gguf", b"GGUF\x03\x00\x00\x00")),
    Example(ErrorCode.NUMPY, "a NumPy array", _file("model.h5", b"\x93NUMPY\x01\x00v\x00{'descr'")),
    Example(
        ErrorCode.YAML, "an architecture as YAML", _file("model.yaml", "backend: tensorflow\nclass_name: Sequential\n")
    ),
    Example(ErrorCode.READ_ERROR, "anything else that the system refuses", _as_given("a" * 300)),
    Example(ErrorCode.READER_CRASHED, "HDF5 that crashes the HDF5 library", _file("model.h5", HDF5_SIGNATURE)),
    Example(
        ErrorCode.TIMEOUT, "HDF5 with which the HDF5 library does not come to an end", _file("model.h5", HDF5_SIGNATURE)
    ),
    Example(ErrorCode.INTERNAL_ERROR, "a defect of logitcheck", _file("model.keras", b"x")),
)

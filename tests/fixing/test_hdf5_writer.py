"""Of an HDF5 file one attribute changes, in the type that it has; everything else in it stays what and where it is."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

import logitcheck
from logitcheck import FixStatus, writing
from logitcheck.fixing import hdf5_process, hdf5_snapshot, hdf5_writer
from logitcheck.fixing.result import NotWrittenError
from logitcheck.loader import child_process
from tests.fixing.making import head

OLD = json.dumps({"loss": "binary_crossentropy", "metrics": ["x"] * 40})
LONGER = json.dumps({"loss": {"class_name": "BinaryCrossentropy"}, "metrics": ["x"] * 80})
MIXED = np.dtype([("a", h5py.string_dtype()), ("b", "f4")])
SHORTER = json.dumps({"loss": None})


def fixed_length(pad: int, size: int) -> Callable[[h5py.File], None]:
    """Puts the attribute there as a text of fixed length with this padding."""

    def put(file: h5py.File) -> None:
        kind = h5py.h5t.C_S1.copy()
        kind.set_size(size)
        kind.set_strpad(pad)
        attribute = h5py.h5a.create(file.id, b"training_config", kind, h5py.h5s.create(h5py.h5s.SCALAR))
        filler = b" " if pad == h5py.h5t.STR_SPACEPAD else b"\0"
        attribute.write(np.array(OLD.encode().ljust(size, filler), dtype=f"S{size}"), mtype=kind)

    return put


def as_value(make: Callable[[str], Any]) -> Callable[[h5py.File], None]:
    def put(file: h5py.File) -> None:
        file.attrs["training_config"] = make(OLD)

    return put


LENGTH = len(OLD)
FORMS: dict[str, Callable[[h5py.File], None]] = {
    "variable, UTF-8": as_value(str),
    "variable, ASCII": as_value(lambda text: np.array(text.encode(), dtype=h5py.string_dtype("ascii"))),
    "variable, array of one": as_value(lambda text: np.array([text], dtype=h5py.string_dtype())),
    "fixed": as_value(lambda text: np.bytes_(text.encode())),
    "fixed, array of one": as_value(lambda text: np.array([text.encode()])),
    "fixed, terminated": fixed_length(h5py.h5t.STR_NULLTERM, LENGTH + 1),
    "fixed, padded with spaces": fixed_length(h5py.h5t.STR_SPACEPAD, LENGTH + 9),
    "fixed, with room": fixed_length(h5py.h5t.STR_NULLPAD, LENGTH + 2000),
}


def make(path: Path, put: Callable[[h5py.File], None], user_block: int = 0, **how: Any) -> Path:
    """An HDF5 file with some of everything."""
    with h5py.File(path, "w", userblock_size=user_block, **how) as file:
        file.attrs["model_config"] = "m" * 3000
        put(file)
        file.attrs["backend"] = "tensorflow"
        file.attrs["numbers"] = np.arange(5)
        file.attrs["nothing"] = h5py.Empty("f")
        weights = file.create_group("model_weights")
        weights.attrs["names"] = np.array([b"a", b"bc"])
        weights.create_dataset("contiguous", data=np.arange(5000.0))
        weights.create_dataset("chunked", data=np.arange(5000), chunks=(100,), compression="gzip")
        weights.create_dataset("texts", data=["one", "two"])
        weights.create_dataset("scalar text", data="three")
        weights.create_dataset("not stored", shape=(10,), dtype="f4")
        weights.create_dataset("mixed", data=np.array([(b"a", 1.0)] * 3, dtype=MIXED))
        weights.create_dataset("lists", (2,), dtype=h5py.vlen_dtype("i4"))[0] = [1, 2]
        weights.attrs["reference"] = weights["contiguous"].ref
        file["hard"] = weights["contiguous"]
        file["loop"] = weights
        file["soft"] = h5py.SoftLink("/model_weights/none")
        file["external"] = h5py.ExternalLink("/etc/hostname", "/")
        file["kind"] = np.dtype("f8")
        layout = h5py.VirtualLayout(shape=(4,), dtype="f4")
        layout[:] = h5py.VirtualSource("elsewhere.h5", "d", shape=(4,))
        file.create_virtual_dataset("virtual", layout)
        file.create_dataset("outside", shape=(2,), dtype="f4", external=[("elsewhere.bin", 0, 8)])
        compact = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
        compact.set_layout(h5py.h5d.COMPACT)
        space = h5py.h5s.create_simple((3,))
        h5py.h5d.create(file.id, b"compact", h5py.h5t.NATIVE_INT32, space, dcpl=compact).write(
            h5py.h5s.ALL, h5py.h5s.ALL, np.arange(3, dtype="i4")
        )
    if user_block:
        with path.open("r+b") as raw:
            raw.write(b"#!/bin/sh\n")
    return path


def rewritten(source: Path, text: str) -> Path:
    target = source.with_name("target.h5")
    with writing.draft(target) as new:
        hdf5_writer.write(source, text, new)
    return target


def walked(path: Path) -> dict[str, Any]:
    """Everything in a file, as h5py's own high-level calls see it: a second opinion on the snapshot."""
    found: dict[str, Any] = {}

    def look(name: str, item: Any) -> None:
        for key in item.attrs:
            found[f"{name}@{key}"] = _value(item.attrs[key])
        if isinstance(item, h5py.Dataset) and name not in {"virtual", "outside"}:
            stored = (item.shape, str(item.dtype), item.chunks, item.compression, item.id.get_offset())
            found[name] = (*stored, _value(item[()]))

    with h5py.File(path, "r") as file:
        look("/", file)
        file.visititems(look)
        found["links"] = {name: repr(file.get(name, getlink=True).__class__) for name in file}
    return found


def _value(value: Any) -> str:
    array = np.asarray(value)
    raw = repr(array.tolist()).encode() if array.dtype.hasobject else array.tobytes()
    return hashlib.sha256(str(array.dtype).encode() + raw).hexdigest()


@pytest.mark.parametrize("text", [OLD, SHORTER, LONGER], ids=["the same", "shorter", "longer"])
@pytest.mark.parametrize("form", FORMS)
def test_the_attribute_keeps_its_type_and_all_else_stays(tmp_path: Path, form: str, text: str) -> None:
    source = make(tmp_path / "source.h5", FORMS[form])
    target = rewritten(source, text)
    before, after = walked(source), walked(target)
    before.pop("/@training_config")
    after.pop("/@training_config")
    assert after == before
    with h5py.File(source) as old, h5py.File(target) as new:
        kinds = [file.attrs.get_id("training_config").get_type() for file in (old, new)]
        spaces = [file.attrs.get_id("training_config").shape for file in (old, new)]
        value = new.attrs["training_config"]
    assert spaces[0] == spaces[1]
    assert [kind.is_variable_str() for kind in kinds] == [form.startswith("variable")] * 2
    assert kinds[0].get_cset() == kinds[1].get_cset()
    assert kinds[0].get_strpad() == kinds[1].get_strpad()
    read = np.ravel(value)[0]
    assert (read.decode() if isinstance(read, bytes) else read).rstrip(" ") == text


@pytest.mark.parametrize("flag", [True, False])
@pytest.mark.parametrize("form", FORMS)
def test_a_model_is_fixed_whatever_the_form(
    tmp_path: Path, form: str, flag: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored = {"class_name": "BinaryCrossentropy", "config": {"from_logits": flag}}
    text = json.dumps({"loss": stored}).ljust(LENGTH)
    monkeypatch.setattr(sys.modules[__name__], "OLD", text)
    source = make(tmp_path / "source.h5", FORMS[form])
    with h5py.File(source, "r+") as file:
        file.attrs["model_config"] = json.dumps(head(1, "sigmoid" if flag else "linear"))
        file.attrs["keras_version"] = "3.15.1"
    assert logitcheck.fix(source, in_place=True).status is FixStatus.FIXED
    assert logitcheck.inspect(source).outcome is logitcheck.Outcome.OK


@pytest.mark.parametrize("user_block", [512, 2048])
@pytest.mark.parametrize("form", ["variable, UTF-8", "fixed"])
def test_a_user_block_stays(tmp_path: Path, user_block: int, form: str) -> None:
    source = make(tmp_path / "source.h5", FORMS[form], user_block)
    target = rewritten(source, LONGER)
    assert target.read_bytes()[:user_block] == source.read_bytes()[:user_block]
    assert walked(target)["hard"] == walked(source)["hard"]


@pytest.mark.parametrize(
    "how", [{"libver": "latest"}, {"track_order": True}, {"libver": "latest", "track_order": True}]
)
@pytest.mark.parametrize("form", ["variable, UTF-8", "fixed"])
def test_newer_layouts_are_kept(tmp_path: Path, how: dict[str, Any], form: str) -> None:
    source = make(tmp_path / "source.h5", FORMS[form], **how)
    target = rewritten(source, LONGER)
    assert json.loads(np.ravel(h5py.File(target).attrs["training_config"])[0]) == json.loads(LONGER)


def test_a_file_of_many_megabytes_goes_through_a_buffer(tmp_path: Path) -> None:
    source = make(tmp_path / "source.h5", FORMS["variable, UTF-8"])
    with h5py.File(source, "r+") as file:
        file.create_dataset("large", data=np.zeros(8_000_000))
    assert walked(rewritten(source, LONGER))["large"] == walked(source)["large"]


CHANGES: dict[str, Callable[[h5py.File], None]] = {
    "/@backend": lambda file: file.attrs.modify("backend", "jax"),
    "/@numbers": lambda file: file.attrs.modify("numbers", np.arange(1, 6)),
    "/@new": lambda file: file.attrs.create("new", 1),
    "/model_weights@names": lambda file: file["model_weights"].attrs.modify("names", np.array([b"a", b"bd"])),
    "/model_weights/contiguous": lambda file: file["model_weights/contiguous"].write_direct(np.ones(5000)),
    "/model_weights/chunked": lambda file: file["model_weights/chunked"].__setitem__(7, 8),
    "/model_weights/texts": lambda file: file["model_weights/texts"].__setitem__(0, "ten"),
    "/model_weights/scalar text": lambda file: file["model_weights/scalar text"].__setitem__((), "ten"),
    "/model_weights/lists": lambda file: file["model_weights/lists"].__setitem__(1, [3]),
    "/model_weights/mixed": lambda file: file["model_weights/mixed"].__setitem__(0, (b"x", 0)),
    "/compact": lambda file: file["compact"].__setitem__(0, 9),
    "/more": lambda file: file.create_group("more"),
    "/soft": lambda file: (file.__delitem__("soft"), file.__setitem__("soft", h5py.SoftLink("/other"))),
    "/external": lambda file: (file.__delitem__("external"), file.__setitem__("external", h5py.ExternalLink("a", "/"))),
    "/virtual": lambda file: file.__delitem__("virtual"),
    "/outside": lambda file: file.__delitem__("outside"),
}


@pytest.mark.parametrize("name", CHANGES)
def test_the_snapshot_sees_each_other_change(tmp_path: Path, name: str) -> None:
    path = make(tmp_path / "file.h5", FORMS["variable, UTF-8"])
    before = hdf5_snapshot.of_file(path)
    with h5py.File(path, "r+") as file:
        CHANGES[name](file)
    after = hdf5_snapshot.of_file(path)
    differing = {key for key in before.keys() | after.keys() if before.get(key) != after.get(key)}
    spread = {"/hard", "/loop"} if name.startswith("/model_weights") else set()
    assert name.replace("/model_weights", "/loop") in differing or name in differing or differing & spread


def test_the_snapshot_sees_the_user_block(tmp_path: Path) -> None:
    path = make(tmp_path / "file.h5", FORMS["variable, UTF-8"], 512)
    before = hdf5_snapshot.of_file(path)
    with path.open("r+b") as raw:
        raw.write(b"other")
    assert {key for key, value in hdf5_snapshot.of_file(path).items() if before[key] != value} == {"user block"}


def test_a_text_too_long_for_its_header_is_refused(tmp_path: Path) -> None:
    source = make(tmp_path / "source.h5", FORMS["fixed"])
    with pytest.raises(NotWrittenError, match="header message is too large"):
        rewritten(source, json.dumps({"loss": "x" * 70_000}))
    assert [path.name for path in tmp_path.iterdir()] == ["source.h5"]


def test_a_change_of_anything_else_would_be_noticed(tmp_path: Path) -> None:
    source = make(tmp_path / "source.h5", FORMS["variable, UTF-8"])
    copy = tmp_path / "copy.h5"
    copy.write_bytes(source.read_bytes())
    with h5py.File(copy, "r+") as file:
        file["model_weights/contiguous"][3] = 7
    assert "contiguous" in hdf5_process._difference(source, copy) or "hard" in hdf5_process._difference(source, copy)


def run_with(monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    """Have other code run in place of the process that changes the file."""
    monkeypatch.setattr(child_process, "python_with", lambda _: [sys.executable, "-c", code])


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("import os; os.kill(os.getpid(), 11)", "died of it"),
        ("import sys; sys.exit(3)", "died of it"),
        ("print('nonsense')", "did not answer"),
        ("import time; time.sleep(60)", "took longer"),
    ],
    ids=["killed", "ended", "nonsense", "hangs"],
)
def test_a_process_that_fails_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: str, said: str
) -> None:
    source = make(tmp_path / "source.h5", FORMS["variable, UTF-8"])
    before = source.read_bytes()
    run_with(monkeypatch, code)
    monkeypatch.setattr(hdf5_process, "wall_seconds", lambda _: 1.0 if "sleep" in code else 60.0)
    with pytest.raises(NotWrittenError, match=said):
        rewritten(source, LONGER)
    assert [path.name for path in tmp_path.iterdir()] == ["source.h5"]
    assert source.read_bytes() == before


def test_without_a_process_nothing_is_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    with pytest.raises(NotWrittenError, match="a process of their own"):
        rewritten(make(tmp_path / "source.h5", FORMS["fixed"]), LONGER)


def test_a_full_disk_is_told_from_other_failures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run_with(monkeypatch, "print('\"full\"')")
    with pytest.raises(OSError, match="No space left"):
        rewritten(make(tmp_path / "source.h5", FORMS["fixed"]), LONGER)


@pytest.mark.skipif(sys.platform != "linux", reason="limits of files are those of Linux")
def test_a_file_that_may_not_grow_is_an_error_and_leaves_nothing(tmp_path: Path) -> None:
    source = make(tmp_path / "source.h5", FORMS["variable, UTF-8"])
    code = (
        "import resource, sys\nfrom pathlib import Path\nfrom logitcheck import writing\n"
        "from logitcheck.fixing import hdf5_writer\n"
        f"source = Path({str(source)!r})\n"
        "limit = source.stat().st_size\nresource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))\n"
        "try:\n    with writing.draft(source.with_name('target.h5')) as new:\n"
        "        hdf5_writer.write(source, 'x' * 60000, new)\n"
        "except Exception as error:\n    print(type(error).__name__)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=os.environ)
    assert done.stdout == "NotWrittenError\n"
    assert [path.name for path in tmp_path.iterdir()] == ["source.h5"]

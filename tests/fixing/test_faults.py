"""Whatever happens while a result is written: the model is whole, and half files have names of their own only."""

from __future__ import annotations

import errno
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import logitcheck
from logitcheck import writing
from logitcheck.fixing import NotWrittenError
from tests.building import compiled, dense, loss, metric, sequential, write
from tests.fixing.faults import FAILED, KILLED, SCENARIOS
from tests.loader.older import write_hdf5

CHECKOUT = Path(__file__).parents[2]
MODEL = compiled(
    sequential(dense("head", 1)),
    loss("BinaryCrossentropy", from_logits=False),
    metrics=[metric("AUC", from_logits=False)],
)
UNFINISHED = re.compile(r"(.*/)?\.[^/]+\.part(/.*)?")

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="processes are forked, and signals sent to them")


def given(folder: Path) -> Path:
    """The models that are fixed, in every container."""
    folder.mkdir()
    archive = write(folder / "model.keras", MODEL)
    with zipfile.ZipFile(archive, "a") as opened:
        opened.writestr("model.weights.h5", bytes(3000))
        opened.extractall(folder / "folder")
    (folder / "model.json").write_text(json.dumps(MODEL))
    (folder / "other.keras").write_bytes(b"something else")
    write_hdf5(folder / "model.h5", MODEL, MODEL["compile_config"], "3.15.1")
    return folder


def runs(scenario: str, fault: str, folder: Path) -> list[dict[str, Any]]:
    """What is there after each run that failed, and last after the one that did not."""
    given(folder / "given")
    command = [sys.executable, "-m", "tests.fixing.faults", scenario, fault, str(folder)]
    done = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=False, timeout=600)
    assert done.returncode == 0, done.stderr
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return found


def before_and_after(found: list[dict[str, Any]], folder: Path) -> tuple[dict[str, str], dict[str, str]]:
    import hashlib

    start = folder / "given"
    files = {
        path.relative_to(start).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in start.rglob("*")
        if path.is_file()
    }
    return files, found[-1]["files"]


def check(files: dict[str, str], before: dict[str, str], after: dict[str, str]) -> None:
    """Every file is as it was or as it should become; an old one is gone only once the backup has it."""
    assert all(files[name] in {content, after[name]} for name, content in before.items())
    for name, content in files.items():
        assert name in before or content == after[name], name
    for name, content in before.items():
        backup = f"{name}.bak"
        if content != after[name] and files[name] == after[name] and backup in after:
            assert files[backup] == content


@pytest.mark.parametrize("fault", ["before", "half"])
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_killed_at_any_call_everything_is_whole(scenario: str, fault: str, tmp_path: Path) -> None:
    found = runs(scenario, fault, tmp_path)
    before, after = before_and_after(found, tmp_path)
    assert before != after
    assert len(found) > 1
    for run in found[:-1]:
        assert run["status"] == KILLED
        check(
            {name: content for name, content in run["files"].items() if not UNFINISHED.fullmatch(name)}, before, after
        )


@pytest.mark.parametrize("fault", ["full disk", "interrupt"])
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_after_an_error_at_any_call_nothing_is_left_over(scenario: str, fault: str, tmp_path: Path) -> None:
    found = runs(scenario, fault, tmp_path)
    before, after = before_and_after(found, tmp_path)
    for run in found[:-1]:
        rest = {name: content for name, content in run["files"].items() if not UNFINISHED.fullmatch(name)}
        assert rest == run["files"] or run["call"] in {"unlink", "rmdir"}, run
        check(rest, before, after)
        if fault == "full disk":
            assert run["status"] in {FAILED, 0}
            assert rest == (before if run["status"] == FAILED else after), run


def test_a_full_disk_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = given(tmp_path / "given") / "model.keras"
    monkeypatch.setattr(os, "write", lambda *_: (_ for _ in ()).throw(OSError(errno.ENOSPC, "No space left on device")))
    with pytest.raises(NotWrittenError) as raised:
        logitcheck.fix(path, in_place=True)
    assert str(raised.value) == f"{path} could not be written: the disk is full. Nothing has changed."


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 64 KB, where one can be mounted."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = shutil.which("mount")
    if (
        mount is None
        or subprocess.run(
            [mount, "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(place)], capture_output=True, check=False
        ).returncode
    ):
        pytest.skip("no file system can be mounted here")
    yield place
    subprocess.run([shutil.which("umount") or "umount", str(place)], check=True)


@pytest.mark.parametrize("name", ["model.keras", "model.h5"])
def test_a_disk_that_is_really_full_keeps_the_model(small_disk: Path, tmp_path: Path, name: str) -> None:
    path = small_disk / name
    shutil.copyfile(given(tmp_path / "given") / name, path)
    filler = small_disk / "filler"
    with filler.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(4096))
        except OSError:
            pass
    before = path.read_bytes()
    with pytest.raises(NotWrittenError, match="the disk is full"):
        logitcheck.fix(path, in_place=True, assume_keras=True)
    assert path.read_bytes() == before
    assert sorted(each.name for each in small_disk.iterdir()) == ["filler", name]


def test_a_file_that_would_be_too_large_keeps_the_model(tmp_path: Path) -> None:
    path = given(tmp_path / "given") / "model.keras"
    before = path.read_bytes()
    limit = "import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000)); "
    code = (
        f"{limit}sys.argv = ['logitcheck', 'fix', {str(path)!r}, '--in-place']; from logitcheck.cli import main; main()"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=CHECKOUT)
    assert done.returncode == 2
    assert "larger than files may be here" in done.stderr
    assert path.read_bytes() == before
    assert not list(path.parent.glob(".*"))


@pytest.fixture
def large(tmp_path: Path) -> Path:
    """An archive whose copy takes a while; it takes no room itself."""
    path = write(tmp_path / "large.keras", MODEL)
    raw = path.read_bytes()
    directory = raw.index(b"PK\x01\x02")
    gap = 3 << 30
    with path.open("wb") as file:
        file.write(raw[:directory])
        file.seek(directory + gap)
        tail = bytearray(raw[directory:])
        end = tail.index(b"PK\x05\x06")
        tail[end + 16 : end + 20] = (directory + gap).to_bytes(4, "little")
        file.write(tail)
    return path


@pytest.mark.parametrize("sent", ["SIGTERM", "SIGINT", "SIGHUP"])
def test_a_signal_takes_what_is_half_written_away(large: Path, sent: str) -> None:
    before = large.stat()
    command = [sys.executable, "-m", "logitcheck", "fix", str(large), "--in-place"]
    process = subprocess.Popen(command, cwd=CHECKOUT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    for _ in range(600):
        if any(part.stat().st_size > 1 << 20 for part in large.parent.glob(".*.part")):
            break
        time.sleep(0.05)
    process.send_signal(getattr(signal, sent))
    _, complaint = process.communicate(timeout=60)
    assert process.returncode == 128 + getattr(signal, sent)
    assert complaint == ""
    assert [path.name for path in large.parent.iterdir()] == [large.name]
    assert (large.stat().st_ino, large.stat().st_size) == (before.st_ino, before.st_size)


def test_a_model_that_changes_meanwhile_is_left_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = given(tmp_path / "given") / "model.keras"
    original = writing.Draft.write

    def meddling(self: writing.Draft, raw: bytes) -> None:
        os.utime(path, ns=(1, 1))
        original(self, raw)

    monkeypatch.setattr(writing.Draft, "write", meddling)
    with pytest.raises(NotWrittenError, match="changed by somebody else"):
        logitcheck.fix(path, in_place=True)
    assert not list(path.parent.glob("*.bak"))


def test_a_file_that_comes_meanwhile_is_not_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, output = given(tmp_path / "given") / "model.keras", tmp_path / "out.keras"
    original = os.fsync

    def meddling(handle: int) -> None:
        output.write_bytes(b"mine")
        original(handle)

    monkeypatch.setattr(os, "fsync", meddling)
    with pytest.raises(NotWrittenError, match="came to be there meanwhile"):
        logitcheck.fix(path, output=output)
    assert output.read_bytes() == b"mine"
    assert not list(tmp_path.glob(".*"))

"""No file but the input is opened, no address is looked up, no code is compiled, whatever the input asks for.

Python tells its own deeds to an audit hook; those of the HDF5 library are seen by a trace of system calls.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import h5py
import pytest

from tests.building import compiled, dense, layer, sequential, write

CHECKOUT = Path(__file__).parent.parent.parent
MODEL = compiled(sequential(dense("d", 3, "softmax")), "categorical_crossentropy")
ENVIRONMENT = os.environ | {"PYTHONPATH": str(CHECKOUT)}

AUDIT = """
import sys, logitcheck
from logitcheck.reporter import json_report
from logitcheck.report import Report
warm, path = sys.argv[1:]
def look(path): return json_report.render(Report(models=(logitcheck.inspect(path),)), "0")
look(warm)
deeds = []
sys.addaudithook(lambda event, arguments: deeds.append((event, str(arguments[0]) if arguments else "")))
told = look(path)
found = list(deeds)
print(told)
harmless = {"object.__getattr__", "object.__setattr__", "sys._getframe", "builtins.id"}
print([deed for deed in found if deed[0] not in harmless])
"""

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="named pipes and system calls are those of Linux")


def with_attributes(path: Path) -> h5py.File:
    """A good model as an HDF5 file, still open."""
    file = h5py.File(path, "w", libver="latest")
    file.attrs["model_config"] = json.dumps(MODEL)
    file.attrs["training_config"] = json.dumps(MODEL["compile_config"])
    return file


def external_link(path: Path, bait: Path) -> None:
    with with_attributes(path) as file:
        for name in ("model_weights", "layers", "optimizer_weights", "model_config"):
            file[name] = h5py.ExternalLink(str(bait), "/")


def soft_link(path: Path, bait: Path) -> None:
    del bait
    with with_attributes(path) as file:
        file["model_weights"] = h5py.SoftLink("/model_weights")


def external_storage(path: Path, bait: Path) -> None:
    with with_attributes(path) as file:
        file.create_dataset("model_weights", (100,), "u1", external=[(str(bait), 0, 100)])


def virtual_dataset(path: Path, bait: Path) -> None:
    with with_attributes(path) as file:
        layout = h5py.VirtualLayout((100,), "u1")
        layout[:] = h5py.VirtualSource(str(bait), "data", (100,))
        file.create_virtual_dataset("model_weights", layout)


def weights_only(path: Path, bait: Path) -> None:
    """Without a config: here even the names of the groups are read."""
    with h5py.File(path, "w") as file:
        file["layers"] = h5py.ExternalLink(str(bait), "/")
        file["data"] = h5py.ExternalLink(str(bait), "/")


HDF5: dict[str, tuple[Callable[[Path, Path], None], str]] = {
    "an external link": (external_link, "ok"),
    "a link to itself": (soft_link, "ok"),
    "external storage": (external_storage, "ok"),
    "a virtual dataset": (virtual_dataset, "ok"),
    "external links without a config": (weights_only, "weights-only"),
}


@pytest.mark.parametrize("name", HDF5)
def test_what_an_hdf5_file_links_to_is_never_opened(tmp_path: Path, name: str) -> None:
    """The bait is a named pipe: whoever opened it would wait for a writer that never comes."""
    make, expected = HDF5[name]
    bait, path = tmp_path / "bait.h5", tmp_path / "model.h5"
    os.mkfifo(bait)
    make(path, bait)
    assert told(path) == expected


@pytest.mark.skipif(shutil.which("strace") is None, reason="there is no strace here")
@pytest.mark.parametrize("name", HDF5)
def test_system_calls_open_nothing_but_the_input(tmp_path: Path, name: str) -> None:
    make, expected = HDF5[name]
    bait, path, trace = tmp_path / "bait.h5", tmp_path / "model.h5", tmp_path / "trace"
    shutil.copyfile(CHECKOUT / "sample_models" / "sigmoid_good.h5", bait)
    make(path, bait)
    calls = "open,openat,openat2,creat,stat,newfstatat,readlink,connect,sendto,execve,mkdir,unlink,rename"
    command = ["strace", "-f", "-qq", "-o", str(trace), "-e", f"trace={calls}"]
    assert told(path, command) == expected
    lines = trace.read_text(errors="replace").splitlines()
    assert any("model.h5" in line for line in lines)
    settings = ("logitcheck.toml", "pyproject.toml")  # which are looked for from the input upward
    others = [line for line in lines if str(tmp_path) in line and not any(name in line for name in settings)]
    assert [line for line in others if "model.h5" not in line] == []
    assert [line for line in lines if "connect(" in line or "sendto(" in line] == []
    writing = [line for line in lines if ("O_WRONLY" in line or "O_RDWR" in line) and "/dev/null" not in line]
    assert [line for line in writing if "__pycache__" not in line] == []


def told(path: Path, before: list[str] | None = None) -> str:
    """What the command line tells of a file."""
    command = [*(before or []), sys.executable, "-m", "logitcheck", "inspect", "--format", "json", str(path)]
    environment = ENVIRONMENT | {"PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=60)
    model = json.loads(done.stdout)["models"][0]
    return str(model["error"]["code"] if model["error"] else model["outcome"])


def deeds(path: Path, warm: Path) -> tuple[str, list[tuple[str, str]]]:
    """What is told of a model, and everything that Python did meanwhile, once all of ours is imported."""
    command = [sys.executable, "-c", AUDIT, str(warm), str(path)]
    done = subprocess.run(command, env=ENVIRONMENT, capture_output=True, text=True, check=True, timeout=60)
    report, found = done.stdout.strip().rsplit("\n", 1)
    return json.loads(report)["models"][0]["outcome"], eval(found)


def test_an_archive_with_paths_everywhere_has_one_file_opened(tmp_path: Path) -> None:
    (tmp_path / "bait").write_text("secret")
    bait = str(tmp_path / "bait")
    lookup = layer("StringLookup", "a", vocabulary=bait, vocabulary_file=f"file://{bait}")
    saved = layer("TFSMLayer", "b", filepath=bait, url="http://127.0.0.1:9/x")
    model = compiled(sequential(lookup, saved, dense("d", 3, "softmax")), "categorical_crossentropy")
    path, warm = write(tmp_path / "model.keras", model | {"module": bait}), write(tmp_path / "warm.keras", model)
    outcome, found = deeds(path, warm)
    assert outcome == "ok"
    assert {deed for deed in found if deed[0] != "marshal.loads"} == {("open", str(path))}


def test_of_a_folder_only_the_two_documents_are_opened(tmp_path: Path) -> None:
    for name in ("warm", "model"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "config.json").write_text(json.dumps(MODEL))
        (tmp_path / name / "metadata.json").write_text("{}")
        (tmp_path / name / "model.weights.h5").write_text("")
    outcome, found = deeds(tmp_path / "model", tmp_path / "warm")
    assert outcome == "ok"
    assert {Path(where).name for event, where in found if event == "open"} == {"config.json", "metadata.json"}
    assert {event for event, _ in found} == {"open"}


def test_the_process_that_reports_does_not_open_an_hdf5_file_for_more_than_its_first_bytes(tmp_path: Path) -> None:
    for name in ("warm.h5", "model.h5"):
        with_attributes(tmp_path / name).close()
    outcome, found = deeds(tmp_path / "model.h5", tmp_path / "warm.h5")
    assert outcome == "ok"
    assert set(found) == {("open", str(tmp_path / "model.h5"))}

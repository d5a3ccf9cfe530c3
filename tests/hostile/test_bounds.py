"""No file of up to 64 MB takes more than 2 seconds of processor time or 300 MB of memory.

Each is inspected by a process of its own, which measures itself and the process that reads HDF5 for it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.hostile import making

CHECKOUT = Path(__file__).parent.parent.parent
SECONDS = 2.0
MEGABYTES = 300.0

MEASURE = """
import json, resource, sys, time
import logitcheck
from logitcheck.loader import isolation
from logitcheck.reporter import json_report, text_report
from logitcheck.report import Report

def peak(process):
    lines = open(f"/proc/{process}/status").read().splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024

def slowness():
    "How many times slower this machine is than the one on which the bound was set."
    start = time.process_time()
    for _ in range(5): json.loads('[{"a":[1,2.5,"text"]},null]' * 0 + "[" + '{"a":[1,2.5,"text"]},' * 20000 + "1]")
    return max(1.0, (time.process_time() - start) / 0.12)

start = time.process_time()
report = Report(models=(logitcheck.inspect(sys.argv[1]),))
written = json_report.render(report, "0") + "".join(map(str, text_report.lines(report, 80, ascii_only=True)))
seconds, megabytes = time.process_time() - start, peak("self")
reader = isolation._readers._reader
if reader is not None:
    megabytes += peak(getattr(reader.process, "_pid", None) or reader.process.pid)
isolation._readers.end()
used = resource.getrusage(resource.RUSAGE_CHILDREN)
model = report.models[0]
print(json.dumps({
    "seconds": seconds + used.ru_utime + used.ru_stime, "megabytes": megabytes, "slowness": slowness(),
    "written": len(written), "told": model.error.code.value if model.error else model.outcome.value,
}))
"""

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the peak of memory is read in /proc")


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Path]:
    """A file to be made, which is too large to be kept."""
    path = tmp_path / "model"
    yield path
    path.unlink(missing_ok=True)


def inspect(path: Path) -> str:
    """Inspect a file within the bounds and tell what came of it."""
    assert path.stat().st_size <= 64 * making.MB
    environment = os.environ | {"PYTHONPATH": str(CHECKOUT)}
    command = [sys.executable, "-c", MEASURE, str(path)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=120)
    assert done.stderr == ""
    found = json.loads(done.stdout)
    assert found["megabytes"] <= MEGABYTES
    assert found["seconds"] <= SECONDS * found["slowness"]
    assert found["written"] <= 4 * making.MB
    told = found["told"]
    assert isinstance(told, str)
    return told


REFUSED = {"too-large", "bad-json", "malformed-graph", "not-a-model"}


@pytest.mark.parametrize("name", making.CONFIGS)
def test_a_config_stays_within_the_bounds(place: Path, name: str) -> None:
    told = inspect(making.archive(place, making.CONFIGS[name]()))
    assert told in REFUSED | {"not_applicable", "undetermined"}


@pytest.mark.parametrize("name", ["one string", "one string with a wide character", "empty objects", "spaces"])
def test_bare_json_stays_within_the_bounds(place: Path, name: str) -> None:
    place.write_text(making.CONFIGS[name](), encoding="utf-8")
    assert inspect(place) in REFUSED | {"not_applicable"}


@pytest.mark.parametrize("name", making.SAVED_MODELS)
def test_a_saved_model_stays_within_the_bounds(tmp_path: Path, name: str) -> None:
    member, make = making.SAVED_MODELS[name]
    (tmp_path / member).write_bytes(make())
    assert inspect(tmp_path) in REFUSED | {"not_applicable", "undetermined", "truncated"}
    (tmp_path / member).unlink()


@pytest.mark.parametrize("name", making.ARCHIVES)
def test_an_archive_stays_within_the_bounds(place: Path, name: str) -> None:
    assert inspect(making.ARCHIVES[name](place)) in {"too-large", "truncated", "compressed", "not-a-model"}


@pytest.mark.parametrize("name", making.HDF5)
def test_an_hdf5_file_stays_within_the_bounds(place: Path, name: str) -> None:
    assert inspect(making.HDF5[name](place)) in REFUSED | {"not_applicable"}


@pytest.mark.parametrize("member", ["config.json", "metadata.json"])
def test_a_sparse_file_of_gigabytes_in_a_folder_is_refused_unread(tmp_path: Path, member: str) -> None:
    for name in ("config.json", "metadata.json"):
        (tmp_path / name).write_text("{}")
    with (tmp_path / member).open("r+b") as file:
        file.truncate(8 << 30)
    assert inspect(tmp_path) == "too-large"

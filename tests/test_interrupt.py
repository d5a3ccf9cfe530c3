"""Ctrl-C and SIGTERM during a run: it ends at once, without a word, and leaves no process behind."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SAMPLES = ROOT / "sample_models"

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the processes are looked at in /proc")

NEVER_DONE = """
import os, time
from pathlib import Path
Path(os.environ["READ_BY"], str(os.getpid())).touch()
time.sleep(600)
"""
"""Stands before h5py on the path: the process that reads HDF5 says that it has begun, and does not end."""

STARTING = """
import signal
signal.signal(signal.SIGINT, signal.default_int_handler)  # a job in the background of a shell starts without
from logitcheck.cli import main
main()
"""


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    for name in ("models", "first", "read_by"):
        (tmp_path / name).mkdir()
    (tmp_path / "first" / "h5py.py").write_text(NEVER_DONE)
    path = os.pathsep.join([str(tmp_path / "first"), str(ROOT)])
    return os.environ | {"PYTHONPATH": path, "READ_BY": str(tmp_path / "read_by")}


def members(group: int) -> list[int]:
    """The processes of a group that still run; one that is dead and was not waited for does not."""
    return [pid for pid, state, its_group in processes() if its_group == group and state not in "ZX"]


def processes() -> Iterator[tuple[int, str, int]]:
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal():
            try:
                stat = (folder / "stat").read_text()
            except (FileNotFoundError, ProcessLookupError):
                continue
            state, _, group = stat.rpartition(")")[2].split()[:3]
            yield int(folder.name), state, int(group)


def wait_until(is_so: object, seconds: float = 60.0) -> None:
    assert callable(is_so)
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end
        time.sleep(0.02)


@pytest.mark.parametrize("jobs", [1, 3])
@pytest.mark.parametrize(
    ("number", "whom", "status"),
    [(signal.SIGINT, "all", 130), (signal.SIGINT, "the first", 130), (signal.SIGTERM, "the first", 143)],
    ids=["as a terminal does", "as kill does", "as timeout does"],
)
def test_it_ends_quietly_and_leaves_no_process(
    tmp_path: Path, environment: dict[str, str], number: int, whom: str, status: int, jobs: int
) -> None:
    for at in range(50 * jobs):
        name = f"{at:03}.h5" if at % 50 == 10 else f"{at:03}.keras"
        sample = "sigmoid_good.h5" if name.endswith(".h5") else "softmax_from_logits.keras"
        shutil.copyfile(SAMPLES / sample, tmp_path / "models" / name)
    process = subprocess.Popen(
        [sys.executable, "-c", STARTING, "check", "--jobs", str(jobs), "--format", "json", "models"],
        cwd=tmp_path,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    try:
        wait_until(lambda: len(list((tmp_path / "read_by").iterdir())) == jobs)
        assert len(members(process.pid)) > jobs
        if whom == "all":
            os.killpg(process.pid, number)
        else:
            process.send_signal(number)
        said = process.communicate(timeout=30)
        assert (process.returncode, said) == (status, (b"", b""))
        wait_until(lambda: not members(process.pid), seconds=10.0)
    finally:
        for left in members(process.pid):
            os.kill(left, signal.SIGKILL)
        process.communicate()

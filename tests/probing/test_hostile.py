"""Models whose code does harm, run by the real TensorFlow with --unsafe; and the same without it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from logitcheck.probing import screening
from logitcheck.probing.errors import ProbeError, ProbeErrorCode
from logitcheck.probing.probe import Options, probe
from logitcheck.probing.process import Limits, Runner
from logitcheck.probing.report import ProbeOutcome
from tests.probing.stubbed import wait_until_gone

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the processes are looked at in /proc")

CHECKOUT = Path(__file__).parent.parent.parent
LIMITS = Limits(seconds=10.0, megabytes=1800)


@pytest.fixture(scope="module")
def listening() -> Iterator[socket.socket]:
    """A server that a model tries to reach."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        yield server


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory, listening: socket.socket) -> Path:
    pytest.importorskip("tf_keras", reason="the extra [test] brings it")
    folder = tmp_path_factory.mktemp("hostile")
    target = {"PORT": str(listening.getsockname()[1]), "TARGET": str(folder / "written")}
    environment = os.environ | target | {"PYTHONPATH": str(CHECKOUT), "CUDA_VISIBLE_DEVICES": ""}
    command = [sys.executable, "-m", "tests.probing.making", str(folder)]
    subprocess.run(command, env=environment, cwd=CHECKOUT, check=True, capture_output=True)
    return folder


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


ENDS: dict[str, tuple[ProbeErrorCode | None, str]] = {
    "endless": (ProbeErrorCode.TIMEOUT, "It took more than 10 seconds while the model ran, and was ended."),
    "exit": (ProbeErrorCode.CRASHED, "The process that ran the model died of it (exit status 3)."),
    "daemon": (None, ""),
    "write": (ProbeErrorCode.RUN_FAILED, "PermissionError: "),
    "socket": (ProbeErrorCode.RUN_FAILED, "PermissionError: 13"),
    "print": (None, ""),
    "deaf": (ProbeErrorCode.TIMEOUT, "It took more than 10 seconds while the model ran, and was ended."),
    "memory": (ProbeErrorCode.OUT_OF_MEMORY, "It took more than 1800 MB of memory, and was ended."),
}


@pytest.mark.parametrize("deed", ENDS)
def test_it_ends_within_its_limits_with_a_sentence_and_leaves_nothing(
    deed: str, models: Path, home: Path, listening: socket.socket, capfd: pytest.CaptureFixture[str]
) -> None:
    started = time.monotonic()
    with Runner() as runner:
        report = probe(str(models / f"{deed}.keras"), Options(limits=LIMITS, unsafe=True, samples=32), runner)
    code, sentence = ENDS[deed]
    assert (report.error.code if report.error is not None else None) is code
    assert report.error is None or sentence in report.error.message
    assert time.monotonic() - started < 120
    assert wait_until_gone(home, 0.0) == []
    assert b"471100" not in b"".join(command_lines())
    assert list(home.iterdir()) == []
    assert not (models / "written").exists()
    with pytest.raises(TimeoutError):
        listening.accept()
    assert capfd.readouterr() == ("", "")


def command_lines() -> Iterator[bytes]:
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            yield path.read_bytes()
        except OSError:
            continue


def test_an_enormous_output_ends_within_its_limits(models: Path, home: Path) -> None:
    with Runner() as runner:
        report = probe(str(models / "enormous.keras"), Options(limits=LIMITS), runner)
    assert report.error is not None
    assert report.error.code is ProbeErrorCode.OUT_OF_MEMORY
    assert wait_until_gone(home, 0.0) == []


WITH_CODE = ("lambda.keras", "lambda.h5", "lambda_2.h5", "lambda_2.keras")


@pytest.mark.parametrize("name", WITH_CODE)
def test_code_in_a_file_is_not_even_handed_over(name: str, models: Path) -> None:
    with Runner() as runner:
        report = probe(str(models / name), Options(), runner)
        assert runner._started is None
    assert report.error is not None
    assert report.error.code is ProbeErrorCode.UNSAFE_CODE
    assert report.error.message == (
        "Layer 'head' holds a Lambda with Python code in the file: it runs only if that is asked for."
    )
    assert report.error.hint == "If you trust where the model comes from: --unsafe"


def test_keras_would_not_run_it_either_and_does_if_asked(models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def let_through(*_: object, **__: object) -> ProbeError | None:
        return None

    with Runner() as runner:
        for name in WITH_CODE:
            report = probe(str(models / name), Options(unsafe=True, samples=16), runner)
            assert report.error is None
            assert report.outcome is ProbeOutcome.UNDETERMINED
            assert {output.seen.low for output in report.outputs} == {0.25}
        monkeypatch.setattr(screening, "refusal", let_through)
        for name in WITH_CODE:
            error = probe(str(models / name), Options(samples=16), runner).error
            assert error is not None
            assert error.code is ProbeErrorCode.UNSAFE_CODE
            assert error.hint == "If you trust where it comes from: --unsafe"

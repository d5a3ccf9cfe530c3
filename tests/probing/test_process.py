"""Whatever a model does to the process that runs it: one sentence, within the limits, and nothing left behind.

The process is the real one, with all its fences; TensorFlow and Keras are stand-ins that do as the model's name says.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from logitcheck.probing.errors import ProbeErrorCode
from logitcheck.probing.probe import Options, probe
from logitcheck.probing.process import Limits, Runner
from logitcheck.probing.report import ProbeOutcome, ProbeReport
from tests.probing import stubbed
from tests.probing.stubbed import MODES, model, processes_in, wait_until_gone

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the processes are looked at in /proc")

CHECKOUT = Path(__file__).parent.parent.parent
LIMITS = Limits(seconds=1.0, megabytes=600)


def told_of(deed: str, folder: Path, limits: Limits = LIMITS) -> ProbeReport:
    """Probe a model that does something; nothing may be left of it."""
    with Runner() as runner:
        report = probe(model(folder.parent, deed), Options(limits=limits), runner)
    assert wait_until_gone(folder, 0.0) == []
    assert list(folder.iterdir()) == []
    return report


def test_a_model_that_does_nothing_is_seen(home: Path) -> None:
    report = told_of("good", home)
    assert report.error is None
    assert report.outcome is ProbeOutcome.OK
    assert report.observations is not None
    assert report.observations.library == "Keras 3.99.0 on TensorFlow " + report.observations.library.rpartition(" ")[2]


def test_no_more_inputs_are_made_than_are_asked_for(home: Path) -> None:
    with Runner() as runner:
        report = probe(model(home.parent, "good"), Options(samples=3), runner)
    assert report.observations is not None
    assert report.observations.samples == 3


ENDS = {
    "segfault": (ProbeErrorCode.CRASHED, "The process that ran the model died of it (SIGSEGV)."),
    "abort": (ProbeErrorCode.CRASHED, "The process that ran the model died of it (SIGABRT)."),
    "exit": (ProbeErrorCode.CRASHED, "The process that ran the model died of it (exit status 3)."),
    "leave": (ProbeErrorCode.CRASHED, "Code of the model ended its process (status 7)."),
    "vanish": (ProbeErrorCode.CRASHED, "The process that ran the model died of it (exit status 0)."),
    "hang": (ProbeErrorCode.TIMEOUT, "It took more than 1 seconds while the model was being loaded, and was ended."),
    "ignore": (ProbeErrorCode.TIMEOUT, "It took more than 1 seconds while the model was being loaded, and was ended."),
    "memory": (ProbeErrorCode.OUT_OF_MEMORY, "It took more than 600 MB of memory, and was ended."),
}


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("deed", ENDS)
def test_each_end_is_a_sentence_and_leaves_nothing(
    deed: str, mode: str, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if mode == "alone" and deed == "vanish":
        pytest.skip("what has a session of its own is not found without a keeper")
    stubbed.choose(monkeypatch, mode)
    started = time.monotonic()
    report = told_of(deed, home, LIMITS if deed != "memory" else Limits(seconds=30.0, megabytes=600))
    assert report.outcome is ProbeOutcome.FAILED
    assert report.error is not None
    assert (report.error.code, report.error.message) == ENDS[deed]
    assert time.monotonic() - started < 30


@pytest.mark.parametrize("mode", ["apart", "kept"])
@pytest.mark.parametrize("deed", ["daemon", "program"])
def test_processes_left_behind_are_ended(deed: str, mode: str, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stubbed.choose(monkeypatch, mode)
    with Runner() as runner:
        report = probe(model(home.parent, deed), Options(limits=LIMITS), runner)
        assert report.outcome is ProbeOutcome.OK
        assert len(list(processes_in(home))) >= 3
    assert wait_until_gone(home, 0.0) == []


def test_printing_megabytes_changes_nothing(home: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert told_of("print", home, Limits(seconds=20.0)).outcome is ProbeOutcome.OK
    assert capfd.readouterr() == ("", "")


def test_nothing_is_written_outside(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("logitcheck.probing.launching._TAKEN_OVER", ("PATH", "REAL_HOME"))
    monkeypatch.setenv("REAL_HOME", str(home.parent))
    before = {path.name for path in home.parent.iterdir()} | {"write.keras"}
    report = told_of("write", home)
    assert report.error is not None
    assert report.error.message.endswith("written: []")
    assert {path.name for path in home.parent.iterdir()} == before
    assert (home.parent / "write.keras").read_bytes() == stubbed.GOOD.read_bytes()


@pytest.mark.parametrize("mode", MODES)
def test_nothing_is_connected(mode: str, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stubbed.choose(monkeypatch, mode)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(0.2)
        report = told_of(f"connect_{listening.getsockname()[1]}", home)
        with pytest.raises(TimeoutError):
            listening.accept()
    assert report.error is not None
    assert report.error.message.endswith("connections: ['PermissionError', 'PermissionError']")


@pytest.mark.parametrize("mode", ["apart", "kept"])
def test_no_other_process_is_killed(mode: str, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stubbed.choose(monkeypatch, mode)
    bystander = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    try:
        report = told_of(f"kill_{bystander.pid}", home)
        assert bystander.poll() is None
    finally:
        bystander.kill()
        bystander.wait()
    assert report.error is not None
    assert report.error.code is ProbeErrorCode.TIMEOUT


def test_a_saved_model_takes_a_fence_around_files(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = CHECKOUT / "tests" / "data" / "saved_model" / "tf2.3" / "sequential_softmax_from_logits"
    stubbed.choose(monkeypatch, "alone")
    with Runner() as runner:
        error = probe(str(folder), Options(limits=LIMITS), runner).error
    assert error is not None
    assert error.code is ProbeErrorCode.UNSAFE_CODE
    assert error.message.startswith("A SavedModel may hold operations that write files")
    assert list(home.iterdir()) == []


def test_forged_answers_are_told_from_real_ones(home: Path) -> None:
    report = told_of("forge", home)
    assert report.error is not None
    assert report.error.code is ProbeErrorCode.CRASHED
    assert "what is no answer" in report.error.message


def test_there_is_nothing_to_read_and_no_secret(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_TOKEN", "abc")
    told = [told_of(deed, home).error for deed in ("input", "environment")]
    assert [error.message.rpartition("ValueError: ")[2] for error in told if error is not None] == [
        "standard input: '', b''",
        "secret: None, home: True",
    ]


def test_one_process_runs_models_one_after_the_other_and_is_replaced_when_it_dies(home: Path) -> None:
    with Runner() as runner:
        options = Options(limits=LIMITS)
        assert probe(model(home.parent, "a"), options, runner).outcome is ProbeOutcome.OK
        first = list(processes_in(home))
        assert probe(model(home.parent, "b"), options, runner).outcome is ProbeOutcome.OK
        assert list(processes_in(home)) == first
        assert probe(model(home.parent, "segfault"), options, runner).outcome is ProbeOutcome.FAILED
        assert probe(model(home.parent, "a"), options, runner).outcome is ProbeOutcome.OK
    assert wait_until_gone(home, 0.0) == []


PARENT = """
import os, sys, tempfile
tempfile.tempdir = sys.argv[1]
from logitcheck.probing import launching
from logitcheck.probing.probe import Options, probe
from logitcheck.probing.process import Runner
real = launching._path
launching._path = lambda: [sys.argv[2], *real()]
with Runner() as runner:
    probe(sys.argv[3], Options(), runner)
"""


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
@pytest.mark.parametrize("deed", ["ignore", "hang", "vanishing"])
def test_all_ends_where_the_process_that_asks_does(number: int, deed: str, home: Path) -> None:
    path = model(home.parent, "ignore" if deed == "vanishing" else deed)
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, str(home), str(stubbed.STUBS), path],
        env=os.environ | {"PYTHONPATH": str(CHECKOUT)},
        stderr=subprocess.DEVNULL,
    )
    deadline = time.monotonic() + 30
    while len(list(processes_in(home))) < 2 and time.monotonic() < deadline:
        time.sleep(0.02)
    time.sleep(0.5 if deed != "vanishing" else 0.0)
    parent.send_signal(number)
    parent.wait(30)
    assert wait_until_gone(home) == []
    deadline = time.monotonic() + 10
    while list(home.iterdir()) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert list(home.iterdir()) == []


def package(folder: Path, name: str, code: str) -> None:
    (folder / name).mkdir()
    (folder / name / "__init__.py").write_text(code)


MISSING = "raise ModuleNotFoundError(\"No module named 'tensorflow'\", name='tensorflow')"


@pytest.mark.parametrize("mode", MODES)
def test_without_tensorflow_it_says_what_to_install(
    mode: str, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package(tmp_path, "tensorflow", MISSING)
    stubbed.put_stubs_first(monkeypatch, also=tmp_path)
    stubbed.choose(monkeypatch, mode)
    error = told_of("good", home).error
    assert error is not None
    assert error.message == "To run a model takes TensorFlow, which is not installed here."
    assert error.hint == "pip install 'logitcheck[tensorflow]'"


def test_a_broken_tensorflow_is_named(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package(tmp_path, "tensorflow", "raise OSError('libfoo.so.1: cannot open')")
    stubbed.put_stubs_first(monkeypatch, also=tmp_path)
    error = told_of("good", home).error
    assert error is not None
    assert error.message == "TensorFlow cannot be imported: OSError: libfoo.so.1: cannot open"


def test_a_tensorflow_that_kills_the_process_is_named(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package(tmp_path, "tensorflow", "import os, signal; os.kill(os.getpid(), signal.SIGILL)")
    stubbed.put_stubs_first(monkeypatch, also=tmp_path)
    error = told_of("good", home).error
    assert error is not None
    assert "SIGILL" in error.message


def test_a_defect_of_ours_leaves_its_last_words(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package(tmp_path, "tensorflow", "")
    stubbed.put_stubs_first(monkeypatch, also=tmp_path)
    error = told_of("good", home).error
    assert error is not None
    assert error.message == (
        "The process that ran the model died of it (exit status 1). Its last words: AttributeError: module 'tensorflow'"
        " has no attribute 'get_logger'"
    )


def test_without_tf_keras_a_file_of_keras_2_says_what_to_install(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = CHECKOUT / "tests" / "data" / "old" / "tf2.8" / "softmax_scce_good.h5"
    told = []
    for name, code in (("absent", MISSING.replace("tensorflow", "tf_keras")), ("broken", "import no_such_thing")):
        package(tmp_path, name, "")
        package(tmp_path / name, "tf_keras", code)
        stubbed.put_stubs_first(monkeypatch, also=tmp_path / name)
        with Runner() as runner:
            told.append(probe(str(old), Options(limits=LIMITS), runner).error)
    assert [error.code for error in told if error is not None] == [ProbeErrorCode.NO_TF_KERAS] * 2
    assert [error.message for error in told if error is not None] == [
        "The model was saved by Keras 1 or 2: to run it takes the package tf-keras, which is not installed.",
        "tf_keras cannot be imported: ModuleNotFoundError: No module named 'no_such_thing'",
    ]
    assert list(home.iterdir()) == []


def test_an_interrupt_while_it_starts_leaves_nothing(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As threads are started, and as the process itself is."""

    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    for place in ("threading.Thread.start", "subprocess.Popen.__init__"):
        with monkeypatch.context() as patched:
            patched.setattr(place, interrupted)
            with Runner() as runner, pytest.raises(KeyboardInterrupt):
                probe(model(home.parent, "good"), Options(limits=LIMITS), runner)
        assert wait_until_gone(home) == []
        assert list(home.iterdir()) == []


def test_what_tensorflow_notes_beside_is_no_last_word() -> None:
    runner = Runner()
    notes = (
        b"I0000 00:00:1795790279.469965       2 cudart_stub.cc:31] Could not find cuda drivers on your machine.\n"
        b"2026-11-27 14:30:00.123456: I tensorflow/core/platform/cpu_feature_guard.cc:210] This binary is optimized.\n"
        b"WARNING: All log messages before absl::InitializeLog() is called are written to STDERR\n"
    )
    runner._words += notes
    assert runner._last_words() == ""
    runner._words[:] = b"terminate called: no such kernel\n" + notes
    assert runner._last_words() == "terminate called: no such kernel"

"""The commands `probe` and `inspect --probe` as a user calls them."""

from __future__ import annotations

import json
import os
import pty
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import jsonschema
import pytest

import logitcheck
from tests.probing.stubbed import processes_in, wait_until_gone
from tests.probing.test_proof import SHARE

CHECKOUT = Path(__file__).parent.parent.parent
SAMPLES = CHECKOUT / "sample_models"
SCHEMAS = Path(logitcheck.__file__).parent
CUSTOM = str(SAMPLES / "custom_head.keras")


def run(*arguments: str, cwd: Path = CHECKOUT, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "logitcheck", *arguments],
        cwd=cwd,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        env={**os.environ, "PYTHONPATH": str(CHECKOUT), "PYTHONIOENCODING": "utf-8", **environment},
    )


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A folder with the module that the custom sample model needs."""
    pytest.importorskip("tf_keras", reason="the extra [test] brings it")
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "layers.py").write_text(SHARE)
    return tmp_path


def test_probe_settles_what_the_file_does_not(own: Path) -> None:
    done = run("probe", CUSTOM, "--import", "own.layers", "--format", "json", cwd=own)
    assert (done.returncode, done.stderr) == (0, "")
    document = json.loads(done.stdout)
    jsonschema.validate(document, json.loads((SCHEMAS / "probing" / "probe.schema.json").read_text(encoding="utf-8")))
    assert document["outcome"] == "ok"
    assert document["run"]["isolation"]["network"] in {"kernel", "python"}
    assert document["outputs"][0]["kind"] == "probabilities"
    assert document["outputs"][0]["by_observation"] is True


def test_inspect_probe_adds_what_was_observed_to_a_report_and_nothing_else(own: Path) -> None:
    paths = [CUSTOM, str(SAMPLES / "softmax_from_logits.keras")]
    plain = json.loads(run("inspect", "--format", "json", *paths, cwd=own).stdout)
    done = run("inspect", "--probe", "--import", "own.layers", "--format", "json", *paths, cwd=own)
    assert (done.returncode, done.stderr) == (1, "")
    probed = json.loads(done.stdout)
    observed = probed["models"][0]["outputs"][0].pop("observed")
    assert plain["models"][0]["findings"][0]["fixes"].pop(0).startswith("Run it with logitcheck probe")
    assert (observed["kind"], observed["axis"], observed["verdict"]) == ("probabilities", -1, "ok")
    assert probed == plain


def test_without_the_module_it_says_what_to_type(tmp_path: Path) -> None:
    done = run("probe", CUSTOM, cwd=tmp_path, COLUMNS="200")
    assert (done.returncode, done.stderr) == (2, "")
    assert "Layer 'predictions' needs the class 'SquaredShare' of the package 'sample_models'" in done.stdout
    assert "--import package.module" in done.stdout


def test_a_missing_file_is_not_run(tmp_path: Path) -> None:
    done = run("probe", "missing.keras", cwd=tmp_path)
    assert done.returncode == 2
    assert "unreadable: " in done.stdout


def test_of_a_folder_of_models_it_says_how_all_are_run(tmp_path: Path) -> None:
    (tmp_path / "my models").mkdir()
    (tmp_path / "my models" / "a.txt").write_text("no model")
    done = run("probe", "my models", cwd=tmp_path, COLUMNS="200")
    assert done.returncode == 2
    assert "To run those of a folder: logitcheck inspect --probe 'my models'" in " ".join(done.stdout.split())


@pytest.mark.parametrize(
    "arguments",
    [
        ("probe",),
        ("probe", "a.keras", "b.keras"),
        ("probe", "a.keras", "--samples", "0"),
        ("probe", "a.keras", "--device", "tpu"),
        ("probe", "a.keras", "--labels", "y.npy"),
        ("check", "--probe", "a.keras"),
        ("inspect", "--import", "a.b", "a.keras"),
        ("inspect", "--timeout", "9", "a.keras"),
        ("inspect", "--memory", "900", "a.keras"),
        ("inspect", "--probe", "--unsafe", "a.keras"),
    ],
    ids=" ".join,
)
def test_what_makes_no_sense_is_refused(arguments: tuple[str, ...]) -> None:
    assert run(*arguments).returncode == 2


def test_help_has_examples() -> None:
    shown = run("probe", "--help").stdout
    for option in ("--data", "--labels", "--import", "--unsafe", "--timeout", "--memory", "--device"):
        assert option in shown
    assert "logitcheck probe model.keras --import my_package.layers" in shown


@pytest.mark.skipif(sys.platform != "linux", reason="a terminal is made with pty")
def test_a_line_on_the_terminal_tells_what_is_waited_for(own: Path) -> None:
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "logitcheck", "probe", CUSTOM, "--import", "own.layers"],
        cwd=own,
        stdout=subprocess.DEVNULL,
        stderr=theirs,
        env={**os.environ, "PYTHONPATH": str(CHECKOUT)},
    )
    os.close(theirs)
    written = b""
    try:
        while some := os.read(ours, 4096):
            written += some
    except OSError:  # the other end is closed
        pass
    assert process.wait() == 0
    assert b"TensorFlow starts ... 1 s" in written
    assert written.endswith(b"\r")
    assert written.rsplit(b"\r", 2)[1].strip() == b""


def test_the_page_shows_what_is_printed(own: Path) -> None:
    """All but the numbers, whose last digits differ from one machine to the next."""
    page = (CHECKOUT / "docs" / "probe.md").read_text(encoding="utf-8")
    shown = page.partition("--import my_package.layers\n")[2].partition("```")[0]
    done = run("probe", CUSTOM, "--import", "own.layers", cwd=own, COLUMNS="80")
    printed = done.stdout.replace(CUSTOM, "sample_models/custom_head.keras")
    assert without_numbers(printed) == without_numbers(shown)


def without_numbers(text: str) -> str:
    return re.sub(r"\d[\d.e-]*|[▁-█ ]{10,}", "#", " ".join(text.split()))


@pytest.mark.skipif(sys.platform != "linux", reason="the processes are looked at in /proc")
@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)], ids=["INT", "TERM"])
def test_a_signal_ends_it_at_once_with_the_status_that_shells_give(number: int, status: int, own: Path) -> None:
    home = own / "temporary"
    home.mkdir()
    process = subprocess.Popen(
        [sys.executable, "-m", "logitcheck", "probe", CUSTOM, "--import", "own.layers"],
        cwd=own,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(CHECKOUT), "TMPDIR": str(home)},
    )
    deadline = time.monotonic() + 30
    while not list(processes_in(home)) and time.monotonic() < deadline:
        time.sleep(0.02)
    process.send_signal(number)
    assert process.communicate(timeout=30) == (b"", b"")
    assert process.returncode == status
    # A keeper that was forked but not yet known to Popen when the signal came ends by its lifeline, a moment later.
    assert wait_until_gone(home, 5.0) == []
    assert list(home.iterdir()) == []

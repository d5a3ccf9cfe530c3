"""The exit statuses of `check`, a test for each row of the table in the README; those of `inspect` are the same."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.building import compiled, custom, dense, loss, sequential, write
from tests.test_cli import run

PLAIN = loss("CategoricalCrossentropy", from_logits=False)
FLAGGED = loss("CategoricalCrossentropy", from_logits=True)


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, with an input for each row."""
    for name in list(os.environ):
        if name.startswith("LOGITCHECK_"):
            monkeypatch.delenv(name)
    write(tmp_path / "good.keras", compiled(sequential(dense("head", 3, "softmax")), PLAIN))
    write(tmp_path / "error.keras", compiled(sequential(dense("head", 3, "softmax")), FLAGGED))
    write(tmp_path / "warning.keras", compiled(sequential(dense("head", 3, "sigmoid")), PLAIN))
    write(tmp_path / "mine.keras", compiled(sequential(custom("Head", "head")), PLAIN))
    (tmp_path / "empty.keras").touch()
    (tmp_path / "nothing").mkdir()
    (tmp_path / "mistaken.toml").write_text("strickt = true")
    monkeypatch.chdir(tmp_path)
    return tmp_path


ROWS = {
    0: (
        "good.keras",
        "mine.keras",
        "warning.keras --fail-on error",
        "error.keras --exit-zero",
        "error.keras --ignore LC101",
        "warning.keras --select LC101",
        "error.keras --exclude error.keras --force-exclude",
        "error.keras --write-baseline",
        "mine.keras --strict --exit-zero",
    ),
    1: (
        "error.keras",
        "warning.keras",
        "good.keras error.keras",
        "mine.keras --fail-on info",
        "mine.keras --strict",
        "error.keras missing.keras",  # 1 wins over 2
        "mine.keras missing.keras --strict",
    ),
    2: (
        "",
        "good.keras --nonsense",
        "good.keras --format xml",
        "good.keras --select LC999",
        "good.keras --config mistaken.toml",
        "good.keras --baseline mistaken.toml",
        "missing.keras",
        "empty.keras",
        "good.keras empty.keras",
        "error.keras empty.keras --exit-zero",
        "error.keras empty.keras --fail-on info --exit-zero",
        "nothing",
        "good.keras --output none/report.txt",
        "error.keras --output none/report.txt",  # nothing could be written: then 2 wins over 1
        "error.keras empty.keras --write-baseline",
    ),
}


@pytest.mark.parametrize(("status", "given"), [(status, given) for status, row in ROWS.items() for given in row])
def test_it_is_what_the_table_says(status: int, given: str) -> None:
    finished = run("check", *given.split())
    assert finished.returncode == status
    assert "Traceback" not in finished.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no full device")
def test_it_is_2_if_standard_output_takes_no_report() -> None:
    with Path("/dev/full").open("w") as full:
        writer = [sys.executable, "-m", "logitcheck", "check", "error.keras"]
        finished = subprocess.run(writer, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert finished.returncode == 2
    assert "the report could not be written" in finished.stderr


def test_a_reader_that_stops_listening_does_not_change_it() -> None:
    writer = [sys.executable, "-m", "logitcheck", "check", *["error.keras"] * 2, "good.keras", "--format", "json"]
    process = subprocess.Popen(writer, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.close()
    assert process.stderr is not None
    assert process.stderr.read() == b""
    process.stderr.close()
    assert process.wait() == 1

"""Processes for tests: one with the real TensorFlow, whose start takes seconds, and a place for those of stand-ins."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from logitcheck.probing.process import Runner
from tests.probing import stubbed

CHECKOUT = Path(__file__).parent.parent.parent


@pytest.fixture(scope="session")
def runner() -> Iterator[Runner]:
    pytest.importorskip("tf_keras", reason="the extra [test] brings it")
    with Runner() as started:
        yield started


@pytest.fixture(scope="session")
def varied(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that `tests.probing.varied` writes."""
    pytest.importorskip("tf_keras", reason="the extra [test] brings it")
    folder = tmp_path_factory.mktemp("varied")
    subprocess.run(
        [sys.executable, "-m", "tests.probing.varied", str(folder)],
        env=os.environ | {"PYTHONPATH": str(CHECKOUT), "CUDA_VISIBLE_DEVICES": "-1"},
        cwd=CHECKOUT,
        check=True,
        capture_output=True,
    )
    return folder


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the folders of processes are made in which stand-ins run, and what those try to write to."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    stubbed.put_stubs_first(monkeypatch)
    return folder

"""One process with the real TensorFlow for all tests that need no other: its start takes seconds."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from logitcheck.probing.process import Runner

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

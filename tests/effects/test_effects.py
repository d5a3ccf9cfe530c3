"""What models really do when they are evaluated and trained, against what logitcheck says of their files.

TensorFlow runs in this process, with Keras 3 and Keras 2; JAX in one of its own. PyTorch runs the same rows in
`benchmarks/effects_torch.py`, since it is too large for every test run.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import warnings
from pathlib import Path
from typing import Any

import pytest

from tests.effects import run
from tests.effects.checking import check
from tests.effects.rows import JAX, ROWS, TENSORFLOW_2, TENSORFLOW_3

ROOT = Path(__file__).parent.parent.parent


def rows(where: str) -> list[str]:
    return [name for name, row in ROWS.items() if where in row.where]


def imported(module: str) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return pytest.importorskip(module, reason="the extra [test] brings it")


@pytest.mark.filterwarnings("ignore")
@pytest.mark.usefixtures("every_saved_model_is_the_same")
@pytest.mark.parametrize("name", rows(TENSORFLOW_3))
def test_keras_3_on_tensorflow_does_what_is_claimed(tmp_path: Path, name: str) -> None:
    check(name, TENSORFLOW_3, run.run(imported("keras"), name, tmp_path))


@pytest.mark.filterwarnings("ignore")
@pytest.mark.usefixtures("every_saved_model_is_the_same")
@pytest.mark.parametrize("name", rows(TENSORFLOW_2))
def test_keras_2_does_what_is_claimed(tmp_path: Path, name: str) -> None:
    check(name, TENSORFLOW_2, run.run(imported("tf_keras"), name, tmp_path))


@pytest.fixture(scope="module")
def on_jax(tmp_path_factory: pytest.TempPathFactory) -> dict[str, run.Run]:
    """Every row run by JAX, in one process of its own: the backend is chosen once in a process."""
    imported("jax")
    command = [sys.executable, "-m", "tests.effects.run", str(tmp_path_factory.mktemp("jax"))]
    environment = {**os.environ, "KERAS_BACKEND": "jax", "JAX_PLATFORMS": "cpu"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    return {name: run.Run(**found) for name, found in json.loads(done.stdout.splitlines()[-1]).items()}


@pytest.mark.parametrize("name", rows(JAX))
def test_keras_3_on_jax_does_what_is_claimed(on_jax: dict[str, run.Run], name: str) -> None:
    check(name, JAX, on_jax[name])

"""A notebook in a real kernel: the report shows its tree, and a training that is wrong ends before it begins."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent.parent
CELLS = {
    "imports": "import keras, numpy, logitcheck\nx, y = numpy.ones((8, 4)), numpy.zeros(8)",
    "model": """\
scores = keras.layers.Dense(3, activation="softmax", name="scores")
model = keras.Sequential([keras.Input((4,)), scores, keras.layers.Reshape((3,), name="out")])
model.compile("sgd", loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True))""",
    "report": "logitcheck.inspect(model)",
    "raise": "model.fit(x, y, verbose=0, callbacks=[logitcheck.LogitCheck()])",
    "warn": "history = model.fit(x, y, verbose=0, callbacks=[logitcheck.LogitCheck('warn')])",
    "mended": """\
model.compile("sgd", loss=keras.losses.SparseCategoricalCrossentropy())
len(model.fit(x, y, verbose=0, callbacks=[logitcheck.LogitCheck()]).history["loss"])""",
}


@pytest.fixture(scope="module")
def outputs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Any]]:
    """What stands below each cell after the notebook was run in a new kernel, with Keras 3 on JAX."""
    for name in ("jax", "keras", "ipykernel"):
        pytest.importorskip(name, reason="the extra [test] brings it")
    nbclient = pytest.importorskip("nbclient", reason="the extra [test] brings it")
    from nbformat import v4

    notebook = v4.new_notebook(cells=[v4.new_code_cell(source) for source in CELLS.values()])
    folder = str(tmp_path_factory.mktemp("jupyter"))
    folders = {"JUPYTER_RUNTIME_DIR": folder, "IPYTHONDIR": folder, "JUPYTER_CONFIG_DIR": folder}
    environment = {**os.environ, **folders, "KERAS_BACKEND": "jax", "JAX_PLATFORMS": "cpu"}
    client = nbclient.NotebookClient(
        notebook, timeout=60, kernel_name="python3", allow_errors=True, resources={"metadata": {"path": str(ROOT)}}
    )
    client.execute(env=environment)
    return {name: cell.outputs for name, cell in zip(CELLS, notebook.cells, strict=True)}


pytestmark = pytest.mark.filterwarnings("ignore")  # those of nbclient and what it brings


def test_it_runs(outputs: dict[str, list[Any]]) -> None:
    assert outputs["imports"] == []
    assert outputs["model"] == []


def test_the_report_is_shown_with_its_tree(outputs: dict[str, list[Any]]) -> None:
    (shown,) = outputs["report"]
    html = shown["data"]["text/html"]
    assert "<strong>&lt;model sequential&gt;: MISMATCH</strong>" in html
    assert "<ol>\n<li>scores (Dense): softmax, 3 units: probabilities that sum to 1 along axis -1</li>" in html
    assert "With JAX, which the model runs on, the loss activates it a second time" in html


def test_a_training_that_is_wrong_ends_with_what_to_type(outputs: dict[str, list[Any]]) -> None:
    (error,) = outputs["raise"]
    assert error["ename"] == "InconsistentModelError"
    assert "Before the first epoch, logitcheck found 1 error: LC101 probabilities-as-logits." in error["evalue"]
    assert "Fix A  Keep the activation:" in error["evalue"]
    assert error["evalue"] in error["traceback"][-1]


def test_a_warning_stands_at_the_cell(outputs: dict[str, list[Any]]) -> None:
    (warning,) = outputs["warn"]
    assert warning["name"] == "stderr"
    assert "ipykernel" in warning["text"].splitlines()[0]
    assert "LogitcheckWarning: Before the first epoch, logitcheck found 1 error" in warning["text"]
    assert warning["text"].count("Before the first epoch") == 1


def test_after_the_fix_it_trains_in_silence(outputs: dict[str, list[Any]]) -> None:
    (trained,) = outputs["mended"]
    assert trained["data"]["text/plain"] == "1"

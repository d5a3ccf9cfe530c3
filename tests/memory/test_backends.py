"""The same on JAX, in one process of its own: the backend is chosen once in a process.

TensorFlow is installed there, too, and not imported: whoever works with JAX does not wait for it.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
ENVIRONMENT = {**os.environ, "KERAS_BACKEND": "jax", "JAX_PLATFORMS": "cpu"}

INSPECTED = """
import sys
import keras
import logitcheck

class Own(keras.layers.Layer):
    def __init__(self, function):
        super().__init__()
        self.function = function
    def call(self, inputs):
        return self.function(inputs)

head = keras.layers.Dense(3, activation="softmax", kernel_initializer="he_normal", dtype="mixed_bfloat16")
model = keras.Sequential([keras.Input((4,)), Own(lambda values: values), head])
loss = keras.losses.CategoricalCrossentropy(from_logits=True)
model.compile("adam", loss=loss, metrics=["accuracy", keras.metrics.AUC()])
before = set(sys.modules)
report = logitcheck.inspect(model)
new = {name.partition(".")[0] for name in set(sys.modules) - before} - {"logitcheck"}
foreign = new - set(sys.stdlib_module_names)
assert not foreign, foreign
assert report.backend == "jax", report.backend
assert "With JAX, which the model runs on, the loss activates it a second time" in report.findings[0].message
lazy = sys.modules["keras.src.utils.module_utils"].tensorflow
assert lazy._available is None
assert lazy.available  # it can still be imported where Keras needs it
"""


def test_nothing_is_imported_to_inspect_a_model_on_jax() -> None:
    pytest.importorskip("jax", reason="the extra [test] brings it")
    done = subprocess.run(
        [sys.executable, "-c", INSPECTED], cwd=ROOT, env=ENVIRONMENT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_jax_does_as_tensorflow_does() -> None:
    pytest.importorskip("jax", reason="the extra [test] brings it")
    files = [f"tests/memory/test_{name}.py" for name in ("callback", "live_losses", "live_layers")]
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-k", "not tf_keras", *files]
    done = subprocess.run(command, cwd=ROOT, env=ENVIRONMENT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout

"""`assert_consistent`, for models and for files."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import logitcheck
from logitcheck.errors import SettingsError
from logitcheck.testing import assert_consistent

SAMPLES = Path(__file__).parent.parent.parent / "sample_models"


def model_of(keras: Any, loss: Any) -> Any:
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, name="head")], name="mine")
    model.compile("sgd", loss=loss)
    return model


def test_a_model_that_is_right_passes(keras: Any) -> None:
    assert_consistent(model_of(keras, keras.losses.SparseCategoricalCrossentropy(from_logits=True)))
    assert_consistent(model_of(keras, "mse"), strict=True)


def test_the_text_of_the_error_is_the_report(keras: Any) -> None:
    with pytest.raises(AssertionError) as caught:
        assert_consistent(model_of(keras, "sparse_categorical_crossentropy"))
    text = str(caught.value)
    assert text.startswith("<model mine>: MISMATCH\n  Sequential, compiled, in memory, Keras ")
    assert "└─ head (Dense): linear, 3 units: any real number" in text
    assert text.endswith("Learn more: logitcheck explain LC102")


def test_paths_are_taken_as_well() -> None:
    assert_consistent(SAMPLES / "softmax_good.keras")
    assert_consistent(str(SAMPLES / "logits_good.keras"))
    with pytest.raises(AssertionError, match="LC101"):
        assert_consistent(SAMPLES / "softmax_from_logits.keras")


def test_a_file_that_cannot_be_read_is_not_consistent(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="missing: "):
        assert_consistent(tmp_path / "missing.keras")


def test_what_fails_can_be_chosen() -> None:
    with pytest.raises(AssertionError, match="LC201"):
        assert_consistent(SAMPLES / "metrics_on_logits.keras")
    assert_consistent(SAMPLES / "metrics_on_logits.keras", fail_on="error")
    assert_consistent(SAMPLES / "metrics_on_logits.keras", ignore=["LC2"])
    assert_consistent(SAMPLES / "metrics_on_logits.keras", ignore="LC2")
    with pytest.raises(AssertionError, match="LC401"):
        assert_consistent(SAMPLES / "logits_good.keras", fail_on="info")


def test_what_is_not_known_fails_only_if_it_is_asked_for() -> None:
    assert_consistent(SAMPLES / "custom_head.keras")
    with pytest.raises(AssertionError, match="LC402"):
        assert_consistent(SAMPLES / "custom_head.keras", strict=True)


def test_wrong_arguments_are_no_assertions() -> None:
    with pytest.raises(ValueError, match="fail_on should be one of"):
        assert_consistent(SAMPLES / "softmax_good.keras", fail_on="mismatch")
    with pytest.raises(SettingsError, match="LC999"):
        assert_consistent(SAMPLES / "softmax_good.keras", ignore="LC999")


def test_it_needs_no_pytest() -> None:
    path = str(SAMPLES / "softmax_good.keras")
    probe = f"import sys, logitcheck\nlogitcheck.testing.assert_consistent({path!r})\nsys.exit('pytest' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", probe], check=False).returncode == 0


def test_pytest_shows_the_line_of_the_test(tmp_path: Path) -> None:
    path = str(SAMPLES / "softmax_from_logits.keras")
    test = tmp_path / "test_it.py"
    test.write_text(
        f"from logitcheck.testing import assert_consistent\ndef test_it():\n    assert_consistent({path!r})\n"
    )
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-c", "/dev/null", str(test)]
    shown = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    assert f"assert_consistent({path!r})" in shown
    assert "error LC101 probabilities-as-logits" in shown
    assert "raise AssertionError" not in shown


def test_the_module_is_there_with_the_package() -> None:
    assert logitcheck.testing.assert_consistent is assert_consistent

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


def test_what_is_declared_is_taken_from_settings_unless_it_is_given(
    keras: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def my_ce(*tensors: Any) -> Any:
        return tensors[1]

    model = model_of(keras, my_ce)
    monkeypatch.chdir(tmp_path)
    assert_consistent(model)
    (tmp_path / "logitcheck.toml").write_text('ignore = ["LC1"]\n[losses]\nmy_ce = "probabilities"\n')
    with pytest.raises(AssertionError, match="LC102"):
        assert_consistent(model)
    takes = logitcheck.Declarations(losses={"my_ce": logitcheck.DeclaredInput.LOGITS})
    assert_consistent(model, declarations=takes, strict=True)
    path = tmp_path / "deep" / "model.keras"
    path.parent.mkdir()
    model.save(path)
    monkeypatch.chdir("/")
    with pytest.raises(AssertionError, match="LC102"):
        assert_consistent(path)


def test_settings_that_cannot_be_followed_are_no_assertions(
    keras: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "logitcheck.toml").write_text("losses = 3\n")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SettingsError, match=r"logitcheck\.toml"):
        assert_consistent(model_of(keras, "mse"))


def test_a_declaration_says_nothing_of_the_function_of_keras_itself(keras: Any) -> None:
    takes = logitcheck.Declarations(losses={"sparse_categorical_crossentropy": logitcheck.DeclaredInput.LOGITS})
    with pytest.raises(AssertionError, match="LC102"):
        assert_consistent(model_of(keras, keras.losses.sparse_categorical_crossentropy), declarations=takes)

    def sparse_categorical_crossentropy(y_true: Any, y_pred: Any) -> Any:
        return keras.losses.sparse_categorical_crossentropy(y_true, y_pred, from_logits=True)

    assert_consistent(model_of(keras, sparse_categorical_crossentropy), declarations=takes, strict=True)


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

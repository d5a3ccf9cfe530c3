"""A real `model.fit` with the callback: `test_backends.py` runs the same on JAX."""

from __future__ import annotations

import copy
import logging
import pickle
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy
import pytest

import logitcheck
from logitcheck.errors import LogitcheckError, SettingsError

INPUTS = numpy.random.default_rng(0).normal(size=(8, 4)).astype("float32")
LABELS = numpy.arange(8) % 3


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """Let Keras warn of what it likes; the warnings of logitcheck are looked at where they are wanted."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        warnings.simplefilter("error", logitcheck.LogitcheckWarning)
        yield


def model_of(keras: Any, *, is_right: bool = False, **settings: Any) -> Any:
    """A head that learns something even under the wrong flag: all that it puts out at first is in (0, 1)."""
    head = keras.layers.Dense(
        3, name="head", kernel_initializer="zeros", bias_initializer=keras.initializers.Constant(0.2)
    )
    model = keras.Sequential([keras.Input((4,)), head], name="mine")
    model.compile("sgd", loss=keras.losses.SparseCategoricalCrossentropy(from_logits=is_right), **settings)
    return model


def fit(model: Any, check: Any, **settings: Any) -> Any:
    return model.fit(INPUTS, LABELS, epochs=2, batch_size=4, verbose=0, callbacks=[check], **settings).history


def weights(model: Any) -> list[bytes]:
    return [numpy.asarray(weight).tobytes() for weight in model.get_weights()]


def test_raise_stops_before_the_first_batch(keras: Any) -> None:
    model = model_of(keras)
    before = weights(model)
    with pytest.raises(logitcheck.InconsistentModelError) as caught:
        fit(model, logitcheck.LogitCheck())
    assert weights(model) == before
    assert caught.value.report.outcome is logitcheck.Outcome.MISMATCH
    first, *rest = str(caught.value).splitlines()
    assert first == "Before the first epoch, logitcheck found 1 error: LC102 logits-as-probabilities."
    text = "\n".join(rest)
    assert "<model mine>: MISMATCH" in text
    assert "Fix B  Keep the logits:" in text
    assert ".losses.SparseCategoricalCrossentropy(from_logits=True))" in text
    assert text.endswith("To train all the same: LogitCheck('warn'), or LogitCheck(ignore=['LC102']).")


def test_the_model_can_be_mended_and_trained_then(keras: Any) -> None:
    model = model_of(keras)
    with pytest.raises(logitcheck.InconsistentModelError):
        fit(model, logitcheck.LogitCheck())
    model.compile("sgd", loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    assert len(fit(model, logitcheck.LogitCheck())["loss"]) == 2


def test_warn_warns_once_at_the_line_of_fit_and_trains(keras: Any) -> None:
    model = model_of(keras)
    before = weights(model)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("ignore")
        warnings.simplefilter("always", logitcheck.LogitcheckWarning)
        history = fit(model, logitcheck.LogitCheck(action="warn"))
    (warning,) = caught
    assert warning.filename == __file__
    assert "LC102 logits-as-probabilities" in str(warning.message)
    assert "To train all the same" not in str(warning.message)
    assert len(history["loss"]) == 2
    assert weights(model) != before


def test_log_logs_and_trains(keras: Any, caplog: pytest.LogCaptureFixture) -> None:
    history = fit(model_of(keras), logitcheck.LogitCheck(action="log"))
    (record,) = [each for each in caplog.records if each.name == "logitcheck"]
    assert record.levelno == logging.ERROR
    assert "LC102 logits-as-probabilities" in record.getMessage()
    assert len(history["loss"]) == 2


@pytest.mark.parametrize("action", ["raise", "warn", "log"])
def test_of_a_model_that_is_right_nothing_is_said(
    keras: Any, action: str, caplog: pytest.LogCaptureFixture, capsys: Any
) -> None:
    history = fit(model_of(keras, is_right=True), logitcheck.LogitCheck(action), validation_data=(INPUTS, LABELS))
    assert len(history["val_loss"]) == 2
    assert [each for each in caplog.records if each.name == "logitcheck"] == []
    assert capsys.readouterr() == ("", "")


def test_it_stands_beside_other_callbacks_and_goes_with_all_that_keras_calls(keras: Any) -> None:
    model, check = model_of(keras, is_right=True), logitcheck.LogitCheck()
    seen: list[str] = []
    other = keras.callbacks.LambdaCallback(
        on_epoch_end=lambda *_: seen.append("epoch"), on_train_begin=lambda *_: seen.append("begin")
    )
    settings: dict[str, Any] = {"verbose": 0, "callbacks": [other, check]}
    model.fit(INPUTS, LABELS, validation_data=(INPUTS, LABELS), **settings)
    model.evaluate(INPUTS, LABELS, **settings)
    model.predict(INPUTS, **settings)
    assert seen == ["begin", "epoch"]


def test_warnings_count_unless_they_are_not_asked_for(keras: Any) -> None:
    def with_threshold() -> Any:
        model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
        loss = keras.losses.BinaryCrossentropy(from_logits=True)
        model.compile("sgd", loss=loss, metrics=[keras.metrics.BinaryAccuracy()])
        return model

    with pytest.raises(logitcheck.InconsistentModelError, match="1 warning: LC201 threshold-on-logits"):
        fit(with_threshold(), logitcheck.LogitCheck())
    assert fit(with_threshold(), logitcheck.LogitCheck(fail_on="error"))
    assert fit(with_threshold(), logitcheck.LogitCheck(ignore="LC201"))
    assert fit(with_threshold(), logitcheck.LogitCheck(ignore=["threshold-on-logits", "LC3"]))


def test_what_is_not_known_counts_only_if_it_is_asked_for(keras: Any) -> None:
    def own(y_true: Any, y_pred: Any) -> Any:
        return keras.losses.sparse_categorical_crossentropy(y_true, y_pred, from_logits=True)

    model = model_of(keras)
    model.compile("sgd", loss=own)
    assert fit(model, logitcheck.LogitCheck())
    with pytest.raises(logitcheck.InconsistentModelError, match="LC403 unknown-loss"):
        fit(model, logitcheck.LogitCheck(strict=True))


def test_what_is_declared_is_taken_from_settings_unless_it_is_given(
    keras: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def my_ce(y_true: Any, y_pred: Any) -> Any:
        return keras.losses.sparse_categorical_crossentropy(y_true, y_pred, from_logits=True)

    model = model_of(keras)
    model.compile("sgd", loss=my_ce)
    (tmp_path / "logitcheck.toml").write_text('[losses]\nmy_ce = "probabilities"\n')
    monkeypatch.chdir(tmp_path)
    with pytest.raises(logitcheck.InconsistentModelError, match="LC102"):
        fit(model, logitcheck.LogitCheck())
    takes = logitcheck.Declarations(losses={"my_ce": logitcheck.DeclaredInput.LOGITS})
    assert fit(model, logitcheck.LogitCheck(strict=True, declarations=takes))


def test_settings_that_cannot_be_followed_cost_nobody_a_training(
    keras: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "logitcheck.toml").write_text("losses = 3\n")
    monkeypatch.chdir(tmp_path)
    warnings.simplefilter("always", logitcheck.LogitcheckWarning)
    with pytest.warns(logitcheck.LogitcheckWarning, match="settings of logitcheck cannot be followed.*logitcheck.toml"):
        assert fit(model_of(keras), logitcheck.LogitCheck())


def test_a_model_that_is_not_built_is_judged_by_its_layers(keras: Any) -> None:
    model = keras.Sequential([keras.layers.Dense(3)])
    model.compile("sgd", loss="sparse_categorical_crossentropy")
    with pytest.raises(logitcheck.InconsistentModelError, match="LC102"):
        fit(model, logitcheck.LogitCheck())


def test_a_defect_of_logitcheck_costs_nobody_a_training(keras: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(*_: Any, **__: Any) -> Any:
        raise ZeroDivisionError("a defect")

    monkeypatch.setattr("logitcheck.inspection.inspect", failing)
    warnings.simplefilter("always", logitcheck.LogitcheckWarning)
    with pytest.warns(logitcheck.LogitcheckWarning, match="trained unseen .ZeroDivisionError: a defect"):
        history = fit(model_of(keras), logitcheck.LogitCheck())
    assert len(history["loss"]) == 2


def test_a_model_that_cannot_be_read_is_trained_with_a_warning(keras: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("logitcheck.loader.layers.MOST_LAYERS", 1)
    warnings.simplefilter("always", logitcheck.LogitcheckWarning)
    with pytest.warns(logitcheck.LogitcheckWarning, match="cannot judge this model(.|\n)*too-large"):
        history = fit(model_of(keras), logitcheck.LogitCheck())
    assert len(history["loss"]) == 2


def test_the_model_inside_a_wrapper_of_pytorch_is_inspected(keras: Any) -> None:
    wrapper = type("DistributedDataParallel", (), {"module": model_of(keras)})()
    check = logitcheck.LogitCheck()
    check.set_model(wrapper)
    with pytest.raises(logitcheck.InconsistentModelError):
        check.on_train_begin()


def test_it_can_be_copied_and_pickled() -> None:
    check = pickle.loads(pickle.dumps(copy.deepcopy(logitcheck.LogitCheck("log", ignore="LC2"))))
    assert check.action == "log"
    assert check.on_epoch_end(0, logs={}) is None
    assert not hasattr(check, "is_keras")


def test_so_can_the_error(keras: Any) -> None:
    with pytest.raises(LogitcheckError) as caught:
        fit(model_of(keras), logitcheck.LogitCheck())
    again = pickle.loads(pickle.dumps(caught.value))
    assert str(again) == str(caught.value)
    assert again.report == caught.value.report  # type: ignore[attr-defined]


def test_what_it_cannot_do_is_said_at_once() -> None:
    with pytest.raises(ValueError, match="action should be one of 'raise', 'warn', 'log', found 'stop'"):
        logitcheck.LogitCheck("stop")
    with pytest.raises(TypeError, match=r"declarations should be a .*Declarations, found int"):
        logitcheck.LogitCheck(declarations=3)  # type: ignore[arg-type]  # as it is meant
    with pytest.raises(ValueError, match="fail_on should be one of 'error', 'warning', 'info', found 'fatal'"):
        logitcheck.LogitCheck(fail_on="fatal")
    with pytest.raises(SettingsError, match=r"ignore: .*LC999"):
        logitcheck.LogitCheck(ignore=["LC999"])

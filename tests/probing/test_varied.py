"""Models with inputs and outputs of many kinds run on inputs made for them, or on the user's data."""

from __future__ import annotations

import json
from pathlib import Path

import numpy
import pytest

from logitcheck.analyzer.values import Kind
from logitcheck.probing.agreement import Agreement
from logitcheck.probing.errors import ProbeErrorCode
from logitcheck.probing.probe import Options, probe
from logitcheck.probing.process import Runner
from logitcheck.probing.report import ProbeOutcome, ProbeReport
from logitcheck.probing.request import Reading

P, U, L, LP, R = Kind.PROBABILITIES, Kind.UNIT_INTERVAL, Kind.LOGITS, Kind.LOG_PROBABILITIES, Kind.RANGE

RUN: dict[str, tuple[list[Kind], list[str | None]]] = {
    "attention_mask.keras": ([L], ["kernel"]),
    "brain_floats.keras": ([P], ["kernel"]),
    "decided.keras": ([R], [None]),
    "deep_pooling.keras": ([P], ["kernel"]),
    "exported": ([P], ["kernel"]),
    "fixed_rows.keras": ([P], ["recurrent_kernel"]),
    "fixed_rows_2.h5": ([P], ["recurrent_kernel"]),
    "free_length.keras": ([U], ["kernel"]),
    "free_length_2.keras": ([U], ["kernel"]),
    "ids.keras": ([P], ["kernel"]),
    "ids_2.h5": ([P], ["kernel"]),
    "listed_inputs.keras": ([L], [None]),
    "listed_inputs_2.h5": ([L], [None]),
    "many_classes.keras": ([P], ["kernel"]),
    "masked.keras": ([P], ["kernel"]),
    "masked_2.keras": ([P], ["kernel"]),
    "own_layer.h5": ([P], ["kernel"]),
    "own_layer.keras": ([P], ["kernel"]),
    "own_model.keras": ([P], ["kernel"]),
    "pixels.keras": ([LP], ["kernel"]),
    "saved_by_keras_2": ([P], ["head/kernel"]),
    "sentences.keras": ([R], ["embeddings"]),
    "two_inputs.keras": ([L, P], ["a/kernel", "b/kernel"]),
    "two_inputs_2.h5": ([L, P], ["a/kernel", "b/kernel"]),
    "two_inputs_2.keras": ([L, P], ["a/kernel", "b/kernel"]),
    "two_saved_by_keras_2": ([L, P], ["a/kernel", "b/kernel"]),
    "two_tables.keras": ([R], ["embeddings"]),
    "two_tables_2.h5": ([R], ["embeddings"]),
    "unpacked": ([P], ["head/kernel"]),
    "words.keras": ([R], ["embeddings"]),
    "words_2.h5": ([R], ["embeddings"]),
}
"""What the outputs of each model seem to be, and by which weights the gradient of a loss was taken."""


def run(varied: Path, name: str, runner: Runner, monkeypatch: pytest.MonkeyPatch, **settings: object) -> ProbeReport:
    monkeypatch.chdir(varied)
    imports = ("own_layers",) if name.startswith("own") else ()
    return probe(name, Options(samples=48, imports=imports, **settings), runner)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", RUN)
def test_it_runs_and_agrees_with_its_file(
    name: str, varied: Path, runner: Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    report = run(varied, name, runner, monkeypatch)
    assert report.error is None
    assert report.observations is not None
    assert report.observations.samples in {48, 50}
    assert Agreement.CONTRADICTED not in {output.agreement for output in report.outputs}
    kinds, weights = RUN[name]
    assert [output.observed.kind for output in report.outputs] == kinds
    by = [output.seen.loss.weights if output.seen.loss is not None else None for output in report.outputs]
    assert [name and f"/{name}".endswith(f"/{wanted}") for name, wanted in zip(by, weights, strict=True)] == [
        wanted and True for wanted in weights
    ]


def test_steps_of_a_free_length_are_run_in_two_lengths(
    varied: Path, runner: Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    (output,) = run(varied, "masked.keras", runner, monkeypatch).outputs
    assert output.seen.shape == (None, None, 3)


def test_another_length_that_does_not_go_through_is_left(
    varied: Path, runner: Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    report = run(varied, "one_length.keras", runner, monkeypatch)
    assert report.observations is not None
    assert report.observations.samples == 48
    assert report.outputs[0].seen.shape == (None, 8, 2)


def test_a_saved_model_without_its_variables_is_said_not_to_load(runner: Runner) -> None:
    folder = Path(__file__).parent.parent / "data" / "saved_model" / "tf2.3" / "sequential_softmax_from_logits"
    error = probe(str(folder), Options(), runner).error
    assert error is not None
    assert error.code is ProbeErrorCode.LOAD_FAILED
    assert error.message.startswith("TensorFlow cannot load the SavedModel: ")


REFUSED = {
    "sparse.keras": (ProbeErrorCode.INPUT_UNSUPPORTED, "takes sparse tensors"),
    "ragged_2.h5": (ProbeErrorCode.INPUT_UNSUPPORTED, "takes ragged tensors"),
    "ragged_2.keras": (ProbeErrorCode.INPUT_UNSUPPORTED, "takes ragged tensors"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_not_supported_is_said(
    name: str, varied: Path, runner: Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    error = run(varied, name, runner, monkeypatch).error
    assert error is not None
    code, words = REFUSED[name]
    assert error.code is code
    assert words in error.message


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        (
            "own_layer.keras",
            "Layer 'doubled' needs the class 'Doubled', whose code is not in the file.",
        ),
        (
            "own_layer.h5",
            "Layer 'shares_1' needs the class 'Shares' of the package 'own', whose code is not in the file.",
        ),
        ("own_model.keras", "The model needs the class 'Whole', whose code is not in the file."),
    ],
)
def test_code_that_is_elsewhere_is_asked_for(
    name: str, sentence: str, varied: Path, runner: Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(varied)
    error = probe(name, Options(), runner).error
    assert error is not None
    assert error.code is ProbeErrorCode.CUSTOM_OBJECT
    assert error.message == sentence
    module = "package.module" if name.endswith(".h5") else "own_layers"  # HDF5 keeps no module of a registered class
    assert error.hint == f"Type --import {module}, the module that defines and registers it."


def test_a_module_that_cannot_be_imported_is_named(
    varied: Path, runner: Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(varied)
    (varied / "failing.py").write_text("raise ValueError('not today')")
    told = [probe("plain.keras", Options(imports=(name,)), runner).error for name in ("nowhere.at_all", "failing")]
    assert [error.message for error in told if error is not None] == [
        "--import nowhere.at_all: ModuleNotFoundError: No module named 'nowhere'",
        "--import failing: ValueError: not today",
    ]


def test_nothing_of_the_current_folder_is_imported_unasked(
    varied: Path, runner: Runner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A fresh process: the module lies in wait under a name that TensorFlow itself imports."""
    for name in ("tensorflow", "keras", "json", "astor", "own_layers"):
        (tmp_path / f"{name}.py").write_text(f"open({str(tmp_path / 'imported')!r}, 'w')")
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend("")
    with Runner() as fresh:
        assert probe(str(varied / "plain.keras"), Options(samples=16), fresh).error is None
    assert not (tmp_path / "imported").exists()
    del runner


def test_the_file_is_not_touched_and_nothing_made_beside_it(
    varied: Path, runner: Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = {path: path.stat() for path in varied.rglob("*") if "__pycache__" not in path.parts}
    for name in ("plain.keras", "ids_2.h5", "saved_by_keras_2", "unpacked"):
        run(varied, name, runner, monkeypatch)
    after = {path: path.stat() for path in varied.rglob("*") if "__pycache__" not in path.parts}
    assert {path: (status.st_mtime_ns, status.st_size) for path, status in before.items()} == {
        path: (status.st_mtime_ns, status.st_size) for path, status in after.items()
    }


# The user's data


def test_data_and_labels_give_accuracies(varied: Path, runner: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    random = numpy.random.default_rng(1)
    numpy.save(varied / "x.npy", random.normal(size=(40, 4)))
    numpy.save(varied / "y.npy", random.integers(0, 3, size=40))
    report = run(varied, "plain.keras", runner, monkeypatch, data="x.npy", labels="y.npy")
    assert report.observations is not None
    assert (report.observations.samples, report.observations.made) == (40, False)
    numbers = report.outputs[0].seen.loss
    assert numbers is not None
    assert (numbers.labels_given, numbers.samples, numbers.reads) == (True, 40, Reading.CATEGORICAL)
    assert numbers.accuracy is not None
    assert numbers.accuracy.largest is not None
    assert 0 <= numbers.accuracy.largest <= 1


def test_data_for_several_inputs_and_labels_for_several_outputs(
    varied: Path, runner: Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    random = numpy.random.default_rng(1)
    numpy.savez(varied / "x.npz", left=random.normal(size=(9, 2)), right=random.normal(size=(9, 3)))
    numpy.savez(varied / "y.npz", a=random.integers(0, 2, size=9), b=numpy.eye(4)[random.integers(0, 4, size=9)])
    report = run(varied, "two_inputs.keras", runner, monkeypatch, data="x.npz", labels="y.npz")
    assert report.error is None
    first, second = (output.seen.loss for output in report.outputs)
    assert first is not None
    assert second is not None
    assert first.reads is Reading.BINARY
    assert first.accuracy is not None
    assert first.accuracy.above_half is not None
    assert first.accuracy.above_zero is not None
    assert second.labels_given


WRONG_DATA = {
    "shape": (numpy.zeros((5, 3)), "input 'features' takes the shape (samples, 4), and (5, 3) was found"),
    "rank": (numpy.zeros(4), "input 'features' takes the shape (samples, 4), and (4,) was found"),
    "text": (numpy.array([["a"] * 4]), "input 'features' takes numbers, and <U1 was found"),
    "nothing": (numpy.zeros((0, 4)), "there is no sample in it"),
}


@pytest.mark.parametrize("what", WRONG_DATA)
def test_data_that_does_not_fit_is_said_with_what_was_expected(
    what: str, varied: Path, runner: Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    array, sentence = WRONG_DATA[what]
    numpy.save(varied / "wrong.npy", array)
    error = run(varied, "plain.keras", runner, monkeypatch, data="wrong.npy").error
    assert error is not None
    assert error.code is ProbeErrorCode.BAD_DATA
    assert error.message == f"The data does not fit: {sentence}."


def test_files_that_are_no_arrays_are_said(varied: Path, runner: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    numpy.save(varied / "objects.npy", numpy.array([{"a": 1}], dtype=object), allow_pickle=True)
    (varied / "config.npy").write_text(json.dumps({"a": 1}))
    told = [run(varied, "plain.keras", runner, monkeypatch, data=name).error for name in ("objects.npy", "config.npy")]
    assert [error.message for error in told if error is not None] == [
        "'objects.npy' holds Python objects, which are not unpickled.",
        "'config.npy' is neither a .npy nor a .npz file of arrays.",
    ]
    missing = run(varied, "plain.keras", runner, monkeypatch, data="missing.npy").error
    assert missing is not None
    assert missing.message == "There is no file 'missing.npy'."


def test_arrays_of_other_names_are_said(varied: Path, runner: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    numpy.savez(varied / "named.npz", a=numpy.zeros((2, 3)), right=numpy.zeros((2, 3)))
    error = run(varied, "two_inputs.keras", runner, monkeypatch, data="named.npz").error
    assert error is not None
    assert (
        error.message
        == "The data does not fit: the inputs are called ['left', 'right'], and the arrays ['a', 'right']."
    )


@pytest.mark.parametrize(
    ("labels", "sentence"),
    [
        (numpy.array([0, 1, 3, 0]), "class ids from 0 to 2 were expected, and values from 0 to 3 were found"),
        (numpy.zeros((4, 2)), "labels of shape (samples,) or (samples, 3) were expected, and (samples, 2) was found"),
        (numpy.zeros(2, dtype=int), "there are 2 labels for 4 samples"),
        (numpy.array(["a"] * 4), "numbers were expected, and <U1 was found"),
    ],
    ids=["range", "shape", "count", "text"],
)
def test_labels_that_do_not_fit_are_said(
    labels: numpy.ndarray, sentence: str, varied: Path, runner: Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    numpy.save(varied / "x4.npy", numpy.ones((4, 4)))
    numpy.save(varied / "y4.npy", labels)
    error = run(varied, "plain.keras", runner, monkeypatch, data="x4.npy", labels="y4.npy").error
    assert error is not None
    assert error.code is ProbeErrorCode.BAD_LABELS
    assert error.message == f"The labels do not fit: {sentence}."


def test_the_same_seed_makes_the_same_inputs(varied: Path, runner: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    first, again, other = (
        run(varied, "plain.keras", runner, monkeypatch, seed=seed).outputs[0].seen.mean for seed in (1, 1, 2)
    )
    assert first == again
    assert first != other


def test_json_has_no_weights_to_run(varied: Path, runner: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    (varied / "model.json").write_text((varied / "unpacked" / "config.json").read_text())
    report = run(varied, "model.json", runner, monkeypatch)
    assert report.outcome is ProbeOutcome.FAILED
    assert report.error is not None
    assert report.error.code is ProbeErrorCode.NO_WEIGHTS


def test_what_cannot_be_read_cannot_be_run(runner: Runner) -> None:
    for path in ("", "missing.keras"):
        error = probe(path, Options(), runner).error
        assert error is not None
        assert error.code is ProbeErrorCode.UNREADABLE


SIZES = {"ids.keras": (12, 2), "many_classes.keras": (4, 30_000)}
"""Numbers of a sample, and classes."""


@pytest.mark.parametrize("name", SIZES)
def test_a_gradient_is_that_of_all_samples_that_the_loss_is_computed_on(
    name: str, varied: Path, runner: Runner, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Which comes first makes no difference; with labels, that of the first batch alone would be another."""
    size, classes = SIZES[name]
    random = numpy.random.default_rng(3)
    data, labels = random.integers(0, 7, size=(64, size)), random.integers(0, classes, size=64)
    norms = []
    for order in (slice(None), slice(None, None, -1)):
        numpy.save(tmp_path / "x.npy", data[order])
        numpy.save(tmp_path / "y.npy", labels[order])
        given = {"data": str(tmp_path / "x.npy"), "labels": str(tmp_path / "y.npy")}
        monkeypatch.chdir(varied)
        loss = probe(name, Options(**given), runner).outputs[0].seen.loss  # type: ignore[arg-type]
        assert loss is not None
        assert loss.samples == 64
        norms.append([loss.with_logits.at_weights, loss.without_logits.at_weights, loss.with_logits.at_outputs])
    assert norms[0] == pytest.approx(norms[1], rel=1e-4)


def test_data_that_holds_no_numbers_is_told(
    varied: Path, runner: Runner, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    numpy.save(tmp_path / "x.npy", numpy.full((3, 4), numpy.nan))
    report = run(varied, "many_classes.keras", runner, monkeypatch, data=str(tmp_path / "x.npy"))
    assert report.observations is not None
    assert report.observations.odd_inputs == 3
    assert report.outcome is ProbeOutcome.NO_NUMBERS

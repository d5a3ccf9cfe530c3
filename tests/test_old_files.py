"""Files that old versions of Keras wrote (`tests/data/old/make_old_files.py`), judged as their truth says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from logitcheck import inspection
from logitcheck.model import ContainerFormat
from tests.building import codes

OLD = Path(__file__).parent / "data" / "old"
TRUTH: list[dict[str, Any]] = [json.loads(line) for line in (OLD / "truth.jsonl").read_text("utf-8").splitlines()]
KERAS_VERSIONS = {
    "keras1.2.2": "1.2.2",
    "keras2.1.6": "2.1.6",
    "keras2.2.4": "2.2.4",
    "keras2.3.1": "2.3.1",
    "tf1.15": "2.2.4-tf",
    "tf2.3": "2.4.0",
    "tf2.8": "2.8.0",
    "tf2.15": "2.15.0",
    "keras3.0.5": "3.0.5",
    "keras3.3.3": "3.3.3",
    "keras3.6.0": "3.6.0",
    "keras3.9.2": "3.9.2",
}

each_file = pytest.mark.parametrize("truth", TRUTH, ids=[entry["file"] for entry in TRUTH])


def test_every_file_has_its_truth_and_every_truth_its_file() -> None:
    files = {path.relative_to(OLD).as_posix() for path in OLD.rglob("*") if path.suffix in {".h5", ".keras"}}
    assert files == {entry["file"] for entry in TRUTH}


@each_file
def test_the_outcome_is_the_true_one(truth: dict[str, Any]) -> None:
    assert inspection.inspect(OLD / truth["file"]).outcome.value == truth["expect"]


@each_file
def test_each_output_is_what_the_model_really_puts_out(truth: dict[str, Any]) -> None:
    outputs = inspection.inspect(OLD / truth["file"]).outputs
    assert [{"kind": output.kind.value, "axis": output.axis} for output in outputs] == truth["outputs"]


@each_file
def test_the_findings_are_the_true_ones(truth: dict[str, Any]) -> None:
    assert sorted(codes(inspection.inspect(OLD / truth["file"]))) == sorted(truth["codes"])


@each_file
def test_the_version_and_the_format_are_told(truth: dict[str, Any]) -> None:
    report = inspection.inspect(OLD / truth["file"])
    folder, _, name = truth["file"].partition("/")
    assert report.keras_version == KERAS_VERSIONS[folder]
    assert report.format is (ContainerFormat.KERAS if name.endswith(".keras") else ContainerFormat.HDF5)


@each_file
def test_a_model_counts_as_compiled_if_it_was(truth: dict[str, Any]) -> None:
    report = inspection.inspect(OLD / truth["file"])
    assert report.compiled is ("uncompiled" not in truth["file"])


@pytest.mark.parametrize(
    ("file", "backend"),
    [
        ("keras1.2.2/softmax_scce_good.h5", None),
        ("keras2.1.6/softmax_scce_good.h5", "tensorflow"),
        ("tf2.15/softmax_scce_good.h5", "tensorflow"),
        ("tf2.15/softmax_scce_good.keras", None),
        ("keras3.9.2/softmax_scce_good.h5", "tensorflow"),
        ("keras3.9.2/softmax_scce_good.keras", None),
    ],
)
def test_the_backend_is_told_by_hdf5_files_since_keras_2_only(file: str, backend: str | None) -> None:
    assert inspection.inspect(OLD / file).backend == backend

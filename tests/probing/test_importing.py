"""Modules of the user's are imported where models are run, and nowhere else; that one cannot be is said first."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

import logitcheck
from logitcheck.probing import settling
from logitcheck.probing.errors import ProbeErrorCode, RefusalError
from logitcheck.probing.probe import Options, probe
from logitcheck.probing.process import Limits, Runner
from tests.building import compiled, custom, sequential, write
from tests.probing.stubbed import SAMPLES

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="signals have the names of Linux")

LIMITS = Limits(seconds=1.0, megabytes=600)


def lacking(folder: Path) -> str:
    """A model with a layer of a module that nobody names."""
    layer = custom("Head", "head") | {"module": "elsewhere.layers"}
    return str(write(folder / "lacking.keras", compiled(sequential(layer), "categorical_crossentropy")))


BAD_MODULES = {
    "raises": ("raise ValueError('oops')", "--import raises: ValueError: oops"),
    "leaves": ("raise SystemExit(3)", "--import leaves: SystemExit: 3"),
    "crashes": ("__import__('os').abort()", "--import crashes: The process that ran the model died of it (SIGABRT)."),
    "hangs": (
        "while True: pass",
        "--import hangs: It took more than 1 seconds while modules were being imported, and was ended.",
    ),
    "nowhere": (None, "--import nowhere: ModuleNotFoundError: No module named 'nowhere'"),
}


@pytest.mark.parametrize("name", BAD_MODULES)
def test_a_module_that_cannot_be_imported_is_told_before_a_class_that_is_missing(
    name: str, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code, sentence = BAD_MODULES[name]
    monkeypatch.chdir(home.parent)
    if code is not None:
        (home.parent / f"{name}.py").write_text(code)
    with Runner() as runner:
        report = probe(lacking(home.parent), Options(imports=(name,), limits=LIMITS), runner)
    assert report.error is not None
    assert (report.error.code, report.error.message) == (ProbeErrorCode.IMPORT_FAILED, sentence)
    assert name not in sys.modules


def test_a_module_that_can_be_imported_leaves_the_class_to_be_named(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(home.parent)
    (home.parent / "innocent.py").write_text("import sys")
    with Runner() as runner:
        report = probe(lacking(home.parent), Options(imports=("innocent",), limits=LIMITS), runner)
    assert report.error is not None
    assert report.error.code is ProbeErrorCode.CUSTOM_OBJECT
    assert "innocent" not in sys.modules


def test_inspect_refuses_a_module_that_cannot_be_imported(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(home.parent)
    (home.parent / "raises.py").write_text("raise ValueError('oops')")
    report = logitcheck.inspect_all([str(SAMPLES / "custom_head.keras")])
    with pytest.raises(RefusalError, match="--import raises: ValueError: oops"):
        settling.settled(report, Options(imports=("raises",), limits=LIMITS))
    assert "raises" not in sys.modules

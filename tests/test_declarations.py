"""Declarations as data: plain, comparable, and fit to be sent to another process."""

from __future__ import annotations

import pickle
import subprocess
import sys

import pytest

from logitcheck.declarations import NO_DECLARATIONS, Declarations, DeclaredInput, DeclaredOutput

SOME = Declarations(
    layers={"pkg>MySoftmax": DeclaredOutput.PROBABILITIES, "Lambda:halved": DeclaredOutput.LOGITS},
    losses={"my_ce": DeclaredInput.LOGITS},
)


def test_nothing_is_said_unless_it_is() -> None:
    assert not NO_DECLARATIONS
    assert Declarations() == NO_DECLARATIONS


@pytest.mark.parametrize(
    "some",
    [
        Declarations(layers={"Mine": DeclaredOutput.UNCHANGED}),
        Declarations(losses={"my_ce": DeclaredInput.ANY}),
        SOME,
    ],
    ids=["layers", "losses", "both"],
)
def test_anything_said_counts(some: Declarations) -> None:
    assert some


@pytest.mark.parametrize("said", [NO_DECLARATIONS, SOME], ids=["nothing", "something"])
def test_another_process_is_told_the_same(said: Declarations) -> None:
    assert pickle.loads(pickle.dumps(said)) == said


def test_the_words_of_settings_are_values() -> None:
    outputs = ["logits", "probabilities", "unit_interval", "log_probabilities", "unchanged"]
    assert [output.value for output in DeclaredOutput] == outputs
    assert [takes.value for takes in DeclaredInput] == ["logits", "probabilities", "unit_interval", "any"]


def test_reading_settings_imports_nothing_of_the_analyzer() -> None:
    probe = "import sys, logitcheck.declarations\nsys.exit(any('analyzer' in name for name in sys.modules))"
    assert subprocess.run([sys.executable, "-c", probe], check=False).returncode == 0


def test_a_run_without_declarations_does_not_import_how_they_apply() -> None:
    probe = (
        "import sys, logitcheck\n"
        "logitcheck.inspect('sample_models/softmax_good.keras')\n"
        "sys.exit('logitcheck.analyzer.declared' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", probe], check=False).returncode == 0

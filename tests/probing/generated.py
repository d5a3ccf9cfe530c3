"""Probes random models: what is seen of each is held against what logitcheck says of its file."""

from __future__ import annotations

import collections
import dataclasses
import importlib
import random
import warnings
from collections.abc import Iterable
from pathlib import Path

import numpy

from logitcheck.probing.agreement import Agreement
from logitcheck.probing.probe import Options, probe
from logitcheck.probing.process import Runner
from logitcheck.probing.report import ProbeOutcome
from tests.generated.blocks import GENERATIONS
from tests.generated.models import Drawn, Growth
from tests.generated.programs import CUSTOM
from tests.generated.running import runs

MODULES = {"keras": "custom_of_keras", "tf_keras": "custom_of_tf_keras"}
"""Modules with the custom layer of the programs, which `write_modules` writes."""


@dataclasses.dataclass(kw_only=True)
class Figures:
    """What came out. broken: what must not be, in words."""

    models: int = 0
    unusable: int = 0
    agreements: collections.Counter[str] = dataclasses.field(default_factory=collections.Counter)
    kinds: collections.Counter[str] = dataclasses.field(default_factory=collections.Counter)
    settled: collections.Counter[str] = dataclasses.field(default_factory=collections.Counter)
    refused: collections.Counter[str] = dataclasses.field(default_factory=collections.Counter)
    broken: list[str] = dataclasses.field(default_factory=list)


def write_modules(folder: Path) -> None:
    """Put the custom layer of the programs where `--import` finds it."""
    for generation, name in MODULES.items():
        (folder / f"{name}.py").write_text(f"import {generation} as keras\n{CUSTOM}", encoding="utf-8")


def examine(numbers: Iterable[int], folder: Path, runner: Runner) -> Figures:
    """Draw, save and probe the models of these numbers; the current folder must hold the modules."""
    figures = Figures()
    for number in numbers:
        generation = GENERATIONS[number % len(GENERATIONS)]
        drawn = Growth(generation, random.Random(number).choice).grow()
        path = folder / f"model_{number}{drawn.program.suffix}"
        if _saved(drawn, path):
            _examine(drawn, path, runner, figures)
            path.unlink()
        else:
            figures.unusable += 1
    return figures


def _saved(drawn: Drawn, path: Path) -> bool:
    """Give the model wide random weights and save it; tell whether Keras can do that, and load it again."""
    keras = importlib.import_module(drawn.program.generation)
    with warnings.catch_warnings(), numpy.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        try:
            list(runs(drawn.model, 0, times=2, rows=8))
            drawn.model.save(path)
            namespace = {"keras": keras}
            exec(CUSTOM, namespace)
            keras.models.load_model(path, custom_objects=namespace, compile=False, safe_mode=False)
        except Exception:  # noqa: BLE001  Keras fails in many ways
            return False
    return True


def _examine(drawn: Drawn, path: Path, runner: Runner, figures: Figures) -> None:
    generation = drawn.program.generation
    has_custom = any("Custom(" in line for line in drawn.program.lines)
    imports = (MODULES[generation],) if has_custom else ()
    options = Options(samples=64, imports=imports, unsafe=any("Lambda(" in line for line in drawn.program.lines))
    report = probe(str(path), options, runner)
    if report.error is not None:
        figures.refused[report.error.code.value] += 1
        figures.broken.append(f"{path.name}: {report.error.code.value}: {report.error.message}\n{drawn}")
        return
    figures.models += 1
    for output in report.outputs:
        figures.agreements[output.agreement.value] += 1
        if output.agreement is Agreement.UNCLAIMED:
            figures.settled[output.observed.kind.value] += 1
        else:
            figures.kinds[
                f"{output.claim.kind.value if output.claim else None} seen as {output.observed.kind.value}"
            ] += 1
    if report.outcome is ProbeOutcome.DISAGREEMENT:
        found = [*report.contradictions, *(text for output in report.outputs for text in output.contradictions)]
        figures.broken.append(f"{path.name}: {'; '.join(found)}\n{drawn}")

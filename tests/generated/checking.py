"""The whole check of one model: saved, inspected, run, every claim compared."""

from __future__ import annotations

import importlib
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy

import logitcheck
from logitcheck import inspection
from logitcheck.analyzer import OutputAnalysis
from logitcheck.loader import load
from logitcheck.model import SavedModel
from tests.generated.claims import broken, differences, reaches
from tests.generated.maxima import left_out
from tests.generated.models import Drawn
from tests.generated.running import TAME_DRAWS, Results, adapt, runs

_FEW = {"times": 4, "rows": 12}
_MANY = {"times": 400, "rows": 200}


@dataclass(frozen=True, slots=True)
class Checked:
    """What came out: the analyses of the outputs, and every claim that does not hold.

    undefined: how many outputs put out nothing but NaN whatever came in, as 0 / 0 does, where a claim of what is
      reached was to be seen: of numbers that there are not, nothing can be.
    """

    outputs: tuple[OutputAnalysis, ...]
    violations: tuple[str, ...]
    undefined: int = 0


class UnusableModelError(Exception):
    """Keras can build the model, but not save it, run it or load it again."""


def check(drawn: Drawn, folder: Path, seed: int = 0) -> Checked:
    """Save a model, inspect the file, run the model and compare."""
    path = folder / f"model{drawn.program.suffix}"
    with warnings.catch_warnings(), numpy.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        try:
            adapt(drawn.model, seed)
            drawn.model.save(path)
            found = list(runs(drawn.model, seed, **_FEW))
        except Exception as error:
            raise UnusableModelError from error
    if not all(_is_as_declared(tensor, array) for tensor, array in zip(drawn.model.outputs, found[0], strict=False)):
        raise UnusableModelError
    report = logitcheck.inspect(path)
    loaded = load(path)
    if not isinstance(loaded, SavedModel):
        _load_with_keras(drawn.program.generation, path)
        return Checked((), (f"not read, though Keras loads it: {report.error}",))
    _, outputs = inspection.analyzed(path, loaded)
    violations = [
        f"output {position}: {difference}"
        for position, (analysis, output) in enumerate(zip(outputs, report.outputs, strict=True))
        for difference in differences(analysis, output)
    ]
    with warnings.catch_warnings(), numpy.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        broken_claims = list(_against_runs(drawn, outputs, found))
        if broken_claims:
            numbers = left_out(drawn.model, drawn.program.generation, found, seed, **_FEW)
            broken_claims = list(_against_runs(drawn, outputs, numbers))
        violations += broken_claims
        unreached, undefined = _not_reached(drawn, outputs, found, seed)
        if violations and _grows_with_the_batch(drawn, found[0], seed):
            raise UnusableModelError
    return Checked(outputs, (*violations, *unreached), undefined)


def _is_as_declared(tensor: Any, array: Any) -> bool:
    """Whether an array has the shape that Keras says; masks that Keras 2 spreads over another axis make it larger."""
    declared = tuple(tensor.shape)
    sizes = zip(declared, array.shape, strict=False)
    return len(declared) == array.ndim and all(size in {None, actual} for size, actual in sizes)


def _grows_with_the_batch(drawn: Drawn, found: Results, seed: int) -> bool:
    """Whether samples of a larger batch are larger, where Keras 2 spreads a mask over an axis of unknown size."""
    larger = next(runs(drawn.model, seed, times=1, rows=2 * _FEW["rows"]))
    return any(one.shape[1:] != other.shape[1:] for one, other in zip(found, larger, strict=True))


def _load_with_keras(generation: str, path: Path) -> None:
    try:
        importlib.import_module(generation).models.load_model(path, compile=False, safe_mode=False)
    except Exception as error:
        raise UnusableModelError from error


def _against_runs(drawn: Drawn, outputs: Sequence[OutputAnalysis], found: Sequence[Results]) -> Iterator[str]:
    if len(found[0]) != len(outputs):
        yield f"it has {len(found[0])} outputs, not {len(outputs)}"
        return
    for position, analysis in enumerate(outputs):
        for draw, results in enumerate(found):
            tame = draw < TAME_DRAWS
            violation = next(broken(analysis, results[position], masked=drawn.program.masked, tame=tame), None)
            if violation is not None:
                yield f"output {position}: {violation}"
                break


def _not_reached(
    drawn: Drawn, outputs: Sequence[OutputAnalysis], found: Sequence[Results], seed: int
) -> tuple[list[str], int]:
    """Name the claims of what is reached that no run bears out, and count the outputs that are never a number."""
    unreached: list[str] = []
    undefined = 0
    for position, analysis in enumerate(outputs):
        if position >= len(found[0]) or not found[0][position].size:
            continue
        missed = [claim for claim in reaches(analysis.value) if not any(claim[1](turn[position]) for turn in found)]
        if not missed:
            continue
        more = [results[position] for results in runs(drawn.model, seed + 1, **_MANY)]
        if all(numpy.isnan(numbers).all() for numbers in more):
            undefined += 1
            continue
        unreached += [
            f"output {position}: {claim} is not reached"
            for claim, reached in missed
            if not any(reached(numbers) for numbers in more)
        ]
    return unreached, undefined

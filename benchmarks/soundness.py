"""How often what logitcheck claims of random models is false when they run, and how often it claims nothing.

    python -m benchmarks.soundness [--models 20000] [--seed 0] [--jobs 1]

Run it from the root of the checkout, with the extra [test] installed. Every model is drawn from its own number, so
that one that breaks a claim is drawn again with `--seed NUMBER --models 1`; its program is printed as Python code.
Figures of precision are of outputs of models without opaque layers (custom ones and Lambda). The exit status is 1 if a
claim was broken.
"""

from __future__ import annotations

import argparse
import collections
import dataclasses
import gc
import importlib
import logging
import multiprocessing
import os
import random
import sys
import tempfile
import time
import warnings
from collections.abc import Iterator
from pathlib import Path

CHUNK = 500
"""Models in one process, which then makes way for a new one: Keras keeps something of every model."""

FROM_AN_INPUT = "it comes straight from an input of the model"


@dataclasses.dataclass(kw_only=True)
class Figures:
    """What came out for some models."""

    models: int = 0
    unusable: int = 0
    opaque: int = 0
    undefined: int = 0
    broken: list[str] = dataclasses.field(default_factory=list)
    kinds: collections.Counter[str] = dataclasses.field(default_factory=collections.Counter)
    reasons: collections.Counter[str] = dataclasses.field(default_factory=collections.Counter)

    def add(self, other: Figures) -> None:
        """Count in what came out for other models."""
        self.models += other.models
        self.unusable += other.unusable
        self.opaque += other.opaque
        self.undefined += other.undefined
        self.broken += other.broken
        self.kinds += other.kinds
        self.reasons += other.reasons


def examine(numbers: range) -> Figures:
    """Draw, build, inspect and run the models of these numbers."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")
    warnings.simplefilter("ignore")
    tensorflow = importlib.import_module("tensorflow")
    tensorflow.config.threading.set_intra_op_parallelism_threads(1)
    tensorflow.config.threading.set_inter_op_parallelism_threads(1)
    importlib.import_module("absl.logging").set_verbosity("error")
    logging.getLogger("tensorflow").setLevel(logging.ERROR)
    generations = importlib.import_module("tests.generated.blocks").GENERATIONS
    for generation in generations:
        importlib.import_module(generation)
    gc.collect()
    gc.freeze()
    figures = Figures()
    with tempfile.TemporaryDirectory() as folder:
        for number in numbers:
            _examine(number, generations[number % len(generations)], Path(folder), figures)
    return figures


def _examine(number: int, generation: str, folder: Path, figures: Figures) -> None:
    from tests.generated.checking import UnusableModelError, check
    from tests.generated.models import Growth

    drawn = Growth(generation, random.Random(number).choice).grow()
    try:
        checked = check(drawn, folder)
    except UnusableModelError:
        figures.unusable += 1
        return
    figures.models += 1
    figures.undefined += checked.undefined
    figures.broken += [f"model {number}: {violation}\n{drawn}" for violation in checked.violations]
    if drawn.program.opaque:
        figures.opaque += 1
        return
    for output in checked.outputs:
        figures.kinds[output.kind.value] += 1
        if output.kind.value == "unknown":
            figures.reasons[output.value.unknown.reason if output.value.unknown else "no reason"] += 1


def _chunks(first: int, count: int) -> Iterator[range]:
    for start in range(first, first + count, CHUNK):
        yield range(start, min(start + CHUNK, first + count))


def _share(part: int, whole: int) -> str:
    return f"{part} of {whole} ({100 * part / max(whole, 1):.2f} %)"


def _report(figures: Figures, seconds: float) -> None:
    outputs, unknown = figures.kinds.total(), figures.kinds["unknown"]
    from_input = figures.reasons[FROM_AN_INPUT]
    print(f"models: {figures.models} run, {figures.unusable} that Keras cannot save or run, {figures.opaque} opaque")
    print(f"speed: {figures.models / seconds:.1f} models per second")
    print(f"claims that do not hold: {len(figures.broken)}")
    print(f"outputs called reached that are never a number, whatever comes in: {figures.undefined}")
    print("\nOutputs of models without opaque layers:")
    for kind, count in figures.kinds.most_common():
        print(f"  {count:7} {kind}")
    print(f"called unknown: {_share(unknown, outputs)}")
    print(f"the same without what comes straight from an input: {_share(unknown - from_input, outputs - from_input)}")
    for reason, count in figures.reasons.most_common():
        print(f"  {count:7} {reason}")


def main() -> int:
    """Examine random models and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=0, help="number of the first model")
    parser.add_argument("--jobs", type=int, default=1)
    options = parser.parse_args()
    total, started = Figures(), time.perf_counter()
    context = multiprocessing.get_context("spawn")
    with context.Pool(options.jobs, maxtasksperchild=1) as pool:
        for figures in pool.imap_unordered(examine, _chunks(options.seed, options.models)):
            total.add(figures)
            for violation in figures.broken:
                print(violation, flush=True)
            print(f"{total.models} models, {len(total.broken)} broken claims", file=sys.stderr)
    _report(total, time.perf_counter() - started)
    return 1 if total.broken else 0


if __name__ == "__main__":
    sys.exit(main())

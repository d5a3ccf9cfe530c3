"""Random models of Keras 3 and Keras 2: whatever is claimed of their files holds when they run.

The same for as many models as wanted, with figures: `python -m benchmarks.soundness`.
"""

from __future__ import annotations

import gc
import logging
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, note, reject, settings

from tests.generated.blocks import GENERATIONS
from tests.generated.checking import UnusableModelError, check
from tests.generated.models import Drawn, models

MODELS = 520
"""Of each generation. Derandomised: every run draws the same ones, and a failure comes again."""


@pytest.fixture
def quiet() -> Iterator[None]:
    """Let Keras say what it wants; and let the garbage collector look only at what the models leave."""
    loggers = {name: logging.getLogger(name) for name in ("absl", "tensorflow")}
    levels = {name: logger.level for name, logger in loggers.items()}
    for logger in loggers.values():
        logger.setLevel(logging.ERROR)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        gc.collect()
        gc.freeze()
        yield
        gc.unfreeze()
    for name, logger in loggers.items():
        logger.setLevel(levels[name])


@pytest.mark.parametrize("generation", GENERATIONS)
@pytest.mark.usefixtures("quiet")
def test_what_is_claimed_of_a_generated_model_holds_when_it_runs(generation: str, tmp_path: Path) -> None:
    pytest.importorskip(generation, reason="the extra [test] brings it")

    @settings(
        max_examples=MODELS,
        derandomize=True,
        deadline=None,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )
    @given(models(generation))
    def every_claim_holds(drawn: Drawn) -> None:
        try:
            checked = check(drawn, tmp_path)
        except UnusableModelError:
            reject()
        note(drawn.program.code)
        assert checked.violations == ()

    every_claim_holds()

"""Random models, compiled with one loss or another: what is said of each is what is said of its file."""

from __future__ import annotations

import random
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import logitcheck
from tests.generated.blocks import GENERATIONS
from tests.generated.models import Growth
from tests.memory.same import compare, state

MODELS = 150
"""Of each generation."""

LOSSES: tuple[Any, ...] = (
    None,
    "mse",
    "crossentropy",
    "binary_crossentropy",
    ("SparseCategoricalCrossentropy", {"from_logits": True}),
    ("CategoricalCrossentropy", {"label_smoothing": 0.1}),
    ("BinaryFocalCrossentropy", {"from_logits": True}),
    "kl_divergence",
)


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


@pytest.mark.parametrize("generation", GENERATIONS)
def test_a_generated_model_is_what_its_file_is(generation: str, tmp_path: Path) -> None:
    keras: Any = pytest.importorskip(generation, reason="the extra [test] brings it")
    saved = 0
    for seed in range(MODELS):
        choose = random.Random(seed)
        model = Growth(generation, choose.choice).grow().model
        loss = choose.choice(LOSSES)
        if loss is not None:
            given = getattr(keras.losses, loss[0])(**loss[1]) if isinstance(loss, tuple) else loss
            model.compile("sgd", loss=given, metrics=choose.choice([None, ["mae"]]))
        before = state(model)
        report = logitcheck.inspect(model)
        assert state(model) == before
        assert report.error is None
        try:
            model.save(tmp_path / "model.keras")
        except (TypeError, ValueError):
            continue  # what Keras cannot save, it can still be asked
        compare(model, tmp_path / "model.keras")
        saved += 1
    assert saved > MODELS * 0.9

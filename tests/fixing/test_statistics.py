"""A model whose output hangs on what a Normalization learned is fixed by what `inspect` says of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import logitcheck
from logitcheck import FixStatus, Outcome
from tests.building import compiled, layer, loss, sequential
from tests.loader import adapted
from tests.loader.adapted import normalization, replaced, weights

SAME = weights(replaced("0", np.zeros(3, "float32")), replaced("1", np.ones(3, "float32")))
"""With them the layer hands on what it is given: values between 0 and 1."""


def wrong() -> dict[str, Any]:
    start = layer("Activation", "act", activation="sigmoid")
    model = sequential(start, normalization(), shape=(None, 3))
    return compiled(model, loss("BinaryCrossentropy", from_logits=True))


def unpacked(folder: Path) -> Path:
    folder.mkdir()
    (folder / "config.json").write_text(json.dumps(wrong()), "utf-8")
    (folder / "model.weights.h5").write_bytes(SAME)
    return folder


def archived(path: Path) -> Path:
    return adapted.archive(path.with_suffix(".keras"), SAME, config=wrong())


@pytest.mark.parametrize("make", [archived, unpacked])
@pytest.mark.parametrize("in_place", [True, False])
def test_the_loss_is_fixed_for_what_the_weights_say(make: Any, in_place: bool, tmp_path: Path) -> None:
    path = make(tmp_path / "model")
    assert logitcheck.inspect(path).outcome is Outcome.MISMATCH
    output = None if in_place else tmp_path / f"fixed{path.suffix}"
    result = logitcheck.fix(path, in_place=in_place, output=output)
    assert result.status is FixStatus.FIXED
    assert result.before == logitcheck.inspect(path) or in_place
    assert logitcheck.inspect(path if output is None else output).outcome is Outcome.OK

"""What whole numbers may go into the inputs of a graph, told from the file alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from logitcheck.loader import load
from logitcheck.model import SavedModel
from logitcheck.probing import id_ranges

LIMITS = {
    "two_inputs.keras": (None, None),
    "ids.keras": (7,),
    "ids_2.h5": (7,),
    "two_tables.keras": (2, 90),
    "two_tables_2.h5": (2, 90),
    "masked.keras": (9,),
    "words.keras": (None,),
    "plain.keras": (None,),
    "attention_mask.keras": (None, None),
}


@pytest.mark.parametrize("name", LIMITS)
def test_an_input_that_is_looked_up_stays_below_the_size_of_the_table(name: str, varied: Path) -> None:
    model = load(varied / name)
    assert isinstance(model, SavedModel)
    assert model.graph is not None
    assert id_ranges.of_inputs(model.graph) == LIMITS[name]

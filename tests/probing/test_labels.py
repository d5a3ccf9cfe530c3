"""Labels of the user's, and whether they are of the form that the loss takes."""

from __future__ import annotations

from pathlib import Path

import numpy
import pytest

from logitcheck.probing.child.labels import Labels
from logitcheck.probing.child.losses import _is_converted
from logitcheck.probing.request import OutputAsked, Reading

SCORES = numpy.full((4, 3), 1 / 3)
IDS = numpy.array([0, 2, 1, 1])


@pytest.mark.parametrize(("form", "is_rows"), [("ids", False), ("column", False), ("rows", True)])
@pytest.mark.parametrize("sparse", [True, False])
def test_labels_of_another_form_than_the_loss_takes_are_told(
    form: str, is_rows: bool, sparse: bool, tmp_path: Path
) -> None:
    array = {"ids": IDS, "column": IDS[:, None], "rows": numpy.eye(3)[IDS]}[form]
    numpy.save(tmp_path / "y.npy", array)
    labels = Labels(str(tmp_path / "y.npy"), ["head"], 0)
    assert labels.of("head", SCORES, Reading.CATEGORICAL, numpy.arange(4)).tolist() == numpy.eye(3)[IDS].tolist()
    asked = OutputAsked(name="head", reads=Reading.CATEGORICAL, sparse_labels=sparse)
    assert _is_converted(asked, labels, SCORES) == (is_rows == sparse)


def test_drawn_labels_are_of_the_right_form() -> None:
    asked = OutputAsked(name="head", reads=Reading.CATEGORICAL)
    assert not _is_converted(asked, Labels(None, ["head"], 0), SCORES)

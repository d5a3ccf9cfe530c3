"""What comes from the process that runs a model is checked before it is believed."""

from __future__ import annotations

import copy
import json
from dataclasses import replace
from typing import Any

import pytest

from logitcheck.loader.frames import BrokenReplyError
from logitcheck.model import ContainerFormat
from logitcheck.probing import observations
from logitcheck.probing.request import Library, OutputAsked, Reading, Request, of_json, to_json
from tests.probing import seen

GOOD: dict[str, Any] = {
    "library": "Keras 3.15.1 on TensorFlow 2.21.0",
    "samples": 256,
    "seconds": 0.5,
    "made": True,
    "odd_inputs": 0,
    "masked": False,
    "precision": "float32",
    "isolation": {"network": "kernel", "files": "kernel", "processes": "kernel"},
    "outputs": [
        {
            "shape": [None, 3],
            "dtype": "float32",
            "count": 768,
            "low": 0.001,
            "high": 0.998,
            "mean": 0.3333,
            "nan": 0,
            "nan_ordinary": 0,
            "below_all": 0,
            "above_all": 0,
            "below_zero": 0,
            "above_one": 0,
            "whole": False,
            "rising": False,
            "sums": [{"axis": -1, "size": 3, "low": 0.9999999, "high": 1.0000001}],
            "exponential_sums": [],
            "histogram": {"low": 0.05, "high": 0.88, "counts": [10, 0, 80, 1, 20]},
            "loss": {
                "reads": "categorical",
                "axis": -1,
                "classes": 3,
                "samples": 64,
                "labels_given": False,
                "labels_converted": False,
                "with_logits": {"loss": 1.101, "at_outputs": 0.21, "at_weights": 0.05},
                "without_logits": {"loss": 1.167, "at_outputs": 1.05, "at_weights": 0.25},
                "cut": 0,
                "weights": "predictions/kernel",
                "accuracy": None,
            },
        }
    ],
}


def test_what_ours_writes_is_read() -> None:
    assert observations.read(GOOD) == seen.observations(replace(seen.SHARES, loss=seen.NUMBERS))


BROKEN: dict[str, tuple[list[str | int], Any]] = {
    "no text": (["library"], 7),
    "a negative count": (["samples"], -1),
    "a truth for a number": (["samples"], True),
    "a number for a truth": (["masked"], 1),
    "an endless number": (["seconds"], float("inf")),
    "no list": (["outputs"], {}),
    "no number": (["outputs", 0, "low"], "0"),
    "a share above 1": (["outputs", 0, "nan"], 1.5),
    "a negative size": (["outputs", 0, "shape"], [-1]),
    "an axis from the start": (["outputs", 0, "sums", 0, "axis"], 1),
    "an axis that is none": (["outputs", 0, "sums", 0, "axis"], None),
    "NaN": (["outputs", 0, "histogram", "low"], float("nan")),
    "a way to read that there is not": (["outputs", 0, "loss", "reads"], "sideways"),
    "another axis from the start": (["outputs", 0, "loss", "axis"], 1),
    "an output that is no object": (["outputs", 0], 3),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_ours_does_not_write_is_refused(name: str) -> None:
    path, value = BROKEN[name]
    forged = copy.deepcopy(GOOD)
    place: Any = forged
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    with pytest.raises(BrokenReplyError):
        observations.read(forged)


@pytest.mark.parametrize("forged", [None, 3, [], {}, "text"])
def test_anything_else_is_refused(forged: object) -> None:
    with pytest.raises(BrokenReplyError):
        observations.read(forged)


def test_nothing_may_be_missing() -> None:
    for key in GOOD:
        with pytest.raises(BrokenReplyError):
            observations.read({name: value for name, value in GOOD.items() if name != key})


def test_a_request_crosses_the_pipe_as_it_is() -> None:
    request = Request(
        path="/models/ä\udcff.keras",
        container=ContainerFormat.HDF5,
        library=Library.TF_KERAS,
        outputs=(
            OutputAsked(name="a", reads=Reading.BINARY, axis=-1),
            OutputAsked(name=None, reads=None, sparse_labels=True, guessed=True),
        ),
        ids=(None, 7),
        data="/x.npy",
        imports=("a.b", "c"),
        unsafe=True,
    )
    assert of_json(to_json(request)) == request
    assert json.loads(to_json(request))["container"] == "hdf5"

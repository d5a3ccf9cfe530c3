"""Which pixels an interpolation counts negatively: held against TensorFlow, and against models that run."""

from __future__ import annotations

import importlib
import warnings
from pathlib import Path
from typing import Any

import numpy
import pytest

import logitcheck
from logitcheck.analyzer.transfer import sampling
from logitcheck.analyzer.values import Kind
from tests.analyzer.given import call, layer, logits, operation

SIZES = range(1, 10)


def _weights_at_the_border(method: str, before: int, after: int) -> Any:
    """How much each pixel of a row counts for the first one of the row that TensorFlow makes of it."""
    tensorflow = importlib.import_module("tensorflow")
    pixels = numpy.eye(before, dtype="float32")[:, :, None, None]
    return tensorflow.image.resize(pixels, (after, 1), method=method).numpy()[:, 0, 0, 0]


@pytest.mark.parametrize("method", sorted(sampling.OVERSHOOTING))
def test_a_pixel_is_said_to_count_negatively_where_it_does_in_tensorflow(method: str) -> None:
    for before in SIZES:
        for after in SIZES:
            weights = _weights_at_the_border(method, before, after)
            assert weights.sum() == pytest.approx(1.0, abs=1e-4)
            assert sampling.overshoots(before, after) == (weights.min() < -1e-4), (before, after)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param(1, 7, id="a single pixel"),
        pytest.param(4, 4, id="the same size"),
        pytest.param(9, 3, id="every third pixel"),
        pytest.param(1000, 1001, id="nearly on the pixels"),
        pytest.param(None, 3, id="from an unknown size"),
        pytest.param(3, None, id="to an unknown size"),
        pytest.param(3, 0, id="to nothing"),
    ],
)
def test_of_other_sizes_nothing_is_said(before: int | None, after: int | None) -> None:
    assert not sampling.overshoots(before, after)


@pytest.mark.parametrize("option", ["crop_to_aspect_ratio", "pad_to_aspect_ratio", "antialias"])
def test_sizes_alone_tell_of_a_resizing_without_options(option: str) -> None:
    operand = (logits(), (None, 4, 4, 3))
    assert not sampling.is_told_more(call(layer("Resizing", **{option: False}), operand))
    assert sampling.is_told_more(call(layer("Resizing", **{option: True}), operand))


def test_functions_may_be_those_of_tensorflow_1() -> None:
    assert sampling.is_told_more(call(operation("Resize"), (logits(), (None, 4, 4, 3))))


@pytest.fixture(scope="module", params=["keras", "tf_keras"])
def keras(request: pytest.FixtureRequest) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return pytest.importorskip(request.param, reason="the extra [test] brings it")


@pytest.mark.parametrize(
    ("height", "width", "kind"),
    [(3, 2, Kind.LOGITS), (4, 5, Kind.LOGITS), (9, 16, Kind.LOGITS), (4, 8, Kind.UNKNOWN)],
)
@pytest.mark.parametrize("method", ["bicubic", "lanczos3"])
def test_an_image_that_is_never_negative_goes_below_zero_where_that_is_said(
    keras: Any, height: int, width: int, kind: Kind, method: str, tmp_path: Path
) -> None:
    transposed = keras.layers.Conv2DTranspose(4, 2, strides=2, activation="softplus")
    resizing = keras.layers.Resizing(height, width, interpolation=method)
    path = tmp_path / "model.keras"
    model = keras.Sequential([keras.Input((2, 4, 3)), transposed, resizing])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model.save(path)
    (output,) = logitcheck.inspect(path).outputs
    random = numpy.random.default_rng(0)
    for variable in model.weights:
        variable.assign(random.normal(size=tuple(variable.shape)) * 100)
    results = numpy.asarray(model(random.normal(size=(64, 2, 4, 3)).astype("float32")))
    assert output.kind is kind
    assert bool(results.min() < -10.0) is (kind is Kind.LOGITS)
    assert results.max() > 10.0

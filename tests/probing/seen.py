"""Observations made by hand."""

from __future__ import annotations

from dataclasses import replace

from logitcheck.analyzer.losses import Expects, Family
from logitcheck.analyzer.values import Kind
from logitcheck.probing.observations import (
    Accuracy,
    Flagged,
    Histogram,
    Isolation,
    LossNumbers,
    Observations,
    OutputSeen,
    Sums,
)
from logitcheck.probing.request import Reading
from logitcheck.report import LossReport, OutputReport, Verdict

SHARES = OutputSeen(
    shape=(None, 3),
    dtype="float32",
    count=768,
    low=0.001,
    high=0.998,
    mean=0.3333,
    nan=0.0,
    nan_ordinary=0.0,
    below_all=0.0,
    above_all=0.0,
    below_zero=0.0,
    above_one=0.0,
    whole=False,
    rising=False,
    sums=(Sums(axis=-1, size=3, low=0.9999999, high=1.0000001),),
    exponential_sums=(),
    histogram=Histogram(low=0.05, high=0.88, counts=(10, 0, 80, 1, 20)),
    loss=None,
)
NUMBERS = LossNumbers(
    reads=Reading.CATEGORICAL,
    axis=-1,
    classes=3,
    samples=64,
    labels_given=False,
    labels_converted=False,
    with_logits=Flagged(loss=1.101, at_outputs=0.21, at_weights=0.05),
    without_logits=Flagged(loss=1.167, at_outputs=1.05, at_weights=0.25),
    cut=0.0,
    weights="predictions/kernel",
    accuracy=None,
)
ACCURACY = Accuracy(above_half=0.625, above_zero=0.91)


def output(low: float, high: float, **changes: object) -> OutputSeen:
    """An output whose sums are those of nothing in particular."""
    base = replace(
        SHARES,
        low=low,
        high=high,
        below_zero=0.5 if low < 0 else 0.0,
        above_one=0.5 if high > 1 else 0.0,
        sums=(Sums(axis=-1, size=3, low=3 * low, high=3 * high),),
    )
    return replace(base, **changes)  # type: ignore[arg-type]


def observations(*outputs: OutputSeen, precision: str = "float32") -> Observations:
    return Observations(
        library="Keras 3.15.1 on TensorFlow 2.21.0",
        samples=256,
        seconds=0.5,
        made=True,
        odd_inputs=0,
        masked=False,
        precision=precision,
        isolation=Isolation(network="kernel", files="kernel", processes="kernel"),
        outputs=outputs,
    )


def claim(
    kind: Kind = Kind.PROBABILITIES,
    *,
    axis: int | None = None,
    low: float | None = None,
    high: float | None = None,
    classes: int | None = 3,
    from_logits: bool | None = False,
    verdict: Verdict = Verdict.OK,
) -> OutputReport:
    """What a file says of an output."""
    if kind is Kind.PROBABILITIES:
        axis, low, high = axis or -1, 0.0, 1.0
    loss = LossReport(
        name="CategoricalCrossentropy",
        from_logits=from_logits,
        expects=Expects.LOGITS if from_logits else Expects.PROBABILITIES,
        family=Family.CATEGORICAL,
        label="CategoricalCrossentropy",
    )
    return OutputReport(
        name="predictions",
        kind=kind,
        axis=axis,
        low=low,
        high=high,
        classes=classes,
        loss=loss,
        verdict=verdict,
        evidence=(),
    )

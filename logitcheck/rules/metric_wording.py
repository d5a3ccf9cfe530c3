"""The words of findings about metrics: how they are named, and compile code for the version that wrote the file."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from logitcheck.analyzer import effects
from logitcheck.analyzer.metrics import Reading, crossentropy_of
from logitcheck.model import LossForm, SavedModel
from logitcheck.rules import wording
from logitcheck.rules.base import Case

ONLY_THE_NUMBER = "Training and weights are not affected, only the number that is reported: evaluate again."

_RAISING = ((2, 4), (2, 9))
"""First and last Keras whose confusion metrics refuse predictions outside [0, 1]: those of TF 2.3 to 2.9."""

_OPEN_INTERVAL_ONLY = ((3, 0), (3, 4))
"""First and last Keras whose BinaryAccuracy takes no threshold outside (0, 1)."""

_CHECKED = frozenset(
    {
        *("AUC", "Precision", "Recall", "TruePositives", "FalsePositives", "TrueNegatives", "FalseNegatives"),
        *("SensitivityAtSpecificity", "SpecificityAtSensitivity", "PrecisionAtRecall", "RecallAtPrecision"),
    }
)
"""The metrics that those versions check."""


def clause(readings: Sequence[Reading], one: str, several: str) -> str:
    """Write what metrics do, with a verb for one and for several: "Metric 'acc' has", "Metrics AUC and 'acc' have"."""
    return " ".join((verb(readings, "Metric", "Metrics"), metric_names(readings), verb(readings, one, several)))


def metric_names(readings: Sequence[Reading]) -> str:
    """Write metrics as their author wrote them, each once."""
    return listing(list(dict.fromkeys(_label(reading) for reading in readings)))


def listing(items: Sequence[str]) -> str:
    """Write items as a list in a sentence: "A, B and C"."""
    return f"{', '.join(items[:-1])} and {items[-1]}" if len(items) > 1 else items[0]


def verb(readings: Sequence[Reading], one: str, several: str) -> str:
    """Give the form of a word that goes with `metric_names`."""
    return one if len({_label(reading) for reading in readings}) == 1 else several


def subject(readings: Sequence[Reading]) -> str:
    """Write metrics with what a finding about them hangs on, so that a change of it makes another finding."""
    return ", ".join(f"{_label(reading)}{_settings(reading)}" for reading in readings)


def _settings(reading: Reading) -> str:
    given = {"from_logits": reading.metric.from_logits, "thresholds": reading.thresholds}
    return f"({', '.join(f'{name}={value}' for name, value in given.items() if value is not None)})"


def _label(reading: Reading) -> str:
    label = reading.metric.label
    return label if reading.metric.form is LossForm.OBJECT else repr(label)


def stops(model: SavedModel, readings: Sequence[Reading]) -> str:
    """Say that the version that wrote the file stops with an error on values outside [0, 1], if it does."""
    if refuses_values(model) and any(reading.name in _CHECKED for reading in readings):
        return f" Keras {model.keras_version} stops with an error at the first value outside [0, 1]."
    return ""


def refuses_values(model: SavedModel) -> bool:
    """Whether the confusion metrics of the Keras that wrote the file raise on values outside [0, 1]."""
    first, last = _RAISING
    return first <= effects.version(model) <= last


def takes_zero(model: SavedModel, reading: Reading) -> bool:
    """Whether the metric can be given 0 as threshold, and works on logits then, in the version that wrote the file."""
    match reading.name:
        case "BinaryAccuracy":
            return accuracy_takes_zero(model)
        case "BinaryIoU":
            return True
        case _:
            return reading.name in _CHECKED and reading.thresholds is not None and not refuses_values(model)


def accuracy_takes_zero(model: SavedModel) -> bool:
    """Whether BinaryAccuracy can be given 0 as threshold in the version that wrote the file."""
    first, last = _OPEN_INTERVAL_ONLY
    return not first <= effects.version(model) <= last


def metric_code(
    model: SavedModel,
    reading: Reading,
    name: str,
    *parameters: str,
    module: str = "metrics",
    without: Collection[str] = (),
) -> str:
    """Write a metric with its other settings, but those in `without`, as code a person can paste.

    What a string named keeps its name, by which callbacks such as ModelCheckpoint know it.
    """
    own = {*without, *(parameter.partition("=")[0] for parameter in parameters)}
    kept = [f"{key}={value!r}" for key, value in reading.metric.settings if key not in own]
    label = reading.metric.label
    if reading.metric.form is LossForm.STRING and label != snake_case(name) and not reading.metric.settings:
        kept.append(f"name={label!r}")
    return f"{wording.library(model)}.{module}.{name}({', '.join([*parameters, *kept])})"


def snake_case(name: str) -> str:
    """Write the name of a class as Keras writes it as that of an object."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def compile_fix(case: Case, readings: Sequence[Reading], codes: Sequence[str]) -> str:
    """Write the change of the compile call that puts other metrics in the place of `readings`, one code for each."""
    arguments = []
    for weighted, argument in ((False, "metrics"), (True, "weighted_metrics")):
        code = [code for reading, code in zip(readings, codes, strict=True) if reading.metric.weighted is weighted]
        if not code:
            continue
        others = sum(metric.weighted is weighted for metric in case.output.metrics) > len(code)
        listed = ", ".join([*dict.fromkeys(code), *(["..."] if others else [])])
        arguments.append(f"{argument}={wording.for_output(case, f'[{listed}]')}")
    return f"model.compile(..., {', '.join(arguments)})"


def activation_fix(case: Case) -> tuple[str, ...]:
    """Write how to put the activation into the model, so that loss and metrics are given probabilities."""
    judged = crossentropy_of(case.output)
    if judged is None or judged.loss.from_logits is None or not wording.has_flag(case.model):
        return ()
    with_loss = Case(model=case.model, output=case.output, judged=judged)
    activation = wording.activation_for(judged.expectation.family)
    code = wording.loss_code(with_loss, from_logits=False)
    head = wording.with_activation(with_loss, activation)
    return (f"Put the {activation} into the model: {head}  # with loss={code}",)


def has_classes(model: SavedModel) -> bool:
    """Whether the Keras that wrote the file has classes of metrics, as it has losses with a flag: since Keras 2.3."""
    return wording.has_flag(model)

"""LC203: the from_logits of a cross-entropy metric does not fit the output."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from logitcheck.analyzer import effects, metrics
from logitcheck.analyzer.effects import Effect
from logitcheck.analyzer.losses import FOCAL
from logitcheck.analyzer.metrics import Reading, Reads, Scale
from logitcheck.model import CROSSENTROPY_BY_SHAPE, LossForm
from logitcheck.report import Finding, Severity
from logitcheck.rules import metric_wording, wording
from logitcheck.rules.backends import is_saved_elsewhere, is_told_of_one
from logitcheck.rules.base import Case, Rule

_ON_TENSORFLOW: Mapping[Effect | None, str] = {
    Effect.REPAIRED: "notices and reports the right number",
    Effect.REPAIRED_IN_EVALUATE_ONLY: "notices in evaluate() only, and in training applies the activation twice",
    Effect.OTHER_FUNCTION: "applies another activation than that of the output to the values before it",
    Effect.UNKNOWN: "notices from TensorFlow 2.4 on, and before applies the activation twice",
}
"""What becomes of the flag on an activated output, where the activation is not simply applied twice."""


class MetricFlagDisagrees(Rule):
    """A cross-entropy among the metrics has a from_logits that does not fit the output.

    ## What it finds

    A cross-entropy metric without `from_logits=True` on logits, log-probabilities or other values outside [0, 1], and
    one with it on probabilities. A string (`metrics=["binary_crossentropy"]`) or a bare function always means
    `from_logits=False`. Where the loss itself does not fit, its own finding comes first.

    ## Why it matters

    The flag of the loss is not handed on to the metric of the same name. On logits a binary metric takes logarithms of
    values cut to [1e-7, 1 - 1e-7], so that a positive with a logit of -1 costs 16.118 there, and 1.313 in the loss. A
    categorical one divides them by their sum first, negative ones included. With the flag on probabilities the
    activation is applied twice, on JAX and PyTorch always, on TensorFlow where Keras does not notice.

    Training and weights are not affected, so that the verdict on the model stays what it is.

    ## Wrong

    ```python
    model = keras.Sequential([keras.Input((8,)), keras.layers.Dense(1)])
    loss = keras.losses.BinaryCrossentropy(from_logits=True)
    model.compile(loss=loss, metrics=["binary_crossentropy"])
    ```

    ## Right

    ```python
    model = keras.Sequential([keras.Input((8,)), keras.layers.Dense(1)])
    metric = keras.metrics.BinaryCrossentropy(from_logits=True)
    model.compile(loss=keras.losses.BinaryCrossentropy(from_logits=True), metrics=[metric])
    ```

    ## When to ignore it

    When the function among the metrics is your own and only shares its name with that of Keras: the file stores no
    more of it.

    ## References

    - keras/src/metrics/probabilistic_metrics.py: `from_logits=False` is the default of every cross-entropy metric
    """

    code = "LC203"
    name = "metric-flag-disagrees"
    severity = Severity.WARNING

    def check(self, case: Case) -> Iterable[Finding]:
        """Fire on metrics whose flag says the opposite of what the output is, once for each thing that comes of it."""
        found = disagreeing(case)
        without = [reading for reading in found if not reading.metric.from_logits]
        if without:
            yield self._without_flag(case, without)
        told: dict[str, list[Reading]] = {}
        for reading in found:
            if reading.metric.from_logits:
                told.setdefault(_activated(case, reading), []).append(reading)
        yield from (self._with_flag(case, flagged, activated) for activated, flagged in told.items())

    def _without_flag(self, case: Case, found: Sequence[Reading]) -> Finding:
        flagged = metric_wording.clause(found, "has from_logits=False and expects", "have from_logits=False and expect")
        message = (
            f"{flagged} probabilities, but {wording.given(case)}: Keras {_cuts(case, found)}, and the number says"
            f" nothing. {metric_wording.ONLY_THE_NUMBER}"
        )
        if not metric_wording.has_classes(case.model):
            return self.finding(case, message, subject=metric_wording.subject(found))
        codes = [_code(case, reading, "from_logits=True") for reading in found]
        fix = f"Set the flag: {metric_wording.compile_fix(case, found, codes)}"
        return self.finding(case, message, fixes=(fix,), subject=metric_wording.subject(found))

    def _with_flag(self, case: Case, found: Sequence[Reading], activated: str) -> Finding:
        flagged = metric_wording.clause(found, "has from_logits=True and expects", "have from_logits=True and expect")
        message = f"{flagged} logits, but {wording.given(case)}: {activated}"
        codes = [_code(case, reading) for reading in found]
        fix = f"Drop the flag: {metric_wording.compile_fix(case, found, codes)}"
        return self.finding(case, message, fixes=(fix,), subject=metric_wording.subject(found))


def disagreeing(case: Case) -> list[Reading]:
    """Give the cross-entropies among the metrics whose flag says the opposite of what the output is: all the same."""
    if metrics.leaves_probabilities(case.output):
        wrong = False
    elif metrics.scale(case.output) is Scale.PROBABILITIES:
        wrong = True
    else:
        return []
    readings = metrics.readings(case.model, case.output)
    return [each for each in readings if each.reads is Reads.CROSSENTROPY and each.metric.from_logits is wrong]


def _cuts(case: Case, found: Sequence[Reading]) -> str:
    """Say what becomes of the numbers: binary and categorical cross-entropies differ, sparse ones do by backend."""
    names = {class_name(case, reading) for reading in found}
    if all(name.startswith("Binary") for name in names):
        return "cuts them into [1e-7, 1 - 1e-7]"
    if all(name.startswith("Categorical") for name in names):
        return "divides them by their sum, negative ones included, and cuts the shares into [1e-7, 1 - 1e-7]"
    return "takes logarithms of what it cuts into [1e-7, 1 - 1e-7]"


def _activated(case: Case, reading: Reading) -> str:
    """Say what the activation of the metric is applied to."""
    effect = metrics.effect_of_flag(case.model, case.output, reading).tensorflow
    on_tensorflow = None if is_saved_elsewhere(case) else _ON_TENSORFLOW.get(effect)
    if effect is Effect.UNKNOWN and effects.is_hidden(case.output.value) and not is_saved_elsewhere(case):
        on_tensorflow = "notices if it is given the very tensor of an activation of Keras, and else applies it twice"
    elif effect is Effect.UNKNOWN and effects.is_traced(case.output.value):
        on_tensorflow = "notices if it was asked for the activation, and may else apply it twice"
    if on_tensorflow is None:
        return f"the activation is applied twice. {metric_wording.ONLY_THE_NUMBER}"
    others = "" if is_told_of_one(case) else ", on JAX and PyTorch the activation is applied twice"
    so = "Training and weights are not affected." if effect is Effect.REPAIRED else metric_wording.ONLY_THE_NUMBER
    return f"on TensorFlow Keras {on_tensorflow}{others}. {so}"


def _code(case: Case, reading: Reading, *parameters: str) -> str:
    name = class_name(case, reading)
    return metric_wording.metric_code(
        case.model, reading, name, *parameters, module="losses" if name in FOCAL else "metrics"
    )


def class_name(case: Case, reading: Reading) -> str:
    """Give the class to write: the metric that Keras 2 chooses by shape is that of the loss, or what one unit says."""
    if reading.name != CROSSENTROPY_BY_SHAPE:
        return reading.name
    judged = metrics.crossentropy_of(case.output)
    if judged is not None and judged.loss.form is not LossForm.CUSTOM and judged.loss.name.endswith("Crossentropy"):
        return judged.loss.name
    return "BinaryCrossentropy" if case.output.units == 1 else "CategoricalCrossentropy"

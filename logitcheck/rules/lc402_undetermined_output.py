"""LC402: the file does not prove what an output is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from logitcheck.analyzer import JudgedLoss
from logitcheck.analyzer.evidence import describe
from logitcheck.analyzer.losses import Expects
from logitcheck.analyzer.values import Kind
from logitcheck.declarations import DeclaredOutput
from logitcheck.model import ContainerFormat
from logitcheck.report import Finding, Severity
from logitcheck.rules import declared_losses, settings_wording, wording
from logitcheck.rules.base import Case, Rule

RUN_IT = "Run it with logitcheck probe"
"""How the advice begins that is of no use once that was done."""


class UndeterminedOutput(Rule):
    """The file does not prove what the output is.

    ## What it finds

    An output under a loss whose expectation is known, where it depends on something the file does not hold: a custom
    layer, the code of a Lambda, a subclassed model, arithmetic that logitcheck does not follow. Or one that is known
    too little for its loss: values in some range under a loss that wants a distribution.

    The message names the layer at which knowledge ends, and why.

    ## Why it matters

    The pair may be right or wrong; logitcheck runs nothing of a model, and does not guess. The verdict is
    "undetermined", and the exit status 0, unless `--strict` is given.

    A softmax or sigmoid behind the unknown layer is enough to decide, whatever that layer does. And what a layer of
    your own puts out can be said in pyproject.toml, under its class or, of a Lambda, its class and name:

    ```
    [tool.logitcheck.layers]
    "pkg>MySoftmax" = "probabilities"
    "Lambda:halved" = "logits"
    ```

    - `"logits"`: any real number, as from a Dense layer without an activation
    - `"probabilities"`: numbers that are never negative and sum to 1 along the last axis
    - `"unit_interval"`: numbers in [0, 1], each on its own
    - `"log_probabilities"`: logarithms of such probabilities
    - `"unchanged"`: what the layer is given, as of noise, masking or logging

    The class alone (`MySoftmax`) means that of any package. A subclassed model has the key of its class, a layer of
    Keras with an activation of your own its class and name (`Dense:head`). logitcheck takes your word, says so where it
    shows how an output came to be, and judges by it. Layers that it knows cannot be declared.

    ## Fires

    ```python
    model = keras.Sequential(
        [
            keras.Input((8,)),
            keras.layers.Dense(3),
            keras.layers.Lambda(lambda values: values / 2),
        ]
    )
    model.compile(loss="sparse_categorical_crossentropy")
    ```

    ## Silent

    ```python
    model = keras.Sequential(
        [
            keras.Input((8,)),
            keras.layers.Dense(3),
            keras.layers.Lambda(lambda values: values / 2),
            keras.layers.Softmax(),
        ]
    )
    model.compile(loss="sparse_categorical_crossentropy")
    ```

    ## When to ignore it

    When you know what the layer does. To find out, have the model run and looked at, `logitcheck probe model.keras`, or
    look at predict() yourself: do the rows sum to 1, is anything below 0?

    ## References

    - Keras 3, keras/src/layers/core/lambda_layer.py: what is stored of a Lambda is Python bytecode
    """

    code = "LC402"
    name = "undetermined-output"
    severity = Severity.INFO

    def check(self, case: Case) -> Iterable[Finding]:
        """Inform where an output is unknown, or known too little for its loss."""
        judged = case.judged
        if judged is None or judged.expectation.expects is Expects.UNKNOWN:
            return
        value = case.output.value
        if case.output.kind is Kind.UNKNOWN and value.unknown is not None:
            why = (
                f"layer {value.unknown.layer!r}: {value.unknown.reason}"
                if value.unknown.layer
                else value.unknown.reason
            )
            message = f"What {wording.output_words(case)} is cannot be told from {wording.source(case.model)} ({why})."
        else:
            message = (
                f"{wording.sentence(wording.output_words(case))} has {describe(value)}; whether that is what"
                f" {wording.loss_words(case)} expects, {wording.source(case.model)} does not prove."
            )
        yield self.finding(case, message, fixes=(_look(case), *_settings(case, judged)))


def _look(case: Case) -> str:
    look = "at model.predict(...): do rows sum to 1, are there values below 0 or above 1?"
    if case.model.in_memory or case.model.format is ContainerFormat.JSON:
        return f"Look {look}"
    return f"{RUN_IT}, or look {look}"


def _settings(case: Case, judged: JudgedLoss) -> Iterator[str]:
    """Write what settings could say: of the layer where knowledge ends, or more exactly of one they speak of."""
    key = _key(case)
    if key is not None:
        yield settings_wording.say_of_layer(key)
    head = wording.declared_head(case)
    if case.output.kind is Kind.UNIT_INTERVAL and head is not None and head.key is not None:
        entry = settings_wording.layer_entry(head.key, DeclaredOutput.PROBABILITIES)
        yield f"If the scores sum to 1 along the last axis, say so in pyproject.toml: {entry}"
    if case.output.kind is Kind.UNIT_INTERVAL and judged.expectation.is_declared:
        yield f"If the loss scores each unit on its own, say so in pyproject.toml: {declared_losses.each_alone(judged)}"


def _key(case: Case) -> str | None:
    """Give the key of the layer where knowledge ends; of a model without layers in its config, its own."""
    unknown = case.output.value.unknown
    if case.output.kind is not Kind.UNKNOWN or unknown is None:
        return None
    if case.model.graph is None or case.model.traced:
        return case.model.full_class
    return next((step.key for step in case.output.evidence if step.layer == unknown.layer), None)

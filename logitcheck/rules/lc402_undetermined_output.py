"""LC402: the file does not prove what an output is."""

from __future__ import annotations

from collections.abc import Iterable

from logitcheck.analyzer.evidence import describe
from logitcheck.analyzer.losses import Expects
from logitcheck.analyzer.values import Kind
from logitcheck.report import Finding, Severity
from logitcheck.rules import wording
from logitcheck.rules.base import Case, Rule


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

    A softmax or sigmoid behind the unknown layer is enough to decide, whatever that layer does.

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

    When you know what the layer does. To find out, look at predict(): do the rows sum to 1, is anything below 0?

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
        yield self.finding(
            case,
            message,
            fixes=("Look at model.predict(...): do rows sum to 1, are there values below 0 or above 1?",),
        )

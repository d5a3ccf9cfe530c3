"""LC404: there is no loss to compare with."""

from __future__ import annotations

from collections.abc import Iterable

from logitcheck.model import ContainerFormat, Export
from logitcheck.report import Finding, Severity
from logitcheck.rules import wording
from logitcheck.rules.base import Case, Rule

_SETTINGS = dict.fromkeys((ContainerFormat.HDF5, ContainerFormat.SAVED_MODEL), "training_config")
"""Where compile settings stand that do not stand in the config."""

_EXPORTED = {
    Export.FOR_SERVING: (
        "The SavedModel was exported for serving, which stores no loss, so there is none to compare the output with."
    ),
    Export.WITHOUT_METADATA: (
        "The SavedModel holds no loss to compare the output with: it was exported for serving, which stores none; or"
        " keras_metadata.pb, which model.save(...) of Keras 2 writes beside saved_model.pb with the loss in it, was not"
        " copied along: then copy it, too."
    ),
}


class NotCompiled(Rule):
    """No loss is stored for the output, so that there is nothing to compare it with.

    ## What it finds

    A file without compile settings: saved before compile(), with `include_optimizer=False` as `.h5`, made for a
    training loop of your own, or exported for serving, as model.export() and tf.saved_model.save() do. A SavedModel
    of TensorFlow 2.5 to 2.15 that was copied without its keras_metadata.pb, in which the loss stands, looks like an
    export. Or a compiled model with an output that has no loss.

    ## Why it matters

    What the output is can be told all the same, and stands in the report; whether it suits a loss cannot. The pairs
    that are right:

    - a softmax, with a categorical cross-entropy and `from_logits=False`;
    - sigmoids, with a binary one and `from_logits=False`;
    - no activation, with either and `from_logits=True`, or with a regression loss.

    Mistakes that need no loss are found without one: LC105 and LC110.

    ## Fires

    ```python
    model = keras.Sequential([keras.Input((8,)), keras.layers.Dense(3, activation="softmax")])
    ```

    ## Silent

    ```python
    model = keras.Sequential([keras.Input((8,)), keras.layers.Dense(3, activation="softmax")])
    model.compile(loss="sparse_categorical_crossentropy")
    ```

    ## When to ignore it

    When the model is not trained by fit(), or the output is not trained at all. Both are legal, and common.

    ## References

    - keras-team/keras#15420: to compile without a loss is allowed
    """

    code = "LC404"
    name = "not-compiled"
    severity = Severity.INFO

    def check(self, case: Case) -> Iterable[Finding]:
        """Inform once for each output without a loss."""
        if case.judged is not None:
            return
        if case.model.compiled:
            message = f"No loss is compiled for {wording.output_words(case)}, so there is nothing to compare it with."
        elif case.model.exported is not None:
            message = f"{_EXPORTED[case.model.exported]} Inspect the file that model.save(...) wrote to have it judged."
        elif case.model.in_memory:
            message = "The model is not compiled, so there is no loss to compare the output with."
        else:
            where = _SETTINGS.get(case.model.format, "compile_config")
            message = (
                f"The file holds no compile settings (no {where}), so there is no loss to compare the output with."
            )
        yield self.finding(case, message)

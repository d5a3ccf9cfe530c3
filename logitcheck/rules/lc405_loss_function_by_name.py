"""LC405: the loss is known by the name of its function only."""

from __future__ import annotations

from collections.abc import Iterable

from logitcheck.analyzer.losses import Expects
from logitcheck.analyzer.values import Kind
from logitcheck.model import ContainerFormat, LossForm
from logitcheck.report import Finding, Severity
from logitcheck.rules import wording
from logitcheck.rules.base import Case, Rule


class LossFunctionByName(Rule):
    """The file holds the name of a loss function, not the function: a wrapper of the same name looks just the same.

    `def binary_crossentropy(y, p): return keras.losses.binary_crossentropy(y, p, from_logits=True)` is saved as
    "binary_crossentropy". Loaded again, Keras binds its own function, with from_logits=False: the flag is lost.

    Compile with the loss class, which stores its flag.
    """

    code = "LC405"
    name = "loss-function-by-name"
    severity = Severity.INFO

    def check(self, case: Case) -> Iterable[Finding]:
        """Inform where a function of one's own could be behind a built-in name, and would matter."""
        judged = case.judged
        if judged is None or not judged.expectation.is_crossentropy or judged.expectation.expects is Expects.LOGITS:
            return
        by_name = judged.loss.form is LossForm.FUNCTION
        ambiguous = judged.loss.form is LossForm.STRING and case.model.format is ContainerFormat.HDF5
        if not by_name and not (ambiguous and case.output.kind is Kind.LOGITS):
            return
        message = (
            f"The file knows the loss of {wording.output_words(case)} by its name {judged.loss.label!r} only. If you"
            " passed a function of your own with that name, for instance one that sets from_logits=True, it is not what"
            " is judged here;"
            " and Keras itself will load its own function in its place."
        )
        code = wording.loss_code(case.model, judged.loss, from_logits=case.output.kind is Kind.LOGITS)
        yield self.finding(case, message, fixes=(f"Compile with the class, which stores its flag: {code}",))

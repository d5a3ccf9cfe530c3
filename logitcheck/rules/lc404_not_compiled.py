"""LC404: there is no loss to compare with."""

from __future__ import annotations

from collections.abc import Iterable

from logitcheck.model import ContainerFormat
from logitcheck.report import Finding, Severity
from logitcheck.rules import wording
from logitcheck.rules.base import Case, Rule


class NotCompiled(Rule):
    """No loss is stored for the output, so that there is nothing to compare it with.

    The model was saved before compile(), with include_optimizer=False, or is trained by a loop of one's own; an
    output may also have no loss on purpose.

    Save after compile() to have the pair checked.
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
            if case.model.compile_note is not None:
                message += f" {wording.sentence(case.model.compile_note)}."
        else:
            where = "training_config" if case.model.format is ContainerFormat.HDF5 else "compile_config"
            message = (
                f"The file holds no compile settings (no {where}), so there is no loss to compare the output with."
            )
        yield self.finding(case, message)

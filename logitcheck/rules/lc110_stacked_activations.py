"""LC110: one normalising activation on top of another."""

from __future__ import annotations

from collections.abc import Iterable

from logitcheck.analyzer import effects
from logitcheck.analyzer.effects import Effect
from logitcheck.report import Finding, Severity
from logitcheck.rules import wording
from logitcheck.rules.base import Case, Rule


class StackedActivations(Rule):
    """The head activates what is activated already, for instance a softmax on a softmax or on a sigmoid.

    The second activation squashes numbers in [0, 1] once more. With n classes, a softmax of a softmax can give no
    class more than e / (e + n - 1): 73 % of 2, 23 % of 10. Sigmoids of sigmoids lie between 50 and 73 %.

    Remove one of the two layers. It happens easily when Softmax() is put on a model that already ends in one.
    """

    code = "LC110"
    name = "stacked-activations"
    severity = Severity.ERROR

    def check(self, case: Case) -> Iterable[Finding]:
        """Fire where the output's own activation was applied to another activation's numbers."""
        if case.output.value.stacked is None:
            return
        inner, outer = case.output.value.stacked
        where = f"in layer {outer.layer!r} follows {inner.name} in layer {inner.layer!r}"
        message = (
            f"Activation {outer.name} {where} on the way to {wording.output_words(case)}: numbers that are already in"
            f" [0, 1] are squashed a second time.{_ceiling(case, inner.name, outer.name)}"
        )
        fixes = (
            f"Remove layer {outer.layer!r}, or its activation",
            f"Make layer {inner.layer!r} linear: its activation=None",
        )
        effect = effects.everywhere(case.model, Effect.APPLIED_TWICE)
        yield self.finding(case, message, fixes=fixes, effect=effect)


def _ceiling(case: Case, inner: str, outer: str) -> str:
    classes = case.output.classes
    if inner == outer == "softmax" and classes is not None and classes > 1:
        most = 2.718281828459045 / (2.718281828459045 + classes - 1)
        return f" No class can get more than {100 * most:.1f} %."
    return " Every score lies between 50 and 73.1 %." if inner == outer == "sigmoid" else ""

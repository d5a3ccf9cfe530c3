"""LC101: probabilities reach a loss that expects logits."""

from __future__ import annotations

from collections.abc import Iterable
from math import log

from logitcheck.analyzer import effects
from logitcheck.analyzer.effects import BackendEffects, Effect
from logitcheck.analyzer.losses import Expects, Family
from logitcheck.analyzer.values import Kind
from logitcheck.report import Finding, Severity
from logitcheck.rules import wording
from logitcheck.rules.base import Case, Rule

_PLAIN = frozenset({"CategoricalCrossentropy", "SparseCategoricalCrossentropy"})
"""Losses whose value follows from the distribution alone: the numbers of a softmax applied twice are theirs."""


class ProbabilitiesAsLogits(Rule):
    """The output is already activated, but the loss expects logits and activates it again.

    With `from_logits=True` a loss applies its own softmax or sigmoid. On an output that went through one already, the
    probabilities are squashed a second time: with n classes the loss cannot fall below ln(e + n - 1) - 1 and the first
    gradients are n times too small. TensorFlow repairs the plain cases silently, JAX and PyTorch never do.

    Keep the activation and drop the flag, or drop the activation and keep the flag.
    """

    code = "LC101"
    name = "probabilities-as-logits"
    severity = Severity.ERROR

    def check(self, case: Case) -> Iterable[Finding]:
        """Fire on probabilities or values in [0, 1] under a loss that expects logits."""
        judged = case.judged
        if judged is None or judged.expectation.expects is not Expects.LOGITS:
            return
        if case.output.kind not in {Kind.PROBABILITIES, Kind.UNIT_INTERVAL}:
            return
        family = judged.expectation.family
        effect = effects.of_double_activation(case.model, case.output.value, judged.loss, family)
        message = (
            f"The loss {wording.loss_words(case)} expects logits, but {wording.given(case)}. "
            f"{_consequence(case, effect, family)}"
        )
        yield self.finding(case, message, fixes=_fixes(case), effect=effect)


def _consequence(case: Case, effect: BackendEffects, family: Family) -> str:
    twice = f"the loss activates it a second time{_floor(case, family)}"
    if case.model.backend in {"jax", "torch"}:
        return f"With {case.model.backend}, which saved the file, {twice}; scores are too timid: retraining is advised."
    match effect.tensorflow:
        case Effect.REPAIRED:
            others = "" if effect.jax is None else f" On JAX and PyTorch {twice}."
            return (
                "On TensorFlow Keras notices and uses the values before the activation, so that the trained weights are"
                f" good: correct the loss and compile again.{others}"
            )
        case Effect.REPAIRED_IN_EVALUATE_ONLY:
            return f"On TensorFlow Keras repairs this in evaluate() only: in training, and elsewhere always, {twice}."
        case Effect.OTHER_FUNCTION:
            others = "" if effect.jax is None else f" On JAX and PyTorch {twice}."
            return (
                "On TensorFlow Keras trains another function than predict() returns: the loss takes the values before"
                f" the activation.{others}"
            )
        case _:
            return f"On every backend {twice}; scores are too timid, and retraining is advised."


def _floor(case: Case, family: Family) -> str:
    classes = case.output.classes
    loss = case.judged.loss if case.judged is not None else None
    plain = loss is not None and loss.name in _PLAIN and not loss.settings and len(case.model.outputs) == 1
    if (
        not plain
        or family is not Family.CATEGORICAL
        or classes is None
        or classes < 2
        or case.output.kind is not Kind.PROBABILITIES
    ):
        return ""
    floor = wording.double_softmax_floor(classes)
    return (
        f": it cannot fall below {floor:.3f} from a start near {log(classes):.3f}"
        f", and loss + accuracy of about {floor + 1:.3f} in your log would show it"
    )


def _fixes(case: Case) -> tuple[str, ...]:
    judged = case.judged
    assert judged is not None
    drop = f"Drop the activation, keep the loss: {wording.without_activation(case)}"
    if judged.loss.from_logits is None:
        return (drop,)
    return (f"Keep the activation: {wording.compile_fix(case, from_logits=False)}", drop)

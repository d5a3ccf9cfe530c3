"""What is said of a mismatch under a loss of which only settings tell what it takes.

Neither its formula nor what a backend makes of the mismatch is claimed, and no code of it is shown: its class may have
no from_logits, or give it another meaning.
"""

from __future__ import annotations

from collections.abc import Iterator

from logitcheck.analyzer import JudgedLoss, effects
from logitcheck.analyzer.losses import Expects
from logitcheck.analyzer.values import Kind
from logitcheck.declarations import DeclaredInput
from logitcheck.report import Finding
from logitcheck.rules import settings_wording, wording
from logitcheck.rules.base import Case, Rule

OPEN = "What it makes of that is decided by its code, which logitcheck does not see."


def finding(rule: Rule, case: Case, judged: JudgedLoss) -> Finding:
    """Make the finding of a rule that an output is not what the loss takes."""
    message = f"The loss {wording.loss_words(case)} is given something else: {wording.given(case)}. {OPEN}"
    fixes = (_change_output(case, judged), *_change_loss(case, judged))
    return rule.finding(case, message, fixes=fixes, effect=effects.of_declared_loss(case.model))


def _change_output(case: Case, judged: JudgedLoss) -> str:
    """Write how to give the loss what it takes: a distribution over one unit would be constant."""
    if judged.expectation.expects is Expects.LOGITS:
        return f"Drop the activation, keep the loss: {wording.without_activation(case)}"
    is_joint = judged.expectation.expects is Expects.PROBABILITIES and judged.units != 1
    activation = "softmax" if is_joint else "sigmoid"
    match case.output.kind:
        case Kind.RANGE:
            changed = f"Keep the loss: end the model in {wording.new_head(case, activation)}"
        case Kind.LOG_PROBABILITIES:
            changed = f"Use the plain activation, keep the loss: {wording.with_activation(case, activation)}"
        case _:
            changed = f"Add the activation, keep the loss: {wording.with_activation(case, activation)}"
    if judged.expectation.expects is Expects.PROBABILITIES and not is_joint:
        return f"{changed}, and say that one unit is no distribution: {each_alone(judged)}"
    return changed


def _change_loss(case: Case, judged: JudgedLoss) -> Iterator[str]:
    takes = _as_it_is(case)
    if takes is not None:
        entry = settings_wording.loss_entry(judged.key or "", takes)
        taken = settings_wording.TAKEN[Expects(takes.value)]
        yield f"Keep the output: let the loss take {taken}, and say so in pyproject.toml: {entry}"


def _as_it_is(case: Case) -> DeclaredInput | None:
    """Give what a loss has to take for the output to be right as it is; None where no loss is said to take that."""
    match case.output.kind:
        case Kind.PROBABILITIES if case.output.value.axis == -1:
            return DeclaredInput.PROBABILITIES
        case Kind.PROBABILITIES | Kind.UNIT_INTERVAL:
            return DeclaredInput.UNIT_INTERVAL
        case Kind.LOGITS:
            return DeclaredInput.LOGITS
        case Kind.LOG_PROBABILITIES | Kind.RANGE | Kind.UNKNOWN:
            return None


def each_alone(judged: JudgedLoss) -> str:
    """Write the entry that says of a loss that it scores each unit on its own."""
    return settings_wording.loss_entry(judged.key or "", DeclaredInput.UNIT_INTERVAL)

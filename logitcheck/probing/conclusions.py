"""What the numbers of a loss say, in sentences: which value of from_logits they speak for, and what the other costs."""

from __future__ import annotations

import math
from collections.abc import Iterator

from logitcheck.analyzer.effects import Effect
from logitcheck.analyzer.values import Kind
from logitcheck.probing.kinds import Observed
from logitcheck.probing.observations import LossNumbers
from logitcheck.probing.request import Reading
from logitcheck.report import Finding, OutputReport


def of_output(
    numbers: LossNumbers | None, found: Observed, claim: OutputReport | None, findings: tuple[Finding, ...]
) -> Iterator[str]:
    """Conclude from the numbers of one output; nothing is concluded where what it is was not seen."""
    kind = claim.kind if claim is not None and claim.kind is not Kind.UNKNOWN else found.kind
    if numbers is None or found.steady:
        return
    takes_logits = _fitting_flag(kind)
    if takes_logits is None:
        yield "Which value of from_logits is right cannot be told from these outputs."
        return
    compiled = claim.loss.from_logits if claim is not None and claim.loss is not None else None
    yield _of_flag(compiled, takes_logits=takes_logits)
    yield _of_cut(numbers) if takes_logits else _of_second_activation(numbers)
    if compiled and not takes_logits and _is_repaired(findings):
        yield (
            "Keras on TensorFlow sees the activation behind this output and does without the second one in training;"
            " JAX and PyTorch get the numbers above."
        )
    if numbers.accuracy is not None and numbers.reads is Reading.BINARY and takes_logits:
        yield "These are logits: 0 is their threshold. One of 0.5 asks for a probability of 62.2 %."


def chance(numbers: LossNumbers) -> float:
    """Give the loss of who knows nothing: ln n."""
    return math.log(2 if numbers.reads is Reading.BINARY else max(2, numbers.classes))


def _fitting_flag(kind: Kind) -> bool | None:
    match kind:
        case Kind.PROBABILITIES | Kind.UNIT_INTERVAL:
            return False
        case Kind.LOGITS | Kind.LOG_PROBABILITIES:
            return True
        case _:
            return None


def _of_flag(compiled: bool | None, *, takes_logits: bool) -> str:
    what = "logits" if takes_logits else "probabilities"
    if compiled is None:
        return f"The outputs are {what}: from_logits={takes_logits} is the value that fits."
    fits = compiled == takes_logits
    return f"The outputs are {what}: from_logits={compiled}, as compiled, {'fits' if fits else 'does not fit'}."


def _of_second_activation(numbers: LossNumbers) -> str:
    """Say within what a loss stays that activates probabilities again (ln(e + n - 1) and 1 less)."""
    smaller = _times_smaller(numbers)
    gradient = f"; the gradient is {smaller:.3g} times smaller here" if smaller is not None else ""
    if numbers.reads is Reading.BINARY:
        low, high = math.log1p(math.exp(-1)), math.log1p(math.exp(1))
        range_ = (
            f"it stays between {low:.3f} and {high:.3f}, and a perfect model comes to {(low + math.log(2)) / 2:.3f}"
        )
    else:
        top = math.log(math.e + numbers.classes - 1)
        range_ = f"it stays between {top - 1:.3f} and {top:.3f}"
    return f"With from_logits=True the loss activates them once more: {range_}{gradient}."


def _times_smaller(numbers: LossNumbers) -> float | None:
    larger, smaller = numbers.without_logits.at_weights, numbers.with_logits.at_weights
    if larger is None or smaller is None or smaller <= 0 or larger <= smaller:
        return None
    return larger / smaller


def _of_cut(numbers: LossNumbers) -> str:
    share = f"{100 * numbers.cut:.3g} %"
    return (
        f"With from_logits=False the loss takes them for probabilities: {share} of them lie outside (0, 1), where it"
        " cuts them and there is no gradient."
    )


def _is_repaired(findings: tuple[Finding, ...]) -> bool:
    return any(finding.effect is not None and finding.effect.tensorflow is Effect.REPAIRED for finding in findings)

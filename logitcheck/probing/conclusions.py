"""What the numbers of a loss say, in sentences: which value of from_logits they speak for, and what the other costs."""

from __future__ import annotations

import math
from collections.abc import Iterator

from logitcheck.analyzer.effects import Effect
from logitcheck.analyzer.losses import Expects
from logitcheck.analyzer.values import Kind
from logitcheck.probing.kinds import Observed
from logitcheck.probing.observations import LossNumbers, OutputSeen
from logitcheck.probing.request import Reading
from logitcheck.report import Finding, OutputReport, Verdict

_LOOSE = frozenset({Kind.UNKNOWN, Kind.UNIT_INTERVAL, Kind.RANGE})
"""What a file may say of an output that is more than it says: of a distribution, that it lies in [0, 1]."""


def of_output(
    seen: OutputSeen, found: Observed, claim: OutputReport | None, findings: tuple[Finding, ...]
) -> Iterator[str]:
    """Conclude from the numbers of one output; nothing is concluded where what it is was not seen."""
    loss = claim.loss if claim is not None else None
    if seen.has_no_number:
        yield (
            "Nothing that it puts out is a finite number: look for a division by 0, a logarithm of 0, or weights that"
            " are NaN."
        )
    elif found.steady:
        if found.kind is Kind.PROBABILITIES and found.low is not None and math.isclose(found.low, 1, rel_tol=1e-3):
            yield (
                "It puts out nothing but 1, as a softmax over a single unit does: a sigmoid, or a unit for each class,"
                " was probably meant."
            )
    elif seen.loss is None:
        return
    elif loss is not None and loss.expects is Expects.UNKNOWN:
        yield "What this loss takes is unknown, so that nothing can be told of it: the numbers are for comparison only."
    else:
        kind, axis = _what(found, claim)
        compiled = loss.from_logits if loss is not None else None
        unfit = _under_neither_flag(kind, axis, seen.loss)
        takes_logits = _fitting_flag(kind)
        if unfit is not None:
            yield unfit
        elif takes_logits is None:
            yield _of_one_side(seen, compiled)
        else:
            yield from _of_two_flags(seen.loss, kind, compiled, findings, takes_logits=takes_logits)


def _what(found: Observed, claim: OutputReport | None) -> tuple[Kind, int | None]:
    """Tell what an output is: by the file, unless that leaves open whether it fits, and more was seen."""
    if claim is None or claim.kind is Kind.UNKNOWN:
        return found.kind, found.axis
    if claim.verdict is Verdict.UNDETERMINED and claim.kind in _LOOSE and found.kind is not Kind.UNKNOWN:
        return found.kind, found.axis
    return claim.kind, claim.axis


def _under_neither_flag(kind: Kind, axis: int | None, numbers: LossNumbers) -> str | None:
    """Say why an output fits a cross-entropy under no value of from_logits, if that is so."""
    is_binary = numbers.reads is Reading.BINARY
    if kind is Kind.LOG_PROBABILITIES and is_binary:
        return "The outputs are log-probabilities: a binary cross-entropy takes them under no value of from_logits."
    if kind is Kind.UNIT_INTERVAL and not is_binary:
        return (
            "The outputs lie in [0, 1], but do not sum to 1: a categorical cross-entropy takes them under no value of"
            " from_logits, a binary one with from_logits=False."
        )
    if kind is Kind.PROBABILITIES and not is_binary and axis not in {None, numbers.axis}:
        return (
            f"The outputs sum to 1 along axis {axis}, and the loss reads axis {numbers.axis}: no value of from_logits"
            " makes up for that."
        )
    return None


def _of_one_side(seen: OutputSeen, compiled: bool | None) -> str:
    """Say what is certain of numbers of which it is open whether they are logits: that they are no probabilities."""
    shares = {"below 0": seen.below_zero, "above 1": seen.above_one}
    outside = " and ".join(f"{100 * share:.3g} % are {where}" for where, share in shares.items() if share)
    if not outside:
        return "Which value of from_logits is right cannot be told from these outputs."
    if compiled is False:
        said, rest = "as compiled, is wrong", "whether True or another activation was meant"
    else:
        said, rest = "would be wrong", "whether they are the logits that True takes"
    return f"from_logits=False{',' if compiled is False else ''} {said} ({outside}); {rest} cannot be told."


def _of_two_flags(
    numbers: LossNumbers, kind: Kind, compiled: bool | None, findings: tuple[Finding, ...], *, takes_logits: bool
) -> Iterator[str]:
    yield _of_flag(kind, compiled, takes_logits=takes_logits)
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


def _of_flag(kind: Kind, compiled: bool | None, *, takes_logits: bool) -> str:
    what = "logits" if takes_logits else "probabilities"
    if kind is Kind.LOG_PROBABILITIES:
        what = "log-probabilities, which are logits as well"
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

"""What was seen of an output when its model ran, in the words of `probe` and of `inspect --probe`."""

from __future__ import annotations

from logitcheck.analyzer.values import Kind
from logitcheck.report import Verdict

VERDICT_WORDS = {
    Verdict.OK: "fits",
    Verdict.MISMATCH: "does not fit",
    Verdict.UNDETERMINED: "may fit or not fit",
    Verdict.NOT_APPLICABLE: "is nothing to compare with",
}
_KIND_WORDS = {
    Kind.LOGITS: "numbers on both sides of [0, 1], as logits are",
    Kind.PROBABILITIES: "probabilities that sum to 1",
    Kind.UNIT_INTERVAL: "numbers in [0, 1], each on its own",
    Kind.LOG_PROBABILITIES: "log-probabilities, whose exponentials sum to 1",
    Kind.RANGE: "numbers that leave [0, 1] on one side",
    Kind.UNKNOWN: "nothing that could be told",
}


def kind_words(kind: Kind, axis: int | None) -> str:
    """Say what an output seems to be by what was seen of it."""
    return _KIND_WORDS[kind] + (f" along axis {axis}" if axis is not None else "")

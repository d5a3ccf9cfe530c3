"""What an output seems to be, whether that fits its loss, and whether it contradicts what the file is said to prove."""

from __future__ import annotations

from dataclasses import replace

import pytest

from logitcheck.analyzer.losses import Expects, Family
from logitcheck.analyzer.values import Kind
from logitcheck.probing import agreement, kinds
from logitcheck.probing.agreement import Agreement
from logitcheck.probing.observations import OutputSeen, Sums
from logitcheck.report import OutputReport, Verdict
from tests.probing.seen import SHARES, claim, output

ONES = Sums(axis=-1, size=3, low=1.0, high=1.0)

SEEN: dict[str, tuple[OutputSeen, Kind, int | None]] = {
    "shares": (SHARES, Kind.PROBABILITIES, -1),
    "shares, rounded": (replace(SHARES, high=1.00005), Kind.PROBABILITIES, -1),
    "shares along another axis": (
        replace(SHARES, sums=(replace(ONES, high=2.0), replace(ONES, axis=-2))),
        Kind.PROBABILITIES,
        -2,
    ),
    "shares along both": (replace(SHARES, sums=(ONES, replace(ONES, axis=-2))), Kind.PROBABILITIES, -1),
    "shares in half precision": (
        replace(SHARES, dtype="float16", sums=(replace(ONES, low=0.98),)),
        Kind.PROBABILITIES,
        -1,
    ),
    "shares that are not quite": (replace(SHARES, sums=(replace(ONES, low=0.98),)), Kind.UNIT_INTERVAL, None),
    "a softmax over one unit": (
        replace(SHARES, low=1.0, high=1.0, sums=(replace(ONES, size=1),)),
        Kind.PROBABILITIES,
        -1,
    ),
    "scores of one unit": (
        replace(SHARES, sums=(Sums(axis=-1, size=1, low=0.001, high=0.998),)),
        Kind.UNIT_INTERVAL,
        None,
    ),
    "scores": (output(0.0, 1.0), Kind.UNIT_INTERVAL, None),
    "a constant": (output(0.5, 0.5), Kind.UNKNOWN, None),
    "a constant above 1": (output(7.0, 7.0), Kind.UNKNOWN, None),
    "nothing but NaN": (replace(SHARES, low=None, high=None, nan=1.0, sums=()), Kind.UNKNOWN, None),
    "logits": (output(-3.0, 4.0), Kind.LOGITS, None),
    "numbers above 0": (output(0.0, 4.0), Kind.RANGE, None),
    "numbers below 1": (output(-0.96, 0.92), Kind.RANGE, None),
    "up to infinity": (output(0.0, 0.5, above_all=0.1), Kind.RANGE, None),
    "infinite both ways": (output(0.0, 0.5, above_all=0.1, below_all=0.1), Kind.LOGITS, None),
    "log-probabilities": (output(-9.0, -0.1, exponential_sums=(ONES,)), Kind.LOG_PROBABILITIES, -1),
    "logarithms of scores": (
        output(-9.0, -0.1, exponential_sums=(replace(ONES, high=1.5),)),
        Kind.RANGE,
        None,
    ),
}


@pytest.mark.parametrize("name", SEEN)
def test_what_it_seems_to_be(name: str) -> None:
    seen, kind, axis = SEEN[name]
    found = kinds.observed(seen, "float32")
    assert (found.kind, found.axis) == (kind, axis)


def test_the_coarsest_type_computed_in_counts() -> None:
    seen = replace(SHARES, sums=(replace(ONES, low=0.98),))
    assert kinds.observed(seen, "bfloat16").kind is Kind.PROBABILITIES
    assert kinds.observed(seen, "float32").kind is Kind.UNIT_INTERVAL


P, U, L, N, ANY, UNKNOWN = (
    *(Expects.PROBABILITIES, Expects.UNIT_INTERVAL, Expects.LOGITS),
    *(Expects.NON_NEGATIVE, Expects.ANY, Expects.UNKNOWN),
)
OK, WRONG, OPEN, NONE = Verdict.OK, Verdict.MISMATCH, Verdict.UNDETERMINED, Verdict.NOT_APPLICABLE
VERDICTS: dict[str, dict[Expects, Verdict]] = {
    "shares": {P: OK, U: OK, L: WRONG, N: OK, ANY: NONE, UNKNOWN: OPEN},
    "shares along another axis": {P: WRONG, U: OK, L: WRONG, N: OK, ANY: NONE, UNKNOWN: OPEN},
    "scores": {P: WRONG, U: OK, L: WRONG, N: OK, ANY: NONE, UNKNOWN: OPEN},
    "a constant": {P: OPEN, U: OPEN, L: OPEN, N: OK, ANY: NONE, UNKNOWN: OPEN},
    "a softmax over one unit": {P: OPEN, U: OPEN, L: OPEN, N: OK, ANY: NONE, UNKNOWN: OPEN},
    "nothing but NaN": {P: WRONG, U: WRONG, L: WRONG, N: WRONG, ANY: WRONG, UNKNOWN: WRONG},
    "logits": {P: WRONG, U: WRONG, L: OK, N: WRONG, ANY: NONE, UNKNOWN: OPEN},
    "numbers above 0": {P: WRONG, U: WRONG, L: OPEN, N: OK, ANY: NONE, UNKNOWN: OPEN},
    "log-probabilities": {P: WRONG, U: WRONG, L: OK, N: WRONG, ANY: NONE, UNKNOWN: OPEN},
}


@pytest.mark.parametrize("name", VERDICTS)
def test_whether_that_fits_a_loss(name: str) -> None:
    found = kinds.observed(SEEN[name][0], "float32")
    told = {expects: kinds.verdict(found, expects, Family.CATEGORICAL, -1) for expects in Expects}
    assert told == VERDICTS[name]


def test_a_margin_wants_no_shares_and_a_sigmoid_no_logarithms() -> None:
    assert kinds.verdict(kinds.observed(SHARES, "float32"), ANY, Family.MARGIN, None) is WRONG
    logarithms = kinds.observed(SEEN["log-probabilities"][0], "float32")
    assert kinds.verdict(logarithms, L, Family.BINARY, None) is WRONG


FALSE_CLAIMS: dict[str, tuple[OutputReport, OutputSeen, str]] = {
    "low": (claim(Kind.RANGE, low=-1.0, high=1.0), output(-1.01, 0.5), "-1.01 is below -1"),
    "high": (claim(Kind.RANGE, low=-1.0, high=1.0), output(-0.5, 1.01), "1.01 is above 1"),
    "low infinity": (claim(Kind.RANGE, low=0.0), output(0.0, 5.0, below_all=0.1), "-inf is below 0"),
    "sums": (
        claim(),
        replace(SHARES, sums=(replace(ONES, low=0.9),)),
        "numbers along axis -1 sum to 0.9, not 1",
    ),
    "logarithm": (
        claim(Kind.LOG_PROBABILITIES, axis=-1),
        output(-4.0, 0.5, exponential_sums=(ONES,)),
        "0.5 is the logarithm of no probability",
    ),
    "exponentials": (
        claim(Kind.LOG_PROBABILITIES, axis=-1),
        output(-4.0, -0.5, exponential_sums=(replace(ONES, high=1.2),)),
        "exponentials along axis -1 sum to 1.2, not 1",
    ),
    "units": (claim(classes=4), SHARES, "it has 3 units along axis -1, not 4"),
}


@pytest.mark.parametrize("name", FALSE_CLAIMS)
def test_a_claim_that_is_false_is_found_out(name: str) -> None:
    said, seen, words = FALSE_CLAIMS[name]
    found = tuple(agreement.contradictions(said, seen, "float32"))
    assert found == (words,)
    assert agreement.agreement(said, kinds.observed(seen, "float32"), found) is Agreement.CONTRADICTED


TRUE_CLAIMS: dict[str, tuple[OutputReport, OutputSeen, Agreement]] = {
    "shares": (claim(), SHARES, Agreement.SAME),
    "rounded": (claim(), replace(SHARES, high=1.00005), Agreement.SAME),
    "logits": (claim(Kind.LOGITS), output(-3.0, 4.0), Agreement.SAME),
    "logits of one sign": (claim(Kind.LOGITS), output(0.0, 4.0), Agreement.WITHIN),
    "a range on both sides": (claim(Kind.RANGE, low=-2.0, high=2.0), output(-1.5, 1.5), Agreement.SAME),
    "a range of positive numbers": (claim(Kind.RANGE, low=0.0), output(0.0, 4.0), Agreement.SAME),
    "logarithms of scores": (
        claim(Kind.LOG_PROBABILITIES),
        output(-4.0, -0.1, exponential_sums=(replace(ONES, high=2.0),)),
        Agreement.SAME,
    ),
    "what TensorFlow makes of maxima of NaN": (
        claim(Kind.RANGE, low=0.0),
        output(-3.4028234663852886e38, 4.0),
        Agreement.WITHIN,
    ),
    "nothing": (claim(Kind.UNKNOWN, classes=None), output(-3.0, 4.0), Agreement.UNCLAIMED),
    "nothing but NaN": (claim(), replace(SHARES, low=None, high=None, sums=()), Agreement.WITHIN),
}


@pytest.mark.parametrize("name", TRUE_CLAIMS)
def test_a_claim_that_is_true_is_not(name: str) -> None:
    said, seen, expected = TRUE_CLAIMS[name]
    found = tuple(agreement.contradictions(said, seen, "float32"))
    assert found == ()
    assert agreement.agreement(said, kinds.observed(seen, "float32"), found) is expected


def test_an_output_that_the_file_does_not_tell_of_contradicts_nothing() -> None:
    assert agreement.agreement(None, kinds.observed(SHARES, "float32"), ()) is Agreement.UNCLAIMED

"""What is concluded of the numbers of a loss."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from logitcheck.analyzer.effects import BackendEffects, Effect
from logitcheck.analyzer.values import Kind
from logitcheck.probing import conclusions, kinds
from logitcheck.probing.observations import OutputSeen, Sums
from logitcheck.probing.request import Reading
from logitcheck.report import Finding, Severity, Verdict
from tests.probing.seen import ACCURACY, NUMBERS, SHARES, claim, output

LOGITS = output(-3.0, 4.0)


def concluded(numbers: Any, seen: OutputSeen, *, from_logits: bool | None, kind: Kind = Kind.UNKNOWN) -> list[str]:
    found = kinds.observed(seen, "float32")
    said = claim(kind, from_logits=from_logits, verdict=Verdict.UNDETERMINED)
    return list(conclusions.of_output(replace(seen, loss=numbers), found, said, ()))


def test_logits_under_the_wrong_flag() -> None:
    assert concluded(replace(NUMBERS, cut=0.63), LOGITS, from_logits=False) == [
        "The outputs are logits: from_logits=False, as compiled, does not fit.",
        (
            "With from_logits=False the loss takes them for probabilities: 63 % of them lie outside (0, 1), where it"
            " cuts them and there is no gradient."
        ),
    ]


def test_logits_under_the_right_flag() -> None:
    assert concluded(NUMBERS, LOGITS, from_logits=True)[0] == (
        "The outputs are logits: from_logits=True, as compiled, fits."
    )


def test_without_a_flag_the_one_that_fits_is_named() -> None:
    found = list(conclusions.of_output(replace(SHARES, loss=NUMBERS), kinds.observed(SHARES, "float32"), None, ()))
    assert found[0] == "The outputs are probabilities: from_logits=False is the value that fits."


def test_a_binary_loss_has_numbers_of_its_own() -> None:
    numbers = replace(NUMBERS, reads=Reading.BINARY, classes=1)
    assert (
        "it stays between 0.313 and 1.313, and a perfect model comes to 0.503"
        in concluded(numbers, SHARES, from_logits=True)[1]
    )
    assert conclusions.chance(numbers) == pytest.approx(0.6931, abs=1e-4)


def test_a_threshold_on_logits_is_explained_where_there_are_labels() -> None:
    numbers = replace(NUMBERS, reads=Reading.BINARY, classes=1, accuracy=ACCURACY, labels_given=True)
    assert concluded(numbers, LOGITS, from_logits=True)[-1] == (
        "These are logits: 0 is their threshold. One of 0.5 asks for a probability of 62.2 %."
    )


def test_of_numbers_of_one_sign_it_is_certain_that_they_are_no_probabilities() -> None:
    assert concluded(NUMBERS, output(0.0, 4.0, above_one=0.34), from_logits=False) == [
        (
            "from_logits=False, as compiled, is wrong (34 % are above 1); whether True or another activation was meant"
            " cannot be told."
        )
    ]
    assert concluded(NUMBERS, output(-4.0, 0.5), from_logits=True) == [
        (
            "from_logits=False would be wrong (50 % are below 0); whether they are the logits that True takes cannot be"
            " told."
        )
    ]


def test_along_another_axis_than_the_loss_reads_nothing_fits() -> None:
    seen = replace(SHARES, sums=(Sums(axis=-2, size=4, low=1.0, high=1.0),))
    assert concluded(NUMBERS, seen, from_logits=False) == [
        "The outputs sum to 1 along axis -2, and the loss reads axis -1: no value of from_logits makes up for that."
    ]


def test_numbers_between_0_and_1_are_no_distribution() -> None:
    (told,) = concluded(NUMBERS, output(0.0, 1.0), from_logits=False)
    assert told.startswith(
        "The outputs lie in [0, 1], but do not sum to 1: a categorical cross-entropy takes them under"
    )
    binary = replace(NUMBERS, reads=Reading.BINARY)
    assert concluded(binary, output(0.0, 1.0), from_logits=False)[0].endswith("as compiled, fits.")


def test_log_probabilities_are_called_that() -> None:
    seen = output(-9.0, -0.1, exponential_sums=(Sums(axis=-1, size=3, low=1.0, high=1.0),))
    assert concluded(NUMBERS, seen, from_logits=True)[0] == (
        "The outputs are log-probabilities, which are logits as well: from_logits=True, as compiled, fits."
    )
    (told,) = concluded(replace(NUMBERS, reads=Reading.BINARY), seen, from_logits=True)
    assert told == "The outputs are log-probabilities: a binary cross-entropy takes them under no value of from_logits."


def test_nothing_is_concluded_of_one_number_or_without_a_loss() -> None:
    assert concluded(NUMBERS, output(0.5, 0.5), from_logits=False) == []
    assert concluded(None, SHARES, from_logits=False) == []


def test_what_the_file_proves_is_concluded_from_rather_than_what_was_seen() -> None:
    assert concluded(NUMBERS, output(0.0, 4.0), from_logits=True, kind=Kind.LOGITS)[0].startswith(
        "The outputs are logits"
    )


def test_a_repair_of_tensorflow_is_told_only_where_there_is_one() -> None:
    repaired = BackendEffects(tensorflow=Effect.REPAIRED, jax=Effect.APPLIED_TWICE, torch=Effect.APPLIED_TWICE)
    finding = Finding(
        code="LC101",
        name="probabilities-as-logits",
        severity=Severity.ERROR,
        output="predictions",
        layer="predictions",
        message="…",
        effect=repaired,
        fixes=(),
        docs_url="",
    )
    said = claim(from_logits=True, verdict=Verdict.MISMATCH)
    seen = replace(SHARES, loss=NUMBERS)
    found = kinds.observed(SHARES, "float32")
    assert "Keras on TensorFlow" in list(conclusions.of_output(seen, found, said, (finding,)))[-1]
    assert "Keras on TensorFlow" not in list(conclusions.of_output(seen, found, said, ()))[-1]


def test_a_softmax_over_one_unit_is_named() -> None:
    one = replace(SHARES, low=1.0, high=1.0, sums=(Sums(axis=-1, size=1, low=1.0, high=1.0),), loss=NUMBERS)
    (told,) = concluded(NUMBERS, one, from_logits=False)
    assert told.startswith("It puts out nothing but 1, as a softmax over a single unit does: a sigmoid")

"""What numbers that are not free of each other cannot do: copies, and numbers that sum to 0."""

from __future__ import annotations

from dataclasses import replace

import pytest

from logitcheck.analyzer.calls import LayerCall
from logitcheck.analyzer.transfer import arithmetic, patterns
from logitcheck.analyzer.values import Derivation, Derived, Kind, Value
from logitcheck.model import Shape
from tests.analyzer.given import bounded, call, logits, operation, reference, result
from tests.analyzer.given import layer as given_layer
from tests.building import Config

SHAPE: Shape = (None, 5, 3)

COPIES = [
    call(operation("Repeat", axis=-1, repeats=2), (logits(), (None, 1))),
    call(operation("Tile"), (logits(), (None, 1)), args=[reference(), [1, 2]]),
    call(operation("Take", axis=-1), (logits(), SHAPE), args=[reference(), [1, 1]]),
    call(operation("TakeAlongAxis", axis=-1), (logits(), SHAPE), args=[reference(), [[[1, 1]]]]),
    call(operation("BroadcastTo", shape=[None, 2]), (logits(), (None, 1))),
    call(operation("Meshgrid"), (logits(), (None,))),
    call(given_layer("RepeatVector", n=2), (logits(), (None, 1))),
    call(given_layer("UpSampling1D", size=2), (logits(), SHAPE)),
    call(given_layer("Concatenate", axis=-1), (logits(), SHAPE), (logits(), SHAPE)),
]
TIES = [*COPIES, call(given_layer("LayerNormalization", center=False), (logits(), SHAPE))]


@pytest.mark.parametrize("made", TIES, ids=lambda made: made.layer.rule)
def test_numbers_that_are_not_free_of_each_other_need_not_stand_out(made: LayerCall) -> None:
    value = result(made)
    assert value.kind is Kind.LOGITS
    for name in ("UnitNormalization", "Softmax"):
        assert not result(call(given_layer(name), (value, SHAPE))).reaches_low
    for name in ("LogSoftmax", "Normalize"):
        assert not result(call(operation(name), (value, SHAPE))).reaches_low
    for how in (Derivation.MAXIMUM, Derivation.LOG_SUM_EXP):
        less = patterns.difference(value, Value(derived=Derived(how, reference(), -1)), reference())
        assert less is not None
        assert not less.reaches_low
    for numbers in (value, replace(value, low=0.0)):
        share = patterns.quotient(numbers, Value(derived=Derived(Derivation.SUM, reference(), -1)), reference())
        assert share is None or not share.reaches_high


@pytest.mark.parametrize("made", COPIES, ids=lambda made: made.layer.rule)
def test_the_mean_and_the_largest_of_copies_are_logits_all_the_same(made: LayerCall) -> None:
    for name in ("GlobalAveragePooling1D", "GlobalMaxPooling1D"):
        assert result(call(given_layer(name), (result(made), SHAPE))).kind is Kind.LOGITS


@pytest.mark.parametrize("rule", ["LayerNormalization", "GroupNormalization"])
def test_standardised_numbers_may_sum_to_0_and_their_largest_is_not_negative(rule: str) -> None:
    standardised = result(call(given_layer(rule, center=False, groups=1), (logits(), SHAPE)))
    assert standardised.kind is Kind.LOGITS
    for name in ("GlobalAveragePooling1D", "GlobalMaxPooling1D"):
        value = result(call(given_layer(name), (standardised, SHAPE)))
        assert (value.reaches_low, value.reaches_high) == (False, False)
    assert not result(call(operation("Sum", axis=-1), (standardised, SHAPE))).reaches_high


@pytest.mark.parametrize(
    ("rule", "config", "shape", "kind"),
    [
        ("LayerNormalization", {}, SHAPE, Kind.LOGITS),
        ("LayerNormalization", {}, None, Kind.UNKNOWN),
        ("LayerNormalization", {"axis": -2}, SHAPE, Kind.UNKNOWN),
        ("LayerNormalization", {"axis": [-2, -1]}, (None, 5, 1), Kind.UNKNOWN),
        ("GroupNormalization", {"groups": 1}, (None, 5, 3), Kind.LOGITS),
        ("GroupNormalization", {"groups": 1}, (None, 5, 1), Kind.UNKNOWN),
        ("GroupNormalization", {"groups": 3}, (None, 5, 3), Kind.UNKNOWN),
        ("GroupNormalization", {"groups": -1}, (None, 5, 3), Kind.UNKNOWN),
        ("GroupNormalization", {"groups": 1, "axis": 1}, (None, 3, 5), Kind.LOGITS),
        ("RMSNormalization", {}, None, Kind.LOGITS),
    ],
)
def test_what_is_standardised_with_others_of_its_channel_only_may_all_be_one_number(
    rule: str, config: Config, shape: Shape | None, kind: Kind
) -> None:
    assert result(call(given_layer(rule, center=False, **config), (logits(), shape))).kind is kind


def test_copies_that_are_standardised_may_be_zeros() -> None:
    copies = result(call(given_layer("RepeatVector", n=2), (logits(), (None, 3))))
    assert result(call(given_layer("LayerNormalization", center=False), (copies, SHAPE))).kind is Kind.UNKNOWN


def test_copies_do_not_make_values_depend_on_each_other() -> None:
    pair = [result(call(operation("Repeat", axis=-1), (logits(name), SHAPE))) for name in "ab"]
    assert arithmetic.independent(pair)


@pytest.mark.parametrize(("constant", "low", "high"), [(0.0, 0.0, 0.0), (3.0, 0.0, 1.0), (-3.0, -1.0, 0.0)])
def test_a_constant_divided_by_its_norm_is_of_its_sign_and_leaves_nothing_to_standardise(
    constant: float, low: float, high: float
) -> None:
    for normalised in (given_layer("UnitNormalization"), operation("Normalize")):
        value = result(call(normalised, (bounded(constant, constant), SHAPE)))
        assert (value.low, value.high, value.reaches_high and bool(constant)) == (low, high, False)
        assert result(call(given_layer("LayerNormalization", center=False), (value, SHAPE))).kind is not Kind.LOGITS

from __future__ import annotations

import pytest

from logitcheck.analyzer.transfer import encoding, shapes
from logitcheck.analyzer.values import Kind
from tests.analyzer.given import call, layer, logits, result


@pytest.mark.parametrize(
    ("mode", "kind", "integer"),
    [
        ("int", Kind.RANGE, True),
        ("multi_hot", Kind.UNIT_INTERVAL, True),
        ("binary", Kind.UNIT_INTERVAL, True),
        ("one_hot", Kind.UNIT_INTERVAL, True),
        ("count", Kind.RANGE, True),
        ("tf_idf", Kind.RANGE, False),
        ("tf-idf", Kind.RANGE, False),
        ("ragged", Kind.UNKNOWN, False),
    ],
)
def test_the_output_mode_decides(mode: str, kind: Kind, *, integer: bool) -> None:
    value = result(call(layer("StringLookup", output_mode=mode), (logits(), (None, 1))))
    assert (value.kind, value.integer) == (kind, integer)


def test_counts_that_may_be_weighted_are_not_whole() -> None:
    assert not result(call(layer("CategoryEncoding", output_mode="count"), (logits(), (None, 1)))).integer


@pytest.mark.parametrize("name", encoding.LAYERS)
def test_the_default_is_ids_but_for_category_encoding(name: str) -> None:
    value = result(call(layer(name), (logits(), (None, 1))))
    assert value.integer
    assert value.kind is (Kind.UNIT_INTERVAL if name == "CategoryEncoding" else Kind.RANGE)


@pytest.mark.parametrize("name", encoding.LAYERS)
def test_the_shape_is_not_followed(name: str) -> None:
    assert shapes(call(layer(name), (logits(), (None, 1)))) == [None]

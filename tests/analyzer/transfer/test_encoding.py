from __future__ import annotations

import pytest

from logitcheck.analyzer.transfer import encoding, shapes
from logitcheck.analyzer.values import INFINITY, Kind
from logitcheck.model import Shape
from tests.analyzer.given import call, layer, logits, result
from tests.building import Config


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


@pytest.mark.parametrize(
    ("name", "mode", "shape", "weights", "high"),
    [
        pytest.param("CategoryEncoding", "count", (None, 3), {}, 3.0, id="counted"),
        pytest.param("CategoryEncoding", "count", (None, None), {}, INFINITY, id="of any length"),
        pytest.param("CategoryEncoding", "count", (3,), {}, INFINITY, id="one sample or several"),
        pytest.param("CategoryEncoding", "count", None, {}, INFINITY, id="unknown rank"),
        pytest.param("CategoryEncoding", "count", (None, 3), {"count_weights": [[5.0]]}, INFINITY, id="weighted"),
        pytest.param("CategoryEncoding", "tf-idf", (None, 3), {}, INFINITY, id="weighted by what was learned"),
        pytest.param("StringLookup", "count", (None, 3), {}, INFINITY, id="not followed"),
    ],
)
def test_an_id_is_counted_as_often_as_there_are_ids_at_most(
    name: str, mode: str, shape: Shape | None, weights: Config, high: float
) -> None:
    value = result(call(layer(name, output_mode=mode), (logits(), shape), kwargs=weights))
    assert (value.low, value.high, value.reaches_high) == (0.0, high, False)


def test_weights_may_be_a_tensor() -> None:
    ids, weights = (logits(), (None, 3)), (logits("weights"), (None, 3))
    assert result(call(layer("CategoryEncoding", output_mode="count"), ids, weights)).high == INFINITY


@pytest.mark.parametrize("name", encoding.LAYERS)
def test_the_default_is_ids_but_for_category_encoding(name: str) -> None:
    value = result(call(layer(name), (logits(), (None, 1))))
    assert value.integer
    assert value.kind is (Kind.UNIT_INTERVAL if name == "CategoryEncoding" else Kind.RANGE)


@pytest.mark.parametrize("name", sorted(set(encoding.LAYERS) - {"CategoryEncoding"}))
def test_the_shape_of_ids_is_not_followed(name: str) -> None:
    assert shapes(call(layer(name), (logits(), (None, 1)))) == [None]


@pytest.mark.parametrize(
    ("mode", "before", "after"),
    [
        ("multi_hot", (None, 3), (None, 4)),
        ("count", (None, 3), (None, 4)),
        ("one_hot", (None, 3), None),
        ("multi_hot", (None, 3, 2), None),
        ("multi_hot", None, None),
    ],
)
def test_what_stands_for_all_ids_of_a_sample_has_a_number_for_each_category(
    mode: str, before: Shape | None, after: Shape | None
) -> None:
    assert shapes(call(layer("CategoryEncoding", num_tokens=4, output_mode=mode), (logits(), before))) == [after]


@pytest.mark.parametrize(
    ("config", "after"),
    [
        ({"vocabulary": [1, 2]}, (None, 3)),
        ({"vocabulary": [1, 2], "num_oov_indices": 2}, (None, 4)),
        ({"vocabulary": [1, 2], "mask_token": 0}, None),
        ({"vocabulary": [1, 2], "pad_to_max_tokens": True}, None),
        ({"vocabulary": "words.txt"}, None),
        ({"vocabulary": [1, 2], "output_mode": "one_hot"}, None),
    ],
)
def test_a_lookup_has_a_number_for_each_word_and_for_the_unknown_ones(config: Config, after: Shape | None) -> None:
    lookup = layer("IntegerLookup", **{"output_mode": "multi_hot", **config})
    assert shapes(call(lookup, (logits(), (None, 3)))) == [after]

"""Inputs that are made for a model."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy
import pytest

from logitcheck.probing.child.samples import GivenSamples, InputSpec, MadeSamples
from logitcheck.probing.errors import RefusalError


def made(*specs: InputSpec, **settings: Any) -> MadeSamples:
    return MadeSamples(specs=specs, **{"count": 64, "seed": 0, **settings})


NUMBERS = InputSpec(name="x", shape=(None, 4), dtype="float32")


def test_they_are_of_every_size_and_half_of_them_ordinary() -> None:
    batch = made(NUMBERS).batch(0, 64)
    (values,) = batch.arrays
    assert values.shape == (64, 4)
    assert values.dtype == numpy.float32
    assert batch.ordinary.mean() == 0.5
    assert abs(values[batch.ordinary]).max() < 6
    wild = values[~batch.ordinary]
    assert abs(wild).max() > 100
    rows = [row.tolist() for row in values]
    assert [0.0] * 4 in rows
    assert [1.0] * 4 in rows
    assert any(min(row) > 1 for row in rows)
    assert any(max(row) < -0.1 for row in rows)


def test_a_sample_is_the_same_in_whatever_batch_it_comes() -> None:
    whole, later = made(NUMBERS).batch(0, 64), made(NUMBERS).batch(40, 8)
    assert numpy.array_equal(whole.arrays[0][40:48], later.arrays[0])
    assert later.numbers.tolist() == list(range(40, 48))


def test_another_seed_makes_others() -> None:
    assert not numpy.array_equal(made(NUMBERS).batch(0, 8).arrays[0], made(NUMBERS, seed=1).batch(0, 8).arrays[0])


@pytest.mark.parametrize("dtype", ["int32", "int64", "float32", "uint8"])
def test_ids_stay_below_their_limit_and_some_rows_end_in_zeros(dtype: str) -> None:
    (values,) = made(InputSpec(name="ids", shape=(None, 6), dtype=dtype, below=5)).batch(0, 64).arrays
    assert values.dtype == dtype
    assert set(values.ravel().tolist()) == {0, 1, 2, 3, 4}
    assert any(row[0] != 0 and row[-3:].tolist() == [0, 0, 0] for row in values)
    assert not values[0].any()


def test_whole_numbers_without_a_limit_stay_small() -> None:
    (values,) = made(InputSpec(name="x", shape=(None, 6), dtype="int32"), most=3).batch(0, 64).arrays
    assert set(values.ravel().tolist()) == {0, 1, 2}


def test_free_sizes_are_as_long_as_is_asked_for() -> None:
    (values,) = made(InputSpec(name="x", shape=(None, None, 3), dtype="float32"), length=12).batch(0, 2).arrays
    assert values.shape == (2, 12, 3)


@pytest.mark.parametrize("spec", [("mask", "bool"), ("attention_mask", "int32")], ids=str)
def test_a_mask_lets_the_first_step_through(spec: tuple[str, str]) -> None:
    name, dtype = spec
    (values,) = made(InputSpec(name=name, shape=(None, 6), dtype=dtype)).batch(0, 64).arrays
    assert values.dtype == dtype
    assert values[:, 0].all()
    assert not values.all()


def test_text_is_of_words_that_are_known_and_of_others() -> None:
    spec = InputSpec(name="text", shape=(None, 1), dtype="string", words=("red", "green"))
    (values,) = made(spec).batch(0, 64).arrays
    assert set(values.ravel().tolist()) == {"red", "green", "unseen", ""}


def test_ordinary_rows_can_be_taken_alone() -> None:
    batch = made(NUMBERS).batch(0, 32).only_ordinary(5)
    assert batch.rows == 5
    assert batch.ordinary.all()
    assert batch.numbers.tolist() == [1, 3, 5, 7, 9]


# The user's data


def given(folder: Path, array: Any, spec: InputSpec = NUMBERS, most: int = 256) -> GivenSamples:
    numpy.save(folder / "x.npy", array)
    return GivenSamples(str(folder / "x.npy"), [spec], most)


def test_samples_that_hold_no_numbers_are_counted_those_too_large_for_the_input_too(tmp_path: Path) -> None:
    data = numpy.ones((5, 4))
    data[1, 2], data[3], data[4, 0] = numpy.nan, numpy.inf, 1e300
    assert given(tmp_path, data).batch(0, 5).odd_rows == 3
    assert given(tmp_path, data).batch(2, 2).odd_rows == 1


def test_single_numbers_are_taken_for_rows_of_one(tmp_path: Path) -> None:
    one = InputSpec(name="x", shape=(None, 1), dtype="float32")
    assert given(tmp_path, numpy.arange(3.0), one).batch(0, 3).arrays[0].tolist() == [[0.0], [1.0], [2.0]]
    with pytest.raises(RefusalError, match="takes the shape"):
        given(tmp_path, numpy.arange(4.0))


@pytest.mark.parametrize("dtype", ["complex128", "datetime64[s]", "U3"])
def test_what_is_no_number_is_refused(dtype: str, tmp_path: Path) -> None:
    with pytest.raises(RefusalError, match=r"input 'x' takes numbers, and .* was found"):
        given(tmp_path, numpy.zeros((5, 4)).astype(dtype))


def test_a_folder_is_no_file_of_samples(tmp_path: Path) -> None:
    with pytest.raises(RefusalError, match=r"is a folder, and no \.npy or \.npz file"):
        GivenSamples(str(tmp_path), [NUMBERS], 5)

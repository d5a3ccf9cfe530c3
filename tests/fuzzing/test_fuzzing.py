"""The fuzzing that CI does: a minute of one campaign; others are for `tests.fuzzing.campaign`."""

from __future__ import annotations

import copy
import time
from pathlib import Path
from random import Random

import pytest

from logitcheck import inspection
from logitcheck.report import Outcome
from tests.fuzzing import checking, formats, json_mutations, oracle, wire_mutations

SECONDS = 60.0
CAMPAIGN = 8


def test_a_minute_of_damaged_files_finds_nothing_wrong(tmp_path: Path) -> None:
    end, number, problems = time.monotonic() + SECONDS, 0, []
    while time.monotonic() < end:
        made = formats.make(CAMPAIGN, number)
        result = checking.check(made, tmp_path)
        if result.problem is not None:
            problems.append(f"--campaign {CAMPAIGN} --only {number}: {made.seed.name}: {result.problem}")
        number += 1
    assert problems == []
    assert number > 200


@pytest.mark.parametrize("name", formats.FORMATS)
def test_an_input_is_made_of_its_two_numbers_alone(name: str) -> None:
    made = [formats.make(7, number) for number in range(60)]
    again = [formats.make(7, number) for number in reversed(range(60))]
    assert [one.raw for one in made if one.damage == "bytes"] == [
        one.raw for one in reversed(again) if one.damage == "bytes"
    ]
    assert any(one.format is formats.FORMATS[name] for one in made)


@pytest.mark.parametrize("name", formats.FORMATS)
def test_the_valid_files_are_judged_as_the_second_opinion_has_it(name: str, tmp_path: Path) -> None:
    """The oracle must know most of them, or it would find nothing wrong with anything."""
    told = []
    for seed in formats.seeds(name):
        made = formats.Input(0, formats.FORMATS[name], seed, "none", seed.raw)
        result = checking.check(made, tmp_path)
        assert result.problem is None
        config, training = formats.FORMATS[name].config(seed.parts)
        if result.told == "mismatch":
            assert not oracle.agrees(config, training) or "stacked" in seed.name
        told.append(oracle.agrees(config, training) or oracle.contradicts(config, training))
    assert sum(told) > len(told) * 0.4


@pytest.mark.parametrize("name", ["keras", "hdf5"])
def test_no_flipped_bit_of_a_key_makes_a_wrong_model_right(name: str, tmp_path: Path) -> None:
    """Every key of every model whose loss does not fit: what Keras cannot read must not be read as a default."""
    wanted, count, wrong = formats.FORMATS[name], 0, []
    path = tmp_path / f"a{wanted.suffix}"
    for seed in formats.seeds(name):
        path.write_bytes(seed.raw)
        if inspection.inspect(path).outcome is not Outcome.MISMATCH:
            continue
        for at, (_, key) in enumerate(json_mutations.places(seed.parts)):
            if isinstance(key, str) and key not in seed.parts:
                parts = copy.deepcopy(seed.parts)
                json_mutations.rename(*list(json_mutations.places(parts))[at], key[:-1] + chr(ord(key[-1]) ^ 1))
                path.write_bytes(wanted.write(parts, Random(at)))
                count += 1
                if inspection.inspect(path).outcome is Outcome.OK:
                    wrong.append(f"{seed.name}: {key}")
    assert wrong == []
    assert count > 500


def test_the_valid_messages_are_taken_apart_and_put_together_again() -> None:
    for seed in formats.seeds("saved_model"):
        fields = [(number, kind, content) for number, kind, content in wire_mutations.fields(seed.raw)]
        assert b"".join(map(wire_mutations.written, fields)) == seed.raw

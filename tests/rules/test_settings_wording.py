"""Entries to paste into settings: what TOML reads of them is the very key and value that was meant."""

from __future__ import annotations

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from logitcheck.declarations import DeclaredInput, DeclaredOutput
from logitcheck.rules import settings_wording

# The letters of any text that a file in UTF-8 can hold.
names = st.text(st.characters(exclude_categories=["Cs"]), min_size=1)


def pasted(entry: str) -> object:
    """What settings hold with the entry: its table's name stands on a line of its own there."""
    table, _, line = entry.partition(" ")
    return tomllib.loads(f"{table}\n{line}\n")


@given(names, st.sampled_from(DeclaredOutput))
def test_an_entry_of_a_layer_is_toml(key: str, output: DeclaredOutput) -> None:
    read = pasted(settings_wording.layer_entry(key, output))
    assert read == {"tool": {"logitcheck": {"layers": {key: output.value}}}}


@given(names, st.sampled_from(DeclaredInput))
def test_an_entry_of_a_loss_is_toml(key: str, takes: DeclaredInput) -> None:
    read = pasted(settings_wording.loss_entry(key, takes))
    assert read == {"tool": {"logitcheck": {"losses": {key: takes.value}}}}


@pytest.mark.parametrize(
    ("key", "written"),
    [
        ("my_ce", "my_ce"),
        ("MyLoss-2", "MyLoss-2"),
        ("pkg>MyLoss", '"pkg>MyLoss"'),
        ("Lambda:out", '"Lambda:out"'),
        ("a b", '"a b"'),
        ('say "x"', '"say \\"x\\""'),
        ("потеря", '"потеря"'),
        ("<lambda>", '"<lambda>"'),
        ("a\n\x7f", '"a\\n\\u007f"'),
    ],
)
def test_a_key_is_quoted_where_it_has_to_be(key: str, written: str) -> None:
    entry = settings_wording.loss_entry(key, DeclaredInput.LOGITS)
    assert entry == f'[tool.logitcheck.losses] {written} = "logits"'


def test_all_that_can_be_said_is_named() -> None:
    layer, loss = settings_wording.say_of_layer("Mine"), settings_wording.say_of_loss("mine", from_logits=None)
    assert all(f'"{output.value}"' in layer for output in DeclaredOutput)
    assert all(f'"{takes.value}"' in loss for takes in DeclaredInput)


@pytest.mark.parametrize(("hint", "first"), [(True, "logits"), (None, "logits"), (False, "probabilities")])
def test_the_hint_of_a_config_comes_first(hint: bool | None, first: str) -> None:
    assert f'mine = "{first}" (or ' in settings_wording.say_of_loss("mine", from_logits=hint)

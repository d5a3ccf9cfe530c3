from __future__ import annotations

import shlex

import pytest

from logitcheck.loader.quoting import quoted


@pytest.mark.parametrize("name", ["model.keras", "runs/best-1_2.h5", "a@b+c=d,e:f%g.keras"])
def test_a_plain_name_is_quoted_for_reading(name: str) -> None:
    assert quoted(name) == f'"{name}"'


@pytest.mark.parametrize(
    "name", ['a"; rm -rf ~".h5', "$(touch x).keras", "`x`", "a b.keras", "it's.h5", "a\nb", "é.h5"]
)
def test_a_name_cannot_make_the_suggested_command_run_something_else(name: str) -> None:
    assert shlex.split(quoted(name)) == [name]
    assert quoted(name).startswith("'")

"""Patterns of paths: what each means, and that any text is a pattern or told to be none."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from logitcheck.settings import patterns
from logitcheck.settings.patterns import Pattern


@pytest.mark.parametrize(
    ("pattern", "path", "expected"),
    [
        ("*.h5", "a.h5", True),
        ("*.h5", "deep/er/a.h5", True),
        ("*.h5", "a.h5.txt", False),
        ("legacy", "x/legacy/a.keras", True),
        ("legacy/", "legacy/a.keras", True),
        ("legacy", "my-legacy/a.keras", False),
        ("legacy/*.h5", "legacy/a.h5", True),
        ("legacy/*.h5", "legacy/deep/a.h5", False),
        ("legacy/*.h5", "x/legacy/a.h5", False),
        ("./legacy/*.h5", "legacy/a.h5", True),
        ("legacy/**/*.h5", "legacy/a.h5", True),
        ("legacy/**/*.h5", "legacy/deep/er/a.h5", True),
        ("**/best.keras", "best.keras", True),
        ("**/best.keras", "runs/7/best.keras", True),
        ("legacy/**", "legacy/a/b.h5", True),
        ("/top.h5", "top.h5", True),
        ("/top.h5", "x/top.h5", False),
        ("run?.h5", "run7.h5", True),
        ("run?.h5", "run77.h5", False),
        ("run[0-9].h5", "run7.h5", True),
        ("run[!0-9].h5", "run7.h5", False),
        ("a+b(c).h5", "a+b(c).h5", True),
        ("[[]x].h5", "[x].h5", True),
        ("../shared/*.h5", "../shared/a.h5", True),
    ],
)
def test_what_a_pattern_means(pattern: str, path: str, *, expected: bool) -> None:
    assert patterns.is_pattern(pattern)
    assert patterns.matches(pattern, path) is expected


@pytest.mark.parametrize("text", ["", "/", "[z-a]", "!kept", ".", "[a", "a/[b"])
def test_what_is_no_pattern(text: str) -> None:
    assert not patterns.is_pattern(text)


@pytest.mark.parametrize("pattern", ["a*" * 40 + "b", "**/" * 40 + "b", "*" * 400 + "b", "[ab]*" * 30 + "c"])
@pytest.mark.parametrize("path", ["a" * 200, "/".join("a" * 100)])
def test_no_pattern_takes_long(pattern: str, path: str) -> None:
    started = time.process_time()
    assert not patterns.matches(pattern, path)
    assert time.process_time() - started < 1


def test_paths_are_taken_relative_to_the_root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    pattern = Pattern("models/*.h5", tmp_path)
    assert pattern.means("models/a.h5")
    assert pattern.means(str(tmp_path / "models" / "a.h5"))
    assert pattern.means("x/../models/a.h5")
    assert not pattern.means("other/a.h5")


NAMES = st.text(st.characters(exclude_characters="/\0", exclude_categories=["Cs"]), min_size=1, max_size=8)


@given(st.text(max_size=12), NAMES)
def test_no_text_makes_it_fail(pattern: str, path: str) -> None:
    if patterns.is_pattern(pattern):
        assert patterns.matches(pattern, path) in {True, False}


@given(st.lists(NAMES.filter(lambda name: not set(name) & set("*?[]") and name not in {".", ".."}), min_size=2))
def test_a_path_without_wildcards_means_itself_and_what_is_in_it(parts: list[str]) -> None:
    path = "/".join(parts)
    assert patterns.matches(path, path)
    assert patterns.matches(path, f"{path}/more")
    assert not patterns.matches(path, f"more/{path}")

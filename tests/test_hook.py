"""The pre-commit hook: which files of a commit it is given."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from logitcheck.loader.search import MODEL_SUFFIXES

HOOK = Path(__file__).parent.parent / ".pre-commit-hooks.yaml"


@pytest.fixture
def files() -> re.Pattern[str]:
    """The pattern that names the files; pre-commit searches the paths for it."""
    (line,) = re.findall(r"^  files: (.*)$", HOOK.read_text("utf-8"), re.MULTILINE)
    return re.compile(line)


@pytest.mark.parametrize("suffix", MODEL_SUFFIXES)
def test_every_file_that_is_called_like_a_model_is_checked(files: re.Pattern[str], suffix: str) -> None:
    assert files.search(f"models/best{suffix}")
    assert files.search(f"models/BEST{suffix.upper()}")


@pytest.mark.parametrize("name", ["saved_model.pb", "models/1/saved_model.pb", "models/1/keras_metadata.pb"])
def test_the_files_that_stand_for_a_saved_model_are(files: re.Pattern[str], name: str) -> None:
    assert files.search(name)


@pytest.mark.parametrize(
    "name", ["package.json", "model.h5.md", "keras", "graph.pb", "my_saved_model.pb", "saved_model.pb/x", "a.keras.dvc"]
)
def test_other_files_are_not(files: re.Pattern[str], name: str) -> None:
    assert not files.search(name)


def test_files_are_told_by_their_names_alone() -> None:
    """A type such as `binary` would pass over pointers of Git LFS and empty files, which are text."""
    assert "types" not in HOOK.read_text("utf-8")

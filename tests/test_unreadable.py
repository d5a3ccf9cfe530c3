"""Every input that cannot be judged is named, with its own code, what it is and what to do; the page says the same.

After a wanted change run `python -m tests.test_unreadable` to write docs/unreadable.md anew.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest

from logitcheck.errors import ErrorCode
from tests.unreadable import EXAMPLES, Example, told

PAGE = Path(__file__).parent.parent / "docs" / "unreadable.md"
HEAD = """# Inputs that cannot be judged

Such an input has the outcome `unreadable`, this code in the JSON report, and makes the exit status 2. It never stops
the other inputs of a run: HDF5, which a C library parses, is read by a process of its own that may crash, hang or eat
memory. What logitcheck says of each, made from such inputs by `tests/unreadable.py`:

| code | input | what it says | what to do |
|---|---|---|---|
"""
ORDER = list(ErrorCode)


def row(example: Example, folder: Path) -> str:
    error = told(example, folder)
    words = [
        f"`{error.code.value}`",
        example.what,
        error.message.replace(str(folder.resolve()), "/home/you"),
        error.hint,
    ]
    return "| " + " | ".join(word.replace("|", "\\|") for word in words) + " |\n"


def test_the_examples_stand_in_the_order_of_the_codes_and_miss_none() -> None:
    positions = [ORDER.index(example.code) for example in EXAMPLES]
    assert positions == sorted(positions)
    assert set(positions) == set(range(len(ORDER)))


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.what)
def test_an_input_that_cannot_be_judged_is_named(example: Example, tmp_path: Path) -> None:
    assert told(example, tmp_path).code is example.code


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.what)
def test_the_page_says_what_logitcheck_says(example: Example, tmp_path: Path) -> None:
    assert row(example, tmp_path) in PAGE.read_text(encoding="utf-8")


def test_the_page_has_a_row_for_each_example_and_no_other() -> None:
    rows = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| `")]
    assert [line.split(" | ")[1] for line in rows] == [example.what for example in EXAMPLES]
    assert PAGE.read_text(encoding="utf-8").startswith(HEAD)


if __name__ == "__main__":
    rows = []
    for each in EXAMPLES:
        with tempfile.TemporaryDirectory() as place:
            rows.append(row(each, Path(place)))
    PAGE.write_text(HEAD + "".join(rows), encoding="utf-8")

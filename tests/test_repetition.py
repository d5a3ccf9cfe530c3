"""What is given twice is inspected once, where it comes first."""

from __future__ import annotations

from pathlib import Path

import pytest

from logitcheck.batch import inspect_all
from tests.building import dense, sequential, write

MODEL = sequential(dense("d", 3, "softmax"))
TOKENIZER = '{"class_name": "Tokenizer", "config": {}}'


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder: one model, two in a folder, and a folder in that with another."""
    for name in ("a.keras", "models/b.keras", "models/c.keras", "models/deep/d.keras"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        write(tmp_path / name, MODEL)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def told(*paths: str) -> list[str]:
    """The path of each report, and the code of its error if it has one."""
    models = inspect_all(paths).models
    return [f"{model.path} {model.error.code.value}" if model.error else model.path for model in models]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (["a.keras", "a.keras"], ["a.keras"]),
        (["./a.keras", "a.keras", "models/../a.keras", "HERE/a.keras"], ["./a.keras"]),
        (["models/c.keras", "models"], ["models/c.keras", "models/b.keras", "models/deep/d.keras"]),
        (["models", "models/c.keras"], ["models/b.keras", "models/c.keras", "models/deep/d.keras"]),
        (["models/", "models"], ["models/b.keras", "models/c.keras", "models/deep/d.keras"]),
        (["models/deep", "models/deep/."], ["models/deep/d.keras"]),
        (["models/deep/d.keras", "models/deep"], ["models/deep/d.keras"]),
        (["models/deep", "."], ["models/deep/d.keras", "./a.keras", "./models/b.keras", "./models/c.keras"]),
        (["gone.keras", "a.keras", "gone.keras"], ["gone.keras missing", "a.keras"]),
        (["", ""], [" missing"]),
        (["", "."], [" missing", "./a.keras", "./models/b.keras", "./models/c.keras", "./models/deep/d.keras"]),
        (["a\0/b", "a\0/b", "a.keras"], ["a\0/b missing", "a.keras"]),
    ],
    ids=repr,
)
def test_each_input_counts_once_where_it_comes_first(place: Path, given: list[str], expected: list[str]) -> None:
    assert told(*(path.replace("HERE", str(place)) for path in given)) == expected


def test_a_model_that_is_a_folder_counts_once(place: Path) -> None:
    (place / "saved").mkdir()
    (place / "saved" / "saved_model.pb").touch()
    assert told("saved", "saved/", "./saved", "saved/../saved/.") == ["saved empty-file"]


def test_a_link_and_its_target_are_two_inputs(place: Path) -> None:
    (place / "best.keras").symlink_to("a.keras")
    assert told("a.keras", "best.keras") == ["a.keras", "best.keras"]


def test_a_folder_by_way_of_a_link_is_the_same_folder(place: Path) -> None:
    (place / "latest").symlink_to("models")
    assert told("models/b.keras", "latest/b.keras") == ["models/b.keras"]


def test_a_folder_above_a_link_is_not_the_folder_that_the_link_is_in(place: Path) -> None:
    (place / "out").mkdir()
    (place / "out" / "link").symlink_to("../models/deep")
    write(place / "out" / "b.keras", MODEL)
    assert told("out/b.keras", "out/link/../b.keras") == ["out/b.keras", "out/link/../b.keras"]


@pytest.mark.parametrize("given", [["text", "text/t.json"], ["text/t.json", "text"]], ids=" ".join)
def test_a_file_that_is_named_has_its_verdict_also_where_the_search_would_pass_over_it(
    place: Path, given: list[str]
) -> None:
    (place / "text").mkdir()
    (place / "text" / "t.json").write_text(TOKENIZER, "utf-8")
    assert told(*given) == ["text/t.json not-a-model"]


def test_a_link_out_of_a_folder_may_be_named_beside_the_folder(place: Path) -> None:
    (place / "models" / "out.keras").symlink_to("../a.keras")
    expected = ["models/b.keras", "models/c.keras", "models/out.keras", "models/deep/d.keras"]
    assert told("models", "models/out.keras") == expected


def test_a_folder_of_which_all_was_said_is_not_called_empty_of_models(place: Path) -> None:
    (place / "models" / "deep" / "t.json").write_text(TOKENIZER, "utf-8")
    assert told("models/deep/d.keras", "models/deep") == ["models/deep/d.keras"]

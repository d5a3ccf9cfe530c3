"""A folder in which nothing was found is not called one without models where files were not fetched."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from logitcheck.batch import inspect_all
from logitcheck.errors import InputError
from tests.unreadable import LFS

ANNEX = ".git/annex/objects/Xk/0w/SHA256E-s5--abc/SHA256E-s5--abc"


def error(folder: Path) -> InputError:
    """What is said of a folder, and of nothing else."""
    (report,) = inspect_all([str(folder)]).models
    assert report.path == str(folder)
    assert report.error is not None
    return report.error


def by_git_lfs(path: Path) -> None:
    path.write_text(LFS, "utf-8")


def by_git_annex(path: Path) -> None:
    path.symlink_to(ANNEX)


def by_dvc(path: Path) -> None:
    path.with_name(f"{path.name}.dvc").write_text(f"outs:\n- path: {path.name}\n", "utf-8")


def by_a_pipeline(path: Path) -> None:
    path.with_name("dvc.lock").write_text(f"stages:\n  s:\n    outs:\n    - path: {path.name}\n", "utf-8")


@pytest.mark.parametrize(
    ("keep", "code", "hint"),
    [
        (by_git_lfs, "lfs-pointer", "git lfs pull"),
        (by_git_annex, "annex-pointer", "git annex get"),
        (by_dvc, "dvc-pointer", "dvc pull"),
        (by_a_pipeline, "dvc-pointer", "dvc pull"),
    ],
)
def test_what_was_not_fetched_is_named_whatever_it_is_called(
    tmp_path: Path, keep: Callable[[Path], None], code: str, hint: str
) -> None:
    (tmp_path / "deep").mkdir()
    keep(tmp_path / "deep" / "net.bin")
    told = error(tmp_path)
    assert (told.code.value, hint in told.hint) == (code, True)
    assert told.message == (
        "There is no model in the folder as it is, but stand-ins for files that were not fetched: 'deep/net.bin'."
    )


def test_of_many_a_few_are_named(tmp_path: Path) -> None:
    for number in range(7):
        by_git_lfs(tmp_path / f"{number}.bin")
    assert error(tmp_path).message.endswith("'0.bin', '1.bin', '2.bin', '3.bin', '4.bin' ….")


@pytest.mark.parametrize("name", [".hidden.bin", "venv/a.bin"])
def test_what_no_search_looks_at_is_not_named(tmp_path: Path, name: str) -> None:
    (tmp_path / "notes.txt").touch()
    (tmp_path / name).parent.mkdir(exist_ok=True)
    by_git_lfs(tmp_path / name)
    assert error(tmp_path).code.value == "no-model-found"


def test_other_files_do_not_count(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("version https://example.org\n", "utf-8")
    (tmp_path / "gone").symlink_to("nowhere")
    assert error(tmp_path).code.value == "no-model-found"


@pytest.mark.parametrize("at", ["models", "."], ids=["around", "in it"])
def test_a_pipeline_that_could_not_be_read_is_told(tmp_path: Path, at: str) -> None:
    (tmp_path / ".dvc").mkdir()
    (tmp_path / "dvc.yaml").write_text("stages:\n  s:\n    outs: [models/a.keras]\n", "utf-8")
    (tmp_path / "models").mkdir()
    told = error(tmp_path / at)
    assert told.code.value == ("empty-folder" if at == "models" else "no-model-found")
    assert told.message.endswith(
        "Which files a stage of DVC makes is written in a way that is not read (dvc.yaml, line 3)."
    )

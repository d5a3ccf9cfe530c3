"""How a pointer of Git LFS is to be fetched; the expectations of patterns were tried with git-lfs 3.3."""

from __future__ import annotations

import shlex
from pathlib import Path, PurePosixPath, PureWindowsPath

import pytest

from logitcheck.errors import ErrorCode
from logitcheck.loader.git_lfs import pattern
from tests.loader.older import refused
from tests.unreadable import LFS


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, a repository."""
    (tmp_path / "here" / ".git").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "here")
    return tmp_path / "here"


def hint(path: Path) -> str:
    """What is said of a pointer written to `path`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(LFS, "utf-8")
    error = refused(path)
    assert error.code is ErrorCode.LFS_POINTER
    return error.hint


@pytest.mark.usefixtures("repository")
@pytest.mark.parametrize("name", ["a.keras", "models/deep/a.keras"])
def test_the_whole_path_is_given_from_the_root_of_the_repository(name: str) -> None:
    """A bare name would fetch the files of that name in all folders."""
    assert hint(Path(name)).startswith(f'Run `git lfs pull --include "/{name}"`; in GitHub Actions')


def test_the_path_is_given_from_the_root_also_in_another_folder(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (repository / "models").mkdir()
    monkeypatch.chdir(repository / "models")
    assert '`git lfs pull --include "/models/a.keras"`' in hint(Path("a.keras"))


@pytest.mark.parametrize("git", ["folder", "file"])
def test_a_repository_elsewhere_is_named(repository: Path, git: str) -> None:
    """That of a submodule or a worktree is a file."""
    other = repository / "other"
    (other / "models").mkdir(parents=True)
    (other / ".git").mkdir() if git == "folder" else (other / ".git").write_text("gitdir: x", "utf-8")
    assert f'`git -C "{other}" lfs pull --include "/models/a.keras"`' in hint(Path("other/models/a.keras"))


def test_a_pointer_behind_a_link_is_fetched_where_it_is(repository: Path) -> None:
    (repository / "best.keras").symlink_to("models/epoch_9.keras")
    assert '--include "/models/epoch_9.keras"' in hint(Path("best.keras").resolve())
    assert '--include "/models/epoch_9.keras"' in refused(Path("best.keras")).hint


def test_without_a_repository_there_must_be_a_clone_first(tmp_path: Path) -> None:
    assert hint(tmp_path / "a[1].keras").startswith(
        "It is in no Git repository here: clone the one that it is from,"
        r" and run `git lfs pull --include 'a\[1\].keras'` there;"
    )


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("models/a-1_2.keras", "models/a-1_2.keras"),
        ("m[12].keras", r"m\[12\].keras"),
        ("m*.keras", r"m\*.keras"),
        ("q?.keras", r"q\?.keras"),
        (r"back\slash.keras", r"back\\slash.keras"),
        ("x,y.keras", "x?y.keras"),
        ("br{a,b}.keras", "br{a?b}.keras"),
        (" a b.keras ", " a b.keras?"),
        ("it's.keras", "it's.keras"),
        ("mod\u00e8le.keras", "mod\u00e8le.keras"),
        ("a\n\x1b\udcff.keras", "a***.keras"),
    ],
)
def test_a_pattern_is_met_by_the_very_name(name: str, expected: str) -> None:
    assert pattern(PurePosixPath(name)) == expected


def test_a_pattern_has_slashes_on_every_system() -> None:
    assert pattern(PureWindowsPath(r"models\a[1].keras")) == r"models/a\[1\].keras"


@pytest.mark.usefixtures("repository")
@pytest.mark.parametrize("name", ["m[1].keras", "a b.keras", "it's.keras", "$(touch x).keras", "`x`.keras", "-a.keras"])
def test_a_shell_hands_the_pattern_over_as_it_is(name: str) -> None:
    command = hint(Path(name)).removeprefix("Run `").partition("`; in GitHub")[0]
    assert shlex.split(command) == ["git", "lfs", "pull", "--include", "/" + pattern(PurePosixPath(name))]

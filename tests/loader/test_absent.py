"""What is said of a path where there is nothing to read; `tests.loader.test_identify` has the plain cases."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from logitcheck.errors import ErrorCode
from logitcheck.loader.absent import special
from logitcheck.loader.identify import identify
from tests.building import dense, sequential, write
from tests.loader.older import loaded, refusal

OF_TRAIN = "dvc.lock, as an output of the stage 'train'"
IN_MODELS = "'models/a.keras', 'models/b.h5'"
KEY = "SHA256E-s1234567--4d7a214614ab"


@pytest.mark.parametrize(
    "target", [f".git/annex/objects/Xk/0w/{KEY}/{KEY}", f"../../.git/annex/objects/Xk/0w/{KEY}/{KEY}"]
)
def test_a_broken_link_into_the_store_of_git_annex_says_how_large_the_real_file_is(tmp_path: Path, target: str) -> None:
    link = tmp_path / "a.keras"
    link.symlink_to(target)
    error = refusal(identify, link)
    assert error.code is ErrorCode.ANNEX_POINTER
    assert "1,234,567 bytes" in error.message
    assert error.hint == f'Run `git annex get "{link}"`.'


def test_a_key_of_git_annex_may_have_no_size(tmp_path: Path) -> None:
    link = tmp_path / "a.keras"
    link.symlink_to(".git/annex/objects/Xk/0w/URL--x/URL--x")
    assert "the real model that was not fetched" in refusal(identify, link).message


def test_a_long_target_is_cut(tmp_path: Path) -> None:
    link = tmp_path / "a.keras"
    link.symlink_to("/".join(["folder"] * 100))
    assert len(refusal(identify, link).message) < 300


def test_a_missing_file_in_a_folder_that_dvc_tracks_is_to_be_pulled_with_it(tmp_path: Path) -> None:
    (tmp_path / "models.dvc").write_text("outs:", "utf-8")
    error = refusal(identify, tmp_path / "models" / "deep" / "a.keras")
    assert error.code is ErrorCode.DVC_POINTER
    assert error.hint == f'Run `dvc pull "{tmp_path / "models"}"`.'


def test_a_missing_file_in_a_folder_that_is_there_is_just_missing(tmp_path: Path) -> None:
    (tmp_path / "models.dvc").write_text("outs:", "utf-8")
    (tmp_path / "models").mkdir()
    assert refusal(identify, tmp_path / "models" / "a.keras").code is ErrorCode.MISSING


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder: a project of DVC whose stages made models, of which nothing was fetched."""
    lines = ["stages:", "  train:", "    outs:", "    - path: models/a.keras", "      size: 18493"]
    lines += ["    - path: models/b.h5", "    - path: runs", "      nfiles: 2"]
    (tmp_path / "dvc.lock").write_text("\n".join(lines), "utf-8")
    (tmp_path / "dvc.yaml").write_text("stages:\n  later:\n    outs:\n    - c.keras\n", "utf-8")
    (tmp_path / "other name.dvc").write_text("outs:\n- path: d.keras\n", "utf-8")
    (tmp_path / ".dvc").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("path", "message", "hint"),
    [
        (
            "models/a.keras",
            f"The file of 18,493 bytes is tracked by DVC ({OF_TRAIN}) and was not fetched.",
            'Run `dvc pull "models/a.keras"`.',
        ),
        (
            "runs/7/a.keras",
            f"The folder is tracked by DVC ({OF_TRAIN}) and was not fetched.",
            'Run `dvc pull "runs"`.',
        ),
        (
            "models",
            f"The folder is not there: DVC tracks what belongs in it ({IN_MODELS}), and none of it was fetched.",
            'Run `dvc pull "models/a.keras" "models/b.h5"`.',
        ),
        (
            "c.keras",
            "The stage 'later' of dvc.yaml should make it, and has not been run.",
            'Run `dvc repro "later"` in the folder of dvc.yaml.',
        ),
        ("d.keras", "The file is tracked by DVC (other name.dvc) and was not fetched.", 'Run `dvc pull "d.keras"`.'),
    ],
)
def test_a_missing_output_of_a_pipeline_of_dvc_is_told(project: Path, path: str, message: str, hint: str) -> None:
    error = refusal(identify, Path(path))
    assert (error.code, error.message, error.hint) == (ErrorCode.DVC_POINTER, message, hint)
    absolute = refusal(identify, project / path)
    assert (absolute.message.replace(f"{project}/", ""), absolute.hint.replace(f"{project}/", "")) == (message, hint)


def test_the_pipeline_of_a_folder_above_is_read_up_to_the_root_of_the_project(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (project / "models").mkdir()
    monkeypatch.chdir(project / "models")
    assert refusal(identify, Path("a.keras")).hint == 'Run `dvc pull "a.keras"`.'
    (project / "models" / ".dvc").mkdir()
    assert refusal(identify, Path("a.keras")).code is ErrorCode.MISSING


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize("path", ["e.keras", "models2", "model", "runs2/a.keras"])
def test_what_no_file_of_dvc_lists_is_missing(path: str) -> None:
    assert refusal(identify, Path(path)).code is ErrorCode.MISSING


def test_what_a_pipeline_lists_in_a_way_that_is_not_read_is_not_just_missing(project: Path) -> None:
    (project / "dvc.yaml").write_text("stages:\n  later:\n    outs: [c.keras]\n", "utf-8")
    error = refusal(identify, Path("c.keras"))
    assert error.code is ErrorCode.MISSING
    assert error.message.endswith("what a stage of DVC makes is written in a way not read (dvc.yaml, line 3).")


@pytest.mark.parametrize("name", ["dvc.lock", "a.keras.dvc"])
def test_a_file_of_dvc_that_is_a_link_out_of_its_folder_is_not_shown(tmp_path: Path, name: str) -> None:
    (tmp_path / "out").write_text(
        "stages:\n  secret:\n    outs:\n    - path: a.keras\nouts:\n- path: secret\n", "utf-8"
    )
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / name).symlink_to("../out")
    error = refusal(identify, tmp_path / "in" / "a.keras")
    assert "secret" not in f"{error.message}{error.hint}"
    assert error.code is (ErrorCode.MISSING if name == "dvc.lock" else ErrorCode.DVC_POINTER)


@pytest.mark.parametrize("letters", [249, 250, 255])
def test_a_long_name_is_missing_like_any_other(tmp_path: Path, letters: int) -> None:
    """With the suffix of a checkpoint behind it, it is longer than a system takes."""
    assert refusal(identify, tmp_path / ("n" * letters)).code is ErrorCode.MISSING


def test_the_prefix_of_a_checkpoint_is_one(tmp_path: Path) -> None:
    (tmp_path / "weights.index").touch()
    assert refusal(identify, tmp_path / "weights").code is ErrorCode.TF_CHECKPOINT


@pytest.mark.parametrize("path", ["none", "none/..", "./none", "../none/a"])
def test_a_relative_path_may_be_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    monkeypatch.chdir(tmp_path)
    assert refusal(identify, Path(path)).code is ErrorCode.MISSING


def test_standard_input_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    error = refusal(identify, Path("-"))
    assert error.code is ErrorCode.MISSING
    assert error.message == "There is no file called '-', and standard input is not read."
    assert "write it to a file first, and give its path" in error.hint


def test_a_file_that_is_called_as_standard_input_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write(Path("-"), sequential(dense("d", 3)))
    assert loaded(Path("-")).model_class == "Sequential"


def test_a_name_with_a_null_character_is_missing() -> None:
    error = refusal(identify, Path("a\0.keras"))
    assert error.code is ErrorCode.MISSING
    assert "null character" in error.message


@pytest.mark.parametrize(
    ("mode", "what"),
    [(0o010000, "named pipe"), (0o140000, "socket"), (0o020000, "device"), (0o060000, "device"), (0o150000, "special")],
)
def test_what_is_no_file_is_told_without_opening_it(mode: int, what: str) -> None:
    error = special(mode | 0o644).error
    assert error.code is ErrorCode.NOT_A_FILE
    assert what in error.message


@pytest.mark.parametrize("name", ["a.keras", "models"])
def test_a_pipe_is_never_opened(tmp_path: Path, name: str) -> None:
    """To open it would wait for a writer that never comes."""
    os.mkfifo(tmp_path / name)
    assert refusal(identify, tmp_path / name).code is ErrorCode.NOT_A_FILE

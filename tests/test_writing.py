"""Files are written whole or not at all."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from logitcheck import writing


def left_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_new_file_has_the_rights_of_a_new_file(tmp_path: Path) -> None:
    (tmp_path / "usual").touch()
    writing.write_text(tmp_path / "report", "text\ud800\n")
    assert (tmp_path / "report").read_bytes() == b"text\\ud800\n"
    assert stat.S_IMODE((tmp_path / "report").stat().st_mode) == stat.S_IMODE((tmp_path / "usual").stat().st_mode)
    assert left_in(tmp_path) == ["report", "usual"]


def test_a_file_that_was_there_keeps_its_rights(tmp_path: Path) -> None:
    (tmp_path / "report").touch(0o640)
    (tmp_path / "report").chmod(0o640)
    writing.write_text(tmp_path / "report", "new")
    assert (tmp_path / "report").read_text() == "new"
    assert stat.S_IMODE((tmp_path / "report").stat().st_mode) == 0o640


def test_a_link_stays_one(tmp_path: Path) -> None:
    (tmp_path / "real").write_text("old")
    (tmp_path / "link").symlink_to("real")
    writing.write_text(tmp_path / "link", "new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_text() == "new"


def test_a_device_is_written_to(tmp_path: Path) -> None:
    writing.write_text(Path(os.devnull), "gone")
    assert left_in(tmp_path) == []


@pytest.mark.skipif(not Path("/dev/fd").exists(), reason="this system names no open files")
def test_a_pipe_that_has_no_path_is_written_to() -> None:
    """As /dev/stdout is one, where the output is piped into another program."""
    there, here = os.pipe()
    writing.write_text(Path(f"/dev/fd/{here}"), "through")
    os.close(here)
    with os.fdopen(there) as reader:
        assert reader.read() == "through"


def test_a_folder_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        writing.write_text(tmp_path / "none" / "report", "text")


@pytest.mark.parametrize("step", ["os.fsync", "os.replace", "pathlib.Path.chmod"])
def test_the_old_file_stands_where_writing_fails(tmp_path: Path, step: str, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "report").write_text("old")

    def failing(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(step, failing)
    with pytest.raises(OSError, match="No space left"):
        writing.write_text(tmp_path / "report", "new")
    assert (tmp_path / "report").read_text() == "old"
    assert left_in(tmp_path) == ["report"]

from __future__ import annotations

import os
from pathlib import Path

import h5py
import pytest

from logitcheck.errors import ErrorCode
from logitcheck.loader.identify import HDF5_SIGNATURE, Container, container_of, identify, read_error
from tests.building import dense, sequential, write
from tests.loader.older import refusal, write_hdf5
from tests.rights import open_to_all, without_rights

MODEL = sequential(dense("d", 3))
POINTER = """version https://git-lfs.github.com/spec/v1
oid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393
size 1234567
"""


def test_a_folder_is_a_folder(tmp_path: Path) -> None:
    assert identify(tmp_path) is Container.FOLDER


@pytest.mark.parametrize("name", ["a.keras", "a.h5", "a", "a.txt"])
def test_a_zip_file_is_an_archive_whatever_its_name(tmp_path: Path, name: str) -> None:
    assert identify(write(tmp_path / name, MODEL)) is Container.ARCHIVE


def test_an_empty_zip_file_is_an_archive(tmp_path: Path) -> None:
    path = tmp_path / "a.keras"
    path.write_bytes(b"PK\x05\x06" + bytes(18))
    assert identify(path) is Container.ARCHIVE


@pytest.mark.parametrize("name", ["a.h5", "a.keras", "a", "a.txt"])
def test_an_hdf5_file_is_one_whatever_its_name(tmp_path: Path, name: str) -> None:
    assert identify(write_hdf5(tmp_path / name, MODEL)) is Container.HDF5


@pytest.mark.parametrize("size", [512, 1024, 2048, 4096])
def test_an_hdf5_file_may_begin_with_a_user_block(tmp_path: Path, size: int) -> None:
    path = tmp_path / "a.h5"
    h5py.File(path, "w", userblock_size=size).close()
    assert identify(path) is Container.HDF5


def test_the_hdf5_signature_counts_at_powers_of_two_only(tmp_path: Path) -> None:
    path = tmp_path / "a.h5"
    path.write_bytes(bytes(700) + HDF5_SIGNATURE + bytes(5000))
    assert refusal(identify, path).code is ErrorCode.NOT_A_MODEL


def test_the_search_for_the_hdf5_signature_ends(tmp_path: Path) -> None:
    path = tmp_path / "large.h5"
    with path.open("wb") as file:
        file.truncate(1 << 32)
    assert refusal(identify, path).code is ErrorCode.NOT_A_MODEL


def test_a_missing_path_is_missing(tmp_path: Path) -> None:
    error = refusal(identify, tmp_path / "none.keras")
    assert (error.code, error.hint) == (ErrorCode.MISSING, "Check the path.")


def test_a_broken_link_says_where_it_leads(tmp_path: Path) -> None:
    link = tmp_path / "a.keras"
    link.symlink_to("gone.keras")
    error = refusal(identify, link)
    assert error.code is ErrorCode.BROKEN_LINK
    assert "'gone.keras'" in error.message


def test_a_missing_file_that_dvc_tracks_is_to_be_pulled(tmp_path: Path) -> None:
    path = tmp_path / "a.keras"
    (tmp_path / "a.keras.dvc").write_text("outs: []", "utf-8")
    assert f'dvc pull "{path}"' in refusal(identify, path).hint


def test_a_path_below_a_file_is_missing(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"x")
    assert refusal(identify, tmp_path / "file" / "a.keras").code is ErrorCode.MISSING


def test_a_name_too_long_for_the_system_is_a_read_error(tmp_path: Path) -> None:
    assert refusal(identify, tmp_path / ("a" * 5000)).code is ErrorCode.READ_ERROR


def test_a_link_to_itself_is_a_loop(tmp_path: Path) -> None:
    link = tmp_path / "a.keras"
    link.symlink_to("a.keras")
    assert refusal(identify, link).code is ErrorCode.LINK_LOOP


def test_an_empty_file_is_empty(tmp_path: Path) -> None:
    path = tmp_path / "a.keras"
    path.touch()
    error = refusal(identify, path)
    assert error.code is ErrorCode.EMPTY_FILE
    assert "0 bytes" in error.message


def test_a_named_pipe_is_no_file_and_is_not_opened(tmp_path: Path) -> None:
    path = tmp_path / "a.keras"
    os.mkfifo(path)
    error = refusal(identify, path)
    assert error.code is ErrorCode.NOT_A_FILE
    assert "named pipe" in error.message


def test_a_device_is_no_file() -> None:
    error = refusal(identify, Path(os.devnull))
    assert error.code is ErrorCode.NOT_A_FILE
    assert "device" in error.message


def test_another_file_is_no_model_and_its_start_is_shown(tmp_path: Path) -> None:
    path = tmp_path / "a.keras"
    path.write_bytes(b"%PDF-1.7\n\xe2\xe3")
    error = refusal(identify, path)
    assert error.code is ErrorCode.NOT_A_MODEL
    assert r"b'%PDF-1.7\n\xe2\xe3'" in error.message


@pytest.mark.parametrize("content", [b"PK\x01\x02", b"\x89HDF\n\x1a\r\n", b"\x89HDF" + bytes(600)])
def test_half_a_signature_is_none(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.keras"
    path.write_bytes(content)
    assert refusal(identify, path).code is ErrorCode.NOT_A_MODEL


@pytest.mark.parametrize("host", ["git-lfs.github.com", "hawser.github.com"])
def test_a_git_lfs_pointer_is_told_with_its_size(tmp_path: Path, host: str) -> None:
    path = tmp_path / "a.keras"
    path.write_text(POINTER.replace("git-lfs.github.com", host), "utf-8")
    error = refusal(identify, path)
    assert error.code is ErrorCode.LFS_POINTER
    assert "1,234,567 bytes" in error.message


def test_the_hint_at_a_git_lfs_pointer_is_the_command(tmp_path: Path) -> None:
    path = tmp_path / "a.keras"
    path.write_text(POINTER, "utf-8")
    assert 'git lfs pull --include "a.keras"' in refusal(identify, path).hint


def test_a_git_lfs_pointer_with_windows_line_ends_is_one(tmp_path: Path) -> None:
    path = tmp_path / "a.keras"
    path.write_bytes(POINTER.replace("\n", "\r\n").encode())
    assert "1,234,567 bytes" in refusal(identify, path).message


def test_a_git_lfs_pointer_without_a_size_is_one(tmp_path: Path) -> None:
    path = tmp_path / "a.keras"
    path.write_text(POINTER.splitlines()[0], "utf-8")
    error = refusal(identify, path)
    assert error.code is ErrorCode.LFS_POINTER
    assert "bytes" not in error.message


def test_a_file_without_the_right_to_read_is_told() -> None:
    with open_to_all() as place:
        path = write(place / "a.keras", MODEL)
        path.chmod(0)
        with without_rights():
            assert refusal(identify, path).code is ErrorCode.PERMISSION_DENIED


def test_a_refused_permission_has_its_own_code() -> None:
    assert read_error(PermissionError(13, "Permission denied")).error.code is ErrorCode.PERMISSION_DENIED


@pytest.mark.parametrize(
    ("error", "said"), [(OSError(5, "Input/output error"), "Input/output error"), (OSError("odd"), "odd")]
)
def test_other_errors_of_the_system_are_told_in_its_words(error: OSError, said: str) -> None:
    told = read_error(error).error
    assert told.code is ErrorCode.READ_ERROR
    assert said in told.message


def test_the_container_of_a_file_is_told(tmp_path: Path) -> None:
    assert container_of(write(tmp_path / "a", MODEL)) is Container.ARCHIVE
    assert container_of(write_hdf5(tmp_path / "b", MODEL)) is Container.HDF5


def test_text_folders_and_missing_files_have_no_container(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("words", "utf-8")
    assert container_of(tmp_path / "text") is None
    assert container_of(tmp_path) is None
    assert container_of(tmp_path / "none") is None

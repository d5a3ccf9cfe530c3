from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import pytest

from logitcheck.errors import ErrorCode
from logitcheck.loader import archive
from logitcheck.loader.cut_off import refusal
from tests.building import dense, sequential
from tests.loader.older import refusal as refusal_of

MODEL = json.dumps(sequential(dense("d", 3)))
WEIGHTS = 300_000


class Stream(io.BytesIO):
    """What can only be written on."""

    def tell(self) -> int:
        raise OSError


def whole(*, zip64: bool = True, to_a_stream: bool = False) -> bytes:
    """An archive as Keras writes it: the weights come last, with Zip64 sizes."""
    memory = Stream() if to_a_stream else io.BytesIO()
    with zipfile.ZipFile(memory, "w") as opened:
        opened.writestr("config.json", MODEL)
        with opened.open("model.weights.h5", "w", force_zip64=zip64) as weights:
            weights.write(bytes(WEIGHTS))
    return memory.getvalue()


def cut(path: Path, raw: bytes, kept: int) -> str:
    """What is said of the first bytes of an archive."""
    path.write_bytes(raw[:kept])
    error = refusal_of(archive.read, path)
    assert error.code is ErrorCode.TRUNCATED
    return error.message


@pytest.mark.parametrize("zip64", [True, False])
@pytest.mark.parametrize("kept", [5_000, 100_000, 299_000])
def test_the_header_of_the_last_member_tells_how_long_the_archive_is(tmp_path: Path, kept: int, zip64: bool) -> None:
    raw = whole(zip64=zip64)
    directory = raw.find(b"PK\x01\x02")
    assert f"it has {kept:,} of more than {directory:,} bytes" in cut(tmp_path / "a.keras", raw, kept)


@pytest.mark.parametrize("after", [0, 10, 60])
def test_where_only_the_table_of_contents_is_missing_that_is_said(tmp_path: Path, after: int) -> None:
    raw = whole()
    kept = raw.find(b"PK\x01\x02") + after
    message = cut(tmp_path / "a.keras", raw, kept)
    assert f"it has {kept:,} bytes, and the table of contents" in message


def test_a_member_written_to_a_stream_does_not_tell_its_size(tmp_path: Path) -> None:
    message = cut(tmp_path / "a.keras", whole(to_a_stream=True), 5_000)
    assert "it has 5,000 bytes, and the table of contents" in message


@pytest.mark.parametrize("kept", [4, 29, 31, 50])
def test_a_few_bytes_are_enough_to_say_that_there_are_few(tmp_path: Path, kept: int) -> None:
    assert f"it has {kept} " in cut(tmp_path / "a.keras", whole(), kept)


def test_a_whole_archive_is_not_cut_off(tmp_path: Path) -> None:
    path = tmp_path / "a.keras"
    path.write_bytes(whole())
    assert refusal(path) is None


@pytest.mark.parametrize("behind", [bytes(70_000), b"garbage" * 100_000], ids=["zeros", "garbage"])
@pytest.mark.parametrize("comment", [b"", b"a comment"])
def test_a_whole_archive_with_more_behind_it_is_not_called_cut_off(
    tmp_path: Path, behind: bytes, comment: bytes
) -> None:
    """Neither Python nor Keras finds the end of an archive that is further from that of the file than 64 KB."""
    raw = bytearray(whole())
    raw[-2:] = len(comment).to_bytes(2, "little")
    raw += comment
    (tmp_path / "a.keras").write_bytes(bytes(raw) + behind)
    error = refusal_of(archive.read, tmp_path / "a.keras")
    assert (
        error.message
        == f"The zip archive ends at byte {len(raw):,}, and {len(behind):,} more follow that do not belong to it."
    )


def test_headers_that_repeat_for_ever_are_not_followed_for_ever(tmp_path: Path) -> None:
    path = tmp_path / "a.keras"
    with zipfile.ZipFile(path, "w") as opened:
        for number in range(3_000):
            opened.writestr(f"{number:05}", b"")
    raw = path.read_bytes()
    path.write_bytes(raw[: raw.find(b"PK\x01\x02")])
    error = refusal(path)
    assert error is not None
    assert "the table of contents" in error.error.message

"""Where the weights of a model are opened: in an archive as they stand in it, unpacked only if they are small."""

from __future__ import annotations

import json
import os
import zipfile
from pathlib import Path

import pytest

from logitcheck import inspection
from logitcheck.errors import UnreadableInputError
from logitcheck.loader import hdf5_statistics, weights_file
from tests.building import write
from tests.loader.adapted import archive, hdf5, model, weights


def low(path: Path) -> float | None:
    report = inspection.inspect(path)
    assert report.error is None
    return report.outputs[0].low


def test_a_member_is_a_file_of_its_own(tmp_path: Path) -> None:
    content = weights()
    with weights_file.opened(archive(tmp_path / "a.keras", content)) as stream:
        assert stream.read() == content
        assert stream.seek(-8, os.SEEK_END) == len(content) - 8
        assert stream.read(100) == content[-8:]
        assert stream.read(1) == b""
        stream.seek(1)
        assert stream.read(3) == content[1:4]
        with pytest.raises((ValueError, OSError)):
            stream.seek(-1)


def test_what_a_zip_program_compressed_is_unpacked_up_to_a_size(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = archive(tmp_path / "a.keras", method=zipfile.ZIP_DEFLATED)
    with weights_file.opened(path) as stream:
        assert stream.read() == weights()
    assert low(path) == -1.0
    monkeypatch.setattr(weights_file, "LARGEST_COMPRESSED", 100)
    with pytest.raises(UnreadableInputError), weights_file.opened(path):
        pass


@pytest.mark.parametrize("damage", [b"", b"\xff" * 40])
def test_compressed_weights_that_are_damaged_are_not_known(damage: bytes, tmp_path: Path) -> None:
    path = archive(tmp_path / "a.keras", method=zipfile.ZIP_DEFLATED)
    with zipfile.ZipFile(path) as opened:
        member = opened.getinfo("model.weights.h5")
    raw = bytearray(path.read_bytes())
    start = member.header_offset + 30 + len("model.weights.h5")
    if damage:
        raw[start + 20 : start + 20 + len(damage)] = damage
    else:
        at = raw.rfind(b"PK\x01\x02") + 20
        raw[at : at + 4] = (member.compress_size // 2).to_bytes(4, "little")  # as if half of it were there
    path.write_bytes(raw)
    place = {"steps": [["normalization", 0, 1, "norm"]]}
    assert not any(hdf5_statistics.read(path, [place]) or [])
    assert low(path) is None


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_no_other_method_is_read(method: int, tmp_path: Path) -> None:
    assert low(archive(tmp_path / "a.keras", method=method)) is None


def test_weights_beside_the_config_are_read(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text(json.dumps(model()), "utf-8")
    (tmp_path / "model.weights.h5").write_bytes(weights())
    assert low(tmp_path) == -1.0


def test_a_link_out_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / "config.json").write_text(json.dumps(model()), "utf-8")
    (tmp_path / "weights").write_bytes(weights())
    (folder / "model.weights.h5").symlink_to(tmp_path / "weights")
    assert low(folder) is None


def test_weights_in_several_files_are_not_known(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text(json.dumps(model()), "utf-8")
    (tmp_path / "model.weights.json").write_text("{}", "utf-8")
    assert low(tmp_path) is None


def test_json_has_no_weights(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text(json.dumps(model()), "utf-8")
    assert low(path) is None
    with pytest.raises(UnreadableInputError), weights_file.opened(path):
        pass


def test_of_two_members_with_the_weights_none_is_read(tmp_path: Path) -> None:
    path = archive(tmp_path / "a.keras")
    with zipfile.ZipFile(path, "a") as opened, pytest.warns(UserWarning, match="Duplicate name"):
        opened.writestr("model.weights.h5", weights())
    assert low(path) is None


def test_no_member_has_no_numbers(tmp_path: Path) -> None:
    assert low(write(tmp_path / "a.keras", model())) is None


@pytest.mark.parametrize("content", [weights()[:-100], weights()[:40], b"", b"\x89HDF\r\n\x1a\n" + bytes(500)])
def test_weights_that_are_cut_off_are_not_known(content: bytes, tmp_path: Path) -> None:
    assert low(archive(tmp_path / "a.keras", content)) is None


LYING = {
    "another name": (30, b"x"),
    "another method": (8, b"\x08"),
    "no header": (0, b"x"),
    "a longer name": (26, b"\x11"),
}


@pytest.mark.parametrize(("offset", "byte"), LYING.values(), ids=LYING.keys())
def test_a_member_that_is_not_what_the_list_says_is_not_read(offset: int, byte: bytes, tmp_path: Path) -> None:
    path = archive(tmp_path / "a.keras")
    with zipfile.ZipFile(path) as opened:
        start = opened.getinfo("model.weights.h5").header_offset
    raw = bytearray(path.read_bytes())
    raw[start + offset] = byte[0]
    path.write_bytes(raw)
    assert low(path) is None


def test_a_member_that_ends_behind_the_file_is_not_read(tmp_path: Path) -> None:
    path = archive(tmp_path / "a.keras")
    raw = bytearray(path.read_bytes())
    entry = raw.rfind(b"PK\x01\x02")
    for offset in (20, 24):
        raw[entry + offset + 3] = 0x7F
    path.write_bytes(raw)
    assert low(path) is None


def test_a_user_block_before_hdf5_is_skipped(tmp_path: Path) -> None:
    path = hdf5(tmp_path / "a.h5")
    path.write_bytes(bytes(512) + path.read_bytes())
    assert low(path) == -1.0

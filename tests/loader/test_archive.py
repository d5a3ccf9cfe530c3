from __future__ import annotations

import json
import struct
import zipfile
from pathlib import Path

import pytest

from logitcheck.errors import ErrorCode
from logitcheck.loader import archive, document
from logitcheck.model import ContainerFormat
from tests.building import compiled, dense, sequential, write
from tests.loader.older import refusal, write_hdf5

MODEL = compiled(sequential(dense("d", 3, "softmax")), "mse")
_FLAGS = {b"PK\x03\x04": 6, b"PK\x01\x02": 8}
_METHOD = {b"PK\x03\x04": 8, b"PK\x01\x02": 10}


def patch_headers(path: Path, places: dict[bytes, int], value: int) -> Path:
    """Overwrite a field of every local and central header of a small zip file."""
    raw = bytearray(path.read_bytes())
    for signature, offset in places.items():
        at = raw.find(signature)
        while at >= 0:
            struct.pack_into("<H", raw, at + offset, value)
            at = raw.find(signature, at + 4)
    path.write_bytes(raw)
    return path


def config_only(path: Path, text: str, method: int = zipfile.ZIP_STORED) -> Path:
    """An archive with nothing but a `config.json`."""
    with zipfile.ZipFile(path, "w", method) as opened:
        opened.writestr("config.json", text)
    return path


def test_config_and_metadata_are_read(tmp_path: Path) -> None:
    model = archive.read(write(tmp_path / "a.keras", MODEL, "3.9.2"))
    assert model.format is ContainerFormat.KERAS
    assert model.config["class_name"] == "Sequential"
    assert model.compile_settings is not None
    assert model.keras_version == "3.9.2"


def test_metadata_may_be_missing(tmp_path: Path) -> None:
    assert archive.read(write(tmp_path / "a.keras", MODEL, None)).keras_version is None


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_what_keras_and_zip_programs_write_is_read(tmp_path: Path, method: int) -> None:
    path = config_only(tmp_path / "a.keras", json.dumps(MODEL), method)
    assert archive.read(path).config["class_name"] == "Sequential"


def test_other_members_are_not_even_looked_at(tmp_path: Path) -> None:
    """Weights, members that would leave the folder, and damaged ones: none of them matters."""
    path = write(tmp_path / "a.keras", MODEL)
    with zipfile.ZipFile(path, "a") as opened:
        opened.writestr("../../outside.txt", "x")
        opened.writestr("model.weights.h5", "weights" * 20)
    raw = path.read_bytes()
    assert raw.count(b"weightsweights") > 0
    path.write_bytes(raw.replace(b"weightsweights", b"damageddamaged"))
    assert archive.read(path).config["class_name"] == "Sequential"
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["a.keras"]


def test_the_last_of_members_with_one_name_counts(tmp_path: Path) -> None:
    path = config_only(tmp_path / "a.keras", '{"class_name": "First", "config": {}}')
    with zipfile.ZipFile(path, "a") as opened, pytest.warns(UserWarning, match="Duplicate name"):
        opened.writestr("config.json", '{"class_name": "Second", "config": {}}')
    assert archive.read(path).config["class_name"] == "Second"


def test_an_archive_without_config_says_what_it_holds(tmp_path: Path) -> None:
    path = tmp_path / "a.keras"
    with zipfile.ZipFile(path, "w") as opened:
        opened.writestr("readme.txt", "x")
        opened.writestr("data/pickle", "x")
    error = refusal(archive.read, path)
    assert error.code is ErrorCode.NO_CONFIG
    assert "found 'readme.txt', 'data/pickle'." in error.message


def test_of_many_members_five_are_named(tmp_path: Path) -> None:
    path = tmp_path / "a.keras"
    with zipfile.ZipFile(path, "w") as opened:
        for number in range(7):
            opened.writestr(f"member{number}", "x")
    message = refusal(archive.read, path).message
    assert "'member4' …" in message
    assert "member5" not in message


def test_an_empty_archive_holds_nothing(tmp_path: Path) -> None:
    zipfile.ZipFile(tmp_path / "a.keras", "w").close()
    error = refusal(archive.read, tmp_path / "a.keras")
    assert error.code is ErrorCode.NO_CONFIG
    assert "found nothing" in error.message


def test_a_config_in_a_subfolder_is_not_the_config_but_a_model_to_unpack(tmp_path: Path) -> None:
    path = tmp_path / "a.keras"
    with zipfile.ZipFile(path, "w") as opened:
        opened.writestr("model/config.json", json.dumps(MODEL))
    assert refusal(archive.read, path).code is ErrorCode.COMPRESSED


@pytest.mark.parametrize("kept", [0.1, 0.5, 0.9, 0.99])
def test_an_archive_that_is_cut_off_is_truncated(tmp_path: Path, kept: float) -> None:
    path = write(tmp_path / "a.keras", MODEL)
    raw = path.read_bytes()
    path.write_bytes(raw[: int(len(raw) * kept)])
    assert refusal(archive.read, path).code is ErrorCode.TRUNCATED


def test_a_config_with_a_wrong_checksum_is_damaged(tmp_path: Path) -> None:
    path = config_only(tmp_path / "a.keras", json.dumps(MODEL))
    path.write_bytes(path.read_bytes().replace(b'"Sequential"', b'"Sequentiol"'))
    assert refusal(archive.read, path).code is ErrorCode.TRUNCATED


def test_deflated_data_that_are_damaged_are_told(tmp_path: Path) -> None:
    path = config_only(tmp_path / "a.keras", json.dumps(MODEL), zipfile.ZIP_DEFLATED)
    raw = bytearray(path.read_bytes())
    raw[41:60] = bytes([0xFF]) * 19
    path.write_bytes(raw)
    assert refusal(archive.read, path).code is ErrorCode.TRUNCATED


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA, 99])
def test_other_compressions_are_refused(tmp_path: Path, method: int) -> None:
    """Of those that Python knows it unpacks as much as there is, whatever size was declared and asked for."""
    path = patch_headers(config_only(tmp_path / "a.keras", json.dumps(MODEL)), _METHOD, method)
    error = refusal(archive.read, path)
    assert error.code is ErrorCode.COMPRESSED
    assert error.message == f"config.json in the archive is compressed by method {method}, which is not read."


def test_member_names_that_are_no_utf8_are_told(tmp_path: Path) -> None:
    path = tmp_path / "a.keras"
    with zipfile.ZipFile(path, "w") as opened:
        opened.writestr("é.json", "x")
    path.write_bytes(path.read_bytes().replace("é.json".encode(), b"\xff\xff.json"))
    assert refusal(archive.read, path).code is ErrorCode.TRUNCATED


def test_an_encrypted_config_is_not_read(tmp_path: Path) -> None:
    path = patch_headers(config_only(tmp_path / "a.keras", json.dumps(MODEL)), _FLAGS, 1)
    error = refusal(archive.read, path)
    assert error.code is ErrorCode.ENCRYPTED
    assert error.message == "config.json in the archive is encrypted."


def test_a_zip_bomb_is_refused_by_its_ratio(tmp_path: Path) -> None:
    path = config_only(tmp_path / "a.keras", "[" + " " * (4 << 20) + "]", zipfile.ZIP_DEFLATED)
    assert path.stat().st_size < 10_000
    error = refusal(archive.read, path)
    assert error.code is ErrorCode.TOO_LARGE
    assert "4,194,306 bytes" in error.message


def test_a_zip_bomb_in_the_metadata_is_refused_too(tmp_path: Path) -> None:
    path = tmp_path / "a.keras"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as opened:
        opened.writestr("config.json", json.dumps(MODEL))
        opened.writestr("metadata.json", "{" + " " * (4 << 20) + "}")
    assert refusal(archive.read, path).code is ErrorCode.TOO_LARGE


def test_a_small_config_may_shrink_as_much_as_it_likes(tmp_path: Path) -> None:
    text = json.dumps(MODEL) + " " * 500_000
    path = config_only(tmp_path / "a.keras", text, zipfile.ZIP_DEFLATED)
    assert archive.read(path).config["class_name"] == "Sequential"


def test_a_large_config_that_deflates_as_json_does_is_read(tmp_path: Path) -> None:
    layers = [dense(f"layer_{number}", number % 977 + 1) for number in range(12_000)]
    text = json.dumps(sequential(*layers))
    assert len(text) > 1 << 20
    assert archive.read(config_only(tmp_path / "a.keras", text, zipfile.ZIP_DEFLATED)).format is ContainerFormat.KERAS


def test_a_member_that_says_it_is_larger_than_any_config_is_not_read(tmp_path: Path) -> None:
    path = config_only(tmp_path / "a.keras", json.dumps(MODEL))
    raw = bytearray(path.read_bytes())
    struct.pack_into("<L", raw, raw.find(b"PK\x01\x02") + 24, document.LARGEST + 1)
    path.write_bytes(raw)
    assert refusal(archive.read, path).code is ErrorCode.TOO_LARGE


def test_a_member_that_lies_about_its_size_is_not_inflated_beyond_it(tmp_path: Path) -> None:
    path = config_only(tmp_path / "a.keras", "[" + " " * (4 << 20) + "]", zipfile.ZIP_DEFLATED)
    raw = bytearray(path.read_bytes())
    struct.pack_into("<L", raw, raw.find(b"PK\x01\x02") + 24, 10)
    path.write_bytes(raw)
    assert refusal(archive.read, path).code is ErrorCode.TRUNCATED


def test_an_archive_of_a_hundred_thousand_members_is_hostile(tmp_path: Path) -> None:
    """The central directory repeats one entry: that is all it takes."""
    path = config_only(tmp_path / "a.keras", json.dumps(MODEL))
    raw = path.read_bytes()
    start, end = raw.find(b"PK\x01\x02"), raw.find(b"PK\x05\x06")
    directory = raw[start:end] * 100_001
    fields = (b"PK\x06\x06", 44, 45, 45, 0, 0, 100_001, 100_001, len(directory), start)
    record = struct.pack("<4sQHHLLQQQQ", *fields)
    locator = struct.pack("<4sLQL", b"PK\x06\x07", 0, start + len(directory), 1)
    last = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)
    path.write_bytes(raw[:start] + directory + record + locator + last)
    error = refusal(archive.read, path)
    assert error.code is ErrorCode.TOO_LARGE
    assert f"has {len(directory):,} bytes" in error.message


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", ErrorCode.BAD_JSON),
        ('{"class_name": "Sequential",', ErrorCode.BAD_JSON),
        ("[" * 200_000, ErrorCode.BAD_JSON),
        ('{"a": ' + "1" * 100_000 + "}", ErrorCode.BAD_JSON),
        ("[]", ErrorCode.NOT_A_MODEL),
        ('{"config": {}}', ErrorCode.NOT_A_MODEL),
    ],
    ids=["empty", "cut off", "deep", "long number", "a list", "no class_name"],
)
def test_a_config_that_is_none_is_refused(tmp_path: Path, text: str, code: ErrorCode) -> None:
    assert refusal(archive.read, config_only(tmp_path / "a.keras", text)).code is code


def test_a_zip_file_with_a_config_holds_a_model(tmp_path: Path) -> None:
    assert archive.holds_model(write(tmp_path / "a.zip", MODEL))


def test_a_zip_file_without_config_holds_no_model(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as opened:
        opened.writestr("readme.txt", "x")
    assert not archive.holds_model(path)


def test_files_that_are_no_zip_files_hold_no_model(tmp_path: Path) -> None:
    assert not archive.holds_model(write_hdf5(tmp_path / "a.h5", MODEL))
    assert not archive.holds_model(tmp_path / "none.zip")

"""Of an archive only config.json changes: every other member stays byte for byte, however the archive was made."""

from __future__ import annotations

import io
import tempfile
import zipfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from logitcheck import writing
from logitcheck.fixing import archive_layout, archive_writer
from logitcheck.fixing.archive_layout import StrangeArchiveError
from logitcheck.fixing.verifying import _is_same_but_config
from tests.fixing.archives import Archive, Entry, members, written

OLD, NEW = '{"class_name": "Sequential"}', '{"class_name": "Functional", "longer": [1, 2, 3]}'
CONFIG = Entry("config.json", OLD.encode())


def rewritten(raw: bytes, folder: Path, text: str = NEW) -> Path:
    """The archive with another config.json."""
    source, target = folder / "source.keras", folder / "target.keras"
    source.write_bytes(raw)
    target.unlink(missing_ok=True)
    with writing.draft(target) as new:
        archive_writer.write(source, text, new)
    return target


def check(raw: bytes, folder: Path, text: str = NEW) -> None:
    """Check everything that has to be as it was."""
    target = rewritten(raw, folder, text)
    source = folder / "source.keras"
    before, after = members(source), members(target)
    assert list(before) == list(after)
    config = next(name for name in before if name.endswith(" config.json"))
    assert {name: facts for name, facts in after.items() if name != config} == {
        name: facts for name, facts in before.items() if name != config
    }
    assert before[config][:5] == after[config][:5]
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target) as new:
        assert new.comment == old.comment
        assert new.testzip() is None
        assert new.read("config.json").decode() == text
        assert [len(info.extra) for info in new.infolist()] == [len(info.extra) for info in old.infolist()]
    assert _is_same_but_config(source, target)
    assert rewritten(target.read_bytes(), folder, OLD).read_bytes() == raw or is_normalised(raw)


def is_normalised(raw: bytes) -> bool:
    """Whether config.json has its sizes behind its data, or is packed: then the way back is not the same bytes."""
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        info = archive.getinfo("config.json")
    return bool(info.flag_bits & 8) or info.compress_type != zipfile.ZIP_STORED


names = st.text(st.characters(codec="utf-8", exclude_characters="\0:\\/"), min_size=1, max_size=12).filter(
    lambda name: name not in {".", "..", "config.json"} and not name.startswith("/")
)
extras = st.sampled_from([b"", b"UT\x05\x00\x01abcd", b"\x99\x99\x02\x00zz", b"ux\x0b\0\x01\x04\0\0\0\0\x04\0\0\0\0"])


@st.composite
def entries(draw: st.DrawFn, name: str | None = None) -> Entry:
    path = name or "/".join(draw(st.lists(names, min_size=1, max_size=2)))
    data = OLD.encode() if name else draw(st.binary(max_size=200))
    zip64 = draw(st.booleans())
    return Entry(
        name=path,
        data=data,
        method=draw(st.sampled_from([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])),
        extra=draw(extras),
        record_extra=draw(extras),
        comment=draw(st.binary(max_size=10)),
        descriptor=draw(st.sampled_from([0, 0, 16, 24] if zip64 else [0, 0, 12, 16])),
        zip64=zip64,
        zip64_place=draw(st.booleans()),
        gap=draw(st.sampled_from([b"", b"", b"junk", bytes(7)])),
    )


@st.composite
def archives(draw: st.DrawFn) -> Archive:
    others = draw(st.lists(entries(), max_size=4, unique_by=lambda entry: entry.name))
    stored = [*others, draw(entries("config.json"))]
    order = draw(st.permutations(range(len(stored))))
    comment = draw(st.binary(max_size=30).filter(lambda raw: b"PK" not in raw))
    return Archive(
        [stored[at] for at in order],
        listed=draw(st.permutations(range(len(stored)))),
        prefix=draw(st.sampled_from([b"", b"#!/bin/sh\n", b"PK\x03\x04" + bytes(40)])),
        comment=comment,
        zip64_end=draw(st.booleans()),
    )


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(archive=archives(), text=st.text(st.characters(codec="utf-8"), max_size=300))
def test_every_other_member_stays_byte_for_byte(archive: Archive, text: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        check(written(archive), Path(folder), text)


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED], ids=["stored", "deflated"])
@pytest.mark.parametrize("seekable", [True, False])
def test_archives_of_zipfile_are_copied(tmp_path: Path, method: int, seekable: bool) -> None:
    class Pipe(io.BytesIO):
        def seekable(self) -> bool:
            return seekable

        def seek(self, *where: Any) -> int:
            if not seekable:
                raise OSError
            return super().seek(*where)

    out = Pipe()
    with zipfile.ZipFile(out, "w", method) as archive:
        archive.comment = b"a comment"
        archive.writestr("metadata.json", "{}")
        with archive.open("config.json", "w", force_zip64=True) as member:
            member.write(OLD.encode())
        archive.writestr("model.weights.h5", bytes(5000))
    check(out.getvalue(), tmp_path)


def test_what_keras_writes_is_the_same_again_once_the_text_is(tmp_path: Path) -> None:
    raw = (Path(__file__).parents[2] / "sample_models" / "softmax_good.keras").read_bytes()
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        text = archive.read("config.json").decode()
    assert rewritten(raw, tmp_path, text).read_bytes() == raw


HOSTILE = {
    "duplicate": [CONFIG, Entry("a", b"x"), CONFIG],
    "parent": [CONFIG, Entry("../evil", b"x")],
    "parent inside": [CONFIG, Entry("assets/../../evil", b"x")],
    "absolute": [CONFIG, Entry("/etc/passwd", b"x")],
    "drive": [CONFIG, Entry("C:evil", b"x")],
    "backslashes": [CONFIG, Entry("..\\evil", b"x")],
    "none": [Entry("other.json", b"{}")],
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_archives_are_refused(tmp_path: Path, kind: str) -> None:
    with pytest.raises(StrangeArchiveError):
        rewritten(written(Archive(HOSTILE[kind])), tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["source.keras"]


GOOD = written(Archive([Entry("a", b"x" * 40), CONFIG, Entry("b", b"y" * 40)], comment=b"c"))


def changed(at: int, raw: bytes) -> bytes:
    """The good archive with other bytes."""
    return GOOD[:at] + raw + GOOD[at + len(raw) :]


DIRECTORY = GOOD.index(b"PK\x01\x02")
SECOND = GOOD.index(b"PK\x01\x02", DIRECTORY + 4)
LAST = GOOD.index(b"PK\x05\x06")
STRANGE = {
    "no end": GOOD[:-24],
    "bytes behind": GOOD + b"behind",
    "another disk": changed(LAST + 4, b"\1"),
    "another count": changed(LAST + 10, b"\2"),
    "place of the directory": changed(LAST + 16, b"\xff\xff\0\0"),
    "zip64 without a record": changed(LAST + 16, b"\xff\xff\xff\xff"),
    "overlapping": changed(SECOND + 42, (10).to_bytes(4, "little")),
    "outside": changed(SECOND + 42, b"\xf0\xff\xff\x00"),
    "huge sizes": changed(SECOND + 20, b"\xf0\xff\xff\xf0"),
    "too large without zip64": changed(SECOND + 20, b"\xff\xff\xff\xff"),
    "damaged record": changed(SECOND, b"XX"),
    "damaged header": changed(0, b"XX"),
    "another name": changed(30, b"z"),
    "method": changed(SECOND + 10, b"\x0c"),
    "a member inside config.json": changed(DIRECTORY + 42, (GOOD.index(b"config.json") - 20).to_bytes(4, "little")),
    "descriptor that is none": changed(SECOND + 8, b"\x08"),
    "zip64 record elsewhere": GOOD[:LAST] + bytes(56) + b"PK\x06\x07" + bytes(16) + GOOD[LAST:],
}


@pytest.mark.parametrize("kind", STRANGE)
def test_strange_archives_are_refused(tmp_path: Path, kind: str) -> None:
    with pytest.raises(StrangeArchiveError):
        rewritten(STRANGE[kind], tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["source.keras"]


def test_what_would_reach_beyond_4_gib_is_refused(tmp_path: Path) -> None:
    """A sparse file of 4 GiB: its last member would be moved to where four bytes cannot say."""
    path = tmp_path / "large.keras"
    size = 0xFFFFFFFF - 200
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("config.json", OLD)
        archive.writestr("weights", b"")
    raw = path.read_bytes()
    directory = raw.index(b"PK\x01\x02")
    with path.open("wb") as file:
        file.write(raw[:directory])
        file.seek(size)
        made = bytearray(raw[directory:])
        end = made.index(b"PK\x05\x06")
        made[end + 16 : end + 20] = size.to_bytes(4, "little")
        file.write(made)
    with path.open("rb") as file:
        layout = archive_layout.read(file)
    with pytest.raises(StrangeArchiveError, match="4 GiB"):
        archive_writer._end(layout, 300)

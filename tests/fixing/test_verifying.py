"""A result that is not what was planned is noticed before it takes its name, whatever went wrong: nothing is kept."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

import logitcheck
from logitcheck import writing
from logitcheck.fixing import NotWrittenError, archive_writer, verifying
from tests.building import loss
from tests.fixing.archives import Archive, Entry, written
from tests.fixing.making import head, keras

Write = Callable[[Path, str, writing.Draft], None]
REAL: Write = archive_writer.write


def _other_flag(source: Path, text: str, new: writing.Draft) -> None:
    REAL(source, text.replace('"from_logits": false', '"from_logits": true'), new)


def _other_text(source: Path, text: str, new: writing.Draft) -> None:
    REAL(source, text.replace('"trainable": true', '"trainable": false'), new)


def _nothing(source: Path, text: str, new: writing.Draft) -> None:
    del source, text, new


def _cut_off(source: Path, text: str, new: writing.Draft) -> None:
    REAL(source, text, new)
    new.path.write_bytes(new.path.read_bytes()[:-30])


def _another_member(source: Path, text: str, new: writing.Draft) -> None:
    changed = source.with_name("changed")
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(changed, "w") as made:
        for info in old.infolist():
            made.writestr(info, old.read(info).replace(b"2026", b"2027"))
    REAL(changed, text, new)
    changed.unlink()


DEFECTS = [_other_flag, _other_text, _nothing, _cut_off, _another_member]


@pytest.mark.parametrize("defect", DEFECTS, ids=lambda defect: defect.__name__)
def test_a_defect_of_the_writer_keeps_nothing(tmp_path: Path, defect: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    path = keras(tmp_path, head(3, "softmax"), loss("CategoricalCrossentropy", from_logits=True))
    before = path.read_bytes()
    monkeypatch.setattr(archive_writer, "write", defect)
    with pytest.raises(NotWrittenError, match=r"a defect of logitcheck: please report it. Nothing was written"):
        logitcheck.fix(path, in_place=True)
    assert path.read_bytes() == before
    assert [each.name for each in tmp_path.iterdir()] == ["model.keras"]


CONFIG, OTHER = Entry("config.json", b"{}"), Entry("other", b"content", comment=b"c")
GOOD = Archive([OTHER, CONFIG, Entry("last", b"x")], comment=b"comment")
CHANGED = {
    "comment of the archive": Archive(GOOD.entries, comment=b"Comment"),
    "order": Archive([CONFIG, OTHER, GOOD.entries[2]], comment=b"comment"),
    "data": Archive([Entry("other", b"cOntent", comment=b"c"), *GOOD.entries[1:]], comment=b"comment"),
    "length": Archive([Entry("other", b"content.", comment=b"c"), *GOOD.entries[1:]], comment=b"comment"),
    "comment of a member": Archive([Entry("other", b"content", comment=b"C"), *GOOD.entries[1:]], comment=b"comment"),
    "local extra data": Archive(
        [Entry("other", b"content", extra=b"\x99\x99\0\0", comment=b"c"), *GOOD.entries[1:]], comment=b"comment"
    ),
    "bytes between members": Archive(
        [Entry("other", b"content", comment=b"c", gap=b"x"), *GOOD.entries[1:]], comment=b"comment"
    ),
    "bytes before": Archive(GOOD.entries, prefix=b"x", comment=b"comment"),
    "fewer members": Archive(GOOD.entries[:2], comment=b"comment"),
}


@pytest.mark.parametrize("what", CHANGED)
def test_every_difference_of_archives_is_seen(tmp_path: Path, what: str) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    one.write_bytes(written(GOOD))
    other.write_bytes(written(GOOD))
    assert verifying._is_same_but_config(one, other)
    other.write_bytes(written(CHANGED[what]))
    assert not verifying._is_same_but_config(one, other)


def test_the_content_of_config_is_nobodys_business_there(tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    one.write_bytes(written(GOOD))
    other.write_bytes(written(Archive([OTHER, Entry("config.json", b'{"a": 1}'), GOOD.entries[2]], comment=b"comment")))
    assert verifying._is_same_but_config(one, other)

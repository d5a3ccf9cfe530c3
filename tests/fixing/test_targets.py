"""Where a result may go, what stays of what was there, and the one sentence for everything that is refused."""

from __future__ import annotations

import json
import os
import stat
import zipfile
from pathlib import Path

import pytest

import logitcheck
from logitcheck import FixStatus
from logitcheck.fixing import NotWrittenError
from tests.building import write
from tests.fixing.making import SPARSE, head, keras
from tests.rights import open_to_all, without_rights


@pytest.fixture
def model(tmp_path: Path) -> Path:
    return keras(tmp_path, head(), SPARSE)


def refusal(path: Path, **how: object) -> str:
    """Why a result is not written; nothing is then left of it."""
    before = sorted(each.name for each in path.parent.iterdir())
    with pytest.raises(NotWrittenError) as raised:
        logitcheck.fix(path, **how)  # type: ignore[arg-type]
    assert sorted(each.name for each in path.parent.iterdir()) == before
    return str(raised.value)


def is_fixed(path: Path) -> bool:
    return logitcheck.inspect(path).outcome is logitcheck.Outcome.OK


class TestANewFile:
    def test_is_written_and_the_model_stays(self, model: Path, tmp_path: Path) -> None:
        before = model.read_bytes()
        result = logitcheck.fix(model, output=tmp_path / "fixed.keras")
        assert result.output == str(tmp_path / "fixed.keras")
        assert is_fixed(tmp_path / "fixed.keras")
        assert model.read_bytes() == before
        assert sorted(path.name for path in tmp_path.iterdir()) == ["fixed.keras", "model.keras"]

    def test_has_the_rights_of_the_model(self, model: Path, tmp_path: Path) -> None:
        model.chmod(0o600)
        logitcheck.fix(model, output=tmp_path / "fixed.keras")
        assert stat.S_IMODE((tmp_path / "fixed.keras").stat().st_mode) == 0o600

    def test_is_not_written_where_nothing_is_to_be_fixed(self, tmp_path: Path) -> None:
        right = keras(tmp_path, head(3, "softmax"), SPARSE)
        assert logitcheck.fix(right, output=tmp_path / "fixed.keras").output is None
        assert not (tmp_path / "fixed.keras").exists()

    def test_that_is_there_is_not_replaced(self, model: Path, tmp_path: Path) -> None:
        (tmp_path / "fixed.keras").write_bytes(b"mine")
        assert "--force" in refusal(model, output=tmp_path / "fixed.keras")
        assert (tmp_path / "fixed.keras").read_bytes() == b"mine"

    def test_that_is_there_is_replaced_by_force_and_keeps_its_rights(self, model: Path, tmp_path: Path) -> None:
        (tmp_path / "fixed.keras").write_bytes(b"old")
        (tmp_path / "fixed.keras").chmod(0o640)
        logitcheck.fix(model, output=tmp_path / "fixed.keras", force=True)
        assert is_fixed(tmp_path / "fixed.keras")
        assert stat.S_IMODE((tmp_path / "fixed.keras").stat().st_mode) == 0o640

    def test_that_is_a_link_is_replaced_behind_it(self, model: Path, tmp_path: Path) -> None:
        (tmp_path / "real.keras").write_bytes(b"old")
        (tmp_path / "link.keras").symlink_to("real.keras")
        assert "--force" in refusal(model, output=tmp_path / "link.keras")
        logitcheck.fix(model, output=tmp_path / "link.keras", force=True)
        assert (tmp_path / "link.keras").is_symlink()
        assert is_fixed(tmp_path / "real.keras")

    @pytest.mark.parametrize("name", ["model.keras", "./x/../model.keras", "link.keras", "hard.keras"])
    def test_is_not_the_model_under_any_name(self, model: Path, tmp_path: Path, name: str) -> None:
        (tmp_path / "x").mkdir()
        (tmp_path / "link.keras").symlink_to("model.keras")
        os.link(model, tmp_path / "hard.keras")
        assert "--in-place" in refusal(model, output=tmp_path / name, force=True)

    def test_is_no_folder(self, model: Path, tmp_path: Path) -> None:
        (tmp_path / "out").mkdir()
        assert "is a folder" in refusal(model, output=tmp_path / "out", force=True)

    def test_needs_a_folder(self, model: Path, tmp_path: Path) -> None:
        assert "no folder" in refusal(model, output=tmp_path / "none" / "fixed.keras")

    def test_is_no_device(self, model: Path) -> None:
        assert "no file" in refusal(model, output=os.devnull, force=True)

    @pytest.mark.parametrize("name", ["fixed.h5", "fixed.json", "fixed.HDF5"])
    def test_must_not_be_called_as_another_kind(self, model: Path, tmp_path: Path, name: str) -> None:
        assert "must end in .keras" in refusal(model, output=tmp_path / name)

    def test_may_be_called_anything_else(self, model: Path, tmp_path: Path) -> None:
        assert logitcheck.fix(model, output=tmp_path / "fixed").status is FixStatus.FIXED

    def test_needs_the_right_to_write(self) -> None:
        with open_to_all() as place:
            path = keras(place, head(), SPARSE)
            (place / "out").mkdir(mode=0o555)
            with without_rights():
                said = refusal(path, output=place / "out" / "fixed.keras")
            assert "may be written" in said


class TestInPlace:
    def test_the_old_file_becomes_the_backup(self, model: Path) -> None:
        before, number = model.read_bytes(), model.stat().st_ino
        result = logitcheck.fix(model, in_place=True)
        backup = model.with_name("model.keras.bak")
        assert result.backup == str(backup)
        assert is_fixed(model)
        assert backup.read_bytes() == before
        assert backup.stat().st_ino == number

    def test_the_suffix_can_be_chosen_and_left_out(self, model: Path) -> None:
        assert "cannot be put behind" in refusal(model, in_place=True, backup="")
        assert "cannot be put behind" in refusal(model, in_place=True, backup="/x")
        logitcheck.fix(model, in_place=True, backup="~")
        assert sorted(path.name for path in model.parent.iterdir()) == ["model.keras", "model.keras~"]

    def test_without_a_backup_none_is_made(self, model: Path) -> None:
        assert logitcheck.fix(model, in_place=True, backup=None).backup is None
        assert [path.name for path in model.parent.iterdir()] == ["model.keras"]

    def test_a_backup_that_is_there_is_kept(self, model: Path) -> None:
        model.with_name("model.keras.bak").write_bytes(b"older")
        assert "is there already" in refusal(model, in_place=True)
        assert model.with_name("model.keras.bak").read_bytes() == b"older"

    def test_a_backup_that_an_interrupted_run_left_is_taken(self, model: Path) -> None:
        os.link(model, model.with_name("model.keras.bak"))
        assert logitcheck.fix(model, in_place=True).status is FixStatus.FIXED

    def test_without_hard_links_the_backup_is_a_copy(self, model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def none(*_: object) -> None:
            raise OSError(95, "Operation not supported")

        monkeypatch.setattr(os, "link", none)
        before = model.read_bytes()
        logitcheck.fix(model, in_place=True)
        assert model.with_name("model.keras.bak").read_bytes() == before
        assert is_fixed(model)

    @pytest.mark.parametrize("mode", [0o644, 0o600, 0o664])
    def test_the_mode_is_kept(self, model: Path, mode: int) -> None:
        model.chmod(mode)
        logitcheck.fix(model, in_place=True)
        assert stat.S_IMODE(model.stat().st_mode) == mode

    @pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root may give files away")
    def test_the_owner_is_kept(self, model: Path) -> None:
        os.chown(model, 1234, 5678)
        model.chmod(0o6754)
        logitcheck.fix(model, in_place=True)
        status = model.stat()
        assert (status.st_uid, status.st_gid, stat.S_IMODE(status.st_mode)) == (1234, 5678, 0o6754)

    @pytest.mark.skipif(not hasattr(os, "setxattr"), reason="no extended attributes")
    def test_extended_attributes_are_kept(self, model: Path) -> None:
        try:
            os.setxattr(model, "user.note", b"mine")
        except OSError:
            pytest.skip("the file system has no extended attributes")
        logitcheck.fix(model, in_place=True)
        assert os.getxattr(model, "user.note") == b"mine"

    def test_a_link_stays_one_and_what_it_leads_to_is_replaced(self, model: Path, tmp_path: Path) -> None:
        link = tmp_path / "link.keras"
        link.symlink_to("model.keras")
        result = logitcheck.fix(link, in_place=True)
        assert link.is_symlink()
        assert is_fixed(model)
        assert result.backup == str(tmp_path / "model.keras.bak")
        assert "stays one" in result.notes[0]

    def test_other_names_of_the_file_are_told(self, model: Path, tmp_path: Path) -> None:
        os.link(model, tmp_path / "other.keras")
        result = logitcheck.fix(model, in_place=True)
        assert "another name (a hard link)" in result.notes[0]
        assert not is_fixed(tmp_path / "other.keras")

    def test_a_file_that_is_read_only_is_left(self) -> None:
        with open_to_all() as place:
            place.chmod(0o777)
            path = keras(place, head(), SPARSE)
            path.chmod(0o444)
            with without_rights():
                assert "is read-only" in refusal(path, in_place=True)

    def test_a_folder_that_is_read_only_is_left(self) -> None:
        with open_to_all() as place:
            path = keras(place, head(), SPARSE)
            path.chmod(0o666)
            with without_rights():
                assert "nothing may be written" in refusal(path, in_place=True)


class TestAFolder:
    @pytest.fixture
    def folder(self, model: Path, tmp_path: Path) -> Path:
        place = tmp_path / "unpacked"
        with zipfile.ZipFile(model) as archive:
            archive.extractall(place)
        (place / "model.weights.h5").write_bytes(bytes(100))
        (place / "assets").mkdir()
        (place / "assets" / "words.txt").write_text("words")
        return place

    def test_is_copied_whole(self, folder: Path, tmp_path: Path) -> None:
        result = logitcheck.fix(folder, output=tmp_path / "fixed")
        assert result.status is FixStatus.FIXED
        assert is_fixed(tmp_path / "fixed")
        for name in ("metadata.json", "model.weights.h5", "assets/words.txt"):
            assert (tmp_path / "fixed" / name).read_bytes() == (folder / name).read_bytes()

    def test_in_place_changes_only_its_config(self, folder: Path) -> None:
        before = {path: path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file()}
        result = logitcheck.fix(folder, in_place=True)
        after = {path: path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file()}
        assert {path.name for path in after if after[path] != before.get(path)} == {"config.json", "config.json.bak"}
        assert result.backup == str(folder / "config.json.bak")
        assert is_fixed(folder)

    def test_that_is_there_is_not_replaced(self, folder: Path, tmp_path: Path) -> None:
        (tmp_path / "fixed").mkdir()
        assert "a folder is not replaced" in refusal(folder, output=tmp_path / "fixed", force=True)

    def test_is_not_copied_into_itself(self, folder: Path) -> None:
        assert "outside" in refusal(folder, output=folder / "fixed")

    @pytest.mark.parametrize("target", ["/etc/hostname", "words.txt"])
    def test_with_links_is_not_copied(self, folder: Path, tmp_path: Path, target: str) -> None:
        (folder / "assets" / "link").symlink_to(target)
        assert "cp -rL" in refusal(folder, output=tmp_path / "fixed")

    def test_with_a_config_that_is_a_link_is_changed_behind_it(self, folder: Path) -> None:
        (folder / "config.json").rename(folder / "real.json")
        (folder / "config.json").symlink_to("real.json")
        logitcheck.fix(folder, in_place=True)
        assert (folder / "config.json").is_symlink()
        assert is_fixed(folder)


def test_both_places_at_once_are_an_error(model: Path) -> None:
    with pytest.raises(ValueError, match="force with output only"):
        logitcheck.fix("model.keras", in_place=True, force=True)
    with pytest.raises(TypeError, match="the path of a saved model, found int"):
        logitcheck.fix(3)  # type: ignore[arg-type]  # what people do with a model in memory
    with pytest.raises(ValueError, match="not both"):
        logitcheck.fix(model, output="x.keras", in_place=True)


@pytest.mark.parametrize("path", ["", "missing.keras"])
def test_what_cannot_be_read_is_a_result(path: str) -> None:
    result = logitcheck.fix(path, in_place=True)
    assert result.status is FixStatus.UNREADABLE
    assert result.error is not None


def test_a_duplicate_config_is_refused_in_one_sentence(model: Path) -> None:
    with zipfile.ZipFile(model) as archive:
        raw = archive.read("config.json")
    with pytest.warns(UserWarning, match="Duplicate"), zipfile.ZipFile(model, "a") as archive:
        archive.writestr("config.json", raw)
    assert "2 members called config.json" in refusal(model, in_place=True)


def test_a_key_that_is_there_twice_is_refused_in_one_sentence(tmp_path: Path) -> None:
    path = write(tmp_path / "model.keras", head())
    with zipfile.ZipFile(path) as archive:
        text = archive.read("config.json").decode()
    twice = f'{text[:-1]}, "compile_config": {{"loss": "{SPARSE}", "loss": "{SPARSE}"}}}}'
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("config.json", twice)
        archive.writestr("metadata.json", '{"keras_version": "3.15.1"}')
    assert "stands twice" in refusal(path, in_place=True)


@pytest.mark.parametrize("depth", [200, 700, 5000])
def test_settings_of_any_depth_end_in_an_answer(tmp_path: Path, depth: int) -> None:
    path = write(tmp_path / "model.keras", head())
    text = json.dumps(head())
    deep = f'{text[:-1]}, "compile_config": {{"loss": "{SPARSE}", "metrics": {"[" * depth}{"]" * depth}}}}}'
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("config.json", deep)
        archive.writestr("metadata.json", '{"keras_version": "3.15.1"}')
    result = logitcheck.fix(path, in_place=True)
    assert result.status in {FixStatus.FIXED, FixStatus.UNREADABLE}
    assert is_fixed(path) is (result.status is FixStatus.FIXED)

"""Baselines: what is known stays quiet, what is new is told, what is gone is taken out."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path

import pytest

from logitcheck import baseline, inspection
from logitcheck.errors import SettingsError
from logitcheck.report import ModelReport, Outcome, SkippedBy
from tests.building import all_codes, compiled, dense, loss, sequential, write
from tests.rights import open_to_all, without_rights

FLAGGED = loss("CategoricalCrossentropy", from_logits=True)
PLAIN = loss("CategoricalCrossentropy", from_logits=False)


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def wrong(name: str = "wrong.keras", layer: str = "head", units: int = 3) -> ModelReport:
    write(Path(name), compiled(sequential(dense(layer, units, "softmax")), FLAGGED))
    return inspection.inspect(name)


def right(name: str) -> ModelReport:
    write(Path(name), compiled(sequential(dense("head", 3, "softmax")), PLAIN))
    return inspection.inspect(name)


def made(*models: ModelReport, file: str = "known.json") -> baseline.Baseline:
    source = Path(file)
    source.write_text(baseline.render(baseline.grown(baseline.Baseline(source, ()), looked(*models))), encoding="utf-8")
    return baseline.read(source)


def looked(*models: ModelReport, folders: Sequence[str] = (), unasked: Sequence[str] = ()) -> baseline.Looked:
    """What a run looked at; `unasked` are rules that it did not ask."""
    return baseline.Looked(models=models, asks=lambda _, code: code not in unasked, folders=folders)


@pytest.mark.usefixtures("place")
class TestKnowing:
    def test_what_is_known_is_kept_quiet(self) -> None:
        report = made(wrong()).applied(wrong())
        assert report.findings == ()
        assert [(skipped.finding.code, skipped.by) for skipped in report.skipped] == [("LC101", SkippedBy.BASELINE)]
        assert report.outcome is Outcome.MISMATCH

    def test_training_again_changes_nothing(self) -> None:
        assert made(wrong(layer="dense")).applied(wrong(layer="dense_4")).findings == ()

    def test_another_loss_or_head_is_told(self) -> None:
        assert all_codes(made(wrong()).applied(wrong(units=4))) == ["LC101"]

    def test_the_same_finding_in_another_file_is_told(self) -> None:
        assert all_codes(made(wrong()).applied(wrong("other.keras"))) == ["LC101"]

    def test_paths_are_relative_to_the_baseline_however_they_are_given(self, place: Path) -> None:
        (place / "models").mkdir()
        known = made(wrong("models/a.keras"), file="models/known.json")
        assert [entry.path for entry in known.entries] == ["a.keras"]
        assert known.applied(inspection.inspect(place / "models" / "a.keras")).findings == ()

    def test_a_reason_in_the_file_is_shown_and_outlasts_writing_it_again(self, place: Path) -> None:
        made(wrong())
        stored = json.loads((place / "known.json").read_text())
        stored["findings"][0]["reason"] = "to be retrained in May"
        (place / "known.json").write_text(json.dumps(stored))
        known = baseline.read(Path("known.json"))
        report = known.applied(wrong())
        assert [skipped.reason for skipped in report.skipped] == ["to be retrained in May"]
        assert baseline.grown(known, looked(report)).entries == known.entries


@pytest.mark.usefixtures("place")
class TestShrinking:
    def test_what_is_gone_is_taken_out(self) -> None:
        known = made(wrong("a.keras"), wrong("b.keras"))
        left = known.without_gone(looked(right("a.keras"), known.applied(wrong("b.keras"))))
        assert [entry.path for entry in left.entries] == ["b.keras"]

    def test_what_was_not_looked_at_stays(self) -> None:
        known = made(wrong("a.keras"), wrong("b.keras"))
        assert known.without_gone(looked(wrong("b.keras"))) == known

    def test_what_was_not_asked_about_stays(self) -> None:
        known = made(wrong("a.keras"))
        assert known.without_gone(looked(right("a.keras"), unasked=["LC101"])) == known

    def test_what_could_not_be_read_stays(self, place: Path) -> None:
        known = made(wrong())
        (place / "wrong.keras").write_bytes(b"")
        assert known.without_gone(looked(inspection.inspect("wrong.keras"), folders=["."])) == known

    def test_a_file_that_is_gone_is_taken_out_where_its_folder_was_searched(self, place: Path) -> None:
        known = made(wrong())
        (place / "wrong.keras").unlink()
        (place / "other").mkdir()
        assert known.without_gone(looked()) == known
        assert known.without_gone(looked(folders=["other"])) == known
        assert known.without_gone(looked(folders=["."])).entries == ()

    def test_a_broken_link_is_not_gone(self, place: Path) -> None:
        known = made(wrong())
        (place / "wrong.keras").unlink()
        (place / "wrong.keras").symlink_to("annex")
        assert known.without_gone(looked(folders=["."])) == known

    @pytest.mark.parametrize("path", ["x" * 5000, "a\0b"], ids=["too long", "NUL"])
    def test_a_path_of_which_nothing_can_be_told_stays(self, path: str) -> None:
        entry = baseline.Entry(path=path, code="LC101", output=None, fingerprint="0")
        known = baseline.Baseline(Path("known.json"), (entry,))
        assert known.without_gone(looked(folders=["."])) == known

    def test_what_is_in_a_closed_folder_stays(self) -> None:
        with open_to_all() as folder:
            (folder / "closed").mkdir(0o000)
            entry = baseline.Entry(path="closed/a.keras", code="LC101", output=None, fingerprint="0")
            known = baseline.Baseline(folder / "known.json", (entry,))
            with without_rights():
                assert known.without_gone(looked(folders=[str(folder)])) == known


@pytest.mark.usefixtures("place")
class TestGrowing:
    def test_what_was_not_looked_at_stays(self) -> None:
        known = made(wrong("a.keras"), wrong("b.keras"))
        grown = baseline.grown(known, looked(wrong("c.keras")))
        assert [entry.path for entry in grown.entries] == ["a.keras", "b.keras", "c.keras"]

    def test_what_is_gone_does_not(self) -> None:
        known = made(wrong("a.keras"), wrong("b.keras"))
        assert [entry.path for entry in baseline.grown(known, looked(right("a.keras"))).entries] == ["b.keras"]


@pytest.mark.usefixtures("place")
class TestFile:
    def test_it_has_a_finding_a_line_in_a_fixed_order(self) -> None:
        known = made(wrong("b.keras"), wrong("a.keras"))
        lines = known.source.read_text().splitlines()
        assert [json.loads(line.rstrip(","))["path"] for line in lines if line.startswith("    {")] == [
            "a.keras",
            "b.keras",
        ]
        assert baseline.render(known) == known.source.read_text()

    def test_one_that_knows_nothing_can_be_read(self) -> None:
        assert made().entries == ()

    def test_one_that_is_not_there_is_told(self) -> None:
        with pytest.raises(SettingsError, match=r"gone.json: the baseline .*No such file.*write-baseline"):
            baseline.read(Path("gone.json"))

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "[]",
            '"text"',
            "{}",
            '{"schema_version": 1}',
            '{"schema_version": 1, "findings": [1]}',
            '{"schema_version": 1, "findings": [{"path": 1, "code": "", "output": null, "fingerprint": ""}]}',
            '{"schema_version": 1, "findings": [{"path": "", "code": "", "output": 1, "fingerprint": ""}]}',
            '{"schema_version": 1, "findings": [{"path": "", "colour": ""}]}',
            "[" * 100_000,
        ],
        ids=lambda text: text[:30],
    )
    def test_what_is_none_is_told(self, place: Path, text: str) -> None:
        (place / "known.json").write_text(text)
        with pytest.raises(SettingsError, match=r"known.json: the file is no baseline"):
            baseline.read(Path("known.json"))

    def test_a_merge_conflict_is_told_with_its_line(self, place: Path) -> None:
        (place / "known.json").write_text("{\n<<<<<<< HEAD\n=======\n>>>>>>> other\n}\n")
        with pytest.raises(SettingsError, match=r"known.json:2: there is a merge conflict: keep the lines of both"):
            baseline.read(Path("known.json"))

    def test_a_pipe_is_not_waited_for(self, place: Path) -> None:
        os.mkfifo(place / "pipe.json")
        with pytest.raises(SettingsError, match=r"pipe.json: the baseline is no file"):
            baseline.read(Path("pipe.json"))

    def test_names_are_written_as_people_read_them(self) -> None:
        assert '"modèle 模型.keras"' in made(wrong("modèle 模型.keras")).source.read_text("utf-8")

    def test_one_of_another_version_is_told(self, place: Path) -> None:
        (place / "known.json").write_text('{"schema_version": 2, "findings": []}')
        with pytest.raises(SettingsError, match="of version 2, not 1"):
            baseline.read(Path("known.json"))

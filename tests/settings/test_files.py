"""Settings files: found upward from an input, read whole, and every mistake in them named with file and line."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from logitcheck.declarations import DeclaredInput, DeclaredOutput
from logitcheck.errors import SettingsError
from logitcheck.report import Severity
from logitcheck.settings import Overrides, Plan
from logitcheck.settings.settings import Settings
from tests.rights import open_to_all, without_rights

WHOLE = """
[project]
name = "somebody's"

[tool.logitcheck]
select = ["LC1", "LC201"]
extend-select = ["predict-returns-logits"]
fail-on = "error"
strict = true
exclude = ["checkpoints", "old/**/*.h5"]
force-exclude = true
baseline = "known.json"

[tool.logitcheck.ignore]
LC108 = "scores are ranked, not calibrated"

[tool.logitcheck.per-file-ignores]
"legacy/*.h5" = ["LC102", "lc405"]
"one.keras" = { LC101 = "a test of Keras itself" }

[tool.logitcheck.layers]
"pkg>MySoftmax" = "probabilities"

[tool.logitcheck.losses]
my_ce = "logits"
"""


def settings_of(folder: Path, text: str, name: str = "pyproject.toml") -> Settings:
    (folder / name).write_text(text, encoding="utf-8")
    return Plan().of(str(folder / "model.keras"))


def problem(folder: Path, text: str, name: str = "logitcheck.toml") -> str:
    with pytest.raises(SettingsError) as raised:
        settings_of(folder, text, name)
    told = str(raised.value)
    assert told.startswith(str(folder / name))
    return told.removeprefix(f"{folder / name}:")


class TestReading:
    def test_every_key_of_pyproject(self, tmp_path: Path) -> None:
        settings = settings_of(tmp_path, WHOLE)
        assert [selector.prefix for selector in settings.select or ()] == ["LC1", "LC201"]
        assert [selector.prefix for selector in settings.extend_select] == ["LC401"]
        assert (settings.fail_on, settings.strict, settings.force_exclude) == (Severity.ERROR, True, True)
        assert [(each.selector.prefix, each.reason) for each in settings.ignore] == [
            ("LC108", "scores are ranked, not calibrated")
        ]
        assert settings.baseline == tmp_path / "known.json"
        assert settings.layers == {"pkg>MySoftmax": DeclaredOutput.PROBABILITIES}
        assert settings.losses == {"my_ce": DeclaredInput.LOGITS}
        assert settings.source == tmp_path / "pyproject.toml"

    def test_patterns_are_relative_to_the_file(self, tmp_path: Path) -> None:
        settings = settings_of(tmp_path, WHOLE)
        assert [each.selector.prefix for each in settings.ignored_in(str(tmp_path / "legacy" / "a.h5"))] == [
            "LC102",
            "LC405",
        ]
        assert settings.ignored_in(str(tmp_path / "a.h5")) == ()
        assert settings.excludes(str(tmp_path / "runs" / "checkpoints" / "a.h5"))
        assert settings.excludes(str(tmp_path / "old" / "more" / "a.h5"))
        assert not settings.excludes(str(tmp_path / "old" / "a.keras"))

    def test_its_own_file_has_the_keys_at_the_top(self, tmp_path: Path) -> None:
        assert settings_of(tmp_path, 'fail-on = "info"', "logitcheck.toml").fail_on is Severity.INFO

    def test_all_is_every_rule(self, tmp_path: Path) -> None:
        (selector,) = settings_of(tmp_path, 'select = ["all"]', "logitcheck.toml").select or ()
        assert selector.covers("LC405")


class TestSearch:
    def test_the_nearest_file_above_the_input_counts(self, tmp_path: Path) -> None:
        (tmp_path / "deep" / "er").mkdir(parents=True)
        (tmp_path / "logitcheck.toml").write_text('fail-on = "info"')
        (tmp_path / "deep" / "logitcheck.toml").write_text('fail-on = "error"')
        plan = Plan()
        assert plan.of(str(tmp_path / "a.keras")).fail_on is Severity.INFO
        assert plan.of(str(tmp_path / "deep" / "er" / "a.keras")).fail_on is Severity.ERROR

    def test_a_pyproject_without_the_table_is_passed_by(self, tmp_path: Path) -> None:
        (tmp_path / "deep").mkdir()
        (tmp_path / "logitcheck.toml").write_text('fail-on = "info"')
        (tmp_path / "deep" / "pyproject.toml").write_text('[project]\nname = "logitcheck-models"\n')
        assert Plan().of(str(tmp_path / "deep" / "a.keras")).fail_on is Severity.INFO

    def test_its_own_file_wins_over_pyproject_beside_it(self, tmp_path: Path) -> None:
        (tmp_path / "logitcheck.toml").write_text('fail-on = "info"')
        assert settings_of(tmp_path, '[tool.logitcheck]\nfail-on = "error"').fail_on is Severity.INFO

    def test_a_pyproject_of_others_need_not_even_be_toml(self, tmp_path: Path) -> None:
        assert settings_of(tmp_path, "this is = = none").source is None


class TestMistakes:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ('\nignor = ["LC101"]', "2: unknown key 'ignor' in the settings. Did you mean 'ignore'?"),
            ('select = [\n  "LC1",\n  "LC999",\n]', "3: there is no rule 'LC999'."),
            ('select = ["softmax-over-on"]', "1: there is no rule 'softmax-over-on'. Did you mean softmax-over-one,"),
            ("strict = 1", "1: strict should be true or false, found 1."),
            ('fail-on = "never"', "1: fail-on should be one of 'error', 'warning', 'info', found 'never'."),
            ('select = "LC1"', "1: select should be a list of texts, found 'LC1'."),
            ('exclude = ["a", "[z-a]"]', "1: '[z-a]' is no pattern of paths"),
            ("[ignore]\nLC101 = 3", "2: LC101 should be followed by the reason, a text, found 3."),
            ('[ignore]\nLC101 = "so"\nLC998 = "x"', "3: there is no rule 'LC998'."),
            ('[per-file-ignores]\n"a" = ["LC101"]\n"b" = ["LC77"]', "3: there is no rule 'LC77'."),
            ('[layers]\n"a>B" = "logits"\n"a>C" = "softmax"', "3: a>C should be one of 'logits', 'probabilities'"),
            ('losses = ["a"]', "1: losses should be a table, found a list."),
            ("baseline = 2026-01-01", "1: baseline should be a path, found a date."),
        ],
    )
    def test_each_is_told_with_its_line(self, tmp_path: Path, text: str, expected: str) -> None:
        assert problem(tmp_path, text).startswith(expected)

    def test_a_header_with_quotes_and_spaces_is_found(self, tmp_path: Path) -> None:
        text = '[tool.other]\nselect = 1\n\n[ tool . "logitcheck" ]\nselect = 1\n'
        assert problem(tmp_path, text, "pyproject.toml").startswith("5: select should be")

    def test_no_key_is_known_by_another_table_of_the_file(self, tmp_path: Path) -> None:
        text = "[tool.mypy]\nstrict = true\n\n[tool.logitcheck]\nstrict = 2\n"
        assert problem(tmp_path, text, "pyproject.toml").startswith("5: strict should be")

    def test_what_is_no_toml_is_told_with_the_line(self, tmp_path: Path) -> None:
        assert "line 2" in problem(tmp_path, "strict = true\nselect = = 2")

    def test_what_is_no_text_is_told(self, tmp_path: Path) -> None:
        (tmp_path / "logitcheck.toml").write_bytes(b"select = '\xff'")
        with pytest.raises(SettingsError, match="not UTF-8"):
            Plan().of(str(tmp_path / "a.keras"))

    @pytest.mark.parametrize("name", ["logitchek", "logitcheck-lint", "logit_check"])
    def test_a_table_of_nearly_that_name_is_told(self, tmp_path: Path, name: str) -> None:
        text = f"[project]\n\n[tool.{name}]\nstrict = true\n"
        assert problem(tmp_path, text, "pyproject.toml") == (
            f"3: unknown table [tool.{name}]. Did you mean [tool.logitcheck]?"
        )

    def test_a_header_of_pyproject_in_its_own_file_is_told(self, tmp_path: Path) -> None:
        assert "keys stand at the top" in problem(tmp_path, '[tool.logitcheck.layers]\nA = "logits"\n')

    def test_no_rule_at_all_is_told(self, tmp_path: Path) -> None:
        assert problem(tmp_path, "select = []").startswith("1: select should be the rules that are asked")

    @pytest.mark.parametrize("kind", ["folder", "link", "pipe"])
    def test_what_is_no_file_is_told_and_not_waited_for(self, tmp_path: Path, kind: str) -> None:
        path = tmp_path / "logitcheck.toml"
        {"folder": path.mkdir, "link": lambda: path.symlink_to("gone"), "pipe": lambda: os.mkfifo(path)}[kind]()
        with pytest.raises(SettingsError, match="no file"):
            Plan().of(str(tmp_path / "a.keras"))
        if kind != "link":
            with pytest.raises(SettingsError, match="no file"):
                Plan(Overrides(config=str(path)))

    def test_a_mark_of_the_byte_order_is_no_mistake(self, tmp_path: Path) -> None:
        (tmp_path / "logitcheck.toml").write_bytes(b"\xef\xbb\xbfstrict = true")
        assert Plan().of(str(tmp_path / "a.keras")).strict

    def test_a_table_that_is_none_is_told(self, tmp_path: Path) -> None:
        assert problem(tmp_path, "[tool]\nlogitcheck = 3\n", "pyproject.toml").startswith("2: ")

    def test_a_file_that_may_not_be_read_is_told(self) -> None:
        with open_to_all() as place:
            (place / "logitcheck.toml").touch(0o000)
            with without_rights(), pytest.raises(SettingsError, match="cannot be read: Permission denied"):
                Plan().of(str(place / "a.keras"))

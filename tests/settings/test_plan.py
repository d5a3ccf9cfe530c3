"""What wins over what: the command line over files, and neither over what the other says beside it."""

from __future__ import annotations

from pathlib import Path

import pytest

from logitcheck.errors import SettingsError
from logitcheck.report import Severity
from logitcheck.settings import Overrides, Plan, Settings

FILE = """
select = ["LC1"]
ignore = { LC108 = "ranked" }
fail-on = "error"
exclude = ["old"]
baseline = "known.json"
"""


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "logitcheck.toml").write_text(FILE)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def settings(overrides: Overrides) -> Settings:
    return Plan(overrides).of("model.keras")


def prefixes(overrides: Overrides) -> list[str]:
    return [selector.prefix for selector in settings(overrides).select or ()]


@pytest.mark.usefixtures("place")
class TestCommandLine:
    def test_select_replaces(self) -> None:
        assert prefixes(Overrides(select=("LC2,LC301", "LC4"))) == ["LC2", "LC301", "LC4"]

    def test_what_is_not_given_stays_as_in_the_file(self) -> None:
        given = settings(Overrides(strict=True))
        assert (given.strict, given.fail_on) == (True, Severity.ERROR)
        assert [selector.prefix for selector in given.select or ()] == ["LC1"]

    def test_ignore_and_exclude_add(self) -> None:
        given = settings(Overrides(ignore=("LC109",), exclude=("new",)))
        assert [(each.selector.prefix, each.reason) for each in given.ignore] == [("LC108", "ranked"), ("LC109", None)]
        assert given.excludes("old/a.h5")
        assert given.excludes("new/a.h5")

    def test_fail_on_and_baseline_replace(self, place: Path) -> None:
        given = settings(Overrides(fail_on=Severity.INFO, baseline="other.json"))
        assert (given.fail_on, given.baseline) == (Severity.INFO, Path("other.json"))
        assert settings(Overrides()).baseline == place / "known.json"

    def test_isolated_takes_no_file(self) -> None:
        assert settings(Overrides(isolated=True)) == Settings()
        assert settings(Overrides(isolated=True, strict=True)) == Settings(strict=True)

    @pytest.mark.parametrize(
        ("overrides", "expected"),
        [
            (Overrides(select=("LC999",)), "--select: there is no rule 'LC999'."),
            (Overrides(select=("", ",")), "--select: no rule is named, as by an unset shell variable."),
            (Overrides(extend_select=("nonsense",)), "--extend-select: there is no rule 'nonsense'."),
            (Overrides(ignore=("LC101", "LC1O2")), "--ignore: there is no rule 'LC1O2'. Did you mean LC112, LC102"),
            (Overrides(exclude=("[z-a]",)), "--exclude: '[z-a]' is no pattern"),
            (Overrides(config="gone.toml"), "gone.toml: the settings cannot be read: No such file or directory."),
        ],
        ids=["select", "nothing", "extend-select", "ignore", "exclude", "config"],
    )
    def test_a_mistake_is_told(self, overrides: Overrides, expected: str) -> None:
        with pytest.raises(SettingsError) as raised:
            Plan(overrides)
        assert str(raised.value).startswith(expected)


def test_a_named_file_holds_for_every_input(place: Path) -> None:
    (place / "deep").mkdir()
    (place / "deep" / "logitcheck.toml").write_text("strict = true")
    (place / "other.toml").write_text('fail-on = "info"')
    plan = Plan(Overrides(config="other.toml"))
    assert plan.of("deep/model.keras") == plan.of("model.keras")
    assert plan.of("deep/model.keras").fail_on is Severity.INFO


def test_a_named_pyproject_without_the_table_is_told(place: Path) -> None:
    (place / "pyproject.toml").write_text("[project]")
    with pytest.raises(SettingsError, match=r"no table \[tool.logitcheck\]"):
        Plan(Overrides(config="pyproject.toml"))

"""What settings make of a report: what is told, what is kept quiet and why, and what fails the run."""

from __future__ import annotations

from pathlib import Path

import pytest

from logitcheck import policy
from logitcheck.report import ModelReport, Outcome, Severity, SkippedBy
from logitcheck.settings import Settings, selectors
from logitcheck.settings.patterns import Pattern
from logitcheck.settings.selectors import Ignored, Selector
from logitcheck.settings.settings import FileIgnores
from tests.building import all_codes, compiled, custom, dense, function, loss, report_on, sequential


def selector(written: str) -> Selector:
    found = selectors.read(written)
    assert found is not None
    return found


def ignored(**reasons: str | None) -> tuple[Ignored, ...]:
    return tuple(Ignored(selector(code), reason) for code, reason in reasons.items())


@pytest.fixture
def scores(tmp_path: Path) -> ModelReport:
    """A model with LC108, a warning, and LC405, an information."""
    report = report_on(
        tmp_path, compiled(sequential(dense("head", 3, "sigmoid")), function("categorical_crossentropy"))
    )
    assert all_codes(report) == ["LC108", "LC405"]
    return report


@pytest.fixture
def undetermined(tmp_path: Path) -> ModelReport:
    report = report_on(tmp_path, compiled(sequential(custom("Head", "head")), loss("CategoricalCrossentropy")))
    assert (report.outcome, all_codes(report)) == (Outcome.UNDETERMINED, ["LC402"])
    return report


def told(report: ModelReport, settings: Settings, asked: tuple[Selector, ...] = policy.EVERY) -> list[str]:
    return all_codes(policy.applied(report, settings, asked))


class TestSelection:
    def test_everything_is_told_by_default(self, scores: ModelReport) -> None:
        assert policy.applied(scores, Settings(), policy.EVERY) == scores

    def test_a_check_tells_what_is_wrong_only(self, scores: ModelReport) -> None:
        assert told(scores, Settings(), policy.PROBLEMS) == ["LC108"]

    def test_what_is_selected_replaces_what_is_asked(self, scores: ModelReport) -> None:
        assert told(scores, Settings(select=(selector("LC4"),)), policy.PROBLEMS) == ["LC405"]

    def test_further_rules_are_added(self, scores: ModelReport) -> None:
        assert told(scores, Settings(extend_select=(selector("LC405"),)), policy.PROBLEMS) == ["LC108", "LC405"]

    def test_what_is_not_asked_is_not_kept_as_skipped(self, scores: ModelReport) -> None:
        assert policy.applied(scores, Settings(), policy.PROBLEMS).skipped == ()

    def test_information_that_fails_a_run_is_told(self, scores: ModelReport) -> None:
        assert told(scores, Settings(fail_on=Severity.INFO), policy.PROBLEMS) == ["LC108", "LC405"]

    def test_why_a_model_is_undetermined_is_told_where_that_fails_a_run(self, undetermined: ModelReport) -> None:
        assert told(undetermined, Settings(), policy.PROBLEMS) == []
        assert told(undetermined, Settings(strict=True), policy.PROBLEMS) == ["LC402"]


class TestIgnoring:
    def test_what_is_ignored_is_kept_with_its_reason(self, scores: ModelReport) -> None:
        report = policy.applied(scores, Settings(ignore=ignored(LC108="ranked")), policy.EVERY)
        (skipped,) = report.skipped
        assert (skipped.finding.code, skipped.by, skipped.reason) == ("LC108", SkippedBy.IGNORE, "ranked")
        assert all_codes(report) == ["LC405"]

    def test_it_leaves_the_outcome_alone(self, scores: ModelReport) -> None:
        report = policy.applied(scores, Settings(ignore=ignored(ALL=None)), policy.EVERY)
        assert (report.outcome, report.findings) == (Outcome.MISMATCH, ())

    @pytest.mark.parametrize("written", ["ALL", "LC1", "LC108"])
    def test_any_setting_decides_over_what_is_asked_by_default(self, scores: ModelReport, written: str) -> None:
        assert told(scores, Settings(ignore=ignored(**{written: None})), policy.PROBLEMS) == []

    def test_the_more_exact_setting_decides(self, scores: ModelReport) -> None:
        assert told(scores, Settings(select=(selector("LC108"),), ignore=ignored(LC1=None))) == ["LC108"]
        assert told(scores, Settings(select=(selector("LC1"),), ignore=ignored(LC108=None))) == []
        assert told(scores, Settings(select=(selector("LC108"),), ignore=ignored(LC108=None))) == []

    def test_of_two_reasons_that_of_the_more_exact_one_is_kept(self, scores: ModelReport) -> None:
        report = policy.applied(scores, Settings(ignore=ignored(LC1="all", LC108="this")), policy.EVERY)
        assert [skipped.reason for skipped in report.skipped] == ["this"]

    def test_patterns_of_files(self, scores: ModelReport) -> None:
        folder = Path(scores.path).parent
        here = FileIgnores(pattern=Pattern("*.keras", folder), rules=ignored(LC108="old"))
        elsewhere = FileIgnores(pattern=Pattern("*.h5", folder), rules=ignored(LC405=None))
        report = policy.applied(scores, Settings(per_file_ignores=(here, elsewhere)), policy.EVERY)
        assert [(skipped.by, skipped.reason) for skipped in report.skipped] == [(SkippedBy.PER_FILE_IGNORES, "old")]
        assert all_codes(report) == ["LC405"]


class TestFailing:
    @pytest.mark.parametrize(
        ("fail_on", "expected"), [(Severity.ERROR, False), (Severity.WARNING, True), (Severity.INFO, True)]
    )
    def test_a_warning_fails_where_it_is_bad_enough(
        self, scores: ModelReport, fail_on: Severity, *, expected: bool
    ) -> None:
        assert policy.fails(scores, Settings(fail_on=fail_on)) is expected

    def test_what_is_kept_quiet_does_not(self, scores: ModelReport) -> None:
        settings = Settings(ignore=ignored(LC108=None))
        assert not policy.fails(policy.applied(scores, settings, policy.EVERY), settings)

    def test_an_undetermined_model_does_where_that_is_strict(self, undetermined: ModelReport) -> None:
        assert not policy.fails(undetermined, Settings())
        assert policy.fails(undetermined, Settings(strict=True))

    def test_an_undetermined_model_that_is_accepted_does_not(self, undetermined: ModelReport) -> None:
        settings = Settings(strict=True, ignore=ignored(LC402="the layer is a softmax"))
        assert not policy.fails(policy.applied(undetermined, settings, policy.PROBLEMS), settings)

"""The code quality report, held against what GitLab documents and what its parser takes."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest

from logitcheck.report import ModelReport, Outcome, Severity
from logitcheck.reporter import gitlab_report
from tests.reporter.formats import read_gitlab
from tests.reporter.reports import MESSAGE, finding, model, output, report, skipped, unreadable


def written(*models: ModelReport) -> list[dict[str, Any]]:
    """The issues as they are read."""
    text = gitlab_report.render(report(*models), "1.2.3")
    read_gitlab(text)
    read: list[dict[str, Any]] = json.loads(text)
    return read


@pytest.fixture(autouse=True)
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = tmp_path / "repository"
    (root / ".git").mkdir(parents=True)
    (root / "below").mkdir()
    monkeypatch.chdir(root)
    return root


@pytest.mark.parametrize(
    ("severity", "name", "of_gitlab"),
    [
        (Severity.ERROR, "LC101 probabilities-as-logits", "major"),
        (Severity.WARNING, "LC108 independent-scores-exclusive-loss", "minor"),
        (Severity.INFO, "LC404 not-compiled", "info"),
    ],
)
def test_a_finding_is_an_issue_at_its_file(severity: Severity, name: str, of_gitlab: str) -> None:
    (issue,) = written(model("./models/a.keras", finding(severity)))
    del issue["fingerprint"]
    assert issue == {
        "description": f"{name}: {MESSAGE}",
        "check_name": name,
        "severity": of_gitlab,
        "location": {"path": "models/a.keras", "lines": {"begin": 1}},
    }


def test_an_unreadable_input_is_worse_than_any_finding() -> None:
    (issue,) = written(unreadable("models/b.h5"))
    assert (issue["severity"], issue["check_name"]) == ("critical", "unreadable lfs-pointer")
    assert issue["description"].endswith("The file is a pointer of Git LFS. Fetch it: git lfs pull")


def test_nothing_found_is_an_empty_array() -> None:
    quiet = report(model("a.keras", skipped=(skipped("why"),)), model("b.keras", outcome=Outcome.UNDETERMINED))
    assert gitlab_report.render(quiet, "1.2.3") == "[]\n"


def test_a_fingerprint_stays_whatever_the_message_says_and_wherever_the_run_starts(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (first,) = written(model("a.keras", finding()))
    monkeypatch.chdir(repository / "below")
    (again,) = written(model("../a.keras", finding(message="Other words.")))
    assert again["fingerprint"] == first["fingerprint"]


def test_each_finding_has_a_fingerprint_of_its_own() -> None:
    found = finding()
    others = [
        dataclasses.replace(found, code="LC102"),
        dataclasses.replace(found, output="tail"),
        dataclasses.replace(found, subject="Recall"),
        found,
        found,
    ]
    outputs = (output("head"), output("tail"))
    assert len(written(model("a.keras", *others, outputs=outputs), model("b.keras", *others, outputs=outputs))) == 10


def test_two_unreadable_inputs_are_told_apart() -> None:
    assert len(written(unreadable("a.h5"), unreadable("b.h5"))) == 2


def test_a_file_outside_of_the_repository_has_the_path_it_was_given_by(tmp_path: Path) -> None:
    (issue,) = written(model(str(tmp_path / "a.keras"), finding()))
    assert issue["location"]["path"] == str(tmp_path / "a.keras")


def test_the_path_stays_as_it_is_but_for_what_is_no_text() -> None:
    (issue,) = written(model("mod\u00e8le\u00a0fini\n\udc80.keras", finding()))
    assert issue["location"]["path"] == "mod\u00e8le\u00a0fini\n\\udc80.keras"

"""Annotations, read back as the runner reads them."""

from __future__ import annotations

from pathlib import Path

import pytest

from logitcheck.report import ModelReport, Severity
from logitcheck.reporter import github_annotations
from tests.reporter import workflow_commands
from tests.reporter.reports import MESSAGE, finding, model, report, skipped, unreadable
from tests.reporter.workflow_commands import Command

SHOWN_OF_EACH_KIND = 10


@pytest.fixture(autouse=True)
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "repository" / ".git").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "repository")
    return tmp_path / "repository"


def commands(*models: ModelReport) -> list[Command]:
    read = [workflow_commands.parse(line) for line in github_annotations.render(report(*models), "1.2.3").splitlines()]
    assert None not in read
    return [command for command in read if command is not None]


@pytest.mark.parametrize(
    ("severity", "kind", "title"),
    [
        (Severity.ERROR, "error", "LC101 probabilities-as-logits"),
        (Severity.WARNING, "warning", "LC108 independent-scores-exclusive-loss"),
        (Severity.INFO, "notice", "LC404 not-compiled"),
    ],
)
def test_a_finding_is_annotated_at_its_file_with_message_and_first_fix(
    severity: Severity, kind: str, title: str
) -> None:
    (command,) = commands(model("models/a.keras", finding(severity)))
    assert (command.name, command.properties) == (kind, {"file": "models/a.keras", "line": "1", "title": title})
    fix = "" if severity is Severity.INFO else "\nFix: Drop the activation: Dense(3)"
    assert command.data == MESSAGE + fix


def test_an_unreadable_input_is_an_error() -> None:
    (command,) = commands(unreadable("models/b.h5"))
    assert (command.name, command.properties["title"]) == ("error", "unreadable lfs-pointer")
    assert command.data == "The file is a pointer of Git LFS.\nWhat to do: Fetch it: git lfs pull"


def test_the_worst_comes_first_and_else_the_order_stays() -> None:
    several = [model(f"{number}.keras", finding(Severity.INFO), finding(Severity.WARNING)) for number in range(12)]
    read = commands(*several, model("wrong.keras", finding()), unreadable("b.h5"))
    assert [command.name for command in read] == ["error"] * 2 + ["warning"] * 12 + ["notice"] * 12
    assert [command.properties["file"] for command in read[:4]] == ["wrong.keras", "b.h5", "0.keras", "1.keras"]
    assert len(several) > SHOWN_OF_EACH_KIND


def test_a_file_outside_of_the_repository_is_named_in_the_message(tmp_path: Path) -> None:
    path = str(tmp_path / "a.keras")
    (command,) = commands(model(path, finding(fixes=())))
    assert (command.properties, command.data) == ({"title": "LC101 probabilities-as-logits"}, f"{path}: {MESSAGE}")


def test_what_is_right_or_skipped_has_no_annotation() -> None:
    quiet = (model("a.keras"), model("b.keras", skipped=(skipped("why"), skipped(None))))
    assert github_annotations.render(report(*quiet), "1.2.3") == ""


def test_signs_of_the_grammar_come_through() -> None:
    message = "50 % of it: one, two %0A ::error::x"
    (command,) = commands(model("a:b,c%2C::d.keras", finding(message=message, fixes=())))
    assert (command.properties["file"], command.data) == ("a:b,c%2C::d.keras", message)

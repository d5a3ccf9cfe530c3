"""`logitcheck check`: the lint step, as it is typed, with settings, baselines and several reports."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.building import Config, compiled, custom, dense, loss, sequential, write

FLAGGED = loss("CategoricalCrossentropy", from_logits=True)
PLAIN = loss("CategoricalCrossentropy", from_logits=False)
MODELS: dict[str, Config] = {
    "good": compiled(sequential(dense("head", 3, "softmax")), PLAIN),
    "wrong": compiled(sequential(dense("head", 3, "softmax")), FLAGGED),
    "scores": compiled(sequential(dense("head", 3, "sigmoid")), PLAIN),
    "mine": compiled(sequential(custom("Head", "head")), PLAIN),
}


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, with one model of each kind in `models`."""
    (tmp_path / "models").mkdir()
    for name, model in MODELS.items():
        write(tmp_path / "models" / f"{name}.keras", model)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture(autouse=True)
def no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith("LOGITCHECK_") or name == "CI":
            monkeypatch.delenv(name)


def check(*arguments: str, command: str = "check", **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "logitcheck", command, *arguments],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        env={**os.environ, "PYTHONIOENCODING": "utf-8", **environment},
    )


def found(*arguments: str, **environment: str) -> dict[str, list[str]]:
    """The codes that are told of each model, by its name."""
    finished = check(*arguments, "--format", "json", **environment)
    assert finished.stderr == ""
    return {Path(path).stem: codes for path, codes in _codes(json.loads(finished.stdout))}


def _codes(report: dict[str, Any]) -> Iterator[tuple[str, list[str]]]:
    for model in report["models"]:
        yield model["path"], [finding["code"] for finding in model["findings"]]


def lines(text: str) -> list[str]:
    return text.splitlines()


@pytest.mark.usefixtures("place")
class TestFindings:
    def test_they_are_told_a_line_each_and_summed_up_in_one(self) -> None:
        finished = check("models")
        *findings, summary = lines(finished.stdout)
        assert [line.split(": ")[0] for line in findings] == ["models/scores.keras", "models/wrong.keras"]
        assert [line.split()[1:3] for line in findings] == [["warning", "LC108"], ["error", "LC101"]]
        assert "4 models" in summary
        assert finished.returncode == 1

    def test_what_is_right_is_counted_only(self) -> None:
        finished = check("models/good.keras")
        assert (len(lines(finished.stdout)), finished.returncode) == (1, 0)

    def test_information_is_not_told(self) -> None:
        assert found("models") == {"good": [], "mine": [], "scores": ["LC108"], "wrong": ["LC101"]}

    def test_information_is_told_where_it_fails_the_run(self) -> None:
        assert found("models/mine.keras", "--fail-on", "info") == {"mine": ["LC402"]}
        assert check("models/mine.keras", "--fail-on", "info").returncode == 1

    def test_why_a_model_is_undetermined_is_told_where_that_fails_the_run(self) -> None:
        assert check("models/mine.keras").returncode == 0
        finished = check("models/mine.keras", "--strict")
        assert "LC402" in finished.stdout
        assert 'Say in settings what it puts out: [tool.logitcheck.layers] "mine>Head" = "probabilities"' in (
            finished.stdout
        )
        assert finished.returncode == 1

    def test_an_input_that_cannot_be_read_is_told_and_fails(self, place: Path) -> None:
        (place / "models" / "empty.keras").touch()
        finished = check("models/empty.keras", "models/good.keras")
        assert "models/empty.keras: unreadable empty-file" in finished.stdout
        assert finished.returncode == 2

    def test_what_is_wrong_does_not_vanish_with_the_rules_that_tell(self) -> None:
        summary = check("models", "--select", "LC2").stdout
        assert "2 mismatched, of which no rule that is asked tells" in summary

    def test_rules_can_be_picked(self) -> None:
        assert found("models", "--select", "LC101")["scores"] == []
        assert found("models", "--ignore", "LC108,LC101") == {name: [] for name in MODELS}
        assert found("models/mine.keras", "--extend-select", "undetermined-output") == {"mine": ["LC402"]}


@pytest.mark.usefixtures("place")
class TestSettings:
    def test_those_of_the_project_hold(self, place: Path) -> None:
        (place / "pyproject.toml").write_text('[tool.logitcheck]\nignore = { LC108 = "ranked" }\nfail-on = "error"\n')
        finished = check("models")
        assert "models/scores.keras: skipped LC108 independent-scores-exclusive-loss: ranked (ignore)" in lines(
            finished.stdout
        )
        assert check("models", "--isolated").stdout != finished.stdout
        assert check("models/scores.keras").returncode == 0
        assert check("models/scores.keras", command="inspect").returncode == 0

    def test_json_tells_what_was_skipped_and_why(self, place: Path) -> None:
        (place / "logitcheck.toml").write_text('ignore = { LC108 = "ranked" }\n')
        (model,) = json.loads(check("models/scores.keras", "--format", "json").stdout)["models"]
        assert model["findings"] == []
        assert [(each["code"], each["skipped_by"], each["reason"]) for each in model["skipped"]] == [
            ("LC108", "ignore", "ranked")
        ]

    def test_a_mistake_ends_the_run_with_file_and_line(self, place: Path) -> None:
        (place / "pyproject.toml").write_text('[tool.logitcheck]\nselekt = ["LC1"]\n')
        finished = check("models")
        assert (finished.returncode, finished.stdout) == (2, "")
        assert finished.stderr.startswith(f"logitcheck: {place / 'pyproject.toml'}:2: unknown key 'selekt'")

    def test_a_layer_of_ones_own_can_be_declared(self, place: Path) -> None:
        settings = '[tool.logitcheck.layers]\n"mine>Head" = "{said}"\n"mine>Other" = "logits"\n'
        (place / "pyproject.toml").write_text(settings.format(said="probabilities"))
        assert json.loads(check("models/mine.keras", "--format", "json").stdout)["summary"]["ok"] == 1
        (place / "pyproject.toml").write_text(settings.format(said="logits"))
        assert found("models/mine.keras") == {"mine": ["LC102"]}

    def test_what_is_declared_and_not_needed_is_told_where_folders_are_searched(self, place: Path) -> None:
        (place / "logitcheck.toml").write_text(
            'layers = { Head = "logits", Other = "logits" }\nlosses = { x = "any" }\n'
        )
        finished = check("models")
        assert finished.stderr == f"logitcheck: {place / 'logitcheck.toml'}: no model needs layers.Other, losses.x\n"
        assert check("models/mine.keras").stderr == ""

    def test_what_is_excluded_is_passed_over(self, place: Path) -> None:
        (place / "logitcheck.toml").write_text('exclude = ["wrong.keras", "models/s*.keras"]\n')
        assert found("models") == {"good": [], "mine": []}
        assert found("models/wrong.keras") == {"wrong": ["LC101"]}
        assert found("models/wrong.keras", "--force-exclude") == {}
        assert check("models/wrong.keras", "--force-exclude").returncode == 0

    def test_the_environment_says_what_the_command_line_could(self, place: Path) -> None:
        (place / "other.toml").write_text('ignore = ["ALL"]\n')
        assert check("models", LOGITCHECK_CONFIG="other.toml").returncode == 0
        assert check("models/scores.keras", LOGITCHECK_FAIL_ON="error").returncode == 0
        assert check("models/mine.keras", LOGITCHECK_STRICT="1").returncode == 1
        assert json.loads(check("models", LOGITCHECK_FORMAT="json").stdout)["summary"]["models"] == 4

    def test_the_command_line_wins_over_the_environment(self) -> None:
        assert check("models/scores.keras", "--fail-on", "warning", LOGITCHECK_FAIL_ON="error").returncode == 1

    def test_it_can_be_asked_which_hold(self, place: Path) -> None:
        (place / "pyproject.toml").write_text('[tool.logitcheck]\nignore = { LC108 = "ranked" }\nstrict = true\n')
        shown = check("--show-settings", "models", "--fail-on", "error").stdout
        assert lines(shown)[:2] == ["# models", f"# from {place / 'pyproject.toml'}"]
        assert {'ignore = { "LC108" = "ranked" }', "strict = true", 'fail-on = "error"'} <= set(lines(shown))

    def test_declarations_are_shown_as_well(self, place: Path) -> None:
        (place / "logitcheck.toml").write_text('layers = { "a>B" = "logits" }\nlosses = { c = "any" }\n')
        shown = lines(check("--show-settings", "models").stdout)
        assert {'layers = { "a>B" = "logits" }', 'losses = { "c" = "any" }'} <= set(shown)

    def test_it_can_be_asked_which_files_would_be_inspected(self, place: Path) -> None:
        (place / "logitcheck.toml").write_text('exclude = ["wrong.keras"]\n')
        assert lines(check("--show-files", "models").stdout) == [
            f"models/{name}.keras" for name in ("good", "mine", "scores")
        ]


@pytest.mark.usefixtures("place")
class TestReports:
    def test_several_at_once(self, place: Path) -> None:
        finished = check("models", "--format", "concise", "--format", "json=all.json", "--format", "sarif=all.sarif")
        assert finished.returncode == 1
        assert json.loads((place / "all.json").read_text())["summary"]["mismatch"] == 2
        assert json.loads((place / "all.sarif").read_text())["version"] == "2.1.0"
        assert len(lines(finished.stdout)) == 3

    def test_one_goes_into_a_file(self, place: Path) -> None:
        finished = check("models", "--format", "json", "--output", "all.json")
        assert (finished.stdout, finished.returncode) == ("", 1)
        assert json.loads((place / "all.json").read_text())["summary"]["models"] == 4

    def test_text_in_a_file_has_no_colour(self, place: Path) -> None:
        check("models", "--output", "all.txt", FORCE_COLOR="1")
        assert "\x1b" not in (place / "all.txt").read_text()

    @pytest.mark.parametrize(
        "arguments",
        [["--format", "xml"], ["--format", "json="], ["--format", "json", "--format", "text"], ["--format", "=a"]],
        ids=" ".join,
    )
    def test_what_makes_no_sense_is_refused(self, arguments: list[str]) -> None:
        finished = check("models", *arguments)
        assert (finished.returncode, finished.stdout) == (2, "")
        assert "--format" in finished.stderr

    @pytest.mark.parametrize("file", ["models/wrong.keras", "./models/../models/wrong.keras", "known.json", "link"])
    def test_no_report_takes_the_place_of_what_is_read(self, place: Path, file: str) -> None:
        check("models", "--baseline", "known.json", "--write-baseline")
        (place / "link").symlink_to("models/wrong.keras")
        before = (place / file).read_bytes()
        finished = check("models", "--baseline", "known.json", "--format", f"json={file}")
        assert finished.returncode == 2
        assert finished.stderr == (
            f"logitcheck: --format: {file} is read by this run, and the report would take its place.\n"
        )
        assert (place / file).read_bytes() == before

    def test_two_reports_into_one_file_are_refused(self, place: Path) -> None:
        (place / "all").touch()
        finished = check("models", "--format", "json=all", "--format", "sarif=./all")
        assert (finished.returncode, "two reports would go into ./all" in finished.stderr) == (2, True)

    def test_a_dash_is_standard_output(self) -> None:
        assert json.loads(check("models", "--format", "json=-").stdout)["summary"]["models"] == 4

    def test_help_that_cannot_be_written_is_told(self) -> None:
        if not Path("/dev/full").exists():
            pytest.skip("this system has no full device")
        with Path("/dev/full").open("w") as full:
            writer = [sys.executable, "-m", "logitcheck", "--help"]
            finished = subprocess.run(writer, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
        assert (finished.returncode, "Traceback" in finished.stderr) == (2, False)

    def test_a_file_that_cannot_be_written_is_told(self) -> None:
        finished = check("models", "--format", "json=none/all.json")
        assert finished.returncode == 2
        assert finished.stderr == "logitcheck: none/all.json could not be written: No such file or directory\n"

    def test_a_failed_run_leaves_an_old_report_alone(self, place: Path) -> None:
        (place / "all.json").write_text("old")
        (place / "logitcheck.toml").write_text("nonsense = 1")
        check("models", "--format", "json=all.json")
        assert (place / "all.json").read_text() == "old"

    @pytest.mark.parametrize(
        "output_format", ["text", "concise", "json", "jsonl", "sarif", "github", "gitlab", "junit", "markdown"]
    )
    def test_the_format_never_changes_the_status(self, output_format: str) -> None:
        assert check("models", "--format", output_format).returncode == 1
        assert check("models/good.keras", "--format", output_format).returncode == 0


@pytest.mark.usefixtures("place")
class TestBaseline:
    def test_what_is_known_stays_quiet_and_what_is_new_is_told(self, place: Path) -> None:
        written = check("models", "--baseline", "known.json", "--write-baseline")
        assert (written.returncode, written.stdout) == (0, "")
        assert written.stderr == "logitcheck: 2 findings known from now on: known.json\n"
        assert check("models", "--baseline", "known.json").returncode == 0
        write(place / "models" / "new.keras", MODELS["wrong"])
        assert found("models", "--baseline", "known.json")["new"] == ["LC101"]

    def test_what_cannot_be_read_is_told_and_fails_also_then(self, place: Path) -> None:
        (place / "models" / "empty.keras").touch()
        written = check("models", "--baseline", "known.json", "--write-baseline")
        assert (written.returncode, written.stdout) == (2, "")
        assert lines(written.stderr)[1].startswith("logitcheck: models/empty.keras: unreadable empty-file: ")

    def test_the_settings_may_name_it(self, place: Path) -> None:
        (place / "logitcheck.toml").write_text('baseline = "known.json"\n')
        assert check("models", "--write-baseline").returncode == 0
        assert (place / "known.json").exists()
        assert check("models").returncode == 0

    def test_it_has_a_usual_name_and_is_told_how_to_use_it(self, place: Path) -> None:
        written = check("models", "--write-baseline")
        assert (place / "logitcheck-baseline.json").exists()
        assert written.stderr == (
            "logitcheck: 2 findings known from now on: logitcheck-baseline.json, once settings say so"
            ' (baseline = "logitcheck-baseline.json"), or with --baseline logitcheck-baseline.json\n'
        )

    def test_it_shrinks_as_findings_go(self, place: Path) -> None:
        check("models", "--baseline", "known.json", "--write-baseline")
        write(place / "models" / "wrong.keras", MODELS["good"])
        finished = check("models", "--baseline", "known.json")
        assert (
            finished.stderr == "logitcheck: 1 finding of the baseline not found any more, and taken out of known.json\n"
        )
        assert len(json.loads((place / "known.json").read_text())["findings"]) == 1
        assert check("models", "--baseline", "known.json").stderr == ""

    def test_in_ci_it_is_only_said_that_it_would(self, place: Path) -> None:
        check("models", "--baseline", "known.json", "--write-baseline")
        before = (place / "known.json").read_bytes()
        write(place / "models" / "wrong.keras", MODELS["good"])
        assert (
            "run it again with this baseline outside CI"
            in check("models", "--baseline", "known.json", CI="true").stderr
        )
        assert (place / "known.json").read_bytes() == before

    def test_one_that_is_not_there_is_told(self) -> None:
        finished = check("models", "--baseline", "gone.json")
        assert finished.returncode == 2
        assert "the baseline cannot be read" in finished.stderr
